//! The rules of a campaign, given/when/then.

use std::collections::BTreeMap;

use super::{
    CampaignCommand as Command, CampaignEvent as Event, CampaignRefusal as Refusal, CampaignStatus as Status,
    *,
};
use crate::{
    CampaignId, ContactId, ImportBatchId, MicroDollars, UserId,
    import::ContactSource,
    testing::{self, Given, uuid},
};

mod batching;
mod production;

const CAMPAIGN: CampaignId = CampaignId::from_uuid(uuid(1));
const DANA: UserId = UserId::from_uuid(uuid(2));
const IMPORT: ImportBatchId = ImportBatchId::from_uuid(uuid(3));
const OTHER_IMPORT: ImportBatchId = ImportBatchId::from_uuid(uuid(4));
const ZOE: ContactId = ContactId::from_uuid(uuid(5));
const ADAM: ContactId = ContactId::from_uuid(uuid(6));

fn given(events: impl IntoIterator<Item = Event>) -> Given<Campaign> {
    testing::given(events)
}

fn create(name: &str) -> Command {
    Command::Create {
        id: CAMPAIGN,
        name: name.to_owned(),
        kind: CampaignType::PastClients,
        neighborhood: None,
        script_template: None,
        script_variables: BTreeMap::new(),
        owner: DANA,
        team: None,
    }
}

const SUBMIT: Command = Command::Submit {
    listening_reported: true,
};

fn created() -> Event {
    Event::CampaignCreated {
        campaign_id: CAMPAIGN,
        name: "Spring".to_owned(),
        kind: CampaignType::PastClients,
        neighborhood: None,
        script_template: None,
        script_variables: BTreeMap::new(),
        owner: DANA,
        team: None,
    }
}

fn renamed(name: &str) -> Command {
    Command::ChangeDetails {
        name: Some(name.to_owned()),
        neighborhood: None,
        script_template: None,
        script_variables: None,
    }
}

fn imported(contacts: &[ContactId]) -> Event {
    Event::ContactsImported {
        batch_id: IMPORT,
        source: ContactSource::TitleRep,
        contact_ids: contacts.to_vec(),
        chunk: 1,
    }
}

fn add(batch: ImportBatchId, contacts: &[ContactId]) -> Command {
    Command::AddContacts {
        batch,
        source: ContactSource::TitleRep,
        contacts: contacts.to_vec(),
        chunk: 1,
    }
}

fn import_started() -> Event {
    Event::ContactImportStarted { batch_id: IMPORT }
}

fn import_finished() -> Event {
    Event::ContactImportFinished { batch_id: IMPORT }
}

fn caller_id_set() -> Event {
    Event::CallerIdSet {
        caller_id: "+17605550100".parse().unwrap(),
    }
}

fn generation_started() -> Event {
    Event::ScriptGenerationStarted {
        run: 1,
        engine: ScriptEngine::Template,
        prompt: None,
        prompt_sha256: None,
    }
}

fn generation_finished() -> Event {
    Event::ScriptGenerationFinished {
        run: 1,
        generated: 1,
        failed: 0,
    }
}

fn approved() -> Event {
    Event::CampaignApproved {
        by: DANA,
        contacts: 1,
        cost_estimate: MicroDollars::ZERO,
        blocked: 0,
    }
}

fn submitted() -> Event {
    Event::CampaignSubmitted {
        scripts: 1,
        listening_reported: true,
    }
}

fn paused() -> Event {
    Event::CampaignPaused {
        reason: "lunch".to_owned(),
    }
}

fn cancelled() -> Event {
    Event::CampaignCancelled {
        reason: "wrong list".to_owned(),
    }
}

fn completed() -> Event {
    Event::CampaignCompleted {
        totals: CampaignTotals::default(),
    }
}

fn failed() -> Event {
    Event::CampaignFailed {
        reason: "no account".to_owned(),
    }
}

