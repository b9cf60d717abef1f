//! Events are storage formats: a fixture of every event in every version is committed under `fixtures/events` and never
//! changes. What is stored today must be readable for as long as there is a journal, and be written the same way.

#![cfg(test)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use domain::Event;

/// A committed fixture: kind, name and version from its path, the payload as it is stored, but indented.
struct Fixture {
    kind: String,
    name: String,
    version: String,
    payload: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn fixtures() -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for kind in entries(&folder()) {
        for name in entries(&kind) {
            for version in entries(&name) {
                assert_eq!(version.extension().unwrap(), "json", "{}", version.display());
                fixtures.push(Fixture {
                    kind: stem(&kind),
                    name: stem(&name),
                    version: stem(&version),
                    payload: fs::read_to_string(&version).unwrap(),
                });
            }
        }
    }
    fixtures
}

fn written(event: &Event) -> String {
    let json = match event {
        Event::CampaignEvent(e) => serde_json::to_string_pretty(e),
        Event::ScriptEvent(e) => serde_json::to_string_pretty(e),
        Event::ContactEvent(e) => serde_json::to_string_pretty(e),
        Event::ImportEvent(e) => serde_json::to_string_pretty(e),
        Event::SuppressionEvent(e) => serde_json::to_string_pretty(e),
        Event::OrganizationEvent(e) => serde_json::to_string_pretty(e),
        Event::Unknown { name, .. } => panic!("{name} is unknown"),
    };
    json.unwrap() + "\n"
}

#[test]
fn every_event_has_a_fixture_of_its_newest_version() {
    let committed: BTreeSet<_> = fixtures()
        .into_iter()
        .map(|f| (f.kind, f.name, f.version))
        .collect();
    for (kind, name, version) in Event::catalogue() {
        let entry = (kind.to_owned(), name.to_owned(), version.to_owned());
        assert!(
            committed.contains(&entry),
            "add fixtures/events/{kind}/{name}/{version}.json"
        );
    }
}

#[test]
fn every_fixture_is_of_an_event_there_is() {
    let known: BTreeSet<_> = Event::catalogue().map(|(kind, name, _)| (kind, name)).collect();
    for Fixture { kind, name, .. } in fixtures() {
        assert!(
            known.contains(&(kind.as_str(), name.as_str())),
            "{kind}/{name} left the catalogue; events never do"
        );
    }
}

#[test]
fn every_fixture_of_any_version_can_be_read() {
    for Fixture {
        kind,
        name,
        version,
        payload,
    } in fixtures()
    {
        let event = Event::read(&kind, &name, &version, &payload).unwrap();
        assert_eq!(event.name(), name);
        assert!(!matches!(event, Event::Unknown { .. }), "{kind}/{name}/{version}");
    }
}

#[test]
fn events_of_the_newest_version_are_written_as_they_were_read() {
    let newest: BTreeSet<_> = Event::catalogue().collect();
    for Fixture {
        kind,
        name,
        version,
        payload,
    } in fixtures()
    {
        if newest.contains(&(kind.as_str(), name.as_str(), version.as_str())) {
            let event = Event::read(&kind, &name, &version, &payload).unwrap();
            assert_eq!(written(&event), payload, "{kind}/{name}/{version}");
        }
    }
}

#[test]
fn an_event_of_a_newer_program_is_kept_by_name_and_not_guessed_at() {
    for (kind, name, version) in [
        ("campaign", "CampaignTeleported", "1"),
        ("campaign", "CampaignCreated", "99"),
        ("spaceship", "CampaignCreated", "1"),
    ] {
        let unknown = Event::Unknown {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        assert_eq!(
            Event::read(kind, name, version, r#"{"anything": 1}"#),
            Ok(unknown)
        );
    }
}

#[test]
fn a_field_that_a_later_program_added_is_passed_over() {
    let payload = r#"{"CampaignSubmitted": {"scripts": 7, "colour": "blue"}}"#;
    let event = Event::read("campaign", "CampaignSubmitted", "1", payload).unwrap();
    assert_eq!(event.name(), "CampaignSubmitted");
}

#[test]
fn an_unreadable_event_is_named_by_its_place_without_its_content() {
    let payload = r#"{"ContactCreated": {"contact_id": "Zoë Miller", "envelope": 1}}"#;
    let error = Event::read("contact", "ContactCreated", "1", payload).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("event ContactCreated version 1 of a contact can't be read"),
        "{said}"
    );
    assert!(!said.contains("Miller"), "{said}");
}
