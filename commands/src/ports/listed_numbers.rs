//! The numbers of suppression lists that came as files: millions, as keyed MACs, by the loading that brought them. Which loading is in
//! force is an event; here lie the numbers of each.

use async_trait::async_trait;
use domain::{ListLoadId, PhoneIndex, PhoneNumber};

use super::{FileContent, PortError};

/// A line of a file: a number that is on the list, or one that no longer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// The number.
    pub number: PhoneNumber,
    /// A list of changes takes it off.
    pub is_removal: bool,
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFigures {
    /// Lines that are not blank, without a header.
    pub lines: u64,
    /// Lines that hold no number.
    pub unreadable: u64,
}

/// Takes lines as they are read; a failure ends the reading.
pub type ListSink<'a> = &'a mut dyn FnMut(Vec<ListLine>) -> Result<(), PortError>;

/// Reads files of numbers.
pub trait ListFiles: Send + Sync + std::fmt::Debug {
    /// Reads all of a file, in pieces. A file that is no list of numbers, or of which more lines than a slip can't be read, is refused as
    /// permanent with what to do.
    fn read(&self, content: Box<dyn FileContent>, sink: ListSink<'_>) -> Result<ListFigures, PortError>;
}

/// Where the numbers lie.
#[async_trait]
pub trait ListedNumbers: Send + Sync + std::fmt::Debug {
    /// Puts aside numbers of a loading, with whether they are taken off. Nobody sees them yet.
    async fn stage(&self, load: ListLoadId, numbers: Vec<(PhoneIndex, bool)>) -> Result<(), PortError>;

    /// Makes the loading's numbers of what was put aside, on top of another loading's where it holds changes. Answers how many there are.
    /// May be done again after a crash.
    async fn build(&self, load: ListLoadId, base: Option<ListLoadId>) -> Result<u64, PortError>;

    /// Deletes what was put aside.
    async fn clear(&self, load: ListLoadId) -> Result<(), PortError>;

    /// Deletes a loading's numbers.
    async fn forget(&self, load: ListLoadId) -> Result<(), PortError>;

    /// For each number, in their order, the loadings that hold it.
    async fn holding(
        &self,
        loads: &[ListLoadId],
        numbers: &[PhoneIndex],
    ) -> Result<Vec<Vec<ListLoadId>>, PortError>;
}
