//! Scripts: review and audio of the newest words; what became of the voicemail is in `script_delivery`. The words themselves lie with the
//! versions: a script's row is written again at every step and every report, and words are most of its weight.

use chrono::{DateTime, Utc};
use domain::{
    AttemptId, CampaignId, ContactId, MicroDollars, OrganizationId, Recorded, ScriptId, Sealed, UsState,
    UserId,
    campaign::CampaignStatus,
    script::{Author, DeliveryStatus, FailureClass, ScriptEvent, lint::Lint},
};

use super::{
    CampaignRow, analytics, campaign_contacts, campaigns::Progress, listeners, organization_of,
    prompts::fingerprint, results, stream_id, tallies,
};
use crate::{AudioState, Json, ReviewState, Rows, VerdictCode, model::read_model};

read_model! {
    /// The script of one contact in one campaign.
    pub struct ScriptRow in "scripts" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The script.
            script_id: ScriptId,
        }
        given {
            /// The campaign.
            campaign_id: CampaignId,
            /// The contact.
            contact_id: ContactId,
        }
        /// Whether the contact is in the campaign; a script outlives its removal.
        in_campaign: bool,
        /// The newest version, from 1.
        version: u32,
        /// Number of characters of the newest words.
        characters: u32,
        /// Who wrote the newest words.
        author: Author,
        /// The person who wrote them, if one did.
        editor: Option<UserId>,
        /// The provider's model id of the last generated version.
        model: Option<String>,
        /// Which prompt the last generated version was written from, as in [`PromptRow`](super::PromptRow); nothing where no model wrote it.
        prompt: Option<String>,
        /// How long the newest words take to say, estimated, milliseconds.
        estimated_ms: Option<i64>,
        /// How many findings of the lint about the newest words stop an approval.
        lint_blocking: i64,
        /// What the reviewer said of the newest version.
        review: ReviewState,
        /// Who reviewed it.
        reviewer: Option<UserId>,
        /// Why.
        review_notes: Option<String>,
        /// When.
        reviewed_at: Option<DateTime<Utc>>,
        /// What held before that, so that it can be taken back.
        review_before: Option<ReviewState>,
        /// The request that said it, which may have said it of many scripts.
        review_request: Option<String>,
        /// Where the audio of the newest version stands.
        audio: AudioState,
        /// The provider's voice id.
        voice: Option<String>,
        /// Where the audio lies.
        audio_key: Option<String>,
        /// SHA-256 of the audio, hex.
        audio_sha256: Option<String>,
        /// Length of the audio, milliseconds.
        audio_duration_ms: Option<i64>,
        /// Why audio could not be made.
        audio_error: Option<String>,
        /// Whether trying again may help.
        audio_retryable: bool,
        /// How far the voicemail has got.
        delivery: DeliveryStatus,
        /// The last decision about handing it over.
        verdict: Option<VerdictCode>,
        /// When a held one is looked at again.
        held_until: Option<DateTime<Utc>>,
        /// The first rule of the last decision that holds or blocks.
        obstacle_rule: Option<String>,
        /// What that rule says, in plain words.
        obstacle_detail: Option<String>,
        /// When the last decision was made.
        decided_at: Option<DateTime<Utc>>,
        /// State of the recipient by the last decision.
        state: Option<UsState>,
        /// IANA time zone of the recipient by the last decision.
        zone: Option<String>,
        /// The last hand-off.
        attempt_id: Option<AttemptId>,
        /// The key under which the carrier takes it once.
        idempotency_key: Option<String>,
        /// The carrier's reference of the request.
        message_id: Option<String>,
        /// The carrier's reference of the drop.
        carrier_id: Option<String>,
        /// Why it is in doubt or lapsed.
        delivery_reason: Option<String>,
        /// The carrier's code of the failure.
        failure_code: Option<String>,
        /// What follows from the failure.
        failure_class: Option<FailureClass>,
        /// The failure in plain words.
        failure_reason: Option<String>,
        /// What writing cost, all versions.
        writer_cost: MicroDollars,
        /// What speaking cost, all versions.
        voice_cost: MicroDollars,
        /// Characters billed for speaking, all versions.
        characters_spoken: i64,
        /// What the carrier charged.
        carrier_cost: Option<MicroDollars>,
        /// When the hand-off began; nothing once it provably did not happen.
        attempted_at: Option<DateTime<Utc>>,
        /// When the carrier took it.
        submitted_at: Option<DateTime<Utc>>,
        /// When the carrier was on its way, by its own clock.
        sent_at: Option<DateTime<Utc>>,
        /// When it was left, by the carrier's clock.
        delivered_at: Option<DateTime<Utc>>,
        /// When it was played, by the carrier's clock.
        listened_at: Option<DateTime<Utc>>,
        /// How long it was played, milliseconds.
        listen_ms: Option<i64>,
        /// When it failed, by the carrier's clock.
        failed_at: Option<DateTime<Utc>>,
        /// When the first version was written.
        created_at: DateTime<Utc>,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
        /// The last sequence of its stream, for commands that expect one.
        sequence: i64,
    }
}

