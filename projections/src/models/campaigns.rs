//! Campaigns as they are listed and shown, with counters that are always the sum over their contacts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ImportBatchId, MicroDollars, OrganizationId, PhoneNumber, Recorded, ScriptBatchId, TeamId,
    UserId,
    campaign::{
        CampaignEvent, CampaignStatus, CampaignTotals, CampaignType, DuplicateReport, DuplicateResolution,
        Schedule, ScriptEngine,
    },
    script::DeliveryStatus,
};
use serde::{Deserialize, Serialize};

use super::{ScriptRow, organization_of, scripts::add, stream_id};
use crate::{
    AudioState, Json, ReviewState, Rows,
    column::Names,
    figures::{Costs, Results},
    model::read_model,
};

/// Who writes the scripts, as stored.
pub type Engine = Json<ScriptEngine>;

/// A batch of scripts that is planned or with its provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBatch {
    /// Scripts that it is to write.
    pub requests: u64,
    /// The provider has taken it.
    pub submitted: bool,
    /// Requests that the provider says it is through with; some providers say so only at the end.
    pub processed: u64,
}

/// All of a campaign.
pub type OpenBatches = BTreeMap<ScriptBatchId, OpenBatch>;

read_model! {
    /// A campaign.
    pub struct CampaignRow in "campaigns" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
        }
        given {
            /// Whose campaign it is.
            owner: UserId,
        }
        /// The team that sees it.
        team: Option<TeamId>,
        /// What the agent calls it.
        name: String,
        /// What it is for.
        kind: CampaignType,
        /// The farm.
        neighborhood: Option<String>,
        /// Template of the scripts; nothing for the starter template of its type.
        script_template: Option<String>,
        /// Values for the template.
        script_variables: Json<Names>,
        /// Where it stands; `absent` once deleted.
        status: CampaignStatus,
        /// Where it stood before an import or a pause.
        status_before: CampaignStatus,
        /// Why it was paused, cancelled or failed.
        status_reason: Option<String>,
        /// When it may send.
        schedule: Json<Schedule>,
        /// The number that recipients see.
        caller_id: Option<PhoneNumber>,
        /// The import that runs into it.
        import_batch: Option<ImportBatchId>,
        /// The interval set for this campaign, days.
        min_interval_days: Option<u32>,
        /// The last duplicate check.
        duplicates: Option<Json<DuplicateReport>>,
        /// What was decided about duplicates.
        duplicates_resolution: Option<Json<DuplicateResolution>>,
        /// Contacts in it.
        contacts: i64,
        /// Contacts whose script waits for review.
        scripts_pending: i64,
        /// Contacts whose script is approved.
        scripts_approved: i64,
        /// Contacts whose script is rejected.
        scripts_rejected: i64,
        /// Contacts whose script needs a revision.
        scripts_needs_revision: i64,
        /// Contacts whose audio is being made.
        audio_requested: i64,
        /// Contacts whose audio is made.
        audio_rendered: i64,
        /// Contacts whose audio could not be made.
        audio_failed: i64,
        /// Contacts whose voicemail is not decided, or waits.
        not_sent: i64,
        /// Contacts held until a later instant.
        held: i64,
        /// Contacts whose voicemail lapsed with the campaign.
        lapsed: i64,
        /// Contacts that a rule forbids.
        blocked: i64,
        /// Contacts whose voicemail is being handed over or in the carrier's queue.
        queued: i64,
        /// Contacts of which nobody knows.
        in_doubt: i64,
        /// The figure of those in doubt as it was told last.
        in_doubt_told: i64,
        /// Contacts whose voicemail is on its way.
        sent: i64,
        /// Contacts whose voicemail was not left.
        failed: i64,
        /// Contacts whose voicemail was left and not (yet) played.
        delivered: i64,
        /// Contacts who played it.
        listened: i64,
        /// Contacts whose voicemail was handed over, or is being handed over, whatever came of it.
        attempted: i64,
        /// What writing cost so far.
        writer_cost: MicroDollars,
        /// What speaking cost so far.
        voice_cost: MicroDollars,
        /// What the carrier has charged so far.
        carrier_cost: MicroDollars,
        /// Characters that were billed for speaking.
        characters_spoken: i64,
        /// Counts script generations.
        generation_run: u32,
        /// Who writes in the last generation.
        generation_engine: Option<Engine>,
        /// Scripts to be written in the last generation.
        generation_total: i64,
        /// Scripts written in it.
        generation_done: i64,
        /// Scripts that could not be written in it.
        generation_failed: i64,
        /// When it began.
        generation_started_at: Option<DateTime<Utc>>,
        /// When it ended.
        generation_finished_at: Option<DateTime<Utc>>,
        /// The batches of scripts that are planned or with their provider.
        script_batches: Json<OpenBatches>,
        /// Counts audio renderings.
        rendering_run: u32,
        /// The provider's voice id of the last rendering.
        rendering_voice: Option<String>,
        /// Audios to be made in the last rendering.
        rendering_total: i64,
        /// Audios made in it.
        rendering_done: i64,
        /// Audios that could not be made in it.
        rendering_failed: i64,
        /// When it began.
        rendering_started_at: Option<DateTime<Utc>>,
        /// When it ended.
        rendering_finished_at: Option<DateTime<Utc>>,
        /// A human halted the writing or speaking.
        production_paused: bool,
        /// Why the writing or speaking is halted or waits.
        production_reason: Option<String>,
        /// Since when a provider's trouble holds it up.
        production_held_at: Option<DateTime<Utc>>,
        /// Who approved it.
        approved_by: Option<UserId>,
        /// When.
        approved_at: Option<DateTime<Utc>>,
        /// What sending was estimated to cost when it was approved.
        cost_estimate: Option<MicroDollars>,
        /// Contacts that the pre-check found blocked when it was approved.
        blocked_at_approval: Option<i64>,
        /// How it ended.
        totals: Option<Json<CampaignTotals>>,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// When something last happened to it or its scripts.
        updated_at: DateTime<Utc>,
        /// When it was given to the dispatcher.
        submitted_at: Option<DateTime<Utc>>,
        /// When the first voicemail was handed over.
        activated_at: Option<DateTime<Utc>>,
        /// The carrier says who listened.
        listening_reported: bool,
        /// Contacts who played it of whom it is known for how long.
        timed: i64,
        /// For how long together, milliseconds.
        listen_ms: i64,
        /// When it ended: completed, failed or cancelled.
        completed_at: Option<DateTime<Utc>>,
        /// When it was put out of sight.
        archived_at: Option<DateTime<Utc>>,
        /// The last sequence of its stream, for commands that expect one.
        sequence: i64,
    }
}

