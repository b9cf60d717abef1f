//! The rows that a batch of events reads and changes, held in memory. A projection asks for rows by key; a key that has not been
//! loaded yet is noted and answered as absent, and the batch is run again once it has been (see [`crate::batch`]).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;

use crate::{
    Cell,
    column::WrongCell,
    model::{ReadModel, Table, Tally},
    models::{
        ActivityRow, AnalyticsRow, CampaignContactRow, CampaignRow, ContactHistoryRow, ContactRow,
        DayResultRow, DigestRow, FailureTallyRow, FoldedRowRow, HourResultRow, ImportBatchRow, ListenerRow,
        MemberRow, ObstacleTallyRow, OrganizationRow, PromptResultRow, PromptRow, RejectedRowRow,
        ScriptResultRow, ScriptRow, ScriptVersionRow, StateResultRow, StateSwitchRow, SuppressionListRow,
        SuppressionRow, TeamRow,
    },
};

/// Rows by key; nothing where it is known that there is none. Shared, because most are only looked at, and a script's row is wide.
type ByKey<R> = HashMap<<R as ReadModel>::Key, Option<Arc<R>>, RandomState>;

/// What a row counts and what is to be added, together; nothing when that is nothing.
type CountIn<R> = fn(Option<Arc<R>>, R) -> Option<R>;

/// Rows of one table.
#[derive(Debug)]
pub struct RowSet<R: ReadModel> {
    loaded: ByKey<R>,
    changed: ByKey<R>,
    missing: HashSet<R::Key, RandomState>,
    /// Rows that can't be stored yet.
    announced: HashSet<R::Key, RandomState>,
    /// What is to be added to rows that have not been loaded.
    uncounted: HashMap<R::Key, R, RandomState>,
    /// How that is done; known once something was counted.
    count_in: Option<CountIn<R>>,
    /// Nothing lies anywhere else: what is not here is absent.
    complete: bool,
}

impl<R: ReadModel> RowSet<R> {
    fn new(complete: bool) -> Self {
        Self {
            loaded: HashMap::default(),
            changed: HashMap::default(),
            missing: HashSet::default(),
            announced: HashSet::default(),
            uncounted: HashMap::default(),
            count_in: None,
            complete,
        }
    }

    /// The row as the events so far made it, as far as it is known; nothing while it has to be loaded.
    fn known(&self, key: &R::Key) -> Option<&Option<Arc<R>>> {
        let known = self.changed.get(key).or_else(|| self.loaded.get(key));
        known.or_else(|| self.complete.then_some(&None))
    }

    /// The row as the events so far made it.
    pub fn get(&mut self, key: &R::Key) -> Option<&R> {
        self.expect(key);
        self.known(key)?.as_deref()
    }

    /// The same, to keep.
    pub fn share(&mut self, key: &R::Key) -> Option<Arc<R>> {
        self.expect(key);
        self.known(key)?.clone()
    }

    /// The row as far as it is at hand; it is not looked for.
    pub fn recall(&self, key: &R::Key) -> Option<Arc<R>> {
        self.known(key)?.clone()
    }

    /// Notes that the row will be asked for once others are known. Spares a run over the batch.
    pub fn expect(&mut self, key: &R::Key) {
        if self.known(key).is_none() {
            self.missing.insert(key.clone());
        }
    }

    /// Makes room for so many more rows, at once instead of by doubling.
    pub fn reserve(&mut self, rows: usize) {
        self.loaded.reserve(rows);
        self.changed.reserve(rows);
        self.announced.reserve(rows);
    }

    /// Says that the row can't be stored yet, because an event of this batch is the first that could make it. Spares looking for it.
    pub fn announce(&mut self, key: R::Key) {
        self.loaded.entry(key.clone()).or_insert(None);
        self.announced.insert(key);
    }

    /// Whether that was said of the row.
    pub fn is_announced(&self, key: &R::Key) -> bool {
        self.announced.contains(key)
    }

    /// Changes the row in place; does nothing when there is none.
    pub fn change(&mut self, key: &R::Key, change: impl FnOnce(&mut R)) {
        if !self.changed.contains_key(key) {
            let Some(row) = self.share(key) else { return };
            self.changed.insert(key.clone(), Some(row));
        }
        if let Some(Some(row)) = self.changed.get_mut(key) {
            change(Arc::make_mut(row));
        }
    }

