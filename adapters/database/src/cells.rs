//! Short ways to make parameter cells.

use projections::Cell;

/// A text parameter.
pub fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

/// A text parameter or no value.
pub fn opt_text(value: Option<impl Into<String>>) -> Cell {
    value.map_or(Cell::Null, |v| Cell::Text(v.into()))
}

/// A whole-number parameter.
pub const fn int(value: i64) -> Cell {
    Cell::Int(value)
}

/// A whole-number parameter or no value.
pub fn opt_int(value: Option<i64>) -> Cell {
    value.map_or(Cell::Null, Cell::Int)
}

/// A truth value, kept as 0 or 1.
pub fn boolean(value: bool) -> Cell {
    Cell::Int(i64::from(value))
}
