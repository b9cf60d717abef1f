//! Reads a list and says how many rows a second: `cargo run --release -p voicedrop-import-files --example read_speed FILE`.

use std::{
    io::{self, Write},
    path::Path,
    time::Instant,
};

use commands::ports::{ReadLimits, RowOutcome, TableChoice};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let started = Instant::now();
    let mut reader =
        import_files::open_path(Path::new(&path), ReadLimits::default(), &TableChoice::default())?;
    let opened = started.elapsed();
    let (mut contacts, mut rejected) = (0_u64, 0_u64);
    while let Some(row) = reader.next_row() {
        match row {
            Ok(RowOutcome::Contact(_)) => contacts += 1,
            Ok(RowOutcome::Rejected(_)) => rejected += 1,
            Err(error) => return Err(error.message.into()),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let rate = (contacts + rejected) as f64 / seconds;
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: not known");
    writeln!(
        io::stdout(),
        "{} {contacts} contacts, {rejected} rejected, opened in {opened:.2?}, {seconds:.2} s, {rate:.0} rows/s, {peak}",
        reader.summary().format.as_str(),
    )?;
    Ok(())
}
