//! A voice on this machine for drafts, free of charge: `espeak-ng`, if it is installed. It has one voice and speaks with that
//! whatever is asked for. The words go in by a pipe, so that no list of processes shows them. Refuses texts that are empty or
//! longer than a message.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use commands::ports::{PortError, PortErrorKind, Speech, SpeechRequest, SpeechSynthesizer, Voice};
use domain::MicroDollars;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Semaphore,
};

use crate::audio::{duration_ms, mended_wav};

const PROGRAM: &str = "espeak-ng";
/// Words a minute and language, as the program takes them.
const RATE: &str = "160";
const LANGUAGE: &str = "en-us";
/// Processes at once: one is quick, and the machine has other work.
const AT_ONCE: usize = 2;
/// Longest wait for a place among them.
const QUEUE_TIME_OUT: Duration = Duration::from_mins(1);
/// Longest run.
const TIME_OUT: Duration = Duration::from_secs(20);
/// Largest output: three minutes of 22,050 samples a second.
const OUTPUT_BYTES_MAX: usize = 8 << 20;
/// Longest text, characters; a message of three minutes has fewer.
const TEXT_CHARS_MAX: usize = 5_000;

/// Speaks drafts by `espeak-ng`.
#[derive(Debug)]
pub struct DraftVoice {
    program: PathBuf,
    places: Semaphore,
    time_out: Duration,
}

impl DraftVoice {
    /// By the program on this process's `PATH`; nothing where it is not installed.
    pub fn find() -> Option<Self> {
        Self::find_on(&std::env::var_os("PATH")?)
    }

    /// By the program in one of these folders, written as in `PATH`.
    pub fn find_on(path: &OsStr) -> Option<Self> {
        let program = std::env::split_paths(path)
            .map(|folder| folder.join(PROGRAM))
            .find(|file| is_program(file))?;
        Some(Self {
            program,
            places: Semaphore::new(AT_ONCE),
            time_out: TIME_OUT,
        })
    }

    async fn run(&self, text: &str) -> Result<Vec<u8>, PortError> {
        let mut child = Command::new(&self.program)
            .args(["--stdin", "--stdout", "-s", RATE, "-v", LANGUAGE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| {
                failed(
                    PortErrorKind::Retryable,
                    &format!("can't be started ({})", e.kind()),
                )
            })?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(PortErrorKind::Retryable, "has no pipes"));
        };
        // When the time is up the child is dropped, which kills it.
        let talk = async {
            let ((), audio) = tokio::try_join!(say(stdin, text), listen(stdout))?;
            finished(&mut child).await?;
            Ok(audio)
        };
        let talked = tokio::time::timeout(self.time_out, talk).await;
        talked.unwrap_or_else(|_| Err(failed(PortErrorKind::Retryable, "takes too long")))
    }
}

#[async_trait]
impl SpeechSynthesizer for DraftVoice {
    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn speak(&self, request: SpeechRequest) -> Result<Speech, PortError> {
        if request.text.trim().is_empty() || request.text.chars().count() > TEXT_CHARS_MAX {
            let message = format!("speaks texts of 1 to {TEXT_CHARS_MAX} characters; change the text");
            return Err(failed(PortErrorKind::Permanent, &message));
        }
        let queued = tokio::time::timeout(QUEUE_TIME_OUT, self.places.acquire()).await;
        let Ok(Ok(_place)) = queued else {
            let kind = PortErrorKind::Limited { after: None };
            return Err(failed(kind, "has too many drafts waiting"));
        };
        let output = self.run(&request.text).await?;
        let spoken = mended_wav(&output).and_then(|audio| {
            let ms = duration_ms(&audio).filter(|ms| *ms > 0)?;
            Some((Bytes::from(audio), ms))
        });
        let (audio, duration_ms) =
            spoken.ok_or_else(|| failed(PortErrorKind::Permanent, "gave no sound; check that it works"))?;
        Ok(Speech {
            audio,
            media_type: "audio/wav".to_owned(),
            duration_ms,
            characters: 0,
            cost: MicroDollars::ZERO,
            provider_id: String::new(),
            unusable: None,
        })
    }

    /// A draft costs nothing, so a lost one is spoken again.
    async fn recall(
        &self,
        _request: &SpeechRequest,
        _since: DateTime<Utc>,
    ) -> Result<Option<Speech>, PortError> {
        Ok(None)
    }

    async fn voices(&self) -> Result<Vec<Voice>, PortError> {
        Ok(vec![Voice {
            id: "draft".to_owned(),
            name: "Draft voice (computer)".to_owned(),
            ..Voice::default()
        }])
    }

    fn fingerprint(&self) -> String {
        format!("{PROGRAM}/{LANGUAGE}/{RATE}")
    }
}

async fn say(mut stdin: ChildStdin, text: &str) -> Result<(), PortError> {
    let said = async {
        stdin.write_all(text.as_bytes()).await?;
        stdin.shutdown().await
    };
    let broken = |_| failed(PortErrorKind::Retryable, "stopped before it had the text");
    said.await.map_err(broken)
}

/// Reads to the end or to one byte too many.
async fn listen(stdout: ChildStdout) -> Result<Vec<u8>, PortError> {
    let mut audio = Vec::new();
    let mut stdout = stdout.take(OUTPUT_BYTES_MAX as u64 + 1);
    let read = stdout.read_to_end(&mut audio).await;
    read.map_err(|_| failed(PortErrorKind::Retryable, "stopped while it spoke"))?;
    if audio.len() > OUTPUT_BYTES_MAX {
        let message = "speaks for longer than three minutes; shorten the text";
        return Err(failed(PortErrorKind::Permanent, message));
    }
    Ok(audio)
}

async fn finished(child: &mut Child) -> Result<(), PortError> {
    let status = child
        .wait()
        .await
        .map_err(|_| failed(PortErrorKind::Retryable, "was lost"))?;
    if status.success() {
        return Ok(());
    }
    let message = format!("failed ({status}); check that it works");
    Err(failed(PortErrorKind::Permanent, &message))
}

fn failed(kind: PortErrorKind, what: &str) -> PortError {
    PortError::new(kind, format!("the draft voice ({PROGRAM}) {what}"))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let executable = |about: std::fs::Metadata| about.is_file() && about.permissions().mode() & 0o111 != 0;
    file.metadata().is_ok_and(executable)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