read_model! {
    /// One version of a script.
    pub struct ScriptVersionRow in "script_versions" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The script.
            script_id: ScriptId,
            /// From 1.
            version: u32,
        }
        given {
            /// The words, under the contact's key.
            text: Sealed,
            /// Number of characters.
            characters: u32,
            /// Who wrote it.
            author: Author,
            /// When.
            created_at: DateTime<Utc>,
        }
        /// The person who wrote it, if one did.
        editor: Option<UserId>,
        /// The provider's model id.
        model: Option<String>,
        /// SHA-256 of the instructions, hex.
        prompt_sha256: Option<String>,
        /// Tokens read and written.
        tokens: Option<i64>,
        /// What it cost.
        cost: MicroDollars,
        /// What the lint said of it.
        lint: Option<Json<Lint>>,
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::ScriptEvent(happened) = &event.event else {
        return;
    };
    let Some(script) = stream_id::<ScriptId>(event) else {
        return;
    };
    let organization = organization_of(event);
    // The first event of a stream finds no row, and need not look for one: a campaign has thousands.
    let is_first = event.sequence == 1;
    let before = match happened {
        ScriptEvent::ScriptGenerated { .. } if is_first => None,
        _ => rows.scripts.share(&(organization, script)),
    };
    let mut after = match (&before, happened) {
        (Some(row), _) => ScriptRow::clone(row),
        (
            None,
            ScriptEvent::ScriptGenerated {
                campaign_id,
                contact_id,
                ..
            },
        ) => {
            let mut row = ScriptRow::blank(organization, script, *campaign_id, *contact_id);
            row.created_at = event.metadata.recorded_at;
            row.in_campaign = rows
                .campaign_contacts
                .get(&(organization, *campaign_id, *contact_id))
                .is_some();
            row
        }
        (None, _) => return expect_others(event, happened, rows),
    };
    let before = before.as_deref();
    after.take_in(happened, event);
    after.updated_at = after.updated_at.max(event.metadata.recorded_at);
    after.sequence = event.sequence as i64;
    rows.campaigns
        .change(&(organization, after.campaign_id), |campaign| {
            campaign.follow_script(before, &after);
            if after.in_campaign {
                campaign.recount(Some(Progress::of(before)), Some(Progress::of(Some(&after))));
            }
            campaign.follow_progress(happened);
            campaign.updated_at = campaign.updated_at.max(event.metadata.recorded_at);
        });
    campaign_contacts::follow_script(rows, before, &after);
    tallies::follow_obstacle(rows, before, Some(&after));
    analytics::follow_script(rows, before, &after);
    results::follow_script(rows, before, &after);
    listeners::follow_script(rows, before, &after);
    tallies::follow_failure(rows, before, Some(&after));
    if is_first {
        rows.scripts.begin(after);
    } else {
        rows.scripts.put(after);
    }
}

/// What will be asked for once the script's row is there: its event says whose script it is.
fn expect_others(event: &Recorded, happened: &ScriptEvent, rows: &mut Rows) {
    let organization = organization_of(event);
    let (Some(campaign), Some(contact)) = (event.metadata.campaign_id, event.metadata.contact_id) else {
        return;
    };
    rows.campaigns.expect(&(organization, campaign));
    if let ScriptEvent::SubmissionAttempted { .. } = happened {
        rows.campaign_contacts.expect(&(organization, campaign, contact));
    }
}

