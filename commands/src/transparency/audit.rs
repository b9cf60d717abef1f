//! The whole journal against the whole log: the tree is computed anew from the events and compared tile by tile, and its roots with the
//! newest checkpoint and with one that somebody kept elsewhere. This finds what the proof of one contact can't: an event that is gone from
//! the end of a stream, and a log that was begun anew.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use domain::Position;
use tlog_tiles::Hash;

use super::{
    checkpoint::{Checkpoint, CheckpointError, NoteKey, key_of},
    leaf::leaf_text,
    tree::{Growth, TILE_HASHES},
};
use crate::{
    context::Ports,
    error::CommandError,
    ports::{LogTile, TilePlace},
};

/// Events that are read at once.
const PAGE: usize = 4_000;
/// Bytes of a hash.
const HASH_BYTES: usize = tlog_tiles::HASH_SIZE;

/// Why the journal is not what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogDifference {
    /// From this event on the journal is not what the log has.
    Event {
        /// The first that differs.
        position: Position,
    },
    /// The journal has fewer events than the log.
    Shorter {
        /// Events there are.
        events: u64,
        /// Leaves in the log.
        leaves: u64,
    },
    /// Hashes of the log do not follow from its leaves.
    Hashes,
    /// The tree had another root when it had so many leaves.
    Root {
        /// Leaves of the tree that the checkpoint speaks of.
        size: u64,
    },
    /// The checkpoint speaks of a larger tree than there is.
    Smaller {
        /// Leaves of the tree that the checkpoint speaks of.
        size: u64,
        /// Leaves there are.
        leaves: u64,
    },
    /// The newest checkpoint can't be relied on.
    Checkpoint(CheckpointError),
}

impl fmt::Display for LogDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { position } => write!(
                f,
                "the event at position {position} is not what was recorded, or one before it was taken out or put in"
            ),
            Self::Shorter { events, leaves } => {
                write!(f, "the journal has {events} events where {leaves} were recorded")
            }
            Self::Hashes => f.write_str("the hashes that are kept do not follow from their leaves"),
            Self::Root { size } => write!(
                f,
                "the first {size} events are not those that the checkpoint of {size} was signed for"
            ),
            Self::Smaller { size, leaves } => {
                write!(
                    f,
                    "a checkpoint speaks of {size} events, and the log has {leaves}"
                )
            }
            Self::Checkpoint(error) => error.fmt(f),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalAudit {
    /// Events that were compared.
    pub events: u64,
    /// The newest checkpoint; nothing when none was signed yet, or when it can't be relied on.
    pub newest: Option<Checkpoint>,
    /// The first difference.
    pub difference: Option<LogDifference>,
}

/// Compares the journal with the log, and with a checkpoint that was kept elsewhere. The journal must be a handle that was opened for this: one
/// that has written answers its newest events from memory, and not as they lie in the store.
pub async fn audit_journal(ports: &Ports, kept: Option<Checkpoint>) -> Result<JournalAudit, CommandError> {
    let standing = ports.log.standing().await?;
    let key = NoteKey::read(&key_of(ports.signer.as_ref()));
    let newest = standing
        .newest
        .map(|newest| Checkpoint::open(&newest.note, key.as_ref().map_err(|error| *error)?))
        .transpose();
    let (newest, forged) = match newest {
        Ok(newest) => (newest, None),
        Err(error) => (None, Some(LogDifference::Checkpoint(error))),
    };
    let checkpoints: Vec<Checkpoint> = newest.iter().cloned().chain(kept).collect();
    let mut reading = Reading {
        leaves: standing.reach.size,
        ..Reading::default()
    };
    let difference = reading.through(ports, &checkpoints).await?;
    Ok(JournalAudit {
        events: reading.events,
        newest,
        difference: difference.or(forged),
    })
}

#[derive(Default)]
struct Reading {
    growth: Growth,
    events: u64,
    /// Leaves that the log had when this began.
    leaves: u64,
    /// Roots at the sizes of checkpoints.
    roots: HashMap<u64, Hash>,
    /// Positions of the leaves in tiles that are not compared yet.
    positions: BTreeMap<u64, Vec<Position>>,
}

impl Reading {
    async fn through(
        &mut self,
        ports: &Ports,
        checkpoints: &[Checkpoint],
    ) -> Result<Option<LogDifference>, CommandError> {
        let mut after = Position::START;
        while self.events < self.leaves {
            let page = ports.journal.read(after, PAGE).await?;
            if page.scanned <= after {
                break;
            }
            after = page.scanned;
            for event in page.events {
                if self.events < self.leaves {
                    self.take(&leaf_text(&event), event.position, checkpoints)?;
                }
            }
            let full = self.growth.take_full();
            if let Some(difference) = self.compare(ports, full).await? {
                return Ok(Some(difference));
            }
        }
        let edge = std::mem::take(&mut self.growth).into_tiles();
        if let Some(difference) = self.compare(ports, edge).await? {
            return Ok(Some(difference));
        }
        let (events, leaves) = (self.events, self.leaves);
        if events < leaves {
            return Ok(Some(LogDifference::Shorter { events, leaves }));
        }
        Ok(checkpoints
            .iter()
            .find_map(|checkpoint| self.differs_from(checkpoint)))
    }

    fn take(
        &mut self,
        leaf: &str,
        position: Position,
        checkpoints: &[Checkpoint],
    ) -> Result<(), CommandError> {
        let tile = self.events / TILE_HASHES as u64;
        self.positions.entry(tile).or_default().push(position);
        self.growth.push(leaf, position)?;
        self.events += 1;
        if checkpoints
            .iter()
            .any(|checkpoint| checkpoint.size == self.events)
        {
            self.roots.insert(self.events, self.growth.root()?);
        }
        Ok(())
    }

    /// Tiles as they follow from the journal, against those that are kept, which may have grown since.
    async fn compare(
        &mut self,
        ports: &Ports,
        computed: Vec<LogTile>,
    ) -> Result<Option<LogDifference>, CommandError> {
        let places: Vec<TilePlace> = computed.iter().map(|tile| tile.place).collect();
        let kept = ports.log.tiles(&places).await?;
        let kept: HashMap<TilePlace, LogTile> = kept.into_iter().map(|tile| (tile.place, tile)).collect();
        let mut hashes_differ = false;
        for tile in computed {
            let stored = kept.get(&tile.place).map_or(&[][..], |tile| &tile.hashes);
            let positions = match tile.place.level {
                0 => self.positions.remove(&tile.place.number),
                _ => None,
            };
            if stored.starts_with(&tile.hashes) {
                continue;
            }
            let mut theirs = stored.chunks(HASH_BYTES);
            let mut ours = tile.hashes.chunks(HASH_BYTES);
            let place = ours.position(|ours| theirs.next() != Some(ours));
            match positions.and_then(|positions| positions.get(place?).copied()) {
                Some(position) => return Ok(Some(LogDifference::Event { position })),
                None => hashes_differ = true,
            }
        }
        Ok(hashes_differ.then_some(LogDifference::Hashes))
    }

    fn differs_from(&self, checkpoint: &Checkpoint) -> Option<LogDifference> {
        let (size, leaves) = (checkpoint.size, self.leaves);
        match self.roots.get(&size) {
            Some(root) if *root == checkpoint.root => None,
            Some(_) => Some(LogDifference::Root { size }),
            None => Some(LogDifference::Smaller { size, leaves }),
        }
    }
}
