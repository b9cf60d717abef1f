//! Counts what rows would come to, as a run of the import counts them. What grows with the file is one set of numbers; known
//! contacts are looked up some rows at a time, and only where there are any.

use std::{collections::HashSet, sync::Arc};

use commands::{
    Ports,
    people::contact_id,
    ports::{KeyRing, ReadLimits, RowOutcome},
};
use domain::{ContactId, OrganizationId, PhoneNumber};
use projections::queries::ReadModels;
use serde::Serialize;

use super::reading::{ListError, ReadRow};

/// What a row would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A contact would be made.
    Contact,
    /// It repeats a number of an earlier row.
    DuplicateInFile,
    /// Its number belongs to a contact that is there.
    DuplicateKnown,
    /// It has no usable number.
    Rejected,
}

/// How many rows would come to what. `rows` is the sum of the next three.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Data rows or cards that are not blank.
    pub rows: u64,
    /// Contacts that would be made.
    pub created: u64,
    /// Rows that fold into one of those, or into a contact that is there.
    pub duplicates: u64,
    /// Rows without a usable number.
    pub rejected: u64,
    /// Rows whose source says that the person must not be contacted; counted above, too.
    pub do_not_contact: u64,
}

/// Most cut cells that are named; more are only counted.
const CUT_CELLS_NAMED_MAX: usize = 100;

/// A cell that is longer than is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutCell {
    /// Number of its row in the file, from 1.
    pub row: u64,
    /// Header of its column.
    pub column: String,
}

impl CutCell {
    /// What is left out of it, for a person.
    pub fn warning(&self) -> String {
        let most = ReadLimits::default().cell_chars_max;
        format!(
            "the text in row {}, column {:?} is longer than {most} characters; what is behind them is left out",
            self.row, self.column
        )
    }
}

/// The cells that are longer than is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CutCells {
    /// How many.
    pub count: u64,
    /// The first of them, in the file's order.
    pub first: Vec<CutCell>,
}

impl CutCells {
    /// Takes in the next row.
    pub fn note(&mut self, row: &ReadRow) {
        self.count += row.cut.len() as u64;
        let named = row.cut.iter().map(|column| CutCell {
            row: row.number(),
            column: column.clone(),
        });
        let left = CUT_CELLS_NAMED_MAX.saturating_sub(self.first.len());
        self.first.extend(named.take(left));
    }
}

/// The contacts that an organization has, to be asked by number.
#[derive(Debug, Clone)]
pub struct KnownContacts {
    keys: Arc<dyn KeyRing>,
    queries: Arc<dyn ReadModels>,
    organization: OrganizationId,
}

impl KnownContacts {
    /// Nothing when the organization has none, so that none need be looked up.
    pub async fn of(
        ports: &Ports,
        queries: &Arc<dyn ReadModels>,
        organization: OrganizationId,
    ) -> Result<Option<Self>, ListError> {
        Ok(queries.has_contacts(organization).await?.then(|| Self {
            keys: Arc::clone(&ports.keys),
            queries: Arc::clone(queries),
            organization,
        }))
    }

    /// For each number whether it belongs to a contact that is there; at most 1,000.
    async fn among(&self, numbers: &[PhoneNumber]) -> Result<Vec<bool>, ListError> {
        let indexes = self.keys.phone_indexes(self.organization, numbers).await?;
        let ids: Vec<ContactId> = indexes
            .iter()
            .map(|index| contact_id(self.organization, index))
            .collect();
        let there = self.queries.contacts_there(self.organization, &ids).await?;
        let there: HashSet<ContactId> = there.into_iter().collect();
        Ok(ids.iter().map(|id| there.contains(id)).collect())
    }
}

/// A count under way.
#[derive(Debug)]
pub struct Survey {
    known: Option<KnownContacts>,
    /// Numbers of the rows so far.
    seen: HashSet<u64>,
    /// So far.
    pub figures: Figures,
    /// So far.
    pub cut: CutCells,
}

impl Survey {
    /// Rows that are taken in at once.
    pub const ROWS_AT_ONCE: usize = 1_000;

