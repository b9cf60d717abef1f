//! Random but repeatable histories: every kind of event, over few ids. Campaigns and scripts begin with their making, and so does
//! everybody who is put into a campaign or has a script; beyond that projections must take whatever is there, so the histories do not
//! care whether an aggregate would have allowed it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use domain::{
    Actor, AttemptId, CampaignId, ContactId, CorrelationId, Event, EventId, ImportBatchId, Location,
    Metadata, MicroDollars, Position, Recorded, ScriptBatchId, ScriptId, StreamId, SuppressionListId, TeamId,
    campaign::{
        CampaignEvent, CampaignTotals, DuplicateReport, DuplicateResolution, Schedule, ScriptBatchOutcome,
        ScriptEngine,
    },
    compliance::Verdict,
    contact::{Consent, ConsentForm, ContactEvent, OptOutChannel},
    import::ContactSource,
    organization::{CallerId, OrganizationEvent, Role, Settings},
    script::{FailureClass, Review, ScriptEvent, VoiceSettings},
    suppression::{ListKind, LoadedList, SuppressionEvent},
};

use super::facts::{
    beginning, campaign, contact, contact_created, created, decision, generated, import_event, linted,
    organization, phone, prompt_sha256, report, sealed, user, uuid,
};

/// Ids of each kind that a history uses.
const ORGANIZATIONS: u64 = 3;
const CAMPAIGNS: u64 = 3;
const CONTACTS: u64 = 6;

/// A history in the making.
#[derive(Debug, Default)]
pub struct Story {
    /// What has been recorded.
    pub events: Vec<Recorded>,
    sequences: HashMap<StreamId, u64>,
    campaigns: BTreeSet<CampaignId>,
    scripts: BTreeSet<ScriptId>,
    contacts: BTreeSet<ContactId>,
    dice: u64,
}

/// A history of about `steps` events.
pub fn told(seed: u64, steps: usize) -> Vec<Recorded> {
    let mut story = Story {
        dice: seed | 1,
        ..Story::default()
    };
    for n in 0..ORGANIZATIONS {
        story.found(n);
    }
    for _ in 0..steps {
        story.step();
    }
    story.events
}

