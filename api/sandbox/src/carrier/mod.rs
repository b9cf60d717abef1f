//! The carrier, Drop Cowboy's API v2 (and, under `/v1`, its first) on loopback, with a memory that outlives the process. Not spoken: calling-hours holds,
//! the frequency cap, contacts, campaigns and bring-your-own-carrier; `contact_id`, `tts_body` and `audio_url` are refused by
//! their codes. Unlike the real one it calls back only to this machine.

pub(crate) mod callbacks;
pub(crate) mod log;
pub(crate) mod media;
pub mod outcomes;
pub(crate) mod plan;
pub(crate) mod queue;
pub(crate) mod routes;
pub(crate) mod send;
pub(crate) mod v1;
pub(crate) mod webhooks;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

use crate::{
    config::SandboxError,
    json_lines::{JsonLines, state_file},
};
use log::{Channel, Entry, Remembered, Sent};
use queue::Queue;

/// Requests to send that are remembered; beyond it sends are answered 503 until the log is moved away.
pub(crate) const MAX_SENDS: usize = 250_000;
/// Media that are remembered.
pub(crate) const MAX_MEDIA: usize = 250_000;

/// The memory, its file and what is still to be reported.
#[derive(Debug)]
pub(crate) struct Carrier {
    path: PathBuf,
    memory: Mutex<Memory>,
    pub(crate) queue: Queue,
}

/// Memory and file change together, under one lock.
#[derive(Debug)]
pub(crate) struct Memory {
    lines: JsonLines<Entry>,
    pub(crate) known: Remembered,
}

impl Memory {
    /// Writes, then remembers: nothing is known that a restart would forget. The write goes to the system's cache and takes
    /// microseconds, so that holding the lock (and the thread) for it is cheaper than handing it over.
    pub(crate) fn record(&mut self, entry: Entry) -> io::Result<()> {
        self.lines.append(&entry)?;
        self.known.apply(entry);
        Ok(())
    }
}

impl Carrier {
    pub(crate) fn open(dir: &Path) -> Result<Self, SandboxError> {
        let path = state_file(dir, "carrier.jsonl")?;
        let mut known = Remembered::default();
        let lines = JsonLines::open(&path, |entry| known.apply(entry))?;
        Ok(Self {
            path,
            memory: Mutex::new(Memory { lines, known }),
            queue: Queue::default(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        // `record` changes the memory only after the write, in one step: a poisoned lock is as good as any.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.memory().lines.close();
    }

    pub(crate) fn made_and_delivered(&self) -> (u64, u64) {
        let memory = self.memory();
        (memory.known.drops, memory.known.delivered)
    }

    pub(crate) fn counts(&self) -> Value {
        let memory = self.memory();
        let known = &memory.known;
        json!({
            "media": known.media.len(),
            "webhooks": known.webhooks.len(),
            "drops": known.drops,
            "delivered": known.delivered,
            "refused": known.sends.len() as u64 - known.drops,
            "idempotency_keys": known.key_count(),
            "pending_callbacks": self.queue.pending(),
        })
    }

    /// A page of the carrier's own log: every taken request, in order.
    pub(crate) fn log_page(&self, offset: usize, limit: usize) -> Value {
        let memory = self.memory();
        let sends = &memory.known.sends;
        let drops: Vec<Value> = sends
            .iter()
            .skip(offset)
            .take(limit)
            .map(|(sent, is_drop)| log_line(&memory.known, sent, *is_drop))
            .collect();
        let next = offset.saturating_add(drops.len());
        json!({ "drops": drops, "total": sends.len(), "next_offset": (next < sends.len()).then_some(next) })
    }
}

fn log_line(known: &Remembered, sent: &Arc<Sent>, is_drop: bool) -> Value {
    let progress = known.progress.get(&sent.drop_id).cloned().unwrap_or_default();
    let named = |channels: &[Channel]| channels.iter().map(|channel| json!(channel)).collect::<Vec<_>>();
    json!({
        "made": is_drop,
        "at": sent.at,
        "drop_id": sent.drop_id,
        "message_id": sent.message_id,
        "to": sent.to,
        "foreign_id": sent.foreign_id,
        "idempotency_key": sent.idempotency_key,
        "media_id": sent.media_id,
        "reason_code": sent.code,
        "reason": outcomes::reason(sent.code),
        "listen_ms": sent.listen_ms,
        "concluded_at": progress.concluded_at,
        "played_at": progress.played_at,
        "reports_delivered": named(&progress.delivered),
        "reports_dropped": named(&progress.dropped),
    })
}
