//! The rules of a contact, given/when/then.

use chrono::{DateTime, Duration, Utc};

use super::{ContactCommand as Command, ContactEvent as Event, ContactRefusal as Refusal, *};
use crate::{
    CampaignId, ContactId, ImportBatchId, Location, PhoneIndex, ScriptId, Sealed, UserId,
    campaign::CampaignType,
    import::ContactSource,
    testing::{self, Given, uuid},
};

const ZOE: ContactId = ContactId::from_uuid(uuid(1));
const ADAM: ContactId = ContactId::from_uuid(uuid(2));
const DANA: UserId = UserId::from_uuid(uuid(3));
const SPRING: CampaignId = CampaignId::from_uuid(uuid(4));
const FIRST: ScriptId = ScriptId::from_uuid(uuid(5));
const SECOND: ScriptId = ScriptId::from_uuid(uuid(6));

fn given(events: impl IntoIterator<Item = Event>) -> Given<Contact> {
    testing::given(events)
}

fn noon() -> DateTime<Utc> {
    "2026-11-18T20:00:00Z".parse().unwrap()
}

fn sealed(nonce: &str) -> Sealed {
    Sealed::from_ciphertext(nonce.to_owned())
}

fn number(hex: &str) -> PhoneIndex {
    PhoneIndex::from_hex(hex.to_owned())
}

fn create(envelope: &str, phone: &str) -> Command {
    Command::Create {
        id: ZOE,
        envelope: sealed(envelope),
        phone_index: number(phone),
        location: Location::default(),
        source: ContactSource::Manual,
        batch: None,
        listing_status: None,
    }
}

fn created() -> Event {
    Event::ContactCreated {
        contact_id: ZOE,
        envelope: sealed("a"),
        phone_index: number("01"),
        location: Location::default(),
        source: ContactSource::Manual,
        batch_id: None,
        listing_status: None,
    }
}

fn consent() -> Consent {
    Consent {
        form: ConsentForm::Written,
        seller: "Desert Realty".to_owned(),
        disclosure_sha256: "00".to_owned(),
        captured_at: noon(),
        how: "web form".to_owned(),
        evidence: None,
    }
}

fn marked() -> Event {
    Event::MarkedDoNotContact {
        reason: "letter".to_owned(),
        by: None,
    }
}

fn opted_out() -> Event {
    Event::VoicemailOptedOut {
        channel: OptOutChannel::Phone,
    }
}

fn erased() -> Event {
    Event::ContactErased {
        request: "r".to_owned(),
        kept: vec![],
    }
}

fn reserve(script: ScriptId, at: DateTime<Utc>) -> Command {
    Command::ReserveSlot {
        campaign: SPRING,
        script,
        at,
        subject: Some(CampaignType::PastClients),
        min_interval_days: 14,
    }
}

fn reserved(script_id: ScriptId, at: DateTime<Utc>) -> Event {
    Event::SlotReserved {
        campaign_id: SPRING,
        script_id,
        at,
        subject: Some(CampaignType::PastClients),
    }
}

#[test]
fn a_row_that_comes_again_makes_no_second_contact() {
    given([]).when(create("a", "01")).then([created()]);
    given([created()])
        .when(create("sealed anew", "01"))
        .then_nothing();
    given([created()])
        .when(create("a", "02"))
        .then_refused(Refusal::AlreadyExists);
}

#[test]
fn nothing_can_be_asked_of_someone_unknown() {
    given([])
        .when(reserve(FIRST, noon()))
        .then_refused(Refusal::NotFound);
}

#[test]
fn a_contact_is_not_merged_with_itself() {
    given([created()])
        .when(Command::Merge { other: ZOE })
        .then_refused(Refusal::MergeWithItself);
    given([created()])
        .when(Command::Merge { other: ADAM })
        .then([Event::ContactsMerged { merged: ADAM }]);
}

/// So many days after that noon.
fn day(days: i64) -> DateTime<Utc> {
    noon() + Duration::days(days)
}

fn consent_of(captured_at: DateTime<Utc>) -> Consent {
    Consent {
        captured_at,
        ..consent()
    }
}

/// Recorded on the hundredth day.
fn record(consent: Consent) -> Command {
    Command::RecordConsent {
        consent,
        now: day(100),
    }
}

fn revoke(at: DateTime<Utc>) -> Command {
    Command::RevokeConsent {
        how: "sms".to_owned(),
        at,
    }
}

fn revoked(at: Option<DateTime<Utc>>) -> Event {
    Event::ConsentRevoked {
        how: "sms".to_owned(),
        at,
    }
}

fn recorded(consent: Consent) -> Event {
    Event::ConsentRecorded { consent }
}

