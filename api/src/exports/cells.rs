//! Cells of a CSV file. Whatever a person typed is quoted, and what a spreadsheet would calculate becomes text.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::MicroDollars;
use projections::rate::Rate;

/// What spreadsheets take for the beginning of a formula (OWASP, CSV Injection).
const FORMULA_BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A line in the making.
#[derive(Debug, Default)]
pub(super) struct Line(String);

impl Line {
    fn separate(&mut self) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
    }

    /// Text. One that begins as a formula does gets an apostrophe before it, which a spreadsheet shows as text.
    pub(super) fn text(mut self, cell: &str) -> Self {
        self.separate();
        self.0.push('"');
        if cell.starts_with(FORMULA_BEGINS) {
            self.0.push('\'');
        }
        for c in cell.chars() {
            if c == '"' {
                self.0.push('"');
            }
            self.0.push(c);
        }
        self.0.push('"');
        self
    }

    /// Text, or nothing.
    pub(super) fn opt_text(self, cell: Option<&str>) -> Self {
        self.text(cell.unwrap_or_default())
    }

    /// A whole number.
    pub(super) fn number(mut self, n: i64) -> Self {
        // Also a first cell is never empty, so that the next one is separated.
        self.separate();
        // Writing to a String does not fail.
        let _ = write!(self.0, "{n}");
        self
    }

    /// A whole number, or nothing.
    pub(super) fn opt_number(self, n: Option<i64>) -> Self {
        match n {
            Some(n) => self.number(n),
            None => self.text(""),
        }
    }

    /// An instant in UTC to the second, or nothing.
    pub(super) fn instant(self, at: Option<DateTime<Utc>>) -> Self {
        let written = at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        self.opt_text(written.as_deref())
    }

    /// A number as agents write it; one from elsewhere as it is stored.
    pub(super) fn phone(self, e164: &str) -> Self {
        let digits = e164.strip_prefix("+1").filter(|d| d.len() == 10 && d.is_ascii());
        match digits {
            Some(d) => self.text(&format!("({}) {}-{}", &d[..3], &d[3..6], &d[6..])),
            None => self.text(e164),
        }
    }

    /// Milliseconds as seconds with one decimal, or nothing.
    pub(super) fn seconds(self, ms: Option<i64>) -> Self {
        let written = ms.map(|ms| format!("{:.1}", ms as f64 / 1_000.0));
        self.opt_text(written.as_deref())
    }

    /// An amount in dollars to the millionth, or nothing.
    pub(super) fn dollars(self, amount: Option<MicroDollars>) -> Self {
        let written = amount.map(|amount| {
            let micros = amount.micros();
            let sign = if micros < 0 { "-" } else { "" };
            let micros = micros.unsigned_abs();
            format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
        });
        match written {
            Some(written) => self.plain(&written),
            None => self.text(""),
        }
    }

    /// A share with the least and the most that are likely, three cells: 0 to 1; nothing of nothing.
    pub(super) fn rate(self, rate: Rate) -> Self {
        match (rate.share(), rate.interval()) {
            (Some(share), Some(likely)) => self
                .plain(&format!("{share:.4}"))
                .plain(&format!("{:.4}", likely.low))
                .plain(&format!("{:.4}", likely.high)),
            _ => self.text("").text("").text(""),
        }
    }

    /// A number of our own making, as it is.
    fn plain(mut self, number: &str) -> Self {
        self.separate();
        self.0.push_str(number);
        self
    }

    /// Puts the line behind the others.
    pub(super) fn end(mut self, out: &mut String) {
        self.0.push_str("\r\n");
        out.push_str(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        Line::default().text(text).0
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_calculate_becomes_text() {
        for formula in [
            "=1+1",
            "+17605550120",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
        ] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
        assert_eq!(cell("760-555"), "\"760-555\"");
    }

    #[test]
    fn quotes_commas_and_line_breaks_stay_in_their_cell() {
        assert_eq!(cell("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
        assert_eq!(cell(""), "\"\"");
    }

    #[test]
    fn a_line_has_every_cell_also_the_empty_ones() {
        let mut out = String::new();
        Line::default()
            .opt_number(None)
            .phone("+17605550120")
            .dollars(Some(MicroDollars::from_micros(42_000)))
            .seconds(Some(21_449))
            .instant(None)
            .rate(Rate::new(1, 2))
            .end(&mut out);
        assert_eq!(
            out,
            "\"\",\"(760) 555-0120\",0.042000,\"21.4\",\"\",0.5000,0.0945,0.9055\r\n"
        );
    }
}
