//! How far a file has been read: bytes where they pass, or the rows of a sheet whose parser does not tell its place.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use commands::ports::ReadProgress;

/// A count that is read on one thread and moved on by another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    done: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Progress {
    pub(crate) fn get(&self) -> ReadProgress {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        ReadProgress {
            done: if total == 0 { done } else { done.min(total) },
            total,
        }
    }

    /// Counts rows from here on; a sheet that does not tell its length has a last row of 0.
    pub(crate) fn total_rows(&self, last: u32) {
        let total = if last == 0 { 0 } else { u64::from(last) + 1 };
        self.total.store(total, Ordering::Relaxed);
    }

    /// The row it is at, from 1.
    pub(crate) fn at_row(&self, row: u64) {
        self.done.store(row, Ordering::Relaxed);
    }

    /// Counts what is read through the reader, of so many bytes.
    pub(crate) fn counting<R>(&self, inner: R, total: u64) -> Counted<R> {
        self.total.store(total, Ordering::Relaxed);
        Counted {
            inner,
            done: Arc::clone(&self.done),
        }
    }
}

/// A reader that counts.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
