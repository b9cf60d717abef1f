//! The whole import, in a process of its own, so that its peak of memory is its own. The clock runs from the start of the import
//! until the read models have taken in its last event.

use std::{
    fmt,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use commands::{
    CommandContext,
    processes::{Kind, Processes, ProcessesSettings, StepOutcome},
    stream::{Loaded, load},
    use_cases::{Corrections, Founder, ImportRequest, MemberProfile, found_organization, start_import},
};
use domain::{
    CorrelationId, ImportBatchId, OrganizationId, UserId,
    import::{ContactSource, ImportBatch, ImportOrigin, ImportStatus, ImportTotals},
};
use tokio_util::sync::CancellationToken;
use voicedrop::{
    application::{Application, Surroundings},
    config::Config,
};

/// First argument of the process that imports.
pub const CHILD: &str = "--import";

/// What an import came to.
#[derive(Debug)]
pub struct Run {
    rows: u64,
    created: u64,
    duplicates: u64,
    rejected: u64,
    took: Duration,
    peak_mib: u64,
}

impl Run {
    pub fn rows_per_second(&self) -> f64 {
        self.rows as f64 / self.took.as_secs_f64()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>9.0} rows/s  ({} rows = {} created + {} duplicates + {} rejected in {:.2} s, {} MiB at most)",
            self.rows_per_second(),
            self.rows,
            self.created,
            self.duplicates,
            self.rejected,
            self.took.as_secs_f64(),
            self.peak_mib
        )
    }
}

/// Imports the list into an empty database.
pub fn in_child(database: &str, list: &Path) -> Run {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([CHILD, database])
        .arg(list)
        .arg(directory.path())
        .stderr(std::process::Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<u64> = text.split_whitespace().map(|f| f.parse().unwrap()).collect();
    let [rows, created, duplicates, rejected, millis, peak_mib] = figures[..] else {
        panic!("the import said: {text}");
    };
    Run {
        rows,
        created,
        duplicates,
        rejected,
        took: Duration::from_millis(millis),
        peak_mib,
    }
}

/// The process that imports.
pub fn child(database: &str, list: &Path, directory: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (totals, took) = runtime.block_on(import(database, list, directory));
    println!(
        "{} {} {} {} {} {}",
        totals.rows,
        totals.created,
        totals.duplicates,
        totals.rejected,
        took.as_millis(),
        peak_mib()
    );
    // The stores end with the process; there is nobody left to wait for.
    std::process::exit(0);
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1_024
}

async fn import(database: &str, list: &Path, directory: &Path) -> (ImportTotals, Duration) {
    let mut config = Config::read(None).unwrap();
    config.database.url = database.into();
    config.data.directory = directory.to_str().unwrap().to_owned();
    let application = Application::open(config, Surroundings::inside_only())
        .await
        .unwrap();
    let organization = found(&application).await;
    application
        .ports
        .blobs
        .put_file("uploads/list", copied(list, directory))
        .await
        .unwrap();
    let cancel = CancellationToken::new();
    let (read_side, token) = (application.read_side.clone(), cancel.clone());
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || runtime.block_on(read_side.run(token)));

    let began = Instant::now();
    let batch = start(&application, organization).await;
    let processes = Arc::new(Processes::new(
        application.ports.clone(),
        ProcessesSettings::default(),
    ));
    let planner = processes.clone();
    tokio::spawn(async move {
        loop {
            if planner.plan_step().await.unwrap() == StepOutcome::Idle {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let totals = loop {
        processes.work_step(Kind::Import).await.unwrap();
        let import: Loaded<ImportBatch> = load(&application.ports, organization, batch).await.unwrap();
        match import.state().status {
            ImportStatus::Completed => break import.state().totals,
            ImportStatus::Running => tokio::time::sleep(Duration::from_millis(5)).await,
            other => panic!("the import ended as {other}"),
        }
    };
    let head = application.ports.journal.head().await.unwrap();
    assert!(
        application
            .read_side
            .wait_for(head, Duration::from_mins(10))
            .await
    );
    (totals, began.elapsed())
}

fn copied(list: &Path, directory: &Path) -> std::path::PathBuf {
    let copy = directory.join("upload");
    std::fs::copy(list, &copy).unwrap();
    copy
}

async fn found(application: &Application) -> OrganizationId {
    let ids = &application.ports.ids;
    let organization = OrganizationId::from_uuid(ids.next());
    let context = context(application, organization);
    let founder = Founder {
        organization,
        name: "Desert Realty".to_owned(),
        demonstration: true,
        admin: UserId::from_uuid(ids.next()),
        profile: MemberProfile {
            name: "Dana".to_owned(),
            email: "dana@example.com".to_owned(),
        },
    };
    found_organization(&application.ports, &context, founder)
        .await
        .unwrap();
    organization
}

fn context(application: &Application, organization: OrganizationId) -> CommandContext {
    let correlation = CorrelationId::from_uuid(application.ports.ids.next());
    CommandContext::system(organization, "bench", correlation, None)
}

async fn start(application: &Application, organization: OrganizationId) -> ImportBatchId {
    let request = ImportRequest {
        campaign: None,
        source: ContactSource::TitleRep,
        file_name: Some("title_rep.csv".to_owned()),
        corrections: Corrections::default(),
        guessed: false,
        origin: ImportOrigin {
            blob_key: Some("uploads/list".to_owned()),
            sha256: Some("00".repeat(32)),
            ..ImportOrigin::default()
        },
    };
    let context = context(application, organization);
    start_import(&application.ports, &context, request)
        .await
        .unwrap()
        .batch
}
