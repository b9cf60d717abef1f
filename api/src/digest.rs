//! The digest of a completed campaign in words, made of its figures and nothing else; the same for the API and the terminal.

use std::fmt;

use chrono::{DateTime, Utc};
use domain::{CampaignId, MicroDollars, OrganizationId};
use projections::{
    models::DigestRow,
    queries::{QueryError, ReadModels},
};
use serde::Serialize;

/// How a campaign went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// The campaign's name.
    pub name: String,
    /// When its last script settled.
    pub completed_at: DateTime<Utc>,
    /// What it cost, micro-dollars.
    pub cost_micros: i64,
    /// In words.
    pub sentences: Vec<String>,
}

impl Digest {
    /// Reads it; nothing while the campaign is not completed.
    pub async fn of(
        queries: &dyn ReadModels,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<Option<Self>, QueryError> {
        let row = queries.digest(organization, campaign).await?;
        Ok(row.map(|row| Self {
            cost_micros: total_cost(&row).micros(),
            sentences: sentences(&row),
            name: row.name,
            completed_at: row.completed_at,
        }))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        self.sentences
            .iter()
            .try_for_each(|sentence| writeln!(f, "  {sentence}"))
    }
}

/// Writer, voice and carrier together.
pub const fn total_cost(row: &DigestRow) -> MicroDollars {
    MicroDollars::from_micros(row.writer_cost.micros() + row.voice_cost.micros() + row.carrier_cost.micros())
}

fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 {
        (part * 100 + whole / 2) / whole
    } else {
        0
    }
}

/// The figures in sentences, each with its denominator.
pub fn sentences(row: &DigestRow) -> Vec<String> {
    let mut said = vec![format!(
        "Of {} contacts, {} were handed to the carrier; {} voicemails were left ({} % of those).",
        row.contacts,
        row.attempted,
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
    let cents = total_cost(row).micros() / 10_000;
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
