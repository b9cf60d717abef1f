//! The shape of the repository, checked: which crate may know which, what only adapters or the API may use, and how
//! source files are named, opened and sized. A new crate fails here until it has a line in the tables.

mod crates;
mod files;

use std::path::{Path, PathBuf};

/// The repository's root folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_owned(), Path::to_owned)
}
