//! Files and audio in a local directory. A file is complete or absent: it is written beside its place, made durable, and
//! moved there. Refuses keys that would lead outside of the directory.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use commands::ports::{BlobStore, FileContent, PortError, PortErrorKind};

/// Longest key, bytes.
const KEY_BYTES_MAX: usize = 512;

/// Where unfinished files lie; no key can begin so, because parts of a key don't begin with a dot.
const UNFINISHED: &str = ".unfinished";

/// Age from which an unfinished file is nobody's any more.
const UNFINISHED_AGE_MAX: Duration = Duration::from_hours(24);

/// Objects as files below one directory.
#[derive(Debug, Clone)]
pub struct LocalBlobs {
    directory: PathBuf,
    next: Arc<AtomicU64>,
}

impl LocalBlobs {
    /// Makes the directory if there is none, and removes what processes that ended long ago left unfinished. Several
    /// processes may have it open.
    pub fn open(directory: &Path) -> Result<Self, PortError> {
        let unfinished = directory.join(UNFINISHED);
        fs::create_dir_all(&unfinished).map_err(|e| refused("making the directory", &e))?;
        clear_old(&unfinished).map_err(|e| refused("clearing unfinished files", &e))?;
        Ok(Self {
            directory: directory.to_owned(),
            next: Arc::default(),
        })
    }

    fn path(&self, key: &str) -> Result<PathBuf, PortError> {
        plain(key).map(|key| self.directory.join(key))
    }

    fn unfinished(&self) -> PathBuf {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Another process may be writing, too.
        self.directory
            .join(UNFINISHED)
            .join(format!("{}-{number}", std::process::id()))
    }
}

/// The key, if it is one and leads nowhere else.
pub(crate) fn plain(key: &str) -> Result<&str, PortError> {
    let plain = !key.is_empty()
        && key.len() <= KEY_BYTES_MAX
        && key.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        });
    if plain {
        Ok(key)
    } else {
        Err(PortError::new(
            PortErrorKind::Permanent,
            "not a key of the blob store: relative paths of letters, digits, -, _ and . only",
        ))
    }
}

/// Nobody writes one file for a day.
fn clear_old(unfinished: &Path) -> io::Result<()> {
    for entry in fs::read_dir(unfinished)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > UNFINISHED_AGE_MAX {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn refused(what: &str, error: &io::Error) -> PortError {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => PortErrorKind::Exhausted,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => PortErrorKind::Unauthorised,
        _ => PortErrorKind::Retryable,
    };
    PortError::new(kind, format!("the blob directory: {what}: {}", error.kind()))
}

fn write(unfinished: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let mut file = File::create(unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(unfinished, path)?;
    // The move itself is durable only when the directory is.
    File::open(directory)?.sync_all()
}

/// Moves a file to its place; one on another file system is copied first, because a move across is not atomic.
fn move_in(from: &Path, unfinished: &Path, path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    if fs::rename(from, unfinished).is_err() {
        fs::copy(from, unfinished)?;
        fs::remove_file(from)?;
    }
    File::open(unfinished)?.sync_all()?;
    fs::rename(unfinished, path)?;
    File::open(directory)?.sync_all()
}

async fn off_the_async_threads<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, PortError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|e| refused(what, &e)),
        Err(_) => Err(PortError::new(
            PortErrorKind::Retryable,
            format!("the blob directory: {what} was interrupted"),
        )),
    }
}

#[async_trait]
impl BlobStore for LocalBlobs {
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError> {
        let (path, unfinished) = (self.path(key)?, self.unfinished());
        off_the_async_threads("writing a file", move || {
            write(&unfinished, &path, &content).inspect_err(|_| {
                let _ = fs::remove_file(&unfinished);
            })
        })
        .await
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        let path = self.path(key)?;
        off_the_async_threads("reading a file", move || match fs::read(&path) {
            Ok(content) => Ok(Some(Bytes::from(content))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn put_file(&self, key: &str, file: PathBuf) -> Result<(), PortError> {
        let (path, unfinished) = (self.path(key)?, self.unfinished());
        off_the_async_threads("moving a file in", move || {
            move_in(&file, &unfinished, &path).inspect_err(|_| {
                let _ = fs::remove_file(&unfinished);
                let _ = fs::remove_file(&file);
            })
        })
        .await
    }

    async fn open(&self, key: &str) -> Result<Option<Box<dyn FileContent>>, PortError> {
        let path = self.path(key)?;
        off_the_async_threads("opening a file", move || match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file) as Box<dyn FileContent>)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// A directory has no addresses.
    async fn link(&self, key: &str, _lifetime: Duration) -> Result<Option<String>, PortError> {
        self.path(key).map(|_| None)
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        let path = self.path(key)?;
        off_the_async_threads("removing a file", move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }
}
