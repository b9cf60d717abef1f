//! The frames of an MP3 file, found by their headers (constant or variable rate). Tags, the index of a variable rate and whatever
//! lies between frames are passed over; free bit rates, layers I and II are refused.

/// Kilobits a second by index, MPEG-1 layer III (ISO 11172-3).
const MPEG1_KBITS: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
/// The same for MPEG-2 and 2.5 layer III (ISO 13818-3).
const MPEG2_KBITS: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples a second by index, MPEG-1; halved for MPEG-2, quartered for 2.5.
const MPEG1_HERTZ: [u32; 3] = [44_100, 48_000, 32_000];
/// Where Fraunhofer's index begins within a frame.
const VBRI_AT: usize = 36;

/// The header of one frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// Of the whole frame.
    bytes: usize,
    /// Bytes of header and side information, behind which a frame of silence may hold an index.
    side: usize,
    samples: u64,
    pub(super) hertz: u32,
    pub(super) mono: bool,
}

impl Header {
    /// Whether both belong to one recording: a file keeps its version, rate and number of channels.
    fn goes_with(&self, other: &Self) -> bool {
        (self.hertz, self.samples, self.mono) == (other.hertz, other.samples, other.mono)
    }
}

/// Whether a frame begins the file, behind a tag. One header is four bytes that occur by chance, too: another must follow where
/// the frame ends, or the file end there.
pub(super) fn is_mp3(audio: &[u8]) -> bool {
    let at = behind_tag(audio);
    let end = header(audio, at).and_then(|first| at.checked_add(first.bytes));
    end.is_some_and(|end| end == audio.len() || header(audio, end).is_some())
}

/// By walking the frames, so that a variable rate and a file that was cut off are measured right.
pub(super) fn duration_ms(audio: &[u8]) -> u64 {
    Frames::of(audio).map_or(0, |frames| {
        let (samples, hertz) = (frames.first.samples, u64::from(frames.first.hertz));
        frames.count() as u64 * samples * 1_000 / hertz
    })
}

/// The frames that hold sound, whole ones only.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    audio: &'a [u8],
    at: usize,
    pub(super) first: Header,
}

impl<'a> Frames<'a> {
    /// From the first frame of sound; nothing where no frame begins the file.
    pub(super) fn of(audio: &'a [u8]) -> Option<Self> {
        let mut at = behind_tag(audio);
        let first = header(audio, at)?;
        if is_index(audio, at, &first) {
            at += first.bytes;
        }
        Some(Self { audio, at, first })
    }

    /// Bytes that are not yet passed.
    pub(super) fn bytes_left(&self) -> usize {
        self.audio.len().saturating_sub(self.at)
    }

    /// Where the frame at this place ends, if one of this recording is there as a whole.
    fn end(&self, at: usize) -> Option<usize> {
        let found = header(self.audio, at).filter(|found| found.goes_with(&self.first))?;
        at.checked_add(found.bytes).filter(|end| *end <= self.audio.len())
    }

    /// The next place where a frame begins that is followed by another or by the end. Looks at every byte once.
    fn found_again(&self) -> Option<usize> {
        let from = self.at.checked_add(1)?;
        (from..self.audio.len()).find(|at| {
            self.audio.get(*at) == Some(&0xff)
                && self
                    .end(*at)
                    .is_some_and(|end| end == self.audio.len() || self.end(end).is_some())
        })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.end(self.at).is_none() {
            self.at = self.found_again().unwrap_or(self.audio.len());
        }
        let end = self.end(self.at)?;
        let frame = self.audio.get(self.at..end);
        self.at = end;
        frame
    }
}

/// Behind an ID3v2 tag, if there is one.
fn behind_tag(audio: &[u8]) -> usize {
    match audio.get(..10) {
        Some([b'I', b'D', b'3', _, _, _, a, b, c, d]) => {
            10 + [a, b, c, d]
                .iter()
                .fold(0_usize, |n, byte| (n << 7) | usize::from(**byte & 0x7f))
        }
        _ => 0,
    }
}

