//! What must not be said (`phrases.csv`) and what says that somebody can opt out, read once and found by their first word. A line
//! that can't be read would be a defect of this program, and a test finds it.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    LintRule, Severity,
    words::{Words, phrase},
};

const TABLE: &str = include_str!("phrases.csv");

/// What says that somebody can opt out.
const OPT_OUT: &[&str] = &[
    "opt out",
    "stop these messages",
    "stop these calls",
    "stop receiving",
    "stop future",
    "not receive",
    "no longer receive",
    "do not call list",
    "be removed",
    "remove you",
    "remove your number",
    "take you off",
    "be taken off",
    "unsubscribe",
    "no more messages",
    "no more calls",
];

/// What a phrase means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It must not be said, or better not.
    Against(LintRule, Severity),
    /// It says how to opt out.
    OptOut,
}

/// A phrase and what it means.
type Phrase = (Box<[Box<str>]>, Meaning);

static PHRASES: LazyLock<HashMap<Box<str>, Vec<Phrase>>> = LazyLock::new(|| {
    let opt_outs = OPT_OUT.iter().map(|text| (phrase(text), Meaning::OptOut));
    let mut by_first: HashMap<Box<str>, Vec<Phrase>> = HashMap::new();
    for entry in lines().filter_map(parsed).chain(opt_outs) {
        if let Some(first) = entry.0.first() {
            by_first.entry(first.clone()).or_default().push(entry);
        }
    }
    by_first
});

/// Every phrase that is said, and where; with the number of its only word, if it has one word.
pub(super) fn said_in(words: &Words) -> impl Iterator<Item = (Meaning, (u32, u32), &str)> {
    words.iter().enumerate().flat_map(move |(number, (text, _))| {
        let candidates = PHRASES.get(text).map(Vec::as_slice).unwrap_or_default();
        candidates
            .iter()
            .filter_map(move |(phrase, meaning)| Some((*meaning, words.has_at(number, phrase)?, text)))
    })
}

fn lines() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|l| !l.starts_with('#') && !l.is_empty())
}

fn parsed(line: &str) -> Option<Phrase> {
    let mut cells = line.splitn(4, ',');
    let rule = match cells.next()? {
        "forbidden_claim" => LintRule::ForbiddenClaim,
        "fair_housing" => LintRule::FairHousing,
        "pressure" => LintRule::Pressure,
        "profanity" => LintRule::Profanity,
        _ => return None,
    };
    let severity = match cells.next()? {
        "blocking" => Severity::Blocking,
        "warning" => Severity::Warning,
        _ => return None,
    };
    let words = phrase(cells.next()?);
    (!words.is_empty()).then_some((words, Meaning::Against(rule, severity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_phrase() {
        for line in lines() {
            assert!(parsed(line).is_some(), "{line}");
        }
        let held: usize = PHRASES.values().map(Vec::len).sum();
        assert_eq!(held, lines().count() + OPT_OUT.len());
    }
}
