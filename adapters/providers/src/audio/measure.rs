//! How long, how loud and how silent a recording is, as it sounds and not as its header says. Refuses what nobody should be sent:
//! silence, a whisper, a long pause, an hour. Keeps sums, never the samples, so that memory does not grow with the recording.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use ebur128::{EbuR128, Mode};

use super::{
    decode::{Ear, Signal, decode},
    stretches::{Silence, Stretches},
};

/// Longest recording that is measured, seconds; voicemail boxes end earlier.
const SECONDS_MAX: u64 = 300;
/// Quietest recording, tenths of LUFS: 19 LU below what phones and podcasts aim at.
const LOUDNESS_MIN: i16 = -350;
/// A recording that never gets as loud is silence, tenths of dBFS; the same level that tells a silent window.
const PEAK_MIN: i16 = -500;
/// Longest silence before and between words, milliseconds: machines hang up, people think that nobody is there.
const SILENCE_MAX_MS: u64 = 3_000;
/// Loudness is defined from one block on, milliseconds (EBU R 128).
const LOUDNESS_FROM_MS: u64 = 400;

/// What was measured. Levels are in tenths, so that equal measures compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioMeasures {
    /// Length in milliseconds, by the decoded samples.
    pub duration_ms: u64,
    /// Integrated loudness by EBU R 128, tenths of LUFS; nothing for less than 0.4 s. A mono file counts as one channel, as
    /// meters do by default.
    pub loudness_decilufs: Option<i16>,
    /// Highest sample, tenths of dBFS; above 0 only in files of floating-point numbers.
    pub peak_decidb: i16,
    /// Silence before the first sound, milliseconds.
    pub leading_silence_ms: u64,
    /// Silence after the last sound, milliseconds.
    pub trailing_silence_ms: u64,
    /// Longest silence between sounds, milliseconds.
    pub inner_silence_ms: u64,
}

/// Why a recording can't be used. The texts are for whoever recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AudioFault {
    /// Neither MP3 nor WAV, or a WAV of more than two channels or of an unusual coding.
    #[error("this is no MP3 file and no plain WAV file in mono or stereo; save the recording as one of them")]
    NotAudio,
    /// It begins as audio, but can't be read.
    #[error("the file is damaged or was cut off; save it again")]
    Damaged,
    /// No bytes, or no sound in them.
    #[error("the recording is empty; record it again")]
    Empty,
    /// Longer than five minutes.
    #[error("the recording is longer than 5 minutes; shorten it")]
    TooLong,
    /// Nothing in it is loud enough to be heard.
    #[error("nothing can be heard in the recording; check the microphone and record it again")]
    OnlySilence,
    /// Too quiet on the whole.
    #[error("the recording is too quiet; go closer to the microphone or make it louder")]
    TooQuiet {
        /// Its loudness, tenths of LUFS; nothing where it is below what can be measured.
        loudness_decilufs: Option<i16>,
    },
    /// It begins with a long silence.
    #[error("the recording begins with {} s of silence; cut it to less than 3 s", seconds(*ms))]
    LeadingSilence {
        /// How long.
        ms: u64,
    },
    /// There is a long silence within.
    #[error("there are {} s of silence within the recording; cut them to less than 3 s", seconds(*ms))]
    InnerSilence {
        /// How long the longest is.
        ms: u64,
    },
}

/// Measures a recording. Some tenths of a second of pure calculation: in a server, where nothing else waits for the thread.
pub fn measure(audio: &Bytes) -> Result<AudioMeasures, AudioFault> {
    // The decoders are somebody else's code and the files anybody's: should one ever panic, the file is to blame.
    let measured = catch_unwind(AssertUnwindSafe(|| measured(audio)));
    measured.unwrap_or(Err(AudioFault::Damaged))
}

pub(super) fn measured(audio: &[u8]) -> Result<AudioMeasures, AudioFault> {
    let measures = decode::<Meter>(audio)?.read()?;
    refuse(&measures)?;
    Ok(measures)
}

fn refuse(measures: &AudioMeasures) -> Result<(), AudioFault> {
    let loudness_decilufs = measures.loudness_decilufs;
    let quiet = match loudness_decilufs {
        Some(loudness) => loudness < LOUDNESS_MIN,
        // Below what the measure takes for sound at all.
        None => measures.duration_ms >= LOUDNESS_FROM_MS,
    };
    if measures.peak_decidb < PEAK_MIN {
        Err(AudioFault::OnlySilence)
    } else if quiet {
        Err(AudioFault::TooQuiet { loudness_decilufs })
    } else if measures.leading_silence_ms > SILENCE_MAX_MS {
        let ms = measures.leading_silence_ms;
        Err(AudioFault::LeadingSilence { ms })
    } else if measures.inner_silence_ms > SILENCE_MAX_MS {
        let ms = measures.inner_silence_ms;
        Err(AudioFault::InnerSilence { ms })
    } else {
        Ok(())
    }
}

struct Meter {
    signal: Signal,
    frames: u64,
    peak: f32,
    loudness: EbuR128,
    stretches: Stretches,
}

impl Ear for Meter {
    fn new(signal: Signal) -> Result<Self, AudioFault> {
        let channels = signal.channels as u32;
        Ok(Self {
            signal,
            frames: 0,
            peak: 0.0,
            loudness: EbuR128::new(channels, signal.hertz, Mode::I).map_err(|_| AudioFault::NotAudio)?,
            stretches: Stretches::new(signal.hertz, signal.channels),
        })
    }

    fn hear(&mut self, samples: &[f32]) -> Result<(), AudioFault> {
        self.frames += (samples.len() / self.signal.channels) as u64;
        if self.frames > SECONDS_MAX * u64::from(self.signal.hertz) {
            return Err(AudioFault::TooLong);
        }
        self.peak = samples.iter().fold(self.peak, |peak, s| peak.max(s.abs()));
        self.stretches.hear(samples);
        self.loudness
            .add_frames_f32(samples)
            .map_err(|_| AudioFault::Damaged)
    }
}

impl Meter {
    fn read(self) -> Result<AudioMeasures, AudioFault> {
        if self.frames == 0 {
            return Err(AudioFault::Empty);
        }
        let loudness = self.loudness.loudness_global().map_err(|_| AudioFault::Damaged)?;
        let Silence {
            leading,
            trailing,
            inner,
        } = self.stretches.silence();
        Ok(AudioMeasures {
            duration_ms: self.frames * 1_000 / u64::from(self.signal.hertz),
            loudness_decilufs: loudness.is_finite().then(|| tenths(loudness)),
            peak_decidb: tenths(20.0 * f64::from(self.peak).log10()),
            leading_silence_ms: leading,
            trailing_silence_ms: trailing,
            inner_silence_ms: inner,
        })
    }
}

/// The logarithm of nothing becomes the smallest number.
fn tenths(level: f64) -> i16 {
    (level * 10.0).round() as i16
}

fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1_000)
}