/// How far a campaign has got with one of its contacts, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    review: Option<ReviewState>,
    audio: AudioState,
    delivery: DeliveryStatus,
    contacted: bool,
}

impl Progress {
    /// By the contact's script, if it has one.
    pub(super) fn of(script: Option<&ScriptRow>) -> Self {
        Self {
            review: script.map(|s| s.review),
            audio: script.map_or(AudioState::None, |s| s.audio),
            delivery: script.map_or(DeliveryStatus::NotSent, |s| s.delivery),
            contacted: script.is_some_and(|s| s.attempted_at.is_some()),
        }
    }
}

impl CampaignRow {
    /// Adds `by` times what one contact contributes to the counters.
    fn tally(&mut self, contact: Progress, by: i64) {
        self.contacts += by;
        match contact.review {
            None => {}
            Some(ReviewState::Pending) => self.scripts_pending += by,
            Some(ReviewState::Approved) => self.scripts_approved += by,
            Some(ReviewState::Rejected) => self.scripts_rejected += by,
            Some(ReviewState::NeedsRevision) => self.scripts_needs_revision += by,
        }
        match contact.audio {
            AudioState::None | AudioState::Removed => {}
            AudioState::Requested => self.audio_requested += by,
            AudioState::Rendered => self.audio_rendered += by,
            AudioState::Failed => self.audio_failed += by,
        }
        *self.delivery_counter(contact.delivery) += by;
        if contact.contacted {
            self.attempted += by;
        }
    }

