//! How source files are named, opened and sized, and that both engines have the same migrations.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A longer file is more than one thing.
const LINES_MAX: usize = 700;

/// Words that say nothing; the field has a better one.
const EMPTY_WORDS: &[&str] = &[
    "util", "utils", "helper", "helpers", "manager", "managers", "data", "info",
];

/// Folders that are not ours to judge.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", "dist"];

fn rust_files() -> Vec<PathBuf> {
    let files = files_under(super::root(), "rs");
    assert!(
        files.len() > 50,
        "the search for source files found next to nothing"
    );
    files
}

fn files_under(folder: PathBuf, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("a folder of the repository")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                files.push(path);
            }
        }
    }
    files
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a source file in UTF-8")
}

#[test]
fn every_source_file_opens_with_what_it_is() {
    for file in rust_files() {
        assert!(
            text(&file).starts_with("//! "),
            "{} must open with `//!`",
            file.display()
        );
    }
}

#[test]
fn no_source_file_outgrows_its_subject() {
    for file in rust_files() {
        let lines = text(&file).lines().count();
        assert!(
            lines <= LINES_MAX,
            "{} has {lines} lines; {LINES_MAX} is the most",
            file.display()
        );
    }
}

#[test]
fn files_are_named_in_field_words() {
    for file in rust_files() {
        let stem = file
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        for word in stem.split(['_', '-']) {
            assert!(
                !EMPTY_WORDS.contains(&word),
                "{}: `{word}` names nothing",
                file.display()
            );
        }
    }
}

#[test]
fn both_engines_have_migrations_of_the_same_names() {
    let names = |engine: &str| -> BTreeSet<PathBuf> {
        let tree = super::root().join("migrations").join(engine);
        let within = |path: PathBuf| path.strip_prefix(&tree).map(Path::to_owned).ok();
        files_under(tree.clone(), "sql")
            .into_iter()
            .filter_map(within)
            .collect()
    };
    let postgres = names("postgres");
    assert!(!postgres.is_empty(), "there are no migrations");
    assert_eq!(postgres, names("sqlite"));
}
