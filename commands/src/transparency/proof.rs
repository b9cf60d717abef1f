//! Whether events are what was recorded: each one's row is read from the journal, hashed, and looked for in the tree of the newest checkpoint.
//! Streams that count whole must have every event from the first on. Refuses more events than can be looked at while somebody waits.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use domain::{Position, StreamId};
use tlog_tiles::{Hash, RecordProof, check_record, prove_record, record_hash, tree_hash};

use super::{
    checkpoint::{Checkpoint, NoteKey, key_of},
    leaf::leaf_text,
    tree::answered,
};
use crate::{
    context::Ports,
    error::CommandError,
    ports::{LogRefusal, LogStanding, LogTile, StoredEvent, StreamSlice, TilePlace},
};

/// Most events of one proof.
pub const PROOF_EVENTS_MAX: u64 = 10_000;
/// Streams that are loaded at once.
const STREAMS_AT_ONCE: usize = 1_000;
/// Leaves that are looked for at once: each may lie in tiles of its own, of 8 KB.
const LEAVES_AT_ONCE: usize = 200;

/// Which events are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProofScope {
    /// Streams that count whole.
    pub streams: Vec<StreamId>,
    /// Single events of streams that others share.
    pub positions: Vec<Position>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// The event is not what was recorded.
    Altered,
    /// An event is named, and is not in the journal.
    Missing,
    /// Events of its stream are missing before this one.
    Hole,
    /// The newest checkpoint is not signed by this installation, or was changed.
    Checkpoint,
    /// The hashes that are kept are not those of the newest checkpoint.
    Log,
}

/// Where a proof breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// What is wrong.
    pub kind: BreakKind,
    /// The event; nothing when no event alone is meant.
    pub position: Option<Position>,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            BreakKind::Altered => "an event is not what was recorded",
            BreakKind::Missing => "an event that belongs here is not in the journal any more",
            BreakKind::Hole => "events are missing before this one",
            BreakKind::Checkpoint => {
                "the newest checkpoint is not signed by this installation, or was changed"
            }
            BreakKind::Log => "the hashes that are kept are not those that were signed",
        })?;
        match self.position {
            Some(position) => write!(f, " (position {position})"),
            None => Ok(()),
        }
    }
}

/// Events as they lie in the journal, in the order of their positions, and what is wrong with them by themselves.
#[derive(Debug, Default)]
pub struct Collected {
    /// The events.
    pub events: Vec<StoredEvent>,
    /// What is missing.
    pub breaks: Vec<Break>,
}

/// Where a leaf is in the tree of the checkpoint, and the path from it to the root.
#[derive(Debug, Clone, PartialEq)]
pub struct Inclusion {
    /// Place of the leaf, from 0.
    pub index: u64,
    /// The hashes beside its way to the root, from below.
    pub path: RecordProof,
}

/// How far events are proven.
#[derive(Debug, Default)]
pub struct Proof {
    /// What they are proven by; nothing when none was signed yet, or when it can't be relied on.
    pub checkpoint: Option<Checkpoint>,
    /// The newest signed note as it is kept.
    pub note: Option<String>,
    /// For each event where it is in the tree; nothing for those that are newer than the checkpoint, or that are not there.
    pub inclusions: Vec<Option<Inclusion>>,
    /// Events that are newer than the checkpoint.
    pub newer: u64,
    /// The first thing that is wrong.
    pub broken: Option<Break>,
    /// Why no checkpoint can be signed at present.
    pub refusal: Option<LogRefusal>,
}

impl Proof {
    /// Events that are in the tree as they were recorded.
    pub fn proven(&self) -> u64 {
        self.inclusions.iter().flatten().count() as u64
    }
}

/// Proves what a scope names.
///
/// # Errors
/// More events than [`PROOF_EVENTS_MAX`]; a store that can't be reached.
pub async fn prove_contact(ports: &Ports, scope: &ProofScope) -> Result<Proof, CommandError> {
    // First the checkpoint, then the events: what was recorded in between is newer, and nothing is missed.
    let standing = ports.log.standing().await?;
    let collected = collect(ports, scope).await?;
    prove(ports, standing, &collected).await
}

/// Reads the events of a scope from the journal.
pub async fn collect(ports: &Ports, scope: &ProofScope) -> Result<Collected, CommandError> {
    let too_many = || {
        CommandError::invalid(format!(
            "more than {PROOF_EVENTS_MAX} events: have the operator run `voicedrop verify`, which looks at all of them"
        ))
    };
    let named = (scope.streams.len() + scope.positions.len()) as u64;
    if named > PROOF_EVENTS_MAX {
        return Err(too_many());
    }
    let heads = ports.journal.heads(scope.streams.clone()).await?;
    if heads.iter().sum::<u64>() + scope.positions.len() as u64 > PROOF_EVENTS_MAX {
        return Err(too_many());
    }
    let mut collected = Collected::default();
    for streams in scope.streams.chunks(STREAMS_AT_ONCE) {
        for slice in ports.journal.load(streams.to_vec()).await? {
            collected.breaks.extend(hole_in(&slice));
            collected.events.extend(slice.events);
        }
    }
    let single = ports.journal.at(scope.positions.clone()).await?;
    let found: BTreeSet<Position> = single.iter().map(|event| event.position).collect();
    let missing = scope
        .positions
        .iter()
        .filter(|position| !found.contains(position));
    collected.breaks.extend(missing.map(|position| Break {
        kind: BreakKind::Missing,
        position: Some(*position),
    }));
    collected.events.extend(single);
    collected.events.sort_unstable_by_key(|event| event.position);
    collected.events.dedup_by_key(|event| event.position);
    Ok(collected)
}

