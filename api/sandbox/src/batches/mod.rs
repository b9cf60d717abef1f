//! Batches of both writers: requests that are handed over together and answered some time later, by the sandbox's clock. Kept in
//! `batches.jsonl`, so that a sudden end of the process forgets none, and booked at half the price when they end. Who looks at a batch
//! after its time has it end; what goes wrong with it is drawn by the seed.

pub(crate) mod anthropic;
pub(crate) mod groq;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Shared,
    bill::Usage,
    config::SandboxError,
    faults::{BatchFaults, share},
    json_lines::{JsonLines, state_file},
};

/// Most requests of a batch.
pub(crate) const MAX_REQUESTS: usize = 50_000;
/// Largest file or body of a batch, bytes.
pub(crate) const MAX_BYTES: usize = 100 << 20;
/// When a batch ends whose requests were not all got to.
const EXPIRES: TimeDelta = TimeDelta::hours(24);
/// How long a cancelled batch takes to end.
const CANCELLING: TimeDelta = TimeDelta::seconds(5);

/// Whose batch it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Writer {
    Groq,
    Anthropic,
}

/// One request of a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) custom_id: String,
    pub(crate) body: Value,
}

/// What became of one request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// The provider's own answer to such a request.
    Answered(Value),
    /// The provider's own refusal of such a request, with its status.
    Refused(u16, Value),
    /// It failed on the provider's side.
    Errored,
    /// It was not got to in time.
    Expired,
    /// It was cancelled before it was got to.
    Cancelled,
}

/// One line of `batches.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Entry {
    File {
        id: String,
        lines: String,
    },
    Made {
        id: String,
        writer: Writer,
        made_at: DateTime<Utc>,
        due_at: DateTime<Utc>,
        requests: Vec<Request>,
        /// As its owner marked it.
        mark: Value,
        /// The file that it was made of.
        file: Option<String>,
        faults: BatchFaults,
    },
    Cancelled {
        id: String,
        at: DateTime<Utc>,
    },
    Ended {
        id: String,
        fates: Vec<Fate>,
    },
    /// A file, or a batch with its results.
    Deleted {
        id: String,
    },
}

/// A batch.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) made_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
    pub(crate) requests: Vec<Request>,
    pub(crate) mark: Value,
    pub(crate) file: Option<String>,
    faults: BatchFaults,
    writer: Writer,
    /// Its number among all, for what is drawn.
    number: usize,
    /// There once it has ended: as many as requests.
    pub(crate) fates: Option<Vec<Fate>>,
}

impl Batch {
    /// Requests that were got to by then.
    pub(crate) fn processed(&self, now: DateTime<Utc>) -> usize {
        let now = self.cancelled_at.unwrap_or(now);
        let whole = (self.due_at - self.made_at).num_milliseconds().max(1);
        let gone = (now - self.made_at).num_milliseconds().clamp(0, whole);
        self.requests.len() * usize::try_from(gone).unwrap_or(0) / usize::try_from(whole).unwrap_or(1)
    }

    /// Whether it was refused as a whole.
    pub(crate) const fn fails(&self) -> bool {
        self.faults.fails
    }

    /// Whether some requests were not got to in time.
    pub(crate) fn is_expired(&self) -> bool {
        let fates = self.fates.as_deref().unwrap_or_default();
        fates.iter().any(|fate| matches!(fate, Fate::Expired))
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let end = self
            .cancelled_at
            .map_or(self.due_at, |at| self.due_at.min(at + CANCELLING));
        self.fates.is_none() && now >= end
    }
}

/// Answers one request as the writer would at once: what is said, and what is booked.
pub(crate) type Answer = Result<(Value, Usage), (u16, Value)>;

#[derive(Debug)]
struct Inner {
    log: JsonLines<Entry>,
    kept: Kept,
}

/// What there is.
#[derive(Debug, Default)]
struct Kept {
    files: HashMap<String, String>,
    batches: Vec<Batch>,
    /// Files of results that were deleted.
    deleted: HashSet<String>,
    /// Batches so far.
    made: usize,
}

/// All files and batches.
#[derive(Debug)]
pub(crate) struct Batches {
    seed: u64,
    inner: Mutex<Inner>,
}

impl Batches {
    pub(crate) fn open(dir: &Path, seed: u64) -> Result<Self, SandboxError> {
        let mut kept = Kept::default();
        let log = JsonLines::open(&state_file(dir, "batches.jsonl")?, |entry| kept.take_in(entry))?;
        let inner = Mutex::new(Inner { log, kept });
        Ok(Self { seed, inner })
    }

    /// Keeps a file.
    pub(crate) fn keep(&self, id: String, lines: String) -> std::io::Result<()> {
        self.lock().append(Entry::File { id, lines })
    }

    /// A file.
    pub(crate) fn file(&self, id: &str) -> Option<String> {
        self.lock().kept.files.get(id).cloned()
    }

    /// Whether a file of results was deleted.
    pub(crate) fn is_deleted(&self, id: &str) -> bool {
        self.lock().kept.deleted.contains(id)
    }

    /// Deletes a file, or a batch with its results.
    pub(crate) fn delete(&self, id: String) -> std::io::Result<()> {
        self.lock().append(Entry::Deleted { id })
    }

    /// Files of requests, and batches whose results can be had.
    pub(crate) fn kept(&self) -> usize {
        let inner = self.lock();
        let of_anthropic = inner
            .kept
            .batches
            .iter()
            .filter(|b| b.writer == Writer::Anthropic);
        inner.kept.files.len() + of_anthropic.count()
    }

