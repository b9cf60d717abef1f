//! Whoever writes many scripts in one batch: cheaper than one by one, and some time within a day. A batch is found again by our own
//! key, so that one whose submission was cut off is never submitted blindly a second time.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{MicroDollars, ScriptBatchId, campaign::ScriptBatchOutcome};

use super::{PortError, ScriptPrompt, WrittenScript};

/// By what a batch and its answers are told apart at the provider: our own id of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchKey(ScriptBatchId);

impl BatchKey {
    /// Of a batch.
    pub const fn of(batch: ScriptBatchId) -> Self {
        Self(batch)
    }

    /// What the request at a place of the batch is called: at most 64 letters, digits and hyphens, which every provider takes.
    pub fn request(self, place: usize) -> String {
        format!("{self}-{place}")
    }

    /// The place of a request that is called so; nothing for another batch's.
    pub fn place(self, request: &str) -> Option<usize> {
        let place = request.strip_prefix(&self.to_string())?.strip_prefix('-')?;
        place.parse().ok()
    }
}

impl std::fmt::Display for BatchKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_uuid().as_simple().fmt(f)
    }
}

/// What became of a batch whose submission had no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchSearch {
    /// The provider has it, and calls it so.
    Found(String),
    /// The provider does not have it.
    Absent,
    /// Something is there of which the provider does not say yet whose it is.
    Undecided,
}

/// Where a batch stands at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchStanding {
    /// Being worked on.
    Running {
        /// Requests that the provider is through with, as far as it says so.
        processed: u64,
        /// It is being cancelled.
        cancelling: bool,
    },
    /// Over; the results are there, unless it was refused or lost.
    Over(ScriptBatchOutcome),
}

/// What became of one request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchedScript {
    /// It is written; the cost is that of the batch.
    Written(WrittenScript),
    /// No script, and asked again it would be none: refused, or cut off.
    Unwritable {
        /// What was billed all the same.
        cost: MicroDollars,
    },
    /// Not written, and not billed: the provider failed, or did not get to it.
    Missed,
}

/// The result of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchResult {
    /// Its place in the batch.
    pub place: usize,
    /// What became of it.
    pub script: BatchedScript,
}

/// A language model's provider that takes batches.
#[async_trait]
pub trait ScriptBatches: Send + Sync + std::fmt::Debug {
    /// Hands over a batch, each prompt with its place; answers what the provider calls it. Never repeated inside when it may have been
    /// taken: then the failure says so, and [`ScriptBatches::find`] tells. A prompt that no provider would take is left out.
    async fn submit(&self, key: BatchKey, prompts: &[(usize, ScriptPrompt)]) -> Result<String, PortError>;

    /// Looks for a batch that was handed over after this instant. `known` are what the provider calls others of ours.
    async fn find(
        &self,
        key: BatchKey,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<BatchSearch, PortError>;

    /// Where a batch stands.
    async fn standing(&self, reference: &str) -> Result<BatchStanding, PortError>;

    /// What became of its requests, in any order, once it is over. One that is missing was not written.
    async fn results(&self, key: BatchKey, reference: &str) -> Result<Vec<BatchResult>, PortError>;

    /// Has the provider stop; one that is over stays as it is.
    async fn cancel(&self, reference: &str) -> Result<(), PortError>;

    /// Has the provider delete the requests and results of a batch that is over: they hold what is known of people.
    async fn forget(&self, reference: &str) -> Result<(), PortError>;

    /// What a script of a batch costs, in hundredths of one that is asked for by itself.
    fn price_percent(&self) -> u8;
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_request_is_called_by_its_batch_and_place_and_found_again_by_that() {
        let key = |n| BatchKey::of(ScriptBatchId::from_uuid(Uuid::from_u128(n)));
        let called = key(u128::MAX).request(999);
        assert!(called.len() <= 64, "{called}");
        assert_eq!(key(u128::MAX).place(&called), Some(999));
        assert_eq!(key(7).place(&called), None);
        assert_eq!(key(7).place(&key(7).to_string()), None);
    }
}
