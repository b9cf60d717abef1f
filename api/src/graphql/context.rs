//! Who asks, and the one way to a permit. No resolver reaches a use case or a read model without passing here: the caller's
//! scope, role and reach are checked together, and what is not theirs is not there.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_graphql::Context;
use commands::{
    access,
    authorization::{Action, Denied, Permit, Principal, Sight},
    context::CommandContext,
};
use domain::{CampaignId, ContactId, CorrelationId, OrganizationId, ScriptId};
use projections::{models::CampaignRow, queries::Visible};

use super::{error::Problem, scalars::Position};
use crate::{
    auth::{Identity, Proof, Scope},
    state::AppState,
};

/// How long a query waits for the read models to reach `minPosition`; then it answers what there is, marked `stale`.
pub const FRESH_WAIT: Duration = Duration::from_secs(2);

/// One request.
#[derive(Debug)]
pub struct Asking {
    /// Who; nobody when not signed in.
    pub identity: Option<Identity>,
    /// Ties together what it causes.
    pub correlation: CorrelationId,
    /// The read models had not reached the asked position in time.
    pub stale: AtomicBool,
}

impl Asking {
    /// A request of this identity.
    pub fn of(state: &AppState, identity: Option<Identity>) -> Self {
        Self {
            identity,
            correlation: CorrelationId::from_uuid(state.ports.ids.next()),
            stale: AtomicBool::new(false),
        }
    }

    /// The same identity in a request of its own, for a live view that outlives this one.
    #[must_use]
    pub fn fork(&self, state: &AppState) -> Self {
        Self::of(state, self.identity.clone())
    }

    /// Whoever asks, at work; nothing for nobody.
    pub fn as_caller<'a>(&'a self, state: &'a AppState) -> Option<Caller<'a>> {
        self.identity.as_ref().map(|identity| Caller {
            state,
            identity,
            asking: self,
        })
    }
}

/// Somebody signed in, at work.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// What the server works with.
    pub state: &'a AppState,
    /// Who.
    pub identity: &'a Identity,
    asking: &'a Asking,
}

/// The server's state.
pub fn state<'a>(ctx: &Context<'a>) -> Result<&'a AppState, Problem> {
    ctx.data::<AppState>()
        .map_err(|e| Problem::fault(format!("no state: {}", e.message)))
}

/// This request.
pub fn asking<'a>(ctx: &Context<'a>) -> Result<&'a Asking, Problem> {
    ctx.data::<std::sync::Arc<Asking>>()
        .map(AsRef::as_ref)
        .map_err(|e| Problem::fault(format!("no request: {}", e.message)))
}

/// Who asks; an error when nobody is signed in.
pub fn caller<'a>(ctx: &Context<'a>) -> Result<Caller<'a>, Problem> {
    let asking = asking(ctx)?;
    let identity = asking.identity.as_ref().ok_or(Denied::SignedOut)?;
    Ok(Caller {
        state: state(ctx)?,
        identity,
        asking,
    })
}

impl<'a> Caller<'a> {
    /// Who, with their role.
    pub const fn principal(&self) -> &'a Principal {
        &self.identity.principal
    }

    /// The tenant.
    pub const fn organization(&self) -> OrganizationId {
        self.identity.principal.organization
    }

    fn in_scope(&self, action: Action) -> Result<(), Problem> {
        match self.identity.proof {
            Proof::Token {
                scope: Scope::Read, ..
            } if !matches!(action, Action::Read | Action::Audit) => Err(Problem::from(Denied::Role {
                role: self.principal().role,
            })),
            Proof::Token { .. } | Proof::Session { .. } => Ok(()),
        }
    }

    /// Permission for the organization as a whole.
    pub fn permit(&self, action: Action) -> Result<Permit, Problem> {
        self.in_scope(action)?;
        Ok(access::on_organization(self.principal(), action)?)
    }

    /// Permission for a campaign, with the campaign.
    pub async fn campaign(
        &self,
        action: Action,
        id: CampaignId,
    ) -> Result<(Permit, domain::campaign::Campaign), Problem> {
        self.in_scope(action)?;
        Ok(access::on_campaign(&self.state.ports, self.principal(), action, id).await?)
    }

    /// Permission for a script, with the script.
    pub async fn script(
        &self,
        action: Action,
        id: ScriptId,
    ) -> Result<(Permit, domain::script::Script), Problem> {
        self.in_scope(action)?;
        Ok(access::on_script(&self.state.ports, self.principal(), action, id).await?)
    }

    /// Permission for a contact that the caller sees.
    pub async fn contact(
        &self,
        action: Action,
        id: ContactId,
    ) -> Result<(Permit, domain::contact::Contact), Problem> {
        self.in_scope(action)?;
        let (permit, contact) = access::on_contact(&self.state.ports, self.principal(), action, id).await?;
        let sees = self
            .state
            .queries
            .sees_contact(permit.organization(), &visible(&permit), id)
            .await?;
        if sees {
            Ok((permit, contact))
        } else {
            Err(Denied::NotFound("contact").into())
        }
    }

    /// A campaign's row, if the caller sees it.
    pub async fn campaign_row(&self, id: CampaignId) -> Result<(Permit, CampaignRow), Problem> {
        let permit = self.permit(Action::Read)?;
        let row = self
            .state
            .queries
            .campaign(permit.organization(), &visible(&permit), id)
            .await?;
        Ok((permit, row.ok_or(Denied::NotFound("campaign"))?))
    }

    /// The command's origin: this caller, this request.
    pub fn command(&self, permit: &Permit) -> CommandContext {
        CommandContext::of(permit, self.asking.correlation)
    }

    /// Records that an auditor looks at something, before it is shown. `subject` is an id, nothing personal.
    pub async fn looks_at(&self, permit: &Permit, subject: String) -> Result<(), Problem> {
        let correlation = self.asking.correlation;
        Ok(access::record_look(&self.state.ports, permit, correlation, subject).await?)
    }

    /// Waits for the read models to have what the client wrote; marks the answer stale when they are late.
    pub async fn fresh(&self, min_position: Option<Position>) {
        if let Some(position) = min_position
            && !self.state.queries.wait_for(position.0, FRESH_WAIT).await
        {
            self.asking.stale.store(true, Ordering::Relaxed);
        }
    }

    /// The position that a client waits for to see what a command did: of its events, or of now when it was so already.
    pub async fn reached(&self, appended: Option<domain::Position>) -> Result<Position, Problem> {
        Ok(Position(match appended {
            Some(position) => position,
            None => self.state.ports.journal.head().await?,
        }))
    }
}

/// How far the holder of a permit sees.
pub fn visible(permit: &Permit) -> Visible {
    seen(permit.sees())
}

/// How far somebody sees, as the read models take it.
pub fn seen(sight: Sight) -> Visible {
    match sight {
        Sight::Everything => Visible::All,
        Sight::Own { user, teams } => Visible::OwnedBy { user, teams },
    }
}
