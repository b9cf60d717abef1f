//! Runs the planner and the workers: woken by signal and by timer, one code path. A step is a function; the loop around it
//! is trivial, so that tests and the demonstration drain the work by calling steps.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use futures::{FutureExt, StreamExt};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{
    audio_rendering, completion, contact_import, dispatch, drop, list_load, notifications,
    planner::{CONCERNED, Following, Kind, PLANNER, concerns},
    reconciliation::{self, Reconciled},
    reports, retention, script_batch, script_generation,
    transparency::{self, LogStep},
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{WorkEnd, WorkItem},
};

/// Events that the planner reads at once.
const PLANNER_BATCH: usize = 4_000;
/// Heartbeats of a worker within one lease: three may be lost before its work is given to another.
const HEARTBEATS_A_LEASE: u32 = 4;
/// Times that work which certainly did not happen is tried before it is given up.
const ATTEMPTS_MAX: u32 = 12;
/// First wait between tries; doubles up to [`RETRY_WAIT_MAX_SECONDS`].
const RETRY_WAIT_SECONDS: i64 = 1;
/// Longest wait between tries.
const RETRY_WAIT_MAX_SECONDS: i64 = 300;
/// Longest wait that a service's own wish is followed for.
const ASKED_WAIT_MAX_SECONDS: i64 = 3_600;
/// Webhooks, and mails, that are sent at once: a slow receiver holds up few others.
const NOTIFICATIONS_AT_ONCE: usize = 8;
/// How often a loop looks for work that no signal announced.
const POLL: StdDuration = StdDuration::from_millis(250);
/// Time between two looks for audio that has outlived its time.
const RETENTION: StdDuration = StdDuration::from_hours(1);
/// Time between two looks over what was handed over and has no end: often enough that each day has one, whoever was restarted when.
const RECONCILIATION: StdDuration = StdDuration::from_hours(1);
/// Time between two pages of the transparency log: it is in no hurry, and what it costs must not be felt.
const LOG_PAUSE: StdDuration = StdDuration::from_secs(3);
/// Events that the log may be behind before it takes a page after the other, half of the time.
const LOG_BEHIND_MAX: u64 = 100_000;
/// Shortest and longest time between two looks for expired leases.
const SWEEP: [StdDuration; 2] = [StdDuration::from_millis(250), StdDuration::from_secs(10)];

/// How much is done at once.
#[derive(Debug, Clone, Copy)]
pub struct ProcessesSettings {
    /// Voicemails handed over at once by this process.
    pub drops_at_once: usize,
    /// Scripts asked of a model at once.
    pub scripts_at_once: usize,
    /// Audios asked for at once; the provider's plan is the real limit, kept by the adapter.
    pub audios_at_once: usize,
    /// Contact lists read at once.
    pub imports_at_once: usize,
    /// First pause between two looks at a batch of scripts at its provider; they grow with the time that it takes.
    pub batch_poll: StdDuration,
    /// Longest that a call which hands over a batch may still reach its provider after its worker has died; until then, that the batch
    /// is not there says nothing.
    pub batch_settles: StdDuration,
    /// How long a worker may be silent before its work is given to another.
    pub lease: StdDuration,
}

impl Default for ProcessesSettings {
    fn default() -> Self {
        Self {
            drops_at_once: 32,
            scripts_at_once: 16,
            audios_at_once: 32,
            imports_at_once: 2,
            batch_poll: StdDuration::from_secs(30),
            batch_settles: StdDuration::from_mins(15),
            lease: StdDuration::from_mins(1),
        }
    }
}

/// Whether a step found something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// Something was done; there may be more.
    Worked,
    /// Nothing to do at this moment.
    Idle,
}

/// The processes of one running program.
#[derive(Debug, Clone)]
pub struct Processes {
    ports: Ports,
    owner: Uuid,
    settings: ProcessesSettings,
}

impl Processes {
    /// Takes the name of a new owner of leases.
    pub fn new(ports: Ports, settings: ProcessesSettings) -> Self {
        let owner = ports.ids.next();
        Self {
            ports,
            owner,
            settings,
        }
    }

