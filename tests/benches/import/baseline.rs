//! What the import is compared with.

use std::{
    fmt,
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use commands::ports::{ReadLimits, RowOutcome, TableChoice, TableOpener};
use import_files::ContactFiles;
use sqlx::{Connection, Executor, PgConnection};

/// Rows, and how long they took.
#[derive(Debug, Clone, Copy)]
pub struct Baseline {
    rows: u64,
    took: Duration,
}

impl Baseline {
    pub fn rows_per_second(&self) -> f64 {
        self.rows as f64 / self.took.as_secs_f64()
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9.0} rows/s  ({} rows in {:.2} s)",
            self.rows_per_second(),
            self.rows,
            self.took.as_secs_f64()
        )
    }
}

/// The csv crate, reading every field and doing nothing with it.
pub fn raw_csv(list: &Path) -> Baseline {
    let began = Instant::now();
    let mut reader = csv::Reader::from_reader(File::open(list).unwrap());
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut bytes) = (0, 0);
    while reader.read_byte_record(&mut record).unwrap() {
        rows += 1;
        bytes += record.iter().map(<[u8]>::len).sum::<usize>();
    }
    assert!(bytes > 0);
    Baseline {
        rows,
        took: began.elapsed(),
    }
}

/// Our reader alone: parsed and normalised.
pub fn read(list: &Path) -> Baseline {
    let began = Instant::now();
    let mut rows = 0;
    for_each_row(list, |_| rows += 1);
    Baseline {
        rows,
        took: began.elapsed(),
    }
}

fn for_each_row(list: &Path, mut then: impl FnMut(RowOutcome)) {
    let file = Box::new(File::open(list).unwrap());
    let mut reader = ContactFiles
        .open(file, &TableChoice::default(), ReadLimits::default())
        .unwrap();
    while let Some(row) = reader.next_row() {
        then(row.unwrap());
    }
}

fn server() -> String {
    std::env::var("BENCH_DATABASE_URL")
        .or_else(|_| std::env::var("TEST_DATABASE_URL"))
        .expect("BENCH_DATABASE_URL names a PostgreSQL server")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// An empty database on the server.
pub fn new_database() -> String {
    let name = format!("bench_import_{}", std::process::id());
    runtime().block_on(async {
        let mut server = PgConnection::connect(&server()).await.unwrap();
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        server.execute(drop.as_str()).await.unwrap();
        server
            .execute(format!("CREATE DATABASE {name}").as_str())
            .await
            .unwrap();
        server.execute("CHECKPOINT").await.unwrap();
    });
    let base = server();
    let (address, _) = base.rsplit_once('/').unwrap();
    format!("{address}/{name}")
}

pub fn drop_database(database: &str) {
    let (_, name) = database.rsplit_once('/').unwrap();
    runtime().block_on(async {
        let mut server = PgConnection::connect(&server()).await.unwrap();
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        server.execute(drop.as_str()).await.unwrap();
    });
}

/// Everything that the import keeps of a row, in the clear.
const TABLE: &str = "CREATE TABLE plain (id bigint PRIMARY KEY, phone text NOT NULL, name text, first_name text, last_name text,
    email text, street text, city text, state text, zip text, phone_as_given text, other_phones text, listing_status text,
    attributes text);
    CREATE INDEX plain_by_phone ON plain (phone);";

/// Bytes handed to the server at once.
const COPY_BYTES: usize = 64 << 10;

/// `COPY` of the rows that become contacts, normalised beforehand, into a table that has its indexes.
pub fn copy(list: &Path) -> Baseline {
    let (mut lines, mut rows) = (Vec::new(), 0_u64);
    for_each_row(list, |row| {
        if let RowOutcome::Contact(contact) = row {
            rows += 1;
            let d = &contact.details;
            writeln!(
                lines,
                "{rows}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                d.phone,
                d.name,
                d.first_name,
                d.last_name,
                d.email.as_deref().unwrap_or("\\N"),
                d.street.as_deref().unwrap_or("\\N"),
                contact.location.city.as_deref().unwrap_or("\\N"),
                contact
                    .location
                    .state
                    .as_ref()
                    .map_or("\\N", domain::UsState::code),
                contact.location.zip.as_deref().unwrap_or("\\N"),
                d.phone_as_given,
                d.other_phones.join(" "),
                contact.listing_status.as_deref().unwrap_or("\\N"),
                serde_json::to_string(&d.attributes)
                    .unwrap()
                    .replace('\\', "\\\\"),
            )
            .unwrap();
        }
    });
    let database = new_database();
    let took = runtime().block_on(async {
        let mut connection = PgConnection::connect(&database).await.unwrap();
        connection.execute(TABLE).await.unwrap();
        let began = Instant::now();
        let mut copy = connection.copy_in_raw("COPY plain FROM STDIN").await.unwrap();
        for part in lines.chunks(COPY_BYTES) {
            copy.send(part).await.unwrap();
        }
        copy.finish().await.unwrap();
        began.elapsed()
    });
    drop_database(&database);
    Baseline { rows, took }
}
