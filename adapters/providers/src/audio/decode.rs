//! Sound out of a file, packet by packet: one packet's samples are in memory at a time. Refuses a file that mostly can't be read.

use std::mem;

use symphonia::{
    core::{
        audio::layouts::{CHANNEL_LAYOUT_MONO, CHANNEL_LAYOUT_STEREO},
        codecs::audio::{
            AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
            well_known::{
                CODEC_ID_MP3, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64LE, CODEC_ID_PCM_MULAW,
                CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE, CODEC_ID_PCM_S32LE, CODEC_ID_PCM_U8,
            },
        },
        packet::PacketRef,
        units::{Duration, Timestamp},
    },
    default::codecs::{MpaDecoder, PcmDecoder},
};

use super::{
    AudioFault, AudioKind, audio_kind,
    mp3::Frames,
    wav::{Coding, Wav},
};

/// Frames of a WAV that are decoded at once; an MP3 packet has as many.
const WAV_PACKET: usize = 1_152;
/// Of an MP3, so many hundredths of its bytes may be something else than frames, or frames that can't be decoded.
const UNREADABLE_HUNDREDTHS: usize = 20;
/// So many bytes may be in any case: a tag at the end, a last frame that is not whole, a first one that needs what was cut off.
const UNREADABLE_BYTES: usize = 4_096;
/// Samples beyond this are no sound: a broken file of floating-point numbers has any.
const SAMPLE_MAX: f32 = 16.0;

/// What comes out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signal {
    pub(super) hertz: u32,
    pub(super) channels: usize,
}

/// Takes the samples of a packet, interleaved; an error ends the decoding.
pub(super) trait Ear: Sized {
    fn new(signal: Signal) -> Result<Self, AudioFault>;
    fn hear(&mut self, samples: &[f32]) -> Result<(), AudioFault>;
}

/// Decodes the whole file into a new ear.
pub(super) fn decode<E: Ear>(audio: &[u8]) -> Result<E, AudioFault> {
    if audio.is_empty() {
        return Err(AudioFault::Empty);
    }
    match audio_kind(audio).ok_or(AudioFault::NotAudio)? {
        AudioKind::Mp3 => decode_mp3(audio),
        AudioKind::Wav => decode_wav(audio),
    }
}

fn decode_wav<E: Ear>(audio: &[u8]) -> Result<E, AudioFault> {
    let wav = Wav::of(audio).ok_or(AudioFault::NotAudio)?;
    if wav.cut_off {
        return Err(AudioFault::Damaged);
    }
    let mut ear = E::new(signal(wav.hertz, wav.mono))?;
    let mut samples = Vec::new();
    let packets = wav.samples.chunks(WAV_PACKET * wav.frame_bytes());
    if wav.coding == Coding::S16 {
        for packet in packets {
            of_16_bits(packet, &mut samples);
            ear.hear(&samples)?;
        }
        return Ok(ear);
    }
    let parameters = parameters(codec(wav.coding), wav.hertz, wav.mono);
    let mut decoder = PcmDecoder::try_new(&parameters, &AudioDecoderOptions::default())
        .map_err(|_| AudioFault::NotAudio)?;
    for packet in packets {
        if !decoded(&mut decoder, packet, &mut samples) {
            return Err(AudioFault::Damaged);
        }
        ear.hear(&samples)?;
    }
    Ok(ear)
}

/// What nearly every WAV holds: for these the decoder's way through its own buffers costs ten times as much as the samples themselves.
fn of_16_bits(packet: &[u8], samples: &mut Vec<f32>) {
    let (whole, _) = packet.as_chunks();
    samples.clear();
    let sounds = whole
        .iter()
        .map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_768.0);
    samples.extend(sounds);
}

fn decode_mp3<E: Ear>(audio: &[u8]) -> Result<E, AudioFault> {
    let frames = Frames::of(audio).ok_or(AudioFault::NotAudio)?;
    let (hertz, mono) = (frames.first.hertz, frames.first.mono);
    // Not gapless: the header's word on what to leave out could hide an hour of sound, and is not heeded by every player.
    let options = AudioDecoderOptions::default().gapless(false);
    let mut decoder = MpaDecoder::try_new(&parameters(CODEC_ID_MP3, hertz, mono), &options)
        .map_err(|_| AudioFault::NotAudio)?;
    let mut ear = E::new(signal(hertz, mono))?;
    let all = frames.bytes_left();
    let (mut samples, mut unreadable) = (Vec::new(), all);
    for packet in frames {
        if decoded(&mut decoder, packet, &mut samples) {
            unreadable = unreadable.saturating_sub(packet.len());
            ear.hear(&samples)?;
        }
    }
    if unreadable > UNREADABLE_BYTES && unreadable > all / 100 * UNREADABLE_HUNDREDTHS {
        return Err(AudioFault::Damaged);
    }
    Ok(ear)
}

/// Whether the packet could be decoded into the samples.
fn decoded(decoder: &mut dyn AudioDecoder, packet: &[u8], samples: &mut Vec<f32>) -> bool {
    let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
    let Ok(sound) = decoder.decode_ref(&packet) else {
        return false;
    };
    sound.copy_to_vec_interleaved(samples);
    for sample in samples.iter_mut() {
        let sound = mem::take(sample);
        if sound.is_finite() {
            *sample = sound.clamp(-SAMPLE_MAX, SAMPLE_MAX);
        }
    }
    true
}

const fn signal(hertz: u32, mono: bool) -> Signal {
    Signal {
        hertz,
        channels: if mono { 1 } else { 2 },
    }
}

fn parameters(codec: AudioCodecId, hertz: u32, mono: bool) -> AudioCodecParameters {
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(codec)
        .with_sample_rate(hertz)
        .with_channels(if mono {
            CHANNEL_LAYOUT_MONO
        } else {
            CHANNEL_LAYOUT_STEREO
        })
        .with_max_frames_per_packet(WAV_PACKET as u64);
    parameters
}

const fn codec(coding: Coding) -> AudioCodecId {
    match coding {
        Coding::U8 => CODEC_ID_PCM_U8,
        Coding::S16 => CODEC_ID_PCM_S16LE,
        Coding::S24 => CODEC_ID_PCM_S24LE,
        Coding::S32 => CODEC_ID_PCM_S32LE,
        Coding::F32 => CODEC_ID_PCM_F32LE,
        Coding::F64 => CODEC_ID_PCM_F64LE,
        Coding::ALaw => CODEC_ID_PCM_ALAW,
        Coding::MuLaw => CODEC_ID_PCM_MULAW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_sound_as_the_decoder_has_them() {
        let packet: Vec<u8> = (i16::MIN..=i16::MAX)
            .step_by(57)
            .flat_map(i16::to_le_bytes)
            .collect();
        let parameters = parameters(codec(Coding::S16), 8_000, true);
        let mut decoder = PcmDecoder::try_new(&parameters, &AudioDecoderOptions::default()).unwrap();
        let (mut ours, mut theirs) = (vec![1.0; 3], vec![]);
        of_16_bits(&packet, &mut ours);
        assert!(decoded(&mut decoder, &packet, &mut theirs));
        assert_eq!(ours, theirs);
        assert_eq!(ours.first(), Some(&-1.0));
    }
}
