//! Signing in.

use commands::ports::{Accounts, ApiToken, Session};
use domain::{ApiTokenId, OrganizationId, Sealed, UserId};

use crate::engines::{id, minute, on_both, open};

fn organization() -> OrganizationId {
    OrganizationId::from_uuid(id(1))
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(id(n))
}

#[tokio::test]
async fn an_address_leads_to_one_user_and_a_password_can_be_changed() {
    on_both(|database| async move {
        let accounts = open(&database).await.accounts;
        let sealed = Sealed::from_ciphertext("1.x".to_owned());
        let set = |n, index: &'static str| {
            let (accounts, sealed) = (accounts.clone(), sealed.clone());
            async move { accounts.set_email(organization(), user(n), index, &sealed).await }
        };
        assert_eq!(set(5, "ada").await, Ok(true));
        assert_eq!(set(6, "ada").await, Ok(false));
        assert_eq!(set(5, "ada2").await, Ok(true));
        assert_eq!(accounts.user_by_email("ada").await, Ok(None));
        let found = accounts.user_by_email("ada2").await;
        assert_eq!(found, Ok(Some((organization(), user(5)))));
        assert_eq!(accounts.email(user(5)).await, Ok(Some(sealed.clone())));
        accounts
            .set_password(user(5), "$argon2id$1", minute(0))
            .await
            .unwrap();
        accounts
            .set_password(user(5), "$argon2id$2", minute(1))
            .await
            .unwrap();
        assert_eq!(
            accounts.password(user(5)).await,
            Ok(Some("$argon2id$2".to_owned()))
        );
        assert_eq!(accounts.password(user(6)).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_time_by_signing_out_and_with_all_others() {
    on_both(|database| async move {
        let accounts = open(&database).await.accounts;
        let session = Session {
            user: user(5),
            organization: organization(),
            csrf: "c".to_owned(),
            created_at: minute(0),
            expires_at: minute(60),
        };
        for token in ["a", "b", "c"] {
            accounts.open_session(token, session.clone()).await.unwrap();
        }
        assert_eq!(accounts.session("a", minute(59)).await, Ok(Some(session)));
        assert_eq!(accounts.session("a", minute(60)).await, Ok(None));
        accounts.end_session("a").await.unwrap();
        assert_eq!(accounts.session("a", minute(1)).await, Ok(None));
        assert_eq!(accounts.end_sessions(user(5)).await, Ok(2));
    })
    .await;
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_by_its_owner() {
    on_both(|database| async move {
        let accounts = open(&database).await.accounts;
        let token = ApiToken {
            id: ApiTokenId::from_uuid(id(7)),
            user: user(5),
            organization: organization(),
            name: "import script".to_owned(),
            scope: "read".to_owned(),
            created_at: minute(0),
            last_used_at: None,
            expires_at: None,
            revoked_at: None,
        };
        accounts.add_token("hash", token.clone()).await.unwrap();
        assert_eq!(accounts.token("hash", minute(3)).await, Ok(Some(token.clone())));
        let listed = accounts.tokens(organization(), user(5)).await.unwrap();
        assert_eq!(listed[0].last_used_at, Some(minute(3)));
        let revoke = |owner| accounts.revoke_token(organization(), owner, token.id, minute(4));
        assert_eq!(revoke(user(6)).await, Ok(false));
        assert_eq!(revoke(user(5)).await, Ok(true));
        assert_eq!(revoke(user(5)).await, Ok(false));
        assert_eq!(accounts.token("hash", minute(5)).await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_link_works_for_exactly_one_of_many_and_not_after_its_time() {
    on_both(|database| async move {
        let accounts = open(&database).await.accounts;
        accounts.add_sign_in_link("l", user(5), minute(10)).await.unwrap();
        accounts
            .add_sign_in_link("old", user(5), minute(1))
            .await
            .unwrap();
        let uses =
            futures::future::join_all((0..6).map(|_| accounts.consume_sign_in_link("l", minute(2)))).await;
        assert_eq!(uses.iter().filter(|u| **u == Ok(Some(user(5)))).count(), 1);
        assert_eq!(accounts.consume_sign_in_link("old", minute(2)).await, Ok(None));
        assert_eq!(accounts.purge_expired(minute(2)).await, Ok(1));
    })
    .await;
}
