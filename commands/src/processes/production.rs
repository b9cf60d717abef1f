//! What writing and speaking have in common: many calls to a provider at once, each recorded as it comes; one that fails is tried again
//! behind the others; a provider in trouble holds the work up with a reason, and it goes on by itself; a human can halt it. Nothing
//! that is under way when it halts is thrown away, because it is paid for.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration as StdDuration,
};

use async_trait::async_trait;
use chrono::Duration;
use domain::{
    CampaignId, ContactId,
    campaign::{Campaign, CampaignCommand, ProductionOrder, ProductionRun},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde::Deserialize;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{PortError, PortErrorKind, WorkEnd, WorkItem},
    stream::{Loaded, load},
};

/// Contacts that are looked up together.
const LOOK_UP: usize = 250;
/// Things that are recorded in one request, at most.
const RECORDED_TOGETHER: usize = 64;
/// Shortest time between two looks at whether a human has halted it.
const LOOK: StdDuration = StdDuration::from_millis(500);
/// Times that what failed is tried again before the provider counts as being in trouble.
const PASSES: u32 = 4;
/// Failures in a row, without a success between them, that say the provider is in trouble.
const IN_A_ROW: u32 = 12;
/// Wait before a provider in trouble is tried again, seconds.
const HOLD_SECONDS: i64 = 30;
/// The same where somebody must do something first, such as pay.
const HOLD_FOR_SOMEBODY_SECONDS: i64 = 300;
/// Longest wait that a provider's own wish is followed for, seconds.
const HOLD_SECONDS_MAX: i64 = 3_600;

/// Which stretch of which run a piece of work is for.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Request {
    pub(super) run: u32,
    /// How often it went on; not there in work of the first stretch.
    #[serde(default)]
    pub(super) resumption: u32,
}

impl Request {
    pub(super) fn of(item: &WorkItem) -> Result<Self, CommandError> {
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))
    }
}

/// Why something was not made.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// A provider or a store.
    Port(PortError),
    /// Somebody else is making it.
    UnderWay,
    /// Nobody wants it any more. It counts neither as made nor as failed.
    Unwanted,
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

/// What is made: scripts or audio.
#[async_trait]
pub(super) trait Craft: Sync {
    /// What one thing is made from.
    type Job: Send + Sync;
    /// One thing.
    type Made: Send + Sync;

    /// What is to be made for these contacts, and how many have it already.
    async fn jobs(&self, members: &[ContactId]) -> Result<(Vec<Self::Job>, u64), CommandError>;

    /// Whose it is.
    fn member(job: &Self::Job) -> ContactId;

    /// Makes one.
    async fn make(&self, job: &Self::Job) -> Result<Self::Made, Trouble>;

    /// Records what was made, and what never will be; answers how many were made.
    async fn record(&self, made: &[(Self::Job, Result<Self::Made, PortError>)]) -> Result<u64, CommandError>;
}

/// A job and what came of it for good.
type Settled<C> = (<C as Craft>::Job, Result<<C as Craft>::Made, PortError>);

/// The stretch that a worker is busy with.
pub(super) struct Stretch<'a> {
    pub(super) ports: &'a Ports,
    pub(super) context: &'a CommandContext,
    pub(super) campaign: CampaignId,
    pub(super) run: ProductionRun,
    is_held: AtomicBool,
    looked: Mutex<Instant>,
}

/// How many were made, and how many never will be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) made: u64,
    pub(super) failed: u64,
}

impl Tally {
    /// Both together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            made: self.made + other.made,
            failed: self.failed + other.failed,
        }
    }
}

/// How making ended.
pub(super) enum Outcome {
    /// Everything is made, or will never be.
    Through(Tally),
    /// A human halted or ended it.
    Halted,
    /// Goes on later by itself.
    Waits(WorkEnd),
}

impl<'a> Stretch<'a> {
    /// Takes the stretch up; nothing when it is over or halted.
    pub(super) fn of(
        ports: &'a Ports,
        context: &'a CommandContext,
        campaign: &Campaign,
        run: ProductionRun,
    ) -> Option<(Self, ProductionOrder)> {
        let order = campaign.order(run)?.clone();
        let stretch = Self {
            ports,
            context,
            campaign: campaign.id?,
            run,
            is_held: AtomicBool::new(campaign.production().is_some_and(|p| p.held.is_some())),
            looked: Mutex::new(Instant::now()),
        };
        Some((stretch, order))
    }

