//! Connected accounts, consents that are being asked for, and addresses that contacts are pushed to.

use chrono::{DateTime, Utc};
use commands::ports::{
    Connection, Connections, Consents, InboundAddress, InboundAddresses, KeyRing, PendingConsent,
    SourceTokens,
};
use database::Database;
use domain::{CampaignId, ConnectionId, InboundAddressId, OrganizationId, UserId, import::ContactSource};
use secrecy::{ExposeSecret, SecretString};
use store::work::WorkStore;

use crate::engines::{id, minute, on_both, open};

fn organization(n: u128) -> OrganizationId {
    OrganizationId::from_uuid(id(n))
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(id(n))
}

fn connection(n: u128) -> ConnectionId {
    ConnectionId::from_uuid(id(n))
}

/// With the keys of the organizations 1 and 2.
async fn work(database: &Database) -> WorkStore {
    let work = open(database).await;
    for n in [1, 2] {
        work.keys.ensure_organization(organization(n)).await.unwrap();
    }
    work
}

fn account(n: u128, connected_at: DateTime<Utc>) -> Connection {
    Connection {
        id: connection(n),
        organization: organization(1),
        user: user(5),
        source: ContactSource::GoogleContacts,
        connected_at,
        broken: None,
        sync_cursor: None,
    }
}

fn tokens(access: &str) -> SourceTokens {
    SourceTokens {
        access: SecretString::from(access),
        refresh: Some(SecretString::from("refresh-1")),
        expires_at: Some(minute(60)),
        account: Some("agent-7".to_owned()),
    }
}

