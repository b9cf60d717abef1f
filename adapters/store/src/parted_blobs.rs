//! Two stores as one: audio, which players and the carrier fetch by links, apart from everything else, which is sealed.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use commands::ports::{BlobStore, FileContent, PortError};

/// What the keys of audio begin with.
pub const AUDIO: &str = "voicemails/";

/// Audio here, the rest there.
#[derive(Debug, Clone)]
pub struct PartedBlobs {
    /// Audio.
    pub audio: Arc<dyn BlobStore>,
    /// Everything else.
    pub rest: Arc<dyn BlobStore>,
}

impl PartedBlobs {
    fn of(&self, key: &str) -> &dyn BlobStore {
        if key.starts_with(AUDIO) {
            self.audio.as_ref()
        } else {
            self.rest.as_ref()
        }
    }
}

#[async_trait]
impl BlobStore for PartedBlobs {
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError> {
        self.of(key).put(key, content).await
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        self.of(key).get(key).await
    }

    async fn put_file(&self, key: &str, file: PathBuf) -> Result<(), PortError> {
        self.of(key).put_file(key, file).await
    }

    async fn open(&self, key: &str) -> Result<Option<Box<dyn FileContent>>, PortError> {
        self.of(key).open(key).await
    }

    async fn link(&self, key: &str, lifetime: Duration) -> Result<Option<String>, PortError> {
        self.of(key).link(key, lifetime).await
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.of(key).delete(key).await
    }
}