    /// Makes the row, or replaces it.
    pub fn put(&mut self, row: R) {
        self.changed.insert(row.key(), Some(Arc::new(row)));
    }

    /// Makes a row that can't be stored yet, because this event is the first that could make it. Spares looking for it.
    pub fn begin(&mut self, row: R) {
        let key = row.key();
        if !self.complete {
            self.loaded.entry(key.clone()).or_insert(None);
        }
        self.changed.insert(key, Some(Arc::new(row)));
    }

    /// Removes the row.
    pub fn remove(&mut self, key: &R::Key) {
        self.changed.insert(key.clone(), None);
    }

    /// Every row there is, in no order; only meaningful when the set is complete.
    pub fn present(&self) -> impl Iterator<Item = &R> {
        self.changed.values().flatten().map(Arc::as_ref)
    }

    /// Adds to a row that is known. No row is the same as none counted: a rebuild must not depend on what was once there.
    fn add(&mut self, key: R::Key, by: R, count_in: CountIn<R>) {
        let row = count_in(self.known(&key).cloned().flatten(), by);
        self.changed.insert(key, row.map(Arc::new));
    }
}

impl<R: Tally> RowSet<R> {
    /// Adds what this row counts, which may be less than nothing, to the row of its key. A stored one need not be there: it is loaded
    /// at the end, without another run over the batch.
    pub fn count(&mut self, by: R) {
        let count_in: CountIn<R> = |row, mut by| {
            if let Some(row) = row {
                by.add(&row);
            }
            Some(by).filter(|sum| !sum.is_empty())
        };
        self.count_in = Some(count_in);
        let key = by.key();
        if self.known(&key).is_some() {
            self.add(key, by, count_in);
        } else if let Some(row) = self.uncounted.get_mut(&key) {
            row.add(&by);
        } else {
            self.uncounted.insert(key, by);
        }
    }
}

/// Rows of one table, whichever: what the runner and the check need of it.
pub trait AnyRowSet: Send {
    /// The table.
    fn table(&self) -> &'static Table;

    /// Whether a row was asked for that has not been loaded.
    fn is_missing_some(&self) -> bool;

    /// The keys that were asked for and not loaded; from here on they count as loaded and absent.
    fn take_missing(&mut self) -> Vec<Vec<Cell>>;

    /// The keys of rows to which something is to be added and that have not been loaded; from here on they count as loaded and absent.
    fn take_uncounted(&mut self) -> Vec<Vec<Cell>>;

    /// Adds what was left to be added, now that the rows are there.
    fn count_in(&mut self);

    /// Takes in stored rows.
    fn take_in(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), WrongCell>;

    /// Forgets all changes.
    fn undo(&mut self);

    /// Takes the rows as they were changed for those that are stored, and forgets all others.
    fn follow_on(&mut self);

    /// What must be written so that the table says what these rows say.
    fn changes(&self) -> TableChanges;

    /// Compares one stored row with the row here, and takes it out of the comparison.
    fn compare(&mut self, stored: Vec<Cell>) -> Comparison;

    /// Rows that no stored row was compared with: they should be in the table and are not.
    fn not_compared(&self) -> u64;

    /// Rows that there are.
    fn count(&self) -> u64;
}

/// What comparing one stored row came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The events say the same.
    Equal,
    /// The events say something else in this column.
    Differs {
        /// The first column that differs.
        column: &'static str,
    },
    /// The events know of no such row.
    NotInEvents,
}

/// What a batch does to one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChanges {
    /// The table.
    pub table: &'static Table,
    /// Whole rows that are known to be new, cells in column order.
    pub inserts: Vec<Vec<Cell>>,
    /// What changed in rows that are there.
    pub updates: RowUpdates,
    /// Whole rows to insert or replace, cells in column order.
    pub upserts: Vec<Vec<Cell>>,
    /// Keys of rows to delete.
    pub deletes: Vec<Vec<Cell>>,
}

/// New cells of rows that are there: only of columns that changed, so that no index of another column is touched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowUpdates {
    /// The columns that changed in any of the rows, by their place in the table, none of the key.
    pub columns: Vec<usize>,
    /// A row each: its key's cells, then one for each of the columns.
    pub rows: Vec<Vec<Cell>>,
}

