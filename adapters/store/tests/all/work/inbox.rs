//! Webhooks are kept as they came, sealed, and given to one worker at a time; uploads are the organization's own.

use bytes::Bytes;
use chrono::Duration;
use commands::ports::{
    DropRegister, HandedOver, InboundWebhook, Upload, Uploads, WebhookCounts, WebhookFate, WebhookInbox,
    WebhookReplay, WebhookStanding,
};
use domain::{AttemptId, OrganizationId, PhoneNumber, ScriptId, Sealed, UploadId, UserId};

use crate::engines::{id, minute, on_both, open};

fn webhook(n: u128, rejected: Option<&str>) -> InboundWebhook {
    InboundWebhook {
        id: id(n),
        source: "drop_cowboy".to_owned(),
        token: Some("t".to_owned()),
        event_id: Some(format!("event {n}")),
        headers: vec![("x-signature".to_owned(), "s".to_owned())],
        body: Bytes::from_static(&[0xff, 0, b'{']),
        received_at: minute(i64::try_from(n).unwrap()),
        rejected: rejected.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_webhook_comes_back_as_it_came_until_it_is_marked() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        let stored = [
            webhook(3, None),
            webhook(1, None),
            webhook(2, None),
            webhook(1, None),
        ];
        for answer in futures::future::join_all(stored.map(|w| inbox.store(w))).await {
            answer.unwrap();
        }
        inbox.store(webhook(4, Some("bad signature"))).await.unwrap();
        let lease = Duration::minutes(1);
        let claimed = inbox.claim(2, minute(10), lease).await.unwrap();
        assert_eq!(claimed, [webhook(1, None), webhook(2, None)]);
        let reason = || "no such drop".to_owned();
        inbox
            .mark(vec![
                (id(1), WebhookFate::Applied),
                (id(2), WebhookFate::Unmatched { reason: reason() }),
                (id(4), WebhookFate::Applied),
            ])
            .await
            .unwrap();
        let counts = WebhookCounts {
            waiting: 1,
            applied: 1,
            unmatched: 1,
            unreadable: 0,
            rejected: 1,
        };
        assert_eq!(inbox.counts().await, Ok(counts));
        assert_eq!(
            inbox.claim(9, minute(20), lease).await.unwrap(),
            [webhook(3, None)]
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_worker_looks_at_is_nobody_elses_until_its_lease_ends() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        for n in 1..=3 {
            inbox.store(webhook(n, None)).await.unwrap();
        }
        let lease = Duration::minutes(1);
        let first = inbox.claim(2, minute(10), lease).await.unwrap();
        let second = inbox.claim(9, minute(10), lease).await.unwrap();
        assert_eq!(first, [webhook(1, None), webhook(2, None)]);
        assert_eq!(second, [webhook(3, None)]);
        inbox.mark(vec![(id(1), WebhookFate::Applied)]).await.unwrap();
        // The worker died with the second in hand; the other one has the third for as long.
        assert_eq!(inbox.claim(9, minute(10), lease).await.unwrap(), []);
        let after = inbox.claim(9, minute(11), lease).await.unwrap();
        assert_eq!(after, [webhook(2, None), webhook(3, None)]);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_the_database_can_not_hold_takes_nothing_from_its_neighbours() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        let stored = (1..=9).map(|n| {
            let mut webhook = webhook(n, None);
            if n == 5 {
                // PostgreSQL holds no such character.
                webhook.source = "drop\0cowboy".to_owned();
            }
            inbox.store(webhook)
        });
        for answer in futures::future::join_all(stored).await {
            answer.unwrap();
        }
        assert_eq!(inbox.counts().await.unwrap().waiting, 9);
        let claimed = inbox.claim(9, minute(9), Duration::minutes(1)).await.unwrap();
        assert_eq!(claimed.len(), 9);
    })
    .await;
}

