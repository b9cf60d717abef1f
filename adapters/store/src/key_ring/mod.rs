//! The key ring: a key per contact, wrapped by its organization's key, wrapped by the master key. Refuses to open with
//! another master key than the one the installation began with.

mod cipher;
mod envelope;
mod key_page;
mod master;
mod note_key;
mod recent;
mod stored;

pub use cipher::DoesNotOpen;
pub use master::{BlobKey, MasterKey, SECRET_CHARS_MIN};
pub use note_key::NoteKeyPair;
pub use stored::{KeyRingError, StoredKeys};