#[test]
fn consent_is_recorded_once_ends_and_may_be_given_anew() {
    let (first, anew) = (consent_of(day(0)), consent_of(day(3)));
    given([created()])
        .when(record(first.clone()))
        .then([recorded(first.clone())]);
    given([created(), recorded(first.clone())])
        .when(record(first.clone()))
        .then_nothing();
    let contact = given([created(), recorded(first.clone())])
        .when(revoke(day(2)))
        .then([revoked(Some(day(2)))]);
    assert!(contact.consent.is_none() && contact.consent_revoked);
    given([created(), recorded(first.clone()), revoked(Some(day(2)))])
        .when(revoke(day(3)))
        .then_nothing();
    let contact = given([created(), recorded(first), revoked(Some(day(2)))])
        .when(record(anew.clone()))
        .then([recorded(anew)]);
    assert!(!contact.consent_revoked);
}

#[test]
fn an_older_consent_does_not_lift_a_revocation() {
    let first = consent_of(day(0));
    let refused = |revoked_at| Refusal::ConsentBeforeRevocation { revoked_at };
    for captured in [day(-400), day(0), day(1), day(2)] {
        given([created(), recorded(first.clone()), revoked(Some(day(2)))])
            .when(record(consent_of(captured)))
            .then_refused(refused(day(2)));
        given([created(), revoked(Some(day(2)))])
            .when(record(consent_of(captured)))
            .then_refused(refused(day(2)));
    }
    // An event of before the time was kept: at least what was revoked stays so.
    given([created(), recorded(first.clone()), revoked(None)])
        .when(record(first))
        .then_refused(refused(day(0)));
    // Nor does the end of a later consent let an earlier one through.
    given([
        created(),
        revoked(Some(day(2))),
        recorded(consent_of(day(3))),
        revoked(Some(day(9))),
    ])
    .when(record(consent_of(day(4))))
    .then_refused(refused(day(9)));
}

#[test]
fn nobody_has_agreed_in_the_future() {
    given([created()])
        .when(record(consent_of(day(101))))
        .then_refused(Refusal::ConsentFromTheFuture);
}

#[test]
fn a_revocation_counts_even_when_no_consent_was_known() {
    given([created()])
        .when(revoke(day(1)))
        .then([revoked(Some(day(1)))]);
}

#[test]
fn opting_out_and_marks_are_recorded_once() {
    let opt_out = || Command::OptOut {
        channel: OptOutChannel::Phone,
    };
    given([created()]).when(opt_out()).then([opted_out()]);
    given([created(), opted_out()]).when(opt_out()).then_nothing();
    let mark = || Command::MarkDoNotContact {
        reason: "letter".to_owned(),
        by: None,
    };
    given([created()]).when(mark()).then([marked()]);
    given([created(), marked()]).when(mark()).then_nothing();
}

#[test]
fn a_mark_is_lifted_by_someone_for_a_reason() {
    let lift = |reason: &str| Command::LiftDoNotContact {
        reason: reason.to_owned(),
        by: DANA,
    };
    given([created(), marked()])
        .when(lift(" "))
        .then_refused(Refusal::NoReason);
    let contact = given([created(), marked()])
        .when(lift("mistake"))
        .then([Event::DoNotContactLifted {
            reason: "mistake".to_owned(),
            by: DANA,
        }]);
    assert_eq!(contact.standing(), ContactStanding::Open);
    given([created()]).when(lift("mistake")).then_nothing();
}

#[test]
fn lifting_a_mark_does_not_bring_back_who_opted_out() {
    let lifted = Event::DoNotContactLifted {
        reason: "mistake".to_owned(),
        by: DANA,
    };
    let contact = given([created(), marked(), opted_out(), lifted]).state();
    assert_eq!(contact.standing(), ContactStanding::OptedOut);
}

mod slots {
    use super::*;

    #[test]
    fn a_slot_is_reserved_once_for_a_script() {
        given([created()])
            .when(reserve(FIRST, noon()))
            .then([reserved(FIRST, noon())]);
        given([created(), reserved(FIRST, noon())])
            .when(reserve(FIRST, noon()))
            .then_nothing();
    }

    #[test]
    fn two_campaigns_do_not_reach_one_person_within_the_interval() {
        let next_allowed = noon() + Duration::days(14);
        let past = || [created(), reserved(FIRST, noon())];
        given(past())
            .when(reserve(SECOND, next_allowed - Duration::microseconds(1)))
            .then_refused(Refusal::ContactedTooRecently {
                campaign: SPRING,
                next_allowed,
            });
        given(past())
            .when(reserve(SECOND, next_allowed))
            .then([reserved(SECOND, next_allowed)]);
    }

