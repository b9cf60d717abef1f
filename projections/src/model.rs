//! What a read model's table is: a row type whose fields are its columns, the first ones its key. The macro
//! [`read_model!`] declares both at once, so that code and columns can't drift apart; a test in the store compares them
//! with the migrations of both engines.

use std::{fmt::Debug, hash::Hash};

use crate::{Cell, column::ColumnKind, column::WrongCell};

/// A column as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A table as declared: its key columns come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name, the same on every engine.
    pub name: &'static str,
    /// All columns, key first.
    pub columns: &'static [Column],
    /// How many of them are the key. The first is always the organization.
    pub key_columns: usize,
}

impl Table {
    /// Names of all columns, key first.
    pub fn column_names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|c| c.name).collect()
    }

    /// Names of the key's columns.
    pub fn key_names(&self) -> Vec<&'static str> {
        self.columns[..self.key_columns].iter().map(|c| c.name).collect()
    }
}

/// A row of a read model.
pub trait ReadModel: Clone + PartialEq + Debug + Send + Sync + 'static {
    /// What identifies a row; the organization comes first.
    type Key: Clone + Eq + Ord + Hash + Debug + Send + Sync + 'static;

    /// The table that holds it.
    const TABLE: &'static Table;

    /// This row's key.
    fn key(&self) -> Self::Key;

    /// The cells of a key, in column order.
    fn key_cells(key: &Self::Key) -> Vec<Cell>;

    /// All cells, in column order.
    fn to_cells(&self) -> Vec<Cell>;

    /// The cells of the columns that are marked, in column order; a mark a column.
    fn some_cells(&self, marked: &[bool]) -> Vec<Cell>;

    /// Marks the columns in which this row differs from another; a mark a column.
    fn mark_differing(&self, other: &Self, marks: &mut [bool]);

    /// A row from all its cells, in column order.
    fn from_cells(cells: Vec<Cell>) -> Result<Self, WrongCell>;
}

/// A row that only counts: rows of the same key add up, and one that counts nothing is the same as none.
pub trait Tally: ReadModel {
    /// Adds what another row of the same key counts.
    fn add(&mut self, other: &Self);

    /// Whether nothing is counted any more.
    fn is_empty(&self) -> bool;
}

/// Takes the next cell of a row as the type of its column.
pub(crate) fn take<T: crate::column::ColumnValue>(
    cells: &mut impl Iterator<Item = Cell>,
    table: &'static str,
    column: &'static str,
) -> Result<T, WrongCell> {
    cells.next().and_then(T::from_cell).ok_or(WrongCell {
        table,
        column,
        expected: T::EXPECTED,
    })
}

/// Declares a row type, its table and its key. Every field is a column: those of `key { … }` come first, then those that
/// must be `given { … }` when the row is made, then those that can start out blank. With `all { … }` nothing can.
macro_rules! read_model {
    (
        $(#[$doc:meta])*
        pub struct $row:ident in $table:literal {
            key { $( $(#[$key_doc:meta])* $key:ident : $key_type:ty, )+ }
            given { $( $(#[$given_doc:meta])* $given:ident : $given_type:ty, )* }
            $( $(#[$field_doc:meta])* $field:ident : $field_type:ty, )*
        }
    ) => {
        $crate::model::read_model! {
            $(#[$doc])*
            pub struct $row in $table {
                key { $( $(#[$key_doc])* $key : $key_type, )+ }
                all {
                    $( $(#[$given_doc])* $given : $given_type, )*
                    $( $(#[$field_doc])* $field : $field_type, )*
                }
            }
        }

        impl $row {
            /// A row of which nothing is known but what is given.
            pub fn blank($($key: $key_type,)+ $($given: $given_type,)*) -> Self {
                Self { $($key,)+ $($given,)* $($field: <$field_type as $crate::column::Blank>::blank(),)* }
            }
        }
    };
    (
        $(#[$doc:meta])*
        pub struct $row:ident in $table:literal {
            key { $( $(#[$key_doc:meta])* $key:ident : $key_type:ty, )+ }
            all { $( $(#[$field_doc:meta])* $field:ident : $field_type:ty, )* }
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $row {
            $( $(#[$key_doc])* pub $key: $key_type, )+
            $( $(#[$field_doc])* pub $field: $field_type, )*
        }

        impl $crate::model::ReadModel for $row {
            type Key = ($($key_type,)+);

            const TABLE: &'static $crate::model::Table = &$crate::model::Table {
                name: $table,
                columns: &[
                    $($crate::model::Column {
                        name: stringify!($key),
                        kind: <$key_type as $crate::column::ColumnValue>::KIND,
                        nullable: <$key_type as $crate::column::ColumnValue>::NULLABLE,
                    },)+
                    $($crate::model::Column {
                        name: stringify!($field),
                        kind: <$field_type as $crate::column::ColumnValue>::KIND,
                        nullable: <$field_type as $crate::column::ColumnValue>::NULLABLE,
                    },)*
                ],
                key_columns: [$(stringify!($key)),+].len(),
            };

            fn key(&self) -> Self::Key {
                ($(self.$key.clone(),)+)
            }

            fn key_cells(key: &Self::Key) -> Vec<$crate::Cell> {
                let ($($key,)+) = key;
                vec![$($crate::column::ColumnValue::to_cell($key)),+]
            }

            fn to_cells(&self) -> Vec<$crate::Cell> {
                vec![
                    $($crate::column::ColumnValue::to_cell(&self.$key),)+
                    $($crate::column::ColumnValue::to_cell(&self.$field),)*
                ]
            }

            fn some_cells(&self, marked: &[bool]) -> Vec<$crate::Cell> {
                let mut marks = marked.iter();
                let mut is_marked = || marks.next().copied().unwrap_or_default();
                let mut cells = Vec::new();
                $(if is_marked() {
                    cells.push($crate::column::ColumnValue::to_cell(&self.$key));
                })+
                $(if is_marked() {
                    cells.push($crate::column::ColumnValue::to_cell(&self.$field));
                })*
                cells
            }

            fn mark_differing(&self, other: &Self, marks: &mut [bool]) {
                let mut marks = marks.iter_mut();
                $(if let Some(mark) = marks.next() {
                    *mark |= self.$key != other.$key;
                })+
                $(if let Some(mark) = marks.next() {
                    *mark |= self.$field != other.$field;
                })*
            }

            fn from_cells(cells: Vec<$crate::Cell>) -> Result<Self, $crate::column::WrongCell> {
                let mut cells = cells.into_iter();
                Ok(Self {
                    $($key: $crate::model::take(&mut cells, $table, stringify!($key))?,)+
                    $($field: $crate::model::take(&mut cells, $table, stringify!($field))?,)*
                })
            }
        }
    };
}

pub(crate) use read_model;
