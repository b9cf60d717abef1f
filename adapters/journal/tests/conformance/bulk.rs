//! What an append promises holds for large requests, too, which go into the journal by another way.

use commands::ports::{AppendRequest, Expected};
use domain::Position;
use futures::future::join_all;

use super::{
    on_every_journal,
    requests::{Author, campaign, conflict, ids, request, stored_ids},
    stage::Stage,
};

/// Streams of a large request; two events each.
const STREAMS: u32 = 600;

fn large(author: &Author, first: u32) -> AppendRequest {
    let streams = first..first + STREAMS;
    request(streams.map(|n| author.part(campaign(n), 0, 2)).collect())
}

async fn a_large_request_is_read_back_unchanged_and_in_order(stage: &Stage) {
    let author = Author::new(70);
    let written = large(&author, 1);
    let appended = stage.journal.append(written.clone()).await.unwrap();
    assert!(!appended.already);
    let page = stage.journal.read(Position::START, 2_000).await.unwrap();
    assert_eq!(stored_ids(&page.events), ids(&written));
    assert!(page.events.is_sorted_by(|a, b| a.position < b.position));
    let written = written.streams.iter().flat_map(|part| &part.events);
    for (stored, new) in page.events.iter().zip(written) {
        assert_eq!((&stored.payload, &stored.metadata), (&new.payload, &new.metadata));
    }
    assert_eq!(stage.journal.head().await.unwrap(), appended.last);
}

async fn one_stream_that_does_not_fit_keeps_a_large_request_out(stage: &Stage) {
    let author = Author::new(71);
    stage
        .journal
        .append(author.one(campaign(300), 0, 1))
        .await
        .unwrap();
    let before = stage.journal.head().await.unwrap();
    for (expected, at) in [(0, 300), (5, 599)] {
        let mut mixed = large(&author, 1);
        mixed.streams[at as usize - 1].expected = Expected::Sequence(expected);
        let answer = stage.journal.append(mixed).await;
        assert!(
            answer == Err(conflict(campaign(at), expected)) || answer == Err(conflict(campaign(300), 0)),
            "{answer:?}"
        );
        assert_eq!(stage.journal.head().await.unwrap(), before);
    }
    let others = stage
        .journal
        .load(vec![campaign(1), campaign(600)])
        .await
        .unwrap();
    assert!(others.iter().all(|slice| slice.events.is_empty()));
}

async fn a_large_request_that_is_repeated_is_answered_with_the_first_outcome(stage: &Stage) {
    let author = Author::new(72);
    let written = large(&author, 1);
    let first = stage.journal.append(written.clone()).await.unwrap();
    stage
        .journal
        .append(author.one(campaign(9_000), 0, 1))
        .await
        .unwrap();
    let again = stage.journal.append(written).await.unwrap();
    assert!(again.already);
    assert_eq!(again.last, first.last);
    let events = stage.journal.read(Position::START, 5_000).await.unwrap().events;
    assert_eq!(events.len() as u32, STREAMS * 2 + 1);
}

async fn large_requests_that_meet_are_written_one_after_the_other(stage: &Stage) {
    let author = Author::new(73);
    let rivals: Vec<AppendRequest> = (0..4).map(|_| large(&author, 1)).collect();
    let answers = join_all(rivals.iter().map(|rival| stage.journal.append(rival.clone()))).await;
    let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "one of them: {answers:?}");
    let events = stage.journal.read(Position::START, 5_000).await.unwrap().events;
    assert_eq!(events.len() as u32, STREAMS * 2);
}

on_every_journal! {
    a_large_request_is_read_back_unchanged_and_in_order,
    one_stream_that_does_not_fit_keeps_a_large_request_out,
    a_large_request_that_is_repeated_is_answered_with_the_first_outcome,
    large_requests_that_meet_are_written_one_after_the_other,
}
