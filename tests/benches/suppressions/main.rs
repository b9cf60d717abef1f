//! A hundred thousand numbers, half of them listed, looked up in a list of ten million as it is done before a hand-off: with the wait for
//! the read models, the pointers and the answer for each number. Compared with the bare join of sorted candidates on the same table, in
//! the same run. Needs BENCH_DATABASE_URL (or TEST_DATABASE_URL): a server whose user may create databases.
//!
//! `cargo bench -p voicedrop-tests --bench suppressions`, with `BENCH_LISTED=1000000` for a smaller list.
#![expect(clippy::print_stdout, reason = "its output is the report")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that can't go on stops"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads its environment and runs what it times beside itself"
)]

#[path = "../import/baseline.rs"]
#[expect(dead_code, reason = "only its databases are used here")]
mod baseline;

use std::time::{Duration, Instant};

use chrono::DateTime;
use commands::{
    context::{CommandContext, Ports},
    execute::execute,
    suppression::standings,
};
use domain::{
    CorrelationId, ListLoadId, OrganizationId, PhoneIndex, PhoneNumber,
    suppression::{ListKind, LoadedList, SuppressionCommand, SuppressionList},
};
use sqlx::{Connection, PgConnection};
use voicedrop::{
    application::{Application, Surroundings},
    config::{Config, Role},
};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Numbers on the list, unless BENCH_LISTED says otherwise.
const LISTED: u64 = 10_000_000;
/// Numbers that are looked up.
const CANDIDATES: u64 = 100_000;
/// Numbers put aside together.
const AT_ONCE: u64 = 20_000;
/// Times each side takes its turn.
const ROUNDS: usize = 5;
/// At most so many times the bare join.
const MULTIPLE_MAX: f64 = 2.0;

fn main() {
    let listed = std::env::var("BENCH_LISTED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(LISTED);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    println!("{CANDIDATES} numbers against a list of {listed}");
    let database = baseline::new_database();
    runtime.block_on(on(&database, listed));
    baseline::drop_database(&database);
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().display());
    runtime.block_on(on(&url, listed));
}

/// The number at a place: spread over the plan, each once.
fn number(place: u64) -> PhoneNumber {
    let subscriber = place.wrapping_mul(7_919) % 8_000_000;
    let area = 200 + (place / 8_000_000) % 700;
    format!("+1{area}{:07}", 2_000_000 + subscriber).parse().unwrap()
}

async fn on(url: &str, listed: u64) {
    let directory = tempfile::tempdir().unwrap();
    let mut config = Config::read(None).unwrap();
    url.clone_into(&mut config.database.url);
    config.data.directory = directory.path().display().to_string();
    let application = Application::open(config, Surroundings::default()).await.unwrap();
    let running = application
        .start(([127, 0, 0, 1], 0).into(), Role::All)
        .await
        .unwrap();
    let ports = running.application.ports.clone();
    let organization = OrganizationId::from_uuid(ports.ids.next());
    let load = ListLoadId::from_uuid(ports.ids.next());
    let began = Instant::now();
    fill(&ports, organization, load, listed).await;
    let engine = url.split(':').next().unwrap_or_default();
    println!(
        "{engine}: loaded in {:.1} s, {:.0} numbers/s",
        began.elapsed().as_secs_f64(),
        listed as f64 / began.elapsed().as_secs_f64()
    );

    let wanted: Vec<PhoneNumber> = (0..CANDIDATES)
        .map(|n| {
            number(if n % 2 == 0 {
                n * (listed / CANDIDATES).max(1)
            } else {
                listed + 10_000_000 + n
            })
        })
        .collect();
    let indexes = ports.keys.phone_indexes(organization, &wanted).await.unwrap();
    // The event that puts the list in force has to arrive first.
    for _ in 0..30 {
        if standings(&ports, organization, &indexes[..1]).await.is_ok() {
            break;
        }
    }
    let (mut ours, mut bare) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let found = standings(&ports, organization, &indexes).await.unwrap();
        ours.push(began.elapsed());
        let held = found
            .iter()
            .filter(|lists| lists.iter().any(|l| l.holds_number))
            .count();
        assert_eq!(
            held as u64,
            CANDIDATES / 2,
            "every listed number is found, and no other"
        );
        bare.push(bare_join(url, load, &indexes).await);
    }
    running.stop().await;
    ours.sort_unstable();
    bare.sort_unstable();
    let (ours, bare) = (ours[ROUNDS / 2], bare[ROUNDS / 2]);
    let multiple = ours.as_secs_f64() / bare.as_secs_f64();
    let verdict = if multiple <= MULTIPLE_MAX { "met" } else { "MISSED" };
    println!("  bare join of sorted candidates     {bare:>10.1?}");
    println!("  lists in force, for each number    {ours:>10.1?}");
    println!("    {multiple:.2} times the bare join (at most {MULTIPLE_MAX}: {verdict})");
}

