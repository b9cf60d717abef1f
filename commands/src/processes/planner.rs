//! Events to work. Pure: the same event always plans the same, under a business key, so that a replay is harmless.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::{
    ContactId, Decider, Event, OrganizationId, Recorded,
    campaign::{Campaign, CampaignEvent, ProductionStep},
    compliance::Verdict,
    contact::{Contact, ContactEvent},
    import::{ImportBatch, ImportEvent},
    organization::{Organization, OrganizationEvent},
    script::{FailureClass, Script, ScriptEvent},
    suppression::{SuppressionEvent, SuppressionList},
};
use serde_json::json;

use super::notifications::About;
use crate::{
    people::contact_id,
    ports::{PlannedWork, ProcessStep, Safety, StoredEvent},
};

/// Name under which the planner's checkpoint is kept.
pub const PLANNER: &str = "planner";

/// Hours without a carrier's report after which a hand-off is in doubt: the carrier may hold a drop overnight.
pub(super) const REPORT_PATIENCE_HOURS: i64 = 24;

/// Minutes for which the numbers of a replaced version stay.
const REPLACED_KEPT_MINUTES: i64 = 15;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Read a contact list in.
    Import,
    /// Take out again what an import made.
    ImportUndo,
    /// Load a file of numbers that must not be called.
    ListLoad,
    /// Delete the numbers of a version of such a list that was replaced.
    ListForget,
    /// Write the scripts of a campaign.
    ScriptGeneration,
    /// Have a batch of them written by its provider.
    ScriptBatch,
    /// Speak the approved scripts of a campaign.
    AudioRendering,
    /// Plan a drop for each script of a submitted campaign.
    Dispatch,
    /// Hand one script to the carrier.
    Drop,
    /// See whether the carrier ever reported.
    ReportCheck,
    /// Make waiting work due: the campaign was resumed or halted, all sending or a state's is allowed again, a person wants no more, or
    /// a batch of scripts has ended.
    Hasten,
    /// Close a campaign whose scripts have all settled.
    Completion,
    /// Find out who is told of something.
    Announcement,
    /// Post one message to another program.
    Webhook,
    /// Send one mail.
    Mail,
}

impl Kind {
    /// Every kind, in the order in which a campaign meets them.
    pub const ALL: [Self; 15] = [
        Self::Import,
        Self::ImportUndo,
        Self::ListLoad,
        Self::ListForget,
        Self::ScriptGeneration,
        Self::ScriptBatch,
        Self::AudioRendering,
        Self::Dispatch,
        Self::Drop,
        Self::ReportCheck,
        Self::Hasten,
        Self::Completion,
        Self::Announcement,
        Self::Webhook,
        Self::Mail,
    ];

    /// The kind as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::ImportUndo => "import_undo",
            Self::ListLoad => "list_load",
            Self::ListForget => "list_forget",
            Self::ScriptGeneration => "script_generation",
            Self::ScriptBatch => "script_batch",
            Self::AudioRendering => "audio_rendering",
            Self::Dispatch => "dispatch",
            Self::Drop => "drop",
            Self::ReportCheck => "report_check",
            Self::Hasten => "hasten",
            Self::Completion => "completion",
            Self::Announcement => "announcement",
            Self::Webhook => "webhook",
            Self::Mail => "mail",
        }
    }
}

/// Kinds of streams from whose events anything follows.
pub const CONCERNED: &[&str] = &[
    ImportBatch::KIND,
    Campaign::KIND,
    Script::KIND,
    Contact::KIND,
    Organization::KIND,
    SuppressionList::KIND,
];

/// What a person can say that ends what waits for them: of everything that happens to contacts nothing else is read.
const WITHDRAWN: [&str; 4] = [
    "ConsentRevoked",
    "VoicemailOptedOut",
    "MarkedDoNotContact",
    "ContactErased",
];

/// Whether anything can follow from a stored event: an import makes thousands of contacts from which nothing follows.
pub(super) fn concerns(stored: &StoredEvent) -> bool {
    stored.stream.kind != Contact::KIND || WITHDRAWN.contains(&stored.name.as_str())
}

/// What follows from a page of events: one step.
#[derive(Debug, Default)]
pub(super) struct Following {
    step: ProcessStep,
    /// Who wants no more, of each organization, and the first event that says so.
    withdrawn: BTreeMap<OrganizationId, (Recorded, Vec<ContactId>)>,
}

