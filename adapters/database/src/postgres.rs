//! Statements on PostgreSQL. Parameters are sent as the type that the server itself infers for them, so that a missing
//! value fits every column and a whole number never turns into the bits of a real one.

use std::time::Duration;

use projections::Cell;
use sqlx::{
    Column as _, Either, Executor, PgConnection, PgPool, Row as _, Statement as _, TypeInfo,
    postgres::{PgArguments, PgColumn, PgConnectOptions, PgPoolOptions, PgRow},
};

use crate::{
    BULK_ROWS_MAX, Column, ColumnKind, DatabaseError, Row,
    bulk::{check_widths, quoted},
    copy::CopyIn,
};

/// Most connections that one set of tables holds.
pub const CONNECTIONS_MAX: u32 = 8;

/// Prepared statements that a connection keeps.
pub const STATEMENTS_CACHED_MAX: usize = 512;

/// Longest wait for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that nobody used for so long is closed.
const CONNECTION_IDLE_MAX: Duration = Duration::from_mins(5);

/// Limits of every session: a statement, a wait for a lock, and an open transaction that does nothing.
const SESSION_LIMITS: &[(&str, &str)] = &[
    ("statement_timeout", "60s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "30s"),
];

/// Connects once to see that the server is there.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgPool, DatabaseError> {
    let options = options
        .clone()
        .statement_cache_capacity(STATEMENTS_CACHED_MAX)
        .application_name("voicedrop")
        .options(SESSION_LIMITS.iter().copied());
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(CONNECTION_IDLE_MAX)
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Connections to the same server whose unqualified names are those of the schema.
pub(crate) fn in_schema(pool: &PgPool, schema: &str) -> Result<PgPool, DatabaseError> {
    let search_path = format!("{},public", quoted(schema)?);
    let options = pool
        .connect_options()
        .as_ref()
        .clone()
        .options([("search_path", search_path)]);
    Ok(pool.options().clone().connect_lazy_with(options))
}

pub(crate) async fn query(
    connection: &mut PgConnection,
    sql: &str,
    parameters: &[Cell],
) -> Result<Vec<Row>, DatabaseError> {
    let statement = connection.prepare(sql).await?;
    let arguments = arguments(statement.parameters(), parameters)?;
    let answer = statement.query_with(arguments).fetch_all(connection).await?;
    let mut found = Vec::new();
    read(&answer, &mut found)?;
    Ok(found)
}

pub(crate) async fn execute(
    connection: &mut PgConnection,
    sql: &str,
    parameters: &[Cell],
) -> Result<u64, DatabaseError> {
    let statement = connection.prepare(sql).await?;
    let arguments = arguments(statement.parameters(), parameters)?;
    let done = statement.query_with(arguments).execute(connection).await?;
    Ok(done.rows_affected())
}

pub(crate) async fn query_rows(
    connection: &mut PgConnection,
    sql: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<Vec<Row>, DatabaseError> {
    check_widths(columns, rows)?;
    let mut found = Vec::new();
    for chunk in rows.chunks(BULK_ROWS_MAX) {
        let arguments = arrays(columns, chunk)?;
        let answer = sqlx::query_with(sql, arguments)
            .fetch_all(&mut *connection)
            .await?;
        read(&answer, &mut found)?;
    }
    Ok(found)
}

pub(crate) async fn execute_rows(
    connection: &mut PgConnection,
    sql: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<u64, DatabaseError> {
    check_widths(columns, rows)?;
    let mut affected = 0;
    for chunk in rows.chunks(BULK_ROWS_MAX) {
        let arguments = arrays(columns, chunk)?;
        let done = sqlx::query_with(sql, arguments).execute(&mut *connection).await?;
        affected += done.rows_affected();
    }
    Ok(affected)
}

/// Writes rows by `COPY`.
pub(crate) async fn copy_rows(
    connection: &mut PgConnection,
    sql: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<u64, DatabaseError> {
    check_widths(columns, rows)?;
    // Before anything is sent: a copy can't be left in the middle.
    for (at, column) in columns.iter().enumerate() {
        let mut cells = rows.iter().filter_map(|row| row.get(at));
        if !cells.all(|cell| fits(*column, cell)) {
            return Err(DatabaseError::invalid(format!(
                "a value does not fit the column {}",
                column.name
            )));
        }
    }
    let mut copy = CopyIn::begin(connection, sql).await?;
    for row in rows {
        copy.row(row.len());
        for (column, cell) in columns.iter().zip(row) {
            match cell {
                Cell::Null => copy.null(),
                Cell::Int(value) if column.kind == ColumnKind::Real => copy.real(*value as f64),
                Cell::Int(value) => copy.int(*value),
                Cell::Real(value) => copy.real(*value),
                Cell::Text(value) => copy.text(value),
                Cell::Bytes(value) => copy.bytes(value),
            }
        }
        copy.send_when_full().await?;
    }
    Ok(copy.finish().await?)
}

const fn fits(column: Column, cell: &Cell) -> bool {
    matches!(
        (column.kind, cell),
        (_, Cell::Null)
            | (ColumnKind::Int | ColumnKind::Real, Cell::Int(_))
            | (ColumnKind::Real, Cell::Real(_))
            | (ColumnKind::Text, Cell::Text(_))
            | (ColumnKind::Bytes, Cell::Bytes(_))
    )
}

fn arguments(
    described: Option<Either<&[sqlx::postgres::PgTypeInfo], usize>>,
    parameters: &[Cell],
) -> Result<PgArguments, DatabaseError> {
    let Some(Either::Left(types)) = described else {
        return Err(DatabaseError::invalid(
            "the server did not describe the parameters",
        ));
    };
    if types.len() != parameters.len() {
        return Err(DatabaseError::invalid(format!(
            "the statement has {} parameters, {} were given",
            types.len(),
            parameters.len()
        )));
    }
    let mut arguments = PgArguments::default();
    for (i, (wanted, cell)) in types.iter().zip(parameters).enumerate() {
        bind(&mut arguments, wanted.name(), cell, i + 1)?;
    }
    Ok(arguments)
}

fn bind(arguments: &mut PgArguments, wanted: &str, cell: &Cell, number: usize) -> Result<(), DatabaseError> {
    use sqlx::Arguments as _;
    let unfit = || DatabaseError::invalid(format!("parameter {number} does not fit the type {wanted}"));
    let int = || match cell {
        Cell::Null => Ok(None),
        Cell::Int(value) => Ok(Some(*value)),
        _ => Err(unfit()),
    };
    let added = match wanted {
        "INT8" => arguments.add(int()?),
        "INT4" => arguments.add(int()?.map(i32::try_from).transpose().map_err(|_| unfit())?),
        "INT2" => arguments.add(int()?.map(i16::try_from).transpose().map_err(|_| unfit())?),
        "BOOL" => arguments.add(int()?.map(|value| value != 0)),
        "FLOAT8" => arguments.add(match cell {
            Cell::Null => None,
            Cell::Real(value) => Some(*value),
            Cell::Int(value) => Some(*value as f64),
            _ => return Err(unfit()),
        }),
        "TEXT" | "VARCHAR" | "BPCHAR" | "NAME" => arguments.add(match cell {
            Cell::Null => None,
            Cell::Text(value) => Some(value.as_str()),
            _ => return Err(unfit()),
        }),
        "BYTEA" => arguments.add(match cell {
            Cell::Null => None,
            Cell::Bytes(value) => Some(value.as_slice()),
            _ => return Err(unfit()),
        }),
        _ => return Err(unfit()),
    };
    added.map_err(|_| unfit())
}

fn arrays(columns: &[Column], rows: &[Vec<Cell>]) -> Result<PgArguments, DatabaseError> {
    let mut arguments = PgArguments::default();
    for (i, column) in columns.iter().enumerate() {
        add_array(&mut arguments, *column, rows.iter().filter_map(|row| row.get(i)))?;
    }
    Ok(arguments)
}

fn add_array<'a>(
    arguments: &mut PgArguments,
    column: Column,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), DatabaseError> {
    use sqlx::Arguments as _;
    let unfit = || DatabaseError::invalid(format!("a value does not fit the column {}", column.name));
    let added = match column.kind {
        ColumnKind::Int => arguments.add(collect(cells, |cell| match cell {
            Cell::Int(value) => Ok(*value),
            _ => Err(unfit()),
        })?),
        ColumnKind::Real => arguments.add(collect(cells, |cell| match cell {
            Cell::Real(value) => Ok(*value),
            Cell::Int(value) => Ok(*value as f64),
            _ => Err(unfit()),
        })?),
        ColumnKind::Text => arguments.add(collect(cells, |cell| match cell {
            Cell::Text(value) => Ok(value.as_str()),
            _ => Err(unfit()),
        })?),
        ColumnKind::Bytes => arguments.add(collect(cells, |cell| match cell {
            Cell::Bytes(value) => Ok(value.as_slice()),
            _ => Err(unfit()),
        })?),
    };
    added.map_err(|_| unfit())
}

fn collect<'a, T>(
    cells: impl Iterator<Item = &'a Cell>,
    read: impl Fn(&'a Cell) -> Result<T, DatabaseError>,
) -> Result<Vec<Option<T>>, DatabaseError> {
    cells
        .map(|cell| match cell {
            Cell::Null => Ok(None),
            other => read(other).map(Some),
        })
        .collect()
}

/// How the cells of a result's column are read.
#[derive(Clone, Copy)]
enum Stored {
    Int8,
    Int4,
    Int2,
    Bool,
    Float8,
    Float4,
    Text,
    Bytes,
}

impl Stored {
    fn of(at: usize, column: &PgColumn) -> Result<Self, DatabaseError> {
        Ok(match column.type_info().name() {
            "INT8" => Self::Int8,
            "INT4" => Self::Int4,
            "INT2" => Self::Int2,
            "BOOL" => Self::Bool,
            "FLOAT8" => Self::Float8,
            "FLOAT4" => Self::Float4,
            "TEXT" | "VARCHAR" | "BPCHAR" | "NAME" => Self::Text,
            "BYTEA" => Self::Bytes,
            other => {
                return Err(DatabaseError::invalid(format!(
                    "column {at} is of type {other}: cast it to bigint, double precision, text or bytea"
                )));
            }
        })
    }

    /// The cell, of a column of this type.
    fn cell(self, row: &PgRow, at: usize) -> Result<Cell, DatabaseError> {
        let cell = match self {
            Self::Int8 => row.try_get_unchecked::<Option<i64>, _>(at)?.map(Cell::Int),
            Self::Int4 => row
                .try_get_unchecked::<Option<i32>, _>(at)?
                .map(|v| Cell::Int(v.into())),
            Self::Int2 => row
                .try_get_unchecked::<Option<i16>, _>(at)?
                .map(|v| Cell::Int(v.into())),
            Self::Bool => row
                .try_get_unchecked::<Option<bool>, _>(at)?
                .map(|v| Cell::Int(v.into())),
            Self::Float8 => row.try_get_unchecked::<Option<f64>, _>(at)?.map(Cell::Real),
            Self::Float4 => row
                .try_get_unchecked::<Option<f32>, _>(at)?
                .map(|v| Cell::Real(v.into())),
            Self::Text => row.try_get_unchecked::<Option<String>, _>(at)?.map(Cell::Text),
            Self::Bytes => row.try_get_unchecked::<Option<Vec<u8>>, _>(at)?.map(Cell::Bytes),
        };
        Ok(cell.unwrap_or(Cell::Null))
    }
}

/// Reads a result into `found`. What its columns hold is looked up once, not for every cell.
fn read(rows: &[PgRow], found: &mut Vec<Row>) -> Result<(), DatabaseError> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let columns = first.columns().iter().enumerate();
    let columns: Vec<Stored> = columns
        .map(|(at, column)| Stored::of(at, column))
        .collect::<Result<_, _>>()?;
    found.reserve(rows.len());
    for row in rows {
        let cells = columns.iter().enumerate();
        let cells: Result<_, _> = cells.map(|(at, column)| column.cell(row, at)).collect();
        found.push(Row::new(cells?));
    }
    Ok(())
}
