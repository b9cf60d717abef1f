//! The rules of a suppression list, given/when/then.

use super::{SuppressionCommand as Command, SuppressionEvent as Event, SuppressionRefusal as Refusal, *};
use crate::{
    ListLoadId, PhoneIndex, SuppressionListId, UserId,
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
        ..LoadedList::default()
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

mod files {
    use chrono::{DateTime, Utc};

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-18T12:00:00Z".parse().unwrap()
    }

    fn file(number: u8, day: u8) -> ListLoad {
        ListLoad {
            id: ListLoadId::from_uuid(uuid(number)),
            blob_key: "lists/a".to_owned(),
            sha256: "00".to_owned(),
            version: format!("day {day}"),
            obtained_at: format!("2026-11-{day:02}T00:00:00Z").parse().unwrap(),
            state: None,
            san: Some("10000-0000-1".to_owned()),
            is_change: false,
            by: UserId::from_uuid(uuid(9)),
        }
    }

    fn start(load: ListLoad) -> Command {
        Command::StartLoad {
            id: LIST,
            list: ListKind::FederalDnc,
            load,
            now: noon(),
        }
    }

    fn started(load: ListLoad) -> Event {
        Event::SuppressionLoadStarted {
            list_id: LIST,
            list: ListKind::FederalDnc,
            load,
        }
    }

    fn in_force(number: u8, day: u8) -> Event {
        loaded(
            ListKind::FederalDnc,
            LoadedList {
                load_id: Some(ListLoadId::from_uuid(uuid(number))),
                ..version(day, Some("10000-0000-1"))
            },
        )
    }

    #[test]
    fn a_file_is_loaded_once_however_often_it_comes() {
        given([]).when(start(file(2, 17))).then([started(file(2, 17))]);
        given([started(file(2, 17))])
            .when(start(file(2, 17)))
            .then_nothing();
        given([started(file(2, 17)), in_force(2, 17)])
            .when(start(file(2, 17)))
            .then_nothing();
    }

    #[test]
    fn one_file_of_a_list_at_a_time_and_none_older_than_the_one_in_force() {
        given([started(file(2, 17))])
            .when(start(file(3, 18)))
            .then_refused(Refusal::AlreadyLoading);
        given([in_force(2, 17)])
            .when(start(file(3, 16)))
            .then_refused(Refusal::Stale);
        given([in_force(2, 17)])
            .when(start(file(3, 18)))
            .then([started(file(3, 18))]);
    }

    #[test]
    fn a_file_needs_what_proves_where_it_is_from() {
        let without = |change: fn(&mut ListLoad)| {
            let mut load = file(2, 17);
            change(&mut load);
            given([]).when(start(load))
        };
        without(|l| l.san = None).then_refused(Refusal::NoSan);
        without(|l| l.version = " ".to_owned()).then_refused(Refusal::NoVersion);
        without(|l| l.state = "TX".parse().ok()).then_refused(Refusal::WrongState);
        without(|l| l.is_change = true).then_refused(Refusal::NothingToChange);
        given([])
            .when(start(file(2, 19)))
            .then_refused(Refusal::FromTheFuture);
    }

    #[test]
    fn a_file_that_fails_leaves_the_version_before_it_in_force() {
        let fail = |number| Command::FailLoad {
            id: LIST,
            load: ListLoadId::from_uuid(uuid(number)),
            reason: "no numbers in it".to_owned(),
        };
        let list = given([in_force(2, 17), started(file(3, 18))])
            .when(fail(3))
            .then([Event::SuppressionLoadFailed {
                list_id: LIST,
                load_id: ListLoadId::from_uuid(uuid(3)),
                reason: "no numbers in it".to_owned(),
            }]);
        assert_eq!(list.loaded.unwrap().version, "day 17");
        assert_eq!(list.loading, None);
        given([started(file(3, 18))]).when(fail(2)).then_nothing();
    }
}