    fn delivery_counter(&mut self, status: DeliveryStatus) -> &mut i64 {
        match status {
            DeliveryStatus::NotSent => &mut self.not_sent,
            DeliveryStatus::Held => &mut self.held,
            DeliveryStatus::Lapsed => &mut self.lapsed,
            DeliveryStatus::Blocked => &mut self.blocked,
            DeliveryStatus::Queued => &mut self.queued,
            DeliveryStatus::InDoubt => &mut self.in_doubt,
            DeliveryStatus::Sent => &mut self.sent,
            DeliveryStatus::Failed => &mut self.failed,
            DeliveryStatus::Delivered => &mut self.delivered,
            DeliveryStatus::Listened => &mut self.listened,
        }
    }

    /// Takes the contribution of one contact from what it was to what it is.
    pub(super) fn recount(&mut self, before: Option<Progress>, after: Option<Progress>) {
        if before == after {
            return;
        }
        if let Some(contact) = before {
            self.tally(contact, -1);
        }
        if let Some(contact) = after {
            self.tally(contact, 1);
        }
    }

    /// What came of those that were handed over.
    pub const fn results(&self) -> Results {
        Results {
            attempted: self.attempted,
            delivered: self.reached(),
            listened: self.listened,
            failed: self.failed,
            listenable: if self.listening_reported {
                self.reached()
            } else {
                0
            },
            listening_reported: self.listening_reported,
            timed: self.timed,
            listen_ms: self.listen_ms,
        }
    }

    /// What it has cost so far.
    pub fn costs(&self) -> Costs {
        let costs = Costs {
            writer: self.writer_cost,
            voice: self.voice_cost,
            carrier: self.carrier_cost,
            listenable: MicroDollars::ZERO,
        };
        Costs {
            listenable: if self.listening_reported {
                costs.total()
            } else {
                MicroDollars::ZERO
            },
            ..costs
        }
    }

    /// Voicemails left in a mailbox, played or not.
    pub const fn reached(&self) -> i64 {
        self.delivered + self.listened
    }

    /// Contacts that have a script.
    pub const fn scripts(&self) -> i64 {
        self.scripts_pending + self.scripts_approved + self.scripts_rejected + self.scripts_needs_revision
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::CampaignEvent(happened) = &event.event else {
        return;
    };
    let Some(campaign) = stream_id::<CampaignId>(event) else {
        return;
    };
    let organization = organization_of(event);
    if let CampaignEvent::CampaignCreated { owner, .. } = happened {
        let mut row = CampaignRow::blank(organization, campaign, *owner);
        row.created_at = event.metadata.recorded_at;
        rows.campaigns.put(row);
    }
    rows.campaigns.change(&(organization, campaign), |row| {
        row.take_in(happened, event.metadata.recorded_at);
        row.updated_at = row.updated_at.max(event.metadata.recorded_at);
        row.sequence = event.sequence as i64;
    });
}

impl CampaignRow {
    fn take_in(&mut self, event: &CampaignEvent, at: DateTime<Utc>) {
        use CampaignEvent as E;
        match event {
            E::CampaignCreated { .. }
            | E::CampaignDetailsChanged { .. }
            | E::ScheduleSet { .. }
            | E::CallerIdSet { .. } => self.take_details(event),
            E::ContactImportStarted { batch_id } => {
                self.status_before = self.status;
                self.status = CampaignStatus::ImportingContacts;
                self.import_batch = Some(*batch_id);
            }
            E::ContactImportFinished { .. } => {
                self.status = self.status_before;
                self.import_batch = None;
            }
            // The counters follow the rows of the contacts.
            E::ContactsImported { .. } | E::ContactsRemoved { .. } => {}
            E::WritingWasted { cost, .. } => add(&mut self.writer_cost, *cost),
            E::SpeakingWasted { characters, cost, .. } => {
                add(&mut self.voice_cost, *cost);
                self.characters_spoken += *characters as i64;
            }
            E::DuplicatesChecked { report } => self.duplicates = Some(Json(report.clone())),
            E::DuplicatesResolved {
                resolution,
                min_interval_days,
            } => {
                self.duplicates_resolution = Some(Json(resolution.clone()));
                self.min_interval_days = Some(*min_interval_days);
            }
            E::ScriptGenerationStarted { .. }
            | E::ScriptGenerationFinished { .. }
            | E::AudioRenderingStarted { .. }
            | E::AudioRenderingFinished { .. }
            | E::ProductionPaused { .. }
            | E::ProductionResumed { .. }
            | E::ProductionHeld { .. }
            | E::ProductionReleased
            | E::ProductionStopped { .. } => self.take_production(event, at),
            E::ScriptBatchPlanned { .. }
            | E::ScriptBatchSubmitted { .. }
            | E::ScriptBatchProgressed { .. }
            | E::ScriptBatchEnded { .. } => self.take_batch(event),
            E::SentToReview => {
                self.status = CampaignStatus::Review;
                self.end_halt();
            }
            E::CampaignApproved {
                by,
                contacts: _,
                cost_estimate,
                blocked,
            } => {
                self.status = CampaignStatus::Approved;
                self.approved_by = Some(*by);
                self.approved_at = Some(at);
                self.cost_estimate = Some(*cost_estimate);
                self.blocked_at_approval = Some(*blocked as i64);
            }
            E::HandOffsInDoubt { hand_offs } => self.in_doubt_told = *hand_offs as i64,
            E::CampaignSubmitted { .. }
            | E::CampaignActivated
            | E::CampaignPaused { .. }
            | E::CampaignResumed
            | E::CampaignCancelled { .. }
            | E::CampaignCompleted { .. }
            | E::CampaignFailed { .. }
            | E::CampaignDeleted => self.take_sending(event, at),
            E::CampaignArchived => self.archived_at = Some(at),
            E::CampaignUnarchived => self.archived_at = None,
        }
    }

