//! Writing and reading many rows at once. On PostgreSQL the rows travel as one array a column (`unnest`), which has no
//! limit of parameters; on SQLite a prepared statement runs once a row, which is as fast there.

use std::{collections::HashMap, fmt::Write as _};

use projections::Cell;

use crate::{DatabaseError, Engine};

/// Most rows that go to the server in one statement; longer lists are cut.
pub const BULK_ROWS_MAX: usize = 10_000;

/// Where a row statement wants its rows: `… FROM {rows} …` gives a relation `r` with the named columns.
const ROWS: &str = "{rows}";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// `bigint`.
    Int,
    /// `double precision`.
    Real,
    /// `text`.
    Text,
    /// `bytea`.
    Bytes,
}

impl ColumnKind {
    const fn postgres_array(self) -> &'static str {
        match self {
            Self::Int => "bigint[]",
            Self::Real => "double precision[]",
            Self::Text => "text[]",
            Self::Bytes => "bytea[]",
        }
    }
}

/// A column of a bulk statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the table.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

impl Column {
    /// A whole-number column.
    pub const fn int(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Int,
        }
    }

    /// A real-number column.
    pub const fn real(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Real,
        }
    }

    /// A text column.
    pub const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Text,
        }
    }

    /// A column of bytes.
    pub const fn bytes(name: &'static str) -> Self {
        Self {
            name,
            kind: ColumnKind::Bytes,
        }
    }
}

/// Quotes a table or column name; refuses what could be anything else.
pub(crate) fn quoted(name: &str) -> Result<String, DatabaseError> {
    let plain = !name.is_empty()
        && name.len() <= 63
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    plain
        .then(|| format!("\"{name}\""))
        .ok_or_else(|| DatabaseError::invalid("names of tables and columns are a-z, 0-9 and _"))
}

fn names(columns: &[Column], prefix: &str) -> Result<String, DatabaseError> {
    let quoted_names: Result<Vec<_>, _> = columns
        .iter()
        .map(|c| quoted(c.name).map(|name| format!("{prefix}{name}")))
        .collect();
    quoted_names.map(|names| names.join(", "))
}

/// `INSERT … VALUES` of one row, for SQLite.
pub(crate) fn insert_new(table: &str, columns: &[Column]) -> Result<String, DatabaseError> {
    Ok(format!(
        "INSERT INTO {} ({}) VALUES ({})",
        quoted(table)?,
        names(columns, "")?,
        places(columns)
    ))
}

/// `COPY … FROM STDIN`, for PostgreSQL.
pub(crate) fn copy(table: &str, columns: &[Column]) -> Result<String, DatabaseError> {
    Ok(format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary)",
        quoted(table)?,
        names(columns, "")?
    ))
}

fn places(columns: &[Column]) -> String {
    let places: Vec<_> = (1..=columns.len()).map(|i| format!("${i}")).collect();
    places.join(", ")
}

/// `INSERT … ON CONFLICT (key) DO UPDATE` of all other columns, or `DO NOTHING` when `key` is empty.
pub(crate) fn insert(
    engine: Engine,
    table: &str,
    columns: &[Column],
    key: &[&str],
) -> Result<String, DatabaseError> {
    let mut sql = format!("INSERT INTO {} ({}) ", quoted(table)?, names(columns, "")?);
    match engine {
        Engine::Postgres => {
            let _ = write!(sql, "SELECT {} FROM {}", names(columns, "r.")?, arrays(columns)?);
        }
        Engine::Sqlite => {
            let _ = write!(sql, "VALUES ({})", places(columns));
        }
    }
    sql.push_str(" ON CONFLICT ");
    let quoted_key: Vec<_> = key.iter().map(|k| quoted(k)).collect::<Result<_, _>>()?;
    let mut sets = Vec::new();
    for column in columns.iter().filter(|c| !key.contains(&c.name)) {
        let name = quoted(column.name)?;
        sets.push(format!("{name} = excluded.{name}"));
    }
    if !key.is_empty() {
        let _ = write!(sql, "({}) ", quoted_key.join(", "));
    }
    if key.is_empty() || sets.is_empty() {
        sql.push_str("DO NOTHING");
    } else {
        let _ = write!(sql, "DO UPDATE SET {}", sets.join(", "));
    }
    Ok(sql)
}

fn equal(columns: &[Column], other: impl Fn(usize, &str) -> String) -> Result<String, DatabaseError> {
    let pairs: Result<Vec<_>, _> = columns
        .iter()
        .enumerate()
        .map(|(i, c)| quoted(c.name).map(|name| format!("t.{name} = {}", other(i, &name))))
        .collect();
    pairs.map(|pairs| pairs.join(" AND "))
}

fn by_parameters(key: &[Column]) -> Result<String, DatabaseError> {
    equal(key, |i, _| format!("${}", i + 1))
}

fn by_rows(key: &[Column]) -> Result<String, DatabaseError> {
    equal(key, |_, name| format!("r.{name}"))
}

