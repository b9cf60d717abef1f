//! kill -9 in the middle of an import: the next start goes on where the journal ends, no contact is made twice and none is lost.

use std::time::Duration;

use serde_json::Value;

use super::{
    counts::{counted, file},
    desk::{figures, many_people},
};
use crate::stage::{AtWork, Place, fixture, on_both_engines, random, voicedrop};

/// Kills in one story.
const KILLS: u32 = 5;
/// The earliest moment of a kill after the start, milliseconds.
const EARLIEST_MS: u64 = 60;
/// How much later it may be, milliseconds: a run that nobody disturbs takes a few seconds.
const SPREAD_MS: u64 = 1_500;

on_both_engines! {
    an_import_killed_again_and_again_makes_every_contact_once;
}

fn an_import_killed_again_and_again_makes_every_contact_once(place: Place) {
    // Makes the organization.
    AtWork::demonstration(&place, &fixture("title_rep_iwcc_farm.xlsx")).completed();
    // Three chunks; rows at the end repeat numbers of the first.
    let mut list = many_people(9_000);
    list.push_str(&many_people(800).replace("Owner Name,City,State,Phone\n", ""));
    list.push_str("Nobody,Palm Desert,CA,none\n");
    let list = file(&place, "many.csv", list.as_bytes());
    let foretold = counted(&place, &list, &[]);

    let mut kills = 0;
    for start in 0..KILLS {
        let at = Duration::from_millis(EARLIEST_MS + random(start) % SPREAD_MS);
        kills += u32::from(AtWork::import(&place, &list).killed_when(|waited| waited >= at));
    }
    assert!(kills > 0, "the import ends before it can be killed");
    let ended = AtWork::import(&place, &list).completed();

    assert_eq!(figures(&ended)[0], 9_801, "{ended}");
    assert_eq!(figures(&ended), figures(&foretold), "what was foretold");
    let again = counted(&place, &list, &[]);
    assert_eq!(figures(&again), [9_801, 0, 9_800, 1], "everybody is there");
    the_journal_has_each_contact_once(&place, &ended);
}

fn the_journal_has_each_contact_once(place: &Place, ended: &Value) {
    let verified = voicedrop(place, &["verify"]);
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{said}");
    assert!(ended["import"].is_string(), "{ended}");
}
