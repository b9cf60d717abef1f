//! A page of a list as its import would take it, with the figures of the whole list. The first look reads the file through;
//! later pages go on where the last one ended, as long as the list is remembered (see `cache`). A page in the middle of a
//! list that is not remembered, or that nobody came to from the page before, costs reading up to it.

use std::sync::Arc;

use commands::{
    Ports,
    ports::{PortErrorKind, RowOutcome, TableChoice, TableReader, TableSummary},
};
use domain::OrganizationId;
use projections::queries::ReadModels;

use super::{
    cache::{ListKey, PreviewCache},
    reading::{ListError, Want, next_rows, open_stored, row_number},
    survey::{CutCells, Figures, KnownContacts, Mark, Survey},
};

/// What is known of a list once it was read through.
#[derive(Debug, Default)]
pub struct Overview {
    /// What was found out on opening; nothing only in a default.
    pub summary: Option<TableSummary>,
    /// What all rows would come to.
    pub figures: Figures,
    /// Cells that are longer than is read.
    pub cut: CutCells,
    /// Why the file can't be read to its end; the figures are of the rows before.
    pub broken: Option<String>,
    /// Rows that repeat a number of an earlier one, ascending.
    in_file: Vec<u64>,
    /// Rows of known contacts, ascending.
    known: Vec<u64>,
    last_row: u64,
    last_rejected: u64,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewRequest {
    /// Rows after this one; nothing for the first.
    pub after: Option<u64>,
    /// At most so many.
    pub limit: usize,
    /// Rejected rows alone.
    pub only_errors: bool,
}

/// A row as its import would take it.
#[derive(Debug)]
pub struct PreviewRow {
    /// Its cells in the columns' order, corrections applied.
    pub cells: Vec<String>,
    /// What it would come to.
    pub mark: Mark,
    /// The contact, or the fault.
    pub outcome: RowOutcome,
}

impl PreviewRow {
    /// Its number in the file, from 1.
    pub const fn number(&self) -> u64 {
        row_number(&self.outcome)
    }
}

/// Some of the rows.
#[derive(Debug, Default)]
pub struct PreviewPage {
    /// In the file's order.
    pub rows: Vec<PreviewRow>,
    /// There are more of the wanted after these.
    pub has_more: bool,
}

/// A page and the whole list's figures.
#[derive(Debug)]
pub struct Previewed {
    /// Of the whole list.
    pub overview: Arc<Overview>,
    /// The rows.
    pub page: PreviewPage,
}

/// A list in the blob store, and how it is to be read.
#[derive(Debug, Clone, Copy)]
pub struct StoredList<'a> {
    /// Whose.
    pub organization: OrganizationId,
    /// Where it lies.
    pub blob_key: &'a str,
    /// How it is read.
    pub choice: &'a TableChoice,
}

/// Looks at a list.
///
/// # Errors
/// What is wrong with the file, for a person to act on; or that something could not be reached.
pub async fn preview(
    ports: &Ports,
    queries: &Arc<dyn ReadModels>,
    cache: &PreviewCache,
    list: StoredList<'_>,
    request: PreviewRequest,
) -> Result<Previewed, ListError> {
    let key = ListKey::of(list.organization, list.blob_key, list.choice);
    if let Some(overview) = cache.overview(&key, ports.clock.now()) {
        let page = go_on(ports, cache, list, request, (key, &overview)).await?;
        return Ok(Previewed { overview, page });
    }
    let _place = cache.scans.acquire().await;
    let since = ports.clock.now();
    let known = KnownContacts::of(ports, queries, list.organization).await?;
    let reader = open_stored(ports, list.blob_key, list.choice).await?;
    let (overview, mut page) = read_through(reader, Survey::new(known), request).await?;
    page.has_more = overview.has_more(&page, request.only_errors);
    let overview = Arc::new(overview);
    cache.remember(key, Arc::clone(&overview), since);
    Ok(Previewed { overview, page })
}

impl Overview {
    fn has_more(&self, page: &PreviewPage, only_errors: bool) -> bool {
        let last = if only_errors {
            self.last_rejected
        } else {
            self.last_row
        };
        page.rows.last().is_some_and(|row| row.number() < last)
    }

