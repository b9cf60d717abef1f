//! Endpoints of other programs, and what was told to whom.

use commands::ports::{
    KeyRing, Notification, NotificationLog, NotificationState, NotificationSubject, NotificationTarget,
    NotificationTry, WebhookEndpoint, WebhookEndpoints,
};
use database::Database;
use domain::{
    CampaignId, EventId, NotificationId, OrganizationId, Position, WebhookEndpointId, WebhookSecretId,
};
use secrecy::{ExposeSecret, SecretString};
use store::work::WorkStore;

use crate::engines::{id, minute, on_both, open};

fn organization(n: u128) -> OrganizationId {
    OrganizationId::from_uuid(id(n))
}

fn endpoint(n: u128) -> WebhookEndpointId {
    WebhookEndpointId::from_uuid(id(n))
}

fn notification(n: u128) -> NotificationId {
    NotificationId::from_uuid(id(n))
}

fn event(n: u128) -> EventId {
    EventId::from_uuid(id(n))
}

async fn work(database: &Database) -> WorkStore {
    let work = open(database).await;
    for n in [1, 2] {
        work.keys.ensure_organization(organization(n)).await.unwrap();
    }
    work
}

fn told(n: u128, at: u32) -> Notification {
    Notification {
        id: notification(n),
        organization: organization(1),
        target: NotificationTarget::Webhook(endpoint(10)),
        subject: NotificationSubject::CampaignCompleted(CampaignId::from_uuid(id(20))),
        cause: event(30),
        body: Some("{\"type\":\"campaign.completed\"}".to_owned()),
        position: Position::new(7),
        created_at: minute(i64::from(at)),
    }
}

const fn outcome(state: NotificationState, status: u16) -> NotificationTry {
    NotificationTry {
        state,
        status: Some(status),
        error: None,
        next_try_at: None,
    }
}

