//! How typed values stand in columns: ids and codes as text, instants as microseconds, structures as JSON text. A cell
//! that does not fit its type is refused by column, never coerced.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Actor, AttemptId, CampaignId, ConnectionId, ContactId, EventId, ImportBatchId, ListLoadId, MicroDollars,
    OrganizationId, PhoneIndex, PhoneNumber, Position, ScriptId, Sealed, SuppressionListId, TeamId, UsState,
    UserId,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::Cell;

/// What a column is declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnKind {
    /// `text`.
    Text,
    /// `bigint` or `integer`.
    Int,
}

/// A stored cell that does not hold what its column should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table}.{column} does not hold {expected}; rebuild the read models")]
pub struct WrongCell {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What was expected, such as `a campaign id`.
    pub expected: &'static str,
}

/// A type that one column can hold.
pub trait ColumnValue: Sized {
    /// What the column is declared as.
    const KIND: ColumnKind;
    /// Whether the column may be null.
    const NULLABLE: bool = false;
    /// What it is called when a cell holds something else.
    const EXPECTED: &'static str;

    /// As it is stored.
    fn to_cell(&self) -> Cell;

    /// As it was stored; nothing when the cell holds something else.
    fn from_cell(cell: Cell) -> Option<Self>;
}

/// The value of a column of which nothing has happened yet.
pub trait Blank {
    /// That value.
    fn blank() -> Self;
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

impl<T: ColumnValue> ColumnValue for Option<T> {
    const KIND: ColumnKind = T::KIND;
    const NULLABLE: bool = true;
    const EXPECTED: &'static str = T::EXPECTED;

    fn to_cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, ColumnValue::to_cell)
    }

    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

/// Columns of text: the type, its name, the way to text and the way back.
macro_rules! text_columns {
    ($($type:ty, $expected:literal, $to:expr, $from:expr;)+) => {$(
        impl ColumnValue for $type {
            const KIND: ColumnKind = ColumnKind::Text;
            const EXPECTED: &'static str = $expected;
            fn to_cell(&self) -> Cell {
                let to: fn(&Self) -> String = $to;
                Cell::Text(to(self))
            }
            fn from_cell(cell: Cell) -> Option<Self> {
                let from: fn(String) -> Option<Self> = $from;
                match cell {
                    Cell::Text(text) => from(text),
                    Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_) => None,
                }
            }
        }
    )+};
}

text_columns! {
    String, "text", Self::clone, Some;
    Sealed, "sealed text", |v| v.ciphertext().to_owned(), |t| Some(Self::from_ciphertext(t));
    PhoneIndex, "a phone index", |v| v.as_str().to_owned(), |t| Some(Self::from_hex(t));
    PhoneNumber, "a phone number", |v| v.as_e164().to_owned(), |t| t.parse().ok();
    Actor, "an actor", ToString::to_string, |t| t.parse().ok();
    NaiveDate, "a date", ToString::to_string, |t| t.parse().ok();
    UsState, "a state", |v| v.code().to_owned(), |t| t.parse().ok();
    AttemptId, "an attempt id", ToString::to_string, |t| t.parse().ok();
    ListLoadId, "a loading's id", ToString::to_string, |t| t.parse().ok();
    CampaignId, "a campaign id", ToString::to_string, |t| t.parse().ok();
    ConnectionId, "a connection id", ToString::to_string, |t| t.parse().ok();
    ContactId, "a contact id", ToString::to_string, |t| t.parse().ok();
    EventId, "an event id", ToString::to_string, |t| t.parse().ok();
    ImportBatchId, "an import id", ToString::to_string, |t| t.parse().ok();
    OrganizationId, "an organization id", ToString::to_string, |t| t.parse().ok();
    ScriptId, "a script id", ToString::to_string, |t| t.parse().ok();
    SuppressionListId, "a suppression list id", ToString::to_string, |t| t.parse().ok();
    TeamId, "a team id", ToString::to_string, |t| t.parse().ok();
    UserId, "a user id", ToString::to_string, |t| t.parse().ok();
}

