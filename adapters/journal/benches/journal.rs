//! The journal against the stock repositories, COPY and bare inserts, each pair in the same run on the same machine.
//! Needs BENCH_DATABASE_URL (or TEST_DATABASE_URL): a PostgreSQL server with `fsync=on` whose user may create databases.
//!
//! `cargo bench -p voicedrop-journal`; an argument such as `postgres` runs the cases whose name has it.
#![expect(clippy::print_stdout, reason = "its output is the report")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that can't go on stops"
)]

mod cases;

use cases::{Case, bulk, commands, hardware, opening};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|a| name.contains(a.as_str()));
    println!("{}", hardware::describe().await);
    println!("{}", Case::HEADING);
    let show = |case: Case| println!("{case}");
    if wanted("postgres commands") {
        show(commands::postgres(64, 6.0).await);
        show(commands::postgres(1, 1.0).await);
    }
    if wanted("postgres bulk") {
        show(bulk::postgres().await);
    }
    if wanted("sqlite commands") {
        show(commands::sqlite(8, 6.0).await);
        show(commands::sqlite(1, 1.0).await);
    }
    if wanted("sqlite bulk") {
        show(bulk::sqlite().await);
    }
    if wanted("opening") {
        show(opening::sqlite().await);
        show(opening::postgres().await);
    }
}
