//! What the account has had spoken: `GET /v1/history`, newest first. There is no idempotency key, so this is where a speech is found
//! whose answer was lost, before it is ordered, and billed, again. Wire facts: the vendor's client `elevenlabs-python` 2.59.

use chrono::{DateTime, Duration, Utc};
use commands::ports::{PortError, SpeechRequest};
use reqwest::Method;
use serde::Deserialize;

use super::client::{HISTORY, HISTORY_AUDIO};
use crate::http::{Answer, ProviderCall, path_segment};

/// Items a page; the vendor takes up to 1,000.
const ITEMS_PER_PAGE: u32 = 100;
/// Most pages that are looked through: an order is looked for soon after it was made.
const PAGES_MAX: usize = 10;
/// How far the vendor's clock may lie behind ours, seconds.
const CLOCKS_APART_SECONDS: i64 = 120;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    history: Vec<Item>,
    #[serde(default)]
    has_more: bool,
    last_history_item_id: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    history_item_id: String,
    voice_id: Option<String>,
    model_id: Option<String>,
    text: Option<String>,
    date_unix: i64,
    #[serde(default)]
    character_count_change_from: u64,
    #[serde(default)]
    character_count_change_to: u64,
}

/// A speech that was found.
pub(super) struct Recalled {
    pub(super) audio: Answer,
    pub(super) id: String,
    /// Characters that were billed for it.
    pub(super) characters: u64,
}

/// Looks for these words in this voice, ordered since then.
pub(super) async fn recall(
    call: &ProviderCall,
    request: &SpeechRequest,
    model: &str,
    since: DateTime<Utc>,
) -> Result<Option<Recalled>, PortError> {
    let since = (since - Duration::seconds(CLOCKS_APART_SECONDS)).timestamp();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut asked = call
            .request(Method::GET, "v1/history")
            .query(&[("page_size", ITEMS_PER_PAGE)])
            .query(&[("voice_id", &request.voice)]);
        if let Some(after) = &after {
            asked = asked.query(&[("start_after_history_item_id", after)]);
        }
        let page: Page = call.send(&HISTORY, asked).await?.json()?;
        let is_it = |item: &&Item| {
            item.date_unix >= since
                && item.text.as_deref() == Some(&request.text)
                && item.voice_id.as_deref().is_none_or(|v| v == request.voice)
                && item.model_id.as_deref().is_none_or(|m| m == model)
        };
        if let Some(item) = page.history.iter().find(is_it) {
            return fetch(call, item).await;
        }
        let is_past = page.history.last().is_none_or(|oldest| oldest.date_unix < since);
        after = page.last_history_item_id.filter(|_| page.has_more && !is_past);
        if after.is_none() {
            break;
        }
    }
    Ok(None)
}

async fn fetch(call: &ProviderCall, item: &Item) -> Result<Option<Recalled>, PortError> {
    let Some(id) = path_segment(&item.history_item_id) else {
        return Ok(None);
    };
    let asked = call.request(Method::GET, &format!("v1/history/{id}/audio"));
    let audio = call.send(&HISTORY_AUDIO, asked).await?;
    Ok(Some(Recalled {
        audio,
        id: id.to_owned(),
        characters: item
            .character_count_change_to
            .saturating_sub(item.character_count_change_from),
    }))
}