#[tokio::test]
async fn an_endpoints_address_and_secret_lie_sealed_and_only_its_organization_has_them() {
    on_both(|database| async move {
        let work = work(&database).await;
        let endpoints = &work.webhook_endpoints;
        let first = WebhookSecretId::first_of(endpoint(10));
        let kept = WebhookEndpoint {
            id: endpoint(10),
            organization: organization(1),
            url: SecretString::from("https://hooks.example.com/secret-path"),
            secrets: [(first, SecretString::from("whsec_c2VjcmV0"))].into(),
            added_at: minute(0),
        };
        endpoints.save(kept).await.unwrap();
        let found = endpoints
            .find(organization(1), endpoint(10))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.url.expose_secret(), "https://hooks.example.com/secret-path");
        assert_eq!(found.secrets[&first].expose_secret(), "whsec_c2VjcmV0");
        assert!(
            endpoints
                .find(organization(2), endpoint(10))
                .await
                .unwrap()
                .is_none()
        );
        let rows = work
            .sql()
            .query("SELECT sealed FROM webhook_endpoints", vec![])
            .await
            .unwrap();
        let sealed = rows[0].text(0).unwrap();
        assert!(
            !sealed.contains("secret-path") && !sealed.contains("whsec"),
            "{sealed}"
        );

        endpoints.remove(organization(2), endpoint(10)).await.unwrap();
        assert!(
            endpoints
                .find(organization(1), endpoint(10))
                .await
                .unwrap()
                .is_some()
        );
        endpoints.remove(organization(1), endpoint(10)).await.unwrap();
        assert!(
            endpoints
                .find(organization(1), endpoint(10))
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn secrets_that_are_added_at_once_are_all_kept_and_the_ended_are_forgotten() {
    on_both(|database| async move {
        let work = work(&database).await;
        let endpoints = &work.webhook_endpoints;
        let secret = |n: u128| WebhookSecretId::from_uuid(id(n));
        let first = WebhookSecretId::first_of(endpoint(10));
        let kept = WebhookEndpoint {
            id: endpoint(10),
            organization: organization(1),
            url: SecretString::from("https://hooks.example.com/secret-path"),
            secrets: [(first, SecretString::from("whsec_MQ=="))].into(),
            added_at: minute(0),
        };
        endpoints.save(kept).await.unwrap();
        let add =
            |n, words: &str| endpoints.add_secret(organization(1), endpoint(10), secret(n), words.into());
        let (second, third) = tokio::join!(add(11, "whsec_Mg=="), add(12, "whsec_Mw=="));
        second.unwrap();
        third.unwrap();
        add(11, "whsec_b3RoZXI=").await.unwrap();
        let found = async || {
            let found = endpoints.find(organization(1), endpoint(10)).await;
            let secrets = found.unwrap().unwrap().secrets.into_iter();
            secrets
                .map(|(id, secret)| (id, secret.expose_secret().to_owned()))
                .collect::<Vec<_>>()
        };
        let all = [
            (first, "whsec_MQ=="),
            (secret(11), "whsec_Mg=="),
            (secret(12), "whsec_Mw=="),
        ];
        assert_eq!(found().await, all.map(|(id, words)| (id, words.to_owned())));

        for (of, ids) in [(2, vec![secret(12)]), (1, vec![first, secret(11)])] {
            let forgotten = endpoints.forget_secrets(organization(of), endpoint(10), &ids);
            forgotten.await.unwrap();
        }
        assert_eq!(found().await, [(secret(12), "whsec_Mw==".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn what_was_told_is_listed_newest_first_and_says_what_it_said_first() {
    on_both(|database| async move {
        let log = work(&database).await.notifications;
        log.open(vec![told(1, 1), told(2, 2), told(3, 3)]).await.unwrap();
        let other = Notification {
            body: Some("other".to_owned()),
            ..told(1, 1)
        };
        log.open(vec![other]).await.unwrap();
        let first = log.find(organization(1), notification(1)).await.unwrap().unwrap();
        assert_eq!(first.notification, told(1, 1));
        assert!(
            log.find(organization(2), notification(1))
                .await
                .unwrap()
                .is_none()
        );

        let page = log.list(organization(1), None, None, 2).await.unwrap();
        let ids: Vec<_> = page.iter().map(|r| r.notification.id).collect();
        assert_eq!(ids, [notification(3), notification(2)]);
        let after = Some((page[1].notification.created_at, page[1].notification.id));
        let rest = log.list(organization(1), None, after, 2).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].notification.id, notification(1));
        assert!(log.list(organization(2), None, None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_replay_makes_it_pending_once_an_event() {
    on_both(|database| async move {
        let log = work(&database).await.notifications;
        log.open(vec![told(1, 1)]).await.unwrap();
        let dead = NotificationTry {
            error: Some("the receiver answered 500".to_owned()),
            ..outcome(NotificationState::Dead, 500)
        };
        log.tried(organization(1), notification(1), dead, minute(2))
            .await
            .unwrap();
        let found = log
            .list(organization(1), Some(NotificationState::Dead), None, 9)
            .await
            .unwrap();
        assert_eq!((found.len(), found[0].tries, found[0].status), (1, 1, Some(500)));

        assert!(
            log.reopen(organization(1), notification(1), event(40))
                .await
                .unwrap()
        );
        let delivered = outcome(NotificationState::Delivered, 204);
        log.tried(organization(1), notification(1), delivered, minute(3))
            .await
            .unwrap();
        // The same event again, after a crash: what was taken stays taken.
        assert!(
            log.reopen(organization(1), notification(1), event(40))
                .await
                .unwrap()
        );
        let state = |r: Option<commands::ports::NotificationRecord>| r.unwrap().state;
        let now = log.find(organization(1), notification(1)).await.unwrap();
        assert_eq!(state(now), NotificationState::Delivered);
        assert!(
            log.reopen(organization(1), notification(1), event(41))
                .await
                .unwrap()
        );
        let now = log.find(organization(1), notification(1)).await.unwrap();
        assert_eq!(state(now), NotificationState::Pending);
        assert!(
            !log.reopen(organization(2), notification(1), event(42))
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_never_forgotten() {
    on_both(|database| async move {
        let log = work(&database).await.notifications;
        log.open(vec![told(1, 1), told(2, 2)]).await.unwrap();
        let delivered = outcome(NotificationState::Delivered, 204);
        log.tried(organization(1), notification(1), delivered, minute(3))
            .await
            .unwrap();
        assert_eq!(log.forget_before(minute(9)).await.unwrap(), 1);
        let left = log.list(organization(1), None, None, 9).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].notification.id, notification(2));
    })
    .await;
}
