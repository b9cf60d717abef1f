//! A value in a read-model row or a statement's parameter list, the same on every engine.

/// One column's value. Instants are microseconds since 1970 UTC, booleans 0 or 1, ids hyphenated text.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// A whole number; `bigint`.
    Int(i64),
    /// A ratio or an average; `double precision`.
    Real(f64),
    /// Text; `text`.
    Text(String),
    /// Bytes; `bytea`.
    Bytes(Vec<u8>),
}
