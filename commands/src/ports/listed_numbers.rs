//! The numbers of suppression lists that came as files: millions, as keyed MACs, by the loading that brought them. Which loading is in
//! force is an event; here lie the numbers of each.

use async_trait::async_trait;
use domain::{ListLoadId, PhoneIndex, PhoneNumber, SuppressionListId};

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

/// How far a loading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListProgress {
    /// Bytes of the file that were read.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Lines that were read.
    pub lines: u64,
    /// Parts of the new version that are built, which begins when all is read.
    pub built: u64,
    /// Parts in all; nothing before that.
    pub parts: u64,
}

impl ListProgress {
    /// Share of a loading that is its reading, percent; the rest is the building.
    const READING_PERCENT: u64 = 80;

    /// How much of it is done, 0 to 100.
    pub fn percent(&self) -> u64 {
        let share = |done: u64, of: u64, all: u64| (done.min(of) * all).checked_div(of).unwrap_or(0);
        match self.parts {
            0 => share(self.bytes_read, self.bytes, Self::READING_PERCENT),
            parts => Self::READING_PERCENT + share(self.built, parts, 100 - Self::READING_PERCENT),
        }
    }
}

/// Where the numbers lie.
#[async_trait]
pub trait ListedNumbers: Send + Sync + std::fmt::Debug {
    /// Puts aside numbers of a loading, with whether they are taken off. Nobody sees them yet.
    async fn stage(&self, load: ListLoadId, numbers: Vec<(PhoneIndex, bool)>) -> Result<(), PortError>;

    /// Notes how far the reading of a list's file is.
    async fn note_reading(
        &self,
        list: SuppressionListId,
        load: ListLoadId,
        read: ListProgress,
    ) -> Result<(), PortError>;

    /// How far the loading of a list is; nothing when none is under way.
    async fn progress(&self, list: SuppressionListId) -> Result<Option<ListProgress>, PortError>;

    /// Makes the loading's numbers of what was put aside, on top of another loading's where it holds changes. Answers how many there are.
    /// May be done again after a crash.
    async fn build(&self, load: ListLoadId, base: Option<ListLoadId>) -> Result<u64, PortError>;

    /// Deletes what was put aside, and how far it was.
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
