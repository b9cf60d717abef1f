//! Proof that the journal was not changed: a transparency log (RFC 6962) with a leaf for every event, whose root is signed from time to
//! time. Who keeps a checkpoint can later be shown that an event is in the tree that it speaks of, and that every newer tree only added to
//! it. All hashing is that of `tlog_tiles`, all notes are those of `signed_note`; see docs/evidence.md.

mod audit;
mod checkpoint;
mod leaf;
mod manifest;
mod proof;
mod tree;

pub use audit::{JournalAudit, LogDifference, audit_journal};
pub use checkpoint::{Checkpoint, CheckpointError, NoteKey, key_of};
pub use leaf::{Leaf, leaf_text};
pub use manifest::{Manifest, ManifestError};
pub use proof::{
    Break, BreakKind, Collected, PROOF_EVENTS_MAX, Proof, ProofScope, collect, prove, prove_contact,
};
pub use tlog_tiles::{Hash, RecordProof, check_record, record_hash};
pub use tree::{Growth, TILE_HASHES, TreeError, answered};
