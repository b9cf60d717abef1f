//! `voicedrop demo`: every row of the file is accounted for, and a second run does nothing.

use serde_json::Value;

use super::carrier_log::{drops_by_number, nobody_heard_twice};
use crate::stage::{AtWork, Place, fixture, on_both_engines, voicedrop};

on_both_engines! {
    a_title_companys_list_becomes_a_campaign_that_adds_up;
    a_farm_workbook_becomes_a_campaign_that_adds_up;
    the_demonstration_run_again_does_nothing;
    a_file_that_is_no_contact_list_is_refused_with_words;
    what_came_of_it_is_exported_to_files;
}

fn a_title_companys_list_becomes_a_campaign_that_adds_up(place: Place) {
    let printed = AtWork::demonstration(&place, &fixture("title_rep_pdcc_expireds.csv")).completed();
    assert_eq!(figure(&printed, "rows"), 250, "as many as the file has");
    assert!(figure(&printed, "rejected") > 0, "the file has bad numbers");
    every_row_is_accounted_for(&printed);
    the_journal_and_the_read_models_agree(&place);
}

fn a_farm_workbook_becomes_a_campaign_that_adds_up(place: Place) {
    let printed = AtWork::demonstration(&place, &fixture("title_rep_iwcc_farm.xlsx")).completed();
    assert_eq!(figure(&printed, "rows"), 120, "as many as the workbook has");
    every_row_is_accounted_for(&printed);
    the_journal_and_the_read_models_agree(&place);
}

fn the_demonstration_run_again_does_nothing(place: Place) {
    let file = fixture("title_rep_iwcc_farm.xlsx");
    let first = AtWork::demonstration(&place, &file).completed();
    let (drops, events) = (
        drops_by_number(&first),
        the_journal_and_the_read_models_agree(&place),
    );
    let second = AtWork::demonstration(&place, &file).completed();
    assert_eq!(first, second, "figures and digest");
    assert_eq!(drops, drops_by_number(&second), "not one drop more");
    assert_eq!(
        events,
        the_journal_and_the_read_models_agree(&place),
        "not one event more"
    );
}

fn a_file_that_is_no_contact_list_is_refused_with_words(place: Place) {
    let file = place.directory().join("holiday.csv");
    std::fs::write(&file, b"\x00\x01\x02 no contact list at all").expect("a file of the story");
    let output = voicedrop(&place, &["demo", "--json", &file.display().to_string()]);
    assert!(!output.status.success());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("upload the list as"), "{complaint}");
    the_journal_and_the_read_models_agree(&place);
}

fn what_came_of_it_is_exported_to_files(place: Place) {
    let printed = AtWork::demonstration(&place, &fixture("title_rep_iwcc_farm.xlsx")).completed();
    let campaign = printed["campaign"].as_str().expect("the campaign's id");
    let export = |what: &str, more: &[&str]| {
        let ran = voicedrop(&place, &[&["export", what], more].concat());
        assert!(
            ran.status.success(),
            "{what}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        ran.stdout
    };
    let rows = |csv: &[u8]| csv::Reader::from_reader(csv).into_records().flatten().count();
    let of_campaign = ["--campaign", campaign];
    let contacts = figure(&printed, "contacts") as usize;
    for what in ["contacts", "scripts", "deliveries"] {
        assert_eq!(rows(&export(what, &of_campaign)), contacts, "{what}");
    }
    assert!(rows(&export("analytics", &[])) > 3);
    let file = place.directory().join("digest.pdf");
    let name = file.display().to_string();
    export("digest", &["--campaign", campaign, "--output", &name]);
    assert!(std::fs::read(&file).expect("the file").starts_with(b"%PDF-"));
    let without = voicedrop(&place, &["export", "scripts"]);
    assert!(!without.status.success());
    let told = voicedrop(&place, &["notifications", "list", "--json"]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}

#[track_caller]
fn figure(printed: &Value, name: &str) -> u64 {
    printed[name]
        .as_u64()
        .unwrap_or_else(|| panic!("no figure {name} in {printed}"))
}

/// From the file's rows to the last mailbox nothing is lost and nothing counted twice.
#[track_caller]
pub fn every_row_is_accounted_for(printed: &Value) {
    let of = |name: &str| figure(printed, name);
    assert_eq!(printed["status"], "completed");
    assert_eq!(
        of("rows"),
        of("created") + of("duplicates") + of("rejected"),
        "{printed}"
    );
    assert_eq!(of("contacts"), of("scripts"), "{printed}");
    assert_eq!(
        of("scripts"),
        of("blocked") + of("held") + of("submitted"),
        "{printed}"
    );
    assert_eq!(
        of("submitted"),
        of("delivered") + of("failed") + of("in_doubt"),
        "{printed}"
    );
    for some in ["delivered", "held", "blocked"] {
        assert!(of(some) > 0, "no {some} in {printed}");
    }
    let drops = drops_by_number(printed);
    nobody_heard_twice(&drops);
    assert_eq!(
        drops.len() as u64,
        of("submitted"),
        "what was handed over is what the carrier has"
    );
}

/// `voicedrop verify` ends well. Answers how many events the journal has.
#[track_caller]
pub fn the_journal_and_the_read_models_agree(place: &Place) -> u64 {
    let output = voicedrop(place, &["verify", "--json"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{printed} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let verified: Value = serde_json::from_str(&printed).expect("one JSON object");
    assert_eq!(verified["agrees"], true);
    figure(&verified, "events")
}
