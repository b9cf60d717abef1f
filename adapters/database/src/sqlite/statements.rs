//! One statement on one SQLite connection. Refuses a wrong number of parameters, which SQLite itself would take as missing
//! values.

use projections::Cell;
use rusqlite::{Connection, types::ValueRef};

use crate::{Column, DatabaseError, Row, bulk::check_widths};

/// Replaces `$1` by `?1` outside of quoted text.
pub(crate) fn translated(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quote = None;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            _ => {}
        }
        let parameter = quote.is_none() && c == '$' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

fn bind_all(statement: &mut rusqlite::Statement<'_>, parameters: &[Cell]) -> Result<(), DatabaseError> {
    let wanted = statement.parameter_count();
    if wanted != parameters.len() {
        return Err(DatabaseError::invalid(format!(
            "the statement has {wanted} parameters, {} were given",
            parameters.len()
        )));
    }
    for (i, cell) in parameters.iter().enumerate() {
        let place = i + 1;
        match cell {
            Cell::Null => statement.raw_bind_parameter(place, rusqlite::types::Null),
            Cell::Int(value) => statement.raw_bind_parameter(place, value),
            Cell::Real(value) => statement.raw_bind_parameter(place, value),
            Cell::Text(value) => statement.raw_bind_parameter(place, value),
            Cell::Bytes(value) => statement.raw_bind_parameter(place, value),
        }?;
    }
    Ok(())
}

/// `sql` already has SQLite's parameters.
pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &[Cell],
) -> Result<Vec<Row>, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    collect(&mut statement, parameters, &mut found)?;
    Ok(found)
}

fn collect(
    statement: &mut rusqlite::Statement<'_>,
    parameters: &[Cell],
    found: &mut Vec<Row>,
) -> Result<(), DatabaseError> {
    bind_all(statement, parameters)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let mut cells = Vec::with_capacity(width);
        for i in 0..width {
            cells.push(match row.get_ref(i)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(value) => Cell::Int(value),
                ValueRef::Real(value) => Cell::Real(value),
                ValueRef::Text(value) => Cell::Text(String::from_utf8_lossy(value).into_owned()),
                ValueRef::Blob(value) => Cell::Bytes(value.to_vec()),
            });
        }
        found.push(Row::new(cells));
    }
    Ok(())
}

pub(crate) fn execute(connection: &Connection, sql: &str, parameters: &[Cell]) -> Result<u64, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    run(connection, &mut statement, parameters)
}

/// A statement that returns rows is taken too: PostgreSQL takes it.
fn run(
    connection: &Connection,
    statement: &mut rusqlite::Statement<'_>,
    parameters: &[Cell],
) -> Result<u64, DatabaseError> {
    bind_all(statement, parameters)?;
    if statement.column_count() == 0 {
        return Ok(statement.raw_execute()? as u64);
    }
    let readonly = statement.readonly();
    let mut rows = statement.raw_query();
    let mut seen = 0;
    while rows.next()?.is_some() {
        seen += 1;
    }
    Ok(if readonly { seen } else { connection.changes() })
}

pub(crate) fn query_rows(
    connection: &Connection,
    sql: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<Vec<Row>, DatabaseError> {
    check_widths(columns, rows)?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    for row in rows {
        collect(&mut statement, row, &mut found)?;
    }
    Ok(found)
}

pub(crate) fn execute_rows(
    connection: &Connection,
    sql: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<u64, DatabaseError> {
    check_widths(columns, rows)?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut affected = 0;
    for row in rows {
        affected += run(connection, &mut statement, row)?;
    }
    Ok(affected)
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn parameters_are_translated_but_not_inside_quoted_text() {
        assert_eq!(
            translated("SELECT $1, '$2', \"$3\" WHERE a = $12 AND b = '$' || $1"),
            "SELECT ?1, '$2', \"$3\" WHERE a = ?12 AND b = '$' || ?1"
        );
    }
}
