//! What a check of the stored read models against the log came to.

use crate::{Comparison, Table};

/// Most differences of one table that are described; all are counted.
pub const DIFFERENCES_SHOWN_MAX: usize = 20;

/// A table compared with what the events say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelReport {
    /// The table.
    pub name: &'static str,
    /// Rows that are stored.
    pub rows: u64,
    /// Rows that differ, are missing, or are stored without cause.
    pub differences: u64,
    /// The first of them, by what is wrong; no keys or values, which may be personal.
    pub shown: Vec<String>,
}

impl ModelReport {
    /// Of a table that nothing was compared with yet.
    pub const fn new(table: &'static Table) -> Self {
        Self {
            name: table.name,
            rows: 0,
            differences: 0,
            shown: Vec::new(),
        }
    }

    /// Takes in how one stored row compared.
    pub fn take_in(&mut self, comparison: &Comparison) {
        self.rows += 1;
        match comparison {
            Comparison::Equal => {}
            Comparison::Differs { column } => self.differ(1, &format!("{column} differs")),
            Comparison::NotInEvents => self.differ(1, "a stored row that no event made"),
        }
    }

    /// Takes in rows that are not stored and should be.
    pub fn take_in_missing(&mut self, missing: u64) {
        if missing > 0 {
            self.differ(missing, &format!("{missing} rows are not stored"));
        }
    }

    fn differ(&mut self, by: u64, what: &str) {
        self.differences += by;
        if self.shown.len() < DIFFERENCES_SHOWN_MAX {
            self.shown.push(what.to_owned());
        }
    }
}

/// The read side compared with what the events say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events that were read.
    pub events: u64,
    /// Events of no known kind, which change nothing.
    pub unknown_events: u64,
    /// Events that can't be read; they and what follows in their streams are left out on both sides.
    pub unreadable_events: u64,
    /// A report a table.
    pub models: Vec<ModelReport>,
}

impl VerifyReport {
    /// Whether every stored row is what the events say, and there are no others.
    pub fn agrees(&self) -> bool {
        self.models.iter().all(|m| m.differences == 0)
    }
}
