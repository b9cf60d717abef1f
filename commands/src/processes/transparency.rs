//! Follows the journal into the transparency log, page by page, and signs a checkpoint when it has caught up. A page is one transaction that
//! counts only if the log still stands where the page was computed from, so that any number of processes may do this, killed anywhere. A
//! tree that does not continue the one that was signed last is never signed.

use std::sync::Arc;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use domain::Position;
use tlog_tiles::{check_tree, prove_tree, tree_hash};

use crate::{
    context::Ports,
    error::CommandError,
    ports::{KeptCheckpoint, LogReach, LogRefusal, LogStanding, StoredEvent},
    transparency::{Checkpoint, Growth, NoteKey, TreeError, answered, key_of, leaf_text},
};

/// Events of a page.
const PAGE: usize = 4_000;
/// Shortest time between two checkpoints.
const SPACING_SECONDS: i64 = 30;
/// Longest time between two checkpoints while events come in faster than they are taken, and between two looks at a tree that could not be
/// signed.
const LATEST_MINUTES: i64 = 10;

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStep {
    /// There is more, by about so many events.
    Behind(u64),
    /// Everything is in the log, and a checkpoint is still to be signed.
    Unsigned,
    /// Everything up to here is in the log and under a checkpoint.
    Settled(Position),
}

/// Takes the next page into the log, and signs a checkpoint where it is time for one.
pub(super) async fn step(ports: &Ports) -> Result<LogStep, CommandError> {
    let mut standing = ports.log.standing().await?;
    let from = standing.reach;
    let page = ports.journal.read(from.position, PAGE).await?;
    if page.scanned > from.position {
        let Some(to) = extend(ports, from, page.events, page.scanned).await? else {
            // Another process was first, and goes on.
            return Ok(LogStep::Behind(0));
        };
        standing.reach = to;
    }
    let head = ports.journal.woken().borrow().number();
    let behind = head.saturating_sub(standing.reach.position.number());
    let size = standing.newest.as_ref().map_or(0, |newest| newest.size);
    let reach = standing.reach;
    if size < reach.size && is_due(&standing, behind, ports.clock.now()) {
        sign(ports, &standing).await?;
    } else if behind == 0 && size < reach.size {
        return Ok(LogStep::Unsigned);
    }
    Ok(match behind {
        0 => LogStep::Settled(reach.position),
        more => LogStep::Behind(more),
    })
}

/// Puts events behind those that are in the log; nothing when another process has.
async fn extend(
    ports: &Ports,
    from: LogReach,
    events: Vec<Arc<StoredEvent>>,
    scanned: Position,
) -> Result<Option<LogReach>, CommandError> {
    let edge = ports.log.tiles(&Growth::edge(from.size)).await?;
    let grown = tokio::task::spawn_blocking(move || {
        let mut growth = Growth::resume(from.size, edge)?;
        for event in events {
            growth.push(&leaf_text(&event), event.position)?;
        }
        Ok::<_, TreeError>(growth)
    });
    let cut_short = |_| CommandError::Unreadable("a page of the log was cut short".to_owned());
    let growth = grown.await.map_err(cut_short)??;
    let to = LogReach {
        position: scanned,
        size: growth.size(),
    };
    let moved = ports.log.extend(from, to, growth.into_tiles()).await?;
    Ok(moved.then_some(to))
}

fn is_due(standing: &LogStanding, behind: u64, now: DateTime<Utc>) -> bool {
    let latest = Duration::minutes(LATEST_MINUTES);
    if let Some(refusal) = &standing.refusal {
        return now - refusal.at >= latest;
    }
    let spacing = match behind {
        0 => Duration::seconds(SPACING_SECONDS),
        _ => latest,
    };
    let newest = standing.newest.as_ref();
    newest.is_none_or(|newest| now - newest.signed_at >= spacing)
}

/// Signs the tree, if it continues the one that was signed last.
async fn sign(ports: &Ports, standing: &LogStanding) -> Result<(), CommandError> {
    let now = ports.clock.now().trunc_subsecs(0);
    match continued(ports, standing, now).await {
        Ok(note) => {
            let kept = KeptCheckpoint {
                size: standing.reach.size,
                note,
                signed_at: now,
            };
            Ok(ports.log.keep(kept).await?)
        }
        Err(CommandError::Unreadable(reason)) => {
            tracing::error!("no checkpoint of the journal is signed: {reason}; run `voicedrop verify`");
            let refusal = LogRefusal { at: now, reason };
            Ok(ports.log.refuse(refusal).await?)
        }
        Err(error) => Err(error),
    }
}

/// The note over the tree as it stands, after a look whether the newest checkpoint's tree is its beginning.
async fn continued(
    ports: &Ports,
    standing: &LogStanding,
    signed_at: DateTime<Utc>,
) -> Result<String, CommandError> {
    let unreadable = |error: &dyn std::fmt::Display| CommandError::Unreadable(error.to_string());
    let size = standing.reach.size;
    let root = answered(ports.log.as_ref(), |hashes| tree_hash(size, hashes)).await?;
    if let Some(newest) = &standing.newest {
        let key = NoteKey::read(&key_of(ports.signer.as_ref()));
        let before = key.and_then(|key| Checkpoint::open(&newest.note, &key));
        let before = before.map_err(|error| unreadable(&error))?;
        let proof = answered(ports.log.as_ref(), |hashes| prove_tree(size, before.size, hashes)).await?;
        check_tree(&proof, size, root, before.size, before.root).map_err(|_| {
            unreadable(&"the tree does not continue the one of the newest checkpoint: the log was changed")
        })?;
    }
    let checkpoint = Checkpoint {
        origin: ports.signer.name().to_owned(),
        size,
        root,
        position: standing.reach.position,
        signed_at,
    };
    let note = checkpoint.signed(ports.signer.as_ref());
    note.map_err(|error| unreadable(&error))
}
