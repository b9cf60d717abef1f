//! A million reports of a carrier, taken into all read models: each script's status, each contact's place in its campaign, the live
//! counters and every figure. Beside it in the same run: one plain `INSERT … SELECT` that aggregates the same journal. Then, at that
//! size, how long the overview and the analytics of a campaign take to answer. Needs BENCH_DATABASE_URL (or TEST_DATABASE_URL): a
//! PostgreSQL server whose user may create databases.
//!
//! `cargo bench -p voicedrop-tests --bench analytics [-- postgres|sqlite] [REPORTS]`
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
mod plain;
mod season;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use database::{Database, DatabaseUrl};
use projections::{
    digest::CampaignReport,
    queries::{Comparison, ReadModels, ResultFilter, Visible},
};
use season::Season;
use store::{
    read_side::{ReadSide, ReadSideOptions},
    system::SystemClock,
};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Reports, unless the arguments say otherwise.
const REPORTS: usize = 1_000_000;
/// How many are to be taken in each second, on PostgreSQL.
const PER_SECOND_MIN: f64 = 50_000.0;
/// Longest that a screen may wait for its figures.
const ANSWER_MAX: Duration = Duration::from_millis(50);
/// Times each question is asked.
const ASKED: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let reports = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(REPORTS);
    let wanted = |name: &str| {
        let mut names = arguments
            .iter()
            .filter(|a| a.parse::<usize>().is_err())
            .peekable();
        names.peek().is_none() || names.any(|a| name.contains(a.as_str()))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if wanted("postgres") {
        let database = baseline::new_database();
        runtime.block_on(on(&database, reports));
        baseline::drop_database(&database);
    }
    if wanted("sqlite") {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().display());
        runtime.block_on(on(&url, reports));
    }
}

async fn on(url: &str, reports: usize) {
    journal::migrate(url).await.unwrap();
    let mut season = Season::of(reports);
    let writer = journal::open(url).await.unwrap().journal;
    let scripts = season.hand_over(writer.as_ref()).await;
    let handed_over = writer.head().await.unwrap();
    let expected = season.report(writer.as_ref(), reports).await;
    let reported = writer.head().await.unwrap();
    drop(writer);

    // As a server that has just started: nothing of the journal is in memory.
    let feed = journal::open(url).await.unwrap().journal;
    let database = Database::connect(&DatabaseUrl::parse(url).unwrap())
        .await
        .unwrap();
    let options = ReadSideOptions::default();
    let side = ReadSide::open(&database, feed, Arc::new(SystemClock), options)
        .await
        .unwrap();
    let engine = url.split(':').next().unwrap_or_default();
    let began = Instant::now();
    side.step_until(handed_over).await.unwrap();
    let before = began.elapsed().as_secs_f64();
    println!(
        "{engine}: {scripts} scripts written and handed over, taken in at {:.0} events/s",
        handed_over.number() as f64 / before
    );
    let began = Instant::now();
    assert_eq!(side.step_until(reported).await.unwrap(), reported);
    let took = began.elapsed().as_secs_f64();
    let per_second = reports as f64 / took;
    let met = |met: bool| if met { "met" } else { "MISSED" };
    println!(
        "  {reports} reports taken in                  {took:>8.2} s  {per_second:>9.0} events/s (at least {PER_SECOND_MIN}: {})",
        met(per_second >= PER_SECOND_MIN)
    );
    let plain = plain::aggregated(url).await.as_secs_f64();
    println!(
        "  plain INSERT … SELECT over the same       {plain:>8.2} s  {:>9.0} events/s; the projection's rate is {:.2} of it",
        reports as f64 / plain,
        plain / took
    );
    let queries = side.queries();
    let overview = queries
        .overview(season.organization, &Visible::All)
        .await
        .unwrap()
        .results;
    assert_eq!(
        (
            overview.attempted,
            overview.delivered,
            overview.listened,
            overview.failed
        ),
        (
            expected.attempted,
            expected.delivered,
            expected.listened,
            expected.failed
        ),
        "every report counts once"
    );
    ask(queries.as_ref(), &season).await;
}

/// Asks what the screens ask, and prints how long it took.
async fn ask(queries: &dyn ReadModels, season: &Season) {
    let (organization, all) = (season.organization, Visible::All);
    let every = ResultFilter::default();
    timed("overview", ASKED, async || {
        queries.overview(organization, &all).await.unwrap();
    })
    .await;
    let mut turn = season.campaigns.iter().cycle();
    timed("analytics of a campaign", ASKED, async || {
        let campaign = *turn.next().unwrap();
        let row = queries
            .campaign(organization, &all, campaign)
            .await
            .unwrap()
            .unwrap();
        CampaignReport::gather(queries, organization, &all, row)
            .await
            .unwrap();
    })
    .await;
    timed("comparison of campaigns", ASKED, async || {
        queries
            .compared(organization, &all, Comparison::Campaign, &every)
            .await
            .unwrap();
    })
    .await;
    timed("comparison of writers", ASKED, async || {
        queries
            .compared(organization, &all, Comparison::Writer, &every)
            .await
            .unwrap();
    })
    .await;
    timed("hours of the week, all campaigns", ASKED, async || {
        queries.hours(organization, &all, &every).await.unwrap();
    })
    .await;
}

async fn timed(what: &str, times: usize, mut asked: impl AsyncFnMut()) {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        asked().await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let (p50, p99) = (took[times / 2], took[times * 99 / 100]);
    println!(
        "  {what:<40} p50 {p50:>8.1?}  p99 {p99:>8.1?} (p99 at most {ANSWER_MAX:?}: {})",
        if p99 <= ANSWER_MAX { "met" } else { "MISSED" }
    );
}
