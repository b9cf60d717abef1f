//! Files that are sealed: nothing of them can be read where they lie, and nothing that was changed is taken for them.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use bytes::Bytes;
use commands::ports::{BlobStore, PortErrorKind};
use proptest::prelude::*;
use store::{blobs::LocalBlobs, key_ring::MasterKey, sealed_blobs::SealedBlobs};

/// Content of a frame.
const FRAME: usize = 64 << 10;

fn opened(directory: &Path) -> SealedBlobs {
    let master = MasterKey::from_file(&directory.join("master.key")).unwrap();
    let local = LocalBlobs::open(&directory.join("files")).unwrap();
    SealedBlobs::new(Arc::new(local), &master)
}

/// Bytes in which every place can be told from its neighbours.
fn content(length: usize) -> Bytes {
    (0..length).map(|n| (n / 251 + n) as u8).collect()
}

#[tokio::test]
async fn a_file_of_any_length_is_read_back_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = opened(directory.path());
    for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 7] {
        let clear = content(length);
        blobs.put("a", clear.clone()).await.unwrap();
        assert_eq!(blobs.get("a").await.unwrap(), Some(clear.clone()), "{length}");
        let file = directory.path().join("list.csv");
        std::fs::write(&file, &clear).unwrap();
        blobs.put_file("b", file.clone()).await.unwrap();
        assert_eq!(blobs.get("b").await.unwrap(), Some(clear), "{length}");
        assert!(!file.exists(), "it was moved");
    }
    assert_eq!(blobs.get("c").await.unwrap(), None);
}

#[tokio::test]
async fn nothing_can_be_read_where_it_lies() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = opened(directory.path());
    let list = Bytes::from_static(b"Ada Moreno,(760) 555-0120\n");
    blobs.put("uploads/list", list).await.unwrap();
    let lying = std::fs::read(directory.path().join("files/uploads/list")).unwrap();
    assert!(!lying.windows(6).any(|part| part == b"Moreno"));
}

#[tokio::test]
async fn what_was_changed_moved_or_cut_off_does_not_open() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = opened(directory.path());
    blobs.put("a", content(2 * FRAME + 9)).await.unwrap();
    let place = directory.path().join("files/a");
    let whole = std::fs::read(&place).unwrap();
    let frame = FRAME + 28;
    let mut changed = whole.clone();
    changed[8 + frame + 100] ^= 1;
    let mut swapped = whole.clone();
    swapped[8..8 + frame].copy_from_slice(&whole[8 + frame..8 + 2 * frame]);
    for (what, bytes) in [
        ("changed", changed),
        ("swapped", swapped),
        ("without its last frame", whole[..8 + 2 * frame].to_vec()),
        ("cut in a frame", whole[..whole.len() - 1].to_vec()),
        ("only the mark", whole[..8].to_vec()),
    ] {
        std::fs::write(&place, bytes).unwrap();
        let refused = blobs.get("a").await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent, "{what}");
    }
    std::fs::write(directory.path().join("files/b"), &whole).unwrap();
    assert!(blobs.get("b").await.is_err(), "it is another file's");
}

#[tokio::test]
async fn a_file_from_before_files_were_sealed_is_read_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = opened(directory.path());
    std::fs::write(directory.path().join("files/old"), b"RIFF").unwrap();
    assert_eq!(blobs.get("old").await.unwrap(), Some(Bytes::from_static(b"RIFF")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn reading_from_any_place_gives_what_is_there(
        length in 0_usize..3 * FRAME,
        places in prop::collection::vec((0_u64..3 * FRAME as u64, 0_usize..FRAME), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let clear = content(length);
        let mut file = runtime.block_on(async {
            let blobs = opened(directory.path());
            blobs.put("a", clear.clone()).await.unwrap();
            blobs.open("a").await.unwrap().unwrap()
        });
        prop_assert_eq!(file.seek(SeekFrom::End(0)).unwrap(), length as u64);
        for (from, count) in places {
            file.seek(SeekFrom::Start(from)).unwrap();
            let mut read = Vec::new();
            file.by_ref().take(count as u64).read_to_end(&mut read).unwrap();
            let from = (from as usize).min(length);
            prop_assert_eq!(&read[..], &clear[from..(from + count).min(length)]);
        }
    }
}
