//! Why an import does not do what it was asked.

use super::ImportStatus;

/// A refused command; nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// There is no such import.
    #[error("there is no such import")]
    NotFound,
    /// The id is taken.
    #[error("the import exists already")]
    AlreadyExists,
    /// The status does not allow the step.
    #[error("{step} is not possible: the import is {found}")]
    WrongStatus {
        /// What was asked for.
        step: &'static str,
        /// The status it has.
        found: ImportStatus,
    },
    /// A chunk is missing before this one.
    #[error("chunk {given} came, but {expected} is next")]
    ChunkOutOfOrder {
        /// What came.
        given: u32,
        /// What is next.
        expected: u32,
    },
    /// The figures do not add up; a defect of the reader.
    #[error("rows must equal created + duplicates + rejected, and never fall")]
    FiguresDoNotAddUp,
}
