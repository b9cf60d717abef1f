//! A file of one JSON object a line that survives the sudden end of the process: each line goes to the system by a single
//! write before anyone is told. It refuses a second opener, and a file whose inside (not its torn end) can't be read.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::config::SandboxError;

/// The open file. Closing it lets another opener in.
#[derive(Debug)]
pub(crate) struct JsonLines<T> {
    file: Option<File>,
    length: u64,
    entry: PhantomData<fn(T)>,
}

impl<T: Serialize + DeserializeOwned> JsonLines<T> {
    /// Opens or makes the file and hands every whole entry to `each` in order. A torn last line, left by a process that
    /// ended while writing, was never acknowledged and is cut off.
    pub(crate) fn open(path: &Path, mut each: impl FnMut(T)) -> Result<Self, SandboxError> {
        let state = |source| SandboxError::State {
            path: path.to_owned(),
            source,
        };
        let mut file = open_private(path).map_err(state)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(SandboxError::StateInUse {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(state(source)),
        }
        let mut length = 0;
        let mut reader = BufReader::new(&mut file);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(state)?;
            if !line.ends_with(b"\n") {
                break;
            }
            length += read as u64;
            match serde_json::from_slice(&line) {
                Ok(entry) => each(entry),
                Err(_) => {
                    return Err(SandboxError::StateUnreadable {
                        path: path.to_owned(),
                        line: number,
                    });
                }
            }
        }
        let mut opened = Self {
            file: Some(file),
            length,
            entry: PhantomData,
        };
        opened.cut_to_length().map_err(state)?;
        Ok(opened)
    }

    /// Appends one entry; when it answers, the entry outlives the process.
    pub(crate) fn append(&mut self, entry: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let file = self
            .file
            .as_mut()
            .ok_or_else(|| io::Error::other("the log is closed"))?;
        if let Err(error) = file.write_all(&line) {
            // A part of the line may be there (a full disk): the next entry must not be glued to it.
            self.cut_to_length()?;
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Closes the file; later appends fail.
    pub(crate) fn close(&mut self) {
        self.file = None;
    }

    fn cut_to_length(&mut self) -> io::Result<()> {
        let Some(file) = self.file.as_mut() else {
            return Ok(());
        };
        file.set_len(self.length)?;
        file.seek(SeekFrom::Start(self.length)).map(|_| ())
    }
}

/// The log holds numbers: only its owner may read it.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The file of that name in the state directory, which is made when missing.
pub(crate) fn state_file(dir: &Path, name: &str) -> Result<PathBuf, SandboxError> {
    std::fs::create_dir_all(dir).map_err(|source| SandboxError::State {
        path: dir.to_owned(),
        source,
    })?;
    Ok(dir.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> Vec<u32> {
        let mut seen = Vec::new();
        JsonLines::<u32>::open(path, |n| seen.push(n)).unwrap();
        seen
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_the_next_entry_stands_on_its_own_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, "1\n2\n3").unwrap();
        let mut log = JsonLines::<u32>::open(&path, |_| {}).unwrap();
        log.append(&4).unwrap();
        log.close();
        assert_eq!(read(&path), [1, 2, 4]);
    }

    #[test]
    fn a_line_in_the_middle_that_is_no_entry_refuses_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        std::fs::write(&path, "1\nrubbish\n3\n").unwrap();
        let refused = JsonLines::<u32>::open(&path, |_| {});
        assert!(
            matches!(refused, Err(SandboxError::StateUnreadable { line: 2, .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn two_sandboxes_do_not_share_a_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        let _first = JsonLines::<u32>::open(&path, |_| {}).unwrap();
        assert!(matches!(
            JsonLines::<u32>::open(&path, |_| {}),
            Err(SandboxError::StateInUse { .. })
        ));
    }
}
