//! Events that can't be read.

use std::sync::Arc;

use domain::{Recorded, StreamId};
use store::read_side::{ReadSideError, RetryReport, Unreadable};

use super::{Log, assert_agrees, catch_up, open, story};
use crate::engines::on_both;

/// The contact's stream with the most events.
fn busiest_contact(events: &[Recorded]) -> StreamId {
    let of_contacts = events.iter().filter(|e| e.stream.kind == "contact");
    let last = of_contacts.max_by_key(|e| e.sequence).unwrap();
    last.stream.clone()
}

#[tokio::test]
async fn an_event_that_can_not_be_read_holds_up_its_own_stream_only() {
    on_both(|database| async move {
        let events = story::told(41, 200);
        let log = Arc::new(Log::of(&events));
        let stream = busiest_contact(&events);
        let of_stream: Vec<_> = events.iter().filter(|e| e.stream == stream).collect();
        let broken = of_stream[1].position;
        let mut whole = String::new();
        log.tamper(broken, |event| {
            whole = std::mem::replace(&mut event.payload, "{\"ContactCreated\":7}".to_owned());
        });

        let side = open(&database, &log, 25).await;
        catch_up(&side, &log).await;
        let parked = side.parked().await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!((&parked[0].stream, parked[0].position), (&stream, broken));
        assert_eq!(parked[0].events, of_stream.len() as i64 - 1);
        assert!(
            !parked[0].error.contains('7'),
            "an error names no value: {}",
            parked[0].error
        );
        assert_eq!(side.lag().await.unwrap().parked_streams, 1);
        assert_agrees(&side).await;

        let stopped = side.rebuild(Unreadable::Stop).await.unwrap_err();
        assert!(matches!(stopped, ReadSideError::RebuildStopped { position, .. } if position == broken));

        let still = RetryReport {
            taken_in: 0,
            still_parked: 1,
        };
        assert_eq!(side.retry_parked().await.unwrap(), still);
        assert_eq!(side.parked().await.unwrap()[0].attempts, 2);

        log.tamper(broken, |event| event.payload = whole);
        let taken_in = RetryReport {
            taken_in: 1,
            still_parked: 0,
        };
        assert_eq!(side.retry_parked().await.unwrap(), taken_in);
        assert_eq!(side.parked().await.unwrap(), []);
        // Campaigns went on while the contact waited; a rebuild puts the last of it right.
        side.rebuild(Unreadable::Stop).await.unwrap();
        assert_agrees(&side).await;
    })
    .await;
}

#[tokio::test]
async fn events_taken_in_late_are_not_passed_over_by_what_was_worked_out_before() {
    on_both(|database| async move {
        let events = story::told(42, 200);
        let log = Arc::new(Log::of(&events));
        let stream = busiest_contact(&events);
        let of_stream: Vec<_> = events.iter().filter(|e| e.stream == stream).collect();
        let (broken, next) = (of_stream[1].position, of_stream[2].position);
        let mut whole = String::new();
        log.tamper(broken, |event| {
            whole = std::mem::replace(&mut event.payload, "{\"ContactCreated\":7}".to_owned());
        });
        // Event by event, each worked out while the one before it is written: the stream's next one is ready, to be parked.
        let side = open(&database, &log, 1).await;
        let before = events
            .iter()
            .map(|e| e.position)
            .filter(|p| *p < next)
            .max()
            .unwrap();
        assert_eq!(side.step_until(before).await.unwrap(), before);
        assert_eq!(side.parked().await.unwrap().len(), 1);

        log.tamper(broken, |event| event.payload = whole);
        let elsewhere = open(&database, &log, 1).await;
        assert_eq!(elsewhere.retry_parked().await.unwrap().taken_in, 1);
        catch_up(&side, &log).await;
        let sql = side.sql().unwrap();
        let waiting = sql.query("SELECT count(*) FROM parked_events", vec![]).await;
        assert_eq!(
            waiting.unwrap()[0].int(0),
            Ok(0),
            "an event of the stream waits for nobody"
        );
        assert_agrees(&side).await;
    })
    .await;
}