    fn take_details(&mut self, event: &CampaignEvent) {
        match event {
            CampaignEvent::CampaignCreated {
                name,
                kind,
                neighborhood,
                script_template,
                script_variables,
                team,
                ..
            } => {
                self.status = CampaignStatus::Draft;
                self.name.clone_from(name);
                self.kind = *kind;
                self.neighborhood.clone_from(neighborhood);
                self.script_template.clone_from(script_template);
                self.script_variables = Json(script_variables.clone());
                self.team = *team;
            }
            CampaignEvent::CampaignDetailsChanged {
                name,
                neighborhood,
                script_template,
                script_variables,
            } => {
                if let Some(name) = name {
                    self.name.clone_from(name);
                }
                if neighborhood.is_some() {
                    self.neighborhood.clone_from(neighborhood);
                }
                if script_template.is_some() {
                    self.script_template.clone_from(script_template);
                }
                if let Some(variables) = script_variables {
                    self.script_variables = Json(variables.clone());
                }
            }
            CampaignEvent::ScheduleSet { schedule } => self.schedule = Json(schedule.clone()),
            CampaignEvent::CallerIdSet { caller_id } => self.caller_id = Some(caller_id.clone()),
            _ => {}
        }
    }

    fn take_production(&mut self, event: &CampaignEvent, at: DateTime<Utc>) {
        match event {
            CampaignEvent::ScriptGenerationStarted { run, engine, .. } => {
                self.status = CampaignStatus::GeneratingScripts;
                self.generation_run = *run;
                self.generation_engine = Some(Json(engine.clone()));
                self.generation_total = self.contacts;
                (self.generation_done, self.generation_failed) = (0, 0);
                (self.generation_started_at, self.generation_finished_at) = (Some(at), None);
            }
            CampaignEvent::ScriptGenerationFinished {
                generated, failed, ..
            } => {
                self.generation_done = *generated as i64;
                self.generation_failed = *failed as i64;
                self.generation_finished_at = Some(at);
            }
            CampaignEvent::AudioRenderingStarted { run, voice } => {
                self.status = CampaignStatus::GeneratingAudio;
                self.rendering_run = *run;
                self.rendering_voice = Some(voice.clone());
                self.rendering_total = self.scripts_approved;
                (self.rendering_done, self.rendering_failed) = (0, 0);
                (self.rendering_started_at, self.rendering_finished_at) = (Some(at), None);
            }
            CampaignEvent::AudioRenderingFinished { rendered, failed, .. } => {
                self.rendering_done = *rendered as i64;
                self.rendering_failed = *failed as i64;
                self.rendering_finished_at = Some(at);
            }
            CampaignEvent::ProductionPaused { reason } => {
                self.production_paused = true;
                self.production_reason = Some(reason.clone());
            }
            CampaignEvent::ProductionResumed { .. } => self.end_halt(),
            CampaignEvent::ProductionHeld { reason } => {
                self.production_held_at = self.production_held_at.or(Some(at));
                self.production_reason = Some(reason.clone());
            }
            CampaignEvent::ProductionReleased => {
                self.production_held_at = None;
                if !self.production_paused {
                    self.production_reason = None;
                }
            }
            CampaignEvent::ProductionStopped { .. } => {
                if self.status == CampaignStatus::GeneratingScripts {
                    self.generation_finished_at = Some(at);
                } else {
                    self.rendering_finished_at = Some(at);
                }
            }
            _ => {}
        }
    }

