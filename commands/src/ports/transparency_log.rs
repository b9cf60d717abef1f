//! Where the transparency log lies: the tiles of its tree, how far it has got in the journal, and the checkpoints that were signed. What
//! stands in them is computed by [`crate::transparency`]; here it is only kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::Position;

use super::PortError;

/// How far the log has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogReach {
    /// Every event up to here is in the log.
    pub position: Position,
    /// Leaves.
    pub size: u64,
}

/// Why no checkpoint could be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRefusal {
    /// When that was found last.
    pub at: DateTime<Utc>,
    /// Why, for people.
    pub reason: String,
}

/// The log as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogStanding {
    /// How far it has got.
    pub reach: LogReach,
    /// Why no checkpoint could be signed; nothing while all is well.
    pub refusal: Option<LogRefusal>,
    /// The newest checkpoint.
    pub newest: Option<KeptCheckpoint>,
}

/// A tile by its place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePlace {
    /// 0 for leaves; each level above has a hash for a full tile of the one below.
    pub level: u8,
    /// From the left, from 0.
    pub number: u64,
}

/// A tile: up to 256 hashes, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTile {
    /// Where it belongs.
    pub place: TilePlace,
    /// The hashes.
    pub hashes: Vec<u8>,
    /// Of leaves: the position of the last one.
    pub last: Option<Position>,
}

/// A checkpoint as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// Leaves of the tree that it speaks of.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When.
    pub signed_at: DateTime<Utc>,
}

/// The log's store.
#[async_trait]
pub trait TransparencyLog: Send + Sync + std::fmt::Debug {
    /// How it stands.
    async fn standing(&self) -> Result<LogStanding, PortError>;

    /// These tiles, in no order; those that are not there are left out.
    async fn tiles(&self, places: &[TilePlace]) -> Result<Vec<LogTile>, PortError>;

    /// For each position the number of the tile of leaves in which it lies, in their order; nothing beyond the log's reach.
    async fn leaf_tiles(&self, positions: &[Position]) -> Result<Vec<Option<u64>>, PortError>;

    /// Moves the log on, all or nothing, if it still stands at `from`; answers whether it did. Another process may have been first.
    async fn extend(&self, from: LogReach, to: LogReach, tiles: Vec<LogTile>) -> Result<bool, PortError>;

    /// Keeps a checkpoint; one of the same size is there already when another process was first, and stays.
    async fn keep(&self, checkpoint: KeptCheckpoint) -> Result<(), PortError>;

    /// Notes why no checkpoint can be signed.
    async fn refuse(&self, refusal: LogRefusal) -> Result<(), PortError>;
}
