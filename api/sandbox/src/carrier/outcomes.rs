//! What becomes of a drop: the simulated numbers of the vendor, else a draw that depends on nothing but the seed, the number
//! and how many drops the number had before, so that the same journey run again ends the same.

use std::{ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};

use crate::faults::share;

/// Left in the mailbox.
pub(crate) const DELIVERED: u32 = 0;
/// Shortest playing reported, milliseconds.
const MIN_LISTEN_MS: u64 = 3_000;
/// Longest playing reported, milliseconds.
const MAX_LISTEN_MS: u64 = 42_000;

/// How results are spread. Shares of 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRates {
    /// Drops that end in the mailbox.
    pub delivered: f64,
    /// Delivered ones that are played.
    pub listened: f64,
    /// Failure codes and their weights among the rest.
    pub failures: Vec<(u32, f64)>,
}

impl Default for OutcomeRates {
    /// 85 % delivered, 55 % of them played, the rest 4000, 4002, 4004 and 4005.
    fn default() -> Self {
        Self {
            delivered: 0.85,
            listened: 0.55,
            failures: vec![(4000, 0.4), (4002, 0.25), (4004, 0.15), (4005, 0.2)],
        }
    }
}

/// What will have become of a drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: u32,
    /// How long it is played, when it is.
    pub(crate) listen_ms: Option<u64>,
}

/// The draw of one drop: the number's `earlier`-th (from 0).
pub(crate) fn outcome(seed: u64, rates: &OutcomeRates, number: &str, earlier: u32) -> Outcome {
    let draw = |what: &str| share(seed, &[what, number, &earlier.to_string()]);
    let code = simulated(number).unwrap_or_else(|| {
        if draw("outcome") < rates.delivered {
            DELIVERED
        } else {
            failure(rates, draw("failure"))
        }
    });
    let played = code == DELIVERED && draw("listened") < rates.listened;
    let span = (MAX_LISTEN_MS - MIN_LISTEN_MS) as f64;
    Outcome {
        code,
        listen_ms: played.then(|| MIN_LISTEN_MS + (draw("length") * span) as u64),
    }
}

/// The wait of one drop within a range.
pub(crate) fn wait(
    seed: u64,
    what: &str,
    range: &RangeInclusive<Duration>,
    number: &str,
    earlier: u32,
) -> Duration {
    let span = range.end().saturating_sub(*range.start());
    *range.start() + span.mul_f64(share(seed, &[what, number, &earlier.to_string()]))
}

fn failure(rates: &OutcomeRates, drawn: f64) -> u32 {
    let total: f64 = rates.failures.iter().map(|(_, weight)| weight).sum();
    let mut edge = 0.0;
    for (code, weight) in &rates.failures {
        edge += weight / total;
        if drawn < edge {
            return *code;
        }
    }
    rates.failures.last().map_or(4000, |(code, _)| *code)
}

/// The vendor's simulated numbers: free, nothing dialed. (The vendor's `docs/concepts/test-numbers.md`.)
pub(crate) const SIMULATED: [(&str, u32); 14] = [
    ("+15550010001", DELIVERED),
    ("+15550010002", 4000),
    ("+15550010004", 4005),
    ("+15550010005", 4006),
    ("+15550010006", 4004),
    ("+15550010090", 4016),
    ("+15550010091", 4017),
    ("+15550010092", 4019),
    ("+15550010093", 4021),
    ("+15550010094", 6000),
    ("+15550010095", 6002),
    ("+15550010097", 4013),
    ("+15550010098", 6005),
    ("+15550010099", 6011),
];

pub(crate) fn simulated(number: &str) -> Option<u32> {
    SIMULATED
        .iter()
        .find(|(simulated, _)| *simulated == number)
        .map(|(_, code)| *code)
}

/// The text beside a code. Receivers branch on the code.
pub(crate) const fn reason(code: u32) -> &'static str {
    match code {
        DELIVERED => "Success",
        3000 => "Insufficient funds",
        3001 => "Invalid audio",
        3002 => "Voice missing",
        3007 => "Not authorized",
        3011 => "Phone number not E.164",
        3012 => "Invalid phone number",
        3013 => "Invalid phone_line_id",
        3014 => "audio_url not allowed",
        3015 => "Text missing",
        3016 => "BYOC not enabled",
        3019 => "Invalid callback_url",
        3021 => "Text too long",
        3027 => "Idempotency key conflict",
        3028 => "Invalid idempotency key",
        3033 => "Media not found",
        3040 => "Test numbers only",
        4000 => "VoiceMail not detected",
        4001 => "VoiceMail not set up",
        4002 => "VoiceMail Full",
        4004 => "Not reachable",
        4005 => "No answer",
        4006 => "Busy",
        4010 => "No phone line",
        4013 => "Too many attempts",
        4016 => "Internal DNC",
        4017 => "Known litigator",
        4019 => "RND Reassigned",
        4021 => "RND Error",
        6000 => "Carrier denied use case",
        6002 => "Pool suspended",
        6005 => "Opt-in revoked",
        6011 => "Opt-in missing",
        _ => "Failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_deliver_about_85_of_100_and_55_of_100_of_those_are_played() {
        let rates = OutcomeRates::default();
        let all: Vec<_> = (0..4000)
            .map(|n| outcome(7, &rates, &format!("+1760555{n:04}"), 0))
            .collect();
        let delivered = all.iter().filter(|o| o.code == DELIVERED).count();
        let played = all.iter().filter(|o| o.listen_ms.is_some()).count();
        assert!((3300..=3500).contains(&delivered), "{delivered}");
        assert!((1750..=1990).contains(&played), "{played}");
        for code in [4000, 4002, 4004, 4005] {
            assert!(all.iter().any(|o| o.code == code), "{code}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_outcome_and_a_second_attempt_its_own() {
        let rates = OutcomeRates {
            delivered: 0.5,
            ..OutcomeRates::default()
        };
        let draw = |seed, earlier| {
            (0..64)
                .map(|n| outcome(seed, &rates, &format!("+1760555{n:04}"), earlier))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
    }
}