fn in_review() -> Vec<Event> {
    vec![
        created(),
        imported(&[ZOE]),
        caller_id_set(),
        generation_started(),
        generation_finished(),
        Event::SentToReview,
    ]
}

fn in_review_then(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    in_review().into_iter().chain(events).collect()
}

fn approve(ready: u64, prechecked: u64) -> Command {
    Command::Approve {
        by: DANA,
        readiness: Readiness {
            ready,
            blocked: 0,
            prechecked,
            cost_estimate: MicroDollars::ZERO,
        },
    }
}

/// A campaign in every status that there is.
fn in_every_status() -> Vec<(Status, Vec<Event>)> {
    let rendering = Event::AudioRenderingStarted {
        run: 1,
        voice: "v".to_owned(),
    };
    vec![
        (Status::Draft, vec![created(), imported(&[ZOE])]),
        (Status::ImportingContacts, vec![created(), import_started()]),
        (
            Status::GeneratingScripts,
            vec![created(), imported(&[ZOE]), generation_started()],
        ),
        (Status::Review, in_review()),
        (Status::GeneratingAudio, in_review_then([rendering])),
        (Status::Approved, in_review_then([approved()])),
        (Status::Submitted, in_review_then([approved(), submitted()])),
        (
            Status::Active,
            in_review_then([approved(), submitted(), Event::CampaignActivated]),
        ),
        (
            Status::Paused,
            in_review_then([approved(), submitted(), Event::CampaignActivated, paused()]),
        ),
        (
            Status::Completed,
            in_review_then([approved(), submitted(), completed()]),
        ),
        (
            Status::Failed,
            in_review_then([approved(), submitted(), failed()]),
        ),
        (Status::Cancelled, vec![created(), cancelled()]),
    ]
}

/// The command gives events in exactly these statuses, and elsewhere a refusal that names them or nothing.
#[track_caller]
fn moves_only_from(statuses: &[Status], command: &Command) {
    for (status, past) in in_every_status() {
        let campaign = given(past).state();
        assert_eq!(campaign.status, status);
        match crate::aggregate::Decider::decide(&campaign, command.clone()) {
            Ok(events) if events.is_empty() => {
                assert!(!statuses.contains(&status), "{status}: nothing happened");
            }
            Ok(_) => assert!(statuses.contains(&status), "{status}: it was allowed"),
            Err(Refusal::WrongStatus { found, needs, .. }) => {
                assert_eq!(found, status);
                assert!(!statuses.contains(&status), "{status}: it was refused");
                assert!(needs.iter().all(|s| statuses.contains(s)), "{needs:?}");
            }
            Err(other) => panic!("{status}: {other}"),
        }
    }
}

mod when_absent {
    use super::*;

    #[test]
    fn it_is_created_with_its_name_trimmed() {
        given([]).when(create("  Spring ")).then([created()]);
    }

    #[test]
    fn a_name_is_needed_and_may_not_be_endless() {
        given([]).when(create(" ")).then_refused(Refusal::InvalidName);
        given([])
            .when(create(&"x".repeat(NAME_CHARS_MAX + 1)))
            .then_refused(Refusal::InvalidName);
    }

    #[test]
    fn nothing_else_can_be_asked_of_it() {
        given([]).when(SUBMIT).then_refused(Refusal::NotFound);
        given([created(), Event::CampaignDeleted])
            .when(SUBMIT)
            .then_refused(Refusal::NotFound);
    }

    #[test]
    fn creating_it_again_is_no_second_campaign() {
        given([created()]).when(create("Spring")).then_nothing();
        given([created()])
            .when(create("Autumn"))
            .then_refused(Refusal::AlreadyExists);
        given([created(), Event::CampaignDeleted])
            .when(create("Spring"))
            .then_refused(Refusal::AlreadyExists);
    }
}

mod while_being_set_up {
    use super::*;