impl Following {
    /// Takes the next event in.
    pub(super) fn take(&mut self, recorded: Recorded) {
        let next = plan(&recorded);
        self.step.plan.extend(next.plan);
        self.step.opened.extend(next.opened);
        self.step.settled.extend(next.settled);
        if let Some(contact) = withdrawn(&recorded) {
            let (_, contacts) = self
                .withdrawn
                .entry(recorded.metadata.organization_id)
                .or_insert_with(|| (recorded, vec![]));
            contacts.push(contact);
        }
    }

    /// All of it. However many have withdrawn, it is one piece of work for each organization.
    pub(super) fn into_step(mut self) -> ProcessStep {
        for (first, contacts) in self.withdrawn.into_values() {
            let kinds = [Kind::Drop.as_str()];
            let request = json!({ "kinds": kinds, "contacts": contacts });
            let key = first.event_id.to_string();
            let mut again = work(&first, Kind::Hasten, key, request);
            again.campaign = None;
            self.step.plan.push(again);
        }
        self.step
    }
}

/// Who must not be called any more since this event, whatever waits for them.
fn withdrawn(recorded: &Recorded) -> Option<ContactId> {
    match &recorded.event {
        Event::ContactEvent(
            ContactEvent::ConsentRevoked { .. }
            | ContactEvent::VoicemailOptedOut { .. }
            | ContactEvent::MarkedDoNotContact { .. }
            | ContactEvent::ContactErased { .. },
        ) => recorded.stream.id.parse().ok(),
        Event::SuppressionEvent(SuppressionEvent::SuppressionAdded { phone_index, .. }) => {
            Some(contact_id(recorded.metadata.organization_id, phone_index))
        }
        _ => None,
    }
}

/// What follows from an event.
pub fn plan(recorded: &Recorded) -> ProcessStep {
    match &recorded.event {
        Event::ImportEvent(ImportEvent::ImportStarted { batch_id, .. }) => one(work(
            recorded,
            Kind::Import,
            batch_id.to_string(),
            json!({ "batch": batch_id }),
        )),
        Event::ImportEvent(ImportEvent::ImportUndoRequested { .. }) => {
            let batch = recorded.stream.id.clone();
            one(work(recorded, Kind::ImportUndo, batch, json!({})))
        }
        Event::CampaignEvent(event) => of_campaign(recorded, event),
        Event::ScriptEvent(event) => of_script(recorded, event),
        Event::SuppressionEvent(event) => of_list(recorded, event),
        Event::OrganizationEvent(event) => of_organization(recorded, event),
        Event::ImportEvent(_) | Event::ContactEvent(_) | Event::Unknown { .. } => ProcessStep::default(),
    }
}

fn of_campaign(recorded: &Recorded, event: &CampaignEvent) -> ProcessStep {
    let Some(campaign) = recorded.metadata.campaign_id else {
        return ProcessStep::default();
    };
    match event {
        CampaignEvent::ScriptGenerationStarted { run, .. } => {
            let key = format!("{campaign}:{run}");
            one(work(recorded, Kind::ScriptGeneration, key, json!({ "run": run })))
        }
        CampaignEvent::AudioRenderingStarted { run, .. } => {
            let key = format!("{campaign}:{run}");
            one(work(recorded, Kind::AudioRendering, key, json!({ "run": run })))
        }
        CampaignEvent::ProductionResumed {
            step,
            run,
            resumption,
        } => {
            let kind = match step {
                ProductionStep::Scripts => Kind::ScriptGeneration,
                ProductionStep::Audio => Kind::AudioRendering,
            };
            let key = format!("{campaign}:{run}:{resumption}");
            let request = json!({ "run": run, "resumption": resumption });
            ProcessStep {
                plan: vec![
                    work(recorded, kind, key, request),
                    hasten(recorded, &[Kind::ScriptBatch]),
                ],
                ..ProcessStep::default()
            }
        }
        CampaignEvent::ScriptBatchPlanned { batch_id, .. } => {
            one(work(recorded, Kind::ScriptBatch, batch_id.to_string(), json!({})))
        }
        CampaignEvent::ScriptBatchEnded { .. } => one(hasten(recorded, &[Kind::ScriptGeneration])),
        // A batch that nobody wants any more is cancelled at its provider now, not at the next look.
        CampaignEvent::ProductionPaused { .. }
        | CampaignEvent::ProductionStopped { .. }
        | CampaignEvent::CampaignFailed { .. } => one(hasten(recorded, &[Kind::ScriptBatch])),
        CampaignEvent::CampaignSubmitted { scripts, .. } => ProcessStep {
            opened: vec![(recorded.metadata.organization_id, campaign, *scripts)],
            ..one(work(
                recorded,
                Kind::Dispatch,
                campaign.to_string(),
                json!({ "submitted_at": recorded.metadata.recorded_at }),
            ))
        },
        CampaignEvent::CampaignCompleted { .. } => announcement(
            recorded,
            &About::Completed {
                position: recorded.position,
                at: recorded.metadata.recorded_at,
            },
        ),
        CampaignEvent::CampaignResumed => one(hasten(recorded, &[Kind::Drop])),
        CampaignEvent::CampaignCancelled { .. } => one(hasten(recorded, &[Kind::Drop, Kind::ScriptBatch])),
        _ => ProcessStep::default(),
    }
}

