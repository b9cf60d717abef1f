//! Sound files, told by their content: `mp3` and `wav` find what is to be decoded, `decode` decodes it packet by packet, `measure`
//! says how long, how loud and how silent a recording is. Refuses what is neither MP3 nor plain WAV.

mod decode;
mod measure;
mod mp3;
mod stretches;
#[cfg(test)]
mod tests;
mod wav;

pub use measure::{AudioFault, AudioMeasures, measure};
pub(crate) use wav::mended as mended_wav;

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

/// What the file is.
pub fn audio_kind(audio: &[u8]) -> Option<AudioKind> {
    if wav::is_wav(audio) {
        return Some(AudioKind::Wav);
    }
    mp3::is_mp3(audio).then_some(AudioKind::Mp3)
}

/// How long it plays, milliseconds, by its header (WAV) or its frames (MP3), without decoding it; nothing for what is no audio.
pub fn duration_ms(audio: &[u8]) -> Option<u64> {
    match audio_kind(audio)? {
        AudioKind::Wav => wav::duration_ms(audio),
        AudioKind::Mp3 => Some(mp3::duration_ms(audio)),
    }
}