impl CampaignRow {
    /// Adds what a script has cost, and for how long it was played, since it was `before`.
    fn follow_script(&mut self, before: Option<&ScriptRow>, after: &ScriptRow) {
        let added = |cost: fn(&ScriptRow) -> MicroDollars| {
            MicroDollars::from_micros(cost(after).micros() - before.map_or(0, |b| cost(b).micros()))
        };
        add(&mut self.writer_cost, added(|s| s.writer_cost));
        add(&mut self.voice_cost, added(|s| s.voice_cost));
        add(
            &mut self.carrier_cost,
            added(|s| s.carrier_cost.unwrap_or_default()),
        );
        let played = |script: &ScriptRow| {
            let listened = script.delivery == DeliveryStatus::Listened;
            script.listen_ms.filter(|_| listened)
        };
        let (was, is) = (before.and_then(played), played(after));
        self.timed += i64::from(is.is_some()) - i64::from(was.is_some());
        self.listen_ms += is.unwrap_or(0) - was.unwrap_or(0);
        // A carrier that tells of one would tell of others.
        self.listening_reported |= after.delivery == DeliveryStatus::Listened;
        self.characters_spoken += after.characters_spoken - before.map_or(0, |b| b.characters_spoken);
    }

    /// Counts what the running generation or rendering has done; its end records the exact figures.
    fn follow_progress(&mut self, event: &ScriptEvent) {
        match (self.status, event) {
            (CampaignStatus::GeneratingScripts, ScriptEvent::ScriptGenerated { .. }) => {
                self.generation_done += 1;
            }
            (CampaignStatus::GeneratingAudio, ScriptEvent::AudioRendered { .. }) => self.rendering_done += 1,
            (CampaignStatus::GeneratingAudio, ScriptEvent::AudioFailed { .. }) => self.rendering_failed += 1,
            _ => {}
        }
    }
}

/// A sum that does not fit stays at the largest amount: no bill is that high.
pub(super) fn add(total: &mut MicroDollars, amount: MicroDollars) {
    *total = total.plus(amount).unwrap_or(MicroDollars::from_micros(i64::MAX));
}

impl ScriptRow {
    fn take_in(&mut self, event: &ScriptEvent, recorded: &Recorded) {
        use ScriptEvent as E;
        let at = recorded.metadata.recorded_at;
        match event {
            E::ScriptGenerated { .. } | E::ScriptEdited { .. } => self.take_words(event),
            E::ScriptReviewed {
                review, notes, by, ..
            } => {
                self.review_before = Some(self.review);
                self.review_request = Some(recorded.metadata.correlation_id.to_string());
                self.review = Some(*review).into();
                self.reviewer = Some(*by);
                self.review_notes.clone_from(notes);
                self.reviewed_at = Some(at);
            }
            E::ReviewUndone { review, by, .. } => {
                self.review = (*review).into();
                (self.reviewer, self.reviewed_at) = (Some(*by), Some(at));
                (self.review_notes, self.review_before, self.review_request) = (None, None, None);
            }
            E::AudioRequested { .. }
            | E::AudioRendered { .. }
            | E::AudioFailed { .. }
            | E::AudioRemoved { .. } => self.take_audio(event),
            E::SubmissionDecided { decision } => self.take_decision(decision, at),
            E::SubmissionAttempted { .. }
            | E::Submitted { .. }
            | E::SubmissionInDoubt { .. }
            | E::SubmissionFailed { .. }
            | E::SubmissionLapsed { .. } => self.take_submission(event, at),
            E::Sent { .. } | E::Delivered { .. } | E::Listened { .. } | E::DeliveryFailed { .. } => {
                self.take_report(event, recorded.metadata.happened_at());
            }
        }
    }

