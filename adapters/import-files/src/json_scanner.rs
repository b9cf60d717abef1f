//! Goes through JSON byte by byte without holding it: passes over values, copies the one that is wanted, and reads the
//! names between. Refuses what is longer or deeper than any contact list.

use std::io::{self, BufRead, BufReader, Read};

use crate::limits::{JSON_DEPTH_MAX, JSON_KEY_BYTES_MAX, RECORD_BYTES_MAX};

/// Why it can't go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The text ended inside a value.
    Ended,
    /// No JSON.
    Broken,
    /// A value over the limit.
    TooLong,
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A place in JSON.
pub(crate) struct Scanner<R> {
    input: BufReader<R>,
}

impl<R: Read> Scanner<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
        }
    }

    /// The next byte that is no white space, still to be read; nothing at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            // The record separator of JSON text sequences (RFC 7464) is white space here.
            let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x1e;
            let start = chunk.iter().position(|byte| !blank(byte));
            let found = start.map(|at| chunk[at]);
            let used = start.unwrap_or(chunk.len());
            self.input.consume(used);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// As [`Self::peek`], where the text must not end.
    pub(crate) fn expect(&mut self) -> Result<u8, Stop> {
        self.peek()?.ok_or(Stop::Ended)
    }

    /// Passes the byte that was peeked at.
    pub(crate) fn pass(&mut self) {
        self.input.consume(1);
    }

    /// A name and the colon behind it.
    pub(crate) fn key(&mut self) -> Result<String, Stop> {
        let mut bytes = Vec::new();
        self.value(Some((&mut bytes, JSON_KEY_BYTES_MAX)))?;
        if self.expect()? != b':' {
            return Err(Stop::Broken);
        }
        self.pass();
        match serde_json::from_slice(&bytes) {
            Ok(key) => Ok(key),
            Err(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Copies a value of one record.
    pub(crate) fn record(&mut self, out: &mut Vec<u8>) -> Result<(), Stop> {
        out.clear();
        self.value(Some((out, RECORD_BYTES_MAX)))
    }

    /// Passes over a value.
    pub(crate) fn skip(&mut self) -> Result<(), Stop> {
        self.value(None)
    }

    fn value(&mut self, mut out: Option<(&mut Vec<u8>, usize)>) -> Result<(), Stop> {
        let first = self.expect()?;
        if matches!(first, b',' | b':' | b']' | b'}') {
            return Err(Stop::Broken);
        }
        let mut walk = Walk::new(first);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                // A bare number or word may end with the text.
                return if walk.bare { Ok(()) } else { Err(Stop::Ended) };
            }
            let (used, done) = walk.over(chunk)?;
            if let Some((out, most)) = &mut out {
                if out.len() + used > *most {
                    return Err(Stop::TooLong);
                }
                out.extend_from_slice(&chunk[..used]);
            }
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// Where in a value it is.
struct Walk {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// A number or a word, which ends where something else begins.
    bare: bool,
}

impl Walk {
    const fn new(first: u8) -> Self {
        Self {
            depth: 0,
            in_string: false,
            escaped: false,
            bare: !matches!(first, b'{' | b'[' | b'"'),
        }
    }

    /// How many bytes of the chunk belong to the value, and whether it ends with them.
    fn over(&mut self, chunk: &[u8]) -> Result<(usize, bool), Stop> {
        for (at, byte) in chunk.iter().enumerate() {
            if self.bare {
                if byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}') {
                    return Ok((at, true));
                }
                if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')) {
                    return Err(Stop::Broken);
                }
                continue;
            }
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Ok((at + 1, true));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > JSON_DEPTH_MAX {
                        return Err(Stop::Broken);
                    }
                }
                b'}' | b']' => {
                    self.depth = self.depth.checked_sub(1).ok_or(Stop::Broken)?;
                    if self.depth == 0 {
                        return Ok((at + 1, true));
                    }
                }
                _ => {}
            }
        }
        Ok((chunk.len(), false))
    }
}
