//! Envelopes open for whom they were sealed, until the contact is erased.

use commands::ports::{KeyRing, OpenError};
use domain::{ContactId, OrganizationId, PhoneNumber};
use secrecy::SecretString;
use store::{
    key_ring::{KeyRingError, MasterKey, StoredKeys},
    work::{OpenWorkError, WorkStore},
};

use crate::engines::{id, on_both, open};

fn organization(n: u128) -> OrganizationId {
    OrganizationId::from_uuid(id(n))
}

fn contact(n: u128) -> ContactId {
    ContactId::from_uuid(id(n))
}

async fn ring(store: &WorkStore) -> &StoredKeys {
    let keys = store.keys.as_ref();
    for n in [1, 2] {
        keys.ensure_organization(organization(n)).await.unwrap();
    }
    keys
}

#[tokio::test]
async fn many_texts_open_again_each_by_its_own_contact_only() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = ring(&store).await;
        let sealed = keys
            .seal_new(organization(1), &[(contact(10), "Zoë"), (contact(11), "Max")])
            .await
            .unwrap();
        let opened = keys
            .open_many(
                organization(1),
                &[
                    (contact(11), &sealed[1]),
                    (contact(10), &sealed[0]),
                    (contact(11), &sealed[0]),
                ],
            )
            .await
            .unwrap();
        assert_eq!(
            opened,
            [
                Ok("Max".to_owned()),
                Ok("Zoë".to_owned()),
                Err(OpenError::Damaged)
            ]
        );
        let elsewhere = keys
            .open_many(organization(2), &[(contact(10), &sealed[0])])
            .await
            .unwrap();
        assert_eq!(elsewhere, [Err(OpenError::Damaged)]);
        assert!(!sealed[0].ciphertext().contains("Zoë"));
    })
    .await;
}

#[tokio::test]
async fn a_contacts_later_texts_are_under_the_key_of_its_first() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = ring(&store).await;
        let people: Vec<_> = (0..300).map(|n| (contact(n), "Zoë")).collect();
        let first = keys.seal_new(organization(1), &people).await.unwrap();
        let texts: Vec<_> = (0..300)
            .zip(&first)
            .map(|(n, envelope)| (contact(n), envelope, "a script"))
            .collect();
        let later = keys.seal_many(organization(1), &texts).await.unwrap();
        let envelopes: Vec<_> = (0..300).map(contact).zip(&later).collect();
        let opened = keys.open_many(organization(1), &envelopes).await.unwrap();
        assert!(opened.iter().all(|text| *text == Ok("a script".to_owned())));
        let anothers = keys
            .seal_many(organization(2), &[(contact(1), &first[1], "x")])
            .await;
        assert_eq!(anothers, Err(OpenError::Damaged));
    })
    .await;
}

#[tokio::test]
async fn an_erased_contact_stays_erased_for_every_node_and_its_neighbours_stay_readable() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = ring(&store).await;
        let sealed = keys
            .seal_new(
                organization(1),
                &[(contact(10), "Zoë"), (contact(11), "Max"), (contact(12), "Ada")],
            )
            .await
            .unwrap();
        let (zoe, ada) = tokio::join!(
            keys.destroy(organization(1), contact(10), &sealed[0]),
            keys.destroy(organization(1), contact(12), &sealed[2]),
        );
        zoe.unwrap();
        ada.unwrap();
        let reopened = open(&database).await;
        for keys in [keys, reopened.keys.as_ref()] {
            let envelopes = [
                (contact(10), &sealed[0]),
                (contact(11), &sealed[1]),
                (contact(12), &sealed[2]),
            ];
            let opened = keys.open_many(organization(1), &envelopes).await;
            let expected = vec![
                Err(OpenError::Erased),
                Ok("Max".to_owned()),
                Err(OpenError::Erased),
            ];
            assert_eq!(opened, Ok(expected));
            let again = keys
                .seal_many(organization(1), &[(contact(10), &sealed[0], "Zoë")])
                .await;
            assert_eq!(again, Err(OpenError::Erased));
        }
    })
    .await;
}

#[tokio::test]
async fn another_master_key_is_refused_at_the_start() {
    on_both(|database| async move {
        open(&database).await;
        let other =
            MasterKey::from_secret(&SecretString::from("a wholly different secret of some length")).unwrap();
        let refused = WorkStore::open(&database, &other).await.unwrap_err();
        assert!(matches!(
            refused,
            OpenWorkError::Keys(KeyRingError::WrongMasterKey)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_number_has_one_index_in_an_organization_and_another_elsewhere() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = ring(&store).await;
        let numbers: [PhoneNumber; 2] = ["+17605550186", "+17605550187"].map(|n| n.parse().unwrap());
        let here = keys.phone_indexes(organization(1), &numbers).await.unwrap();
        let again = open(&database)
            .await
            .keys
            .phone_indexes(organization(1), &numbers)
            .await
            .unwrap();
        let there = keys.phone_indexes(organization(2), &numbers).await.unwrap();
        assert_eq!(here, again);
        assert!(here[0] != here[1] && here[0] != there[0] && here[0].as_str().len() == 64);
    })
    .await;
}

#[tokio::test]
async fn an_organizations_own_texts_open_in_it_only() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = ring(&store).await;
        let sealed = keys
            .seal_for_organization(organization(1), "farm list.csv")
            .await
            .unwrap();
        let opened = keys.open_for_organization(organization(1), &sealed).await;
        assert_eq!(opened, Ok("farm list.csv".to_owned()));
        let elsewhere = keys.open_for_organization(organization(2), &sealed).await;
        assert_eq!(elsewhere, Err(OpenError::Damaged));
    })
    .await;
}

#[tokio::test]
async fn a_signature_holds_for_its_purpose_and_message_whole_or_shortened() {
    on_both(|database| async move {
        let store = open(&database).await;
        let keys = &store.keys;
        let mac = keys.sign("link", "audio/1");
        assert_eq!(open(&database).await.keys.sign("link", "audio/1"), mac);
        assert!(keys.verify("link", "audio/1", &mac) && keys.verify("link", "audio/1", &mac[..32]));
        assert!(!keys.verify("callback", "audio/1", &mac) && !keys.verify("link", "audio/2", &mac));
        for bad in ["", "zz", &mac[..30], &mac[..34], &format!("{mac}00")] {
            assert!(!keys.verify("link", "audio/1", bad), "{bad}");
        }
    })
    .await;
}

#[test]
fn the_key_file_is_made_once_for_its_owner_only_and_a_damaged_one_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys/master.key");
    MasterKey::from_file(&path).unwrap();
    let first = std::fs::read(&path).unwrap();
    MasterKey::from_file(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), first);
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    std::fs::write(&path, "half").unwrap();
    assert!(matches!(
        MasterKey::from_file(&path),
        Err(KeyRingError::DamagedFile(_))
    ));
    let short = MasterKey::from_secret(&SecretString::from("short"));
    assert!(matches!(short, Err(KeyRingError::ShortSecret)));
}