fn header(audio: &[u8], at: usize) -> Option<Header> {
    let header: [u8; 4] = audio.get(at..at.checked_add(4)?)?.try_into().ok()?;
    let layer_three = header[1] & 0x06 == 0x02;
    if header[0] != 0xff || header[1] & 0xe0 != 0xe0 || !layer_three {
        return None;
    }
    let version = (header[1] >> 3) & 3;
    let (kbits, divisor, samples) = match version {
        3 => (&MPEG1_KBITS, 1, 1_152_u64),
        2 => (&MPEG2_KBITS, 2, 576),
        0 => (&MPEG2_KBITS, 4, 576),
        _ => return None,
    };
    let bits = *kbits.get(usize::from(header[2] >> 4)).filter(|b| **b > 0)? * 1_000;
    let hertz = MPEG1_HERTZ.get(usize::from((header[2] >> 2) & 3))? / divisor;
    let padding = u64::from((header[2] >> 1) & 1);
    let bytes = samples / 8 * u64::from(bits) / u64::from(hertz) + padding;
    let mono = header[3] >> 6 == 3;
    let side = match (version, mono) {
        (3, false) => 36,
        (3, true) | (_, false) => 21,
        (_, true) => 13,
    };
    Some(Header {
        bytes: bytes as usize,
        side,
        samples,
        hertz,
        mono,
    })
}

/// Whether the first frame holds an index (Xing, Info or VBRI) instead of sound.
fn is_index(audio: &[u8], at: usize, first: &Header) -> bool {
    let four = |at: usize| audio.get(at..at + 4);
    matches!(four(at + first.side), Some(b"Xing" | b"Info")) || four(at + VBRI_AT) == Some(b"VBRI")
}

#[cfg(test)]
mod tests {
    use super::super::{AudioKind, audio_kind, duration_ms};

    /// A frame at 44.1 kHz stereo: 1,152 samples, 26 ms.
    fn frame_of(bitrate_index: u8, bytes: usize) -> Vec<u8> {
        let mut one = vec![0xff, 0xfb, bitrate_index << 4, 0];
        one.resize(bytes, 0);
        one
    }

    fn at_128_kbits() -> Vec<u8> {
        frame_of(9, 417)
    }

    #[test]
    fn an_mp3_file_is_as_long_as_its_frames_behind_the_tag() {
        let mut file = b"ID3\x04\0\0\0\0\0\x05tag..".to_vec();
        file.extend(at_128_kbits().repeat(100));
        assert_eq!(audio_kind(&file), Some(AudioKind::Mp3));
        assert_eq!(duration_ms(&file), Some(2_612));
    }

    #[test]
    fn a_variable_rate_makes_no_difference_and_the_index_is_no_sound() {
        for (name, at) in [(b"Xing", 36), (b"Info", 36), (b"VBRI", 36)] {
            let mut file = at_128_kbits();
            file[at..at + 4].copy_from_slice(name);
            for _ in 0..50 {
                file.extend(at_128_kbits());
                file.extend(frame_of(5, 208));
            }
            assert_eq!(duration_ms(&file), Some(2_612));
        }
    }

    #[test]
    fn what_was_cut_off_does_not_count() {
        let whole = at_128_kbits().repeat(100);
        assert_eq!(duration_ms(&whole[..whole.len() - 1]), Some(2_586));
    }

    #[test]
    fn what_lies_between_two_recordings_in_one_file_is_passed_over() {
        let mut file = at_128_kbits().repeat(50);
        file.extend(b"ID3\x04\0\0\0\0\0\x05tag..");
        file.extend(at_128_kbits().repeat(50));
        file.extend([b'T'; 128]);
        assert_eq!(duration_ms(&file), Some(2_612));
    }

    #[test]
    fn a_header_that_occurs_by_chance_makes_no_mp3() {
        let mut file = vec![0xff, 0xfb, 0x90, 0x00];
        file.resize(2_000, 7);
        assert_eq!(audio_kind(&file), None);
    }
}
