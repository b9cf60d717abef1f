//! What an append promises: order, all or nothing, one outcome a request however often it is sent.

use commands::ports::{AppendRequest, JournalError};
use domain::Position;
use futures::future::join_all;
use journal::{REQUEST_BYTES_MAX, REQUEST_EVENTS_MAX};

use super::{
    on_every_journal,
    requests::{Author, brokerage, campaign, conflict, ids, request, stored_ids},
    stage::Stage,
};

async fn what_is_appended_is_loaded_and_read_back_unchanged(stage: &Stage) {
    let author = Author::new(1);
    let written = author.one(campaign(1), 0, 3);
    let appended = stage.journal.append(written.clone()).await.unwrap();
    assert!(!appended.already);

    let slices = stage.journal.load(vec![campaign(2), campaign(1)]).await.unwrap();
    assert_eq!(slices[0].stream, campaign(2));
    assert!(slices[0].events.is_empty());
    let events = &slices[1].events;
    assert_eq!(events.len(), 3);
    for (i, (stored, new)) in events.iter().zip(&written.streams[0].events).enumerate() {
        assert_eq!(stored.sequence, i as u64 + 1);
        assert_eq!(stored.event_id, new.event_id);
        assert_eq!(stored.name, new.name);
        assert_eq!(stored.version, new.version);
        assert_eq!(stored.payload, new.payload);
        assert_eq!(stored.metadata, new.metadata);
        assert_eq!(stored.organization, brokerage());
        assert_eq!(stored.recorded_at, written.recorded_at);
    }
    assert_eq!(events[2].position, appended.last);
    let page = stage.journal.read(Position::START, 10).await.unwrap();
    assert!(page.events.iter().map(AsRef::as_ref).eq(events));
}

async fn positions_grow_within_a_request_and_from_one_to_the_next(stage: &Stage) {
    let author = Author::new(2);
    let first = request(vec![
        author.part(campaign(1), 0, 2),
        author.part(campaign(2), 0, 2),
    ]);
    let second = author.one(campaign(1), 2, 1);
    let order = [ids(&first), ids(&second)].concat();
    let first = stage.journal.append(first).await.unwrap();
    let second = stage.journal.append(second).await.unwrap();
    assert!(second.last > first.last);
    let page = stage.journal.read(Position::START, 10).await.unwrap();
    assert_eq!(stored_ids(&page.events), order);
    assert!(page.events.is_sorted_by(|a, b| a.position < b.position));
    assert_eq!(stage.journal.head().await.unwrap(), second.last);
}

async fn one_stream_that_does_not_fit_keeps_the_whole_request_out(stage: &Stage) {
    let author = Author::new(3);
    stage.journal.append(author.one(campaign(1), 0, 1)).await.unwrap();
    let before = stage.journal.head().await.unwrap();
    let mixed = request(vec![
        author.part(campaign(2), 0, 1),
        author.part(campaign(1), 0, 1),
        author.part(campaign(3), 0, 1),
    ]);
    let refused = stage.journal.append(mixed).await;
    assert_eq!(refused, Err(conflict(campaign(1), 0)));
    assert_eq!(stage.journal.head().await.unwrap(), before);
    let slices = stage.journal.load(vec![campaign(2), campaign(3)]).await.unwrap();
    assert!(slices.iter().all(|slice| slice.events.is_empty()));
}

async fn a_sequence_behind_or_beyond_the_head_is_a_conflict(stage: &Stage) {
    let author = Author::new(4);
    stage.journal.append(author.one(campaign(1), 0, 3)).await.unwrap();
    for expected in [0, 1, 2, 4, 9] {
        let answer = stage.journal.append(author.one(campaign(1), expected, 1)).await;
        assert_eq!(answer, Err(conflict(campaign(1), expected)));
    }
    let answer = stage.journal.append(author.one(campaign(2), 1, 1)).await;
    assert_eq!(answer, Err(conflict(campaign(2), 1)));
    stage.journal.append(author.one(campaign(1), 3, 1)).await.unwrap();
}

async fn a_repeat_is_answered_with_the_first_outcome_even_after_later_events(stage: &Stage) {
    let author = Author::new(5);
    let both = request(vec![
        author.part(campaign(1), 0, 2),
        author.part(campaign(2), 0, 1),
    ]);
    let first = stage.journal.append(both.clone()).await.unwrap();
    for _ in 0..2 {
        let again = stage.journal.append(both.clone()).await.unwrap();
        assert!(again.already);
        assert_eq!(again.last, first.last);
        stage.journal.append(author.one(campaign(3), 0, 1)).await.ok();
        stage.journal.append(author.one(campaign(1), 2, 1)).await.ok();
    }
    let events = stage.journal.read(Position::START, 100).await.unwrap().events;
    assert_eq!(events.len(), 5);
}

async fn other_events_at_the_same_place_are_no_repeat(stage: &Stage) {
    let author = Author::new(6);
    let first = author.one(campaign(1), 0, 2);
    stage.journal.append(first.clone()).await.unwrap();
    let mut longer = first.clone();
    longer.streams[0].events.push(author.event());
    assert_eq!(stage.journal.append(longer).await, Err(conflict(campaign(1), 0)));
    let mut half = first.clone();
    half.streams.push(author.part(campaign(2), 0, 1));
    assert_eq!(stage.journal.append(half).await, Err(conflict(campaign(1), 0)));
}

