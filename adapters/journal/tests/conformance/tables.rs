//! What the tables themselves refuse, whoever writes.

use std::sync::Arc;

use domain::Position;

use super::{
    requests::{Author, brokerage, campaign, request},
    stage::Stage,
};

#[tokio::test]
async fn sqlite_refuses_to_change_replace_or_delete_an_event() {
    let stage = Stage::sqlite().await;
    stage
        .journal
        .append(Author::new(30).one(campaign(1), 0, 2))
        .await
        .unwrap();
    refuses_all_but_appends(&stage).await;
}

#[tokio::test]
async fn sqlite_refuses_it_after_large_requests_too() {
    let stage = Stage::sqlite().await;
    let author = Author::new(33);
    // For the first the table's own guard is lifted; the second does not fit and is rolled back with it lifted.
    let large = |expected| request(vec![author.part(campaign(1), expected, 1_500)]);
    stage.journal.append(large(0)).await.unwrap();
    refuses_all_but_appends(&stage).await;
    stage.journal.append(large(7)).await.unwrap_err();
    stage.journal.append(large(0)).await.unwrap_err();
    refuses_all_but_appends(&stage).await;
}

async fn refuses_all_but_appends(stage: &Stage) {
    let before = stage.journal.read(Position::START, 10).await.unwrap();
    let file = stage.file();
    let copied =
        "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id,
                  organization_id, recorded_at";
    for sql in [
        "UPDATE events SET payload = '{}'".to_owned(),
        "DELETE FROM events".to_owned(),
        "DELETE FROM events WHERE position = 2".to_owned(),
        format!("INSERT OR REPLACE INTO events (position, {copied}) SELECT position, {copied} FROM events"),
        format!("INSERT OR REPLACE INTO events ({copied}) SELECT {copied} FROM events"),
    ] {
        let refused = file.execute(&sql, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(stage.journal.read(Position::START, 10).await.unwrap(), before);
}

#[tokio::test]
async fn postgres_refuses_to_change_delete_or_truncate_events() {
    let stage = Stage::postgres().await;
    stage
        .journal
        .append(Author::new(31).one(campaign(1), 0, 2))
        .await
        .unwrap();
    let pool = stage.pool(&brokerage().to_string()).await;
    for sql in [
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM journal_identity",
    ] {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(
        stage
            .journal
            .read(Position::START, 10)
            .await
            .unwrap()
            .events
            .len(),
        2
    );
    pool.close().await;
    stage.strike().await;
}

#[tokio::test]
async fn postgres_refuses_an_event_without_a_tenant() {
    let stage = Stage::postgres().await;
    let insert = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
                  VALUES ('campaign', $1, 1, 'CampaignRenamed', '1', '{}', '{}')";
    let pool = stage.pool("").await;
    sqlx::query(insert).bind("none").execute(&pool).await.unwrap_err();
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("SELECT set_config('voicedrop.organization', $1, false)")
        .bind(brokerage().to_string())
        .execute(&mut *connection)
        .await
        .unwrap();
    sqlx::query(insert)
        .bind("one")
        .execute(&mut *connection)
        .await
        .unwrap();
    drop(connection);
    pool.close().await;
    stage.strike().await;
}

#[tokio::test]
async fn a_slow_foreign_transaction_holds_back_no_event_behind_the_readers_checkpoint() {
    let stage = Stage::postgres().await;
    let author = Author::new(32);
    let pool = stage.pool(&brokerage().to_string()).await;
    let mut slow = pool.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         VALUES ('campaign', 'slow', 1, 'CampaignRenamed', '1', '{}', '{}')",
    )
    .execute(&mut *slow)
    .await
    .unwrap();
    // The journal's own append waits for the lock that the slow transaction holds, so nothing overtakes it.
    let journal = Arc::clone(&stage.journal);
    let mut fast = journal.append(author.one(campaign(1), 0, 1));
    assert!(futures::poll!(&mut fast).is_pending());
    assert!(
        stage
            .journal
            .read(Position::START, 10)
            .await
            .unwrap()
            .events
            .is_empty()
    );
    slow.commit().await.unwrap();
    (&mut fast).await.unwrap();
    drop(fast);
    let page = stage.journal.read(Position::START, 10).await.unwrap();
    let streams: Vec<_> = page.events.iter().map(|event| event.stream.id.clone()).collect();
    assert_eq!(streams, ["slow".to_owned(), campaign(1).id]);
    pool.close().await;
    stage.strike().await;
}
