//! Pages of a list. A cursor is the place of a row in the list's own order, so paging costs the same at any depth and rows that
//! come and go in between neither repeat nor hide others.

use std::fmt::Write as _;

use domain::{ContactId, Position, ScriptId};

use crate::{Cell, ColumnValue};

/// Most rows of one page; larger requests are cut to it.
pub const PAGE_ROWS_MAX: u32 = 500;

/// A text that is no cursor of this list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this cursor does not belong to this list; begin again without one")]
pub struct InvalidCursor;

/// The place of a row in a list, opaque to clients.
pub trait Cursor: Sized {
    /// Marks the list, so that a cursor of another one is refused.
    const LIST: &'static str;

    /// The cells that the list is ordered by, in that order.
    fn to_cells(&self) -> Vec<Cell>;

    /// The place from such cells.
    fn from_cells(cells: Vec<Cell>) -> Option<Self>;

    /// As text for a client: numbers and ids only, nothing personal.
    fn encode(&self) -> String {
        let mut text = Self::LIST.to_owned();
        for cell in self.to_cells() {
            // Writing to a String does not fail.
            let _ = match cell {
                Cell::Int(number) => write!(text, "~i{number}"),
                Cell::Text(word) => write!(text, "~t{word}"),
                Cell::Null | Cell::Real(_) | Cell::Bytes(_) => write!(text, "~n"),
            };
        }
        text
    }

    /// From a client's text.
    fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.split('~');
        if parts.next() != Some(Self::LIST) {
            return Err(InvalidCursor);
        }
        let cells: Option<Vec<Cell>> = parts
            .map(|part| match part.split_at_checked(1)? {
                ("i", number) => number.parse().ok().map(Cell::Int),
                ("t", word) => Some(Cell::Text(word.to_owned())),
                ("n", "") => Some(Cell::Null),
                _ => None,
            })
            .collect();
        cells.and_then(Self::from_cells).ok_or(InvalidCursor)
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<C> {
    /// After this place; from the start without.
    pub after: Option<C>,
    /// Most rows; at least one, at most [`PAGE_ROWS_MAX`].
    pub limit: u32,
}

impl<C> PageRequest<C> {
    /// The first `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    /// The rows to ask for, within the limits.
    pub fn rows(&self) -> u32 {
        self.limit.clamp(1, PAGE_ROWS_MAX)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T, C> {
    /// The rows, in the list's order, each with its place.
    pub rows: Vec<(C, T)>,
    /// Whether there are more after these.
    pub has_more: bool,
}

impl<T, C> Page<T, C> {
    /// Makes a page of at most `limit` rows out of what was found, which is asked for with one row more than the limit.
    pub fn of(mut found: Vec<(C, T)>, limit: u32) -> Self {
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        Self {
            rows: found,
            has_more,
        }
    }

    /// The place of the last row.
    pub fn end(&self) -> Option<&C> {
        self.rows.last().map(|(place, _)| place)
    }

    /// The rows without their places.
    pub fn into_rows(self) -> Vec<T> {
        self.rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Lists that are ordered by one column alone: the place is that column.
macro_rules! places {
    ($($type:ty = $list:literal),+ $(,)?) => {$(
        impl Cursor for $type {
            const LIST: &'static str = $list;

            fn to_cells(&self) -> Vec<Cell> {
                vec![ColumnValue::to_cell(self)]
            }

            fn from_cells(cells: Vec<Cell>) -> Option<Self> {
                let [cell]: [Cell; 1] = cells.try_into().ok()?;
                ColumnValue::from_cell(cell)
            }
        }
    )+};
}

places!(
    ContactId = "contact",
    ScriptId = "script",
    Position = "position",
    i64 = "row"
);

/// Declares a cursor: the columns that a list is ordered by.
macro_rules! cursor {
    ($(#[$doc:meta])* pub struct $name:ident of $list:literal { $($(#[$field_doc:meta])* $field:ident : $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)+ }

        impl $crate::queries::Cursor for $name {
            const LIST: &'static str = $list;

            fn to_cells(&self) -> Vec<$crate::Cell> {
                vec![$($crate::ColumnValue::to_cell(&self.$field)),+]
            }

            fn from_cells(cells: Vec<$crate::Cell>) -> Option<Self> {
                let mut cells = cells.into_iter();
                let place = Self { $($field: $crate::ColumnValue::from_cell(cells.next()?)?,)+ };
                cells.next().is_none().then_some(place)
            }
        }
    };
}

pub(crate) use cursor;

#[cfg(test)]
mod tests {
    use domain::Position;

    use super::*;

    cursor! {
        /// A place in a list of this test.
        pub struct Place of "test" {
            /// A number.
            position: Position,
            /// A word.
            word: String,
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_sent() {
        let place = Place {
            position: Position::new(7),
            word: "x".to_owned(),
        };
        assert_eq!(Place::decode(&place.encode()), Ok(place));
    }

    #[test]
    fn a_cursor_of_another_list_or_a_broken_one_is_refused() {
        for text in [
            "",
            "test",
            "other~i7~tx",
            "test~i7",
            "test~i7~tx~i1",
            "test~tx~i7",
            "test~z~q",
            "test~~",
        ] {
            assert_eq!(Place::decode(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let page = Page::of(vec![(1, 'a'), (2, 'b'), (3, 'c')], 2);
        assert!(page.has_more);
        assert_eq!(page.end(), Some(&2));
        assert!(!Page::of(vec![(1, 'a')], 2).has_more);
    }
}
