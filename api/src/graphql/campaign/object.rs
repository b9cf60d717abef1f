//! A campaign as clients see it: what it is, where it stands, its live counters.

use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use projections::{
    models::{CampaignRow, OpenBatch},
    queries::{CampaignContactFilter, ScriptFilter},
};

use super::super::{
    analytics::{CostShares, Results},
    contact::Contact,
    context::caller,
    enums::{AudioState, CampaignStatus, CampaignType, ContactSource, DeliveryStatus, ReviewState, Weekday},
    error::Problem,
    loaders::rows,
    node_id::NodeKind,
    paging::{connection, cost, page},
    scalars::Money,
    script::Script,
};

/// A named set of contacts that is sent one voicemail each.
#[derive(Debug, Clone)]
pub struct Campaign(pub Arc<CampaignRow>);

impl From<CampaignRow> for Campaign {
    fn from(row: CampaignRow) -> Self {
        Self(Arc::new(row))
    }
}

/// How many of the campaign's scripts and voicemails stand where.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignCounters {
    contacts: i64,
    scripts_pending: i64,
    scripts_approved: i64,
    scripts_rejected: i64,
    scripts_needs_revision: i64,
    audio_requested: i64,
    audio_rendered: i64,
    audio_failed: i64,
    not_sent: i64,
    held: i64,
    lapsed: i64,
    blocked: i64,
    queued: i64,
    in_doubt: i64,
    sent: i64,
    failed: i64,
    /// In the mailbox and not known to have been played.
    delivered: i64,
    /// Played.
    listened: i64,
    attempted: i64,
}

/// What was decided about duplicates.
#[derive(Debug, Clone, SimpleObject)]
pub struct DuplicateResolution {
    /// Some stay.
    kept: bool,
    /// Why.
    reason: Option<String>,
}

/// What the last recorded check for duplicates found.
#[derive(Debug, Clone, SimpleObject)]
pub struct DuplicateCheck {
    duplicates: u64,
    /// Other campaigns that share some of them.
    campaigns: u64,
    min_interval_days: u32,
}

/// What it has cost.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignCosts {
    writer: Money,
    voice: Money,
    carrier: Money,
    /// As estimated at approval.
    estimate: Option<Money>,
}

/// A long step and how far it is.
#[derive(Debug, Clone, SimpleObject)]
pub struct StepProgress {
    /// Which run, from 1.
    run: u32,
    total: i64,
    done: i64,
    failed: i64,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

/// Scripts that a provider writes by the batch.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct BatchProgress {
    /// Batches that are planned or with the provider.
    batches: u64,
    /// Scripts in them.
    requests: u64,
    /// Scripts in those that the provider has taken.
    submitted: u64,
    /// Scripts that the provider says it is through with; some providers say so only at the end of a batch.
    processed: u64,
}

/// Why the writing or speaking of scripts does not go on.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProductionHalt {
    /// A person halted it; otherwise it waits for a provider and goes on by itself.
    paused: bool,
    reason: Option<String>,
    /// Since when a provider's trouble holds it up.
    waiting_since: Option<DateTime<Utc>>,
}

/// A stretch of the recipient's day.
#[derive(Debug, Clone, SimpleObject)]
pub struct DailyWindow {
    /// First minute, `HH:MM`.
    start: String,
    /// First minute no longer in it.
    end: String,
}

/// When a campaign may send, in the recipient's local time.
#[derive(Debug, Clone, SimpleObject)]
pub struct Schedule {
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    windows: Vec<DailyWindow>,
    days: Vec<Weekday>,
    per_minute: Option<u32>,
    /// Most hand-offs in any 24 hours.
    per_day: Option<u32>,
}

/// A template variable of the campaign's own.
#[derive(Debug, Clone, SimpleObject)]
pub struct TemplateValue {
    name: String,
    value: String,
}

