//! Whoever is signed in: who they are, their tokens and password.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::{Action, Denied},
    ports::ApiToken,
};
use domain::ApiTokenId;

use super::{
    context::{asking, caller, state},
    enums::{Role, TokenScope},
    error::{Problem, outcome},
    loaders::rows,
    node_id::NodeKind,
    organization::Organization,
};
use crate::auth::{Proof, Scope, hash_password, make_token, verify_password};

/// Most tokens of one person that are in force.
const TOKENS_MAX: usize = 50;

/// Whoever is signed in.
#[derive(Debug)]
pub struct Viewer;

#[Object]
impl Viewer {
    async fn user_id(&self, ctx: &Context<'_>) -> Result<ID, Problem> {
        Ok(caller(ctx)?.principal().user.global())
    }
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let user = caller(ctx)?.principal().user;
        Ok(rows(ctx)?.load_one(user).await?.map(|p| p.name.clone()))
    }
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let user = caller(ctx)?.principal().user;
        Ok(rows(ctx)?.load_one(user).await?.map(|p| p.email.clone()))
    }
    async fn role(&self, ctx: &Context<'_>) -> Result<Role, Problem> {
        Ok(caller(ctx)?.principal().role.into())
    }
    async fn team_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>, Problem> {
        Ok(caller(ctx)?
            .principal()
            .teams
            .iter()
            .map(|t| t.global())
            .collect())
    }
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        Ok(caller
            .state
            .queries
            .organization(permit.organization())
            .await?
            .map(Organization))
    }
    /// What state-changing requests send as `x-csrf-token`; nothing for an API token.
    async fn csrf(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(match &caller(ctx)?.identity.proof {
            Proof::Session { csrf } => Some(csrf.clone()),
            Proof::Token { .. } => None,
        })
    }
    /// Tokens of one's own, newest first.
    async fn api_tokens(&self, ctx: &Context<'_>) -> Result<Vec<Token>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let tokens = caller
            .state
            .accounts
            .tokens(permit.organization(), permit.user())
            .await?;
        Ok(tokens.into_iter().map(Token::from).collect())
    }
}

/// A token for programs, without its secret.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApiToken")]
pub struct Token {
    id: ID,
    name: String,
    scope: TokenScope,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<ApiToken> for Token {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id.global(),
            name: token.name,
            scope: match Scope::parse(&token.scope) {
                Some(Scope::Write) => TokenScope::Write,
                Some(Scope::Read) | None => TokenScope::Read,
            },
            created_at: token.created_at,
            last_used_at: token.last_used_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// A token was made.
#[derive(SimpleObject)]
pub struct TokenCreated {
    /// Shown once, known nowhere else.
    secret: String,
    token: Token,
}

/// It was done.
#[derive(Debug, SimpleObject)]
pub struct AccountChanged {
    done: bool,
}

outcome! {
    /// The token, or why not.
    TokenOutcome = TokenCreated;
    /// The change, or why not.
    AccountOutcome = AccountChanged;
}

/// Questions about oneself and the installation.
#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Whoever is signed in; nothing for nobody.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>, Problem> {
        Ok(asking(ctx)?.identity.as_ref().map(|_| Viewer))
    }

    /// A provider is the sandbox: nothing leaves this machine.
    async fn sandbox(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        Ok(state(ctx)?.settings.sandbox)
    }
}

/// What people do with their own account.
#[derive(Debug, Default)]
pub struct ViewerMutation;

async fn create_token(
    ctx: &Context<'_>,
    name: String,
    scope: TokenScope,
    expires_at: Option<DateTime<Utc>>,
) -> Result<TokenCreated, Problem> {
    let caller = caller(ctx)?;
    let permit = caller.permit(Action::ManageOwnTokens)?;
    if name.trim().is_empty() || name.chars().count() > 120 {
        return Err(Problem::new(
            "INVALID_NAME",
            "a token needs a name of 1 to 120 characters",
        ));
    }
    let known = caller
        .state
        .accounts
        .tokens(permit.organization(), permit.user())
        .await?;
    if known.iter().filter(|t| t.revoked_at.is_none()).count() >= TOKENS_MAX {
        return Err(Problem::new(
            "TOO_MANY_TOKENS",
            "50 tokens are in force; revoke one first",
        ));
    }
    let scope = match scope {
        TokenScope::Read => Scope::Read,
        TokenScope::Write => Scope::Write,
    };
    let (secret, token) = make_token(
        caller.state,
        permit.organization(),
        permit.user(),
        name,
        scope,
        expires_at,
    )
    .await?;
    Ok(TokenCreated {
        secret,
        token: token.into(),
    })
}

async fn set_password(
    ctx: &Context<'_>,
    current: Option<String>,
    new: String,
) -> Result<AccountChanged, Problem> {
    let caller = caller(ctx)?;
    let permit = caller.permit(Action::ManageOwnTokens)?;
    if matches!(caller.identity.proof, Proof::Token { .. }) {
        return Err(Problem::new(
            "SESSION_NEEDED",
            "sign in with a browser to change the password",
        ));
    }
    let accounts = &caller.state.accounts;
    if let Some(hash) = accounts.password(permit.user()).await? {
        let key = format!("password {}", permit.user());
        if !caller.state.sign_ins.admit(&key, caller.state.now()) {
            return Err(Problem::new(
                "TOO_MANY_ATTEMPTS",
                "too many attempts; wait a quarter of an hour",
            ));
        }
        if !verify_password(current.unwrap_or_default(), Some(hash)).await {
            return Err(Problem::new("WRONG_PASSWORD", "the current password is wrong"));
        }
        caller.state.sign_ins.forget(&key);
    }
    let hash = hash_password(new)
        .await
        .map_err(|e| Problem::new("INVALID_PASSWORD", e.to_string()))?;
    accounts
        .set_password(permit.user(), &hash, caller.state.now())
        .await?;
    accounts.end_sessions(permit.user()).await?;
    Ok(AccountChanged { done: true })
}

async fn revoke_token(ctx: &Context<'_>, id: &ID) -> Result<AccountChanged, Problem> {
    let caller = caller(ctx)?;
    let permit = caller.permit(Action::ManageOwnTokens)?;
    let id = ApiTokenId::parse(id)?;
    let now = caller.state.now();
    let accounts = &caller.state.accounts;
    if accounts
        .revoke_token(permit.organization(), permit.user(), id, now)
        .await?
    {
        Ok(AccountChanged { done: true })
    } else {
        Err(Denied::NotFound("API token in force").into())
    }
}

#[Object]
impl ViewerMutation {
    /// Makes an API token of one's own. The secret is shown once.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        name: String,
        scope: TokenScope,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<TokenOutcome, Problem> {
        TokenOutcome::of(create_token(ctx, name, scope, expires_at).await)
    }

    /// Revokes a token of one's own.
    async fn revoke_api_token(&self, ctx: &Context<'_>, id: ID) -> Result<AccountOutcome, Problem> {
        AccountOutcome::of(revoke_token(ctx, &id).await)
    }

    /// Sets one's password; all sessions end. The current one is needed when there is one.
    async fn set_password(
        &self,
        ctx: &Context<'_>,
        current: Option<String>,
        new: String,
    ) -> Result<AccountOutcome, Problem> {
        AccountOutcome::of(set_password(ctx, current, new).await)
    }
}
