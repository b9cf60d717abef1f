//! A checkpoint: the size and the root of the tree at a time, signed as a C2SP note. Beyond size and root it says up to which position of
//! the journal the tree reaches, so that nobody can pass an old event off as one that is not covered yet.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::Position;
use signed_note::{Note, Signature, StandardVerifier, Verifier as _, VerifierList, key_id};
use tlog_tiles::Hash;

use crate::ports::NoteSigner;

/// Ed25519 in the keys of signed notes.
const ED25519: u8 = 1;
/// Largest tree that is believed: positions are whole numbers with a sign in both databases.
const SIZE_MAX: u64 = i64::MAX as u64;
/// Before the position, in a line of the note.
const POSITION: &str = "position ";
/// Before the instant.
const TIME: &str = "time ";

/// What a tree was at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Which log: the journal's name.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// Every event of the journal up to here is in the tree.
    pub position: Position,
    /// When it was signed, by the server's clock, to the second.
    pub signed_at: DateTime<Utc>,
}

/// Why a note is no checkpoint that can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It can't be read.
    #[error("the checkpoint can't be read")]
    Malformed,
    /// It is signed by somebody else, or was changed.
    #[error(
        "the checkpoint's signature is not that of this key, or the checkpoint was changed after it was signed"
    )]
    Signature,
    /// The key itself can't be read.
    #[error("the key can't be read: expected a line such as voicedrop/…+01234567+AT…")]
    Key,
}

/// The public half of a key that signs notes.
#[derive(Clone)]
pub struct NoteKey(StandardVerifier);

impl fmt::Debug for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteKey({})", self.id())
    }
}

impl NoteKey {
    /// Reads a key as [`key_of`] writes it.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        let key = StandardVerifier::new(text.trim());
        key.map(Self).map_err(|_| CheckpointError::Key)
    }

    /// Name and short hash of the key, as the signature line of a note has them.
    pub fn id(&self) -> String {
        format!("{}+{:08x}", self.0.name(), self.0.key_id())
    }

    /// The log that it signs for.
    pub fn origin(&self) -> &str {
        self.0.name()
    }

    /// The text of a note that is signed by this key.
    pub(super) fn opened(&self, note: &str) -> Result<String, CheckpointError> {
        // What is copied from a page or a letter has lost its last line's end.
        let note = format!("{}\n", note.trim_end());
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        let known = VerifierList::new(vec![Box::new(self.0.clone())]);
        note.verify(&known).map_err(|_| CheckpointError::Signature)?;
        String::from_utf8(note.text().to_vec()).map_err(|_| CheckpointError::Malformed)
    }
}

/// The public half of the signer's key in one line, for people who check.
pub fn key_of(signer: &dyn NoteSigner) -> String {
    let public = public_key(signer);
    let name = signer.name();
    format!("{name}+{:08x}+{}", key_id(name, &public), STANDARD.encode(public))
}

fn public_key(signer: &dyn NoteSigner) -> Vec<u8> {
    let mut key = vec![ED25519];
    key.extend(signer.public_key());
    key
}

/// A text with its signature.
pub(super) fn signed(signer: &dyn NoteSigner, text: &str) -> Result<String, CheckpointError> {
    let malformed = |_| CheckpointError::Malformed;
    let id = key_id(signer.name(), &public_key(signer));
    let signature = Signature::new(signer.name().to_owned(), id, signer.sign(text.as_bytes()));
    let note = Note::new(text.as_bytes(), &[signature.map_err(malformed)?]).map_err(malformed)?;
    String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)
}

impl Checkpoint {
    /// The signed note.
    pub fn signed(&self, signer: &dyn NoteSigner) -> Result<String, CheckpointError> {
        let time = self.signed_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let lines = format!("{POSITION}{}\n{TIME}{time}\n", self.position);
        let checkpoint = tlog_tiles::Checkpoint::new(&self.origin, self.size, self.root, &lines);
        let text = checkpoint.map_err(|_| CheckpointError::Malformed)?.to_bytes();
        let text = String::from_utf8(text).map_err(|_| CheckpointError::Malformed)?;
        signed(signer, &text)
    }

    /// What a note says that this key has signed.
    pub fn open(note: &str, key: &NoteKey) -> Result<Self, CheckpointError> {
        let malformed = || CheckpointError::Malformed;
        let text = key.opened(note)?;
        let tree = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).map_err(|_| malformed())?;
        if tree.origin() != key.origin() || tree.size() > SIZE_MAX {
            return Err(malformed());
        }
        let line = |begin: &str| tree.extension().lines().find_map(|line| line.strip_prefix(begin));
        let position = line(POSITION).and_then(|number| number.parse().ok());
        let signed_at = line(TIME).and_then(|time| time.parse().ok());
        Ok(Self {
            origin: tree.origin().to_owned(),
            size: tree.size(),
            root: *tree.hash(),
            position: Position::new(position.ok_or_else(malformed)?),
            signed_at: signed_at.ok_or_else(malformed)?,
        })
    }
}
