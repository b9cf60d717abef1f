//! Checks the stored read models against the log: makes all rows anew in memory and compares them, row by row, with the tables.
//!
//! It holds the rows of one slice of the organizations in memory at a time, about as much as their tables are large; each further
//! slice reads the log once more. While the tables are compared the read side stands still; the journal does not.

use std::collections::HashSet;

use database::{Transaction, int};
use domain::{Event, OrganizationId, Position, StreamId};
use projections::{
    AnyRowSet, Cell, Rows, Table, batch, shard_of,
    verify::{ModelReport, VerifyReport},
};

use super::{
    Generation, ReadSide, ReadSideError,
    columns::selected,
    follow::Shared,
    generation::{ShardProgress, position},
};

/// Events that are read at a time.
const EVENTS_PER_PAGE: usize = 5_000;

/// Stored rows that are compared at a time.
const ROWS_PER_PAGE: i64 = 5_000;

/// Which organizations are checked in one go.
#[derive(Debug, Clone, Copy)]
struct Slice {
    number: u32,
    of: u32,
}

impl Slice {
    fn holds(self, organization: OrganizationId) -> bool {
        shard_of(organization, self.of) == self.number
    }
}

impl ReadSide {
    /// Compares the tables that serve with what the log says, up to where they are. `slices` (1 to 64) divides the memory that it
    /// needs and multiplies the time.
    pub async fn verify(&self, slices: u32) -> Result<VerifyReport, ReadSideError> {
        let generation = self.shared.current()?;
        let mut report = VerifyReport {
            models: Rows::TABLES.iter().map(|t| ModelReport::new(t)).collect(),
            ..VerifyReport::default()
        };
        let of = slices.clamp(1, projections::SHARDS_MAX);
        for number in 0..of {
            verify_slice(&self.shared, &generation, Slice { number, of }, &mut report).await?;
        }
        Ok(report)
    }
}

async fn verify_slice(
    shared: &Shared,
    generation: &Generation,
    slice: Slice,
    report: &mut VerifyReport,
) -> Result<(), ReadSideError> {
    let mut model = Model {
        rows: Rows::in_memory(),
        slice,
        parked: generation.parked_from().await?,
        unreadable: HashSet::new(),
    };
    // Most of the log while the read side goes on; the rest while it stands still.
    let (reached, _) = generation.progress().await?;
    model
        .read(shared, Position::START, reached, |_| reached, report)
        .await?;
    let mut tx = generation.sql.begin().await?;
    let shards = lock_all(&mut tx, generation).await?;
    let last = shards.iter().map(|s| s.position).max().unwrap_or_default();
    let reached_by = |organization| {
        let shard = shard_of(organization, generation.shards);
        let found = shards.iter().find(|s| s.shard == shard);
        found.map_or(Position::START, |s| s.position)
    };
    model.read(shared, reached, last, reached_by, report).await?;
    for (set, report) in model.rows.sets().into_iter().zip(&mut report.models) {
        compare(&mut tx, set, slice, report).await?;
    }
    tx.rollback().await?;
    Ok(())
}

/// What the log says.
struct Model {
    rows: Rows,
    slice: Slice,
    parked: std::collections::BTreeMap<StreamId, Position>,
    unreadable: HashSet<StreamId>,
}

impl Model {
    /// Takes in the events after `from` up to `until`, each organization's up to where its shard is.
    async fn read(
        &mut self,
        shared: &Shared,
        from: Position,
        until: Position,
        reached: impl Fn(OrganizationId) -> Position,
        report: &mut VerifyReport,
    ) -> Result<(), ReadSideError> {
        let mut after = from;
        while after < until {
            let page = shared.feed.read(after, EVENTS_PER_PAGE).await?;
            if page.scanned <= after {
                return Ok(());
            }
            after = page.scanned;
            for event in page.events.iter().filter(|e| e.position <= until) {
                let organization = event.organization;
                if self.slice.holds(organization) && event.position <= reached(organization) {
                    self.take_in(event, report);
                }
            }
        }
        Ok(())
    }

    fn take_in(&mut self, event: &commands::ports::StoredEvent, report: &mut VerifyReport) {
        report.events += 1;
        let parked = self
            .parked
            .get(&event.stream)
            .is_some_and(|from| event.position >= *from);
        if parked || self.unreadable.contains(&event.stream) {
            report.unreadable_events += 1;
            return;
        }
        match event.decode() {
            Ok(recorded) if matches!(recorded.event, Event::Unknown { .. }) => report.unknown_events += 1,
            Ok(recorded) => batch::apply_in_memory(&recorded, &mut self.rows),
            Err(_) => {
                report.unreadable_events += 1;
                self.unreadable.insert(event.stream.clone());
            }
        }
    }
}

/// Keeps every runner off until the transaction ends; says where each shard is.
pub(super) async fn lock_all(
    tx: &mut Transaction,
    generation: &Generation,
) -> Result<Vec<ShardProgress>, ReadSideError> {
    let mut shards = Vec::new();
    for shard in 0..generation.shards {
        let rows = tx
            .query(generation.lock_statement(true), vec![int(i64::from(shard))])
            .await?;
        let row = rows.first().ok_or(ReadSideError::Corrupt("a missing shard"))?;
        shards.push(ShardProgress {
            shard,
            position: position(row.int(0)?)?,
        });
    }
    Ok(shards)
}

/// Compares a stored table, page by page in key order, with the rows in memory.
async fn compare(
    tx: &mut Transaction,
    set: &mut dyn AnyRowSet,
    slice: Slice,
    report: &mut ModelReport,
) -> Result<(), ReadSideError> {
    let table = set.table();
    let mut after: Option<Vec<Cell>> = None;
    loop {
        let (sql, parameters) = page_after(table, after.as_deref());
        let rows = tx.query(&sql, parameters).await?;
        let full = rows.len() as i64 == ROWS_PER_PAGE;
        for row in rows {
            let cells = row.into_cells();
            after = Some(cells.iter().take(table.key_columns).cloned().collect());
            if holds(slice, &cells) {
                report.take_in(&set.compare(cells));
            }
        }
        if !full {
            report.take_in_missing(set.not_compared());
            return Ok(());
        }
    }
}

/// Every table's first column is the organization.
fn holds(slice: Slice, cells: &[Cell]) -> bool {
    let organization = match cells.first() {
        Some(Cell::Text(id)) => id.parse().ok(),
        _ => None,
    };
    // A row of no organization belongs nowhere; the first slice reports it.
    organization.map_or(slice.number == 0, |id| slice.holds(id))
}

fn page_after(table: &Table, after: Option<&[Cell]>) -> (String, Vec<Cell>) {
    let key: Vec<_> = table.key_names().iter().map(|k| format!("\"{k}\"")).collect();
    let key = key.join(", ");
    let mut parameters = after.map(<[Cell]>::to_vec).unwrap_or_default();
    let beyond = if after.is_some() {
        let places: Vec<_> = (1..=parameters.len()).map(|i| format!("${i}")).collect();
        format!("WHERE ({key}) > ({})", places.join(", "))
    } else {
        String::new()
    };
    parameters.push(int(ROWS_PER_PAGE));
    let sql = format!(
        "SELECT {} FROM \"{}\" {beyond} ORDER BY {key} LIMIT ${}",
        selected(table, ""),
        table.name,
        parameters.len()
    );
    (sql, parameters)
}