    fn take_words(&mut self, event: &ScriptEvent) {
        match event {
            ScriptEvent::ScriptGenerated {
                version,
                characters,
                by,
                model,
                prompt_sha256,
                cost,
                lint,
                ..
            } => {
                self.take_lint(lint.as_ref());
                (self.version, self.characters) = (*version, *characters);
                self.author = *by;
                self.editor = None;
                self.model.clone_from(model);
                self.prompt = prompt_sha256.as_deref().map(fingerprint);
                add(&mut self.writer_cost, *cost);
            }
            ScriptEvent::ScriptEdited {
                version,
                characters,
                by,
                lint,
                ..
            } => {
                self.take_lint(lint.as_ref());
                (self.version, self.characters) = (*version, *characters);
                self.author = Author::Manual;
                self.editor = Some(*by);
            }
            _ => return,
        }
        self.review = ReviewState::Pending;
        (self.reviewer, self.review_notes, self.reviewed_at) = (None, None, None);
        (self.review_before, self.review_request) = (None, None);
        self.audio = AudioState::None;
        self.forget_audio();
    }

    fn take_lint(&mut self, lint: Option<&Lint>) {
        self.estimated_ms = lint.map(|l| l.estimated_ms as i64);
        self.lint_blocking = lint.map_or(0, |l| l.blocking().count() as i64);
    }

    fn forget_audio(&mut self) {
        (self.audio_key, self.audio_sha256, self.audio_duration_ms) = (None, None, None);
        (self.audio_error, self.audio_retryable) = (None, false);
    }

    fn take_audio(&mut self, event: &ScriptEvent) {
        if let ScriptEvent::AudioRemoved { .. } = event {
            self.audio = AudioState::Removed;
            self.audio_key = None;
            return;
        }
        self.forget_audio();
        match event {
            ScriptEvent::AudioRequested { voice, .. } => {
                self.audio = AudioState::Requested;
                self.voice = Some(voice.clone());
            }
            ScriptEvent::AudioRendered {
                storage_key,
                sha256,
                duration_ms,
                characters,
                cost,
                ..
            } => {
                self.audio = AudioState::Rendered;
                self.audio_key = Some(storage_key.clone());
                self.audio_sha256 = Some(sha256.clone());
                self.audio_duration_ms = Some(*duration_ms as i64);
                self.characters_spoken += *characters as i64;
                add(&mut self.voice_cost, *cost);
            }
            ScriptEvent::AudioFailed {
                error,
                retryable,
                cost,
                characters,
                ..
            } => {
                self.characters_spoken += *characters as i64;
                add(&mut self.voice_cost, *cost);
                self.audio = AudioState::Failed;
                self.audio_error = Some(error.clone());
                self.audio_retryable = *retryable;
            }
            _ => {}
        }
    }
}

pub(super) fn apply_versions(event: &Recorded, rows: &mut Rows) {
    let domain::Event::ScriptEvent(happened) = &event.event else {
        return;
    };
    let Some(script) = stream_id::<ScriptId>(event) else {
        return;
    };
    let (organization, at) = (organization_of(event), event.metadata.recorded_at);
    let row = |version, text: &Sealed, characters, author| {
        ScriptVersionRow::blank(
            organization,
            script,
            version,
            text.clone(),
            characters,
            author,
            at,
        )
    };
    let written = match happened {
        ScriptEvent::ScriptGenerated {
            version,
            text,
            characters,
            by,
            model,
            prompt_sha256,
            tokens,
            cost,
            lint,
            ..
        } => ScriptVersionRow {
            model: model.clone(),
            prompt_sha256: prompt_sha256.clone(),
            tokens: tokens.map(|n| n as i64),
            cost: *cost,
            lint: lint.clone().map(Json),
            ..row(*version, text, *characters, *by)
        },
        ScriptEvent::ScriptEdited {
            version,
            text,
            characters,
            by,
            lint,
        } => ScriptVersionRow {
            editor: Some(*by),
            lint: lint.clone().map(Json),
            ..row(*version, text, *characters, Author::Manual)
        },
        _ => return,
    };
    // What begins a stream is the first version; a campaign has thousands.
    if event.sequence == 1 {
        rows.script_versions.begin(written);
    } else {
        rows.script_versions.put(written);
    }
}