    #[test]
    fn details_change_and_the_same_details_are_no_change() {
        given([created()])
            .when(renamed("Autumn"))
            .then([Event::CampaignDetailsChanged {
                name: Some("Autumn".to_owned()),
                neighborhood: None,
                script_template: None,
                script_variables: None,
            }]);
        given([created()]).when(renamed("Spring")).then_nothing();
    }

    #[test]
    fn a_schedule_that_cannot_be_kept_is_refused() {
        let schedule = Schedule {
            per_minute: Some(0),
            ..Schedule::default()
        };
        given([created()])
            .when(Command::SetSchedule(schedule))
            .then_refused(InvalidSchedule::NoRate.into());
        let schedule = Schedule {
            start: Some("2026-11-18T19:00:00Z".parse().unwrap()),
            end: Some("2026-11-18T19:00:00Z".parse().unwrap()),
            ..Schedule::default()
        };
        given([created()])
            .when(Command::SetSchedule(schedule))
            .then_refused(InvalidSchedule::EndsBeforeStart.into());
        let noon = "12:00:00".parse().unwrap();
        let schedule = Schedule {
            windows: vec![DailyWindow {
                start: noon,
                end: noon,
            }],
            ..Schedule::default()
        };
        given([created()])
            .when(Command::SetSchedule(schedule))
            .then_refused(InvalidSchedule::EmptyWindow.into());
    }

    #[test]
    fn a_schedule_is_set_until_it_is_submitted() {
        let schedule = Schedule {
            per_minute: Some(5),
            ..Schedule::default()
        };
        moves_only_from(
            &[Status::Draft, Status::Review, Status::Approved],
            &Command::SetSchedule(schedule),
        );
    }

    #[test]
    fn details_caller_id_and_duplicates_are_settled_before_approval() {
        let editable = [Status::Draft, Status::Review];
        moves_only_from(&editable, &renamed("Autumn"));
        moves_only_from(&editable, &Command::SetCallerId("+17605550199".parse().unwrap()));
        moves_only_from(
            &editable,
            &Command::RecordDuplicateCheck(DuplicateReport::default()),
        );
        let resolve = Command::ResolveDuplicates {
            resolution: DuplicateResolution::Removed,
            min_interval_days: 30,
        };
        moves_only_from(&editable, &resolve);
    }
}

mod while_contacts_come_in {
    use super::*;

    #[test]
    fn an_import_begins_once_and_returns_to_where_the_campaign_was() {
        let campaign = given([created()])
            .when(Command::StartImport(IMPORT))
            .then([import_started()]);
        assert_eq!(campaign.status, Status::ImportingContacts);
        given([created(), import_started()])
            .when(Command::StartImport(IMPORT))
            .then_nothing();
        let finish = Command::FinishImport(IMPORT);
        let campaign = given([created(), import_started()])
            .when(finish.clone())
            .then([import_finished()]);
        assert_eq!(campaign.status, Status::Draft);
        let campaign = given(in_review_then([import_started()]))
            .when(finish)
            .then([import_finished()]);
        assert_eq!(campaign.status, Status::Review);
    }

    #[test]
    fn only_new_contacts_are_recorded_each_once() {
        given([created(), import_started(), imported(&[ZOE])])
            .when(add(IMPORT, &[ZOE, ADAM, ADAM]))
            .then([imported(&[ADAM])]);
        given([created(), imported(&[ZOE])])
            .when(add(IMPORT, &[ZOE]))
            .then_nothing();
    }

    #[test]
    fn a_chunk_of_another_import_is_refused() {
        given([created(), import_started()])
            .when(add(OTHER_IMPORT, &[ZOE]))
            .then_refused(Refusal::UnknownImport(OTHER_IMPORT));
        given([created(), import_started()])
            .when(Command::FinishImport(OTHER_IMPORT))
            .then_refused(Refusal::UnknownImport(OTHER_IMPORT));
        given([created()])
            .when(Command::FinishImport(IMPORT))
            .then_nothing();
    }

