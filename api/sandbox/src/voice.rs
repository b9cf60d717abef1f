//! The sound of speech: as a small WAV, real words by `espeak-ng` when it is there, else a soft tone as long as the words would take; or
//! a tone as MP3. No words as MP3: an encoder would cost more than it proves, and clients go by the content type.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
};

use crate::config::VoiceEngine;

/// Samples a second of the tone.
const TONE_RATE: u32 = 8_000;
/// Bytes a sample, mono.
const SAMPLE_BYTES: usize = 2;
/// Words a minute of the tone.
const WORDS_PER_MINUTE: u64 = 150;
/// Longest audio; longer texts are cut off.
const MAX_SECONDS: u64 = 120;
/// The tone repeats after this many samples (one second), which makes a longer one a matter of copying.
const LOOP_SAMPLES: usize = TONE_RATE as usize;
/// `espeak-ng` processes at once: it is quick, and the host has other work.
const ESPEAK_AT_ONCE: usize = 2;
/// Longest run of `espeak-ng`.
const ESPEAK_TIME: Duration = Duration::from_secs(20);
/// Largest output of `espeak-ng`: 120 s at 22 050 samples of 16 bits, and some.
const MAX_ESPEAK_BYTES: u64 = 8 * 1024 * 1024;
/// Two seconds of a tone in frames of the same size, of which the first needs none before it: it can be repeated, and cut after any.
const MP3_TONE: &[u8] = include_bytes!("../assets/tone.mp3");
/// Bytes of each of its frames (MPEG-1 layer III, 48 kbit/s, 32 kHz).
const MP3_FRAME_BYTES: usize = 216;
/// How long each of them sounds.
const MP3_FRAME_MS: u64 = 36;
/// Bytes of a plain WAV header.
const WAV_HEADER: usize = 44;

#[derive(Debug)]
pub(crate) struct Voice {
    espeak: Option<PathBuf>,
    mp3: bool,
    places: Semaphore,
    tone: Bytes,
}

impl Voice {
    pub(crate) fn new(engine: &VoiceEngine) -> Self {
        let espeak = match engine {
            VoiceEngine::Auto => on_path("espeak-ng"),
            VoiceEngine::Tone | VoiceEngine::Mp3 => None,
            VoiceEngine::Espeak(program) => Some(program.clone()),
        };
        Self {
            espeak,
            mp3: *engine == VoiceEngine::Mp3,
            places: Semaphore::new(ESPEAK_AT_ONCE),
            tone: tone_loop(),
        }
    }

    /// What speaks, for people.
    pub(crate) const fn name(&self) -> &'static str {
        if self.espeak.is_some() {
            "espeak-ng"
        } else {
            "tone"
        }
    }

    /// What kind of file it makes.
    pub(crate) const fn content_type(&self) -> &'static str {
        if self.mp3 { "audio/mpeg" } else { "audio/wav" }
    }

    /// Speaks the text. When `espeak-ng` fails, the tone stands in.
    pub(crate) async fn speak(&self, text: &str) -> Bytes {
        if self.mp3 {
            return mp3(text);
        }
        if let Some(program) = &self.espeak {
            match self.espeak(program, text).await {
                Ok(audio) => return audio,
                Err(error) => tracing::warn!(%error, "espeak-ng gave no speech; a tone stands in"),
            }
        }
        self.hum(text)
    }

    fn hum(&self, text: &str) -> Bytes {
        let length = (millis_of(text) * u64::from(TONE_RATE) / 1000) as usize * SAMPLE_BYTES;
        // Different texts start at different places of the loop: their files differ, as real ones would.
        let digest = Sha256::digest(text.as_bytes());
        let start = digest
            .iter()
            .take(4)
            .fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte))
            % LOOP_SAMPLES;
        let mut file = Vec::with_capacity(WAV_HEADER + length);
        file.extend_from_slice(&wav_header(TONE_RATE, length as u32));
        let mut rest = length;
        let mut from = start * SAMPLE_BYTES;
        while rest > 0 {
            let run = rest.min(self.tone.len() - from);
            file.extend_from_slice(&self.tone[from..from + run]);
            rest -= run;
            from = 0;
        }
        file.into()
    }

    async fn espeak(&self, program: &PathBuf, text: &str) -> std::io::Result<Bytes> {
        let _place = self.places.acquire().await.map_err(std::io::Error::other)?;
        let mut child = Command::new(program)
            .args(["--stdin", "--stdout", "-s", "160", "-v", "en-us"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let talk = async {
            let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
                return Err(std::io::Error::other("no pipes"));
            };
            let mut output = Vec::new();
            let mut stdout = stdout.take(MAX_ESPEAK_BYTES);
            let write = async {
                stdin.write_all(text.as_bytes()).await?;
                drop(stdin);
                Ok(())
            };
            tokio::try_join!(write, stdout.read_to_end(&mut output))?;
            child.wait().await?;
            Ok(output)
        };
        let output = tokio::time::timeout(ESPEAK_TIME, talk)
            .await
            .map_err(std::io::Error::other)??;
        halved(&output).ok_or_else(|| std::io::Error::other("the output is no 16-bit mono WAV"))
    }
}