    /// Whether a human has halted or ended it; looked at now and then.
    pub(super) async fn is_over(&self) -> Result<bool, CommandError> {
        {
            let mut looked = held(&self.looked);
            if looked.elapsed() < LOOK {
                return Ok(false);
            }
            *looked = Instant::now();
        }
        let campaign: Loaded<Campaign> = load(self.ports, self.context.organization, self.campaign).await?;
        Ok(campaign.state().order(self.run).is_none())
    }

    /// Notes something about the campaign.
    pub(super) async fn note(&self, command: CampaignCommand) -> Result<(), CommandError> {
        execute::<Campaign>(self.ports, self.context, self.campaign, command)
            .await
            .map(drop)
    }

    /// Notes why it waits, and says until when.
    pub(super) async fn hold(&self, error: &PortError) -> Result<WorkEnd, CommandError> {
        let asked = match error.kind {
            PortErrorKind::Limited { after: Some(after) } => {
                i64::try_from(after.as_secs()).unwrap_or(i64::MAX)
            }
            PortErrorKind::Unauthorised | PortErrorKind::Exhausted => HOLD_FOR_SOMEBODY_SECONDS,
            _ => HOLD_SECONDS,
        };
        let wait = Duration::seconds(asked.clamp(1, HOLD_SECONDS_MAX));
        tracing::warn!(campaign = %self.campaign, "work on scripts waits: {error}");
        self.note(CampaignCommand::HoldProduction {
            run: self.run,
            reason: error.message.clone(),
        })
        .await?;
        let not_before = self.ports.clock.now() + wait;
        Ok(WorkEnd::Reschedule { not_before })
    }

    /// Notes that the provider is well again, once.
    pub(super) async fn release(&self) -> Result<(), CommandError> {
        if self.is_held.swap(false, Ordering::Relaxed) {
            self.note(CampaignCommand::ReleaseProduction { run: self.run })
                .await?;
        }
        Ok(())
    }

    /// Makes everything for these contacts, so many at once.
    pub(super) async fn produce<C: Craft>(
        &self,
        craft: &C,
        members: Vec<ContactId>,
        at_once: usize,
    ) -> Result<Outcome, CommandError> {
        let (mut tally, mut open) = (Tally::default(), members);
        for last in (0..PASSES).rev() {
            let pass = self.pass(craft, &open, at_once).await?;
            tally.made += pass.tally.made;
            tally.failed += pass.tally.failed;
            if let Some(error) = &pass.trouble {
                return Ok(Outcome::Waits(self.hold(error).await?));
            }
            if pass.is_halted {
                return Ok(Outcome::Halted);
            }
            if pass.again.is_empty() {
                return Ok(Outcome::Through(tally));
            }
            if last == 0 {
                return self.leave(pass.why).await;
            }
            open = pass.again;
        }
        Ok(Outcome::Through(tally))
    }

    /// Leaves what would not be made for later.
    async fn leave(&self, why: Option<PortError>) -> Result<Outcome, CommandError> {
        let end = match why {
            Some(error) => self.hold(&error).await?,
            // Somebody else makes it; that is no trouble.
            None => WorkEnd::Reschedule {
                not_before: self.ports.clock.now() + Duration::seconds(HOLD_SECONDS),
            },
        };
        Ok(Outcome::Waits(end))
    }

