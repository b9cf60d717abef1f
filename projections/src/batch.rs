//! Applies a batch of events to the read models: what to load, and what to write. Pure but for the loading, which a [`RowSource`] does.
//!
//! The events are first run over nothing, only to learn which rows they ask for; those are loaded, a statement a table;
//! then the events are run again. Rows that can only be found through other rows show up in that second run and are
//! loaded for a third. So there is one description of what an event touches, the projection itself, and none that could
//! disagree with it.

use async_trait::async_trait;
use domain::{ContactId, Event, Recorded, contact::ContactEvent};

use crate::{
    Cell,
    column::WrongCell,
    model::Table,
    models::{LOGS, MODELS, organization_of, stream_id},
    rows::{AnyRowSet, Rows, TableChanges},
};

/// Most runs over one batch. Rows are found through at most two others, so more means a defect in a projection.
const RUNS_MAX: usize = 8;

/// Where stored rows are loaded from.
#[async_trait]
pub trait RowSource: Send {
    /// Why loading failed.
    type Error: Send;

    /// The rows of these keys that exist, whole, in any order.
    async fn load(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, Self::Error>;
}

/// Why a batch was not applied; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum BatchError<E> {
    /// Rows could not be loaded.
    #[error("{0}")]
    Source(E),
    /// A stored row can't be read.
    #[error(transparent)]
    WrongCell(#[from] WrongCell),
    /// A projection asks for new rows in every run.
    #[error("a projection does not settle on the rows that it needs: a defect")]
    Unsettled,
}

/// What must be written so that the read models have taken in `events`, which follow on what is stored.
pub async fn apply<S: RowSource>(
    events: &[Recorded],
    source: &mut S,
) -> Result<Vec<TableChanges>, BatchError<S::Error>> {
    apply_after(&mut Rows::of_batch(), events, source).await
}

/// The same for events that follow on another batch, of which these rows are left and which need not be stored yet. Leaves the rows
/// for the next.
pub async fn apply_after<S: RowSource>(
    rows: &mut Rows,
    events: &[Recorded],
    source: &mut S,
) -> Result<Vec<TableChanges>, BatchError<S::Error>> {
    let (new, others): (Vec<&Recorded>, Vec<&Recorded>) = events.iter().partition(|e| is_new_contact(e));
    announce(&new, rows);
    run(others, rows);
    for _ in 1..RUNS_MAX {
        rows.undo();
        load_missing(rows, source).await?;
        run(events, rows);
        if !rows.is_missing_some() {
            count_in(rows, source).await?;
            append_logs(events, rows);
            let changes = rows.changes();
            rows.follow_on();
            return Ok(changes);
        }
    }
    Err(BatchError::Unsettled)
}

fn run<'e>(events: impl IntoIterator<Item = &'e Recorded>, rows: &mut Rows) {
    for event in events {
        for model in MODELS {
            model(event, rows);
        }
    }
}

/// Tells of new contacts, so that nothing about them is looked for. An import has thousands.
fn announce(new: &[&Recorded], rows: &mut Rows) {
    rows.contacts.reserve(new.len());
    for event in new {
        if let Some(contact) = stream_id::<ContactId>(event) {
            rows.contacts.announce((organization_of(event), contact));
        }
    }
}

/// Whether an event is of a contact that nobody knew. There is nothing to learn from it: it begins a row and asks for none.
const fn is_new_contact(event: &Recorded) -> bool {
    matches!(
        event,
        Recorded {
            sequence: 1,
            event: Event::ContactEvent(ContactEvent::ContactCreated { .. }),
            ..
        }
    )
}

/// Takes in one event into rows that lie in memory whole.
pub fn apply_in_memory(event: &Recorded, rows: &mut Rows) {
    for model in MODELS {
        model(event, rows);
    }
    append_logs(std::slice::from_ref(event), rows);
}

/// Logs read nothing, so one run does, after the others have settled.
fn append_logs(events: &[Recorded], rows: &mut Rows) {
    for event in events {
        for log in LOGS {
            log(event, rows);
        }
    }
}

/// Rows that only count are not needed by anything else, so they are loaded once it is known what is to be added to them.
async fn count_in<S: RowSource>(rows: &mut Rows, source: &mut S) -> Result<(), BatchError<S::Error>> {
    for set in rows.sets() {
        let keys = set.take_uncounted();
        load(set, keys, source).await?;
        set.count_in();
    }
    Ok(())
}

async fn load_missing<S: RowSource>(rows: &mut Rows, source: &mut S) -> Result<(), BatchError<S::Error>> {
    for set in rows.sets() {
        let keys = set.take_missing();
        load(set, keys, source).await?;
    }
    Ok(())
}

async fn load<S: RowSource>(
    set: &mut dyn AnyRowSet,
    keys: Vec<Vec<Cell>>,
    source: &mut S,
) -> Result<(), BatchError<S::Error>> {
    if keys.is_empty() {
        return Ok(());
    }
    let stored = source.load(set.table(), keys).await.map_err(BatchError::Source)?;
    Ok(set.take_in(stored)?)
}
