//! Files in a bucket: on a server in this process, or on a stranger's when S3_ENDPOINT names one (see `tests/s3-strangers/run`).

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use commands::ports::{BlobStore, PortErrorKind};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use store::s3_blobs::{Expiry, LINK_MAX, S3Blobs, S3Config};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const KEY: &str = "voicemails/agent-1/campaign-1/script-1.mp3";

/// A bucket on a server, which ends with it.
struct Bucket {
    config: S3Config,
    is_strangers: bool,
    _directory: TempDir,
}

impl Bucket {
    fn blobs(&self) -> S3Blobs {
        S3Blobs::new(&self.config)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stranger's server is named by the environment"
)]
fn stranger() -> Option<String> {
    std::env::var("S3_ENDPOINT").ok()
}

async fn bucket() -> Bucket {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("voicedrop-tests")).unwrap();
    let (endpoint, is_strangers) = match stranger() {
        Some(endpoint) => (endpoint, true),
        None => (format!("http://{}", serve(&directory).await), false),
    };
    let config = S3Config {
        endpoint,
        bucket: "voicedrop-tests".into(),
        // At a stranger all tests meet in one bucket.
        prefix: format!("{}/", directory.path().file_name().unwrap().display()).replace('.', ""),
        access_key: "the-key".into(),
        secret_key: "the-secret".into(),
        path_style: true,
        server_side_encryption: false,
        ..S3Config::default()
    };
    Bucket {
        config,
        is_strangers,
        _directory: directory,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the stranger's server ends with the test's runtime"
)]
async fn serve(directory: &TempDir) -> SocketAddr {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(directory.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single("the-key", "the-secret"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(connection), service).await;
            });
        }
    });
    address
}

/// What a stranger with the link gets: the status and the body.
async fn fetched(link: &str) -> (u16, Vec<u8>) {
    let rest = link.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let body = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    (status, answer.split_off(body))
}

#[tokio::test]
async fn an_object_is_replaced_whole_and_gone_when_deleted() {
    let bucket = bucket().await;
    let blobs = bucket.blobs();
    assert_eq!(blobs.get(KEY).await, Ok(None));
    blobs.put(KEY, Bytes::from_static(b"one")).await.unwrap();
    blobs.put(KEY, Bytes::from_static(b"two")).await.unwrap();
    assert_eq!(blobs.get(KEY).await, Ok(Some(Bytes::from_static(b"two"))));
    blobs.delete(KEY).await.unwrap();
    blobs.delete(KEY).await.unwrap();
    assert_eq!(blobs.get(KEY).await, Ok(None));
    blobs.check().await.unwrap();
}

#[tokio::test]
async fn a_file_is_moved_in_and_read_from_any_place() {
    let bucket = bucket().await;
    let blobs = bucket.blobs();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("list.csv");
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(&file, &content).unwrap();
    blobs.put_file("uploads/list", file.clone()).await.unwrap();
    assert!(!file.exists());
    let mut opened = blobs.open("uploads/list").await.unwrap().unwrap();
    let (head, tail) = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Seek, SeekFrom};
        let mut head = [0; 10];
        opened.read_exact(&mut head).unwrap();
        opened.seek(SeekFrom::End(-5)).unwrap();
        let mut tail = Vec::new();
        opened.read_to_end(&mut tail).unwrap();
        (head, tail)
    })
    .await
    .unwrap();
    assert_eq!(head, content[..10]);
    assert_eq!(tail, content[content.len() - 5..]);
    assert!(blobs.open("uploads/none").await.unwrap().is_none());
    blobs.delete("uploads/list").await.unwrap();
}

#[tokio::test]
async fn a_link_gives_the_object_for_a_while_and_to_nobody_who_changes_it() {
    let bucket = bucket().await;
    let blobs = bucket.blobs();
    blobs.put(KEY, Bytes::from_static(b"ID3 sound")).await.unwrap();
    let link = blobs.link(KEY, Duration::from_mins(5)).await.unwrap().unwrap();
    assert_eq!(fetched(&link).await, (200, b"ID3 sound".to_vec()));
    if bucket.is_strangers {
        return; // It looks at no signature and no clock; the one in this process does.
    }
    let other = link.replace("script-1", "script-2");
    assert!(fetched(&other).await.0 >= 400);
    let short = blobs.link(KEY, Duration::from_secs(1)).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(fetched(&short).await.0, 403, "it has expired");
}

#[tokio::test]
async fn a_link_for_ever_or_for_nothing_is_refused() {
    let bucket = bucket().await;
    for lifetime in [Duration::ZERO, LINK_MAX + Duration::from_secs(1)] {
        let refused = bucket.blobs().link(KEY, lifetime).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent);
    }
    assert!(bucket.blobs().link(KEY, LINK_MAX).await.is_ok());
}

#[tokio::test]
async fn keys_that_lead_elsewhere_are_refused() {
    let bucket = bucket().await;
    for key in ["", "/etc/passwd", "../outside", "a//b", "a/", ".hidden", "a b"] {
        let refused = bucket.blobs().put(key, Bytes::new()).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent, "{key}");
        assert!(bucket.blobs().link(key, LINK_MAX).await.is_err(), "{key}");
    }
}

#[tokio::test]
async fn who_is_not_known_there_must_act_and_who_is_not_reached_is_tried_again() {
    let bucket = bucket().await;
    if !bucket.is_strangers {
        let wrong = S3Blobs::new(&S3Config {
            secret_key: "another".into(),
            ..bucket.config.clone()
        });
        let refused = wrong.put(KEY, Bytes::from_static(b"x")).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Unauthorised, "{refused}");
        assert!(!refused.message.contains("another"), "{refused}");
    }
    if bucket.is_strangers {
        // The one in this process makes a bucket of any name.
        let absent = S3Blobs::new(&S3Config {
            bucket: "no-such-bucket".into(),
            ..bucket.config.clone()
        });
        let refused = absent.put(KEY, Bytes::from_static(b"x")).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Unauthorised, "{refused}");
    }
    let nobody = S3Blobs::new(&S3Config {
        endpoint: "http://127.0.0.1:9".into(),
        ..bucket.config.clone()
    });
    let failed = nobody.get(KEY).await.unwrap_err();
    assert_eq!(failed.kind, PortErrorKind::Retryable, "{failed}");
}

#[tokio::test]
async fn the_bucket_deletes_old_audio_itself_where_it_can() {
    let bucket = bucket().await;
    let blobs = bucket.blobs();
    let first = blobs.ensure_expiry("voicemails/", 400).await.unwrap();
    if bucket.is_strangers {
        assert!(matches!(first, Expiry::Set | Expiry::Kept));
        assert_eq!(blobs.ensure_expiry("voicemails/", 400).await, Ok(Expiry::Kept));
        assert_eq!(blobs.ensure_expiry("voicemails/", 500).await, Ok(Expiry::Set));
    } else {
        assert_eq!(
            first,
            Expiry::NotOffered,
            "the server of this process knows no such rules"
        );
    }
}