    /// Starts every loop on the tracker; they end soon after the token is cancelled.
    pub fn start(&self, tracker: &TaskTracker, cancel: &CancellationToken) {
        let planner = self.clone();
        tracker.spawn(forever(
            cancel.clone(),
            "planner",
            Some(planner.ports.journal.woken()),
            move || {
                let planner = planner.clone();
                async move { planner.plan_step().await }
            },
        ));
        for kind in Kind::ALL {
            let worker = self.clone();
            let woken = self.ports.queue.woken();
            tracker.spawn(forever(cancel.clone(), kind.as_str(), Some(woken), move || {
                let worker = worker.clone();
                async move { worker.work_step(kind).await }
            }));
        }
        let inbox = self.clone();
        tracker.spawn(forever(
            cancel.clone(),
            "reports",
            Some(inbox.ports.inbox.woken()),
            move || {
                let inbox = inbox.clone();
                async move { reports::step(&inbox.ports).await }
            },
        ));
        let starter = self.clone();
        tracker.spawn(async move {
            // What is missed here is named again by the next event of that campaign.
            if let Err(error) = starter.pick_up().await {
                tracing::error!("could not look for campaigns that had settled: {error}");
            }
        });
        tracker.spawn(self.clone().sweep(cancel.clone()));
        tracker.spawn(self.clone().keep_no_longer(cancel.clone()));
        tracker.spawn(self.clone().reconcile(cancel.clone()));
        tracker.spawn(self.clone().keep_log(cancel.clone()));
    }

    /// Plans the closing of campaigns that had settled when an earlier process died before it could.
    pub async fn pick_up(&self) -> Result<(), CommandError> {
        let unclosed = self.ports.processes.unclosed().await?;
        completion::plan(&self.ports, unclosed).await
    }

    /// Looks at the oldest carrier reports that wait.
    pub async fn reports_step(&self) -> Result<StepOutcome, CommandError> {
        reports::step(&self.ports).await
    }

    /// Looks again at what was refused at the carrier's door within a time.
    pub async fn readmit(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<reports::Readmitted, CommandError> {
        reports::readmit(&self.ports, from, until).await
    }

    /// Takes back the work of workers that have been silent for a whole lease.
    pub async fn sweep_step(&self) -> Result<StepOutcome, CommandError> {
        let taken_back = self.ports.queue.sweep(self.ports.clock.now()).await?;
        if taken_back == 0 {
            return Ok(StepOutcome::Idle);
        }
        tracing::warn!(taken_back, "took back work whose worker fell silent");
        Ok(StepOutcome::Worked)
    }

    /// Records the doubts about calls whose worker died, where the carrier can't be called again.
    pub async fn doubts_step(&self) -> Result<StepOutcome, CommandError> {
        match reconciliation::record_doubts(&self.ports).await? {
            0 => Ok(StepOutcome::Idle),
            recorded => {
                tracing::warn!(
                    recorded,
                    "nobody knows whether these voicemails were taken by the carrier"
                );
                Ok(StepOutcome::Worked)
            }
        }
    }

    /// Looks over everything that was handed over and has no end.
    pub async fn reconciliation_step(&self) -> Result<Reconciled, CommandError> {
        reconciliation::step(&self.ports).await
    }

    /// Looks over what has no end, now and ever again until cancelled.
    async fn reconcile(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            match self.reconciliation_step().await {
                Ok(Reconciled { doubted: 0, .. }) => {}
                Ok(Reconciled { doubted, .. }) => {
                    tracing::warn!(doubted, "the carrier never said what became of these voicemails");
                }
                Err(error) => tracing::error!("could not look over what was handed over: {error}"),
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(RECONCILIATION) => {}
            }
        }
    }

    /// How often expired leases are looked for.
    fn sweep_pause(&self) -> StdDuration {
        (self.settings.lease / HEARTBEATS_A_LEASE).clamp(SWEEP[0], SWEEP[1])
    }

