//! A stretch of a list, read and put in the order of its people's ids before it is cut into chunks. Ids follow from numbers and lie
//! at random, so a chunk of neighbouring rows would touch a page of every index for nearly each of its people; a chunk of neighbouring
//! ids touches a few. Where a stretch and its chunks end depends on the file alone, so that a resumed import counts the same chunks.

use std::collections::HashMap;

use domain::{ContactId, OrganizationId, PhoneIndex, PhoneNumber};

use super::people_of_rows::Newcomer;
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    people::contact_id,
    ports::{ReadContact, ReadProgress, RejectedRow, RowOutcome, TableReader},
};

/// Most rows of a stretch: enough that people of neighbouring ids share pages, few enough that all are held in memory.
const WINDOW_ROWS: usize = 32_000;

/// Most text of a stretch, bytes.
const WINDOW_TEXT_BYTES: usize = 32 << 20;

/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 2_000;

/// Most rows of a chunk: enough that a commit does not count, few enough that two chunks are little memory.
pub(super) const CHUNK_ROWS: usize = 4_000;

/// Most text of a chunk, bytes: sealed and with all that is around it, it stays within one journal request.
const CHUNK_TEXT_BYTES: usize = 3 << 20;

/// What a row that folded takes as JSON text, about.
const FOLDED_ROW_BYTES: usize = 96;

/// Which contacts the stretches so far had, in order, by what tells ids of one organization apart: the first six bytes are the
/// organization's. A million of them are ten megabytes; a set of hashes would be more than three times that while it grows.
#[derive(Default)]
pub(super) struct Seen(Vec<[u8; 10]>);

impl Seen {
    fn own(id: ContactId) -> [u8; 10] {
        let mut own = [0; 10];
        own.copy_from_slice(&id.as_uuid().as_bytes()[6..]);
        own
    }

    fn contains(&self, id: ContactId) -> bool {
        self.0.binary_search(&Self::own(id)).is_ok()
    }

    /// Takes in the people of a stretch that were new in it.
    #[expect(
        clippy::stable_sort_primitive,
        reason = "it merges two runs that are in order, where the other sorts everything anew"
    )]
    fn take_in(&mut self, stretch: &Window) {
        let first = self.0.len();
        self.0.reserve_exact(stretch.newcomers.len());
        self.0
            .extend(stretch.newcomers.iter().map(|newcomer| Self::own(newcomer.id)));
        self.0[first..].sort_unstable();
        self.0.sort();
    }
}

/// A stretch of rows, told apart. It is read a piece at a time, so that nobody who records chunks waits for a whole one.
#[derive(Default)]
pub(super) struct Window {
    /// How far the file was done with where it begins.
    before: ReadProgress,
    /// Where each contact is among the newcomers.
    places: HashMap<ContactId, usize>,
    /// Each number's first row in the file, with those that folded into it.
    newcomers: Vec<Newcomer>,
    /// Rows whose number an earlier stretch had.
    repeats: Vec<Newcomer>,
    rejected: Vec<RejectedRow>,
    rows: usize,
    text_bytes: usize,
    /// There are no more rows.
    at_end: bool,
}

/// What one chunk is made of.
#[derive(Default)]
pub(super) struct Part {
    pub(super) newcomers: Vec<Newcomer>,
    pub(super) repeats: Vec<Newcomer>,
    pub(super) rejected: Vec<RejectedRow>,
    /// Millionths of the file that it ends at; nothing where the file's size is not known.
    pub(super) done_millionths: Option<u32>,
}

impl Window {
    /// One that begins where the reader is.
    pub(super) fn begin(reader: &dyn TableReader) -> Self {
        Self {
            before: reader.progress(),
            ..Self::default()
        }
    }

    /// Reads at least so many more rows, or to the stretch's end.
    pub(super) async fn read_on(
        &mut self,
        rows: usize,
        (ports, context): (&Ports, &CommandContext),
        reader: &mut dyn TableReader,
        seen: &Seen,
    ) -> Result<(), CommandError> {
        let until = self.rows.saturating_add(rows).min(WINDOW_ROWS);
        while self.rows < until && self.text_bytes < WINDOW_TEXT_BYTES && !self.at_end {
            let contacts = self.read(reader)?;
            let numbers: Vec<PhoneNumber> = contacts.iter().map(|c| c.phone.clone()).collect();
            let indexes = ports.keys.phone_indexes(context.organization, &numbers).await?;
            for (row, index) in contacts.into_iter().zip(indexes) {
                self.tell_apart((context.organization, index), row, seen)?;
            }
        }
        Ok(())
    }

