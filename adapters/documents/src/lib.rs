//! The digest on paper: one description of what stands in it, made into a typeset PDF and into a page to print or send. Whatever
//! a contact or an agent is called is shown as text; neither template evaluates it. No network, no system fonts, no clock.

mod charts;
mod describe;
mod digest;
mod html;
mod pdf;
mod press;
mod text;

pub use describe::Listener;
pub use digest::{
    Advice, Bar, DigestDocument, Figure, Hour, HourCell, Line, OutcomePart, Place, Shade, Share, Week,
    WeekRow,
};
pub use html::{digest_html, digest_mail_html};
pub use pdf::digest_pdf;
pub use press::{Press, PressError};
pub use text::digest_text;

/// A document could not be made: a defect of its template, never of what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document can't be made: {0}")]
pub struct DocumentError(String);

impl DocumentError {
    fn of(error: &impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}