async fn a_stream_without_events_is_only_checked(stage: &Stage) {
    let author = Author::new(7);
    stage.journal.append(author.one(campaign(1), 0, 2)).await.unwrap();
    let checked = |at| {
        request(vec![
            author.part(campaign(1), at, 0),
            author.part(campaign(2), 0, 0),
            author.part(campaign(9), 0, 1),
        ])
    };
    for wrong in [0, 1, 3] {
        assert_eq!(
            stage.journal.append(checked(wrong)).await,
            Err(conflict(campaign(1), wrong))
        );
    }
    let fitting = checked(2);
    assert!(!stage.journal.append(fitting.clone()).await.unwrap().already);
    assert_eq!(
        stage.journal.load(vec![campaign(1)]).await.unwrap()[0]
            .events
            .len(),
        2
    );
    stage.journal.append(author.one(campaign(1), 2, 1)).await.unwrap();
    assert!(stage.journal.append(fitting).await.unwrap().already);
}

async fn a_wrong_request_is_refused_with_what_is_wrong(stage: &Stage) {
    let author = Author::new(8);
    let good = || author.one(campaign(1), 0, 1);
    let with = |change: fn(&mut AppendRequest)| {
        let mut changed = good();
        change(&mut changed);
        changed
    };
    let wrong = [
        request(vec![]),
        request(vec![author.part(campaign(1), 0, 0)]),
        request(vec![
            author.part(campaign(1), 0, 1),
            author.part(campaign(1), 1, 1),
        ]),
        author.one(campaign(1), 0, REQUEST_EVENTS_MAX + 1),
        author.one(campaign(1), u64::MAX, 1),
        with(|r| r.streams[0].events[0].payload = "{".to_owned()),
        with(|r| r.streams[0].events[0].metadata = String::new()),
        with(|r| r.streams[0].events[0].name = "Nul\0".to_owned()),
        with(|r| r.streams[0].events[0].payload = format!("\"{}\"", "x".repeat(REQUEST_BYTES_MAX))),
        with(|r| r.streams[0].stream.id = String::new()),
        with(|r| r.streams[0].stream.kind = "k".repeat(1_000)),
    ];
    for request in wrong {
        let answer = stage.journal.append(request).await;
        assert!(matches!(answer, Err(JournalError::Invalid(_))), "{answer:?}");
    }
    assert_eq!(stage.journal.head().await.unwrap(), Position::START);
    stage.journal.append(good()).await.unwrap();
}

async fn a_request_that_does_not_fit_hurts_none_that_share_its_commit(stage: &Stage) {
    let author = Author::new(9);
    stage.journal.append(author.one(campaign(0), 0, 1)).await.unwrap();
    let repeated = author.one(campaign(1), 0, 1);
    stage.journal.append(repeated.clone()).await.unwrap();
    let requests = (2..120_u32).map(|n| match n % 4 {
        0 => author.one(campaign(0), 0, 1),
        1 => repeated.clone(),
        _ => author.one(campaign(n), 0, 1),
    });
    let answers = join_all(requests.map(|request| stage.journal.append(request))).await;
    for (n, answer) in (2..).zip(answers) {
        match n % 4 {
            0 => assert_eq!(answer, Err(conflict(campaign(0), 0))),
            1 => assert!(answer.unwrap().already),
            _ => assert!(!answer.unwrap().already),
        }
    }
}

async fn of_many_who_saw_the_same_head_exactly_one_wins(stage: &Stage) {
    let author = Author::new(10);
    for head in 0..5 {
        let attempts = (0..20).map(|_| stage.journal.append(author.one(campaign(1), head, 1)));
        let won = join_all(attempts).await.into_iter().flatten().count();
        assert_eq!(won, 1);
    }
    assert_eq!(
        stage.journal.load(vec![campaign(1)]).await.unwrap()[0]
            .events
            .len(),
        5
    );
}

async fn appends_to_one_stream_sent_together_are_taken_in_their_order(stage: &Stage) {
    let author = Author::new(11);
    let chain = (0..50).map(|head| stage.journal.append(author.one(campaign(1), head, 1)));
    for answer in join_all(chain).await {
        answer.unwrap();
    }
}

async fn a_request_of_the_greatest_size_is_taken(stage: &Stage) {
    let author = Author::new(12);
    let parts = (0..1_000).map(|n| author.part(campaign(n), 0, REQUEST_EVENTS_MAX / 1_000));
    let large = request(parts.collect());
    stage.journal.append(large).await.unwrap();
    let page = stage
        .journal
        .read(Position::START, REQUEST_EVENTS_MAX)
        .await
        .unwrap();
    assert_eq!(page.events.len(), REQUEST_EVENTS_MAX);
}

on_every_journal!(
    what_is_appended_is_loaded_and_read_back_unchanged,
    positions_grow_within_a_request_and_from_one_to_the_next,
    one_stream_that_does_not_fit_keeps_the_whole_request_out,
    a_sequence_behind_or_beyond_the_head_is_a_conflict,
    a_repeat_is_answered_with_the_first_outcome_even_after_later_events,
    other_events_at_the_same_place_are_no_repeat,
    a_stream_without_events_is_only_checked,
    a_wrong_request_is_refused_with_what_is_wrong,
    a_request_that_does_not_fit_hurts_none_that_share_its_commit,
    of_many_who_saw_the_same_head_exactly_one_wins,
    appends_to_one_stream_sent_together_are_taken_in_their_order,
    a_request_of_the_greatest_size_is_taken,
);
