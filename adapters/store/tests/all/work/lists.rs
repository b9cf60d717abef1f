//! How far the loading of a suppression list is.

use commands::ports::{ListProgress, ListedNumbers};
use domain::{ListLoadId, PhoneIndex, SuppressionListId};

use crate::engines::{id, on_both, open};

fn reading(bytes_read: u64, lines: u64) -> ListProgress {
    ListProgress {
        bytes_read,
        bytes: 1_000,
        lines,
        ..ListProgress::default()
    }
}

#[tokio::test]
async fn a_loading_tells_how_far_it_is_until_it_is_through() {
    on_both(|database| async move {
        let store = open(&database).await;
        let listed = &store.listed;
        let (list, load) = (SuppressionListId::from_uuid(id(1)), ListLoadId::from_uuid(id(2)));
        assert_eq!(listed.progress(list).await, Ok(None));
        listed.note_reading(list, load, reading(0, 0)).await.unwrap();
        listed.note_reading(list, load, reading(500, 20)).await.unwrap();
        let half = listed.progress(list).await.unwrap().unwrap();
        assert_eq!((half, half.percent()), (reading(500, 20), 40));
        let number = PhoneIndex::from_hex("ab".repeat(32));
        listed.stage(load, vec![(number, false)]).await.unwrap();
        listed.note_reading(list, load, reading(1_000, 40)).await.unwrap();
        assert_eq!(listed.build(load, None).await, Ok(1));
        let building = listed.progress(list).await.unwrap().unwrap();
        assert_eq!((building.parts, building.percent()), (1, 80), "{building:?}");
        listed.clear(load).await.unwrap();
        assert_eq!(listed.progress(list).await, Ok(None));
    })
    .await;
}
