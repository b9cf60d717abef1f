//! The digest of a completed campaign: figures, and sentences made of them and nothing else.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use projections::models::DigestRow;

use super::super::{node_id::NodeKind, scalars::Money};

/// How a campaign went.
#[derive(Debug, Clone, SimpleObject)]
pub struct Digest {
    campaign_id: ID,
    name: String,
    completed_at: DateTime<Utc>,
    contacts: i64,
    attempted: i64,
    delivered: i64,
    listened: i64,
    failed: i64,
    blocked: i64,
    held: i64,
    in_doubt: i64,
    total_cost: Money,
    /// In words.
    sentences: Vec<String>,
}

impl From<DigestRow> for Digest {
    fn from(row: DigestRow) -> Self {
        let micros = row.writer_cost.micros() + row.voice_cost.micros() + row.carrier_cost.micros();
        Self {
            campaign_id: row.campaign_id.global(),
            sentences: sentences(&row, micros),
            name: row.name,
            completed_at: row.completed_at,
            contacts: row.contacts,
            attempted: row.attempted,
            delivered: row.delivered,
            listened: row.listened,
            failed: row.failed,
            blocked: row.blocked,
            held: row.held,
            in_doubt: row.in_doubt,
            total_cost: Money(micros),
        }
    }
}

fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 {
        (part * 100 + whole / 2) / whole
    } else {
        0
    }
}

fn sentences(row: &DigestRow, micros: i64) -> Vec<String> {
    let mut said = vec![format!(
        "{} of {} contacts were called for; {} voicemails were left ({} %).",
        row.attempted,
        row.contacts,
        row.delivered,
        percent(row.delivered, row.attempted)
    )];
    let mut say = |count: i64, sentence: String| {
        if count > 0 {
            said.push(sentence);
        }
    };
    say(
        row.listened,
        format!(
            "{} were played ({} % of those left).",
            row.listened,
            percent(row.listened, row.delivered)
        ),
    );
    say(row.failed, format!("{} could not be left.", row.failed));
    say(
        row.blocked,
        format!("{} were never sent because a rule forbids it.", row.blocked),
    );
    say(
        row.held,
        format!(
            "{} were held beyond the campaign's end and stayed unsent.",
            row.held
        ),
    );
    say(
        row.in_doubt,
        format!(
            "Of {} it is not known what became of them; they are not sent again.",
            row.in_doubt
        ),
    );
    let cents = micros / 10_000;
    say(1, format!("It cost ${}.{:02} in all.", cents / 100, cents % 100));
    said
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_of_nothing_is_nothing_and_halves_are_rounded_up() {
        assert_eq!((percent(1, 0), percent(1, 3), percent(1, 8)), (0, 33, 13));
    }
}
