//! kill -9 at random moments: whatever was in hand, the next start finishes it and nobody hears a voicemail twice. The
//! moments come from a seed, the processes' pace does not: a run that fails tells where it stood by the journal it leaves.

use std::time::Duration;

use super::{
    carrier_log::{drops_by_number, drops_so_far, nobody_heard_twice},
    demonstration::{every_row_is_accounted_for, the_journal_and_the_read_models_agree},
};
use crate::stage::{AtWork, Place, fixture, on_both_engines, random};

/// Kills in one story. Raise it for a longer search.
const KILLS: u32 = 6;
/// The earliest moment of a kill after the start, milliseconds: about when the workers begin.
const EARLIEST_MS: u64 = 120;
/// How much later it may be, milliseconds: so that all stages of the journey are hit in a few starts.
const SPREAD_MS: u64 = 900;
/// The most drops between a start and a kill while sending.
const SPREAD_DROPS: u64 = 50;
/// From so many drops on there may be too few left to be killed among them.
const DROPS_LEFT_FROM: usize = 120;
/// Starts that may end before their kill; more, and the moments are wrong.
const UNHURT_MAX: u32 = 40;

on_both_engines! {
    a_demonstration_killed_again_and_again_ends_with_nobody_called_twice;
}

fn a_demonstration_killed_again_and_again_ends_with_nobody_called_twice(place: Place) {
    let file = fixture("title_rep_pdcc_expireds.csv");
    let (mut kills, mut unhurt) = (0, 0);
    while kills < KILLS && unhurt < UNHURT_MAX {
        let drops = drops_so_far(&place.kept());
        let random = random(kills + unhurt);
        let at = Duration::from_millis(EARLIEST_MS + random % SPREAD_MS);
        let after = drops + 1 + (random % SPREAD_DROPS) as usize;
        // Half of them while voicemails are being handed over, where it matters most, as long as some are left.
        let while_sending = kills % 2 == 1 && drops < DROPS_LEFT_FROM;
        let killed = AtWork::demonstration(&place, &file).killed_when(|waited| {
            if while_sending {
                drops_so_far(&place.kept()) >= after
            } else {
                waited >= at
            }
        });
        if killed {
            kills += 1;
        } else {
            unhurt += 1;
        }
    }
    assert_eq!(kills, KILLS, "the demonstration ends before it can be killed");
    let printed = AtWork::demonstration(&place, &file).completed();
    nobody_heard_twice(&drops_by_number(&printed));
    every_row_is_accounted_for(&printed);
    the_journal_and_the_read_models_agree(&place);
}
