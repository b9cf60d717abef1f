//! The cases, and how a result is shown.

pub mod bulk;
pub mod commands;
pub mod hardware;
pub mod load;
pub mod opening;
pub mod place;
mod sheet;

use std::fmt;

/// One line of the report.
pub struct Case {
    pub name: String,
    /// The journal's figure, with its unit.
    pub ours: String,
    /// What it is compared with.
    pub baseline: String,
    /// Ours over the baseline where higher is better.
    pub ratio: Option<f64>,
    pub target: String,
    pub met: bool,
}

impl Case {
    pub const HEADING: &str =
        "case | journal | baseline | ratio | target | met\n--- | --- | --- | --- | --- | ---";
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self
            .ratio
            .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let met = if self.met { "yes" } else { "NO" };
        write!(
            f,
            "{} | {} | {} | {ratio} | {} | {met}",
            self.name, self.ours, self.baseline, self.target
        )
    }
}
