//! What the figures were measured on, and what the process weighs.

use std::fs;

use sqlx::{Connection as _, PgConnection};

use super::place;

/// Processor, cores, memory, server version and its durability settings.
pub async fn describe() -> String {
    let mut connection = PgConnection::connect(&place::server()).await.expect(
        "this benchmark needs a PostgreSQL server: set BENCH_DATABASE_URL to one whose user may create databases",
    );
    let server: String = sqlx::query_scalar(
        "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync=' || current_setting('fsync')
             || ', synchronous_commit=' || current_setting('synchronous_commit')
             || ', shared_buffers=' || current_setting('shared_buffers')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert!(
        server.contains("fsync=on"),
        "the server must run with fsync=on: {server}"
    );
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = line("/proc/cpuinfo", "model name").unwrap_or_default();
    let memory = line("/proc/meminfo", "MemTotal").unwrap_or_default();
    format!("{cores} x {processor}; {memory}; {server}\n")
}

/// Resident memory of this process in MiB.
pub fn resident_mib() -> f64 {
    let text = line("/proc/self/status", "VmRSS").unwrap_or_default();
    let kib = text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

fn line(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