#[Object]
impl Campaign {
    async fn id(&self) -> ID {
        self.0.campaign_id.global()
    }
    async fn name(&self) -> &str {
        &self.0.name
    }
    #[graphql(name = "type")]
    async fn kind(&self) -> CampaignType {
        self.0.kind.into()
    }
    async fn neighborhood(&self) -> Option<&str> {
        self.0.neighborhood.as_deref()
    }
    async fn owner_id(&self) -> ID {
        self.0.owner.global()
    }
    async fn owner_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(rows(ctx)?.load_one(self.0.owner).await?.map(|p| p.name.clone()))
    }
    async fn team_id(&self) -> Option<ID> {
        self.0.team.map(NodeKind::global)
    }
    async fn status(&self) -> CampaignStatus {
        self.0.status.into()
    }
    /// Why it is paused, cancelled or failed.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }
    async fn script_template(&self) -> Option<&str> {
        self.0.script_template.as_deref()
    }
    async fn script_variables(&self) -> Vec<TemplateValue> {
        let pairs = self.0.script_variables.0.iter();
        pairs
            .map(|(name, value)| TemplateValue {
                name: name.clone(),
                value: value.clone(),
            })
            .collect()
    }
    async fn schedule(&self) -> Schedule {
        let schedule = &self.0.schedule.0;
        let windows = schedule.windows.iter().map(|w| DailyWindow {
            start: w.start.format("%H:%M").to_string(),
            end: w.end.format("%H:%M").to_string(),
        });
        Schedule {
            start: schedule.start,
            end: schedule.end,
            windows: windows.collect(),
            days: schedule.days.iter().map(|d| (*d).into()).collect(),
            per_minute: schedule.per_minute,
            per_day: schedule.per_day,
        }
    }
    /// The number that recipients see, E.164.
    async fn caller_id(&self) -> Option<&str> {
        self.0.caller_id.as_ref().map(domain::PhoneNumber::as_e164)
    }
    async fn min_interval_days(&self) -> Option<u32> {
        self.0.min_interval_days
    }
    async fn counters(&self) -> CampaignCounters {
        let r = &self.0;
        CampaignCounters {
            contacts: r.contacts,
            scripts_pending: r.scripts_pending,
            scripts_approved: r.scripts_approved,
            scripts_rejected: r.scripts_rejected,
            scripts_needs_revision: r.scripts_needs_revision,
            audio_requested: r.audio_requested,
            audio_rendered: r.audio_rendered,
            audio_failed: r.audio_failed,
            not_sent: r.not_sent,
            held: r.held,
            lapsed: r.lapsed,
            blocked: r.blocked,
            queued: r.queued,
            in_doubt: r.in_doubt,
            sent: r.sent,
            failed: r.failed,
            delivered: r.delivered,
            listened: r.listened,
            attempted: r.attempted,
        }
    }
    /// What came of those that were handed over, with rates.
    async fn results(&self) -> Results {
        self.0.results().into()
    }
    /// What it has cost, and what each voicemail came to.
    async fn cost_shares(&self) -> CostShares {
        CostShares::of(self.0.costs(), &self.0.results())
    }
    /// What the last recorded check for duplicates found.
    async fn duplicate_check(&self) -> Option<DuplicateCheck> {
        self.0.duplicates.as_ref().map(|report| DuplicateCheck {
            duplicates: report.0.duplicates,
            campaigns: report.0.conflicts.len() as u64,
            min_interval_days: report.0.min_interval_days,
        })
    }
    /// What was decided about duplicates.
    async fn duplicate_resolution(&self) -> Option<DuplicateResolution> {
        use domain::campaign::DuplicateResolution as Decided;
        let decided = self.0.duplicates_resolution.as_ref()?;
        Some(match &decided.0 {
            Decided::Removed => DuplicateResolution {
                kept: false,
                reason: None,
            },
            Decided::Kept { reason } => DuplicateResolution {
                kept: true,
                reason: Some(reason.clone()),
            },
        })
    }
    async fn costs(&self) -> CampaignCosts {
        CampaignCosts {
            writer: self.0.writer_cost.into(),
            voice: self.0.voice_cost.into(),
            carrier: self.0.carrier_cost.into(),
            estimate: self.0.cost_estimate.map(Into::into),
        }
    }
    async fn generation(&self) -> StepProgress {
        let r = &self.0;
        StepProgress {
            run: r.generation_run,
            total: r.generation_total,
            done: r.generation_done,
            failed: r.generation_failed,
            started_at: r.generation_started_at,
            finished_at: r.generation_finished_at,
        }
    }
    /// What is with the provider; nothing where no batch is open. One that was cancelled is open until it is known what it had written.
    async fn script_batches(&self) -> Option<BatchProgress> {
        let open = &self.0.script_batches.0;
        let sum = |of: fn(&OpenBatch) -> u64| open.values().map(of).sum();
        (!open.is_empty()).then(|| BatchProgress {
            batches: open.len() as u64,
            requests: sum(|b| b.requests),
            submitted: sum(|b| if b.submitted { b.requests } else { 0 }),
            processed: sum(|b| b.processed),
        })
    }
    async fn rendering(&self) -> StepProgress {
        let r = &self.0;
        StepProgress {
            run: r.rendering_run,
            total: r.rendering_total,
            done: r.rendering_done,
            failed: r.rendering_failed,
            started_at: r.rendering_started_at,
            finished_at: r.rendering_finished_at,
        }
    }
    /// Why the writing or speaking is halted or waits; nothing when it does not.
    async fn production_halt(&self) -> Option<ProductionHalt> {
        let r = &self.0;
        (r.production_paused || r.production_held_at.is_some()).then(|| ProductionHalt {
            paused: r.production_paused,
            reason: r.production_reason.clone(),
            waiting_since: r.production_held_at,
        })
    }
    /// The provider's voice id of the last rendering.
    async fn voice(&self) -> Option<&str> {
        self.0.rendering_voice.as_deref()
    }
    /// The import that is running into it.
    async fn import_id(&self) -> Option<ID> {
        self.0.import_batch.map(NodeKind::global)
    }
    /// How it ended, once it has.
    async fn totals(&self) -> Option<Json<serde_json::Value>> {
        let totals = self.0.totals.as_ref()?;
        serde_json::to_value(totals.0).ok().map(Json)
    }
    async fn approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.approved_at
    }
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.0.submitted_at
    }
    async fn activated_at(&self) -> Option<DateTime<Utc>> {
        self.0.activated_at
    }
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at
    }
    /// When it was put into the archive.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// Its contacts, by contact.
    #[expect(clippy::too_many_arguments, reason = "arguments of a GraphQL field")]
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        review: Option<ReviewState>,
        audio: Option<AudioState>,
        deliveries: Option<Vec<DeliveryStatus>>,
        without_script: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, CampaignContact>, Problem> {
        let (permit, _) = caller(ctx)?.campaign_row(self.0.campaign_id).await?;
        let filter = contact_filter(review, audio, deliveries, without_script);
        let request = page(first, after)?;
        let started = request.after.is_some();
        let found = caller(ctx)?
            .state
            .queries
            .campaign_contacts(permit.organization(), self.0.campaign_id, &filter, request)
            .await?;
        Ok(connection(found, started, CampaignContact))
    }

    /// Its scripts, by script; `stopped`: those with findings of the lint that stop an approval, or those without.
    #[expect(clippy::too_many_arguments, reason = "arguments of a GraphQL field")]
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn scripts(
        &self,
        ctx: &Context<'_>,
        review: Option<ReviewState>,
        audio: Option<AudioState>,
        deliveries: Option<Vec<DeliveryStatus>>,
        stopped: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, Script>, Problem> {
        let (permit, _) = caller(ctx)?.campaign_row(self.0.campaign_id).await?;
        let filter = script_filter(review, audio, deliveries, stopped);
        let request = page(first, after)?;
        let started = request.after.is_some();
        let found = caller(ctx)?
            .state
            .queries
            .scripts(permit.organization(), self.0.campaign_id, &filter, request)
            .await?;
        Ok(connection(found, started, Script::from))
    }
}

