//! Contact lists before they are imported: what is in them, what their rows would become, and how many. Records nothing. The
//! same counting serves the preview and the command line's dry run, so that both say what the run will say.

mod cache;
mod fields;
mod preview;
mod reading;
mod survey;

pub use cache::PreviewCache;
pub use fields::FIELDS;
pub use preview::{PreviewRequest, PreviewRow, Previewed, StoredList, preview};
pub use reading::{ListError, NextRows, Want, next_rows, open_stored};
pub use survey::{CutCell, CutCells, Figures, KnownContacts, Mark, Survey};