fn of_script(recorded: &Recorded, event: &ScriptEvent) -> ProcessStep {
    let settles = match event {
        ScriptEvent::SubmissionDecided { decision } => decision.verdict == Verdict::Blocked,
        ScriptEvent::SubmissionFailed { class, .. } => *class != FailureClass::NotSent,
        ScriptEvent::SubmissionLapsed { .. }
        | ScriptEvent::SubmissionInDoubt { .. }
        | ScriptEvent::Delivered { .. }
        | ScriptEvent::Listened { .. }
        | ScriptEvent::DeliveryFailed { .. } => true,
        ScriptEvent::Submitted { attempt_id, .. } => {
            return one(report_check(recorded, &attempt_id.to_string()));
        }
        ScriptEvent::ScriptGenerated { .. }
        | ScriptEvent::ScriptEdited { .. }
        | ScriptEvent::ScriptReviewed { .. }
        | ScriptEvent::ReviewUndone { .. }
        | ScriptEvent::AudioRequested { .. }
        | ScriptEvent::AudioRendered { .. }
        | ScriptEvent::AudioFailed { .. }
        | ScriptEvent::AudioRemoved { .. }
        | ScriptEvent::SubmissionAttempted { .. }
        | ScriptEvent::Sent { .. } => false,
    };
    match (settles, recorded.metadata.campaign_id, recorded.stream.id.parse()) {
        (true, Some(campaign), Ok(script)) => ProcessStep {
            settled: vec![(campaign, script)],
            ..ProcessStep::default()
        },
        _ => ProcessStep::default(),
    }
}

fn of_list(recorded: &Recorded, event: &SuppressionEvent) -> ProcessStep {
    match event {
        SuppressionEvent::SuppressionLoadStarted { load, .. } => {
            let request = json!({ "list": recorded.stream.id });
            one(work(recorded, Kind::ListLoad, load.id.to_string(), request))
        }
        SuppressionEvent::SuppressionsLoaded { loaded, .. } => match loaded.replaces {
            Some(replaced) => {
                let mut forget = work(recorded, Kind::ListForget, replaced.to_string(), json!({}));
                // Whoever looks numbers up may still be at the version before it.
                forget.not_before = recorded.metadata.recorded_at + Duration::minutes(REPLACED_KEPT_MINUTES);
                one(forget)
            }
            None => ProcessStep::default(),
        },
        SuppressionEvent::SuppressionLoadFailed { .. }
        | SuppressionEvent::SuppressionAdded { .. }
        | SuppressionEvent::SuppressionExpired { .. } => ProcessStep::default(),
    }
}

fn of_organization(recorded: &Recorded, event: &OrganizationEvent) -> ProcessStep {
    let at = recorded.metadata.recorded_at;
    match event {
        OrganizationEvent::SendingAllowed { .. }
        | OrganizationEvent::StateSwitchedOn { .. }
        | OrganizationEvent::EmergencyEnded { .. } => one(hasten(recorded, &[Kind::Drop])),
        OrganizationEvent::WebhookTestRequested { endpoint_id } => announcement(
            recorded,
            &About::TestWebhook {
                endpoint: *endpoint_id,
                at,
            },
        ),
        OrganizationEvent::DigestMailTestRequested { user_id } => {
            announcement(recorded, &About::TestMail { user: *user_id, at })
        }
        OrganizationEvent::NotificationReplayRequested { notification_id } => announcement(
            recorded,
            &About::Replay {
                notification: *notification_id,
            },
        ),
        _ => ProcessStep::default(),
    }
}