    /// Looks for expired leases until cancelled.
    pub async fn sweep(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            if let Err(error) = self.sweep_step().await {
                tracing::error!("could not look for expired leases: {error}");
            }
            if let Err(error) = self.doubts_step().await {
                tracing::error!("could not record doubts about calls: {error}");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(self.sweep_pause()) => {}
            }
        }
    }

    /// Deletes audio that has outlived its time; answers how many recordings.
    pub async fn retention_step(&self) -> Result<u64, CommandError> {
        retention::step(&self.ports).await
    }

    /// Deletes requests that were refused at the carrier's door and have been kept long enough; answers how many.
    pub async fn rejected_step(&self) -> Result<u64, CommandError> {
        retention::forget_rejected(&self.ports).await
    }

    /// Deletes audio and notes that have outlived their time, now and every hour until cancelled.
    async fn keep_no_longer(self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            match self.retention_step().await {
                Ok(0) => {}
                Ok(deleted) => tracing::info!(deleted, "deleted audio that had outlived its time"),
                Err(error) => tracing::error!("could not delete audio that has outlived its time: {error}"),
            }
            if let Err(error) = self.rejected_step().await {
                tracing::error!("could not delete requests that were refused at the carrier's door: {error}");
            }
            if let Err(error) = notifications::forget(&self.ports).await {
                tracing::error!("could not forget what was told long ago: {error}");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(RETENTION) => {}
            }
        }
    }

    /// Takes the next page of the journal into the transparency log, and signs a checkpoint where it is time for one.
    pub async fn log_step(&self) -> Result<LogStep, CommandError> {
        transparency::step(&self.ports).await
    }

    /// Follows the journal into the transparency log until cancelled; does nothing while nothing is appended.
    async fn keep_log(self, cancel: CancellationToken) {
        let head = self.ports.journal.woken();
        let mut settled = None;
        while !cancel.is_cancelled() {
            let mut pause = LOG_PAUSE;
            if settled.is_none_or(|settled| *head.borrow() > settled) {
                let begun = tokio::time::Instant::now();
                match self.log_step().await {
                    Ok(LogStep::Settled(position)) => settled = Some(position),
                    Ok(LogStep::Behind(events)) if events > LOG_BEHIND_MAX => pause = begun.elapsed(),
                    Ok(LogStep::Behind(_) | LogStep::Unsigned) => {}
                    Err(error) => {
                        tracing::error!("the transparency log could not go on: {error}");
                        pause *= 4;
                    }
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// How long a lease lasts that is taken or kept now.
    fn lease(&self) -> Duration {
        Duration::from_std(self.settings.lease).unwrap_or(Duration::MAX)
    }

    /// Plans what follows from the next events.
    pub async fn plan_step(&self) -> Result<StepOutcome, CommandError> {
        let from = self.ports.processes.checkpoint(PLANNER).await?;
        let page = self
            .ports
            .journal
            .read_kinds(from, PLANNER_BATCH, CONCERNED)
            .await?;
        if page.scanned <= from {
            return Ok(StepOutcome::Idle);
        }
        let mut following = Following::default();
        for stored in page.events.iter().filter(|stored| concerns(stored)) {
            match stored.decode() {
                Ok(recorded) => following.take(recorded),
                // What can't be read plans nothing; the read side parks and shows it.
                Err(unreadable) => tracing::error!(position = %stored.position, "{unreadable}"),
            }
        }
        let now = self.ports.clock.now();
        if let Some(complete) = self
            .ports
            .processes
            .advance(PLANNER, from, page.scanned, following.into_step(), now)
            .await?
        {
            completion::plan(&self.ports, complete).await?;
        }
        Ok(StepOutcome::Worked)
    }

    /// Claims work of a kind that is due, and does it.
    pub async fn work_step(&self, kind: Kind) -> Result<StepOutcome, CommandError> {
        let (limit, at_once) = match kind {
            Kind::Drop => (self.settings.drops_at_once * 2, self.settings.drops_at_once),
            Kind::ReportCheck => (64, 16),
            Kind::Import => (self.settings.imports_at_once, self.settings.imports_at_once),
            Kind::Webhook | Kind::Mail => (NOTIFICATIONS_AT_ONCE, NOTIFICATIONS_AT_ONCE),
            Kind::ScriptGeneration
            | Kind::ScriptBatch
            | Kind::AudioRendering
            | Kind::ImportUndo
            | Kind::ListLoad
            | Kind::ListForget
            | Kind::Dispatch
            | Kind::Hasten
            | Kind::Completion
            | Kind::Announcement => (4, 4),
        };
        let now = self.ports.clock.now();
        let items = self
            .ports
            .queue
            .claim(kind.as_str(), limit, self.owner, now, self.lease())
            .await?;
        if items.is_empty() {
            return Ok(StepOutcome::Idle);
        }
        let round = drop::Round::default();
        let work: Vec<_> = items
            .into_iter()
            .map(|item| self.with_lease(kind, item, &round).boxed())
            .collect();
        futures::stream::iter(work)
            .buffer_unordered(at_once)
            .collect::<Vec<()>>()
            .await;
        Ok(StepOutcome::Worked)
    }

    /// Keeps a lease alive; ends when it is lost.
    async fn keep_lease(&self, item: &WorkItem) {
        let mut beat = tokio::time::interval(self.settings.lease / HEARTBEATS_A_LEASE);
        beat.tick().await;
        loop {
            beat.tick().await;
            let now = self.ports.clock.now();
            let queue = &self.ports.queue;
            let kept = queue.heartbeat(item, self.owner, now, self.lease()).await;
            if matches!(kept, Ok(false)) {
                return;
            }
        }
    }

    /// Does one piece of work while its lease is kept alive, and ends the lease with what came of it.
    async fn with_lease(&self, kind: Kind, item: WorkItem, round: &drop::Round) {
        // Side by side: a heartbeat may have to wait for a connection that the work gives back only when it goes on.
        let outcome = tokio::select! {
            outcome = self.run(kind, &item, round) => outcome,
            () = self.keep_lease(&item) => {
                tracing::warn!(work.kind = kind.as_str(), work.id = %item.id, "lost the lease; another worker goes on");
                return;
            }
        };
        let end = match outcome {
            Ok(end) => end,
            Err(error) => self.after_error(&item, &error).await,
        };
        if let Err(error) = self
            .ports
            .queue
            .finish(&item, self.owner, self.ports.clock.now(), end)
            .await
        {
            // The lease runs out and the work is done again: every kind is safe to be.
            tracing::error!(work.kind = kind.as_str(), work.id = %item.id, "could not end a lease: {error}");
        }
    }

    async fn run(&self, kind: Kind, item: &WorkItem, round: &drop::Round) -> Result<WorkEnd, CommandError> {
        let context = CommandContext::system(
            item.organization,
            kind.as_str(),
            domain::CorrelationId::from_uuid(item.cause.as_uuid()),
            Some(item.cause),
        );
        let ports = &self.ports;
        match kind {
            Kind::Import => contact_import::run(ports, &context, item).await,
            Kind::ImportUndo => contact_import::undo::run(ports, &context, item).await,
            Kind::ListLoad => list_load::run(ports, &context, item).await,
            Kind::ListForget => list_load::forget(ports, item).await,
            Kind::ScriptGeneration => {
                script_generation::run(ports, &context, item, self.settings.scripts_at_once).await
            }
            Kind::ScriptBatch => {
                let span = |span| Duration::from_std(span).unwrap_or(Duration::MAX);
                let patience = script_batch::Patience {
                    first_pause: span(self.settings.batch_poll),
                    settles: span(self.settings.batch_settles),
                };
                script_batch::run(ports, &context, item, self.owner, patience).await
            }
            Kind::AudioRendering => {
                audio_rendering::run(ports, &context, item, self.settings.audios_at_once).await
            }
            Kind::Dispatch => dispatch::run(ports, &context, item).await,
            Kind::Drop => drop::run(ports, &context, item, self.owner, round).await,
            Kind::ReportCheck => completion::check_report(ports, &context, item).await,
            Kind::Hasten => dispatch::hasten(ports, item).await,
            Kind::Completion => completion::run(ports, &context, item).await,
            Kind::Announcement => notifications::announce(ports, &context, item).await,
            Kind::Webhook | Kind::Mail => notifications::send(ports, &context, item).await,
        }
    }

    async fn after_error(&self, item: &WorkItem, error: &CommandError) -> WorkEnd {
        // A drop may have been called before the error, so only its own rules may forget that; and what the outside was asked for already
        // is waited for, however long its trouble lasts.
        let stands = item.called_at.is_some() || item.kind == Kind::Drop.as_str();
        if error.is_transient() && (stands || item.attempt < ATTEMPTS_MAX) {
            tracing::warn!(work.kind = item.kind, work.id = %item.id, work.attempt = item.attempt, "will be tried again: {error}");
            let asked = error.asked_wait().unwrap_or_default();
            let wait = asked
                .min(Duration::seconds(ASKED_WAIT_MAX_SECONDS))
                .max(retry_wait(item.attempt));
            let not_before = self.ports.clock.now() + wait;
            let error = error.to_string();
            return if stands {
                WorkEnd::Again { not_before, error }
            } else {
                WorkEnd::Retry { not_before, error }
            };
        }
        tracing::error!(work.kind = item.kind, work.id = %item.id, "given up: {error}");
        if let Err(unrecorded) = completion::give_up(&self.ports, item, &error.to_string()).await {
            tracing::error!(work.id = %item.id, "could not record the failure: {unrecorded}");
        }
        WorkEnd::Failed {
            error: error.to_string(),
        }
    }
}

/// Wait before the next try, doubling with each.
pub(super) fn retry_wait(attempt: u32) -> Duration {
    Duration::seconds((RETRY_WAIT_SECONDS << attempt.saturating_sub(1).min(16)).min(RETRY_WAIT_MAX_SECONDS))
}

/// Repeats a step until cancelled: at once after work, else when woken or after a while.
async fn forever<T, F>(
    cancel: CancellationToken,
    name: &'static str,
    mut woken: Option<tokio::sync::watch::Receiver<T>>,
    mut step: impl FnMut() -> F,
) where
    F: Future<Output = Result<StepOutcome, CommandError>>,
{
    while !cancel.is_cancelled() {
        if let Some(receiver) = &mut woken {
            receiver.mark_unchanged();
        }
        let pause = match step().await {
            Ok(StepOutcome::Worked) => continue,
            Ok(StepOutcome::Idle) => POLL,
            Err(error) => {
                tracing::error!(process = name, "a step failed: {error}");
                POLL * 4
            }
        };
        let signal = async {
            match &mut woken {
                Some(receiver) => receiver.changed().await.unwrap_or_default(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
            () = signal => {}
        }
    }
}