/// How long the words would take.
fn millis_of(text: &str) -> u64 {
    let words = text.split_whitespace().count() as u64;
    (words * 60_000 / WORDS_PER_MINUTE).clamp(500, MAX_SECONDS * 1000)
}

/// The tone as MP3. Different texts have different tags: their files differ, as real ones would.
fn mp3(text: &str) -> Bytes {
    let tag = id3_tag(&hex::encode(Sha256::digest(text.as_bytes())));
    let length = millis_of(text).div_ceil(MP3_FRAME_MS) as usize * MP3_FRAME_BYTES;
    let frames = MP3_TONE.iter().copied().cycle().take(length);
    tag.into_iter().chain(frames).collect::<Vec<u8>>().into()
}

/// An ID3v2.3 tag of one frame, a text without a name. Short: each length fits in seven bits.
fn id3_tag(text: &str) -> Vec<u8> {
    const FRAME_HEADER: usize = 10;
    let content = [&[0, 0][..], text.as_bytes()].concat();
    let (frame, whole) = (content.len() as u8, (FRAME_HEADER + content.len()) as u8);
    let mut tag = b"ID3\x03\0\0\0\0\0".to_vec();
    tag.push(whole);
    tag.extend_from_slice(b"TXXX\0\0\0");
    tag.extend_from_slice(&[frame, 0, 0]);
    tag.extend(content);
    tag
}

/// Takes every pair of samples together, which halves the file; also mends the header, which a pipe leaves without lengths.
fn halved(wav: &[u8]) -> Option<Bytes> {
    let plain = wav.starts_with(b"RIFF")
        && wav.get(8..12)? == b"WAVE"
        && wav.get(22..24)? == [1, 0]
        && wav.get(34..36)? == [16, 0];
    let rate = u32::from_le_bytes(wav.get(24..28)?.try_into().ok()?);
    let data = wav.windows(4).take(256).position(|four| four == b"data")? + 8;
    if !plain || rate < 2 * 4_000 {
        return None;
    }
    let samples = wav.get(data..)?;
    let most = MAX_SECONDS as usize * rate as usize * SAMPLE_BYTES;
    let samples = samples.get(..most).unwrap_or(samples);
    let mut out = Vec::with_capacity(WAV_HEADER + samples.len() / 2);
    out.extend_from_slice(&wav_header(rate / 2, (samples.len() / 4 * 2) as u32));
    for pair in samples.chunks_exact(4) {
        let mean = i32::midpoint(
            i32::from(i16::from_le_bytes([pair[0], pair[1]])),
            i32::from(i16::from_le_bytes([pair[2], pair[3]])),
        );
        out.extend_from_slice(&(mean as i16).to_le_bytes());
    }
    (out.len() > WAV_HEADER).then(|| out.into())
}

