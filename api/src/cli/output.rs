//! What commands print. The only place that writes to the terminal.

use std::io::Write;

use serde::Serialize;

use super::CliError;

/// A line of results.
pub fn line(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).map_err(gone)
}

/// One JSON object, indented when a person looks at it.
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    line(&serde_json::to_string_pretty(value).map_err(|e| CliError::Usage(e.to_string()))?)
}

/// Results as they are: a file's content.
pub fn bytes(content: &[u8]) -> Result<(), CliError> {
    std::io::stdout().lock().write_all(content).map_err(gone)
}

/// A complaint, on standard error. That it can't be written is nothing to complain about.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "voicedrop: {text}");
}

fn gone(error: std::io::Error) -> CliError {
    CliError::File {
        what: "standard output".into(),
        reason: error.to_string(),
    }
}