impl RowUpdates {
    /// Of rows as they were and as they are.
    fn of<R: ReadModel>(pairs: &[(&R, &R)]) -> Self {
        let mut written = vec![false; R::TABLE.columns.len()];
        for (before, after) in pairs {
            after.mark_differing(before, &mut written);
        }
        let columns: Vec<usize> = (0..written.len()).filter(|place| written[*place]).collect();
        if columns.is_empty() {
            return Self::default();
        }
        written[..R::TABLE.key_columns].fill(true);
        let rows = pairs.iter().map(|(_, after)| after.some_cells(&written));
        Self {
            rows: rows.collect(),
            columns,
        }
    }
}

/// Keys as cells, in key order: neighbours lie together on disk, and two runners lock rows in the same order.
fn in_order<R: ReadModel>(mut keys: Vec<R::Key>) -> Vec<Vec<Cell>> {
    keys.sort_unstable();
    keys.iter().map(R::key_cells).collect()
}

impl<R: ReadModel> AnyRowSet for RowSet<R> {
    fn table(&self) -> &'static Table {
        R::TABLE
    }

    fn is_missing_some(&self) -> bool {
        !self.missing.is_empty()
    }

    fn take_missing(&mut self) -> Vec<Vec<Cell>> {
        let keys: Vec<R::Key> = self.missing.drain().collect();
        self.loaded.extend(keys.iter().map(|key| (key.clone(), None)));
        in_order::<R>(keys)
    }

    fn take_uncounted(&mut self) -> Vec<Vec<Cell>> {
        let keys: Vec<R::Key> = self.uncounted.keys().cloned().collect();
        self.loaded.extend(keys.iter().map(|key| (key.clone(), None)));
        in_order::<R>(keys)
    }

    fn count_in(&mut self) {
        let Some(count_in) = self.count_in else { return };
        for (key, by) in std::mem::take(&mut self.uncounted) {
            self.add(key, by, count_in);
        }
    }

    fn take_in(&mut self, rows: Vec<Vec<Cell>>) -> Result<(), WrongCell> {
        for cells in rows {
            let row = R::from_cells(cells)?;
            self.loaded.insert(row.key(), Some(Arc::new(row)));
        }
        Ok(())
    }

    fn undo(&mut self) {
        self.changed.clear();
        self.uncounted.clear();
    }

    fn follow_on(&mut self) {
        self.loaded = std::mem::take(&mut self.changed);
        self.missing.clear();
        self.announced.clear();
        self.uncounted.clear();
    }

    fn changes(&self) -> TableChanges {
        let mut changed: Vec<_> = self
            .changed
            .iter()
            .filter(|(key, row)| self.loaded.get(*key) != Some(*row))
            .collect();
        changed.sort_unstable_by(|a, b| a.0.cmp(b.0));
        let mut changes = TableChanges {
            table: R::TABLE,
            inserts: Vec::new(),
            updates: RowUpdates::default(),
            upserts: Vec::new(),
            deletes: Vec::new(),
        };
        let mut updates: Vec<(&R, &R)> = Vec::new();
        for (key, row) in changed {
            match (row, self.loaded.get(key)) {
                (Some(row), Some(None)) => changes.inserts.push(row.to_cells()),
                (Some(row), Some(Some(before))) => updates.push((before, row)),
                (Some(row), None) => changes.upserts.push(row.to_cells()),
                (None, _) => changes.deletes.push(R::key_cells(key)),
            }
        }
        changes.updates = RowUpdates::of(&updates);
        changes
    }

    fn compare(&mut self, stored: Vec<Cell>) -> Comparison {
        let Ok(row) = R::from_cells(stored.clone()) else {
            return Comparison::Differs {
                column: R::TABLE.columns.first().map_or("", |c| c.name),
            };
        };
        match self.changed.remove(&row.key()).flatten() {
            None => Comparison::NotInEvents,
            Some(expected) if *expected == row => Comparison::Equal,
            Some(expected) => {
                let differs = expected
                    .to_cells()
                    .into_iter()
                    .zip(stored)
                    .position(|(a, b)| a != b);
                let column = differs
                    .and_then(|i| R::TABLE.columns.get(i))
                    .map_or("", |c| c.name);
                Comparison::Differs { column }
            }
        }
    }

    fn not_compared(&self) -> u64 {
        self.count()
    }

    fn count(&self) -> u64 {
        self.present().count() as u64
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $set:ident : $row:ty,)+) => {
        /// The rows of all tables that a batch has touched.
        #[derive(Debug)]
        pub struct Rows {
            $($(#[$doc])* pub $set: RowSet<$row>,)+
        }

        impl Rows {
            /// Every table of the read side, in the order in which they are written.
            pub const TABLES: &'static [&'static Table] = &[$(<$row as ReadModel>::TABLE),+];

            fn new(complete: bool) -> Self {
                Self { $($set: RowSet::new(complete),)+ }
            }

            /// The row sets, in the order of [`Rows::TABLES`].
            pub fn sets(&mut self) -> Vec<&mut dyn AnyRowSet> {
                vec![$(&mut self.$set),+]
            }
        }
    };
}