/// `UPDATE` of some columns of the rows with these keys; a row has the key's cells and then the others.
pub(crate) fn update(
    engine: Engine,
    table: &str,
    key: &[Column],
    changed: &[Column],
) -> Result<String, DatabaseError> {
    let table = quoted(table)?;
    let mut sets = Vec::with_capacity(changed.len());
    for (place, column) in (key.len() + 1..).zip(changed) {
        let name = quoted(column.name)?;
        sets.push(match engine {
            Engine::Postgres => format!("{name} = r.{name}"),
            Engine::Sqlite => format!("{name} = ${place}"),
        });
    }
    let sets = sets.join(", ");
    Ok(match engine {
        Engine::Postgres => {
            let columns: Vec<Column> = key.iter().chain(changed).copied().collect();
            format!(
                "UPDATE {table} AS t SET {sets} FROM {} WHERE {}",
                arrays(&columns)?,
                by_rows(key)?
            )
        }
        Engine::Sqlite => format!("UPDATE {table} AS t SET {sets} WHERE {}", by_parameters(key)?),
    })
}

/// `DELETE` of the rows with these keys.
pub(crate) fn delete(engine: Engine, table: &str, key: &[Column]) -> Result<String, DatabaseError> {
    let table = quoted(table)?;
    Ok(match engine {
        Engine::Postgres => format!(
            "DELETE FROM {table} AS t USING {} WHERE {}",
            arrays(key)?,
            by_rows(key)?
        ),
        Engine::Sqlite => format!("DELETE FROM {table} AS t WHERE {}", by_parameters(key)?),
    })
}

/// `SELECT` of these columns from the rows with these keys.
pub(crate) fn select(
    engine: Engine,
    table: &str,
    columns: &[Column],
    key: &[Column],
) -> Result<String, DatabaseError> {
    let (table, wanted) = (quoted(table)?, names(columns, "t.")?);
    Ok(match engine {
        Engine::Postgres => format!(
            "SELECT {wanted} FROM {} JOIN {table} AS t ON {}",
            arrays(key)?,
            by_rows(key)?
        ),
        Engine::Sqlite => format!("SELECT {wanted} FROM {table} AS t WHERE {}", by_parameters(key)?),
    })
}

fn arrays(columns: &[Column]) -> Result<String, DatabaseError> {
    if columns.is_empty() {
        return Err(DatabaseError::invalid(
            "a bulk statement needs at least one column",
        ));
    }
    let arrays: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(i, c)| format!("${}::{}", i + 1, c.kind.postgres_array()))
        .collect();
    Ok(format!(
        "unnest({}) AS r({})",
        arrays.join(", "),
        names(columns, "")?
    ))
}

/// The statement as the engine takes it: `{rows}` becomes arrays on PostgreSQL and one row of parameters on SQLite.
pub(crate) fn with_rows(engine: Engine, sql: &str, columns: &[Column]) -> Result<String, DatabaseError> {
    if sql.matches(ROWS).count() != 1 || columns.is_empty() {
        return Err(DatabaseError::invalid(
            "a row statement names {rows} once and has at least one column",
        ));
    }
    let relation = match engine {
        Engine::Postgres => arrays(columns)?,
        Engine::Sqlite => {
            let mut cells = Vec::new();
            for (i, column) in columns.iter().enumerate() {
                cells.push(format!("${} AS {}", i + 1, quoted(column.name)?));
            }
            format!("(SELECT {}) AS r", cells.join(", "))
        }
    };
    Ok(sql.replacen(ROWS, &relation, 1))
}

pub(crate) fn check_widths(columns: &[Column], rows: &[Vec<Cell>]) -> Result<(), DatabaseError> {
    if rows.iter().all(|row| row.len() == columns.len()) {
        Ok(())
    } else {
        Err(DatabaseError::invalid(
            "a row has more or fewer cells than the statement has columns",
        ))
    }
}

#[derive(PartialEq, Eq, Hash)]
enum KeyPart<'a> {
    Null,
    Int(i64),
    Real(u64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// Leaves the last row of each key: PostgreSQL refuses an upsert that meets the same key twice in one statement.
pub(crate) fn last_of_each_key(
    columns: &[Column],
    key: &[&str],
    rows: &[Vec<Cell>],
) -> Option<Vec<Vec<Cell>>> {
    let places: Vec<_> = key
        .iter()
        .filter_map(|k| columns.iter().position(|c| c.name == *k))
        .collect();
    let mut last: HashMap<Vec<KeyPart<'_>>, usize> = HashMap::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let parts = places.iter().filter_map(|p| row.get(*p)).map(|cell| match cell {
            Cell::Null => KeyPart::Null,
            Cell::Int(v) => KeyPart::Int(*v),
            Cell::Real(v) => KeyPart::Real(v.to_bits()),
            Cell::Text(v) => KeyPart::Text(v),
            Cell::Bytes(v) => KeyPart::Bytes(v),
        });
        last.insert(parts.collect(), i);
    }
    if last.len() == rows.len() {
        return None;
    }
    let mut kept: Vec<_> = last.into_values().collect();
    kept.sort_unstable();
    Some(kept.into_iter().filter_map(|i| rows.get(i).cloned()).collect())
}