async fn column(work: &WorkStore, sql: &str) -> Vec<String> {
    let rows = work.sql().query(sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_secrets_of_an_account_come_back_and_lie_sealed() {
    on_both(|database| async move {
        let work = work(&database).await;
        let accounts = work.connections.clone();
        accounts
            .save(account(10, minute(0)), tokens("access-1"))
            .await
            .unwrap();
        let found = accounts
            .tokens(organization(1), connection(10))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.access.expose_secret(), "access-1");
        assert_eq!(found.refresh.unwrap().expose_secret(), "refresh-1");
        assert_eq!(
            (found.expires_at, found.account),
            (Some(minute(60)), Some("agent-7".to_owned()))
        );
        for sealed in column(&work, "SELECT sealed FROM connections").await {
            for secret in ["access-1", "refresh-1", "agent-7"] {
                assert!(!sealed.contains(secret));
            }
        }
        accounts
            .renew(organization(1), connection(10), tokens("access-2"))
            .await
            .unwrap();
        let renewed = accounts
            .tokens(organization(1), connection(10))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(renewed.access.expose_secret(), "access-2");

        accounts.remove(organization(1), connection(10)).await.unwrap();
        accounts.remove(organization(1), connection(10)).await.unwrap();
        assert!(
            accounts
                .tokens(organization(1), connection(10))
                .await
                .unwrap()
                .is_none()
        );
        assert!(column(&work, "SELECT sealed FROM connections").await.is_empty());
        // Secrets that are renewed late do not bring a destroyed connection back.
        accounts
            .renew(organization(1), connection(10), tokens("access-3"))
            .await
            .unwrap();
        assert!(
            accounts
                .find(organization(1), connection(10))
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn an_envelope_opens_for_its_own_connection_alone() {
    on_both(|database| async move {
        let work = work(&database).await;
        let accounts = work.connections.clone();
        accounts.save(account(10, minute(0)), tokens("access-1")).await.unwrap();
        accounts.save(account(11, minute(0)), tokens("access-2")).await.unwrap();
        let swap = format!(
            "UPDATE connections SET sealed = (SELECT sealed FROM connections WHERE id = '{}') WHERE id = '{}'",
            connection(10),
            connection(11)
        );
        work.sql().execute(&swap, vec![]).await.unwrap();
        let refused = accounts.tokens(organization(1), connection(11)).await.unwrap_err();
        assert!(refused.message.contains("connect the account again"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_connected_again_is_healed_and_keeps_its_place() {
    on_both(|database| async move {
        let accounts = work(&database).await.connections;
        let here = organization(1);
        accounts.save(account(10, minute(0)), tokens("a")).await.unwrap();
        accounts
            .set_sync_cursor(here, connection(10), Some("sync".to_owned()))
            .await
            .unwrap();
        accounts
            .mark_broken(here, connection(10), "invalid_grant")
            .await
            .unwrap();
        let broken = accounts.find(here, connection(10)).await.unwrap().unwrap();
        assert_eq!(broken.broken.as_deref(), Some("invalid_grant"));
        assert_eq!(broken.sync_cursor.as_deref(), Some("sync"));

        accounts.save(account(10, minute(1)), tokens("b")).await.unwrap();
        let healed = accounts.find(here, connection(10)).await.unwrap().unwrap();
        assert_eq!((healed.broken, healed.sync_cursor), (None, None));
        assert_eq!(accounts.of_user(here, user(5)).await.unwrap().len(), 1);
        accounts
            .set_sync_cursor(here, connection(10), None)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn accounts_are_listed_for_their_user_and_found_in_their_organization_alone() {
    on_both(|database| async move {
        let accounts = work(&database).await.connections;
        accounts.save(account(11, minute(1)), tokens("a")).await.unwrap();
        accounts.save(account(10, minute(0)), tokens("b")).await.unwrap();
        let mine = accounts.of_user(organization(1), user(5)).await.unwrap();
        let order: Vec<_> = mine.iter().map(|c| c.id).collect();
        assert_eq!(order, [connection(10), connection(11)], "oldest first");
        assert!(
            accounts
                .of_user(organization(1), user(6))
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            accounts
                .of_user(organization(2), user(5))
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            accounts
                .find(organization(2), connection(10))
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            accounts
                .tokens(organization(2), connection(10))
                .await
                .unwrap()
                .is_none()
        );

        let stolen = Connection {
            organization: organization(2),
            ..account(10, minute(2))
        };
        accounts.save(stolen, tokens("c")).await.unwrap();
        accounts.remove(organization(2), connection(10)).await.unwrap();
        let kept = accounts
            .tokens(organization(1), connection(10))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.access.expose_secret(), "b");
    })
    .await;
}

fn consent(state: &str, who: u128, created_at: DateTime<Utc>) -> PendingConsent {
    PendingConsent {
        state_hash: state.to_owned(),
        organization: organization(1),
        user: user(who),
        source: ContactSource::GoogleContacts,
        verifier: SecretString::from(format!("verifier of {state}")),
        created_at,
        expires_at: created_at + chrono::Duration::minutes(10),
    }
}

#[tokio::test]
async fn a_consent_is_found_once_and_before_it_expires() {
    on_both(|database| async move {
        let work = work(&database).await;
        let consents = work.consents.clone();
        consents.begin(consent("a", 5, minute(0)), 5).await.unwrap();
        assert!(!column(&work, "SELECT verifier FROM consents").await[0].contains("verifier"));
        let (one, two) = tokio::join!(consents.take("a", minute(1)), consents.take("a", minute(1)));
        let found: Vec<_> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verifier.expose_secret(), "verifier of a");
        assert_eq!((found[0].organization, found[0].user), (organization(1), user(5)));

        consents.begin(consent("b", 5, minute(2)), 5).await.unwrap();
        assert!(consents.take("b", minute(12)).await.unwrap().is_none());
        // The next of anybody sweeps it away.
        consents.begin(consent("c", 6, minute(12)), 5).await.unwrap();
        assert_eq!(column(&work, "SELECT state_hash FROM consents").await, ["c"]);
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_consents_of_a_user_wait() {
    on_both(|database| async move {
        let work = work(&database).await;
        for n in 0..4 {
            let next = consent(&format!("s{n}"), 5, minute(n));
            work.consents.begin(next, 2).await.unwrap();
        }
        work.consents.begin(consent("t", 6, minute(0)), 2).await.unwrap();
        let waiting = column(&work, "SELECT state_hash FROM consents ORDER BY state_hash").await;
        assert_eq!(waiting, ["s2", "s3", "t"]);
    })
    .await;
}

fn address(n: u128, created_at: DateTime<Utc>) -> InboundAddress {
    InboundAddress {
        id: InboundAddressId::from_uuid(id(n)),
        organization: organization(1),
        user: user(5),
        campaign: (n == 20).then(|| CampaignId::from_uuid(id(30))),
        source: ContactSource::MojoDialer,
        created_at,
        last_used_at: None,
    }
}

#[tokio::test]
async fn an_address_is_found_by_its_hash_until_it_is_destroyed() {
    on_both(|database| async move {
        let addresses = work(&database).await.inbound;
        let (first, second) = (address(20, minute(0)), address(21, minute(1)));
        assert_eq!(addresses.add("h1", first.clone(), 2).await, Ok(true));
        assert_eq!(addresses.add("h2", second.clone(), 2).await, Ok(true));
        assert_eq!(
            addresses.add("h3", address(22, minute(2)), 2).await,
            Ok(false),
            "there are two"
        );
        assert_eq!(addresses.find("h1", minute(5)).await, Ok(Some(first.clone())));
        assert_eq!(addresses.find("h3", minute(5)).await, Ok(None));
        let used = InboundAddress {
            last_used_at: Some(minute(5)),
            ..first.clone()
        };
        let listed = addresses.of_organization(organization(1)).await;
        assert_eq!(listed, Ok(vec![used, second]));
        assert_eq!(addresses.of_organization(organization(2)).await, Ok(vec![]));
        assert_eq!(addresses.remove(organization(2), first.id).await, Ok(false));
        assert_eq!(addresses.remove(organization(1), first.id).await, Ok(true));
        assert_eq!(addresses.remove(organization(1), first.id).await, Ok(false));
        assert_eq!(addresses.find("h1", minute(6)).await, Ok(None));
    })
    .await;
}