tables! {
    /// Campaigns with live counters.
    campaigns: CampaignRow,
    /// Who is in which campaign, and when it called them.
    campaign_contacts: CampaignContactRow,
    /// Scripts, newest version.
    scripts: ScriptRow,
    /// Who listened, and for how long.
    listeners: ListenerRow,
    /// Every version of every script.
    script_versions: ScriptVersionRow,
    /// Contacts.
    contacts: ContactRow,
    /// Every event that touches a contact.
    contact_history: ContactHistoryRow,
    /// Imports.
    import_batches: ImportBatchRow,
    /// Rows of imports that became no contact.
    rejected_rows: RejectedRowRow,
    /// Rows of imports that were folded into a contact that was there.
    folded_rows: FoldedRowRow,
    /// Outcomes by campaign, recipient-local day and hour, and state.
    analytics: AnalyticsRow,
    /// What came of voicemails by the recipients' day on which they were handed over.
    day_results: DayResultRow,
    /// The same by the recipients' hour of the week.
    hour_results: HourResultRow,
    /// The same by the recipients' state.
    state_results: StateResultRow,
    /// The same by who wrote them and how long they are.
    script_results: ScriptResultRow,
    /// The same by what the model that wrote them was told to do.
    prompt_results: PromptResultRow,
    /// What models were told to do.
    prompts: PromptRow,
    /// Why they failed.
    failure_tallies: FailureTallyRow,
    /// Which rules stand in the way.
    obstacle_tallies: ObstacleTallyRow,
    /// How campaigns ended.
    digests: DigestRow,
    /// What happened, for people.
    activity: ActivityRow,
    /// Suppression lists.
    suppression_lists: SuppressionListRow,
    /// Numbers on suppression lists.
    suppressions: SuppressionRow,
    /// Organizations with their settings.
    organizations: OrganizationRow,
    /// Members of organizations.
    members: MemberRow,
    /// Teams.
    teams: TeamRow,
    /// States switched on or off.
    state_switches: StateSwitchRow,
}

impl Rows {
    /// For a batch against stored tables.
    pub fn of_batch() -> Self {
        Self::new(false)
    }

    /// All rows in memory, nothing stored: the model that the tables are checked against.
    pub fn in_memory() -> Self {
        Self::new(true)
    }

    /// Whether a row was asked for that has not been loaded.
    pub fn is_missing_some(&mut self) -> bool {
        self.sets().iter().any(|set| set.is_missing_some())
    }

    /// For the batch that follows on this one, whose changes may not be stored yet: they are what it finds.
    pub fn follow_on(&mut self) {
        for set in self.sets() {
            set.follow_on();
        }
    }

    /// Forgets all changes, keeps what was loaded.
    pub fn undo(&mut self) {
        for set in self.sets() {
            set.undo();
        }
    }

    /// What must be written, tables without changes left out.
    pub fn changes(&mut self) -> Vec<TableChanges> {
        let mut all: Vec<_> = self.sets().iter().map(|set| set.changes()).collect();
        all.retain(|c| {
            !(c.inserts.is_empty()
                && c.updates.rows.is_empty()
                && c.upserts.is_empty()
                && c.deletes.is_empty())
        });
        all
    }
}
