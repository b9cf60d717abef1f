//! What recordings measure, which are refused, and that no bytes whatsoever make the measuring panic.

use std::{f64::consts::TAU, fmt::Write, io::Cursor, sync::LazyLock};

use bytes::Bytes;
use hound::{SampleFormat, WavSpec, WavWriter};
use proptest::{collection::vec, prelude::*};

use super::{AudioFault, AudioMeasures, duration_ms, measure, measure::measured};

const HERTZ: u32 = 16_000;
const MPEG1_TONE: &[u8] = include_bytes!("../../tests/fixtures/tone_48_kbits.mp3");
const MPEG2_TONE: &[u8] = include_bytes!("../../tests/fixtures/tone_variable_mpeg2.mp3");

/// Parts of a 997 Hz tone: milliseconds and amplitude.
fn samples(parts: &[(u32, f64)]) -> Vec<f64> {
    let turn = TAU * 997.0 / f64::from(HERTZ);
    let parts = parts.iter().flat_map(|(ms, level)| {
        let count = (ms * (HERTZ / 1_000)) as usize;
        std::iter::repeat_n(*level, count)
    });
    parts
        .enumerate()
        .map(|(at, level)| level * (at as f64 * turn).sin())
        .collect()
}

fn wav_of(samples: &[f64], channels: u16, bits: u16, sample_format: SampleFormat) -> Bytes {
    let spec = WavSpec {
        channels,
        sample_rate: HERTZ,
        bits_per_sample: bits,
        sample_format,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).unwrap();
    for sample in samples {
        for _ in 0..channels {
            if sample_format == SampleFormat::Float {
                writer.write_sample(*sample as f32).unwrap();
            } else {
                let full = f64::from((1_u32 << (bits - 1)) - 1);
                writer.write_sample((sample * full).round() as i32).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    file.into_inner().into()
}

fn wav(parts: &[(u32, f64)]) -> Bytes {
    wav_of(&samples(parts), 1, 16, SampleFormat::Int)
}

/// A frame of MPEG-1 at 128 kbit/s and 44.1 kHz, mono, that holds one spectral line in both granules: a hum near 700 Hz.
fn humming_frame(gain: u32) -> Vec<u8> {
    let mut bits = String::new();
    let mut put = |value: u32, count: usize| write!(bits, "{value:0count$b}").unwrap();
    put(0xfffb_90c0, 32);
    // Side information: main data begins here, private bits, scale factors not shared.
    put(0, 9 + 5 + 4);
    for _ in 0..2 {
        put(12, 12); // bits of main data
        put(10, 9); // pairs of lines
        put(gain, 8);
        put(0, 4 + 1); // no scale factors, a long window
        put(1, 5); // the Huffman table of each region
        put(1, 5);
        put(1, 5);
        put(7, 4); // lengths of the regions
        put(7, 3);
        put(0, 3);
    }
    for _ in 0..2 {
        // Nine pairs of nothing, then (1, 0) with its sign.
        put(0b1_1111_1111, 9);
        put(0b010, 3);
    }
    let mut frame: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|byte| byte.iter().fold(0, |n, bit| n << 1 | (bit - b'0')) << (8 - byte.len()))
        .collect();
    frame.resize(417, 0);
    frame
}

fn mp3(frames: usize) -> Vec<u8> {
    let mut file = b"ID3\x04\0\0\0\0\0\x05tag..".to_vec();
    file.extend(humming_frame(200).repeat(frames));
    file
}

#[test]
fn a_tone_measures_what_the_standard_says() {
    // EBU Tech 3341: a sine of 997 Hz at -20 dBFS on one channel is -23.0 LUFS; its peak is -20 dBFS.
    let measures = measure(&wav(&[(3_000, 0.1)])).unwrap();
    assert_eq!(
        measures,
        AudioMeasures {
            duration_ms: 3_000,
            loudness_decilufs: Some(-230),
            peak_decidb: -200,
            leading_silence_ms: 0,
            trailing_silence_ms: 0,
            inner_silence_ms: 0,
        }
    );
}

#[test]
fn every_coding_of_a_wav_measures_alike() {
    let tone = samples(&[(1_000, 0.1)]);
    let int = SampleFormat::Int;
    let files = [
        (8, int),
        (16, int),
        (24, int),
        (32, int),
        (32, SampleFormat::Float),
    ];
    for (bits, format) in files {
        let measures = measure(&wav_of(&tone, 1, bits, format)).unwrap();
        let (loudness, peak) = (measures.loudness_decilufs.unwrap(), measures.peak_decidb);
        // Eight bits are steps of 0.7 dB here.
        assert!((loudness + 230).abs() <= 3, "{bits} {format:?}: {measures:?}");
        assert!((peak + 200).abs() <= 2, "{bits} {format:?}: {measures:?}");
        assert_eq!(measures.duration_ms, 1_000);
    }
    // The same on two channels is twice the power.
    let stereo = measure(&wav_of(&tone, 2, 16, int)).unwrap();
    assert_eq!(
        (stereo.duration_ms, stereo.loudness_decilufs),
        (1_000, Some(-200))
    );
}

#[test]
fn silences_are_found_where_they_are() {
    let measures = measure(&wav(&[
        (400, 0.0),
        (1_000, 0.2),
        (1_500, 0.0),
        (1_000, 0.2),
        (700, 0.0),
    ]));
    let measures = measures.unwrap();
    assert_eq!(measures.duration_ms, 4_600);
    assert_eq!(
        (
            measures.leading_silence_ms,
            measures.inner_silence_ms,
            measures.trailing_silence_ms
        ),
        (400, 1_500, 700)
    );
}

#[test]
fn an_mp3_is_measured_by_what_is_decoded() {
    let file = Bytes::from(mp3(100));
    let measures = measure(&file).unwrap();
    assert_eq!(measures.duration_ms, 2_612);
    assert_eq!(duration_ms(&file), Some(2_612));
    let loudness = measures.loudness_decilufs.unwrap();
    assert!((-300..0).contains(&loudness), "{measures:?}");
    assert!((-250..=0).contains(&measures.peak_decidb), "{measures:?}");
    // Two steps of gain are 3 dB.
    let softer = measure(&Bytes::from(humming_frame(196).repeat(100))).unwrap();
    assert!(((loudness - softer.loudness_decilufs.unwrap()) - 60).abs() <= 1);
}

#[test]
fn what_an_encoder_writes_measures_as_what_it_was_given() {
    // A tone of 997 Hz at -14 dBFS from 0.3 to 0.8 s and from 1.3 to 1.8 s of two, by LAME: with an index and frames that share
    // their bits, and at a variable rate of MPEG-2 without an index.
    for file in [MPEG1_TONE, MPEG2_TONE] {
        let measures = measured(file).unwrap();
        assert_eq!(Some(measures.duration_ms), duration_ms(file));
        let about = |measure: u64, ms: u64| measure.abs_diff(ms) <= 110;
        assert!(
            about(measures.duration_ms, 2_050)
                && about(measures.leading_silence_ms, 330)
                && about(measures.inner_silence_ms, 490)
                && about(measures.trailing_silence_ms, 220),
            "{measures:?}"
        );
        assert!((-145..=-130).contains(&measures.peak_decidb), "{measures:?}");
        let loudness = measures.loudness_decilufs.unwrap();
        // -17 LUFS while it sounds; blocks that are half silence take some of it away.
        assert!((-205..=-170).contains(&loudness), "{measures:?}");
    }
}

#[test]
fn what_nobody_should_be_sent_is_refused() {
    let quiet = AudioFault::TooQuiet {
        loudness_decilufs: Some(-369),
    };
    let long = (301_000, 0.1);
    let files = [
        (wav(&[]), AudioFault::Empty),
        (Bytes::new(), AudioFault::Empty),
        (wav(&[(2_000, 0.0)]), AudioFault::OnlySilence),
        (wav(&[(2_000, 0.003)]), AudioFault::OnlySilence),
        (wav(&[(2_000, 0.02)]), quiet),
        (
            wav(&[(3_100, 0.0), (900, 0.2)]),
            AudioFault::LeadingSilence { ms: 3_100 },
        ),
        (
            wav(&[(500, 0.2), (3_500, 0.0), (500, 0.2)]),
            AudioFault::InnerSilence { ms: 3_500 },
        ),
        (wav(&[long]), AudioFault::TooLong),
        (mp3(11_500).into(), AudioFault::TooLong),
        (Bytes::from_static(b"<html>"), AudioFault::NotAudio),
        (Bytes::from_static(b"OggS\0\x02"), AudioFault::NotAudio),
    ];
    for (file, fault) in files {
        assert_eq!(measure(&file), Err(fault), "{fault}");
    }
    // A silence at the end is only told: it can be cut off.
    assert_eq!(
        measure(&wav(&[(900, 0.2), (3_500, 0.0)]))
            .unwrap()
            .trailing_silence_ms,
        3_500
    );
}

#[test]
fn what_is_too_short_for_a_loudness_has_none() {
    let measures = measure(&wav(&[(300, 0.2)])).unwrap();
    assert_eq!((measures.duration_ms, measures.loudness_decilufs), (300, None));
}

#[test]
fn a_file_that_was_cut_off_or_spoilt_is_damaged() {
    let whole = wav(&[(2_000, 0.2)]);
    assert_eq!(measure(&whole.slice(..whole.len() / 2)), Err(AudioFault::Damaged));

    let mut spoilt = mp3(40);
    let begin = spoilt.len() - 417 * 30;
    spoilt[begin..].fill(0x55);
    assert_eq!(measure(&spoilt.into()), Err(AudioFault::Damaged));
}

#[test]
fn numbers_that_are_none_count_as_silence() {
    let mut odd = samples(&[(1_000, 0.1)]);
    for at in (0..odd.len()).step_by(100) {
        odd[at] = [f64::NAN, f64::INFINITY, f64::MAX][at / 100 % 3];
    }
    let measures = measure(&wav_of(&odd, 1, 32, SampleFormat::Float)).unwrap();
    assert_eq!((measures.duration_ms, measures.peak_decidb), (1_000, -200));
}

#[test]
fn a_header_does_not_hide_how_long_a_file_plays() {
    let mut index = humming_frame(200);
    index[4..].fill(0);
    // One frame, says the index.
    index[21..29].copy_from_slice(b"Xing\0\0\0\x01");
    index[29..33].copy_from_slice(&1_u32.to_be_bytes());
    index.extend(humming_frame(200).repeat(100));
    assert_eq!(measure(&index.into()).unwrap().duration_ms, 2_612);
}

static WHOLE: LazyLock<[Vec<u8>; 6]> = LazyLock::new(|| {
    let tone = samples(&[(150, 0.1), (50, 0.0)]);
    [
        mp3(12),
        wav_of(&tone, 1, 16, SampleFormat::Int).to_vec(),
        wav_of(&tone, 2, 24, SampleFormat::Int).to_vec(),
        wav_of(&tone, 2, 32, SampleFormat::Float).to_vec(),
        MPEG1_TONE.to_vec(),
        MPEG2_TONE.to_vec(),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Not even caught: the decoders themselves take anything.
    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..3_000), front in 0_usize..4) {
        let front: &[u8] = [b"".as_slice(), b"\xff\xfb\x90\xc0", b"RIFF\xff\xff\xff\xffWAVE", b"ID3\x04\0\0\0\0\0\x05"][front];
        let file = [front, &bytes].concat();
        let _ = measured(&file);
        let _ = duration_ms(&file);
    }

    #[test]
    fn no_change_to_a_recording_makes_it_panic(
        which in 0_usize..6,
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
        early in vec((0_usize..60, any::<u8>()), 0..3),
        keep in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut file = WHOLE[which].clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        for (at, byte) in early {
            file[at] = byte;
        }
        if cut {
            file.truncate(keep.index(file.len()));
        }
        if let Ok(measures) = measured(&file) {
            let silent = measures.leading_silence_ms + measures.inner_silence_ms + measures.trailing_silence_ms;
            prop_assert!(silent <= measures.duration_ms);
        }
        let _ = duration_ms(&file);
    }

    /// Frames whose headers are right and whose contents are anything reach furthest into the decoder.
    #[test]
    fn no_contents_of_frames_make_it_panic(frames in vec(vec(any::<u8>(), 413), 2..6), stereo in any::<bool>()) {
        let mut file = Vec::new();
        for contents in frames {
            file.extend([0xff, 0xfb, 0x90, if stereo { 0x40 } else { 0xc0 }]);
            file.extend(contents);
        }
        let _ = measured(&file);
    }
}