    #[test]
    fn no_event_grows_with_the_list() {
        let many: Vec<_> = (0..=CONTACTS_PER_EVENT_MAX)
            .map(|n| ContactId::derived(uuid(9), &n.to_be_bytes()))
            .collect();
        given([created()])
            .when(add(IMPORT, &many))
            .then_refused(Refusal::TooManyContacts);
    }

    #[test]
    fn only_contacts_that_are_in_it_are_taken_out() {
        let remove = |contacts: &[ContactId]| Command::RemoveContacts {
            contacts: contacts.to_vec(),
            reason: "duplicate".to_owned(),
        };
        given([created(), imported(&[ZOE])])
            .when(remove(&[ZOE, ADAM]))
            .then([Event::ContactsRemoved {
                contact_ids: vec![ZOE],
                reason: "duplicate".to_owned(),
            }]);
        given([created()]).when(remove(&[ZOE])).then_nothing();
    }
}

mod while_being_produced {
    use super::*;

    fn generate() -> Command {
        Command::StartScriptGeneration {
            engine: ScriptEngine::Template,
            prompt: None,
            prompt_sha256: None,
        }
    }

    #[test]
    fn scripts_need_contacts() {
        given([created()])
            .when(generate())
            .then_refused(Refusal::NoContacts);
        given([created(), imported(&[ZOE])])
            .when(generate())
            .then([generation_started()]);
    }

    #[test]
    fn a_finished_generation_goes_to_review_once() {
        let finish = |run| Command::FinishScriptGeneration {
            run,
            generated: 1,
            failed: 0,
        };
        let generating = [created(), imported(&[ZOE]), generation_started()];
        given(generating.clone())
            .when(finish(1))
            .then([generation_finished(), Event::SentToReview]);
        given(generating)
            .when(finish(2))
            .then_refused(Refusal::UnknownRun(2));
        given(in_review()).when(finish(1)).then_nothing();
    }

    #[test]
    fn audio_is_rendered_from_review_only_and_returns_there() {
        let render = Command::StartAudioRendering {
            voice: "v".to_owned(),
        };
        moves_only_from(&[Status::Review], &render);
        let rendering = Event::AudioRenderingStarted {
            run: 1,
            voice: "v".to_owned(),
        };
        let finish = Command::FinishAudioRendering {
            run: 1,
            rendered: 1,
            failed: 0,
        };
        let finished = Event::AudioRenderingFinished {
            run: 1,
            rendered: 1,
            failed: 0,
        };
        let campaign = given(in_review_then([rendering]))
            .when(finish)
            .then([finished, Event::SentToReview]);
        assert_eq!(campaign.status, Status::Review);
    }
}

mod on_its_way_out {
    use super::*;

    #[test]
    fn doubts_are_told_when_their_number_has_changed_also_after_the_end() {
        let tell = |hand_offs| Command::TellDoubts { hand_offs };
        let told = |hand_offs| Event::HandOffsInDoubt { hand_offs };
        let mut past = in_review_then([approved(), submitted(), completed()]);
        given(past.clone()).when(tell(0)).then_nothing();
        given(past.clone()).when(tell(3)).then([told(3)]);
        past.push(told(3));
        given(past.clone()).when(tell(3)).then_nothing();
        let campaign = given(past).when(tell(2)).then([told(2)]);
        assert_eq!(campaign.status, Status::Completed);
    }

    #[test]
    fn it_is_approved_only_from_review() {
        moves_only_from(&[Status::Review], &approve(1, 1));
    }

    #[test]
    fn approval_rests_on_every_contact_a_caller_id_and_the_pre_check() {
        given(in_review()).when(approve(1, 1)).then([approved()]);
        given(in_review())
            .when(approve(0, 1))
            .then_refused(Refusal::NotReady {
                ready: 0,
                contacts: 1,
            });
        given(in_review())
            .when(approve(1, 0))
            .then_refused(Refusal::NotPrechecked {
                prechecked: 0,
                contacts: 1,
            });
        let without_number = in_review().into_iter().filter(|e| *e != caller_id_set());
        given(without_number)
            .when(approve(1, 1))
            .then_refused(Refusal::NoCallerId);
        let removed = Event::ContactsRemoved {
            contact_ids: vec![ZOE],
            reason: "moved".to_owned(),
        };
        given(in_review_then([removed]))
            .when(approve(0, 0))
            .then_refused(Refusal::NoContacts);
    }

