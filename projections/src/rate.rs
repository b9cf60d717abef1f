//! Shares of a whole, with how far they can be trusted: a small sample says little, and must not look as if it said much.

/// The standard normal quantile of a two-sided interval of 95 %.
const Z_95: f64 = 1.959_963_984_540_054;

/// Fewest of which anything is concluded: below it the intervals themselves are too narrow too often.
pub const SAMPLE_MIN: i64 = 30;

/// The quantile for one of so many intervals that are to hold together with 95 % (C. E. Bonferroni, 1936): of a hundred comparisons
/// five would otherwise look clear by chance. Within 0.0005 by formula 26.2.23 of Abramowitz and Stegun.
fn quantile_among(comparisons: usize) -> f64 {
    if comparisons <= 1 {
        return Z_95;
    }
    let tail = 0.025 / comparisons as f64;
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 0.010_328f64.mul_add(t, 0.802_853).mul_add(t, 2.515_517);
    let below = 0.001_308f64
        .mul_add(t, 0.189_269)
        .mul_add(t, 1.432_788)
        .mul_add(t, 1.0);
    t - above / below
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// How many of them.
    pub part: i64,
    /// Of how many.
    pub whole: i64,
}

/// Between what two shares the true one lies, in 95 of 100 such samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The least likely share, 0 to 1.
    pub low: f64,
    /// The greatest likely share, 0 to 1.
    pub high: f64,
}

impl Rate {
    /// A part, kept between none and all of the whole.
    pub fn new(part: i64, whole: i64) -> Self {
        let whole = whole.max(0);
        Self {
            part: part.clamp(0, whole),
            whole,
        }
    }

    /// The share, 0 to 1; nothing of nothing.
    pub fn share(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// The share in whole per cent, halves rounded up; nothing of nothing.
    pub fn percent(self) -> Option<i64> {
        (self.whole > 0).then(|| (self.part * 200 + self.whole) / (self.whole * 2))
    }

    /// Whether there are enough of them to conclude anything.
    pub const fn is_enough(self) -> bool {
        self.whole >= SAMPLE_MIN
    }

    /// Wilson's score interval at 95 % (E. B. Wilson, JASA 22, 1927): it stays inside 0 and 1 and is honest for small samples and
    /// shares near the ends, where the textbook's ± is not. Nothing of nothing.
    pub fn interval(self) -> Option<Interval> {
        self.interval_of(Z_95)
    }

    fn interval_of(self, quantile: f64) -> Option<Interval> {
        let share = self.share()?;
        let n = self.whole as f64;
        let squared = quantile * quantile;
        let middle = (share + squared / (2.0 * n)) / (1.0 + squared / n);
        let half =
            quantile / (1.0 + squared / n) * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
        Some(Interval {
            low: if self.part == 0 {
                0.0
            } else {
                (middle - half).max(0.0)
            },
            high: if self.part == self.whole {
                1.0
            } else {
                (middle + half).min(1.0)
            },
        })
    }

    /// By how much this share differs from `other`, with Newcombe's interval at 95 % (R. G. Newcombe, Statistics in Medicine 17,
    /// 1998, method 10). Nothing when either is of nothing.
    pub fn difference(self, other: Self) -> Option<Difference> {
        self.difference_among(other, 1)
    }

    /// The same as one of so many differences that are looked at together: the interval is as much wider as it takes for all of them
    /// to hold at once.
    pub fn difference_among(self, other: Self, comparisons: usize) -> Option<Difference> {
        let (p, q) = (self.share()?, other.share()?);
        let quantile = quantile_among(comparisons);
        let (a, b) = (self.interval_of(quantile)?, other.interval_of(quantile)?);
        let by = p - q;
        Some(Difference {
            enough: self.is_enough() && other.is_enough(),
            by,
            low: by - ((p - a.low).powi(2) + (b.high - q).powi(2)).sqrt(),
            high: by + ((a.high - p).powi(2) + (q - b.low).powi(2)).sqrt(),
        })
    }
}

/// How far two shares are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first less the second, -1 to 1.
    pub by: f64,
    /// The least that is likely.
    pub low: f64,
    /// The most that is likely.
    pub high: f64,
    /// Whether there are enough of both to conclude anything.
    pub enough: bool,
}

impl Difference {
    /// Whether it is more than chance would do: there are enough of both, and no difference at all is not among the likely ones.
    pub fn is_clear(self) -> bool {
        self.enough && (self.low > 0.0 || self.high < 0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-4, "{found} is not {expected}");
    }

    #[test]
    fn the_interval_is_the_one_in_the_books() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (part, whole, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = Rate::new(part, whole).interval().unwrap();
            near(interval.low, low);
            near(interval.high, high);
        }
    }

    #[test]
    fn the_difference_is_the_one_in_the_books() {
        // Newcombe 1998 (differences), table II, method 10: 56/70 less 48/80, and 9/10 less 3/10.
        let difference = Rate::new(56, 70).difference(Rate::new(48, 80)).unwrap();
        near(difference.low, 0.0524);
        near(difference.high, 0.3339);
        assert!(difference.is_clear());
        let small = Rate::new(9, 10).difference(Rate::new(3, 10)).unwrap();
        near(small.low, 0.1705);
        near(small.high, 0.8090);
        assert!(!Rate::new(2, 3).difference(Rate::new(1, 3)).unwrap().is_clear());
    }

    #[test]
    fn three_of_three_against_none_of_three_is_not_clear() {
        let difference = Rate::new(3, 3).difference(Rate::new(0, 3)).unwrap();
        assert!(difference.low > 0.0 && !difference.is_clear());
    }

    #[test]
    fn what_is_clear_alone_may_be_chance_among_many() {
        // The quantiles of a normal table for tails of 0.005 and 0.00025.
        near(quantile_among(5), 2.5758);
        near(quantile_among(100), 3.4808);
        let (one, other) = (Rate::new(60, 100), Rate::new(45, 100));
        assert!(one.difference(other).unwrap().is_clear());
        assert!(!one.difference_among(other, 20).unwrap().is_clear());
    }

    #[test]
    fn nothing_can_be_said_of_nothing() {
        let none = Rate::new(0, 0);
        assert_eq!(
            (none.share(), none.percent(), none.interval()),
            (None, None, None)
        );
        assert_eq!(none.difference(Rate::new(1, 2)), None);
    }

    #[test]
    fn per_cents_round_halves_up() {
        let percents = [(1, 3), (2, 3), (1, 8), (5, 5)].map(|(p, w)| Rate::new(p, w).percent());
        assert_eq!(percents, [Some(33), Some(67), Some(13), Some(100)]);
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval_and_more_of_the_same_narrows_it(part in 0_i64..500, more in 0_i64..500) {
            let whole = part + more;
            prop_assume!(whole > 0);
            let (share, i) = (Rate::new(part, whole).share().unwrap(), Rate::new(part, whole).interval().unwrap());
            prop_assert!(0.0 <= i.low && i.low <= share && share <= i.high && i.high <= 1.0);
            let tenfold = Rate::new(part * 10, whole * 10).interval().unwrap();
            prop_assert!(tenfold.high - tenfold.low < i.high - i.low);
        }
    }
}
