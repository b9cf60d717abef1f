//! The command line as a person runs it: the `voicedrop` binary of the same profile as the tests, brought up to date once by
//! cargo (a test of another package is not told where it lies), each run in the story's directory with an empty environment.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        OnceLock,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use serde_json::Value;

use super::Place;

/// Longest that a command may take before it is a failure; it takes seconds.
const PATIENCE: Duration = Duration::from_mins(3);
/// After so long the work of a process that was killed is another's.
const LEASE_SECONDS: &str = "2";
/// Between two looks whether the moment of a kill has come.
const LOOK: Duration = Duration::from_millis(3);

/// A file that is imported, as the readers' own tests have it.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../adapters/import-files/tests/fixtures")
        .join(name)
}

/// The binary beside the folder of the test executable: `target/<profile>/voicedrop`.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let ours = std::env::current_exe().expect("where this test lies");
        let folder = ours
            .ancestors()
            .nth(2)
            .expect("target/<profile>/deps/<test>")
            .to_owned();
        let profile = match folder.file_name().and_then(|n| n.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        // An old binary would be tested in silence; cargo knows whether it is. With the tests, so that what they stand on is theirs:
        // alone it would be built once more, with other features.
        let built = Command::new(cargo())
            .args([
                "build",
                "--quiet",
                "--workspace",
                "--bins",
                "--tests",
                "--profile",
                profile,
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(built.success(), "`cargo build --workspace --bins --tests` failed");
        folder.join("voicedrop")
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo names itself in the environment of a test"
)]
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .args(["--database", &place.url, "--data"])
        .arg(place.kept())
        .env_clear()
        .env("VOICEDROP__LOG__LEVEL", "warn")
        .current_dir(place.directory())
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn voicedrop(place: &Place, arguments: &[&str]) -> Output {
    command(place, arguments).output().expect("voicedrop runs")
}

/// A command at work that prints one JSON object, such as `voicedrop demo --json`.
#[derive(Debug)]
pub struct AtWork {
    child: Child,
    printed: Receiver<String>,
    complaints: PathBuf,
}

impl AtWork {
    /// Starts `voicedrop demo` on a file.
    pub fn demonstration(place: &Place, file: &Path) -> Self {
        Self::start(place, &["demo", "--json"], file)
    }

    /// Starts `voicedrop import` of a file.
    pub fn import(place: &Place, file: &Path) -> Self {
        Self::start(place, &["import", "--json"], file)
    }

    fn start(place: &Place, arguments: &[&str], file: &Path) -> Self {
        let complaints = place.directory().join("complaints.txt");
        let mut command = command(place, arguments);
        // Not for a demonstration: its clock skips seconds in which nobody is silent.
        if arguments.first() == Some(&"import") {
            command.env("VOICEDROP__PROCESSES__LEASE_SECONDS", LEASE_SECONDS);
        }
        let mut child = command
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(File::create(&complaints).expect("a file for what it complains about"))
            .spawn()
            .expect("voicedrop starts");
        let mut out = child.stdout.take().expect("a pipe");
        let (tell, printed) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            // What a killed process has printed may be cut anywhere; its end is what counts.
            let _ = out.read_to_string(&mut text);
            let _ = tell.send(text);
        });
        Self {
            child,
            printed,
            complaints,
        }
    }

    /// Kills it (SIGKILL: it can't do anything about it) as soon as the moment has come, unless it ends before. True: it was
    /// killed. The moment is looked for every few milliseconds.
    pub fn killed_when(mut self, mut moment: impl FnMut(Duration) -> bool) -> bool {
        let mut waited = Duration::ZERO;
        let ended = loop {
            match self.printed.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) if moment(waited) => break false,
                Err(RecvTimeoutError::Timeout) => {
                    waited += LOOK;
                    assert!(waited < PATIENCE, "the moment of the kill never comes");
                }
                Ok(_) | Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        self.child.kill().expect("our own process can be killed");
        self.child.wait().expect("our own process ends");
        !ended
    }

    /// Waits for its end and answers what it printed; anything but success fails.
    pub fn completed(mut self) -> Value {
        let printed = self.printed.recv_timeout(PATIENCE);
        if printed.is_err() {
            self.child.kill().expect("our own process can be killed");
        }
        let status = self.child.wait().expect("our own process ends");
        let complaints = std::fs::read_to_string(&self.complaints).unwrap_or_default();
        assert!(
            printed.is_ok() && status.success(),
            "it ended with {status}: {complaints}"
        );
        let printed = printed.expect("looked at above");
        serde_json::from_str(&printed).expect("one JSON object")
    }
}

/// A worker of a story with several: `voicedrop serve --role worker`, until it is killed.
#[derive(Debug)]
pub struct Worker(Child);

impl Worker {
    /// Starts one with these settings besides the story's own.
    pub fn start(place: &Place, settings: &[(&str, String)]) -> Self {
        let complaints = File::options()
            .create(true)
            .append(true)
            .open(place.directory().join("workers.txt"))
            .expect("a file for what workers complain about");
        let arguments = ["serve", "--role", "worker", "--bind", "127.0.0.1:0"];
        let child = command(place, &arguments)
            .env("VOICEDROP__PROCESSES__LEASE_SECONDS", LEASE_SECONDS)
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::null())
            .stderr(complaints)
            .spawn()
            .expect("a worker starts");
        Self(child)
    }

    /// SIGKILL: it can't do anything about it.
    pub fn kill(&mut self) {
        self.0.kill().expect("our own process can be killed");
        self.0.wait().expect("our own process ends");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended by itself needs no killing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where the moments of kills come from.
const SEED: u64 = 20_260_115;

/// The `n`th of a series that looks random (SplitMix64), the same in every run.
pub fn random(n: u32) -> u64 {
    let mut z = SEED.wrapping_add(u64::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
