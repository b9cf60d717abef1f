//! The rules of a suppression list, given/when/then.

use super::{SuppressionCommand as Command, SuppressionEvent as Event, SuppressionRefusal as Refusal, *};
use crate::{
    PhoneIndex, SuppressionListId,
    testing::{self, Given, uuid},
};

const LIST: SuppressionListId = SuppressionListId::from_uuid(uuid(1));

fn given(events: impl IntoIterator<Item = Event>) -> Given<SuppressionList> {
    testing::given(events)
}

fn version(day: u8, san: Option<&str>) -> LoadedList {
    LoadedList {
        version: format!("day {day}"),
        sha256: "00".to_owned(),
        obtained_at: format!("2026-11-{day:02}T00:00:00Z").parse().unwrap(),
        san: san.map(str::to_owned),
        added: 1,
        removed: 0,
    }
}

fn load(list: ListKind, loaded: LoadedList) -> Command {
    Command::Load {
        id: LIST,
        list,
        loaded,
    }
}

fn loaded(list: ListKind, loaded: LoadedList) -> Event {
    Event::SuppressionsLoaded {
        list_id: LIST,
        list,
        loaded,
    }
}

fn add(list: ListKind, reason: &str) -> Command {
    Command::Add {
        id: LIST,
        list,
        phone_index: PhoneIndex::from_hex("01".to_owned()),
        reason: reason.to_owned(),
        expires_at: None,
    }
}

fn added() -> Event {
    Event::SuppressionAdded {
        list_id: LIST,
        list: ListKind::Internal,
        phone_index: PhoneIndex::from_hex("01".to_owned()),
        reason: "opted out".to_owned(),
        expires_at: None,
    }
}

#[test]
fn the_federal_list_is_loaded_under_the_organizations_own_san() {
    let with_san = || version(1, Some("10000-0000-1"));
    given([])
        .when(load(ListKind::FederalDnc, version(1, None)))
        .then_refused(Refusal::NoSan);
    given([])
        .when(load(ListKind::FederalDnc, with_san()))
        .then([loaded(ListKind::FederalDnc, with_san())]);
}

#[test]
fn the_same_version_is_loaded_once_and_an_older_one_not_at_all() {
    let litigators = |day| loaded(ListKind::Litigator, version(day, None));
    given([litigators(2)])
        .when(load(ListKind::Litigator, version(2, None)))
        .then_nothing();
    given([litigators(2)])
        .when(load(ListKind::Litigator, version(1, None)))
        .then_refused(Refusal::Stale);
    given([litigators(2)])
        .when(load(ListKind::Litigator, version(3, None)))
        .then([litigators(3)]);
}

#[test]
fn a_list_stays_of_its_kind() {
    given([added()])
        .when(add(ListKind::Litigator, "sued"))
        .then_refused(Refusal::AnotherKind);
    given([added()])
        .when(load(ListKind::StateDnc, version(1, None)))
        .then_refused(Refusal::AnotherKind);
}

#[test]
fn a_number_comes_and_goes_for_a_reason() {
    let expire = |reason: &str| Command::Expire {
        id: LIST,
        phone_index: PhoneIndex::from_hex("01".to_owned()),
        reason: reason.to_owned(),
    };
    given([])
        .when(add(ListKind::Internal, "opted out"))
        .then([added()]);
    given([])
        .when(add(ListKind::Internal, " "))
        .then_refused(Refusal::NoReason);
    given([])
        .when(expire("ten years"))
        .then_refused(Refusal::NotFound);
    given([added()]).when(expire("")).then_refused(Refusal::NoReason);
    given([added()])
        .when(expire("ten years"))
        .then([Event::SuppressionExpired {
            list_id: LIST,
            phone_index: PhoneIndex::from_hex("01".to_owned()),
            reason: "ten years".to_owned(),
        }]);
}
