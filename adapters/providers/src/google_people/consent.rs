//! The OAuth code flow with PKCE: where the user agrees, and what codes and refresh tokens become. Refuses a consent that leaves
//! the contacts out: users can untick them.

use chrono::{DateTime, Duration, Utc};
use commands::ports::{SourceFailure, SourceTokens};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};

use super::{
    PROVIDER, error,
    wire::{Granted, READ_SCOPE, SCOPES},
};
use crate::{
    callback_base::CallbackBase,
    config::GoogleConfig,
    http::{HttpClient, InvalidProvider, ProviderCall, Repeat, Route},
};

/// Where Google sends the user back to; registered with the OAuth client.
pub const CALLBACK_PATH: &str = "/connections/google/callback";
/// An access token that ends sooner is replaced before it is used.
const REFRESH_AHEAD: Duration = Duration::minutes(5);
/// Life of an access token where Google does not say.
const ACCESS_SECONDS: i64 = 3_600;
/// Longest answer of the token address.
const TOKEN_BYTES_MAX: usize = 64 << 10;

/// A code is good once: a lost answer has used it up.
const CODE: Route = Route {
    name: "token",
    repeat: Repeat::Matters,
    answer_bytes_max: TOKEN_BYTES_MAX,
    refusal: error::token_refusal,
    understood: &[400],
};
const REFRESH: Route = Route {
    name: "token refresh",
    repeat: Repeat::Harmless,
    ..CODE
};

/// The OAuth client of this installation.
#[derive(Debug)]
pub(super) struct Consent {
    call: ProviderCall,
    authorize: Url,
    client_id: String,
    client_secret: SecretString,
    callbacks: CallbackBase,
}

impl Consent {
    pub(super) fn new(
        client: &HttpClient,
        config: &GoogleConfig,
        callbacks: CallbackBase,
    ) -> Result<Self, InvalidProvider> {
        let none = reqwest::header::HeaderMap::new();
        let call = ProviderCall::new(client, PROVIDER, &config.token_url, none, config.limits())?;
        let accounts = config.accounts_url.trim_end_matches('/');
        let authorize = Url::parse(&format!("{accounts}/o/oauth2/v2/auth")).map_err(|e| InvalidProvider {
            provider: PROVIDER,
            reason: format!("its accounts address is none: {e}"),
        })?;
        Ok(Self {
            call,
            authorize,
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            callbacks,
        })
    }

    /// Offline access and a prompt each time: without either no refresh token comes.
    pub(super) fn url(&self, state: &str, code_challenge: &str) -> String {
        let mut url = self.authorize.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect())
            .append_pair("response_type", "code")
            .append_pair("scope", READ_SCOPE)
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent")
            .append_pair("include_granted_scopes", "true")
            .append_pair("state", state)
            .append_pair("code_challenge", code_challenge)
            .append_pair("code_challenge_method", "S256");
        url.into()
    }

    /// Empty as long as our own address is not known; Google refuses that with a page of its own.
    fn redirect(&self) -> String {
        self.callbacks.url(CALLBACK_PATH).unwrap_or_default()
    }

    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect()),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
            ("code_verifier", verifier),
        ];
        let granted = self.ask(&CODE, &form).await?;
        if !granted
            .scope
            .split_whitespace()
            .any(|scope| SCOPES.contains(&scope))
        {
            return Err(error::scope_missing());
        }
        let refresh = granted.refresh_token.ok_or_else(error::refresh_missing)?;
        Ok(SourceTokens {
            access: granted.access_token,
            refresh: Some(refresh),
            expires_at: Some(end_of(granted.expires_in, now)),
            account: None,
        })
    }

    pub(super) async fn refresh(
        &self,
        tokens: SourceTokens,
        now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure> {
        if tokens.expires_at.is_none_or(|end| end > now + REFRESH_AHEAD) {
            return Ok(tokens);
        }
        let Some(refresh) = tokens.refresh else {
            return Err(error::refresh_missing());
        };
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose_secret()),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
        ];
        let granted = self.ask(&REFRESH, &form).await?;
        Ok(SourceTokens {
            access: granted.access_token,
            // Normally no new one comes, and the old one stays good.
            refresh: Some(granted.refresh_token.unwrap_or(refresh)),
            expires_at: Some(end_of(granted.expires_in, now)),
            account: tokens.account,
        })
    }

    async fn ask(&self, route: &Route, form: &[(&str, &str)]) -> Result<Granted, SourceFailure> {
        let request = self.call.request(Method::POST, "token").form(form);
        let answer = self.call.send(route, request).await?;
        if answer.status.is_success() {
            return Ok(answer.json()?);
        }
        Err(error::token_failure(&answer))
    }
}

fn end_of(expires_in: Option<i64>, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = expires_in.unwrap_or(ACCESS_SECONDS).clamp(0, ACCESS_SECONDS * 24);
    now + Duration::seconds(seconds)
}
