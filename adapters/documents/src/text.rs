//! The digest as plain text, for mail programs that show nothing else.

use std::fmt::Write as _;

use crate::DigestDocument;

/// The whole text.
pub fn digest_text(document: &DigestDocument) -> String {
    let d = document;
    let mut text = format!(
        "{}\n{}\n{}\n\n{}\n\n",
        d.campaign,
        d.subtitle,
        d.period,
        d.summary.join(" ")
    );
    // Writing to a String does not fail.
    for figure in &d.figures {
        let _ = writeln!(text, "{}: {} ({})", figure.name, figure.value, figure.under);
    }
    if !d.recommendations.is_empty() {
        text.push_str("\nWhat to do next\n");
        for r in &d.recommendations {
            let _ = writeln!(text, "- {} {}", r.advice, r.basis);
        }
    }
    let _ = write!(text, "\n{}, figures as of {}\n", d.organization, d.as_of);
    text
}
