//! Signed reports of a carrier, taken in: each is checked, sealed and durable before it is answered. Compared with an axum handler that
//! runs one stock postgres-es command a request, in the same run, from the same load on the same machine. Needs BENCH_DATABASE_URL (or
//! TEST_DATABASE_URL): a server with `fsync=on` whose user may create databases.
//!
//! `cargo bench -p voicedrop-tests --bench webhooks`
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
mod load;
mod stock;

use std::net::SocketAddr;

use load::{Rate, Reports};
use voicedrop::{
    application::{Application, Surroundings},
    config::{Config, Role},
};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Connections of the load.
const CONNECTIONS: [usize; 2] = [32, 256];
/// Times each side takes its turn, so that what else the machine does falls on both.
const ROUNDS: usize = 3;
/// How many times the stock handler's rate is asked for.
const RATE_MULTIPLE_MIN: f64 = 5.0;
/// At most this share of the stock handler's p99, with the most connections.
const P99_SHARE_MAX: f64 = 0.2;

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for connections in CONNECTIONS {
        let (mut stock, mut ours, mut beside) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            stock.push(runtime.block_on(of_stock(connections)));
            ours.push(runtime.block_on(of_ours(connections, Role::Api)));
            beside.push(runtime.block_on(of_ours(connections, Role::All)));
        }
        report(connections, &stock, &ours, &beside);
    }
}

fn report(connections: usize, stock: &[Rate], ours: &[Rate], beside: &[Rate]) {
    let verdict = |met: bool| if met { "met" } else { "MISSED" };
    let (stock, ours, beside) = (load::middle(stock), load::middle(ours), load::middle(beside));
    println!("{connections} connections");
    println!("  an axum handler, one postgres-es command each   {stock}");
    println!("  signed reports, checked, sealed, durable        {ours}");
    println!("  the same while workers of this process look at them  {beside}");
    let multiple = ours.per_second / stock.per_second;
    println!(
        "    {multiple:.2} times its rate (at least {RATE_MULTIPLE_MIN}: {}); beside the workers {:.2} times",
        verdict(multiple >= RATE_MULTIPLE_MIN),
        beside.per_second / stock.per_second
    );
    let share = ours.p99.as_secs_f64() / stock.p99.as_secs_f64();
    if connections == CONNECTIONS[1] {
        println!(
            "    {share:.2} of its p99 (at most {P99_SHARE_MAX}: {})",
            verdict(share <= P99_SHARE_MAX)
        );
    } else {
        println!("    {share:.2} of its p99");
    }
}

async fn of_stock(connections: usize) -> Rate {
    let database = tokio::task::spawn_blocking(baseline::new_database).await.unwrap();
    let server = stock::serve(&database, SocketAddr::from(ANY_PORT)).await;
    let rate = load::run(server.address, connections, Reports::unsigned(stock::PATH)).await;
    assert_eq!(
        server.stored().await,
        rate.count,
        "every answered report is stored"
    );
    server.stop().await;
    tokio::task::spawn_blocking(move || baseline::drop_database(&database))
        .await
        .unwrap();
    rate
}

async fn of_ours(connections: usize, role: Role) -> Rate {
    let database = tokio::task::spawn_blocking(baseline::new_database).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut config = Config::read(None).unwrap();
    config.database.url.clone_from(&database);
    config.data.directory = directory.path().display().to_string();
    config.providers.drop_cowboy.webhook_secrets = load::SECRET.into();
    let application = Application::open(config, Surroundings::default()).await.unwrap();
    let running = application.start(SocketAddr::from(ANY_PORT), role).await.unwrap();
    let address = running.public.strip_prefix("http://").unwrap().parse().unwrap();
    let now = running.application.ports.clock.now();
    let rate = load::run(
        address,
        connections,
        Reports::signed("/webhooks/drop-cowboy", now),
    )
    .await;
    let counts = running.application.ports.inbox.counts().await.unwrap();
    let stored = counts.waiting + counts.unmatched;
    assert_eq!(
        stored as usize, rate.count,
        "every answered report is stored: {counts:?}"
    );
    running.stop().await;
    tokio::task::spawn_blocking(move || baseline::drop_database(&database))
        .await
        .unwrap();
    rate
}
