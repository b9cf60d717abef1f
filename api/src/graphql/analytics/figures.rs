//! Figures and the rates made of them, as the API gives them.

use async_graphql::{ComplexObject, SimpleObject};
use projections::{figures, rate};

use super::super::scalars::Money;

/// A part of a whole.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Rate {
    /// How many of them.
    part: i64,
    /// Of how many.
    whole: i64,
    /// The share, 0 to 1; nothing of nothing.
    share: Option<f64>,
    /// In 95 of 100 such samples the true share is at least this (Wilson's interval).
    low: Option<f64>,
    /// And at most this.
    high: Option<f64>,
    /// There are fewer than 30: nothing should be concluded from the share.
    too_few: bool,
}

impl From<rate::Rate> for Rate {
    fn from(rate: rate::Rate) -> Self {
        let interval = rate.interval();
        Self {
            part: rate.part,
            whole: rate.whole,
            share: rate.share(),
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            too_few: !rate.is_enough(),
        }
    }
}

/// How far two shares are apart.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Difference {
    /// The first less the second, -1 to 1.
    pub(super) by: f64,
    /// In 95 of 100 such samples the true difference is at least this (Newcombe's interval; where several things are compared, so wide
    /// that all of the intervals hold in 95 of 100).
    low: f64,
    /// And at most this.
    high: f64,
    /// There are fewer than 30 of one of them: nothing should be concluded.
    too_few: bool,
    /// It is more than chance would do: there are enough, and no difference at all is not among the likely ones.
    clear: bool,
}

impl From<rate::Difference> for Difference {
    fn from(difference: rate::Difference) -> Self {
        Self {
            by: difference.by,
            low: difference.low,
            high: difference.high,
            too_few: !difference.enough,
            clear: difference.is_clear(),
        }
    }
}

/// What came of voicemails that were handed over.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Results {
    /// Handed over.
    attempted: i64,
    /// Of these, left in the mailbox, played ones included.
    delivered: i64,
    /// Of these, played; it says nothing where listening is not reported.
    listened: i64,
    /// Of the handed over, not left.
    failed: i64,
    /// Of the handed over, those of which it is not known yet.
    pending: i64,
    /// Whether the carrier says who listened; if of several only some do, rates of listening are of those.
    listening_reported: bool,
    #[graphql(skip)]
    all: figures::Results,
}

#[ComplexObject]
impl Results {
    /// Left, of those handed over.
    async fn delivery_rate(&self) -> Rate {
        self.all.delivery_rate().into()
    }
    /// Not left, of those handed over.
    async fn failure_rate(&self) -> Rate {
        self.all.failure_rate().into()
    }
    /// Played, of those left by a carrier that reports it; nothing when none does, which is not the same as nobody.
    async fn listen_rate(&self) -> Option<Rate> {
        self.all.listen_rate().map(Into::into)
    }
    /// How long a voicemail was played on average; nothing when it is known of none.
    async fn average_listen_seconds(&self) -> Option<f64> {
        self.all.average_listen_ms().map(|ms| ms as f64 / 1_000.0)
    }
}

impl From<figures::Results> for Results {
    fn from(all: figures::Results) -> Self {
        Self {
            attempted: all.attempted,
            delivered: all.delivered,
            listened: all.listened,
            failed: all.failed,
            pending: (all.attempted - all.delivered - all.failed).max(0),
            listening_reported: all.listening_reported,
            all,
        }
    }
}

/// What something cost, and what each voicemail came to.
#[derive(Debug, Clone, SimpleObject)]
pub struct CostShares {
    writer: Money,
    voice: Money,
    carrier: Money,
    total: Money,
    /// For each voicemail that was left.
    per_delivered: Option<Money>,
    /// For each that was played, of what was spent where the carrier says who listened.
    per_listened: Option<Money>,
}

impl CostShares {
    /// Of these costs and results.
    pub fn of(costs: figures::Costs, results: &figures::Results) -> Self {
        Self {
            writer: costs.writer.into(),
            voice: costs.voice.into(),
            carrier: costs.carrier.into(),
            total: costs.total().into(),
            per_delivered: costs.per_delivered(results).map(Into::into),
            per_listened: costs.per_listened(results).map(Into::into),
        }
    }
}
