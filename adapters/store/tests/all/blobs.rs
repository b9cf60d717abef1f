//! Files in a directory.

use bytes::Bytes;
use commands::ports::{BlobStore, PortErrorKind};
use store::blobs::LocalBlobs;

#[tokio::test]
async fn a_file_is_replaced_whole_and_gone_when_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let key = "organizations/a-1/clip_2.mp3";
    assert_eq!(blobs.get(key).await, Ok(None));
    blobs.put(key, Bytes::from_static(b"one")).await.unwrap();
    blobs.put(key, Bytes::from_static(b"two")).await.unwrap();
    assert_eq!(blobs.get(key).await, Ok(Some(Bytes::from_static(b"two"))));
    blobs.delete(key).await.unwrap();
    blobs.delete(key).await.unwrap();
    assert_eq!(blobs.get(key).await, Ok(None));
}

#[tokio::test]
async fn a_key_that_leads_elsewhere_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    for key in [
        "",
        "/etc/passwd",
        "../outside",
        "a/../../b",
        "a//b",
        "a/",
        ".hidden",
        "a\\b",
        "a b",
        "ä",
        "a\0b",
        &"x".repeat(600),
    ] {
        let refused = blobs.put(key, Bytes::new()).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent, "{key}");
        assert!(blobs.get(key).await.is_err() && blobs.delete(key).await.is_err());
    }
}

#[tokio::test]
async fn what_a_crash_left_unfinished_is_removed_once_it_is_old_and_what_another_process_writes_stays() {
    let directory = tempfile::tempdir().unwrap();
    LocalBlobs::open(directory.path()).unwrap();
    let (left, writing) = (
        directory.path().join(".unfinished/7"),
        directory.path().join(".unfinished/8"),
    );
    for file in [&left, &writing] {
        std::fs::write(file, b"half").unwrap();
    }
    let old = std::fs::File::options().write(true).open(&left).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    LocalBlobs::open(directory.path()).unwrap();
    assert!(!left.exists() && writing.exists());
}
