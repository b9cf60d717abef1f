//! The samples of a WAV file: where they are and how they are written. Chunks other than `fmt ` and `data` are passed over. Refuses
//! compressed samples other than A-law and µ-law, and more channels than two.

/// Sizes from here on are what writers put that can't go back to the header (a pipe): ffmpeg all ones, espeak-ng 2 GiB less 4 KiB.
const STREAMED: u32 = 0x7fff_0000;
/// Samples a second that are taken: below is no speech, above no recording.
const HERTZ: std::ops::RangeInclusive<u32> = 4_000..=192_000;
/// Bytes of a header without extras.
const HEADER: usize = 44;

/// How a sample is written, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Coding {
    const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// A WAV file that can be decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wav<'a> {
    pub(super) coding: Coding,
    pub(super) hertz: u32,
    pub(super) mono: bool,
    /// The samples that are there, whole frames only.
    pub(super) samples: &'a [u8],
    /// Whether the header announced more.
    pub(super) cut_off: bool,
}

impl<'a> Wav<'a> {
    /// Nothing for what is no WAV or none that can be decoded.
    pub(super) fn of(audio: &'a [u8]) -> Option<Self> {
        let Chunks { format, data, size } = chunks(audio)?;
        let half = |at: usize| Some(u16::from_le_bytes(format.get(at..at + 2)?.try_into().ok()?));
        let hertz = word(format, 4).filter(|hertz| HERTZ.contains(hertz))?;
        let mono = match half(2)? {
            1 => true,
            2 => false,
            _ => return None,
        };
        // An extensible format has its true tag at the front of an identifier.
        let tag = match half(0)? {
            0xfffe => half(24)?,
            tag => tag,
        };
        let coding = match (tag, half(14)?) {
            (1, 8) => Coding::U8,
            (1, 16) => Coding::S16,
            (1, 24) => Coding::S24,
            (1, 32) => Coding::S32,
            (3, 32) => Coding::F32,
            (3, 64) => Coding::F64,
            (6, 8) => Coding::ALaw,
            (7, 8) => Coding::MuLaw,
            _ => return None,
        };
        let mut wav = Self {
            coding,
            hertz,
            mono,
            samples: data,
            cut_off: false,
        };
        // Less than a frame that is missing is a writer that counted wrong.
        let missing = (size as usize).saturating_sub(data.len());
        wav.cut_off = size < STREAMED && missing >= wav.frame_bytes();
        let whole = data.len() / wav.frame_bytes() * wav.frame_bytes();
        wav.samples = data.get(..whole)?;
        Some(wav)
    }

    /// Bytes of one sample of every channel.
    pub(super) const fn frame_bytes(&self) -> usize {
        self.coding.bytes() * if self.mono { 1 } else { 2 }
    }
}

pub(super) fn is_wav(audio: &[u8]) -> bool {
    audio.get(..4) == Some(b"RIFF") && audio.get(8..12) == Some(b"WAVE")
}

/// By the header alone, so that codings count that are not decoded here.
pub(super) fn duration_ms(audio: &[u8]) -> Option<u64> {
    let Chunks { format, data, .. } = chunks(audio)?;
    let bytes_a_second = word(format, 8).filter(|rate| *rate > 0)?;
    Some(data.len() as u64 * 1_000 / u64::from(bytes_a_second))
}

/// The same sound with true sizes in a plain header: a pipe leaves none. Only 16-bit mono is written.
pub(crate) fn mended(audio: &[u8]) -> Option<Vec<u8>> {
    let wav = Wav::of(audio).filter(|wav| wav.mono && wav.coding == Coding::S16)?;
    let bytes = u32::try_from(wav.samples.len()).ok()?;
    let mut file = Vec::with_capacity(HEADER + wav.samples.len());
    file.extend(b"RIFF");
    file.extend(bytes.checked_add(HEADER as u32 - 8)?.to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(wav.hertz.to_le_bytes());
    file.extend((wav.hertz * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(wav.samples);
    Some(file)
}

struct Chunks<'a> {
    format: &'a [u8],
    /// What there is of it.
    data: &'a [u8],
    /// What the header says of it.
    size: u32,
}

/// The first `fmt ` and the `data` behind it.
fn chunks(audio: &[u8]) -> Option<Chunks<'_>> {
    if !is_wav(audio) {
        return None;
    }
    let (mut at, mut format) = (12_usize, None);
    loop {
        let (name, size) = (audio.get(at..at.checked_add(4)?)?, word(audio, at + 4)?);
        let body = audio.get(at.checked_add(8)?..)?;
        let body = body.get(..size as usize).unwrap_or(body);
        match name {
            b"fmt " => format = format.or(Some(body)),
            b"data" => {
                return Some(Chunks {
                    format: format?,
                    data: body,
                    size,
                });
            }
            _ => {}
        }
        at = at
            .checked_add(8)?
            .checked_add(size as usize)?
            .checked_add(size as usize & 1)?;
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(seconds: u32) -> Vec<u8> {
        let bytes = 16_000 * seconds;
        let mut file = b"RIFF".to_vec();
        file.extend((36 + bytes).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend([1, 0, 1, 0]);
        file.extend(8_000_u32.to_le_bytes());
        file.extend(16_000_u32.to_le_bytes());
        file.extend([2, 0, 16, 0]);
        file.extend(b"data");
        file.extend(bytes.to_le_bytes());
        file.resize(file.len() + bytes as usize, 0);
        file
    }

    #[test]
    fn a_wav_file_is_as_long_as_its_header_says() {
        assert_eq!(duration_ms(&wav(3)), Some(3_000));
    }

    #[test]
    fn what_was_cut_off_does_not_count() {
        let mut announced_longer = wav(3);
        announced_longer.truncate(44 + 16_000);
        assert_eq!(duration_ms(&announced_longer), Some(1_000));
        assert!(Wav::of(&announced_longer).unwrap().cut_off);
    }

    #[test]
    fn what_is_no_audio_has_no_length() {
        for file in [
            b"".as_slice(),
            b"<html>",
            b"RIFF\0\0\0\0WAVE",
            &[0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(super::super::duration_ms(file), None);
        }
    }

    #[test]
    fn the_header_that_a_pipe_leaves_is_mended() {
        let whole = wav(1);
        for size in [u32::MAX, 0x7fff_f000] {
            let mut streamed = whole.clone();
            streamed[4..8].copy_from_slice(&size.to_le_bytes());
            streamed[40..44].copy_from_slice(&size.to_le_bytes());
            assert!(!Wav::of(&streamed).unwrap().cut_off);
            assert_eq!(mended(&streamed).unwrap(), whole);
        }
        assert_eq!(mended(b"RIFF\0\0\0\0WAVE"), None);
    }

    #[test]
    fn of_a_frame_that_is_not_whole_nothing_is_taken() {
        let mut odd = wav(1);
        odd.truncate(44 + 15_999);
        let wav = Wav::of(&odd).unwrap();
        assert_eq!((wav.samples.len(), wav.cut_off), (15_998, false));
    }

    #[test]
    fn a_coding_or_a_number_of_channels_that_is_not_decoded_is_refused() {
        for (at, value) in [(20, 2_u8), (20, 0x55), (22, 0), (22, 6), (24, 0), (34, 12)] {
            let mut odd = wav(1);
            odd[at] = value;
            odd[at + 1] = 0;
            assert!(Wav::of(&odd).is_none(), "{at}: {value}");
        }
    }
}