    /// Reads the rest of the stretch and cuts it into the parts of its chunks; none at the end of the file.
    pub(super) async fn parts(
        mut self,
        to: (&Ports, &CommandContext),
        reader: &mut dyn TableReader,
        seen: &mut Seen,
    ) -> Result<Vec<Part>, CommandError> {
        self.read_on(WINDOW_ROWS, to, reader, seen).await?;
        seen.take_in(&self);
        Ok(self.cut(reader.progress()))
    }

    /// Reads some rows; answers those that have a number.
    fn read(&mut self, reader: &mut dyn TableReader) -> Result<Vec<ReadContact>, CommandError> {
        let mut contacts = Vec::with_capacity(ROWS_AT_ONCE);
        for _ in 0..ROWS_AT_ONCE {
            match reader.next_row() {
                Some(Ok(RowOutcome::Contact(contact))) => contacts.push(*contact),
                Some(Ok(RowOutcome::Rejected(rejected))) => {
                    self.text_bytes += text_bytes(&rejected);
                    self.rejected.push(rejected);
                }
                Some(Err(e)) => return Err(e.into()),
                None => {
                    self.at_end = true;
                    break;
                }
            }
            self.rows += 1;
        }
        Ok(contacts)
    }

    /// A number's first row makes a newcomer, later ones of this stretch fold into it, and those of later stretches repeat it.
    fn tell_apart(
        &mut self,
        (organization, index): (OrganizationId, PhoneIndex),
        row: ReadContact,
        seen: &Seen,
    ) -> Result<(), CommandError> {
        let id = contact_id(organization, &index);
        let first = self.places.get(&id);
        if let Some(first) = first.and_then(|place| self.newcomers.get_mut(*place)) {
            return first.fold_in(&row);
        }
        let newcomer = Newcomer::new(id, index, row)?;
        self.text_bytes += newcomer.text_bytes;
        if seen.contains(id) {
            self.repeats.push(newcomer);
        } else {
            self.places.insert(id, self.newcomers.len());
            self.newcomers.push(newcomer);
        }
        Ok(())
    }

    /// Cuts what was read into parts, newcomers in the order of their ids.
    fn cut(mut self, after: ReadProgress) -> Vec<Part> {
        self.newcomers.sort_unstable_by_key(|newcomer| newcomer.id);
        let mut newcomers = pieces(self.newcomers, newcomer_bytes).into_iter();
        let mut repeats = pieces(self.repeats, |repeat| repeat.text_bytes).into_iter();
        let mut rejected = pieces(self.rejected, text_bytes).into_iter();
        let count = newcomers.len().max(repeats.len()).max(rejected.len());
        let part = |number: usize| Part {
            newcomers: newcomers.next().unwrap_or_default(),
            repeats: repeats.next().unwrap_or_default(),
            rejected: rejected.next().unwrap_or_default(),
            done_millionths: done_millionths(self.before, after, (number, count)),
        };
        (1..=count).map(part).collect()
    }
}

/// Bytes of text of a newcomer that will be recorded, about.
fn newcomer_bytes(newcomer: &Newcomer) -> usize {
    newcomer.text_bytes + newcomer.folded.len() * FOLDED_ROW_BYTES
}

/// Bytes of text of a rejected row that will be sealed.
fn text_bytes(rejected: &RejectedRow) -> usize {
    rejected.value.as_ref().map_or(0, String::len)
}

/// Cuts rows into pieces that are small enough for a chunk.
fn pieces<R>(rows: Vec<R>, text_bytes: fn(&R) -> usize) -> Vec<Vec<R>> {
    let mut pieces: Vec<Vec<R>> = vec![];
    let mut bytes = 0;
    for row in rows {
        bytes += text_bytes(&row);
        match pieces.last_mut() {
            Some(piece) if piece.len() < CHUNK_ROWS && bytes <= CHUNK_TEXT_BYTES => piece.push(row),
            Some(_) | None => {
                bytes = text_bytes(&row);
                pieces.push(vec![row]);
            }
        }
    }
    pieces
}

