//! Webhooks are kept as they came; uploads are the organization's own.

use bytes::Bytes;
use commands::ports::{InboundWebhook, Upload, Uploads, WebhookCounts, WebhookFate, WebhookInbox};
use domain::{OrganizationId, Sealed, UploadId, UserId};

use crate::engines::{id, minute, on_both, open};

fn webhook(n: u128, rejected: Option<&str>) -> InboundWebhook {
    InboundWebhook {
        id: id(n),
        source: "drop_cowboy".to_owned(),
        token: Some("t".to_owned()),
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
        let waiting = inbox.waiting(2).await.unwrap();
        assert_eq!(waiting, [webhook(1, None), webhook(2, None)]);
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
        assert_eq!(inbox.waiting(9).await.unwrap(), [webhook(3, None)]);
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
