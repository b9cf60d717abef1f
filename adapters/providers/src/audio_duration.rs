//! Length of an audio file, measured from the file: WAV by its header, MP3 by its frames (constant or variable rate). Refuses
//! what is neither.

/// What kind of audio a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioKind {
    /// MPEG layer III.
    Mp3,
    /// RIFF WAVE.
    Wav,
}

impl AudioKind {
    /// The media type that Drop Cowboy's upload wants exactly.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::Wav => "audio/wav",
        }
    }
}

/// Kilobits a second by index, MPEG-1 layer III (ISO 11172-3).
const MPEG1_KBITS: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
/// The same for MPEG-2 and 2.5 layer III (ISO 13818-3).
const MPEG2_KBITS: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples a second by index, MPEG-1; halved for MPEG-2, quartered for 2.5.
const MPEG1_HERTZ: [u32; 3] = [44_100, 48_000, 32_000];
/// Where Fraunhofer's index begins within a frame.
const VBRI_AT: usize = 36;

/// What the file is.
pub fn audio_kind(audio: &[u8]) -> Option<AudioKind> {
    if audio.get(..4) == Some(b"RIFF") && audio.get(8..12) == Some(b"WAVE") {
        return Some(AudioKind::Wav);
    }
    // One frame's header is four bytes that occur by chance, too: another must follow where it ends, or the file end there.
    let at = first_frame(audio);
    let end = at.checked_add(frame(audio, at)?.bytes)?;
    (end == audio.len() || frame(audio, end).is_some()).then_some(AudioKind::Mp3)
}

/// How long it plays, milliseconds; nothing for what is no audio.
pub fn duration_ms(audio: &[u8]) -> Option<u64> {
    match audio_kind(audio)? {
        AudioKind::Wav => wav_ms(audio),
        AudioKind::Mp3 => Some(mp3_ms(audio)),
    }
}

fn wav_ms(audio: &[u8]) -> Option<u64> {
    let word = |at: usize| Some(u32::from_le_bytes(audio.get(at..at + 4)?.try_into().ok()?));
    let (mut at, mut rate) = (12, None);
    loop {
        let (name, size) = (audio.get(at..at + 4)?, word(at + 4)?);
        match name {
            b"fmt " => rate = Some(u64::from(word(at + 16)?)).filter(|r| *r > 0),
            b"data" => {
                // A streamed header gives a size beyond the file: then what there is counts.
                let bytes = u64::from(size).min((audio.len() - at - 8) as u64);
                return Some(bytes * 1_000 / rate?);
            }
            _ => {}
        }
        at = at
            .checked_add(8)?
            .checked_add(size as usize)?
            .checked_add(size as usize & 1)?;
    }
}

struct Frame {
    bytes: usize,
    /// Bytes of header and side information, behind which a frame of silence may hold an index.
    side: usize,
    samples: u64,
    hertz: u64,
}

/// Behind an ID3v2 tag, if there is one.
fn first_frame(audio: &[u8]) -> usize {
    match audio.get(..10) {
        Some([b'I', b'D', b'3', _, _, _, a, b, c, d]) => {
            10 + [a, b, c, d]
                .iter()
                .fold(0_usize, |n, byte| (n << 7) | usize::from(**byte & 0x7f))
        }
        _ => 0,
    }
}

fn frame(audio: &[u8], at: usize) -> Option<Frame> {
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
    Some(Frame {
        bytes: bytes as usize,
        side,
        samples,
        hertz: u64::from(hertz),
    })
}

/// Whether the first frame holds an index (Xing, Info or VBRI) instead of sound.
fn is_index(audio: &[u8], at: usize, first: &Frame) -> bool {
    let four = |at: usize| audio.get(at..at + 4);
    matches!(four(at + first.side), Some(b"Xing" | b"Info")) || four(at + VBRI_AT) == Some(b"VBRI")
}

/// By walking the frames, so that a variable rate and a file that was cut off are measured right.
fn mp3_ms(audio: &[u8]) -> u64 {
    let mut at = first_frame(audio);
    let Some(first) = frame(audio, at) else { return 0 };
    if is_index(audio, at, &first) {
        at += first.bytes;
    }
    let mut samples = 0;
    while let Some(f) = frame(audio, at).filter(|f| at + f.bytes <= audio.len()) {
        samples += f.samples;
        at += f.bytes;
    }
    samples * 1_000 / first.hertz
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
        let mut announced_longer = wav(3);
        announced_longer.truncate(44 + 16_000);
        assert_eq!(duration_ms(&announced_longer), Some(1_000));
    }

    #[test]
    fn a_header_that_occurs_by_chance_makes_no_mp3() {
        let mut file = vec![0xff, 0xfb, 0x90, 0x00];
        file.resize(2_000, 7);
        assert_eq!(audio_kind(&file), None);
    }

    #[test]
    fn what_is_no_audio_has_no_length() {
        for file in [
            b"".as_slice(),
            b"<html>",
            b"RIFF\0\0\0\0WAVE",
            &[0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(duration_ms(file), None);
        }
    }
}
