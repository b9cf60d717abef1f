//! What the carrier remembers: every line of `carrier.jsonl`, and the state they add up to. A send is one line (the drop,
//! its key and its outcome), so that no crash leaves one without the other.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// How long a key is kept.
const KEY_LIFE: Duration = Duration::hours(24);

/// One line of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A media has an id, and no audio yet.
    MediaCreated {
        at: DateTime<Utc>,
        media_id: String,
        name: String,
    },
    /// Its audio has come.
    MediaStored {
        at: DateTime<Utc>,
        media_id: String,
        sha256: String,
        bytes: u64,
        playable: bool,
    },
    /// It may be sent.
    MediaCompleted {
        at: DateTime<Utc>,
        media_id: String,
    },
    WebhookCreated(Webhook),
    WebhookDeleted {
        at: DateTime<Utc>,
        webhook_id: String,
    },
    /// A drop: it counts and, delivered, is charged.
    DropMade(Sent),
    /// A request that was taken (202) but is no drop.
    SendRefused(Sent),
    /// A taken request came once more under its key: the same drop, nothing is sent.
    SendRepeated {
        at: DateTime<Utc>,
        to: String,
        foreign_id: Option<String>,
        idempotency_key: String,
    },
    /// The outcome of a send is there, and reports of it begin.
    Concluded {
        at: DateTime<Utc>,
        drop_id: String,
    },
    /// The recipient has played it.
    Played {
        at: DateTime<Utc>,
        drop_id: String,
    },
    /// A report was answered 2xx.
    ReportDelivered {
        at: DateTime<Utc>,
        drop_id: String,
        channel: Channel,
    },
    /// A report will never come.
    ReportDropped {
        at: DateTime<Utc>,
        drop_id: String,
        channel: Channel,
        why: String,
    },
}

/// An API of the carrier's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Api {
    V1,
    #[default]
    V2,
}

/// One taken request to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) at: DateTime<Utc>,
    pub(crate) drop_id: String,
    pub(crate) message_id: String,
    pub(crate) to: String,
    pub(crate) foreign_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) body_sha256: String,
    pub(crate) media_id: Option<String>,
    pub(crate) caller_id: Option<String>,
    pub(crate) callback_url: Option<String>,
    /// The vendor's reason code; 0 is delivered.
    pub(crate) code: u32,
    pub(crate) listen_ms: Option<u64>,
    /// Drops the number had before this one.
    pub(crate) earlier: u32,
    /// By which API it came.
    #[serde(default)]
    pub(crate) api: Api,
    /// Place in the log: only webhooks made before hear of it.
    #[serde(skip)]
    pub(crate) place: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) at: DateTime<Utc>,
    #[serde(rename = "webhook_id")]
    pub(crate) id: String,
    pub(crate) hook_url: String,
    pub(crate) event_types: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) signing_secret: String,
    #[serde(skip)]
    pub(crate) place: u64,
}

/// A way a report goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    /// The one-shot callback with the outcome.
    Callback,
    /// The report of playing, on the callback's address: an extension of the sandbox.
    Listened,
    /// The signed webhook of this id.
    Webhook(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) name: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) stored: bool,
    pub(crate) playable: bool,
    pub(crate) completed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) body_sha256: String,
    pub(crate) message_id: String,
    at: DateTime<Utc>,
}

/// How far the reports of a send are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) concluded_at: Option<DateTime<Utc>>,
    pub(crate) played_at: Option<DateTime<Utc>>,
    pub(crate) delivered: Vec<Channel>,
    pub(crate) dropped: Vec<Channel>,
}

impl Progress {
    pub(crate) fn settled(&self, channel: &Channel) -> bool {
        self.delivered.contains(channel) || self.dropped.contains(channel)
    }
}

/// The sum of the log.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) media: BTreeMap<String, Media>,
    pub(crate) webhooks: BTreeMap<String, Webhook>,
    /// Every taken request in order, and whether it is a drop.
    pub(crate) sends: Vec<(Arc<Sent>, bool)>,
    pub(crate) progress: HashMap<String, Progress>,
    pub(crate) drops: u64,
    pub(crate) delivered: u64,
    keys: HashMap<String, Key>,
    by_number: HashMap<String, u32>,
    entries: u64,
}

impl Remembered {
    pub(crate) fn apply(&mut self, entry: Entry) {
        self.entries += 1;
        match entry {
            Entry::MediaCreated { at, media_id, name } => {
                let media = Media {
                    name,
                    created_at: at,
                    stored: false,
                    playable: false,
                    completed: false,
                };
                self.media.insert(media_id, media);
            }
            Entry::MediaStored {
                media_id, playable, ..
            } => {
                if let Some(media) = self.media.get_mut(&media_id) {
                    media.stored = true;
                    media.playable = playable;
                }
            }
            Entry::MediaCompleted { media_id, .. } => {
                if let Some(media) = self.media.get_mut(&media_id) {
                    media.completed = true;
                }
            }
            Entry::WebhookCreated(webhook) => {
                let webhook = Webhook {
                    place: self.entries,
                    ..webhook
                };
                self.webhooks.insert(webhook.id.clone(), webhook);
            }
            Entry::WebhookDeleted { webhook_id, .. } => {
                self.webhooks.remove(&webhook_id);
            }
            Entry::DropMade(sent) => {
                *self.by_number.entry(sent.to.clone()).or_default() += 1;
                self.drops += 1;
                self.delivered += u64::from(sent.code == super::outcomes::DELIVERED);
                self.remember(sent, true);
            }
            Entry::SendRefused(sent) => self.remember(sent, false),
            Entry::SendRepeated { .. } => {}
            Entry::Concluded { at, drop_id } => self.progress_of(drop_id).concluded_at = Some(at),
            Entry::Played { at, drop_id } => self.progress_of(drop_id).played_at = Some(at),
            Entry::ReportDelivered { drop_id, channel, .. } => {
                self.progress_of(drop_id).delivered.push(channel);
            }
            Entry::ReportDropped { drop_id, channel, .. } => self.progress_of(drop_id).dropped.push(channel),
        }
    }

    fn remember(&mut self, sent: Sent, is_drop: bool) {
        if let Some(key) = &sent.idempotency_key {
            let kept = Key {
                body_sha256: sent.body_sha256.clone(),
                message_id: sent.message_id.clone(),
                at: sent.at,
            };
            self.keys.insert(key.clone(), kept);
        }
        let sent = Sent {
            place: self.entries,
            ..sent
        };
        self.sends.push((Arc::new(sent), is_drop));
    }

    fn progress_of(&mut self, drop_id: String) -> &mut Progress {
        self.progress.entry(drop_id).or_default()
    }

    /// The key, if it is younger than 24 hours.
    pub(crate) fn key(&self, key: &str, now: DateTime<Utc>) -> Option<&Key> {
        self.keys.get(key).filter(|kept| now - kept.at < KEY_LIFE)
    }

    /// Drops made to the number so far.
    pub(crate) fn drops_to(&self, number: &str) -> u32 {
        self.by_number.get(number).copied().unwrap_or_default()
    }

    pub(crate) fn key_count(&self) -> usize {
        self.keys.len()
    }
}
