//! The digest of a campaign in words, written from its figures and from nothing else: the same figures give the same digest, in the
//! API, on paper and in the terminal. It says nothing that a small sample can't bear.

mod advice;
mod patterns;
mod report;
mod words;

use chrono::NaiveDate;
use domain::{MicroDollars, campaign::CampaignStatus};

use crate::{
    figures::{Costs, Results},
    models::{CampaignRow, FailureTallyRow, ObstacleTallyRow},
    queries::{HourResults, StateResults},
    rate::Rate,
};

pub use advice::Recommendation;
pub use report::{CampaignReport, Day};
pub use words::{dollars, failure_words, rule_words, share, type_words};

/// Everything that a digest is written from.
#[derive(Debug, Clone, Copy)]
pub struct DigestFigures<'a> {
    /// The campaign with its counters.
    pub campaign: &'a CampaignRow,
    /// What came of its voicemails.
    pub results: Results,
    /// The same by the recipients' hour of the week.
    pub hours: &'a [HourResults],
    /// The same by the recipients' state, most handed over first.
    pub states: &'a [StateResults],
    /// Why voicemails failed, most frequent first.
    pub failures: &'a [FailureTallyRow],
    /// Which rules stood in the way, most frequent first.
    pub obstacles: &'a [ObstacleTallyRow],
    /// The recipients' first and last day on which something happened.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// What came of the voicemails of the other campaigns of this type, together.
    pub others: Option<Results>,
}

impl DigestFigures<'_> {
    /// What it cost.
    pub fn costs(&self) -> Costs {
        self.campaign.costs()
    }

    /// Whether it has ended, one way or another: only then is there a digest.
    pub const fn has_ended(campaign: &CampaignRow) -> bool {
        matches!(
            campaign.status,
            CampaignStatus::Completed | CampaignStatus::Cancelled | CampaignStatus::Failed
        ) && campaign.submitted_at.is_some()
    }

    /// How it went, in sentences, each figure with its denominator.
    pub fn summary(&self) -> Vec<String> {
        let mut said = vec![self.opening()];
        said.push(self.reached());
        said.push(self.listening());
        said.extend(self.unsent());
        said.extend(self.money());
        said
    }

    /// What to do differently, each with the figures that it rests on.
    pub fn recommendations(&self) -> Vec<Recommendation> {
        advice::of(self)
    }

    fn opening(&self) -> String {
        let c = self.campaign;
        let kind = type_words(c.kind);
        let farm = c.neighborhood.as_deref();
        let farm = farm.map_or_else(String::new, |n| format!(" for {n}"));
        let ran = match self.days {
            Some((from, until)) if from == until => format!("ran on {}", words::day(from)),
            Some((from, until)) => format!("ran from {} to {}", words::day(from), words::day(until)),
            None => "was submitted, but nothing of it was handed over".to_owned(),
        };
        let end = match c.status {
            CampaignStatus::Cancelled => ", and was cancelled before its end",
            CampaignStatus::Failed => ", and could not go on",
            _ => "",
        };
        format!("{}, {kind}{farm}, {ran}{end}.", c.name)
    }

    fn reached(&self) -> String {
        let r = &self.results;
        if r.attempted == 0 {
            return format!(
                "None of its {} was handed to the carrier.",
                count(self.campaign.contacts, "contact")
            );
        }
        let failed = if r.failed > 0 {
            format!(
                "; {} could not be left ({})",
                number(r.failed),
                share(r.failure_rate())
            )
        } else {
            String::new()
        };
        format!(
            "Of {}, {} handed to the carrier, and {} left in mailboxes ({} of those handed over){failed}.",
            count(self.campaign.contacts, "contact"),
            was(r.attempted),
            was(r.delivered),
            share(r.delivery_rate()),
        )
    }

    fn listening(&self) -> String {
        match self.results.listen_rate() {
            None => "The carrier does not report who listened, so nothing can be said of it.".to_owned(),
            Some(rate) => {
                let long = self.results.average_listen_ms();
                let long = long.map_or_else(String::new, |ms| {
                    format!(", for {} seconds on average", (ms + 500) / 1_000)
                });
                format!(
                    "{} played ({} of those left){long}.",
                    capital(&was(self.results.listened)),
                    share(rate)
                )
            }
        }
    }

    fn unsent(&self) -> Vec<String> {
        let c = self.campaign;
        [
            (c.blocked, "never sent, because a rule forbids it"),
            (
                c.held + c.lapsed,
                "held beyond the campaign's end and stayed unsent",
            ),
            (
                c.in_doubt,
                "handed over, but the carrier has not said what became of them; they are not sent again",
            ),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}.", capital(&was(n))))
        .collect()
    }

    fn money(&self) -> Option<String> {
        let costs = self.costs();
        if costs.total() == MicroDollars::ZERO {
            return None;
        }
        let per = costs
            .per_delivered(&self.results)
            .map_or_else(String::new, |each| {
                format!(", {} for each voicemail that was left", dollars(each))
            });
        Some(format!(
            "It cost {} in all{per}: {} for writing, {} for the voice and {} for delivery.",
            dollars(costs.total()),
            dollars(costs.writer),
            dollars(costs.voice),
            dollars(costs.carrier)
        ))
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn was(n: i64) -> String {
    if n == 1 {
        "1 was".to_owned()
    } else {
        format!("{} were", number(n))
    }
}

fn count(n: i64, of: &str) -> String {
    format!("{} {of}{}", number(n), if n == 1 { "" } else { "s" })
}

/// A number with commas: `12,345`.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if n < 0 { format!("-{grouped}") } else { grouped }
}

/// `12 of 40 (30 %)`.
fn of(rate: Rate) -> String {
    format!(
        "{} of {} ({})",
        number(rate.part),
        number(rate.whole),
        share(rate)
    )
}
