//! Scripts by the thousand: from a template beside rendering alone; by a model and spoken beside what the providers' latency and
//! concurrency allow at best; and the same amid faults, where everything must end and the bills must agree. Needs BENCH_DATABASE_URL
//! (or TEST_DATABASE_URL) for PostgreSQL: a server with `fsync=on` whose user may create databases.
//!
//! `cargo bench -p voicedrop-tests --bench scripts [-- template|model|faults] [postgres|sqlite]`
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
mod studio;
#[path = "../import/title_rep.rs"]
#[expect(dead_code, reason = "only the list as CSV is used here")]
mod title_rep;

use std::time::Duration;

use domain::campaign::ScriptEngine;
use sandbox::{Faults, RequestFaults};
use studio::{Studio, rendering_alone};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Scripts from a template.
const MANY: usize = 10_000;
/// Scripts by a model, and recordings.
const SOME: usize = 1_000;
/// What a provider takes for an answer.
const LATENCY: Duration = Duration::from_millis(50);
/// Calls at once: the writer's configured, the voice's by its plan.
const WRITERS: usize = 16;
const VOICES: usize = 10;
/// Share of rendering alone that writing from a template is to reach, and the multiple of the latency bound that is allowed.
const RENDERING_SHARE_MIN: f64 = 0.30;
const BOUND_MULTIPLE_MAX: f64 = 1.3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let engines = ["postgres", "sqlite"];
    let wanted = |name: &str, among: &[&str]| {
        let named: Vec<&String> = arguments.iter().filter(|a| among.contains(&a.as_str())).collect();
        named.is_empty() || named.iter().any(|a| *a == name)
    };
    let cases = ["template", "model", "faults"];
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for engine in engines.into_iter().filter(|e| wanted(e, &engines)) {
        for case in cases.into_iter().filter(|c| wanted(c, &cases)) {
            println!("{case} on {engine}");
            runtime.block_on(async {
                match case {
                    "template" => Box::pin(template(engine)).await,
                    "model" => Box::pin(model(engine)).await,
                    _ => Box::pin(faults(engine)).await,
                }
            });
        }
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

async fn template(engine: &str) {
    let studio = Studio::open(engine, MANY, Duration::ZERO, Faults::default()).await;
    let (alone, opened) = rendering_alone(&studio).await;
    let took = studio.write(ScriptEngine::Template).await;
    let scripts = studio.people() as f64;
    let rate = |took: Duration| scripts / took.as_secs_f64();
    let of_all = rate(took);
    println!(
        "  rendering alone, values in hand             {:>9.0} scripts/s",
        rate(alone)
    );
    println!(
        "  the same, contacts looked up and opened     {:>9.0} scripts/s",
        rate(opened)
    );
    println!("  checked, sealed, events durable             {of_all:>9.0} scripts/s");
    // What is asked for is a share of rendering alone, and rendering alone is the engine's part: the second share only explains.
    let share = of_all / rate(alone);
    println!(
        "    {share:.2} of rendering alone (at least {RENDERING_SHARE_MIN}: {}), {:.2} of it with the contacts looked up",
        verdict(share >= RENDERING_SHARE_MIN),
        of_all / rate(opened)
    );
    studio.close().await;
}

/// What so many calls take at best.
fn bound(calls: usize, at_once: usize) -> Duration {
    LATENCY * calls.div_ceil(at_once) as u32
}

fn against(what: &str, took: Duration, bound: Duration) {
    let multiple = took.as_secs_f64() / bound.as_secs_f64();
    println!(
        "  {what} {:.2} s, at best {:.2} s: {multiple:.2} times (at most {BOUND_MULTIPLE_MAX}: {})",
        took.as_secs_f64(),
        bound.as_secs_f64(),
        verdict(multiple <= BOUND_MULTIPLE_MAX)
    );
}

fn groq() -> ScriptEngine {
    ScriptEngine::Model {
        provider: "groq".into(),
        model: None,
        batch: false,
    }
}

async fn model(engine: &str) {
    let studio = Studio::open(engine, SOME, LATENCY, Faults::default()).await;
    let people = studio.people();
    let written = studio.write(groq()).await;
    against(
        &format!("{people} scripts by a model "),
        written,
        bound(people, WRITERS),
    );
    // The sandbox's model says what every other one says, too; what is spoken here are the template's words.
    studio.write_again_by_template().await;
    let (spoken, bought) = studio.speak().await;
    against(
        &format!("{bought} recordings         "),
        spoken,
        bound(bought, VOICES),
    );
    studio.close().await;
}

async fn faults(engine: &str) {
    let wrong = || RequestFaults {
        too_many_requests: 0.10,
        server_error: 0.05,
        lost_answer: 0.02,
        retry_after: None,
        ..RequestFaults::default()
    };
    let faults = Faults {
        groq: wrong(),
        elevenlabs: wrong(),
        ..Faults::default()
    };
    let studio = Studio::open(engine, SOME, LATENCY, faults).await;
    let written = studio.write(groq()).await;
    studio.write_again_by_template().await;
    let (spoken, bought) = studio.speak().await;
    println!(
        "  {} written in {:.1} s, {bought} spoken in {:.1} s, none missing",
        studio.people(),
        written.as_secs_f64(),
        spoken.as_secs_f64()
    );
    for (what, ours, theirs) in studio.bills().await {
        // Ours is rounded up to a millionth of a dollar for each script.
        let cents = |micros: i64| (micros + 5_000) / 10_000;
        println!(
            "  {what}: ours ${:.6}, theirs ${:.6} ({} to the cent)",
            ours as f64 / 1e6,
            theirs as f64 / 1e6,
            if cents(ours) == cents(theirs) {
                "equal"
            } else {
                "NOT EQUAL"
            }
        );
    }
    studio.close().await;
}