/// Columns of whole numbers: the type, its name, the way to a number and the way back.
macro_rules! int_columns {
    ($($type:ty, $expected:literal, $to:expr, $from:expr;)+) => {$(
        impl ColumnValue for $type {
            const KIND: ColumnKind = ColumnKind::Int;
            const EXPECTED: &'static str = $expected;
            fn to_cell(&self) -> Cell {
                let to: fn(&Self) -> i64 = $to;
                Cell::Int(to(self))
            }
            fn from_cell(cell: Cell) -> Option<Self> {
                let from: fn(i64) -> Option<Self> = $from;
                match cell {
                    Cell::Int(number) => from(number),
                    Cell::Null | Cell::Text(_) | Cell::Real(_) | Cell::Bytes(_) => None,
                }
            }
        }
    )+};
}

int_columns! {
    i64, "a number", |v| *v, Some;
    u32, "a count", |v| i64::from(*v), |n| u32::try_from(n).ok();
    bool, "yes or no", |v| i64::from(*v), |n| match n { 0 => Some(false), 1 => Some(true), _ => None };
    DateTime<Utc>, "an instant", DateTime::timestamp_micros, DateTime::from_timestamp_micros;
    MicroDollars, "an amount", |v| v.micros(), |n| Some(MicroDollars::from_micros(n));
    Position, "a position", |v| v.number() as i64, |n| u64::try_from(n).ok().map(Position::new);
}

/// Columns that hold a structure as JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned> ColumnValue for Json<T> {
    const KIND: ColumnKind = ColumnKind::Text;
    const EXPECTED: &'static str = "JSON of the expected shape";

    fn to_cell(&self) -> Cell {
        // Every T here is a plain structure with string keys, which always serialises; null would be refused on reading.
        serde_json::to_string(&self.0).map_or(Cell::Null, Cell::Text)
    }

    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => serde_json::from_str(&text).ok().map(Self),
            Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_) => None,
        }
    }
}

macro_rules! blank_by_default {
    ($($type:ty),+ $(,)?) => {$(
        impl Blank for $type {
            fn blank() -> Self {
                Self::default()
            }
        }
    )+};
}

blank_by_default!(String, i64, u32, bool, MicroDollars, Position, DateTime<Utc>);

impl Blank for Sealed {
    fn blank() -> Self {
        Self::from_ciphertext(String::new())
    }
}

impl<T: Default> Blank for Json<T> {
    fn blank() -> Self {
        Self::default()
    }
}

/// A structure in a JSON column whose keys are names.
pub type Names = BTreeMap<String, String>;

/// Codes: enums of the domain by the words that they are stored and shown under. The first is the blank one.
macro_rules! codes {
    ($($type:ty as $expected:literal { $first:ident = $first_code:literal $(, $variant:ident = $code:literal)* $(,)? })+) => {$(
        impl ColumnValue for $type {
            const KIND: ColumnKind = ColumnKind::Text;
            const EXPECTED: &'static str = $expected;
            fn to_cell(&self) -> Cell {
                Cell::Text($crate::Code::code(*self).to_owned())
            }
            fn from_cell(cell: Cell) -> Option<Self> {
                match cell {
                    Cell::Text(text) => $crate::Code::from_code(&text),
                    Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_) => None,
                }
            }
        }

        impl Blank for $type {
            fn blank() -> Self {
                Self::$first
            }
        }

        impl $crate::Code for $type {
            const ALL: &'static [Self] = &[Self::$first $(, Self::$variant)*];

            fn code(self) -> &'static str {
                match self { Self::$first => $first_code $(, Self::$variant => $code)* }
            }
        }
    )+};
}

pub(crate) use codes;

/// An enum that is stored and filtered by a word a variant.
pub trait Code: Copy + Sized + 'static {
    /// Every variant.
    const ALL: &'static [Self];

    /// The word.
    fn code(self) -> &'static str;

    /// The variant of the word.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.code() == code)
    }
}
