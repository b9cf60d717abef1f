//! Figures of voicemails and the rates made of them, each with its denominator. What no carrier reported is not a zero.

use domain::MicroDollars;

use crate::rate::Rate;

/// What came of voicemails that were handed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Results {
    /// Handed over.
    pub attempted: i64,
    /// Of these, left in the mailbox, played ones included.
    pub delivered: i64,
    /// Of these, played.
    pub listened: i64,
    /// Of the handed over, not left.
    pub failed: i64,
    /// Left by a carrier that says who listened.
    pub listenable: i64,
    /// Whether any of them went to a carrier that says who listened.
    pub listening_reported: bool,
    /// Played ones of which it is known for how long.
    pub timed: i64,
    /// For how long together, milliseconds.
    pub listen_ms: i64,
}

impl Results {
    /// Left, of those handed over.
    pub fn delivery_rate(&self) -> Rate {
        Rate::new(self.delivered, self.attempted)
    }

    /// Not left, of those handed over.
    pub fn failure_rate(&self) -> Rate {
        Rate::new(self.failed, self.attempted)
    }

    /// Played, of those left; nothing when no carrier reports it.
    pub fn listen_rate(&self) -> Option<Rate> {
        self.listening_reported
            .then(|| Rate::new(self.listened, self.listenable))
    }

    /// How long a voicemail was played on average, milliseconds; nothing when it is known of none.
    pub fn average_listen_ms(&self) -> Option<i64> {
        (self.timed > 0).then(|| self.listen_ms / self.timed)
    }

    /// Those of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.combine(other, 1)
    }

    /// Those that `part`, which is among them, leaves. Whether listening is reported stays as it was for all.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self {
            listening_reported: self.listening_reported && self.listenable > part.listenable,
            ..self.combine(part, -1)
        }
    }

    fn combine(self, other: Self, by: i64) -> Self {
        Self {
            attempted: self.attempted + by * other.attempted,
            delivered: self.delivered + by * other.delivered,
            listened: self.listened + by * other.listened,
            failed: self.failed + by * other.failed,
            listenable: self.listenable + by * other.listenable,
            listening_reported: self.listening_reported || other.listening_reported,
            timed: self.timed + by * other.timed,
            listen_ms: self.listen_ms + by * other.listen_ms,
        }
    }
}

/// What something cost, by who was paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// Writing.
    pub writer: MicroDollars,
    /// Speaking.
    pub voice: MicroDollars,
    /// Delivery, as far as the carrier has charged it.
    pub carrier: MicroDollars,
    /// What of all that was for campaigns whose carrier says who listened.
    pub listenable: MicroDollars,
}

impl Costs {
    /// All of it. A sum that does not fit stays at the largest amount: no bill is that high.
    pub fn total(&self) -> MicroDollars {
        let micros = [self.writer, self.voice, self.carrier].map(MicroDollars::micros);
        MicroDollars::from_micros(micros.iter().fold(0, |sum: i64, m| sum.saturating_add(*m)))
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let sum = |a: MicroDollars, b: MicroDollars| {
            MicroDollars::from_micros(a.micros().saturating_add(b.micros()))
        };
        Self {
            writer: sum(self.writer, other.writer),
            voice: sum(self.voice, other.voice),
            carrier: sum(self.carrier, other.carrier),
            listenable: sum(self.listenable, other.listenable),
        }
    }

    /// What each voicemail that was left cost; nothing when there are none.
    pub fn per_delivered(&self, results: &Results) -> Option<MicroDollars> {
        each(self.total(), results.delivered)
    }

    /// What each voicemail that was played cost: what was spent where nobody says who listened counts for none of them.
    pub fn per_listened(&self, results: &Results) -> Option<MicroDollars> {
        each(self.listenable, results.listened)
    }
}

/// A share of an amount among so many, rounded down to a micro-dollar; nothing when there are none.
fn each(amount: MicroDollars, count: i64) -> Option<MicroDollars> {
    (count > 0).then(|| MicroDollars::from_micros(amount.micros() / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_carrier_reports_is_not_a_zero() {
        let unreported = Results {
            attempted: 10,
            delivered: 8,
            failed: 2,
            ..Results::default()
        };
        assert_eq!(unreported.listen_rate(), None);
        let reported = Results {
            listenable: 8,
            listening_reported: true,
            ..unreported
        };
        assert_eq!(reported.listen_rate(), Some(Rate { part: 0, whole: 8 }));
        let both = unreported.and(reported);
        assert_eq!(both.listen_rate(), Some(Rate { part: 0, whole: 8 }));
        assert_eq!(both.without(reported).listen_rate(), None);
        assert_eq!(both.delivery_rate(), Rate { part: 16, whole: 20 });
    }

    #[test]
    fn costs_are_shared_among_those_there_are() {
        let costs = Costs {
            writer: MicroDollars::from_micros(10),
            voice: MicroDollars::from_micros(20),
            carrier: MicroDollars::from_micros(i64::MAX),
            listenable: MicroDollars::from_micros(50),
        };
        assert_eq!(costs.total(), MicroDollars::from_micros(i64::MAX));
        assert_eq!(costs.per_delivered(&Results::default()), None);
        let results = Results {
            delivered: 10,
            listened: 2,
            ..Results::default()
        };
        assert_eq!(
            costs.per_listened(&results),
            Some(MicroDollars::from_micros(25)),
            "of what campaigns cost that can be listened to"
        );
    }
}