/// One second of two soft notes that swell and fall, so that it starts and ends in silence.
fn tone_loop() -> Bytes {
    let turn = std::f64::consts::TAU / f64::from(TONE_RATE);
    let samples = (0..TONE_RATE).flat_map(|at| {
        let at = f64::from(at);
        let swell = 0.5 - 0.5 * (at * turn).cos();
        let wave = (at * turn * 220.0).sin() + 0.5 * (at * turn * 330.0).sin();
        ((wave * swell * 4_000.0) as i16).to_le_bytes()
    });
    samples.collect::<Vec<u8>>().into()
}

/// The header of a 16-bit mono PCM file.
fn wav_header(rate: u32, data_bytes: u32) -> [u8; WAV_HEADER] {
    let mut header = [0; WAV_HEADER];
    let parts: [(usize, &[u8]); 13] = [
        (0, b"RIFF"),
        (4, &(data_bytes + 36).to_le_bytes()),
        (8, b"WAVE"),
        (12, b"fmt "),
        (16, &16_u32.to_le_bytes()),
        (20, &1_u16.to_le_bytes()),
        (22, &1_u16.to_le_bytes()),
        (24, &rate.to_le_bytes()),
        (28, &(rate * 2).to_le_bytes()),
        (32, &2_u16.to_le_bytes()),
        (34, &16_u16.to_le_bytes()),
        (36, b"data"),
        (40, &data_bytes.to_le_bytes()),
    ];
    for (at, bytes) in parts {
        header[at..at + bytes.len()].copy_from_slice(bytes);
    }
    header
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tone_is_a_wav_as_long_as_the_words_would_take() {
        let voice = Voice::new(&VoiceEngine::Tone);
        let audio = voice.speak(&"word ".repeat(75)).await;
        let reader = hound::WavReader::new(std::io::Cursor::new(audio)).unwrap();
        assert_eq!(reader.duration() / reader.spec().sample_rate, 30);
    }

    #[tokio::test]
    async fn different_words_give_different_files_and_the_same_words_the_same() {
        let voice = Voice::new(&VoiceEngine::Tone);
        assert_eq!(
            voice.speak("good morning").await,
            voice.speak("good morning").await
        );
        assert_ne!(
            voice.speak("good morning").await,
            voice.speak("good evening").await
        );
    }

    #[tokio::test]
    async fn an_mp3_is_as_long_as_the_words_would_take_and_differs_by_them() {
        let voice = Voice::new(&VoiceEngine::Mp3);
        let (morning, evening) = (
            voice.speak("good morning").await,
            voice.speak("good evening").await,
        );
        assert_ne!(morning, evening);
        assert_eq!(morning.len(), evening.len());
        let audio = voice.speak(&"word ".repeat(75)).await;
        let tag = 10 + usize::from(audio[9]);
        let frames = audio[tag..].chunks(MP3_FRAME_BYTES);
        assert!(frames.clone().all(|frame| frame.starts_with(&[0xff, 0xfb])));
        assert_eq!(frames.len() as u64 * MP3_FRAME_MS / 1_000, 30);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn spoken_output_of_a_pipe_is_halved_and_gets_a_true_header() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mut wav = wav_header(22_050, 0).to_vec();
        wav.extend(std::iter::repeat_n(7_i16.to_le_bytes(), 22_050).flatten());
        std::fs::write(dir.path().join("speech.wav"), wav).unwrap();
        let program = dir.path().join("speaker");
        std::fs::write(
            &program,
            "#!/bin/sh\ncat > /dev/null\nexec cat \"$(dirname \"$0\")/speech.wav\"\n",
        )
        .unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();

        let audio = Voice::new(&VoiceEngine::Espeak(program))
            .speak("good morning")
            .await;

        let mut reader = hound::WavReader::new(std::io::Cursor::new(audio)).unwrap();
        assert_eq!((reader.spec().sample_rate, reader.duration()), (11_025, 11_025));
        assert!(reader.samples::<i16>().all(|sample| sample.unwrap() == 7));
    }

    #[tokio::test]
    async fn a_speaker_that_is_missing_is_replaced_by_the_tone() {
        let audio = Voice::new(&VoiceEngine::Espeak("/nowhere/speaker".into()))
            .speak("good morning")
            .await;
        assert!(audio.starts_with(b"RIFF"));
    }
}
