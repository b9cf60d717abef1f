//! A run of rows: read, told apart into people, repeats and rejected rows, decided on, and turned into what is appended. Where a
//! chunk ends depends on the file alone, so that a resumed import counts the same chunks.

use std::collections::{HashMap, HashSet};

use domain::{
    ContactId, ImportBatchId, PhoneNumber,
    contact::Contact,
    import::{ContactSource, FoldedRowRecord, ImportChunk, ImportTotals, RejectedRowRecord},
};

use super::people_of_rows::{Decided, Newcomer, decide};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    people::{contact_id, fill_blanks},
    ports::{ReadContact, ReadProgress, RejectedRow, RowOutcome, StreamAppend, TableReader},
    stream::{Loaded, load_many},
};

/// Most rows of a chunk: enough that a commit does not count, few enough that two chunks are little memory.
const CHUNK_ROWS: usize = 4_000;

/// Most text of a chunk, bytes: sealed and with all that is around it, it stays within one journal request.
const CHUNK_TEXT_BYTES: usize = 3 << 20;

/// The contacts of all rows so far.
pub(super) type Seen = HashSet<ContactId>;

/// Reads the next rows; none at the end of the file.
pub(super) fn read_rows(reader: &mut dyn TableReader) -> Result<Vec<RowOutcome>, CommandError> {
    let mut rows = Vec::with_capacity(CHUNK_ROWS);
    let mut bytes = 0;
    while rows.len() < CHUNK_ROWS && bytes < CHUNK_TEXT_BYTES {
        match reader.next_row() {
            Some(Ok(row)) => {
                if let RowOutcome::Contact(contact) = &row {
                    bytes += text_bytes(contact);
                }
                rows.push(row);
            }
            Some(Err(e)) => return Err(e.into()),
            None => break,
        }
    }
    Ok(rows)
}

fn text_bytes(contact: &ReadContact) -> usize {
    let details = &contact.details;
    let attributes: usize = details.attributes.iter().map(|(k, v)| k.len() + v.len()).sum();
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    attributes
        + details.name.len()
        + details.phone_as_given.len()
        + optional(&details.email)
        + optional(&details.street)
        + details.other_phones.len() * 16
}

/// A run of rows on its way into the journal.
pub(super) struct Chunk {
    pub(super) number: u32,
    done_millionths: Option<u32>,
    /// Each number's first row in the file.
    newcomers: Vec<Newcomer>,
    /// Rows whose number an earlier chunk had.
    repeats: Vec<Newcomer>,
    /// Rows whose number this chunk had already.
    folded_here: Vec<FoldedRowRecord>,
    rejected: Vec<RejectedRowRecord>,
    do_not_contact: u64,
    suppressed: HashSet<ContactId>,
    decided: Decided,
    decided_repeats: Decided,
}