    fn take_batch(&mut self, event: &CampaignEvent) {
        let batches = &mut self.script_batches.0;
        match event {
            CampaignEvent::ScriptBatchPlanned {
                batch_id,
                contact_ids,
                ..
            } => {
                let requests = contact_ids.len() as u64;
                batches.insert(
                    *batch_id,
                    OpenBatch {
                        requests,
                        ..OpenBatch::default()
                    },
                );
            }
            CampaignEvent::ScriptBatchSubmitted { batch_id, .. } => {
                if let Some(batch) = batches.get_mut(batch_id) {
                    batch.submitted = true;
                }
            }
            CampaignEvent::ScriptBatchProgressed { batch_id, processed } => {
                if let Some(batch) = batches.get_mut(batch_id) {
                    batch.processed = *processed;
                }
            }
            CampaignEvent::ScriptBatchEnded {
                batch_id,
                unused_cost,
                ..
            } => {
                batches.remove(batch_id);
                add(&mut self.writer_cost, *unused_cost);
            }
            _ => {}
        }
    }

    fn end_halt(&mut self) {
        self.production_paused = false;
        (self.production_reason, self.production_held_at) = (None, None);
    }

    fn take_sending(&mut self, event: &CampaignEvent, at: DateTime<Utc>) {
        match event {
            CampaignEvent::CampaignSubmitted {
                listening_reported, ..
            } => {
                self.listening_reported |= *listening_reported;
                self.status = CampaignStatus::Submitted;
                self.submitted_at = Some(at);
            }
            CampaignEvent::CampaignActivated => {
                self.status = CampaignStatus::Active;
                self.activated_at = Some(at);
            }
            CampaignEvent::CampaignPaused { reason } => {
                self.status_before = self.status;
                self.status = CampaignStatus::Paused;
                self.status_reason = Some(reason.clone());
            }
            CampaignEvent::CampaignResumed => {
                self.status = self.status_before;
                self.status_reason = None;
            }
            CampaignEvent::CampaignCancelled { reason } => {
                self.end(CampaignStatus::Cancelled, Some(reason), at);
            }
            CampaignEvent::CampaignCompleted { totals } => {
                self.totals = Some(Json(*totals));
                self.end(CampaignStatus::Completed, None, at);
            }
            CampaignEvent::CampaignFailed { reason } => self.end(CampaignStatus::Failed, Some(reason), at),
            CampaignEvent::CampaignDeleted => self.status = CampaignStatus::Absent,
            _ => {}
        }
    }

    fn end(&mut self, status: CampaignStatus, reason: Option<&String>, at: DateTime<Utc>) {
        self.status = status;
        self.status_reason = reason.cloned();
        self.completed_at = Some(at);
        self.end_halt();
    }
}
