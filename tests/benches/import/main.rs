//! A million-row title-company list, end to end: parsed, normalised, deduplicated, encrypted, events durable, read models current.
//! Beside it in the same run: the csv crate alone, and `COPY` of the same rows, already normalised, into a plain table with
//! a primary key and an index on the number. Needs BENCH_DATABASE_URL (or TEST_DATABASE_URL): a PostgreSQL server with
//! `fsync=on` whose user may create databases.
//!
//! `cargo bench -p voicedrop-tests --bench import [-- postgres|sqlite|workbook] [ROWS]`
#![expect(clippy::print_stdout, reason = "its output is the report")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that can't go on stops"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads its environment and runs what it times beside itself"
)]

mod baseline;
mod end_to_end;
mod title_rep;

use std::path::Path;

use baseline::Baseline;
use end_to_end::{Run, in_child};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const ROWS: u64 = 1_000_000;
const WORKBOOK_ROWS: u64 = 100_000;

/// Share of `COPY` that the whole import is to reach.
const COPY_SHARE_MIN: f64 = 0.25;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [mark, database, file, directory] = arguments.as_slice()
        && mark == end_to_end::CHILD
    {
        return end_to_end::child(database, Path::new(file), Path::new(directory));
    }
    let rows = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(ROWS);
    let names: Vec<&String> = arguments.iter().filter(|a| a.parse::<u64>().is_err()).collect();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|a| name.contains(a.as_str()));

    let directory = tempfile::tempdir().expect("a directory for the files");
    let list = directory.path().join("title_rep.csv");
    title_rep::write_csv(&list, rows);
    let raw = baseline::raw_csv(&list);
    println!("csv crate alone      {raw}");
    let copy = baseline::copy(&list);
    println!("COPY of the same     {copy}");
    if wanted("postgres") {
        let database = baseline::new_database();
        report("import on PostgreSQL", &in_child(&database, &list), &raw, &copy);
        baseline::drop_database(&database);
    }
    if wanted("sqlite") {
        let database = format!("sqlite:{}", directory.path().join("sqlite").display());
        report("import on SQLite    ", &in_child(&database, &list), &raw, &copy);
    }
    if wanted("workbook") {
        workbook(directory.path());
    }
}

fn report(what: &str, run: &Run, raw: &Baseline, copy: &Baseline) {
    println!("{what} {run}");
    println!(
        "    {:.3} of the csv crate, {:.2} of COPY (at least {COPY_SHARE_MIN}: {})",
        run.rows_per_second() / raw.rows_per_second(),
        run.rows_per_second() / copy.rows_per_second(),
        if run.rows_per_second() >= COPY_SHARE_MIN * copy.rows_per_second() {
            "met"
        } else {
            "MISSED"
        }
    );
}

fn workbook(directory: &Path) {
    let (csv, xlsx) = (directory.join("short.csv"), directory.join("short.xlsx"));
    title_rep::write_csv(&csv, WORKBOOK_ROWS);
    title_rep::write_xlsx(&xlsx, WORKBOOK_ROWS);
    let (text, sheet) = (baseline::read(&csv), baseline::read(&xlsx));
    println!("read as CSV          {text}");
    println!("read as XLSX         {sheet}");
    println!(
        "    {:.2} of the CSV's rate (at least 0.25)",
        sheet.rows_per_second() / text.rows_per_second()
    );
    let database = |name: &str| format!("sqlite:{}", directory.join(name).display());
    let (text, sheet) = (
        in_child(&database("of_csv"), &csv),
        in_child(&database("of_xlsx"), &xlsx),
    );
    println!("import of the CSV    {text}");
    println!("import of the XLSX   {sheet}");
    println!(
        "    {:.2} of the CSV's rate (at least 0.25)",
        sheet.rows_per_second() / text.rows_per_second()
    );
}
