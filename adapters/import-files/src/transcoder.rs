//! UTF-16 to UTF-8 while it is read; the other encodings pass as they are.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use crate::detect::Encoding;

/// The bytes of a text, in UTF-8 when they were UTF-16.
pub(crate) fn text_of<R: Read + Send + 'static>(input: R, encoding: Encoding) -> Box<dyn Read + Send> {
    match encoding.utf16() {
        Some(utf16) => Box::new(Transcoder::new(input, utf16.new_decoder_without_bom_handling())),
        None => Box::new(input),
    }
}

/// UTF-16 to UTF-8, a buffer at a time.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    filled: usize,
    output: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    const INPUT_BYTES: usize = 32 << 10;

    fn new(inner: R, decoder: Decoder) -> Self {
        Self {
            inner,
            decoder,
            input: vec![0; Self::INPUT_BYTES],
            filled: 0,
            output: Vec::new(),
            taken: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.filled = self.inner.read(&mut self.input)?;
        self.ended = self.filled == 0;
        // Three bytes of UTF-8 for two of UTF-16 at most, and the rest of a pair kept by the decoder.
        self.output.resize(self.filled * 2 + 16, 0);
        self.taken = 0;
        let (result, _, written, _) =
            self.decoder
                .decode_to_utf8(&self.input[..self.filled], &mut self.output, self.ended);
        self.output.truncate(written);
        match result {
            CoderResult::InputEmpty => Ok(()),
            CoderResult::OutputFull => Err(io::Error::other("text could not be converted")),
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.output.len() && !self.ended {
            self.refill()?;
        }
        let rest = &self.output[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}
