//! The rules that drops are decided by, as data with their sources, and what an organization says of a state besides: permits it holds,
//! emergencies under which nothing is sent there.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use commands::authorization::{Action, Permit as Authorized};
use domain::{
    UsState,
    compliance::{self, Jurisdiction, PermitStanding, RulePack},
    organization::OrganizationCommand,
};

use super::{
    super::{context::caller, error::Problem},
    mutation::OrganizationOutcome,
};

/// How sure a rule is.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "compliance::Confidence")]
pub enum Confidence {
    /// The primary text was read.
    High,
    /// Secondary sources agree, or the primary text was read in part.
    Medium,
    /// One source, sources that disagree, or memory.
    Low,
}

/// A licence or registration that a state asks the caller to have.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "compliance::PermitKind")]
pub enum PermitKind {
    /// Registration as a telephone solicitor.
    Registration,
    /// Permit for the device that dials or plays.
    Device,
}

/// A rule, and where it was read.
#[derive(Debug, SimpleObject)]
pub struct ComplianceRule {
    /// As findings name it, such as `US-FL.CAP.24H`.
    id: String,
    /// What it is about, such as `window` or `cap`.
    kind: &'static str,
    /// First local day on which it is in force; nothing when it always was.
    effective_from: Option<NaiveDate>,
    /// First local day on which it is no longer in force.
    effective_to: Option<NaiveDate>,
    citation: String,
    source: String,
    read_on: NaiveDate,
    confidence: Confidence,
    note: String,
}

/// The rules of one version.
#[derive(Debug)]
pub struct ComplianceRules(&'static RulePack);

#[Object]
impl ComplianceRules {
    /// The pack with its version, as decisions record it.
    async fn id(&self) -> &str {
        self.0.id()
    }
    /// SHA-256 of its content, hex, as decisions record it.
    async fn sha256(&self) -> &str {
        self.0.sha256()
    }
    /// When somebody last read all of it against the law.
    async fn reviewed_on(&self) -> NaiveDate {
        self.0.head().reviewed_on
    }
    /// The last day on which drops are cleared by it; a newer version must be installed by then.
    async fn next_review_on(&self) -> NaiveDate {
        self.0.head().next_review_on
    }
    /// The rules of a state by its postal code; without one those that hold everywhere.
    #[graphql(complexity = "20 + child_complexity * 12")]
    async fn rules(&self, state: Option<String>) -> Result<Vec<ComplianceRule>, Problem> {
        let of = match state {
            Some(code) => vec![Jurisdiction::State(us_state(&code)?)],
            None => vec![Jurisdiction::House, Jurisdiction::Federal],
        };
        let rules = of
            .into_iter()
            .flat_map(|j| self.0.rules_of(j).map(move |rule| (j, rule)));
        Ok(rules
            .map(|(jurisdiction, rule)| shown(jurisdiction, rule))
            .collect())
    }
}

fn shown(jurisdiction: Jurisdiction, rule: &compliance::Rule) -> ComplianceRule {
    let provenance = &rule.provenance;
    ComplianceRule {
        id: rule.id(jurisdiction),
        kind: rule.test.kind(),
        effective_from: rule.effective_from,
        effective_to: rule.effective_to,
        citation: provenance.citation.clone(),
        source: provenance.source.clone(),
        read_on: provenance.read_on,
        confidence: provenance.confidence.into(),
        note: provenance.note.clone(),
    }
}

/// A permit that the organization holds.
#[derive(Debug, SimpleObject)]
pub struct Permit {
    /// Postal code of the state.
    state: String,
    kind: PermitKind,
    number: String,
    /// The last day on which it is in force.
    expires_on: NaiveDate,
}

impl From<&PermitStanding> for Permit {
    fn from(permit: &PermitStanding) -> Self {
        Self {
            state: permit.state.code().to_owned(),
            kind: permit.permit.into(),
            number: permit.number.clone(),
            expires_on: permit.expires_on,
        }
    }
}

/// An emergency under which nothing is sent into a state.
#[derive(Debug, SimpleObject)]
pub struct Emergency {
    /// Postal code of the state.
    state: String,
    /// When it ends by itself; nothing while that is unknown.
    until: Option<DateTime<Utc>>,
    reason: String,
}

impl From<&compliance::Emergency> for Emergency {
    fn from(emergency: &compliance::Emergency) -> Self {
        Self {
            state: emergency.state.code().to_owned(),
            until: emergency.until,
            reason: emergency.reason.clone(),
        }
    }
}

/// A permit to record.
#[derive(Debug, InputObject)]
pub struct PermitInput {
    /// Postal code of the state.
    state: String,
    kind: PermitKind,
    number: String,
    /// The last day on which it is in force.
    expires_on: NaiveDate,
}

/// Questions about the rules.
#[derive(Debug, Default)]
pub struct RulesQuery;

#[Object]
impl RulesQuery {
    /// The rules that drops are decided by now.
    async fn compliance_rules(&self, ctx: &Context<'_>) -> Result<ComplianceRules, Problem> {
        caller(ctx)?.permit(Action::Read)?;
        Ok(ComplianceRules(RulePack::us()))
    }
}

/// Changes of what the organization says of a state.
#[derive(Debug, Default)]
pub struct RulesMutation;

#[Object]
impl RulesMutation {
    /// Records a permit that the organization holds; one of the same state and kind is replaced.
    async fn record_permit(
        &self,
        ctx: &Context<'_>,
        input: PermitInput,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Authorized| {
            Ok(OrganizationCommand::RecordPermit(PermitStanding {
                state: us_state(&input.state)?,
                permit: input.kind.into(),
                number: input.number,
                expires_on: input.expires_on,
            }))
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Records that a permit is no longer held.
    async fn withdraw_permit(
        &self,
        ctx: &Context<'_>,
        state: String,
        permit: PermitKind,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Authorized| {
            Ok(OrganizationCommand::WithdrawPermit {
                state: us_state(&state)?,
                permit: permit.into(),
                reason,
            })
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Sends nothing into a state until the emergency ends, by itself or by `endEmergency`. Drops wait for an end that is known; without one
    /// they are blocked.
    async fn declare_emergency(
        &self,
        ctx: &Context<'_>,
        state: String,
        until: Option<DateTime<Utc>>,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Authorized| {
            Ok(OrganizationCommand::DeclareEmergency(compliance::Emergency {
                state: us_state(&state)?,
                until,
                reason,
            }))
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Sends into the state again.
    async fn end_emergency(
        &self,
        ctx: &Context<'_>,
        state: String,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Authorized| {
            Ok(OrganizationCommand::EndEmergency {
                state: us_state(&state)?,
                reason,
            })
        };
        caller(ctx)?.administer(Action::Administer, command).await
    }
}

/// A state by its postal code.
pub(super) fn us_state(code: &str) -> Result<UsState, Problem> {
    code.parse()
        .map_err(|_| Problem::new("UNKNOWN_STATE", "give the state by its postal code, such as CA"))
}
