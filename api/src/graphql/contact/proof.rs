//! How far the history of a contact is proven: every event's row against the signed checkpoint of the journal.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    ports::{LogRefusal, NoteSigner},
    transparency::{Break, BreakKind, Checkpoint, NoteKey, Proof, key_of},
};

use super::super::scalars::Position;

/// What can be said of a history.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
pub enum ProofState {
    /// Everything up to the checkpoint is as it was recorded.
    Proven,
    /// Nothing is covered by a checkpoint yet.
    NotCovered,
    /// Something is not as it was recorded.
    Broken,
}

/// Where a proof breaks.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "BreakKind")]
pub enum ProofBreakKind {
    /// The event is not what was recorded.
    Altered,
    /// An event that belongs to the history is not in the journal.
    Missing,
    /// Events of its stream are missing before this one.
    Hole,
    /// The newest checkpoint is not signed by this installation, or was changed.
    Checkpoint,
    /// The hashes that are kept are not those that were signed.
    Log,
}

/// The first thing that is wrong.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProofBreak {
    kind: ProofBreakKind,
    /// The event; nothing when no event alone is meant.
    position: Option<Position>,
    /// In words.
    message: String,
}

impl From<Break> for ProofBreak {
    fn from(broken: Break) -> Self {
        Self {
            kind: broken.kind.into(),
            position: broken.position.map(Into::into),
            message: broken.to_string(),
        }
    }
}

/// The size and the root of the journal's tree at a time, signed. Whoever keeps one elsewhere can prove later that nothing before it was
/// changed, also to somebody who does not trust this server.
#[derive(Debug, Clone, SimpleObject)]
pub struct JournalCheckpoint {
    /// Events of all organizations that it covers.
    events: u64,
    /// Every event up to here is covered.
    position: Position,
    signed_at: DateTime<Utc>,
    /// Name and short hash of the key.
    key_id: String,
}

/// Why no checkpoint can be signed at present.
#[derive(Debug, Clone, SimpleObject)]
pub struct CheckpointRefusal {
    /// When that was found last.
    at: DateTime<Utc>,
    reason: String,
}

impl From<LogRefusal> for CheckpointRefusal {
    fn from(refusal: LogRefusal) -> Self {
        Self {
            at: refusal.at,
            reason: refusal.reason,
        }
    }
}

/// How far the history of a contact is proven.
#[derive(Debug, Clone, SimpleObject)]
pub struct ContactProof {
    state: ProofState,
    /// Events that are proven to be what was recorded.
    proven_events: u64,
    /// Events that are newer than the checkpoint.
    newer_events: u64,
    checkpoint: Option<JournalCheckpoint>,
    /// The newest checkpoint as a signed note, to be kept elsewhere.
    note: Option<String>,
    /// The key that checks the note, in one line.
    key: String,
    broken: Option<ProofBreak>,
    /// No checkpoint can be signed: the log of the journal does not continue the one that was signed last.
    refusal: Option<CheckpointRefusal>,
}

impl ContactProof {
    /// As clients see it.
    pub fn of(proof: Proof, signer: &dyn NoteSigner) -> Self {
        let state = match (&proof.broken, &proof.note) {
            (Some(_), _) => ProofState::Broken,
            (None, None) => ProofState::NotCovered,
            (None, Some(_)) => ProofState::Proven,
        };
        let key = key_of(signer);
        let key_id = NoteKey::read(&key).map(|key| key.id()).unwrap_or_default();
        let shown = |checkpoint: Checkpoint| JournalCheckpoint {
            events: checkpoint.size,
            position: checkpoint.position.into(),
            signed_at: checkpoint.signed_at,
            key_id,
        };
        Self {
            state,
            proven_events: proof.proven(),
            newer_events: proof.newer,
            checkpoint: proof.checkpoint.map(shown),
            note: proof.note,
            key,
            broken: proof.broken.map(Into::into),
            refusal: proof.refusal.map(Into::into),
        }
    }
}
