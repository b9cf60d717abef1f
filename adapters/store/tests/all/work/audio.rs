//! The same words in the same voice are bought once.

use commands::ports::{AudioCache, Clip, ClipClaim};
use domain::{MicroDollars, OrganizationId, ScriptId};

use crate::engines::{id, minute, on_both, open};

fn clip(key: &str) -> Clip {
    Clip {
        storage_key: key.to_owned(),
        sha256: "ab".repeat(32),
        media_type: "audio/mpeg".to_owned(),
        duration_ms: 21_000,
        characters: 312,
        cost: MicroDollars::from_micros(9_360),
        provider_id: "h1".to_owned(),
        owed_by: None,
    }
}

/// Nobody has bought it, nor may have.
const FRESH: ClipClaim = ClipClaim::Claimed { lost_since: None };

/// It may have been bought since that minute.
fn lost(since: i64) -> ClipClaim {
    ClipClaim::Claimed {
        lost_since: Some(minute(since)),
    }
}

#[tokio::test]
async fn of_many_who_want_the_same_clip_one_buys_it() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours, theirs) = (
            &store.audio,
            OrganizationId::from_uuid(id(1)),
            OrganizationId::from_uuid(id(2)),
        );
        let claims =
            futures::future::join_all((0..8).map(|_| audio.claim(ours, "hash", minute(0), minute(-10))))
                .await;
        let claimed = claims.iter().filter(|c| **c == Ok(FRESH)).count();
        assert_eq!(claimed, 1);
        audio.complete(ours, "hash", clip("first")).await.unwrap();
        audio.complete(ours, "hash", clip("second")).await.unwrap();
        let ready = audio.claim(ours, "hash", minute(99), minute(98)).await;
        assert_eq!(ready, Ok(ClipClaim::Ready(clip("first"))));
        let elsewhere = audio.claim(theirs, "hash", minute(0), minute(-10)).await;
        assert_eq!(elsewhere, Ok(FRESH));
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_was_given_back_or_whose_owner_died_is_free_again() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours) = (&store.audio, OrganizationId::from_uuid(id(1)));
        let claim = |now, stale| audio.claim(ours, "hash", minute(now), minute(stale));
        assert_eq!(claim(0, -10).await, Ok(FRESH));
        assert_eq!(claim(5, -5).await, Ok(ClipClaim::InProgress));
        assert_eq!(
            claim(11, 1).await,
            Ok(lost(0)),
            "the dead owner may have bought it"
        );
        audio.abandon(ours, "hash").await.unwrap();
        assert_eq!(claim(12, 2).await, Ok(FRESH));
    })
    .await;
}

#[tokio::test]
async fn a_clip_in_doubt_is_taken_over_at_once_and_by_one() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours) = (&store.audio, OrganizationId::from_uuid(id(1)));
        let claim = |now| audio.claim(ours, "hash", minute(now), minute(now - 10));
        assert_eq!(claim(0).await, Ok(FRESH));
        audio.doubt(ours, "hash").await.unwrap();
        let claims = futures::future::join_all((0..4).map(|_| claim(1))).await;
        assert_eq!(claims.iter().filter(|c| **c == Ok(lost(0))).count(), 1);
        audio.doubt(ours, "hash").await.unwrap();
        assert_eq!(claim(2).await, Ok(lost(0)), "the first order still counts");
        audio.complete(ours, "hash", clip("found")).await.unwrap();
        audio.doubt(ours, "hash").await.unwrap();
        assert_eq!(claim(3).await, Ok(ClipClaim::Ready(clip("found"))));
    })
    .await;
}

#[tokio::test]
async fn a_clip_whose_file_is_gone_is_forgotten() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours) = (&store.audio, OrganizationId::from_uuid(id(1)));
        let claim = || audio.claim(ours, "hash", minute(0), minute(-10));
        claim().await.unwrap();
        audio.complete(ours, "hash", clip("here")).await.unwrap();
        audio.forget(ours, "hash", "elsewhere").await.unwrap();
        assert_eq!(claim().await, Ok(ClipClaim::Ready(clip("here"))));
        audio.forget(ours, "hash", "here").await.unwrap();
        assert_eq!(claim().await, Ok(FRESH));
    })
    .await;
}

#[tokio::test]
async fn who_bought_a_clip_owes_it_until_its_cost_is_recorded() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours) = (&store.audio, OrganizationId::from_uuid(id(1)));
        let owed = Clip {
            owed_by: Some(ScriptId::from_uuid(id(7))),
            ..clip("here")
        };
        for hash in ["one", "two"] {
            audio.claim(ours, hash, minute(0), minute(-10)).await.unwrap();
            audio.complete(ours, hash, owed.clone()).await.unwrap();
        }
        let hashes = vec!["one".to_owned(), "none such".to_owned()];
        audio.settle(ours, hashes).await.unwrap();
        let ready = async |hash: &str| audio.claim(ours, hash, minute(0), minute(-10)).await;
        assert_eq!(ready("one").await, Ok(ClipClaim::Ready(clip("here"))));
        assert_eq!(ready("two").await, Ok(ClipClaim::Ready(owed.clone())));
    })
    .await;
}

#[tokio::test]
async fn the_carriers_reference_of_a_file_is_remembered() {
    on_both(|database| async move {
        let store = open(&database).await;
        let (audio, ours) = (&store.audio, OrganizationId::from_uuid(id(1)));
        assert_eq!(audio.carrier_media(ours, "aa").await, Ok(None));
        audio.set_carrier_media(ours, "aa", "m1").await.unwrap();
        audio.set_carrier_media(ours, "aa", "m2").await.unwrap();
        assert_eq!(audio.carrier_media(ours, "aa").await, Ok(Some("m2".to_owned())));
    })
    .await;
}
