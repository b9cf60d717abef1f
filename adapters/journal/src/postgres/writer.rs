//! The writing task. In the good case a batch is one round trip; only a refused batch is looked into. A lost connection
//! leaves the outcome open, so the same event ids are sent again until it is known: never a second handler run, never a
//! guess.

use std::{collections::VecDeque, sync::Arc};

use commands::ports::{AppendRequest, Appended, JournalError};
use tokio::sync::mpsc;

use super::{
    batch::{self, Append, Job},
    session::{Failure, Session},
    sorting::Sort,
    unavailable,
};
use crate::{
    error::postgres_text,
    limits::{BATCH_REQUESTS_MAX, CONTENTION_ROUNDS_MAX},
    outcome::Fit,
    tail::Tail,
    wakeup::Wakeup,
};

type Outcome = Result<Appended, JournalError>;

/// Writes batches, one after another.
#[derive(Debug)]
pub struct Writer {
    session: Session,
    wakeup: Wakeup,
    /// What the watcher announces to other processes.
    appended: Wakeup,
    tail: Arc<Tail>,
}

impl Writer {
    pub const fn new(session: Session, wakeup: Wakeup, appended: Wakeup, tail: Arc<Tail>) -> Self {
        Self {
            session,
            wakeup,
            appended,
            tail,
        }
    }

    /// Writes until the last handle is gone and the queue is empty.
    pub async fn serve(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut pending = VecDeque::new();
        let mut arrived = Vec::with_capacity(BATCH_REQUESTS_MAX);
        loop {
            if pending.is_empty() && queue.recv_many(&mut arrived, BATCH_REQUESTS_MAX).await == 0 {
                return;
            }
            while pending.len() + arrived.len() < BATCH_REQUESTS_MAX
                && let Ok(job) = queue.try_recv()
            {
                arrived.push(job);
            }
            pending.extend(arrived.drain(..));
            self.answer(batch::take(&mut pending)).await;
        }
    }

    async fn answer(&mut self, jobs: Vec<Job>) {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; jobs.len()];
        let requests: Vec<&AppendRequest> = jobs.iter().map(|job| &job.request).collect();
        self.settle(&requests, &mut outcomes).await;
        let last = outcomes
            .iter()
            .flatten()
            .flatten()
            .map(|appended| appended.last)
            .max();
        let mut answers = Vec::with_capacity(jobs.len());
        let mut written = Vec::with_capacity(jobs.len());
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            if let Some(Ok(Appended { last, already: false })) = &outcome {
                written.push((*last, job.request));
            }
            answers.push((job.reply, outcome));
        }
        written.sort_unstable_by_key(|(last, _)| *last);
        for (last, request) in written {
            self.tail.push(request, last);
        }
        if let Some(last) = last {
            self.wakeup.raise(last);
            self.appended.raise(last);
        }
        for (reply, outcome) in answers {
            let unsettled = || {
                Err(JournalError::Unavailable(
                    "its streams change too fast".to_owned(),
                ))
            };
            // A caller that has gone away does not undo what is written.
            let _ = reply.send(outcome.unwrap_or_else(unsettled));
        }
    }

    /// Fills in every outcome that can be known. Works off groups of indices: all at first, halves when one is poison.
    async fn settle(&mut self, requests: &[&AppendRequest], outcomes: &mut [Option<Outcome>]) {
        let mut groups = vec![(0..requests.len()).collect::<Vec<_>>()];
        let mut rounds = 0;
        while let Some(group) = groups.pop() {
            let chosen: Vec<&AppendRequest> = group.iter().map(|i| requests[*i]).collect();
            match self.session.call(&Append(&chosen)).await {
                Ok(positions) => {
                    for (i, last) in group.into_iter().zip(positions) {
                        outcomes[i] = Some(Ok(Appended { last, already: false }));
                    }
                }
                Err((Failure::Misfit, _)) if rounds < CONTENTION_ROUNDS_MAX => {
                    rounds += 1;
                    let fitting = self.sort_out(&group, &chosen, outcomes).await;
                    if !fitting.is_empty() {
                        groups.push(fitting);
                    }
                }
                Err((Failure::Refused, error)) if group.len() > 1 => {
                    tracing::warn!(
                        error = postgres_text(&error),
                        "a batch was refused and is written in halves"
                    );
                    let (left, right) = group.split_at(group.len() / 2);
                    groups.push(right.to_vec());
                    groups.push(left.to_vec());
                }
                Err((failure, error)) => {
                    tracing::error!(error = postgres_text(&error), "the journal could not be written");
                    let answer = match failure {
                        Failure::Refused => JournalError::Invalid(postgres_text(&error)),
                        Failure::Misfit | Failure::Again => unavailable(&error),
                    };
                    for i in group {
                        outcomes[i] = Some(Err(answer.clone()));
                    }
                }
            }
        }
    }

    /// Answers what is stored or too late; returns those to write again.
    async fn sort_out(
        &mut self,
        group: &[usize],
        requests: &[&AppendRequest],
        outcomes: &mut [Option<Outcome>],
    ) -> Vec<usize> {
        let fits = match self.session.call(&Sort(requests)).await {
            Ok(fits) => fits,
            Err((_, error)) => {
                for i in group {
                    outcomes[*i] = Some(Err(unavailable(&error)));
                }
                return Vec::new();
            }
        };
        let mut fitting = Vec::new();
        for (i, fit) in group.iter().zip(fits) {
            match fit {
                Fit::Fits => fitting.push(*i),
                Fit::Already(last) => outcomes[*i] = Some(Ok(Appended { last, already: true })),
                Fit::Conflict(conflict) => outcomes[*i] = Some(Err(conflict)),
            }
        }
        fitting
    }
}