    /// Begins; without known contacts only repeats within the file are duplicates.
    pub fn new(known: Option<KnownContacts>) -> Self {
        Self {
            known,
            seen: HashSet::new(),
            figures: Figures::default(),
            cut: CutCells::default(),
        }
    }

    /// Counts the next rows, at most [`Survey::ROWS_AT_ONCE`], and says what each would come to.
    pub async fn take(&mut self, rows: &[ReadRow]) -> Result<Vec<Mark>, ListError> {
        let mut marks = Vec::with_capacity(rows.len());
        let (mut places, mut numbers) = (vec![], vec![]);
        for row in rows {
            self.cut.note(row);
            let mark = match &row.outcome {
                RowOutcome::Rejected(_) => Mark::Rejected,
                RowOutcome::Contact(contact) => {
                    self.figures.do_not_contact += u64::from(contact.do_not_contact);
                    if self.seen.insert(digits(&contact.phone)) {
                        places.push(marks.len());
                        numbers.push(contact.phone.clone());
                        Mark::Contact
                    } else {
                        Mark::DuplicateInFile
                    }
                }
            };
            marks.push(mark);
        }
        if let Some(known) = &self.known
            && !numbers.is_empty()
        {
            let there = known.among(&numbers).await?;
            for (place, _) in places.iter().zip(there).filter(|(_, there)| *there) {
                marks[*place] = Mark::DuplicateKnown;
            }
        }
        for mark in &marks {
            self.count(*mark);
        }
        Ok(marks)
    }

    const fn count(&mut self, mark: Mark) {
        self.figures.rows += 1;
        match mark {
            Mark::Contact => self.figures.created += 1,
            Mark::DuplicateInFile | Mark::DuplicateKnown => self.figures.duplicates += 1,
            Mark::Rejected => self.figures.rejected += 1,
        }
    }
}

/// A number in eight bytes; E.164 has at most 15 digits.
fn digits(number: &PhoneNumber) -> u64 {
    let digits = number.as_e164().bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |so_far, digit| {
        so_far.wrapping_mul(10) + u64::from(digit - b'0')
    })
}

#[cfg(test)]
mod tests {
    use commands::ports::{ReadContact, RejectedRow};
    use domain::{Location, PersonalDetails};

    use super::*;

    fn row(number: u64, phone: &str) -> ReadRow {
        let outcome = match phone.parse() {
            Ok(phone) => RowOutcome::Contact(Box::new(ReadContact {
                row: number,
                phone,
                location: Location::default(),
                details: PersonalDetails::default(),
                listing_status: None,
                do_not_contact: false,
                forbidden_phones: vec![],
            })),
            Err(_) => RowOutcome::Rejected(RejectedRow {
                row: number,
                field: "phone".to_owned(),
                error: "no digits".to_owned(),
                value: None,
            }),
        };
        ReadRow {
            outcome,
            cells: None,
            cut: vec![],
        }
    }

    #[test]
    fn many_cut_cells_are_counted_and_the_first_named() {
        let mut cut = CutCells::default();
        for number in 2..=121 {
            let columns = vec!["Notes".to_owned()];
            cut.note(&ReadRow {
                cut: columns,
                ..row(number, "none")
            });
        }
        assert_eq!((cut.count, cut.first.len()), (120, CUT_CELLS_NAMED_MAX));
        assert_eq!(
            cut.first[0].warning(),
            "the text in row 2, column \"Notes\" is longer than 4096 characters; what is behind them is left out"
        );
    }

    #[tokio::test]
    async fn every_row_is_counted_once_also_across_runs_of_rows() {
        let mut survey = Survey::new(None);
        let first = [row(2, "+17605550120"), row(3, "none"), row(4, "+17605550121")];
        let marks = survey.take(&first).await.unwrap();
        assert_eq!(marks, [Mark::Contact, Mark::Rejected, Mark::Contact]);
        let second = [row(5, "+17605550120"), row(6, "+17605550122")];
        let marks = survey.take(&second).await.unwrap();
        assert_eq!(marks, [Mark::DuplicateInFile, Mark::Contact]);
        let figures = survey.figures;
        assert_eq!(
            (
                figures.rows,
                figures.created,
                figures.duplicates,
                figures.rejected
            ),
            (5, 3, 1, 1)
        );
    }
}