/// Puts a federal list of so many numbers in force.
async fn fill(ports: &Ports, organization: OrganizationId, load: ListLoadId, listed: u64) {
    ports.keys.ensure_organization(organization).await.unwrap();
    for from in (0..listed).step_by(AT_ONCE as usize) {
        let numbers: Vec<PhoneNumber> = (from..(from + AT_ONCE).min(listed)).map(number).collect();
        let indexes = ports.keys.phone_indexes(organization, &numbers).await.unwrap();
        ports
            .listed
            .stage(load, indexes.into_iter().map(|index| (index, false)).collect())
            .await
            .unwrap();
    }
    let numbers = ports.listed.build(load, None).await.unwrap();
    assert_eq!(numbers, listed, "each number once");
    ports.listed.clear(load).await.unwrap();
    let id = ListKind::FederalDnc.list_of(organization, None);
    let loaded = LoadedList {
        version: "bench".to_owned(),
        sha256: "00".to_owned(),
        obtained_at: DateTime::UNIX_EPOCH,
        san: Some("10000-0000-1".to_owned()),
        added: numbers,
        load_id: Some(load),
        numbers,
        ..LoadedList::default()
    };
    let list = ListKind::FederalDnc;
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    let context = CommandContext::system(organization, "bench", correlation, None);
    execute::<SuppressionList>(ports, &context, id, SuppressionCommand::Load { id, list, loaded })
        .await
        .unwrap();
}

/// The candidates in a table of their own, sorted, joined by a probe a row; the count comes back.
async fn bare_join(url: &str, load: ListLoadId, indexes: &[PhoneIndex]) -> Duration {
    let (_, low) = load.as_uuid().as_u64_pair();
    let load = low.cast_signed();
    let keys: Vec<Vec<u8>> = indexes
        .iter()
        .map(|i| hex::decode(&i.as_str()[..32]).unwrap())
        .collect();
    if let Some(directory) = url.strip_prefix("sqlite:") {
        let mut connection = rusqlite::Connection::open(format!("{directory}/work.db")).unwrap();
        connection
            .execute_batch("PRAGMA cache_size = -65536; CREATE TEMP TABLE candidates (phone_key BLOB)")
            .unwrap();
        let filling = connection.transaction().unwrap();
        for key in &keys {
            filling
                .execute("INSERT INTO candidates VALUES (?1)", [key])
                .unwrap();
        }
        filling.commit().unwrap();
        let began = Instant::now();
        let sql = "SELECT count(*) FROM (SELECT phone_key FROM candidates ORDER BY phone_key) c
             WHERE EXISTS (SELECT 1 FROM listed_numbers l WHERE l.load = ?1 AND l.phone_key = c.phone_key)";
        let held: i64 = connection.query_row(sql, [load], |row| row.get(0)).unwrap();
        assert_eq!(held as u64, CANDIDATES / 2);
        return began.elapsed();
    }
    let mut connection = PgConnection::connect(url).await.unwrap();
    let fill = "CREATE TEMP TABLE candidates AS SELECT unnest($1::bytea[]) AS phone_key";
    sqlx::query(fill)
        .bind(&keys)
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("ANALYZE candidates")
        .execute(&mut connection)
        .await
        .unwrap();
    let began = Instant::now();
    let sql = "SELECT count(*) FROM (SELECT phone_key FROM candidates ORDER BY phone_key) c
         CROSS JOIN LATERAL (SELECT 1 FROM work.listed_numbers l
              WHERE l.load = $1 AND l.phone_key = c.phone_key LIMIT 1) found";
    let held: i64 = sqlx::query_scalar(sql)
        .bind(load)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let took = began.elapsed();
    assert_eq!(held as u64, CANDIDATES / 2);
    connection.close().await.unwrap();
    took
}
