//! Files and audio, encrypted before they reach whatever store lies beneath: lists hold people's names and numbers, audio speaks
//! them. A file is sealed in frames, so that it can be written and read piece by piece, from any place. Refuses to read a frame that
//! was changed, moved to another place or file, or cut off.
//!
//! Form: the mark, then frames of 64 KiB of content (the last may be shorter, an empty file has an empty one), each as nonce,
//! ciphertext and tag, bound to the file's key, the frame's number and whether it is the last. A file without the mark was stored
//! before files were sealed, and is read as it is.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use commands::ports::{BlobStore, FileContent, PortError, PortErrorKind};

use crate::key_ring::{BlobKey, MasterKey};

/// What a sealed file begins with.
const MARK: &[u8; 8] = b"VDSEAL1\n";
/// Content of a frame, bytes.
const FRAME_BYTES: usize = 64 << 10;
/// What sealing adds to a frame, bytes: nonce and tag.
const FRAME_EXTRA: usize = 28;

/// Any blob store, with everything in it sealed.
#[derive(Debug, Clone)]
pub struct SealedBlobs {
    inner: Arc<dyn BlobStore>,
    key: Arc<BlobKey>,
}

impl SealedBlobs {
    /// Seals what goes into the store under a key that follows from the master key.
    pub fn new(inner: Arc<dyn BlobStore>, master: &MasterKey) -> Self {
        Self {
            inner,
            key: Arc::new(master.blob_key()),
        }
    }
}

/// What a frame is bound to.
fn associated(name: &str, frame: u64, last: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len() + 9);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&frame.to_be_bytes());
    bytes.push(u8::from(last));
    bytes
}

fn damaged() -> io::Error {
    let what = "a stored file does not open: it was changed, or sealed under another master key";
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn seal(key: &BlobKey, name: &str, mut clear: impl Read, mut sealed: impl Write) -> io::Result<()> {
    sealed.write_all(MARK)?;
    let mut frame = next_frame(&mut clear)?;
    for number in 0.. {
        let following = next_frame(&mut clear)?;
        let last = following.is_empty();
        sealed.write_all(
            &key.seal(&associated(name, number, last), &frame)
                .map_err(|_| damaged())?,
        )?;
        if last {
            break;
        }
        frame = following;
    }
    sealed.flush()
}

/// The content of the next frame; less than a whole one at the end.
fn next_frame(clear: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(FRAME_BYTES);
    clear.by_ref().take(FRAME_BYTES as u64).read_to_end(&mut frame)?;
    Ok(frame)
}

/// A sealed file, opened.
struct Opened {
    sealed: Box<dyn FileContent>,
    key: Arc<BlobKey>,
    name: String,
    /// Frames in it, at least one.
    frames: u64,
    /// Length of the content.
    length: u64,
    /// Where the next read begins.
    place: u64,
    /// The frame that was read last.
    frame: Option<(u64, Vec<u8>)>,
}

/// Opens a file, sealed or from before.
fn open(
    mut sealed: Box<dyn FileContent>,
    key: Arc<BlobKey>,
    name: String,
) -> io::Result<Box<dyn FileContent>> {
    let length = sealed.seek(SeekFrom::End(0))?;
    sealed.rewind()?;
    let mut mark = Vec::with_capacity(MARK.len());
    sealed.by_ref().take(MARK.len() as u64).read_to_end(&mut mark)?;
    if mark != MARK {
        sealed.rewind()?;
        return Ok(sealed);
    }
    let body = length - MARK.len() as u64;
    let frames = body.div_ceil((FRAME_BYTES + FRAME_EXTRA) as u64);
    let length = body.checked_sub(frames * FRAME_EXTRA as u64);
    let length = length.filter(|_| frames > 0).ok_or_else(damaged)?;
    Ok(Box::new(Opened {
        sealed,
        key,
        name,
        frames,
        length,
        place: 0,
        frame: None,
    }))
}

impl Opened {
    fn load(&mut self, number: u64) -> io::Result<&[u8]> {
        if self.frame.as_ref().is_none_or(|(loaded, _)| *loaded != number) {
            let whole = (FRAME_BYTES + FRAME_EXTRA) as u64;
            self.sealed
                .seek(SeekFrom::Start(MARK.len() as u64 + number * whole))?;
            let mut frame = Vec::with_capacity(FRAME_BYTES + FRAME_EXTRA);
            self.sealed.by_ref().take(whole).read_to_end(&mut frame)?;
            let bound = associated(&self.name, number, number + 1 == self.frames);
            let clear = self.key.open(&bound, &frame).map_err(|_| damaged())?;
            self.frame = Some((number, clear));
        }
        Ok(self.frame.as_ref().map_or(&[], |(_, clear)| clear))
    }
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // An empty file's only frame is opened, too: it says that nothing was cut off.
        if self.place >= self.length.max(1) {
            return Ok(0);
        }
        let (number, from) = (self.place / FRAME_BYTES as u64, self.place % FRAME_BYTES as u64);
        let rest = self.load(number)?.get(from as usize..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(rest);
        }
        self.place += count as u64;
        Ok(count)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, PortError> {
    let failed = |kind, what: String| PortError::new(kind, format!("a stored file: {what}"));
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Err(failed(PortErrorKind::Permanent, error.to_string()))
        }
        Ok(Err(error)) => {
            let kind = match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => PortErrorKind::Exhausted,
                _ => PortErrorKind::Retryable,
            };
            Err(failed(kind, error.kind().to_string()))
        }
        Err(_) => Err(failed(PortErrorKind::Retryable, "interrupted".to_owned())),
    }
}

