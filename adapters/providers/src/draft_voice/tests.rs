//! The draft voice over a shell script in place of the program, and over the program itself where it is installed.

use std::{fs, path::PathBuf, time::Instant};

use commands::ports::VoiceSettings;
use tempfile::TempDir;

use super::*;

/// A folder with a program of this name, and a second of sound beside it.
struct StandIn(TempDir);

impl StandIn {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 22_050,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut sound = hound::WavWriter::create(folder.path().join("sound.wav"), spec).unwrap();
        for at in 0..22_050_i32 {
            sound.write_sample((at % 100 * 100) as i16).unwrap();
        }
        sound.finalize().unwrap();
        let stand_in = Self(folder);
        let (text, program) = (stand_in.file("script"), stand_in.file(PROGRAM));
        fs::write(&text, format!("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{script}\n")).unwrap();
        // Not written here: a process that another test starts just then would hold it open, and what is open can't be started.
        let mut install = std::process::Command::new("install");
        let installed = install.args(["-m", "755"]).args([text, program]).status();
        assert!(installed.unwrap().success());
        stand_in
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn voice(&self) -> DraftVoice {
        let path = std::env::join_paths([&PathBuf::from("/nowhere"), self.0.path()]).unwrap();
        DraftVoice::find_on(&path).unwrap()
    }
}

fn request(text: &str) -> SpeechRequest {
    SpeechRequest {
        text: text.to_owned(),
        voice: "draft".to_owned(),
        settings: VoiceSettings::default(),
    }
}

async fn refused(script: &str) -> PortError {
    let stand_in = StandIn::new(script);
    let refused = stand_in.voice().speak(request("Hi Dana.")).await.unwrap_err();
    assert!(!refused.message.contains("Dana"), "{refused}");
    refused
}

#[tokio::test]
async fn the_words_go_in_by_the_pipe_and_sound_comes_out_for_nothing() {
    let stand_in = StandIn::new("echo \"$@\" > arguments\ncat > words\ncat sound.wav");
    let speech = stand_in
        .voice()
        .speak(request("Hi Dana, it's Pat."))
        .await
        .unwrap();
    assert_eq!(
        (speech.media_type.as_str(), speech.duration_ms),
        ("audio/wav", 1_000)
    );
    assert_eq!(speech.audio, fs::read(stand_in.file("sound.wav")).unwrap());
    assert_eq!((speech.characters, speech.cost), (0, MicroDollars::ZERO));
    assert_eq!(
        fs::read_to_string(stand_in.file("words")).unwrap(),
        "Hi Dana, it's Pat."
    );
    assert_eq!(
        fs::read_to_string(stand_in.file("arguments")).unwrap(),
        "--stdin --stdout -s 160 -v en-us\n"
    );
}

#[tokio::test]
async fn there_is_one_voice() {
    let voice = StandIn::new("true").voice();
    let voices = voice.voices().await.unwrap();
    assert_eq!(voices.len(), 1);
    assert_eq!(
        (voices[0].id.as_str(), voices[0].name.as_str()),
        ("draft", "Draft voice (computer)")
    );
    assert_eq!(voice.fingerprint(), "espeak-ng/en-us/160");
}

#[test]
fn where_the_program_is_not_there_is_no_voice() {
    let folder = tempfile::tempdir().unwrap();
    assert!(DraftVoice::find_on(folder.path().as_os_str()).is_none());
    fs::write(folder.path().join(PROGRAM), "no program").unwrap();
    assert!(DraftVoice::find_on(folder.path().as_os_str()).is_none());
    assert!(DraftVoice::find_on(OsStr::new("")).is_none());
}

#[tokio::test]
async fn a_text_that_is_none_or_too_long_is_not_spoken() {
    let stand_in = StandIn::new("touch started\ncat > /dev/null\ncat sound.wav");
    for text in ["", " \n", &"a".repeat(TEXT_CHARS_MAX + 1)] {
        let refused = stand_in.voice().speak(request(text)).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Permanent);
    }
    assert!(!stand_in.file("started").exists());
}

#[tokio::test]
async fn whatever_goes_wrong_is_said() {
    let cases = [
        (
            "cat > /dev/null; exit 3",
            PortErrorKind::Permanent,
            "exit status: 3",
        ),
        (
            "cat > /dev/null; echo no sound",
            PortErrorKind::Permanent,
            "no sound",
        ),
        (
            "cat > /dev/null; head -c 44 sound.wav",
            PortErrorKind::Permanent,
            "no sound",
        ),
        (
            "cat > /dev/null; cat sound.wav; cat /dev/zero",
            PortErrorKind::Permanent,
            "three minutes",
        ),
    ];
    for (script, kind, words) in cases {
        let refused = refused(script).await;
        assert_eq!(refused.kind, kind, "{refused}");
        assert!(refused.message.contains(words), "{refused}");
    }
}

#[tokio::test]
async fn who_takes_too_long_is_killed() {
    let stand_in = StandIn::new("echo $$ > process\nexec sleep 60");
    let mut voice = stand_in.voice();
    voice.time_out = Duration::from_millis(500);
    let refused = voice.speak(request("Hi.")).await.unwrap_err();
    assert_eq!(refused.kind, PortErrorKind::Retryable, "{refused}");

    let process = fs::read_to_string(stand_in.file("process")).unwrap();
    let state = PathBuf::from(format!("/proc/{}/stat", process.trim()));
    let begun = Instant::now();
    // A killed process stays in the table until its parent has looked.
    while fs::read_to_string(&state).is_ok_and(|line| !line.contains(") Z")) {
        assert!(begun.elapsed() < TIME_OUT, "it still runs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn no_more_than_two_run_at_once() {
    // Each says how many are there, itself included.
    let script =
        "cat > /dev/null; mkdir at.$$; ls -d at.* | wc -l >> seen; sleep 0.2; rmdir at.$$; cat sound.wav";
    let stand_in = StandIn::new(script);
    let voice = stand_in.voice();
    let speak = || voice.speak(request("Hi."));
    let (first, second, third, fourth) = tokio::join!(speak(), speak(), speak(), speak());
    for spoken in [first, second, third, fourth] {
        assert!(spoken.is_ok(), "{spoken:?}");
    }
    let seen = fs::read_to_string(stand_in.file("seen")).unwrap();
    let most = seen
        .lines()
        .map(|line| line.trim().parse::<usize>().unwrap())
        .max();
    assert!(most.is_some_and(|most| most <= AT_ONCE), "{seen}");
}

#[tokio::test]
async fn the_program_itself_speaks_where_it_is_installed() {
    let Some(voice) = DraftVoice::find() else { return };
    let speech = voice
        .speak(request("Good morning, this is a draft."))
        .await
        .unwrap();
    let measures = crate::audio::measure(&speech.audio).unwrap();
    assert_eq!(measures.duration_ms, speech.duration_ms);
    assert!((1_000..8_000).contains(&speech.duration_ms), "{measures:?}");
}
