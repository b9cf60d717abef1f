//! A run of people on its way into the journal: decided on, and turned into what is appended.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    ContactId, ImportBatchId, PhoneIndex,
    contact::Contact,
    import::{ContactSource, FoldedRowRecord, ImportChunk, ImportTotals, RejectedRowRecord},
    suppression::ListKind,
};

use super::{
    people_of_rows::{Decided, Newcomer, decide},
    window::Part,
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{RejectedRow, StreamAppend},
    stream::{Loaded, load_many},
    suppression::on_a_list,
};

/// A run of people on its way into the journal.
pub(super) struct Chunk {
    pub(super) number: u32,
    done_millionths: Option<u32>,
    /// Each number's first row in the file, with those that folded into it.
    newcomers: Vec<Newcomer>,
    /// Rows whose number an earlier chunk had.
    repeats: Vec<Newcomer>,
    rejected: Vec<RejectedRowRecord>,
    suppressed: HashSet<ContactId>,
    /// Numbers that the source marks as not to be called and that the organization's own list does not have yet.
    forbidden: Vec<PhoneIndex>,
    decided: Decided,
    decided_repeats: Decided,
}

impl Chunk {
    /// The chunk of a part of the list.
    pub(super) async fn of(
        ports: &Ports,
        context: &CommandContext,
        number: u32,
        part: Part,
    ) -> Result<Self, CommandError> {
        let mut rejected = Vec::with_capacity(part.rejected.len());
        for row in part.rejected {
            rejected.push(seal_row(ports, context, row).await?);
        }
        Ok(Self {
            number,
            done_millionths: part.done_millionths,
            newcomers: part.newcomers,
            repeats: part.repeats,
            rejected,
            suppressed: HashSet::new(),
            forbidden: vec![],
            decided: Decided::default(),
            decided_repeats: Decided::default(),
        })
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
        let on_a_list = on_a_list(ports, context.organization, &numbers).await?;
        self.suppressed = indexes
            .iter()
            .zip(on_a_list)
            .filter(|(_, is_listed)| *is_listed)
            .map(|(newcomer, _)| newcomer.id)
            .collect();
        self.forbidden = self.newly_forbidden(ports, context).await?;
        Ok(())
    }

    async fn newly_forbidden(
        &self,
        ports: &Ports,
        context: &CommandContext,
    ) -> Result<Vec<PhoneIndex>, CommandError> {
        let people = self.newcomers.iter().chain(&self.repeats);
        let numbers: BTreeSet<_> = people
            .flat_map(|person| person.forbidden.iter().cloned())
            .collect();
        if numbers.is_empty() {
            return Ok(vec![]);
        }
        let numbers: Vec<_> = numbers.into_iter().collect();
        let indexes = ports.keys.phone_indexes(context.organization, &numbers).await?;
        let lists = ports
            .suppressions
            .lists_known(context.organization, &indexes)
            .await?;
        let own = ListKind::Internal.as_str();
        let known = lists.iter().map(|lists| lists.iter().any(|list| list == own));
        Ok(indexes
            .into_iter()
            .zip(known)
            .filter(|(_, known)| !known)
            .map(|(index, _)| index)
            .collect())
    }

    /// Numbers that are to be put on the organization's own list.
    pub(super) fn forbidden(&self) -> &[PhoneIndex] {
        &self.forbidden
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
                first.fold_in_person(repeat)?;
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
                row: newcomer.row,
                contact: newcomer.id,
                in_file: false,
                filled: self.decided.filled.contains(&newcomer.id),
            });
        let of_earlier = self.repeats.iter().map(|repeat| FoldedRowRecord {
            row: repeat.row,
            contact: repeat.id,
            in_file: true,
            filled: self.decided_repeats.filled.contains(&repeat.id),
        });
        let of_this = self
            .newcomers
            .iter()
            .flat_map(|newcomer| newcomer.folded.iter().cloned());
        let mut folded: Vec<FoldedRowRecord> = of_this.collect();
        let rows = self.newcomers.len() + self.repeats.len() + folded.len() + self.rejected.len();
        folded.extend(of_known);
        folded.extend(of_earlier);
        folded.sort_unstable_by_key(|row| row.row);
        let count = |rows: usize| rows as u64;
        let people = self.newcomers.iter().chain(&self.repeats);
        let marks: u64 = people.map(|person| u64::from(person.marks)).sum();
        ImportChunk {
            number: self.number,
            totals: ImportTotals {
                rows: before.rows + count(rows),
                created: before.created + count(self.decided.created.len()),
                duplicates: before.duplicates + count(folded.len()),
                rejected: before.rejected + count(self.rejected.len()),
                filled: before.filled + count(folded.iter().filter(|row| row.filled).count()),
                do_not_contact: before.do_not_contact + marks,
                suppressed: before.suppressed + count(self.suppressed.len()),
            },
            rejected: self.rejected.clone(),
            folded,
            done_millionths: self.done_millionths,
        }
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