impl Chunk {
    /// Tells the rows apart.
    pub(super) async fn sorted(
        ports: &Ports,
        context: &CommandContext,
        number: u32,
        rows: Vec<RowOutcome>,
        seen: &mut Seen,
    ) -> Result<Self, CommandError> {
        let mut chunk = Self {
            number,
            done_millionths: None,
            newcomers: Vec::with_capacity(rows.len()),
            repeats: vec![],
            folded_here: vec![],
            rejected: vec![],
            do_not_contact: 0,
            suppressed: HashSet::new(),
            decided: Decided::default(),
            decided_repeats: Decided::default(),
        };
        let mut contacts = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                RowOutcome::Contact(contact) => contacts.push(contact),
                RowOutcome::Rejected(rejected) => {
                    chunk.rejected.push(seal_row(ports, context, rejected).await?);
                }
            }
        }
        let numbers: Vec<PhoneNumber> = contacts.iter().map(|c| c.phone.clone()).collect();
        let indexes = ports.keys.phone_indexes(context.organization, &numbers).await?;
        let mut here: HashMap<ContactId, usize> = HashMap::with_capacity(contacts.len());
        for (row, index) in contacts.into_iter().zip(indexes) {
            let id = contact_id(context.organization, &index);
            chunk.do_not_contact += u64::from(row.do_not_contact);
            if let Some(first) = here.get(&id).and_then(|place| chunk.newcomers.get_mut(*place)) {
                chunk.folded_here.push(fold_into(first, &row));
                continue;
            }
            let newcomer = Newcomer { id, index, row };
            if seen.insert(id) {
                here.insert(id, chunk.newcomers.len());
                chunk.newcomers.push(newcomer);
            } else {
                chunk.repeats.push(newcomer);
            }
        }
        // Neighbours in an index are then written together.
        chunk.newcomers.sort_by_cached_key(|newcomer| newcomer.id);
        Ok(chunk)
    }

    /// Notes how much of the file this chunk ends at.
    pub(super) fn at(&mut self, progress: ReadProgress) {
        self.done_millionths = (progress.total > 0).then(|| {
            let millionths = u128::from(progress.done) * 1_000_000 / u128::from(progress.total);
            u32::try_from(millionths.min(1_000_000)).unwrap_or(1_000_000)
        });
    }

    /// Whether nobody of this chunk was known.
    pub(super) fn are_all_new(&self) -> bool {
        self.decided.created.len() == self.newcomers.len()
    }

    /// Decides on the newcomers, as their streams are now or as if nobody knew them; the journal refuses the latter when one is
    /// known after all.
    pub(super) async fn prepare(
        &mut self,
        ports: &Ports,
        context: &CommandContext,
        (source, batch): (ContactSource, Option<ImportBatchId>),
        look_up: bool,
    ) -> Result<(), CommandError> {
        let ids = self.newcomers.iter().map(|newcomer| newcomer.id);
        let contacts: Vec<Loaded<Contact>> = if look_up {
            load_many(ports, context.organization, ids).await?
        } else {
            ids.map(Loaded::absent).collect()
        };
        self.decided = decide(ports, context, &self.newcomers, contacts, (source, batch)).await?;
        let made = &self.decided.created;
        let indexes: Vec<_> = self
            .newcomers
            .iter()
            .filter(|newcomer| made.contains(&newcomer.id))
            .collect();
        let numbers: Vec<_> = indexes.iter().map(|newcomer| newcomer.index.clone()).collect();
        let lists = ports
            .suppressions
            .lists_known(context.organization, &numbers)
            .await?;
        self.suppressed = indexes
            .iter()
            .zip(lists)
            .filter(|(_, lists)| !lists.is_empty())
            .map(|(newcomer, _)| newcomer.id)
            .collect();
        Ok(())
    }

    /// Decides on rows that repeat a number of an earlier chunk, which is recorded by now.
    pub(super) async fn fold_in_repeats(
        &mut self,
        ports: &Ports,
        context: &CommandContext,
        batch: Option<ImportBatchId>,
    ) -> Result<(), CommandError> {
        let mut people: Vec<Newcomer> = Vec::with_capacity(self.repeats.len());
        let mut here: HashMap<ContactId, usize> = HashMap::new();
        for repeat in &self.repeats {
            if let Some(first) = here.get(&repeat.id).and_then(|place| people.get_mut(*place)) {
                fold_into(first, &repeat.row);
            } else {
                here.insert(repeat.id, people.len());
                people.push(repeat.clone());
            }
        }
        let ids = people.iter().map(|person| person.id);
        let contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, ids).await?;
        let source = ContactSource::CsvImport;
        self.decided_repeats = decide(ports, context, &people, contacts, (source, batch)).await?;
        Ok(())
    }

    /// The contacts of this chunk.
    pub(super) fn members(&self) -> Vec<ContactId> {
        self.newcomers.iter().map(|newcomer| newcomer.id).collect()
    }

    /// What is appended to the contacts' streams.
    pub(super) fn take_appends(&mut self) -> Vec<StreamAppend> {
        let mut appends = std::mem::take(&mut self.decided.appends);
        appends.append(&mut self.decided_repeats.appends);
        appends
    }

    /// What the import records of this chunk.
    pub(super) fn outcome(&self, before: &ImportTotals) -> ImportChunk {
        let of_known = self
            .newcomers
            .iter()
            .filter(|newcomer| !self.decided.created.contains(&newcomer.id))
            .map(|newcomer| FoldedRowRecord {
                row: newcomer.row.row,
                contact: newcomer.id,
                in_file: false,
                filled: self.decided.filled.contains(&newcomer.id),
            });
        let of_earlier = self.repeats.iter().map(|repeat| FoldedRowRecord {
            row: repeat.row.row,
            contact: repeat.id,
            in_file: true,
            filled: self.decided_repeats.filled.contains(&repeat.id),
        });
        let mut folded: Vec<FoldedRowRecord> = self.folded_here.clone();
        folded.extend(of_known);
        folded.extend(of_earlier);
        folded.sort_unstable_by_key(|row| row.row);
        let count = |rows: usize| rows as u64;
        let rows = self.newcomers.len() + self.repeats.len() + self.folded_here.len() + self.rejected.len();
        ImportChunk {
            number: self.number,
            totals: ImportTotals {
                rows: before.rows + count(rows),
                created: before.created + count(self.decided.created.len()),
                duplicates: before.duplicates + count(folded.len()),
                rejected: before.rejected + count(self.rejected.len()),
                filled: before.filled + count(folded.iter().filter(|row| row.filled).count()),
                do_not_contact: before.do_not_contact + self.do_not_contact,
                suppressed: before.suppressed + count(self.suppressed.len()),
            },
            rejected: self.rejected.clone(),
            folded,
            done_millionths: self.done_millionths,
        }
    }
}

/// A second row of a number fills blanks of the first, and its mark against contact counts for both.
fn fold_into(first: &mut Newcomer, row: &ReadContact) -> FoldedRowRecord {
    let filled = fill_blanks(first.row.details.clone(), &row.details);
    let changed = filled != first.row.details;
    first.row.details = filled;
    first.row.do_not_contact |= row.do_not_contact;
    FoldedRowRecord {
        row: row.row,
        contact: first.id,
        in_file: true,
        filled: changed,
    }
}

async fn seal_row(
    ports: &Ports,
    context: &CommandContext,
    rejected: RejectedRow,
) -> Result<RejectedRowRecord, CommandError> {
    let value = match rejected.value.filter(|v| !v.is_empty()) {
        Some(value) => Some(
            ports
                .keys
                .seal_for_organization(context.organization, &value)
                .await?,
        ),
        None => None,
    };
    Ok(RejectedRowRecord {
        row: rejected.row,
        field: rejected.field,
        error: rejected.error,
        value,
    })
}
