//! The transparency log's tables: a page counts once, whoever computes it, and what is kept is found again.

use commands::{
    ports::{KeptCheckpoint, LogReach, LogRefusal, LogTile, NoteSigner, TilePlace, TransparencyLog},
    transparency::{Checkpoint, CheckpointError, Growth, Hash, NoteKey, key_of},
};
use domain::Position;
use store::work::LogStore;

use crate::engines::{master, minute, on_both, open};

/// Positions of leaves: every third, because positions have holes.
const fn position(leaf: u64) -> Position {
    Position::new(3 * leaf + 2)
}

const fn reach(size: u64) -> LogReach {
    LogReach {
        position: match size {
            0 => Position::START,
            _ => position(size - 1),
        },
        size,
    }
}

/// The tiles of a page, computed from what the store has.
async fn page(log: &LogStore, from: u64, to: u64) -> Vec<LogTile> {
    let edge = log.tiles(&Growth::edge(from)).await.unwrap();
    let mut growth = Growth::resume(from, edge).unwrap();
    for leaf in from..to {
        growth.push(&format!("leaf {leaf}"), position(leaf)).unwrap();
    }
    growth.into_tiles()
}

async fn root(log: &LogStore, size: u64) -> Hash {
    let edge = log.tiles(&Growth::edge(size)).await.unwrap();
    Growth::resume(size, edge).unwrap().root().unwrap()
}

fn at_once(size: u64) -> Hash {
    let mut growth = Growth::default();
    for leaf in 0..size {
        growth.push(&format!("leaf {leaf}"), position(leaf)).unwrap();
    }
    growth.root().unwrap()
}

#[tokio::test]
async fn a_tree_that_is_kept_page_by_page_is_the_tree_of_all_leaves_at_once() {
    on_both(|database| async move {
        let log = open(&database).await.log;
        assert_eq!(log.standing().await.unwrap().reach, reach(0));
        let sizes = [0, 1, 200, 256, 257, 900];
        for pages in sizes.windows(2) {
            let tiles = page(&log, pages[0], pages[1]).await;
            assert_eq!(
                log.extend(reach(pages[0]), reach(pages[1]), tiles).await,
                Ok(true)
            );
            assert_eq!(root(&log, pages[1]).await, at_once(pages[1]));
        }
        assert_eq!(log.standing().await.unwrap().reach, reach(900));
    })
    .await;
}

#[tokio::test]
async fn of_two_processes_with_the_same_page_only_the_first_moves_the_log() {
    on_both(|database| async move {
        let (one, other) = (open(&database).await.log, open(&database).await.log);
        let (ours, theirs) = (page(&one, 0, 300).await, page(&other, 0, 300).await);
        assert_eq!(ours, theirs, "the same page gives the same rows");
        let both = tokio::join!(
            one.extend(reach(0), reach(300), ours.clone()),
            other.extend(reach(0), reach(300), theirs)
        );
        assert!(
            matches!(both, (Ok(true), Ok(false)) | (Ok(false), Ok(true))),
            "{both:?}"
        );
        // Run once more by somebody who did not hear of it.
        assert_eq!(one.extend(reach(0), reach(300), ours).await, Ok(false));
        // A page on a tree that is not there moves nothing and writes nothing.
        let stray = LogTile {
            place: TilePlace { level: 0, number: 9 },
            hashes: vec![7; 32],
            last: Some(position(9)),
        };
        assert_eq!(
            one.extend(reach(299), reach(301), vec![stray.clone()]).await,
            Ok(false)
        );
        assert_eq!(one.tiles(&[stray.place]).await, Ok(vec![]));
        assert_eq!(root(&one, 300).await, at_once(300));
    })
    .await;
}

#[tokio::test]
async fn the_tile_of_an_event_is_found_by_its_position() {
    on_both(|database| async move {
        let log = open(&database).await.log;
        let tiles = page(&log, 0, 700).await;
        log.extend(reach(0), reach(700), tiles).await.unwrap();
        let asked = [
            position(699),
            position(0),
            position(256),
            position(255),
            position(700),
        ];
        let found = log.leaf_tiles(&asked).await;
        assert_eq!(found, Ok(vec![Some(2), Some(0), Some(1), Some(0), None]));
        assert_eq!(log.leaf_tiles(&[]).await, Ok(vec![]));
    })
    .await;
}

#[tokio::test]
async fn the_newest_checkpoint_is_found_and_a_refusal_goes_when_one_is_signed_again() {
    on_both(|database| async move {
        let log = open(&database).await.log;
        let kept = |size, note: &str| KeptCheckpoint {
            size,
            note: note.to_owned(),
            signed_at: minute(size as i64),
        };
        log.keep(kept(5, "five")).await.unwrap();
        log.keep(kept(9, "nine")).await.unwrap();
        log.keep(kept(9, "another nine")).await.unwrap();
        assert_eq!(log.standing().await.unwrap().newest, Some(kept(9, "nine")));
        let refusal = LogRefusal {
            at: minute(1),
            reason: "the tree does not continue".to_owned(),
        };
        log.refuse(refusal.clone()).await.unwrap();
        assert_eq!(log.standing().await.unwrap().refusal, Some(refusal));
        log.keep(kept(12, "twelve")).await.unwrap();
        assert_eq!(log.standing().await.unwrap().refusal, None);
    })
    .await;
}

#[test]
fn a_checkpoint_is_read_by_its_own_key_alone_and_not_when_it_was_changed() {
    let signer = master().note_key("voicedrop/test").unwrap();
    let checkpoint = Checkpoint {
        origin: signer.name().to_owned(),
        size: 900,
        root: at_once(900),
        position: position(899),
        signed_at: minute(3),
    };
    let note = checkpoint.signed(&signer).unwrap();
    let key = NoteKey::read(&key_of(&signer)).unwrap();
    assert_eq!(Checkpoint::open(&note, &key), Ok(checkpoint.clone()));
    assert_eq!(
        Checkpoint::open(note.trim_end(), &key),
        Ok(checkpoint),
        "as it is copied"
    );
    for (from, to) in [
        ("900", "899"),
        ("position 2", "position 3"),
        ("time 2026", "time 2025"),
    ] {
        let forged = note.replacen(from, to, 1);
        assert_ne!(forged, note);
        assert_eq!(
            Checkpoint::open(&forged, &key),
            Err(CheckpointError::Signature),
            "{from}"
        );
    }
    let other = master().note_key("voicedrop/other").unwrap();
    let other = NoteKey::read(&key_of(&other)).unwrap();
    assert_eq!(Checkpoint::open(&note, &other), Err(CheckpointError::Signature));
    assert!(NoteKey::read("voicedrop/test").is_err());
}