impl Story {
    /// A number below `sides` (xorshift: repeatable, and good enough to mix events).
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) % sides
    }

    fn now(&self) -> DateTime<Utc> {
        beginning() + Duration::minutes(self.events.len() as i64)
    }

    /// Records an event of organization `n` in a stream.
    pub fn record(
        &mut self,
        n: u64,
        stream: StreamId,
        about: (Option<CampaignId>, Option<ContactId>),
        occurred_at: Option<DateTime<Utc>>,
        event: impl Into<Event>,
    ) {
        let sequence = self.sequences.entry(stream.clone()).or_default();
        *sequence += 1;
        let number = self.events.len() as u64 + 1;
        let recorded = Recorded {
            // Gaps are part of every journal.
            position: Position::new(number * 2),
            stream,
            sequence: *sequence,
            event_id: EventId::from_uuid(uuid(n, 9, number)),
            metadata: Metadata {
                organization_id: organization(n),
                actor: Actor::User(user(n, 0)),
                correlation_id: CorrelationId::from_uuid(uuid(n, 8, number)),
                causation_id: None,
                recorded_at: self.now(),
                occurred_at,
                campaign_id: about.0,
                contact_id: about.1,
            },
            event: event.into(),
        };
        self.events.push(recorded);
    }

    fn found(&mut self, n: u64) {
        let event = OrganizationEvent::OrganizationFounded {
            organization_id: organization(n),
            name: format!("Brokerage {n}"),
            demonstration: false,
            admin: user(n, 0),
            admin_profile: sealed(n),
        };
        self.on_organization(n, event);
    }

    fn on_organization(&mut self, n: u64, event: OrganizationEvent) {
        self.record(
            n,
            StreamId::new("organization", organization(n)),
            (None, None),
            None,
            event,
        );
    }

    fn step(&mut self) {
        let n = self.roll(ORGANIZATIONS);
        match self.roll(20) {
            0..3 => self.campaign_step(n),
            3..5 => self.membership_step(n),
            5..8 => self.contact_step(n),
            8..12 => self.script_step(n),
            12..17 => self.delivery_step(n),
            17 => self.import_step(n),
            18 => self.suppression_step(n),
            _ => self.organization_step(n),
        }
    }

    /// Records an event of a campaign.
    pub fn on_campaign(&mut self, n: u64, campaign: CampaignId, event: CampaignEvent) {
        self.record(
            n,
            StreamId::new("campaign", campaign),
            (Some(campaign), None),
            None,
            event,
        );
    }

    /// Makes a contact unless something was recorded of it.
    fn meet(&mut self, n: u64, which: u64) -> ContactId {
        let id = contact(n, which);
        if !self.contacts.contains(&id) {
            self.on_contact(n, id, contact_created(n, which));
        }
        id
    }

    /// Records an event of a contact.
    pub fn on_contact(&mut self, n: u64, contact: ContactId, event: ContactEvent) {
        self.contacts.insert(contact);
        self.record(
            n,
            StreamId::new("contact", contact),
            (None, Some(contact)),
            None,
            event,
        );
    }

    /// Records an event of the script of a contact in a campaign.
    pub fn on_script(
        &mut self,
        n: u64,
        (campaign, contact): (CampaignId, ContactId),
        occurred_at: Option<DateTime<Utc>>,
        event: ScriptEvent,
    ) {
        let script = ScriptId::of(campaign, contact);
        self.record(
            n,
            StreamId::new("script", script),
            (Some(campaign), Some(contact)),
            occurred_at,
            event,
        );
    }

    fn campaign_step(&mut self, n: u64) {
        let which = self.roll(CAMPAIGNS);
        let id = campaign(n, which);
        let reason = || "a reason".to_owned();
        if self.campaigns.insert(id) {
            return self.on_campaign(n, id, created(n, which));
        }
        let event = match self.roll(21) + 3 {
            3 => CampaignEvent::CallerIdSet {
                caller_id: "+17605550100".parse().unwrap(),
            },
            4 => CampaignEvent::CampaignDetailsChanged {
                name: Some("Renamed".to_owned()),
                neighborhood: None,
                script_template: Some("Hello {{ first_name }}".to_owned()),
                script_variables: None,
            },
            5 => CampaignEvent::ScheduleSet {
                schedule: Schedule {
                    per_minute: Some(9),
                    ..Schedule::default()
                },
            },
            6 => CampaignEvent::DuplicatesChecked {
                report: DuplicateReport::default(),
            },
            7 => CampaignEvent::DuplicatesResolved {
                resolution: DuplicateResolution::Removed,
                min_interval_days: 30,
            },
            8 => CampaignEvent::ScriptGenerationStarted {
                run: 1,
                engine: ScriptEngine::Template,
                prompt: Some("Be brief.\nAnd warm.".to_owned()),
                prompt_sha256: prompt_sha256(1),
            },
            9 => CampaignEvent::ScriptGenerationFinished {
                run: 1,
                generated: 4,
                failed: 1,
            },
            10 => CampaignEvent::AudioRenderingStarted {
                run: 1,
                voice: "v".to_owned(),
            },
            11 => CampaignEvent::CampaignPaused { reason: reason() },
            12 => CampaignEvent::CampaignResumed,
            13 => CampaignEvent::CampaignSubmitted {
                scripts: 3,
                listening_reported: true,
            },
            14 => CampaignEvent::CampaignCompleted {
                totals: CampaignTotals {
                    delivered: 2,
                    ..CampaignTotals::default()
                },
            },
            15 => CampaignEvent::ProductionPaused { reason: reason() },
            16 => CampaignEvent::ProductionHeld { reason: reason() },
            17 => CampaignEvent::ProductionReleased,
            18 => CampaignEvent::ProductionStopped { reason: reason() },
            19..=22 => self.batch_event(n),
            _ => CampaignEvent::CampaignDeleted,
        };
        self.on_campaign(n, id, event);
    }

    fn batch_event(&mut self, n: u64) -> CampaignEvent {
        let batch_id = ScriptBatchId::from_uuid(uuid(n, 9, self.roll(3)));
        match self.roll(4) {
            0 => CampaignEvent::ScriptBatchPlanned {
                run: 1,
                batch_id,
                provider: "groq".to_owned(),
                model: None,
                contact_ids: vec![contact(n, 0), contact(n, 1)],
            },
            1 => CampaignEvent::ScriptBatchSubmitted {
                batch_id,
                reference: "batch_1".to_owned(),
            },
            2 => CampaignEvent::ScriptBatchProgressed {
                batch_id,
                processed: 1,
            },
            _ => CampaignEvent::ScriptBatchEnded {
                batch_id,
                outcome: ScriptBatchOutcome::Expired,
                written: 1,
                unwritable: vec![],
                unused_cost: MicroDollars::from_micros(55),
            },
        }
    }

    fn membership_step(&mut self, n: u64) {
        let which = self.roll(CAMPAIGNS);
        let campaign = campaign(n, which);
        if self.campaigns.insert(campaign) {
            return self.on_campaign(n, campaign, created(n, which));
        }
        let first = self.roll(CONTACTS);
        let contact_ids = (0..=self.roll(3))
            .map(|i| self.meet(n, (first + i) % CONTACTS))
            .collect();
        let event = if self.roll(4) == 0 {
            CampaignEvent::ContactsRemoved {
                contact_ids,
                reason: "duplicates".to_owned(),
            }
        } else {
            CampaignEvent::ContactsImported {
                batch_id: ImportBatchId::from_uuid(uuid(n, 4, 0)),
                source: ContactSource::TitleRep,
                contact_ids,
                chunk: 1,
            }
        };
        self.on_campaign(n, campaign, event);
    }

    fn contact_step(&mut self, n: u64) {
        let which = self.roll(CONTACTS);
        let id = contact(n, which);
        let campaign = campaign(n, self.roll(CAMPAIGNS));
        let script_id = ScriptId::of(campaign, id);
        let event = match self.roll(14) {
            0..4 => contact_created(n, which),
            4 => ContactEvent::ContactDetailsChanged {
                batch_id: None,
                envelope: sealed(90),
                phone_index: phone(which + 50),
                location: Location::default(),
            },
            5 => ContactEvent::ContactsMerged {
                merged: contact(n, (which + 1) % CONTACTS),
            },
            6 => ContactEvent::ConsentRecorded {
                consent: Consent {
                    form: ConsentForm::Written,
                    seller: "Brokerage".to_owned(),
                    disclosure_sha256: "00".to_owned(),
                    captured_at: beginning(),
                    how: "web form".to_owned(),
                    evidence: None,
                },
            },
            7 => ContactEvent::ConsentRevoked {
                at: None,
                how: "call".to_owned(),
            },
            8 => ContactEvent::VoicemailOptedOut {
                channel: OptOutChannel::Phone,
            },
            9 => ContactEvent::MarkedDoNotContact {
                reason: "asked".to_owned(),
                by: None,
            },
            10 => ContactEvent::DoNotContactLifted {
                reason: "in error".to_owned(),
                by: user(n, 0),
            },
            11 => ContactEvent::SlotReserved {
                campaign_id: campaign,
                script_id,
                at: self.now(),
                subject: None,
            },
            12 => ContactEvent::SlotReleased { script_id },
            _ => ContactEvent::ContactErased {
                request: "R-1".to_owned(),
                kept: vec![],
            },
        };
        self.on_contact(n, id, event);
    }

    fn script_step(&mut self, n: u64) {
        let campaign = campaign(n, self.roll(CAMPAIGNS));
        let which = self.roll(CONTACTS);
        let about = (campaign, self.meet(n, which));
        let first = self.scripts.insert(ScriptId::of(about.0, about.1));
        let version = self.roll(5) as u32 + 1;
        let event = match if first { 0 } else { self.roll(11) } {
            0 | 1 => generated(about, version),
            2 => ScriptEvent::ScriptEdited {
                version,
                text: sealed(u64::from(version)),
                characters: 210,
                by: user(n, 0),
                lint: linted(version),
            },
            3..6 => ScriptEvent::ScriptReviewed {
                version,
                review: [Review::Approved, Review::Rejected, Review::NeedsRevision][self.roll(3) as usize],
                notes: None,
                by: user(n, 0),
            },
            6 => ScriptEvent::AudioRequested {
                version,
                voice: "v".to_owned(),
                settings: VoiceSettings::default(),
            },
            7 => ScriptEvent::AudioRendered {
                version,
                storage_key: "audio/1.mp3".to_owned(),
                sha256: "11".to_owned(),
                duration_ms: 31_000,
                characters: 200,
                provider_id: "p".to_owned(),
                cost: MicroDollars::from_micros(60_000),
                content_hash: None,
            },
            8 => ScriptEvent::ReviewUndone {
                version,
                review: [None, Some(Review::Approved), Some(Review::Rejected)][self.roll(3) as usize],
                by: user(n, 0),
            },
            9 => ScriptEvent::AudioRemoved {
                storage_key: "audio/1.mp3".to_owned(),
                reason: "90 days".to_owned(),
            },
            _ => ScriptEvent::AudioFailed {
                version,
                error: "quota".to_owned(),
                retryable: true,
                cost: MicroDollars::from_micros(700),
                characters: 7,
            },
        };
        self.on_script(n, about, None, event);
    }

    fn delivery_step(&mut self, n: u64) {
        let about = (campaign(n, self.roll(CAMPAIGNS)), contact(n, self.roll(CONTACTS)));
        if !self.scripts.contains(&ScriptId::of(about.0, about.1)) {
            return;
        }
        let attempt_id = AttemptId::from_uuid(uuid(n, 5, self.roll(50)));
        let event = match self.roll(12) {
            0 => ScriptEvent::SubmissionDecided {
                decision: decision(Verdict::HeldUntil(self.now() + Duration::hours(3))),
            },
            1 => ScriptEvent::SubmissionDecided {
                decision: decision(Verdict::Blocked),
            },
            2 => ScriptEvent::SubmissionDecided {
                decision: decision(Verdict::Cleared),
            },
            3..6 => ScriptEvent::SubmissionAttempted {
                attempt_id,
                idempotency_key: "k".to_owned(),
            },
            6 => ScriptEvent::Submitted {
                attempt_id,
                message_id: format!("m{}", self.roll(9)),
            },
            7 => ScriptEvent::SubmissionInDoubt {
                attempt_id,
                reason: "no answer".to_owned(),
            },
            8 => ScriptEvent::SubmissionFailed {
                attempt_id,
                code: "429".to_owned(),
                class: FailureClass::NotSent,
            },
            9 => ScriptEvent::SubmissionLapsed {
                reason: "the campaign ended".to_owned(),
            },
            _ => return self.report_step(n, about),
        };
        self.on_script(n, about, None, event);
    }

    fn report_step(&mut self, n: u64, about: (CampaignId, ContactId)) {
        let at = beginning() + Duration::minutes(self.roll(3_000) as i64);
        let which = self.roll(5);
        self.on_script(n, about, Some(at), report(which, self.events.len() as u64));
    }

    fn import_step(&mut self, n: u64) {
        let batch_id = ImportBatchId::from_uuid(uuid(n, 4, self.roll(2)));
        let roll = self.roll(12);
        self.record(
            n,
            StreamId::new("import_batch", batch_id),
            (None, None),
            None,
            import_event(n, batch_id, roll),
        );
    }

    fn suppression_step(&mut self, n: u64) {
        let list_id = SuppressionListId::from_uuid(uuid(n, 6, 0));
        let phone_index = phone(self.roll(CONTACTS));
        let event = match self.roll(4) {
            0 => SuppressionEvent::SuppressionsLoaded {
                list_id,
                list: ListKind::Internal,
                loaded: LoadedList {
                    version: "1".to_owned(),
                    sha256: "33".to_owned(),
                    obtained_at: beginning(),
                    san: None,
                    added: 5,
                    removed: 0,
                    ..LoadedList::default()
                },
            },
            1 | 2 => SuppressionEvent::SuppressionAdded {
                list_id,
                list: ListKind::Internal,
                phone_index,
                reason: "asked".to_owned(),
                expires_at: None,
            },
            _ => SuppressionEvent::SuppressionExpired {
                list_id,
                phone_index,
                reason: "lifted".to_owned(),
            },
        };
        self.record(
            n,
            StreamId::new("suppression_list", list_id),
            (None, None),
            None,
            event,
        );
    }

    fn organization_step(&mut self, n: u64) {
        let user_id = user(n, self.roll(3));
        let team_id = TeamId::from_uuid(uuid(n, 7, 0));
        let california = "CA".parse().unwrap();
        let event = match self.roll(11) {
            0 | 1 => OrganizationEvent::MemberAdded {
                user_id,
                role: Role::Agent,
                profile: sealed(7),
            },
            2 => OrganizationEvent::MemberRoleChanged {
                user_id,
                role: Role::Auditor,
            },
            3 => OrganizationEvent::MemberRemoved { user_id },
            4 => OrganizationEvent::TeamCreated {
                team_id,
                name: "North".to_owned(),
            },
            5 => OrganizationEvent::TeamMemberAdded { team_id, user_id },
            6 => OrganizationEvent::TeamMemberRemoved { team_id, user_id },
            7 => OrganizationEvent::SettingsChanged {
                settings: Settings::default(),
            },
            8 => OrganizationEvent::CallerIdAdded {
                caller_id: CallerId {
                    number: "+17605550100".parse().unwrap(),
                    label: "Office".to_owned(),
                },
                proof: "bill".to_owned(),
            },
            9 => OrganizationEvent::StateSwitchedOn {
                state: california,
                reason: "reviewed".to_owned(),
            },
            _ => OrganizationEvent::AuditorLookedUp {
                user_id,
                subject: format!("contact/{}", contact(n, 0)),
            },
        };
        self.on_organization(n, event);
    }
}