    #[test]
    fn an_interval_beyond_the_calendar_means_never_again() {
        let forever = Command::ReserveSlot {
            campaign: SPRING,
            script: SECOND,
            at: noon() + Duration::days(100_000),
            subject: None,
            min_interval_days: u32::MAX,
        };
        given([created(), reserved(FIRST, noon())])
            .when(forever)
            .then_refused(Refusal::ContactedTooRecently {
                campaign: SPRING,
                next_allowed: DateTime::<Utc>::MAX_UTC,
            });
    }

    #[test]
    fn who_must_not_be_contacted_has_no_slots() {
        given([created(), marked()])
            .when(reserve(FIRST, noon()))
            .then_refused(Refusal::DoNotContact);
        given([created(), opted_out()])
            .when(reserve(FIRST, noon()))
            .then_refused(Refusal::DoNotContact);
    }

    #[test]
    fn a_released_slot_is_free_again() {
        let release = || Command::ReleaseSlot { script: FIRST };
        let released = || Event::SlotReleased { script_id: FIRST };
        given([created(), reserved(FIRST, noon())])
            .when(release())
            .then([released()]);
        given([created()]).when(release()).then_nothing();
        given([created(), reserved(FIRST, noon()), released()])
            .when(reserve(SECOND, noon()))
            .then([reserved(SECOND, noon())]);
    }

    #[test]
    fn a_contact_remembers_a_bounded_number_of_slots() {
        let slots = (0..100_u8).map(|n| reserved(ScriptId::from_uuid(uuid(n)), noon()));
        let contact = given([created()].into_iter().chain(slots)).state();
        assert_eq!(contact.slots.len(), SLOTS_REMEMBERED_MAX);
    }
}

mod when_erased {
    use super::*;

    #[test]
    fn nothing_changes_any_more_but_a_slot_may_be_given_back() {
        given([created(), erased()])
            .when(reserve(FIRST, noon()))
            .then_refused(Refusal::Erased);
        given([created(), erased()])
            .when(record(consent()))
            .then_refused(Refusal::Erased);
        given([created(), reserved(FIRST, noon()), erased()])
            .when(Command::ReleaseSlot { script: FIRST })
            .then([Event::SlotReleased { script_id: FIRST }]);
    }

    #[test]
    fn erasing_is_recorded_once_and_takes_the_details_away() {
        let erase = || Command::Erase {
            request: "r".to_owned(),
            kept: vec![],
        };
        let contact = given([created()]).when(erase()).then([erased()]);
        assert!(contact.envelope.is_none());
        assert_eq!(contact.standing(), ContactStanding::Erased);
        given([created(), erased()]).when(erase()).then_nothing();
    }
}

const FARM: ImportBatchId = ImportBatchId::from_uuid(uuid(7));

fn imported() -> Event {
    let Event::ContactCreated {
        contact_id,
        envelope,
        phone_index,
        location,
        listing_status,
        ..
    } = created()
    else {
        unreachable!("that is what was made")
    };
    Event::ContactCreated {
        contact_id,
        envelope,
        phone_index,
        location,
        source: ContactSource::TitleRep,
        batch_id: Some(FARM),
        listing_status,
    }
}

fn marked_by(by: Option<UserId>) -> Event {
    Event::MarkedDoNotContact {
        reason: "asked".to_owned(),
        by,
    }
}

#[test]
fn taking_an_import_back_takes_out_what_it_made_unless_it_was_used_since() {
    let remove = || Command::Remove { batch: FARM };
    let removed = || Event::ContactRemoved { batch_id: FARM };
    given([imported()]).when(remove()).then([removed()]);
    given([imported(), removed()]).when(remove()).then_nothing();
    given([imported(), marked_by(None)])
        .when(remove())
        .then([removed()]);
    given([imported(), marked_by(Some(DANA))])
        .when(remove())
        .then_refused(Refusal::UsedSince);
    given([imported(), Event::ConsentRecorded { consent: consent() }])
        .when(remove())
        .then_refused(Refusal::UsedSince);
    given([created()])
        .when(remove())
        .then_refused(Refusal::NotOfThisImport);
}

#[test]
fn a_contact_that_was_taken_out_is_made_again_and_is_still_not_to_be_contacted() {
    let gone = || {
        [
            imported(),
            marked_by(None),
            Event::ContactRemoved { batch_id: FARM },
        ]
    };
    given(gone()).when(create("a", "01")).then([created()]);
    let again: Vec<Event> = gone().into_iter().chain([created()]).collect();
    given(again)
        .when(Command::ReserveSlot {
            campaign: SPRING,
            script: FIRST,
            at: noon(),
            subject: None,
            min_interval_days: 30,
        })
        .then_refused(Refusal::DoNotContact);
}
