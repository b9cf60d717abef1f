//! Bounds what a parser may read for one record, where the parser itself has no such bound.

use std::io::{self, Read};

/// Lets so many bytes through and no more until it is filled up.
#[derive(Debug)]
pub(crate) struct Budget<R> {
    inner: R,
    left: usize,
    spent: bool,
    /// A quotation mark was seen since the last refill, or in the piece before it, which may hold this record's start.
    quotes: bool,
    last_quotes: bool,
}

impl<R> Budget<R> {
    /// Of nothing yet.
    pub(crate) const fn new(inner: R) -> Self {
        Self {
            inner,
            left: 0,
            spent: false,
            quotes: false,
            last_quotes: false,
        }
    }

    /// Whether more was asked for than there was.
    pub(crate) const fn is_spent(&self) -> bool {
        self.spent
    }

    /// Whether a quotation mark may stand in what was read since the last refill.
    pub(crate) const fn has_quotes(&self) -> bool {
        self.quotes
    }

    pub(crate) const fn refill(&mut self, bytes: usize) {
        self.left = bytes;
        self.quotes = self.last_quotes;
    }
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.spent = true;
            return Err(io::Error::other("record too long"));
        }
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count);
        self.last_quotes = buffer[..count].contains(&b'"');
        self.quotes |= self.last_quotes;
        Ok(count)
    }
}