/// Which contacts of a campaign are wanted, as the read models take it.
pub fn contact_filter(
    review: Option<ReviewState>,
    audio: Option<AudioState>,
    deliveries: Option<Vec<DeliveryStatus>>,
    without_script: Option<bool>,
) -> CampaignContactFilter {
    CampaignContactFilter {
        review: review.map(Into::into),
        audio: audio.map(Into::into),
        deliveries: deliveries
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        without_script: without_script.unwrap_or(false),
        ..CampaignContactFilter::default()
    }
}

/// Which scripts of a campaign are wanted, as the read models take it.
pub fn script_filter(
    review: Option<ReviewState>,
    audio: Option<AudioState>,
    deliveries: Option<Vec<DeliveryStatus>>,
    stopped: Option<bool>,
) -> ScriptFilter {
    ScriptFilter {
        review: review.map(Into::into),
        audio: audio.map(Into::into),
        deliveries: deliveries
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        stopped,
        ..ScriptFilter::default()
    }
}

/// A contact's place in a campaign.
#[derive(Debug, Clone)]
pub struct CampaignContact(projections::queries::CampaignContact);

#[Object]
impl CampaignContact {
    async fn contact_id(&self) -> ID {
        self.0.place.contact_id.global()
    }
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Problem> {
        Ok(rows(ctx)?.load_one(self.0.place.contact_id).await?.map(Contact))
    }
    async fn script(&self) -> Option<Script> {
        self.0.script.clone().map(Script::from)
    }
    async fn source(&self) -> ContactSource {
        self.0.place.source.into()
    }
    async fn review(&self) -> Option<ReviewState> {
        self.0.review().map(Into::into)
    }
    async fn audio(&self) -> AudioState {
        self.0.audio().into()
    }
    async fn delivery(&self) -> DeliveryStatus {
        self.0.delivery().into()
    }
    /// The rule that holds or blocks it.
    async fn obstacle_rule(&self) -> Option<&str> {
        self.0.script.as_ref()?.obstacle_rule.as_deref()
    }
    async fn obstacle_detail(&self) -> Option<&str> {
        self.0.script.as_ref()?.obstacle_detail.as_deref()
    }
    async fn held_until(&self) -> Option<DateTime<Utc>> {
        self.0.script.as_ref()?.held_until
    }
    async fn contacted_at(&self) -> Option<DateTime<Utc>> {
        self.0.place.contacted_at
    }
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.place.added_at
    }
}
