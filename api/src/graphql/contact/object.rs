//! A contact as clients see it: details opened for the caller, consent, standing, campaigns, history.

use async_graphql::{Context, ID, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{PersonalDetails, Position as At};
use projections::{
    models::ContactHistoryRow,
    queries::{HistoryUntil, Participation},
};

use super::super::{
    context::{caller, visible},
    enums::{CampaignType, ConsentForm, ContactSource, ContactStanding, DeliveryStatus},
    error::Problem,
    loaders::{ERASED, KnownContact},
    node_id::NodeKind,
    paging::{connection, cost, page},
    scalars::Position,
};
use super::proof::ContactProof;
use crate::evidence::proof_scope;

/// A person, within one organization. Personal fields say `[erased]` once the person's data is gone.
#[derive(Debug, Clone)]
pub struct Contact(pub KnownContact);

impl Contact {
    fn personal(&self, field: impl Fn(&PersonalDetails) -> String) -> String {
        self.0
            .details
            .as_ref()
            .map_or_else(|| ERASED.to_owned(), |d| field(d))
    }
}

/// The consent in force.
#[derive(Debug, Clone, SimpleObject)]
pub struct ContactConsent {
    form: ConsentForm,
    seller: Option<String>,
    captured_at: Option<DateTime<Utc>>,
}

/// A contact's part in one campaign.
#[derive(Debug, Clone, SimpleObject)]
pub struct ContactCampaign {
    campaign_id: ID,
    campaign_name: String,
    #[graphql(name = "type")]
    kind: CampaignType,
    script_id: ID,
    added_at: DateTime<Utc>,
    contacted_at: Option<DateTime<Utc>>,
    /// Whole days since then.
    days_since: Option<i64>,
    delivery: DeliveryStatus,
}

impl ContactCampaign {
    fn of(p: Participation, now: DateTime<Utc>) -> Self {
        Self {
            campaign_id: p.campaign_id.global(),
            campaign_name: p.campaign_name,
            kind: p.campaign_kind.into(),
            script_id: p.script_id.global(),
            added_at: p.added_at,
            contacted_at: p.contacted_at,
            days_since: p.contacted_at.map(|at| (now - at).num_days()),
            delivery: p.delivery.into(),
        }
    }
}

/// Something that happened to a contact.
#[derive(Debug, Clone, SimpleObject)]
pub struct HistoryEntry {
    event_id: ID,
    position: Position,
    /// Stored name of the event.
    event_type: String,
    /// Kind of the thing that it happened to.
    subject_kind: String,
    subject_id: String,
    /// `user:<id>`, `system:<process>` or `carrier`.
    actor: String,
    recorded_at: DateTime<Utc>,
    occurred_at: Option<DateTime<Utc>>,
    campaign_id: Option<ID>,
    /// In words.
    summary: String,
}

impl From<ContactHistoryRow> for HistoryEntry {
    fn from(row: ContactHistoryRow) -> Self {
        Self {
            event_id: row.event_id.global(),
            position: row.position.into(),
            event_type: row.event_type,
            subject_kind: row.stream_kind,
            subject_id: row.stream_id,
            actor: row.actor.to_string(),
            recorded_at: row.recorded_at,
            occurred_at: row.occurred_at,
            campaign_id: row.campaign_id.map(NodeKind::global),
            summary: row.summary,
        }
    }
}

#[Object]
impl Contact {
    async fn id(&self) -> ID {
        self.0.row.contact_id.global()
    }
    async fn name(&self) -> String {
        self.personal(|d| d.name.clone())
    }
    async fn first_name(&self) -> String {
        self.personal(|d| d.first_name.clone())
    }
    async fn last_name(&self) -> String {
        self.personal(|d| d.last_name.clone())
    }
    /// E.164.
    async fn phone(&self) -> String {
        self.personal(|d| d.phone.clone())
    }
    async fn email(&self) -> Option<String> {
        match &self.0.details {
            Some(details) => details.email.clone(),
            None => Some(ERASED.to_owned()),
        }
    }
    async fn street(&self) -> Option<String> {
        match &self.0.details {
            Some(details) => details.street.clone(),
            None => Some(ERASED.to_owned()),
        }
    }
    async fn city(&self) -> Option<&str> {
        self.0.row.city.as_deref()
    }
    /// Postal code of the state.
    async fn state(&self) -> Option<String> {
        self.0.row.state.map(|s| s.code().to_owned())
    }
    async fn zip(&self) -> Option<&str> {
        self.0.row.zip.as_deref()
    }
    async fn source(&self) -> ContactSource {
        self.0.row.source.into()
    }
    async fn import_id(&self) -> Option<ID> {
        self.0.row.batch_id.map(NodeKind::global)
    }
    async fn listing_status(&self) -> Option<&str> {
        self.0.row.listing_status.as_deref()
    }
    async fn standing(&self) -> ContactStanding {
        self.0.row.standing.into()
    }
    async fn do_not_contact_reason(&self) -> Option<&str> {
        self.0.row.do_not_contact_reason.as_deref()
    }
    async fn consent(&self) -> Option<ContactConsent> {
        let row = &self.0.row;
        row.consent_form.map(|form| ContactConsent {
            form: form.into(),
            seller: row.consent_seller.clone(),
            captured_at: row.consent_at,
        })
    }
    /// Consent was given once and ended.
    async fn consent_revoked(&self) -> bool {
        self.0.row.consent_revoked
    }
    async fn last_contacted_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.last_contacted_at
    }
    /// Whole days since then.
    async fn days_since_contact(&self, ctx: &Context<'_>) -> Result<Option<i64>, Problem> {
        let now = caller(ctx)?.state.now();
        Ok(self.0.row.last_contacted_at.map(|at| (now - at).num_days()))
    }
    /// Whether a voicemail was handed over, or began to be, within so many days: too recently, where that is the interval.
    async fn contacted_within(&self, ctx: &Context<'_>, days: u32) -> Result<bool, Problem> {
        let now = caller(ctx)?.state.now();
        // Longer than there have been calendars is always.
        let since = now.checked_sub_signed(TimeDelta::days(days.into()));
        let contacted = self.0.row.last_contacted_at;
        Ok(contacted.is_some_and(|at| since.is_none_or(|since| at >= since)))
    }
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row.created_at
    }
    /// The campaigns that it is in, as far as the caller sees them, the last one first, with what came of each.
    #[graphql(complexity = "20 + child_complexity * 5")]
    async fn campaigns(&self, ctx: &Context<'_>) -> Result<Vec<ContactCampaign>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Read)?;
        let id = self.0.row.contact_id;
        let found = &caller.state.queries;
        let found = found
            .campaigns_of_contact(permit.organization(), &visible(&permit), id)
            .await?;
        let now = caller.state.now();
        Ok(found.into_iter().map(|p| ContactCampaign::of(p, now)).collect())
    }
    /// Whether everything that touched it is still what was recorded. For admins and auditors.
    #[graphql(complexity = "200 + child_complexity")]
    async fn proof(&self, ctx: &Context<'_>) -> Result<ContactProof, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Audit)?;
        let id = self.0.row.contact_id;
        caller.looks_at(&permit, format!("contact-proof:{id}")).await?;
        let ports = &caller.state.ports;
        let scope = proof_scope(caller.state.queries.as_ref(), permit.organization(), id).await?;
        let proof = commands::transparency::prove_contact(ports, &scope).await?;
        Ok(ContactProof::of(proof, ports.signer.as_ref()))
    }
    /// Everything that touched it, oldest first; as of an instant when one is given. For admins and auditors.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        as_of: Option<DateTime<Utc>>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, HistoryEntry>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Audit)?;
        let id = self.0.row.contact_id;
        caller.looks_at(&permit, format!("contact-history:{id}")).await?;
        let until = as_of.map_or(HistoryUntil::Now, HistoryUntil::Recorded);
        let request = page::<At>(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .contact_history(permit.organization(), id, until, request)
            .await?;
        Ok(connection(found, started, HistoryEntry::from))
    }
}