    /// One pass over the contacts: calls and recording go on side by side.
    async fn pass<C: Craft>(
        &self,
        craft: &C,
        members: &[ContactId],
        at_once: usize,
    ) -> Result<Pass, CommandError> {
        let pass = Mutex::new(Pass::default());
        let stop = AtomicBool::new(false);
        let (sender, receiver) = mpsc::channel(RECORDED_TOGETHER);
        let calling = async {
            let called = self.call(craft, members, at_once, &stop, &pass, sender).await;
            if called.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            called
        };
        let recording = self.record(craft, receiver, &stop, &pass);
        let (called, recorded) = tokio::join!(calling, recording);
        called.and(recorded)?;
        Ok(pass.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    async fn call<C: Craft>(
        &self,
        craft: &C,
        members: &[ContactId],
        at_once: usize,
        stop: &AtomicBool,
        pass: &Mutex<Pass>,
        sender: mpsc::Sender<Settled<C>>,
    ) -> Result<(), CommandError> {
        let mut chunks = members.chunks(LOOK_UP);
        let mut queue = VecDeque::new();
        let mut look_up: Option<BoxFuture<'_, _>> = None;
        let mut calls = FuturesUnordered::new();
        let mut settled: VecDeque<Settled<C>> = VecDeque::new();
        let mut failure = None;
        loop {
            let goes_on = !stop.load(Ordering::Relaxed);
            let is_recorded = settled.len() < RECORDED_TOGETHER;
            while goes_on && is_recorded && calls.len() < at_once.max(1) {
                let Some(job) = queue.pop_front() else { break };
                calls.push(called(craft, job).boxed());
            }
            if goes_on && look_up.is_none() && queue.len() < LOOK_UP {
                look_up = chunks.next().map(|chunk| craft.jobs(chunk));
            }
            // What is under way when it stops is waited for all the same: it is paid for. Nothing is waited for but here, where all go
            // on: what is recorded may need a connection that a call gives back only when it goes on.
            tokio::select! {
                Some((job, made)) = calls.next(), if !calls.is_empty() => {
                    settled.extend(settle::<C>(job, made, stop, pass));
                }
                room = sender.reserve(), if !settled.is_empty() => {
                    if let Some((room, next)) = room.ok().zip(settled.pop_front()) {
                        room.send(next);
                    } else {
                        // The recorder is gone only after it has failed, which ends the pass.
                        stop.store(true, Ordering::Relaxed);
                        settled.clear();
                    }
                }
                found = looked_up(&mut look_up), if look_up.is_some() => {
                    look_up = None;
                    match found {
                        Ok((jobs, there)) => {
                            held(pass).tally.made += there;
                            queue.extend(jobs);
                        }
                        Err(error) => {
                            stop.store(true, Ordering::Relaxed);
                            failure = failure.or(Some(error));
                        }
                    }
                }
                else => break,
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn record<C: Craft>(
        &self,
        craft: &C,
        mut receiver: mpsc::Receiver<Settled<C>>,
        stop: &AtomicBool,
        pass: &Mutex<Pass>,
    ) -> Result<(), CommandError> {
        let mut together = Vec::with_capacity(RECORDED_TOGETHER);
        while receiver.recv_many(&mut together, RECORDED_TOGETHER).await > 0 {
            let made = craft.record(&together).await?;
            {
                let mut pass = held(pass);
                pass.tally.made += made;
                pass.tally.failed += (together.len() as u64).saturating_sub(made);
            }
            if made > 0 {
                self.release().await?;
            }
            together.clear();
            if !stop.load(Ordering::Relaxed) && self.is_over().await? {
                stop.store(true, Ordering::Relaxed);
                held(pass).is_halted = true;
            }
        }
        Ok(())
    }
}

/// Takes in what came of one call; answers what is to be recorded of it.
fn settle<C: Craft>(
    job: C::Job,
    made: Result<C::Made, Trouble>,
    stop: &AtomicBool,
    pass: &Mutex<Pass>,
) -> Option<Settled<C>> {
    match made {
        Ok(made) => {
            held(pass).in_a_row = 0;
            Some((job, Ok(made)))
        }
        Err(Trouble::Port(error)) if error.kind == PortErrorKind::Permanent => Some((job, Err(error))),
        Err(Trouble::Unwanted) => None,
        Err(trouble) => {
            let mut pass = held(pass);
            pass.take(C::member(&job), trouble);
            if pass.trouble.is_some() {
                stop.store(true, Ordering::Relaxed);
            }
            None
        }
    }
}

async fn called<C: Craft>(craft: &C, job: C::Job) -> (C::Job, Result<C::Made, Trouble>) {
    let made = craft.make(&job).await;
    (job, made)
}

/// Only polled while there is one.
async fn looked_up<T>(look_up: &mut Option<BoxFuture<'_, T>>) -> T {
    match look_up {
        Some(look_up) => look_up.await,
        None => std::future::pending().await,
    }
}

/// Nothing in here can be left half done: a poisoned lock is as good as any.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one pass came to.
#[derive(Default)]
struct Pass {
    tally: Tally,
    /// To be tried again.
    again: Vec<ContactId>,
    /// Why the last of them failed.
    why: Option<PortError>,
    /// Failures since the last success.
    in_a_row: u32,
    /// The provider itself is in trouble.
    trouble: Option<PortError>,
    is_halted: bool,
}

impl Pass {
    fn take(&mut self, member: ContactId, trouble: Trouble) {
        self.again.push(member);
        let Trouble::Port(error) = trouble else { return };
        self.in_a_row += 1;
        let somebody_must_act = matches!(
            error.kind,
            PortErrorKind::Unauthorised
                | PortErrorKind::Exhausted
                | PortErrorKind::Limited { after: Some(_) }
        );
        if somebody_must_act || self.in_a_row >= IN_A_ROW {
            self.trouble = Some(error.clone());
        }
        self.why = Some(error);
    }
}
