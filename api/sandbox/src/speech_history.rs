//! What was spoken, newest first, as the account's history answers it. Kept in memory only, and not for ever: it is there for whoever
//! looks for a speech whose answer was lost a moment ago.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

/// Most speeches that are remembered.
const ITEMS_MAX: usize = 20_000;

/// A speech.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) voice: String,
    pub(crate) model: String,
    pub(crate) text: String,
    pub(crate) at: DateTime<Utc>,
}

/// The speeches of the account, newest first.
#[derive(Debug, Default)]
pub(crate) struct SpeechHistory(Mutex<VecDeque<Item>>);

impl SpeechHistory {
    pub(crate) fn add(&self, item: Item) {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.push_front(item);
        items.truncate(ITEMS_MAX);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Item> {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().find(|item| item.id == id).cloned()
    }

    /// Speeches of a voice, or of all, after an item; and whether there are more.
    pub(crate) fn newest(&self, voice: Option<&str>, after: Option<&str>, size: usize) -> (Vec<Item>, bool) {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of_voice = items
            .iter()
            .filter(|item| voice.is_none_or(|v| v == item.voice))
            .skip_while(|item| after.is_some_and(|id| id != item.id))
            .skip(usize::from(after.is_some()))
            .cloned();
        let shown: Vec<Item> = of_voice.by_ref().take(size).collect();
        let more = of_voice.next().is_some();
        (shown, more)
    }
}
