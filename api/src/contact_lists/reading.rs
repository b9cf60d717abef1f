//! Lists are opened and read off the async threads, some rows at a time.

use std::sync::Arc;

use commands::{
    Ports,
    ports::{
        FileContent, PortError, PortErrorKind, ReadLimits, RowOutcome, TableChoice, TableOpener, TableReader,
    },
};
use projections::queries::QueryError;

/// Why a list can't be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The file, or what it lies in.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The read models.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// A row, with its cells when they were wanted.
#[derive(Debug)]
pub struct ReadRow {
    /// What it came to.
    pub outcome: RowOutcome,
    /// Its cells in the columns' order, corrections applied.
    pub cells: Option<Vec<String>>,
    /// Headers of the columns whose cell was cut.
    pub cut: Vec<String>,
}

impl ReadRow {
    /// Its number in the file, from 1.
    pub const fn number(&self) -> u64 {
        row_number(&self.outcome)
    }
}

/// Number of a row in the file, from 1.
pub(super) const fn row_number(outcome: &RowOutcome) -> u64 {
    match outcome {
        RowOutcome::Contact(contact) => contact.row,
        RowOutcome::Rejected(rejected) => rejected.row,
    }
}

/// Opens a list.
pub async fn open_list(
    tables: &Arc<dyn TableOpener>,
    content: Box<dyn FileContent>,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, PortError> {
    let (tables, choice) = (Arc::clone(tables), choice.clone());
    off_the_async_threads(move || tables.open(content, &choice, ReadLimits::default())).await
}

/// Opens a list that lies in the blob store.
pub async fn open_stored(
    ports: &Ports,
    blob_key: &str,
    choice: &TableChoice,
) -> Result<Box<dyn TableReader>, PortError> {
    let content = ports.blobs.open(blob_key).await?.ok_or_else(|| {
        PortError::new(
            PortErrorKind::Permanent,
            "the uploaded file is gone; upload it again",
        )
    })?;
    open_list(&ports.tables, content, choice).await
}

/// Rows read at once, and why there are no more after them.
pub struct NextRows {
    /// The reader, for what comes after.
    pub reader: Box<dyn TableReader>,
    /// At most as many as were asked for; fewer only at the end.
    pub rows: Vec<ReadRow>,
    /// Why the file can't be read beyond these.
    pub broken: Option<PortError>,
}

/// What of a row is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// That it was there.
    Nothing,
    /// Its cells, too.
    Cells,
    /// Its cells, and no row after it.
    LastCells,
}

/// The next rows, at most `most`, with what is wanted of each.
pub async fn next_rows(
    mut reader: Box<dyn TableReader>,
    most: usize,
    mut want: impl FnMut(&RowOutcome) -> Want + Send + 'static,
) -> Result<NextRows, PortError> {
    off_the_async_threads(move || {
        let (mut rows, mut broken) = (Vec::with_capacity(most), None);
        while rows.len() < most {
            match reader.next_row() {
                Some(Ok(outcome)) => {
                    let wanted = want(&outcome);
                    let cells = (wanted != Want::Nothing).then(|| reader.cells());
                    let cut = reader.cut_columns();
                    rows.push(ReadRow { outcome, cells, cut });
                    if wanted == Want::LastCells {
                        break;
                    }
                }
                Some(Err(error)) => {
                    broken = Some(error);
                    break;
                }
                None => break,
            }
        }
        Ok(NextRows { reader, rows, broken })
    })
    .await
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
) -> Result<T, PortError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| {
        PortError::new(
            PortErrorKind::Retryable,
            format!("reading a list was interrupted: {e}"),
        )
    })?
}