/// The first place at which a whole stream has not the next event.
fn hole_in(slice: &StreamSlice) -> Option<Break> {
    let Some(last) = slice.events.last() else {
        // A stream that is named has had a first event.
        return Some(Break {
            kind: BreakKind::Missing,
            position: None,
        });
    };
    if last.sequence == slice.events.len() as u64 && slice.events.is_sorted_by_key(|event| event.position) {
        return None;
    }
    let out_of_place = (1..).zip(&slice.events).find(|(n, event)| event.sequence != *n);
    Some(Break {
        kind: BreakKind::Hole,
        position: Some(out_of_place.map_or(last.position, |(_, event)| event.position)),
    })
}

/// Proves events by the newest checkpoint of a standing that was read before them.
pub async fn prove(
    ports: &Ports,
    standing: LogStanding,
    collected: &Collected,
) -> Result<Proof, CommandError> {
    let mut proof = Proof {
        inclusions: vec![None; collected.events.len()],
        newer: collected.events.len() as u64,
        refusal: standing.refusal,
        ..Proof::default()
    };
    let mut breaks = collected.breaks.clone();
    if let Some(newest) = standing.newest {
        match opened(ports, &newest.note).await? {
            Ok(checkpoint) => {
                let covered = collected
                    .events
                    .partition_point(|event| event.position <= checkpoint.position);
                proof.newer -= covered as u64;
                let places = collected.events.chunks(LEAVES_AT_ONCE).enumerate();
                for (chunk, events) in places {
                    let begin = chunk * LEAVES_AT_ONCE;
                    let events = &events[..events.len().min(covered.saturating_sub(begin))];
                    let (found, broken) = include(ports, &checkpoint, events).await?;
                    breaks.extend(broken);
                    for (place, inclusion) in proof.inclusions[begin..].iter_mut().zip(found) {
                        *place = inclusion;
                    }
                }
                proof.checkpoint = Some(checkpoint);
            }
            Err(broken) => breaks.push(broken),
        }
        proof.note = Some(newest.note);
    }
    proof.broken = breaks.into_iter().min_by_key(|broken| broken.position);
    Ok(proof)
}

/// The newest checkpoint, if its signature is good and the tree that is kept is still the one that was signed.
async fn opened(ports: &Ports, note: &str) -> Result<Result<Checkpoint, Break>, CommandError> {
    let of_all = |kind| Break { kind, position: None };
    let key = NoteKey::read(&key_of(ports.signer.as_ref()));
    let Ok(checkpoint) = key.and_then(|key| Checkpoint::open(note, &key)) else {
        return Ok(Err(of_all(BreakKind::Checkpoint)));
    };
    let root = answered(ports.log.as_ref(), |hashes| tree_hash(checkpoint.size, hashes)).await;
    Ok(match root {
        Ok(root) if root == checkpoint.root => Ok(checkpoint),
        Ok(_) | Err(CommandError::Unreadable(_)) => Err(of_all(BreakKind::Log)),
        Err(error) => return Err(error),
    })
}

type Found = (Vec<Option<Inclusion>>, Vec<Break>);

/// Where these events are in the tree of a checkpoint that covers them.
async fn include(
    ports: &Ports,
    checkpoint: &Checkpoint,
    events: &[StoredEvent],
) -> Result<Found, CommandError> {
    let leaves: Vec<Hash> = events
        .iter()
        .map(|event| record_hash(leaf_text(event).as_bytes()))
        .collect();
    let indexes: Vec<Option<u64>> = places_of(ports, events, &leaves)
        .await?
        .into_iter()
        .map(|index| index.filter(|index| *index < checkpoint.size))
        .collect();
    let present: Vec<u64> = indexes.iter().copied().flatten().collect();
    let paths = answered(ports.log.as_ref(), |hashes| {
        let path = |index: &u64| prove_record(checkpoint.size, *index, hashes);
        present.iter().map(path).collect::<Result<Vec<_>, _>>()
    })
    .await;
    let mut paths = match paths {
        Ok(paths) => paths.into_iter(),
        Err(CommandError::Unreadable(_)) => Vec::new().into_iter(),
        Err(error) => return Err(error),
    };
    let (mut found, mut breaks) = (Vec::with_capacity(events.len()), Vec::new());
    for ((event, leaf), index) in events.iter().zip(leaves).zip(indexes) {
        let path = index.and_then(|index| Some((index, paths.next()?)));
        let good = |(index, path): &(u64, RecordProof)| {
            check_record(path, checkpoint.size, checkpoint.root, *index, leaf).is_ok()
        };
        let proven = path.filter(good).map(|(index, path)| Inclusion { index, path });
        if proven.is_none() {
            let kind = index.map_or(BreakKind::Altered, |_| BreakKind::Log);
            breaks.push(Break {
                kind,
                position: Some(event.position),
            });
        }
        found.push(proven);
    }
    Ok((found, breaks))
}

/// The index of each leaf; nothing where the tile in which it must lie does not have it.
async fn places_of(
    ports: &Ports,
    events: &[StoredEvent],
    leaves: &[Hash],
) -> Result<Vec<Option<u64>>, CommandError> {
    let positions: Vec<Position> = events.iter().map(|event| event.position).collect();
    let numbers = ports.log.leaf_tiles(&positions).await?;
    let wanted: BTreeSet<u64> = numbers.iter().copied().flatten().collect();
    let places: Vec<_> = wanted
        .into_iter()
        .map(|number| TilePlace { level: 0, number })
        .collect();
    let tiles = ports.log.tiles(&places).await?;
    let tiles: HashMap<u64, LogTile> = tiles.into_iter().map(|tile| (tile.place.number, tile)).collect();
    let places = numbers.iter().zip(leaves);
    Ok(places
        .map(|(number, leaf)| tiles.get(number.as_ref()?)?.index_of(*leaf))
        .collect())
}