    /// Takes a batch; what goes wrong with it is what is in force now.
    pub(crate) fn make(
        &self,
        shared: &Shared,
        id: String,
        writer: Writer,
        requests: Vec<Request>,
        (mark, file): (Value, Option<String>),
    ) -> std::io::Result<Option<Batch>> {
        let (faults, now) = (shared.faults.batches(), (shared.time)());
        let takes = TimeDelta::from_std(shared.delays.batch).unwrap_or(EXPIRES);
        let due_at = now + if faults.expired > 0.0 { EXPIRES } else { takes };
        let made = Entry::Made {
            id: id.clone(),
            writer,
            made_at: now,
            due_at,
            requests,
            mark,
            file,
            faults,
        };
        self.lock().append(made)?;
        Ok(self.get(shared, writer, &id))
    }

    /// Cancels a batch that is under way; false: it is over already, or there is none.
    pub(crate) fn cancel(&self, shared: &Shared, writer: Writer, id: &str) -> std::io::Result<bool> {
        let at = (shared.time)();
        let under_way = self
            .get(shared, writer, id)
            .is_some_and(|batch| batch.fates.is_none());
        if under_way {
            let id = id.to_owned();
            self.lock().append(Entry::Cancelled { id, at })?;
        }
        Ok(under_way)
    }

    /// A batch as it is now.
    pub(crate) fn get(&self, shared: &Shared, writer: Writer, id: &str) -> Option<Batch> {
        let inner = self.settled(shared);
        let mut of_writer = inner.kept.batches.iter().filter(|b| b.writer == writer);
        of_writer.find(|batch| batch.id == id).cloned()
    }

    /// All of a writer as they are now, the newest first.
    pub(crate) fn all(&self, shared: &Shared, writer: Writer) -> Vec<Batch> {
        let inner = self.settled(shared);
        let of_writer = inner.kept.batches.iter().rev().filter(|b| b.writer == writer);
        of_writer.cloned().collect()
    }

    /// Has those end whose time has come.
    fn settled(&self, shared: &Shared) -> MutexGuard<'_, Inner> {
        let now = (shared.time)();
        let mut inner = self.lock();
        let due: Vec<Batch> = inner
            .kept
            .batches
            .iter()
            .filter(|b| b.is_due(now))
            .cloned()
            .collect();
        for batch in due {
            let fates = self.fates(shared, &batch);
            let id = batch.id;
            if let Err(error) = inner.append(Entry::Ended { id, fates }) {
                tracing::warn!(%error, "the sandbox could not write down the end of a batch");
            }
        }
        inner
    }

    /// What becomes of every request. What is answered is booked.
    fn fates(&self, shared: &Shared, batch: &Batch) -> Vec<Fate> {
        let processed = batch
            .cancelled_at
            .map_or(batch.requests.len(), |at| batch.processed(at));
        let requests = batch.requests.iter().enumerate();
        requests
            .map(|(place, request)| {
                if place >= processed {
                    Fate::Cancelled
                } else {
                    self.fate(shared, batch, place, &request.body)
                }
            })
            .collect()
    }

    fn fate(&self, shared: &Shared, batch: &Batch, place: usize, body: &Value) -> Fate {
        let drawn = share(
            self.seed,
            &["batched", &batch.number.to_string(), &place.to_string()],
        );
        let faults = &batch.faults;
        let (expired, errored) = (faults.expired, faults.expired + faults.errored);
        if drawn < expired {
            return Fate::Expired;
        }
        if batch.fails() || drawn < errored {
            return Fate::Errored;
        }
        let body = if drawn < errored + faults.refused {
            // A request that the writer itself refuses.
            &Value::Null
        } else {
            body
        };
        let answer = match batch.writer {
            Writer::Groq => crate::groq::batched(shared, body),
            Writer::Anthropic => crate::anthropic::batched(shared, body),
        };
        match answer {
            Ok((answer, usage)) => match shared.bill.book(&usage) {
                Ok(()) => Fate::Answered(answer),
                Err(_) => Fate::Errored,
            },
            Err((status, refusal)) => Fate::Refused(status, refusal),
        }
    }

    pub(crate) fn close(&self) {
        self.lock().log.close();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can be left half done: a poisoned lock is as good as any.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Writes down before it counts.
    fn append(&mut self, entry: Entry) -> std::io::Result<()> {
        self.log.append(&entry)?;
        self.kept.take_in(entry);
        Ok(())
    }
}

impl Kept {
    fn batch(&mut self, id: &str) -> Option<&mut Batch> {
        self.batches.iter_mut().find(|batch| batch.id == id)
    }

    fn take_in(&mut self, entry: Entry) {
        match entry {
            Entry::File { id, lines } => {
                self.files.insert(id, lines);
            }
            Entry::Made {
                id,
                writer,
                made_at,
                due_at,
                requests,
                mark,
                file,
                faults,
            } => {
                self.batches.push(Batch {
                    id,
                    made_at,
                    due_at,
                    cancelled_at: None,
                    requests,
                    mark,
                    file,
                    faults,
                    writer,
                    number: self.made,
                    fates: None,
                });
                self.made += 1;
            }
            Entry::Cancelled { id, at } => {
                if let Some(batch) = self.batch(&id) {
                    batch.cancelled_at = batch.cancelled_at.or(Some(at));
                }
            }
            Entry::Ended { id, fates } => {
                if let Some(batch) = self.batch(&id) {
                    batch.fates = Some(fates);
                }
            }
            Entry::Deleted { id } => {
                self.files.remove(&id);
                self.batches.retain(|batch| batch.id != id);
                self.deleted.insert(id);
            }
        }
    }
}
