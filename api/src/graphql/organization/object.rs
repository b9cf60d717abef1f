//! An organization as clients see it.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::models::{MemberRow, OrganizationRow, StateSwitchRow, TeamRow};

use super::{
    super::{
        enums::{HaltedBy, Role},
        error::Problem,
        loaders::rows,
        node_id::NodeKind,
    },
    rules::{Emergency, Permit},
    settings::Settings,
};

/// The tenant, a brokerage.
#[derive(Debug, Clone)]
pub struct Organization(pub OrganizationRow);

/// A number that the organization may show.
#[derive(Debug, Clone, SimpleObject)]
pub struct CallerId {
    /// E.164.
    number: String,
    label: String,
}

/// A halt of all sending.
#[derive(Debug, Clone, SimpleObject)]
pub struct Halt {
    /// Whose it is, and who alone lifts it.
    by: HaltedBy,
    reason: String,
}

#[Object]
impl Organization {
    async fn id(&self) -> ID {
        self.0.organization_id.global()
    }
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Made up, for showing.
    async fn demonstration(&self) -> bool {
        self.0.demonstration
    }
    async fn settings(&self) -> Settings {
        (&self.0.settings.0).into()
    }
    async fn caller_ids(&self) -> Vec<CallerId> {
        let known = self.0.caller_ids.0.iter();
        known
            .map(|c| CallerId {
                number: c.number.as_e164().to_owned(),
                label: c.label.clone(),
            })
            .collect()
    }
    /// Why nothing is handed over now; empty while sending is allowed.
    async fn halts(&self) -> Vec<Halt> {
        let halts = self.0.halts.0.iter();
        halts
            .map(|(by, reason)| Halt {
                by: (*by).into(),
                reason: reason.clone(),
            })
            .collect()
    }
    /// Permits that it holds.
    async fn permits(&self) -> Vec<Permit> {
        self.0.permits.0.iter().map(Permit::from).collect()
    }
    /// Emergencies under which nothing is sent into a state.
    async fn emergencies(&self) -> Vec<Emergency> {
        self.0.emergencies.0.iter().map(Emergency::from).collect()
    }
    async fn founded_at(&self) -> DateTime<Utc> {
        self.0.founded_at
    }
}

/// Somebody in the organization.
#[derive(Debug, Clone)]
pub struct Member(pub MemberRow);

#[Object]
impl Member {
    async fn user_id(&self) -> ID {
        self.0.user_id.global()
    }
    async fn role(&self) -> Role {
        self.0.role.into()
    }
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(rows(ctx)?.load_one(self.0.user_id).await?.map(|p| p.name.clone()))
    }
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(rows(ctx)?
            .load_one(self.0.user_id)
            .await?
            .map(|p| p.email.clone()))
    }
    async fn team_ids(&self) -> Vec<ID> {
        self.0.teams.0.iter().map(|t| t.global()).collect()
    }
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.added_at
    }
    async fn removed_at(&self) -> Option<DateTime<Utc>> {
        self.0.removed_at
    }
}

/// People who see each other's team campaigns.
#[derive(Debug, Clone, SimpleObject)]
pub struct Team {
    id: ID,
    name: String,
}

impl From<TeamRow> for Team {
    fn from(row: TeamRow) -> Self {
        Self {
            id: row.team_id.global(),
            name: row.name,
        }
    }
}

/// A state and whether voicemails may go there.
#[derive(Debug, Clone, SimpleObject)]
pub struct StateSwitch {
    /// Postal code.
    code: String,
    name: String,
    on: bool,
    /// On what grounds; nothing when it was never switched.
    reason: Option<String>,
    changed_at: Option<DateTime<Utc>>,
}

impl StateSwitch {
    /// The state with what was switched; never switched is off.
    pub fn of(state: domain::UsState, row: Option<&StateSwitchRow>) -> Self {
        Self {
            code: state.code().to_owned(),
            name: state.name().to_owned(),
            on: row.is_some_and(|r| r.switched_on),
            reason: row.map(|r| r.reason.clone()),
            changed_at: row.map(|r| r.changed_at),
        }
    }
}