/// The same event is told of once.
fn announcement(recorded: &Recorded, about: &About) -> ProcessStep {
    let key = recorded.event_id.to_string();
    one(work(recorded, Kind::Announcement, key, json!(about)))
}

fn report_check(recorded: &Recorded, attempt: &str) -> PlannedWork {
    let request = json!({ "script": recorded.stream.id, "attempt": attempt });
    let mut check = work(recorded, Kind::ReportCheck, attempt.to_owned(), request);
    check.not_before = recorded.metadata.recorded_at + Duration::hours(REPORT_PATIENCE_HOURS);
    check
}

/// What makes waiting work of these kinds due, of the campaign or of the whole organization.
fn hasten(recorded: &Recorded, kinds: &[Kind]) -> PlannedWork {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let key = recorded.event_id.to_string();
    work(recorded, Kind::Hasten, key, json!({ "kinds": kinds }))
}

fn one(planned: PlannedWork) -> ProcessStep {
    ProcessStep {
        plan: vec![planned],
        ..ProcessStep::default()
    }
}

fn work(recorded: &Recorded, kind: Kind, dedup_key: String, request: serde_json::Value) -> PlannedWork {
    PlannedWork {
        organization: recorded.metadata.organization_id,
        campaign: recorded.metadata.campaign_id,
        kind: kind.as_str(),
        dedup_key,
        cause: recorded.event_id,
        request: request.to_string(),
        safety: Safety::Idempotent,
        not_before: recorded.metadata.recorded_at,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Actor, CorrelationId, EventId, Metadata, PhoneIndex, Position, StreamId, SuppressionListId,
        contact::OptOutChannel, suppression::ListKind,
    };
    use uuid::Uuid;

    use super::*;

    const DESERT: OrganizationId = OrganizationId::from_uuid(Uuid::from_u128(1));
    const COAST: OrganizationId = OrganizationId::from_uuid(Uuid::from_u128(2));

    fn recorded(n: u128, organization: OrganizationId, stream: StreamId, event: Event) -> Recorded {
        Recorded {
            position: Position::new(1),
            stream,
            sequence: 1,
            event_id: EventId::from_uuid(Uuid::from_u128(n)),
            metadata: Metadata {
                organization_id: organization,
                actor: Actor::system("test"),
                correlation_id: CorrelationId::from_uuid(Uuid::from_u128(3)),
                causation_id: None,
                recorded_at: chrono::DateTime::UNIX_EPOCH,
                occurred_at: None,
                campaign_id: None,
                contact_id: None,
            },
            event,
        }
    }

    fn person(n: u128) -> ContactId {
        ContactId::from_uuid(Uuid::from_u128(n))
    }

    fn opts_out(n: u128, organization: OrganizationId) -> Recorded {
        let event = ContactEvent::VoicemailOptedOut {
            channel: OptOutChannel::Phone,
        };
        let stream = StreamId::new(Contact::KIND, person(n));
        recorded(n, organization, stream, Event::ContactEvent(event))
    }

    #[test]
    fn however_many_want_no_more_it_is_one_look_for_each_organization() {
        let index = PhoneIndex::from_hex("ab".repeat(16));
        let listed = SuppressionEvent::SuppressionAdded {
            list_id: SuppressionListId::from_uuid(Uuid::from_u128(7)),
            list: ListKind::Internal,
            phone_index: index.clone(),
            reason: "a letter".to_owned(),
            expires_at: None,
        };
        let stream = StreamId::new(SuppressionList::KIND, "7");
        let mut following = Following::default();
        following.take(opts_out(11, DESERT));
        following.take(opts_out(12, COAST));
        following.take(recorded(13, DESERT, stream, Event::SuppressionEvent(listed)));
        let planned = following.into_step().plan;
        let looks: Vec<_> = planned
            .iter()
            .map(|look| (look.kind, look.organization, look.request.as_str()))
            .collect();
        let to = |contacts: &[ContactId]| json!({ "kinds": ["drop"], "contacts": contacts }).to_string();
        let (desert, coast) = (to(&[person(11), contact_id(DESERT, &index)]), to(&[person(12)]));
        assert_eq!(
            looks,
            [
                ("hasten", DESERT, desert.as_str()),
                ("hasten", COAST, coast.as_str())
            ]
        );
    }
}