    #[test]
    fn it_is_submitted_only_when_approved() {
        moves_only_from(&[Status::Approved], &SUBMIT);
        given(in_review_then([approved(), submitted()]))
            .when(SUBMIT)
            .then_nothing();
    }

    #[test]
    fn the_first_hand_over_activates_it_once() {
        moves_only_from(&[Status::Submitted], &Command::Activate);
    }

    #[test]
    fn a_pause_returns_to_where_it_was() {
        let pause = Command::Pause {
            reason: "lunch".to_owned(),
        };
        moves_only_from(&[Status::Submitted, Status::Active], &pause);
        moves_only_from(&[Status::Paused], &Command::Resume);
        let before = in_review_then([approved(), submitted(), paused()]);
        let campaign = given(before).when(Command::Resume).then([Event::CampaignResumed]);
        assert_eq!(campaign.status, Status::Submitted);
    }

    #[test]
    fn a_pause_a_failure_and_a_cancellation_need_a_reason() {
        let active = || {
            given(in_review_then([
                approved(),
                submitted(),
                Event::CampaignActivated,
            ]))
        };
        let reason = || " ".to_owned();
        active()
            .when(Command::Pause { reason: reason() })
            .then_refused(Refusal::NoReason);
        active()
            .when(Command::Fail { reason: reason() })
            .then_refused(Refusal::NoReason);
        active()
            .when(Command::Cancel { reason: reason() })
            .then_refused(Refusal::NoReason);
    }

    #[test]
    fn only_a_draft_is_deleted() {
        moves_only_from(&[Status::Draft], &Command::Delete);
    }

    #[test]
    fn only_what_has_ended_is_archived_and_a_repeat_changes_nothing() {
        moves_only_from(
            &[Status::Completed, Status::Failed, Status::Cancelled],
            &Command::Archive,
        );
        let archived = [created(), cancelled(), Event::CampaignArchived];
        given(archived.clone()).when(Command::Archive).then_nothing();
        given(archived)
            .when(Command::Unarchive)
            .then([Event::CampaignUnarchived]);
        given([created(), cancelled()])
            .when(Command::Unarchive)
            .then_nothing();
    }

    #[test]
    fn anything_that_has_not_ended_can_be_cancelled() {
        let open: Vec<_> = in_every_status()
            .into_iter()
            .map(|(s, _)| s)
            .filter(|s| !s.is_final())
            .collect();
        moves_only_from(
            &open,
            &Command::Cancel {
                reason: "wrong list".to_owned(),
            },
        );
    }

    #[test]
    fn it_completes_only_while_sending() {
        let complete = Command::Complete {
            totals: CampaignTotals::default(),
        };
        moves_only_from(&[Status::Submitted, Status::Active, Status::Paused], &complete);
    }

    #[test]
    fn a_step_out_of_order_names_what_it_found_and_what_it_needs() {
        let campaign = given([created()]).state();
        let refusal = crate::aggregate::Decider::decide(&campaign, SUBMIT).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "submitting needs a campaign that is approved, this one is draft"
        );
    }
}

#[test]
fn an_import_that_ends_after_a_campaign_was_cancelled_or_failed_does_not_bring_it_back() {
    for ended in [cancelled(), failed()] {
        given([created(), import_started(), ended])
            .when(Command::FinishImport(IMPORT))
            .then_nothing();
    }
}

#[test]
fn a_repeated_create_is_known_by_its_trimmed_name() {
    given([created()]).when(create(" Spring ")).then_nothing();
}
