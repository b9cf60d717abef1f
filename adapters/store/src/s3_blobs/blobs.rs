//! Objects in a bucket. An object is complete or absent: the service sees to that. Refuses keys that a directory would refuse, and links
//! that would live longer than the protocol allows.

use std::{
    io::{Seek, Write},
    path::PathBuf,
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation,
        ResponseChecksumValidation, retry::RetryConfig, timeout::TimeoutConfig,
    },
    presigning::PresigningConfig,
    primitives::ByteStream,
    types::ServerSideEncryption,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Builder as HttpBuilder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use bytes::Bytes;
use commands::ports::{BlobStore, FileContent, PortError, PortErrorKind};
use secrecy::ExposeSecret;

use super::{S3Config, error};
use crate::blobs::plain;

/// Longest life of a link: the protocol's own limit.
pub const LINK_MAX: Duration = Duration::from_hours(168);
/// Times that a request is tried.
const TRIES: u32 = 3;
/// Longest wait for a connection.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// Longest time for one try of a request.
const TRY_TIME_OUT: Duration = Duration::from_mins(2);
/// Longest time for a request with all its tries; a list of half a gigabyte is the largest.
const REQUEST_TIME_OUT: Duration = Duration::from_mins(10);

/// A bucket as a store of files.
#[derive(Debug, Clone)]
pub struct S3Blobs {
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) prefix: String,
    encryption: Option<ServerSideEncryption>,
}

impl S3Blobs {
    /// Prepares; calls nothing.
    pub fn new(config: &S3Config) -> Self {
        let secret = config.secret_key.expose_secret();
        let credentials = Credentials::new(&config.access_key, secret, None, None, "voicedrop");
        let time_outs = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIME_OUT)
            .operation_attempt_timeout(TRY_TIME_OUT)
            .operation_timeout(REQUEST_TIME_OUT);
        let mut builder = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials)
            .force_path_style(config.path_style)
            .http_client(
                HttpBuilder::new()
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .build_https(),
            )
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .timeout_config(time_outs.build())
            // Many services refuse the checksums that the SDK sends and wants since 2025; what we store we check ourselves.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if !config.endpoint.is_empty() {
            builder = builder.endpoint_url(&config.endpoint);
        }
        Self {
            client: Client::from_conf(builder.build()),
            bucket: config.bucket.clone(),
            prefix: config.prefix.clone(),
            encryption: config
                .server_side_encryption
                .then_some(ServerSideEncryption::Aes256),
        }
    }

    fn key(&self, key: &str) -> Result<String, PortError> {
        plain(key).map(|key| format!("{}{key}", self.prefix))
    }

    /// Whether objects can be written, read and deleted.
    pub async fn check(&self) -> Result<(), PortError> {
        let key = "voicedrop-check";
        self.put(key, Bytes::from_static(b"check")).await?;
        let read = self.get(key).await?;
        self.delete(key).await?;
        if read.as_deref() == Some(b"check") {
            Ok(())
        } else {
            let what = "the bucket: what was written did not come back";
            Err(PortError::new(PortErrorKind::Unauthorised, what))
        }
    }

    async fn write(&self, key: &str, content: ByteStream) -> Result<(), PortError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(key)?)
            .set_server_side_encryption(self.encryption.clone())
            .set_content_type(media_type(key).map(str::to_owned))
            .body(content)
            .send()
            .await
            .map(drop)
            .map_err(|e| error::failed("writing", &e))
    }

    /// The object as it comes in; nothing when there is none.
    async fn read(&self, key: &str) -> Result<Option<ByteStream>, PortError> {
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(key)?);
        match request.send().await {
            Ok(object) => Ok(Some(object.body)),
            Err(e) if error::is_absent(&e) => Ok(None),
            Err(e) => Err(error::failed("reading", &e)),
        }
    }
}

/// What a player must be told of a file.
fn media_type(key: &str) -> Option<&'static str> {
    match key.rsplit_once('.')?.1 {
        "mp3" => Some("audio/mpeg"),
        "wav" => Some("audio/wav"),
        _ => None,
    }
}

fn broken_off(_: impl std::error::Error) -> PortError {
    PortError::new(PortErrorKind::Retryable, "the bucket: reading: it broke off")
}

fn on_disk(error: &std::io::Error) -> PortError {
    let kind = match error.kind() {
        std::io::ErrorKind::StorageFull => PortErrorKind::Exhausted,
        _ => PortErrorKind::Retryable,
    };
    PortError::new(kind, format!("a file from the bucket: {}", error.kind()))
}

#[async_trait]
impl BlobStore for S3Blobs {
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError> {
        // Whole and in memory: a stream would be sent with a trailer, which many services do not take.
        self.write(key, ByteStream::from(content)).await
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        let Some(body) = self.read(key).await? else {
            return Ok(None);
        };
        let content = body.collect().await.map_err(broken_off)?;
        Ok(Some(content.into_bytes()))
    }

    async fn put_file(&self, key: &str, file: PathBuf) -> Result<(), PortError> {
        let sent = match ByteStream::from_path(&file).await {
            Ok(content) => self.write(key, content).await,
            Err(_) => Err(PortError::new(
                PortErrorKind::Retryable,
                "the bucket: writing: the file can't be read",
            )),
        };
        let removed = tokio::fs::remove_file(&file).await.map_err(|e| on_disk(&e));
        sent.and(removed)
    }

    /// Through a file of this process's, gone when it is closed: whoever reads jumps about in it.
    async fn open(&self, key: &str) -> Result<Option<Box<dyn FileContent>>, PortError> {
        let Some(mut body) = self.read(key).await? else {
            return Ok(None);
        };
        let mut file = tempfile::tempfile().map_err(|e| on_disk(&e))?;
        while let Some(part) = body.next().await {
            let part = part.map_err(broken_off)?;
            // A part is a few kilobytes; the page cache takes it at once.
            file.write_all(&part).map_err(|e| on_disk(&e))?;
        }
        file.rewind().map_err(|e| on_disk(&e))?;
        Ok(Some(Box::new(file)))
    }

    async fn link(&self, key: &str, lifetime: Duration) -> Result<Option<String>, PortError> {
        if lifetime.is_zero() || lifetime > LINK_MAX {
            let what = "a link to an object lives at least a second and at most seven days";
            return Err(PortError::new(PortErrorKind::Permanent, what));
        }
        let invalid = |_| PortError::new(PortErrorKind::Permanent, "a link of this lifetime can't be made");
        let signing = PresigningConfig::expires_in(lifetime).map_err(invalid)?;
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(key)?);
        let signed = request.presigned(signing).await;
        let signed = signed.map_err(|e| error::failed("signing a link", &e))?;
        Ok(Some(signed.uri().to_owned()))
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(self.key(key)?)
            .send()
            .await
            .map(drop)
            .map_err(|e| error::failed("deleting", &e))
    }
}
