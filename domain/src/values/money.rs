//! Money as whole micro-dollars (millionths of a US dollar). Never a float: the sandbox's bill must equal ours to the cent.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicroDollars(i64);

/// The sum does not fit; amounts of this size are a defect upstream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large to be added up")]
pub struct MoneyOverflow;

impl MicroDollars {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Wraps an amount in millionths of a dollar.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The amount in millionths of a dollar.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Adds, or says that the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyOverflow)
    }

    /// `count` times this amount; the largest amount when that does not fit.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl fmt::Display for MicroDollars {
    /// Dollars with at least two places and no trailing zeros beyond them: `$0.04`, `$0.0029`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.unsigned_abs() / 1_000_000;
        let mut fraction = format!("{:06}", self.0.unsigned_abs() % 1_000_000);
        while fraction.len() > 2 && fraction.ends_with('0') {
            fraction.pop();
        }
        write!(f, "{sign}${whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_as_dollars() {
        assert_eq!(MicroDollars::from_micros(40_000).to_string(), "$0.04");
        assert_eq!(MicroDollars::from_micros(2_900).to_string(), "$0.0029");
        assert_eq!(MicroDollars::from_micros(-12_500_000).to_string(), "-$12.50");
    }
}