/// Seals a file beside itself, and removes it.
fn seal_file(key: &BlobKey, name: &str, file: &Path) -> io::Result<PathBuf> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".sealed");
    let beside = PathBuf::from(beside);
    let sealed = File::open(file).and_then(|clear| {
        let to = BufWriter::with_capacity(FRAME_BYTES, File::create(&beside)?);
        seal(key, name, clear, to)
    });
    let removed = fs::remove_file(file);
    if let Err(error) = sealed.and(removed) {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(beside)
}

#[async_trait]
impl BlobStore for SealedBlobs {
    async fn put(&self, key: &str, content: Bytes) -> Result<(), PortError> {
        let (sealing, name) = (Arc::clone(&self.key), key.to_owned());
        let sealed = blocking(move || {
            let mut sealed =
                Vec::with_capacity(content.len() + content.len() / 1_024 + FRAME_EXTRA + MARK.len());
            seal(&sealing, &name, content.as_ref(), &mut sealed)?;
            Ok(sealed)
        });
        self.inner.put(key, sealed.await?.into()).await
    }

    async fn get(&self, key: &str) -> Result<Option<Bytes>, PortError> {
        let Some(mut content) = self.open(key).await? else {
            return Ok(None);
        };
        let read = blocking(move || {
            let mut clear = Vec::new();
            content.read_to_end(&mut clear)?;
            Ok(Bytes::from(clear))
        });
        read.await.map(Some)
    }

    async fn put_file(&self, key: &str, file: PathBuf) -> Result<(), PortError> {
        let (sealing, name) = (Arc::clone(&self.key), key.to_owned());
        let sealed = blocking(move || seal_file(&sealing, &name, &file)).await?;
        self.inner.put_file(key, sealed).await
    }

    async fn open(&self, key: &str) -> Result<Option<Box<dyn FileContent>>, PortError> {
        let Some(sealed) = self.inner.open(key).await? else {
            return Ok(None);
        };
        let (opening, name) = (Arc::clone(&self.key), key.to_owned());
        blocking(move || open(sealed, opening, name)).await.map(Some)
    }

    /// What lies there is sealed, and nobody could use it.
    async fn link(&self, _key: &str, _lifetime: Duration) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.inner.delete(key).await
    }
}