    fn mark(&self, outcome: &RowOutcome) -> Mark {
        let number = row_number(outcome);
        match outcome {
            RowOutcome::Rejected(_) => Mark::Rejected,
            RowOutcome::Contact(_) if self.in_file.binary_search(&number).is_ok() => Mark::DuplicateInFile,
            RowOutcome::Contact(_) if self.known.binary_search(&number).is_ok() => Mark::DuplicateKnown,
            RowOutcome::Contact(_) => Mark::Contact,
        }
    }

    fn note(&mut self, number: u64, mark: Mark) {
        self.last_row = self.last_row.max(number);
        match mark {
            Mark::Contact => {}
            Mark::DuplicateInFile => self.in_file.push(number),
            Mark::DuplicateKnown => self.known.push(number),
            Mark::Rejected => self.last_rejected = self.last_rejected.max(number),
        }
    }
}

/// Says of each row whether the page wants it.
#[derive(Clone, Copy)]
struct Picker {
    request: PreviewRequest,
    left: usize,
}

impl Picker {
    const fn want(&mut self, outcome: &RowOutcome) -> Want {
        let fits = match (self.request.after, self.request.only_errors, outcome) {
            (Some(after), ..) if row_number(outcome) <= after => false,
            (_, true, RowOutcome::Contact(_)) => false,
            _ => true,
        };
        if !fits || self.left == 0 {
            return Want::Nothing;
        }
        self.left -= 1;
        if self.left == 0 {
            Want::LastCells
        } else {
            Want::Cells
        }
    }
}

/// Reads the whole list, and the wanted rows with it.
async fn read_through(
    mut reader: Box<dyn TableReader>,
    mut survey: Survey,
    request: PreviewRequest,
) -> Result<(Overview, PreviewPage), ListError> {
    let mut overview = Overview {
        summary: Some(reader.summary().clone()),
        ..Overview::default()
    };
    let mut page = PreviewPage::default();
    loop {
        let left = request.limit.saturating_sub(page.rows.len());
        let mut picker = Picker { request, left };
        let read = next_rows(reader, Survey::ROWS_AT_ONCE, move |outcome| {
            match picker.want(outcome) {
                // The rest is counted, too.
                Want::LastCells => Want::Cells,
                want => want,
            }
        })
        .await?;
        reader = read.reader;
        let marks = survey.take(&read.rows).await?;
        let ended = read.rows.len() < Survey::ROWS_AT_ONCE;
        for (row, mark) in read.rows.into_iter().zip(marks) {
            overview.note(row.number(), mark);
            if let Some(cells) = row.cells {
                let outcome = row.outcome;
                page.rows.push(PreviewRow { cells, mark, outcome });
            }
        }
        match read.broken {
            Some(error) if error.kind == PortErrorKind::Permanent => overview.broken = Some(error.message),
            Some(error) => return Err(error.into()),
            None if !ended => continue,
            None => {}
        }
        overview.figures = survey.figures;
        overview.cut = survey.cut;
        return Ok((overview, page));
    }
}

/// Reads the wanted rows of a list whose figures are known.
async fn go_on(
    ports: &Ports,
    cache: &PreviewCache,
    list: StoredList<'_>,
    request: PreviewRequest,
    (key, overview): (ListKey, &Overview),
) -> Result<PreviewPage, ListError> {
    let waiting = request.after.and_then(|after| cache.take_reader(&key, after));
    let mut reader = match waiting {
        Some(reader) => reader,
        None => open_stored(ports, list.blob_key, list.choice).await?,
    };
    let mut page = PreviewPage::default();
    loop {
        let left = request.limit.saturating_sub(page.rows.len());
        let mut picker = Picker { request, left };
        let want = move |outcome: &RowOutcome| picker.want(outcome);
        let read = next_rows(reader, Survey::ROWS_AT_ONCE, want).await?;
        reader = read.reader;
        let ended = read.rows.len() < Survey::ROWS_AT_ONCE;
        for row in read.rows {
            if let Some(cells) = row.cells {
                page.rows.push(PreviewRow {
                    cells,
                    mark: overview.mark(&row.outcome),
                    outcome: row.outcome,
                });
            }
        }
        if ended || page.rows.len() >= request.limit {
            break;
        }
    }
    page.has_more = overview.has_more(&page, request.only_errors);
    if let Some(last) = page.rows.last().filter(|_| page.has_more) {
        cache.leave_reader(key, last.number(), reader);
    }
    Ok(page)
}