#[tokio::test]
async fn what_came_in_and_does_not_open_is_kept_as_unreadable() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        inbox.store(webhook(1, None)).await.unwrap();
        let damage = "UPDATE webhook_intake SET sealed = $1";
        let damaged = vec![projections::Cell::Bytes(vec![7; 64])];
        store.sql().execute(damage, damaged).await.unwrap();
        inbox.store(webhook(2, None)).await.unwrap();
        let claimed = inbox.claim(9, minute(9), Duration::minutes(1)).await.unwrap();
        assert_eq!(claimed, [webhook(2, None)]);
        let counts = inbox.counts().await.unwrap();
        assert_eq!((counts.waiting, counts.unreadable), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_body_lies_sealed_and_opens_in_its_own_place_alone() {
    on_both(|database| async move {
        let store = open(&database).await;
        let mut secret = webhook(1, None);
        secret.body = Bytes::from_static(br#"{"to":"+17605550120"}"#);
        store.webhooks.store(secret).await.unwrap();
        store.webhooks.store(webhook(2, None)).await.unwrap();
        let came_in = store
            .sql()
            .query("SELECT sealed FROM webhook_intake", vec![])
            .await;
        // Looking puts them into the inbox.
        store
            .webhooks
            .filed(WebhookStanding::Waiting, None, 9)
            .await
            .unwrap();
        let rows = store.sql().query("SELECT body FROM webhook_inbox", vec![]).await;
        for row in rows.unwrap().iter().chain(&came_in.unwrap()) {
            let text = String::from_utf8_lossy(row.bytes(0).unwrap()).into_owned();
            assert!(!text.contains("555"), "{text}");
        }
        let moved =
            "UPDATE webhook_inbox SET body = (SELECT body FROM webhook_inbox WHERE id = $1) WHERE id = $2";
        let ids = vec![
            database::text(id(1).to_string()),
            database::text(id(2).to_string()),
        ];
        store.sql().execute(moved, ids).await.unwrap();
        let claimed = store
            .webhooks
            .claim(9, minute(9), Duration::minutes(1))
            .await
            .unwrap();
        assert_eq!(
            claimed.len(),
            1,
            "the one that was moved does not open, and holds nobody up"
        );
        assert_eq!(store.webhooks.counts().await.unwrap().unreadable, 1);
    })
    .await;
}

#[tokio::test]
async fn what_matched_nothing_is_listed_and_can_be_looked_at_again() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        for n in 1..=4 {
            inbox.store(webhook(n, None)).await.unwrap();
        }
        let lease = Duration::minutes(1);
        inbox.claim(9, minute(9), lease).await.unwrap();
        let unmatched = || WebhookFate::Unmatched {
            reason: "no such drop".to_owned(),
        };
        let fates = [1, 2, 3].map(|n| (id(n), unmatched()));
        inbox.mark(fates.into()).await.unwrap();
        inbox.mark(vec![(id(4), WebhookFate::Applied)]).await.unwrap();

        let first = inbox.filed(WebhookStanding::Unmatched, None, 2).await.unwrap();
        let place = first.last().map(|f| (f.received_at, f.id));
        let rest = inbox.filed(WebhookStanding::Unmatched, place, 2).await.unwrap();
        let listed: Vec<_> = first.iter().chain(&rest).map(|f| f.id).collect();
        assert_eq!(listed, [id(1), id(2), id(3)]);
        assert_eq!(first[0].reason.as_deref(), Some("no such drop"));
        assert_eq!(first[0].event_id.as_deref(), Some("event 1"));

        let again = |standing| WebhookReplay {
            standing,
            from: minute(2),
            until: minute(9),
        };
        assert_eq!(inbox.replay(again(WebhookStanding::Unmatched)).await, Ok(2));
        assert_eq!(inbox.replay(again(WebhookStanding::Applied)).await, Ok(1));
        assert_eq!(inbox.replay(again(WebhookStanding::Rejected)).await, Ok(0));
        let counts = inbox.counts().await.unwrap();
        assert_eq!((counts.waiting, counts.applied, counts.unmatched), (3, 0, 1));
        assert_eq!(inbox.claim(9, minute(9), lease).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_hand_off_is_found_by_its_number_and_by_the_carriers_own_ids() {
    on_both(|database| async move {
        let store = open(&database).await;
        let drops = &store.drops;
        let drop = |n: u128, at: i64| HandedOver {
            organization: OrganizationId::from_uuid(id(n)),
            script: ScriptId::from_uuid(id(n)),
            attempt: AttemptId::from_uuid(id(n)),
            called_at: minute(at),
        };
        let number = |text: &str| text.parse::<PhoneNumber>().unwrap();
        let (a, b) = (number("+17605550120"), number("+17605550121"));
        drops.enter(drop(1, 1), &a).await.unwrap();
        drops.enter(drop(1, 7), &a).await.unwrap();
        drops.enter(drop(2, 2), &b).await.unwrap();
        drops.enter(drop(3, 3), &b).await.unwrap();
        let numbers = [b, number("+17605550122"), a];
        let mut found = drops.by_numbers(&numbers).await.unwrap();
        found[0].sort_by_key(|drop| drop.called_at);
        assert_eq!(found, [vec![drop(2, 2), drop(3, 3)], vec![], vec![drop(1, 1)]]);

        let told = |n: u128, drop_id: &str| (AttemptId::from_uuid(id(n)), drop_id.to_owned());
        drops.bind(vec![told(1, "x"), told(2, "y")]).await.unwrap();
        drops.bind(vec![told(1, "z"), told(3, "y")]).await.unwrap();
        let by_drop = drops
            .by_drops(&["x".into(), "y".into(), "z".into()])
            .await
            .unwrap();
        assert_eq!(
            by_drop.len(),
            1,
            "y fits two, and the first id is kept: {by_drop:?}"
        );
        assert_eq!(by_drop["x"], drop(1, 1));
        for (n, message_id) in [(1, "m"), (2, "n"), (3, "n")] {
            let attempt = AttemptId::from_uuid(id(n));
            drops.taken_as(attempt, message_id).await.unwrap();
        }
        let named = drops.by_messages(&["m".into(), "n".into()]).await.unwrap();
        assert_eq!(
            Vec::from_iter(named),
            [("m".to_owned(), drop(1, 1))],
            "n fits two"
        );
        drops.withdraw(AttemptId::from_uuid(id(2))).await.unwrap();
        let left = drops.by_numbers(&[number("+17605550121")]).await.unwrap();
        assert_eq!(left, [vec![drop(3, 3)]], "what did not happen is taken out");
        let rows = store
            .sql()
            .query("SELECT number_mac FROM handed_over", vec![])
            .await;
        for row in rows.unwrap() {
            assert!(
                !row.text(0).unwrap().contains("7605550"),
                "a number lies in the clear"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_upload_is_found_by_its_own_organization_only() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (ours, theirs) = (OrganizationId::from_uuid(id(1)), OrganizationId::from_uuid(id(2)));
        let upload = Upload {
            id: UploadId::from_uuid(id(3)),
            organization: ours,
            user: UserId::from_uuid(id(4)),
            blob_key: "uploads/3".to_owned(),
            file_name: Sealed::from_ciphertext("1.x".to_owned()),
            bytes: 9,
            sha256: "ab".repeat(32),
            created_at: minute(0),
        };
        store.uploads.add(upload.clone()).await.unwrap();
        store.uploads.add(upload.clone()).await.unwrap();
        assert_eq!(
            store.uploads.find(ours, upload.id).await,
            Ok(Some(upload.clone()))
        );
        assert_eq!(store.uploads.find(theirs, upload.id).await, Ok(None));
        assert_eq!(store.uploads.older_than(minute(0), 9).await, Ok(vec![]));
        assert_eq!(
            store.uploads.older_than(minute(1), 9).await,
            Ok(vec![upload.clone()])
        );
        store.uploads.remove(theirs, upload.id).await.unwrap();
        store.uploads.remove(ours, upload.id).await.unwrap();
        assert_eq!(store.uploads.find(ours, upload.id).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_at_the_door_is_kept_for_a_while_and_not_without_end() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        for n in 1..=6 {
            inbox.store(webhook(n, Some("bad signature"))).await.unwrap();
        }
        inbox.store(webhook(7, None)).await.unwrap();
        inbox.claim(9, minute(10), Duration::minutes(1)).await.unwrap();
        assert_eq!(
            inbox.forget_rejected(minute(3), 100).await,
            Ok(2),
            "the first two are old"
        );
        assert_eq!(
            inbox.forget_rejected(minute(3), 2).await,
            Ok(2),
            "two more are beyond"
        );
        assert_eq!(inbox.forget_rejected(minute(3), 2).await, Ok(0));
        let left = inbox.filed(WebhookStanding::Rejected, None, 9).await.unwrap();
        let left: Vec<_> = left.into_iter().map(|filed| filed.id).collect();
        assert_eq!(left, [id(5), id(6)]);
        assert_eq!(
            inbox.counts().await.unwrap().waiting,
            1,
            "a carrier's own is never touched"
        );
    })
    .await;
}

#[tokio::test]
async fn what_was_stored_is_seen_though_a_worker_is_just_taking_it_in() {
    on_both(|database| async move {
        let store = open(&database).await;
        let inbox = &store.webhooks;
        for n in 1..=40 {
            inbox.store(webhook(n, Some("bad signature"))).await.unwrap();
            let worker = inbox.claim(9, minute(1), Duration::minutes(1));
            let auditor = inbox.refused(minute(0), minute(100), None, 100);
            let (claimed, seen) = tokio::join!(worker, auditor);
            assert_eq!(claimed.unwrap(), []);
            assert_eq!(seen.unwrap().len(), usize::try_from(n).unwrap());
        }
    })
    .await;
}
