//! What changed between two versions of a script, word by word.

use async_graphql::{Enum, SimpleObject};
use similar::{ChangeTag, TextDiff};

/// What became of some words.
#[derive(Debug, Enum, Copy, Clone, PartialEq, Eq)]
pub enum Change {
    /// They stayed.
    Same,
    /// They came in.
    Added,
    /// They went out.
    Removed,
}

/// Some words and what became of them.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct DifferencePart {
    change: Change,
    text: String,
}

/// The parts of both texts in order; neighbours of one kind are one part.
pub fn difference(before: &str, after: &str) -> Vec<DifferencePart> {
    let mut parts: Vec<DifferencePart> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Insert => Change::Added,
            ChangeTag::Delete => Change::Removed,
        };
        match parts.last_mut() {
            Some(last) if last.change == tag => last.text.push_str(change.value()),
            _ => parts.push(DifferencePart {
                change: tag,
                text: change.value().to_owned(),
            }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_came_and_went_are_told_apart() {
        let part = |change, text: &str| DifferencePart {
            change,
            text: text.to_owned(),
        };
        assert_eq!(
            difference("Hi Dana, call me", "Hi Dana, please call us"),
            [
                part(Change::Same, "Hi Dana, "),
                part(Change::Added, "please "),
                part(Change::Same, "call "),
                part(Change::Removed, "me"),
                part(Change::Added, "us"),
            ]
        );
        assert_eq!(difference("", ""), []);
    }
}
