//! What a campaign shares with others, and what to do about it: people whom another campaign has called lately, or is about to call. It
//! advises; whoever was called too recently is held back by the rules when the campaign is sent, whatever is decided here.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{CampaignId, campaign::CampaignStatus};

use crate::{
    digest::{Recommendation, number, share},
    rate::Rate,
};

/// Share of a campaign called lately from which on waiting is better than taking people out, per cent.
const MOST_CALLED_PERCENT: i64 = 50;

/// Another campaign that has some of the same numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictingCampaign {
    /// The other campaign.
    pub campaign_id: CampaignId,
    /// Its name; nothing when the person who asks does not see it.
    pub name: Option<String>,
    /// Where it stands.
    pub status: CampaignStatus,
    /// Contacts whose number both have.
    pub contacts: i64,
    /// Of these, called by it within the interval.
    pub recent: i64,
    /// When it last called one of them.
    pub last_contacted_at: Option<DateTime<Utc>>,
}

/// What a campaign shares with others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DuplicateSummary {
    /// Contacts whose number another campaign has that has not ended, or called within the interval.
    pub duplicates: i64,
    /// Of these, called within the interval.
    pub recent: i64,
    /// When the last of them was called within the interval.
    pub last_contacted_at: Option<DateTime<Utc>>,
    /// The other campaigns, most shared contacts first; at most 100.
    pub conflicts: Vec<ConflictingCampaign>,
}

impl DuplicateSummary {
    /// What to do, each with the figures that it rests on: for a campaign of so many contacts and an interval of so many days.
    pub fn recommendations(&self, contacts: i64, days: u32) -> Vec<Recommendation> {
        let mut all = Vec::new();
        let recent = Rate::new(self.recent, contacts);
        let basis = format!(
            "{} of {} contacts ({}) were called by another campaign within {days} days.",
            number(recent.part),
            number(recent.whole),
            share(recent)
        );
        if recent.percent().is_some_and(|most| most >= MOST_CALLED_PERCENT) {
            let free = self.last_contacted_at.map(|at| at + TimeDelta::days(days.into()));
            let when = free.map_or_else(String::new, |at| format!(" until {}", at.format("%B %-d, %Y")));
            all.push(Recommendation {
                advice: format!("Wait{when}, or write to other people: most of these were called lately."),
                basis,
            });
        } else if self.recent > 0 {
            all.push(Recommendation {
                advice: "Take out those who were called lately: the rules hold them back until their interval is over."
                    .to_owned(),
                basis,
            });
        }
        let waiting = self.duplicates - self.recent;
        let under_way = self.conflicts.iter().filter(|c| c.contacts > c.recent).count();
        if waiting > 0 {
            all.push(Recommendation {
                advice: "Decide which campaign calls those whom another one has, too, and take them out of the other."
                    .to_owned(),
                basis: format!(
                    "{} contacts are also in {under_way} other campaign{} that {} not ended.",
                    number(waiting),
                    if under_way == 1 { "" } else { "s" },
                    if under_way == 1 { "has" } else { "have" },
                ),
            });
        }
        if days == 0 {
            all.push(Recommendation {
                advice: "Set an interval: without one, a person can be called by every campaign on one day."
                    .to_owned(),
                basis: "The interval is 0 days.".to_owned(),
            });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(summary: &DuplicateSummary, contacts: i64, days: u32) -> Vec<String> {
        let all = summary.recommendations(contacts, days).into_iter();
        all.map(|r| format!("{} {}", r.advice, r.basis)).collect()
    }

    #[test]
    fn nothing_shared_needs_nothing_done() {
        assert_eq!(advice(&DuplicateSummary::default(), 40, 14), Vec::<String>::new());
    }

    #[test]
    fn a_few_who_were_called_lately_are_to_be_taken_out() {
        let summary = DuplicateSummary {
            duplicates: 5,
            recent: 3,
            conflicts: vec![ConflictingCampaign {
                campaign_id: CampaignId::from_uuid(uuid::Uuid::from_u128(1)),
                name: None,
                status: CampaignStatus::Active,
                contacts: 5,
                recent: 3,
                last_contacted_at: None,
            }],
            last_contacted_at: None,
        };
        let said = advice(&summary, 40, 14);
        assert!(said[0].starts_with("Take out those"), "{said:?}");
        assert!(said[0].contains("3 of 40 contacts"), "{said:?}");
        assert!(
            said[1].contains("2 contacts are also in 1 other campaign that has not ended"),
            "{said:?}"
        );
    }

    #[test]
    fn when_most_were_called_lately_it_says_until_when_to_wait() {
        let summary = DuplicateSummary {
            duplicates: 30,
            recent: 30,
            last_contacted_at: DateTime::from_timestamp(1_772_000_000, 0),
            conflicts: vec![],
        };
        let said = advice(&summary, 40, 14);
        assert!(said[0].starts_with("Wait until March 11, 2026"), "{said:?}");
        assert_eq!(said.len(), 1);
    }
}
