//! What a reader may rely on: every event once, in order, and a hint when there is more.

use std::{sync::Arc, time::Duration};

use commands::ports::Journal;
use domain::{EventId, Position};
use futures::future::join_all;
use tokio::{task::JoinSet, time};

use super::{
    on_every_journal,
    requests::{Author, campaign, request, stored_ids},
    stage::Stage,
};

/// Far more than any of this takes.
const PATIENCE: Duration = Duration::from_secs(30);

async fn pages_follow_each_other_without_gap_or_overlap(stage: &Stage) {
    let author = Author::new(20);
    for n in 0..7 {
        stage.journal.append(author.one(campaign(n), 0, 3)).await.unwrap();
    }
    let whole = stage.journal.read(Position::START, 100).await.unwrap();
    assert_eq!(whole.events.len(), 21);
    let mut paged = Vec::new();
    let mut after = Position::START;
    loop {
        let page = stage.journal.read(after, 4).await.unwrap();
        assert!(page.events.len() <= 4);
        if page.events.is_empty() {
            assert_eq!(page.scanned, after);
            break;
        }
        assert_eq!(page.scanned, page.events.last().unwrap().position);
        after = page.scanned;
        paged.extend(page.events);
    }
    assert_eq!(paged, whole.events);
}

async fn an_empty_journal_reads_as_empty(stage: &Stage) {
    assert_eq!(stage.journal.head().await.unwrap(), Position::START);
    let page = stage.journal.read(Position::START, 10).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(page.scanned, Position::START);
    assert!(stage.journal.load(vec![]).await.unwrap().is_empty());
}

async fn heads_are_told_without_the_events(stage: &Stage) {
    let author = Author::new(27);
    let both = request(vec![
        author.part(campaign(1), 0, 3),
        author.part(campaign(2), 0, 1),
    ]);
    stage.journal.append(both).await.unwrap();
    let asked = vec![campaign(2), campaign(3), campaign(1)];
    assert_eq!(stage.journal.heads(asked).await, Ok(vec![1, 0, 3]));
    stage.journal.append(author.one(campaign(1), 3, 2)).await.unwrap();
    assert_eq!(stage.journal.heads(vec![campaign(1)]).await, Ok(vec![5]));
    assert_eq!(stage.journal.heads(vec![]).await, Ok(vec![]));
}

async fn events_are_found_by_their_positions_and_what_is_not_there_is_left_out(stage: &Stage) {
    let author = Author::new(28);
    stage.journal.append(author.one(campaign(1), 0, 5)).await.unwrap();
    let whole = stage.journal.read(Position::START, 10).await.unwrap().events;
    let of = |n: usize| whole[n].position;
    let beyond = Position::new(of(4).number() + 7);
    let found = stage
        .journal
        .at(vec![of(3), beyond, of(1), of(3), Position::START])
        .await
        .unwrap();
    assert_eq!(found, [whole[1].as_ref().clone(), whole[3].as_ref().clone()]);
    assert_eq!(stage.journal.at(vec![]).await, Ok(vec![]));
}

async fn a_tailing_reader_misses_nothing_while_others_write(stage: &Stage) {
    const WRITERS: u32 = 8;
    const REQUESTS: u32 = 40;
    let handles = [Arc::clone(&stage.journal), stage.another_handle().await];
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let journal = Arc::clone(&handles[writer as usize % 2]);
        writers.spawn(write_many(journal, writer, REQUESTS));
    }
    let expected = (WRITERS * REQUESTS * 3) as usize;
    let read = time::timeout(PATIENCE, tail(stage.another_handle().await, expected))
        .await
        .unwrap();
    let mut written: Vec<EventId> = writers.join_all().await.concat();
    let mut seen = read;
    written.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, written);
}

/// Appends two events to a stream of its own and one to another, each time.
async fn write_many(journal: Arc<dyn Journal>, writer: u32, requests: u32) -> Vec<EventId> {
    let author = Author::new(u64::from(writer) + 100);
    let mut written = Vec::new();
    for n in 0..requests {
        let own = author.part(campaign(writer), u64::from(n) * 2, 2);
        let other = author.part(campaign(1_000 + writer * requests + n), 0, 1);
        let request = request(vec![own, other]);
        written.extend(super::requests::ids(&request));
        journal.append(request).await.unwrap();
    }
    written
}

/// Follows the journal from its start until it has seen `count` events; none twice, none out of order.
async fn tail(journal: Arc<dyn Journal>, count: usize) -> Vec<EventId> {
    let mut woken = journal.woken();
    let mut seen = Vec::new();
    let mut after = Position::START;
    while seen.len() < count {
        let page = journal.read(after, 50).await.unwrap();
        if page.events.is_empty() {
            woken.changed().await.unwrap();
            continue;
        }
        assert!(page.events[0].position > after);
        assert!(page.events.is_sorted_by(|a, b| a.position < b.position));
        seen.extend(stored_ids(&page.events));
        after = page.scanned;
    }
    seen
}

async fn an_append_wakes_readers_of_this_and_of_another_handle(stage: &Stage) {
    let author = Author::new(21);
    let other = stage.another_handle().await;
    let (mut here, mut there) = (stage.journal.woken(), other.woken());
    here.borrow_and_update();
    there.borrow_and_update();
    let appended = stage.journal.append(author.one(campaign(1), 0, 1)).await.unwrap();
    for reader in [&mut here, &mut there] {
        let head = time::timeout(PATIENCE, reader.wait_for(|head| *head >= appended.last))
            .await
            .unwrap();
        assert_eq!(*head.unwrap(), appended.last);
    }
}

async fn many_loads_at_once_each_get_their_own_streams_in_their_order(stage: &Stage) {
    let author = Author::new(22);
    let parts = (0..50)
        .map(|n| author.part(campaign(n), 0, n as usize % 3 + 1))
        .collect();
    stage.journal.append(request(parts)).await.unwrap();
    let loads = (0..50_u32).map(|n| async move {
        let asked = vec![campaign(n), campaign(999), campaign((n * 7) % 50), campaign(n)];
        let slices = stage.journal.load(asked.clone()).await.unwrap();
        let lengths: Vec<_> = slices.iter().map(|slice| slice.events.len() as u32).collect();
        assert_eq!(lengths, [n % 3 + 1, 0, (n * 7) % 50 % 3 + 1, n % 3 + 1]);
        for (slice, stream) in slices.iter().zip(asked) {
            assert_eq!(slice.stream, stream);
            assert!(slice.events.iter().all(|event| event.stream == stream));
            assert!(
                slice
                    .events
                    .iter()
                    .map(|event| event.sequence)
                    .eq(1..=slice.events.len() as u64)
            );
        }
    });
    join_all(loads).await;
}

on_every_journal!(
    pages_follow_each_other_without_gap_or_overlap,
    an_empty_journal_reads_as_empty,
    events_are_found_by_their_positions_and_what_is_not_there_is_left_out,
    heads_are_told_without_the_events,
    a_tailing_reader_misses_nothing_while_others_write,
    an_append_wakes_readers_of_this_and_of_another_handle,
    many_loads_at_once_each_get_their_own_streams_in_their_order,
);