/// How far the file is done with when so many parts of a stretch are recorded. Rows are not recorded in the file's order, so it is
/// said as if they were.
fn done_millionths(before: ReadProgress, after: ReadProgress, (parts, of): (usize, usize)) -> Option<u32> {
    let stretch = u128::from(after.done.saturating_sub(before.done));
    let done = u128::from(before.done) * of as u128 + stretch * parts as u128;
    let total = u128::from(after.total) * of as u128;
    let millionths = (done * 1_000_000).checked_div(total)?;
    Some(u32::try_from(millionths.min(1_000_000)).unwrap_or(1_000_000))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::{Location, PersonalDetails};
    use uuid::Uuid;

    use super::*;

    fn row(number: u64, name: &str) -> ReadContact {
        ReadContact {
            row: number,
            phone: "+17605550120".parse().unwrap(),
            location: Location::default(),
            details: PersonalDetails {
                first_name: name.to_owned(),
                ..PersonalDetails::default()
            },
            listing_status: None,
            do_not_contact: number == 2,
            forbidden_phones: vec![],
        }
    }

    /// A stretch of rows with these numbers, read after those that `seen` knows.
    fn stretch(numbers: impl IntoIterator<Item = u64>, seen: &mut Seen) -> Window {
        let mut window = Window::default();
        for (place, number) in (1..).zip(numbers) {
            let about = (
                OrganizationId::from_uuid(Uuid::nil()),
                PhoneIndex::from_hex(number.to_string()),
            );
            let name = if place == 1 { "" } else { "Ada" };
            window.tell_apart(about, row(place, name), seen).unwrap();
        }
        seen.take_in(&window);
        window
    }

    fn read(done: u64) -> ReadProgress {
        ReadProgress { done, total: 200 }
    }

    #[test]
    fn chunks_hold_neighbours_in_the_order_of_ids_whatever_the_order_of_rows() {
        let count = CHUNK_ROWS as u64 * 2 + 1;
        let forwards = stretch(0..count, &mut Seen::default()).cut(read(100));
        let backwards = stretch((0..count).rev(), &mut Seen::default()).cut(read(100));
        let ids = |parts: &[Part]| -> Vec<Vec<ContactId>> {
            let ids = |part: &Part| part.newcomers.iter().map(|newcomer| newcomer.id).collect();
            parts.iter().map(ids).collect()
        };
        assert_eq!(ids(&forwards), ids(&backwards));
        let lengths: Vec<usize> = forwards.iter().map(|part| part.newcomers.len()).collect();
        assert_eq!(lengths, [CHUNK_ROWS, CHUNK_ROWS, 1]);
        let all = ids(&forwards).concat();
        assert!(all.is_sorted(), "parts follow on each other");
        let everybody: HashSet<ContactId> = all.into_iter().collect();
        assert_eq!(everybody.len() as u64, count, "everybody once");
    }

    #[test]
    fn a_number_of_the_stretch_folds_and_one_of_an_earlier_stretch_repeats() {
        let mut seen = Seen::default();
        stretch([7], &mut seen);
        let parts = stretch([8, 8, 7, 7], &mut seen).cut(read(100));
        let [part] = &parts[..] else { panic!("one part") };
        let [newcomer] = &part.newcomers[..] else {
            panic!("one newcomer")
        };
        let folded = newcomer.folded.first().map(|folded| (folded.row, folded.filled));
        assert_eq!(
            (newcomer.row, folded),
            (1, Some((2, true))),
            "the first had no name"
        );
        assert_eq!(newcomer.marks, 1, "the second row's mark counts for the number");
        let repeats: Vec<u64> = part.repeats.iter().map(|repeat| repeat.row).collect();
        assert_eq!(repeats, [3, 4]);
    }

    #[test]
    fn a_chunk_holds_no_more_text_than_a_request_takes() {
        let large = |bytes: usize| RejectedRow {
            row: 1,
            field: "phone".to_owned(),
            error: "no number".to_owned(),
            value: Some("x".repeat(bytes)),
        };
        let half = CHUNK_TEXT_BYTES / 2;
        let rows = vec![
            large(half),
            large(half),
            large(1),
            large(CHUNK_TEXT_BYTES + 1),
            large(1),
        ];
        let lengths: Vec<usize> = pieces(rows, text_bytes).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1, 1]);
    }

    #[test]
    fn progress_rises_through_a_stretch_to_where_it_ends() {
        let said = |parts| done_millionths(read(50), read(100), (parts, 4));
        assert_eq!([1, 2, 4].map(said), [Some(312_500), Some(375_000), Some(500_000)]);
        let unknown = ReadProgress { done: 7, total: 0 };
        assert_eq!(done_millionths(unknown, unknown, (1, 1)), None);
    }
}
