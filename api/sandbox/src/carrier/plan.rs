//! Which reports a send has yet to give, when, and what befalls them on the way. The same for a new send and, after a
//! restart, for one whose reports were not all acknowledged.

use std::{sync::Arc, time::Duration};

use super::{
    Memory,
    log::{Api, Channel, Entry, Progress, Sent},
    outcomes::wait,
    queue::Job,
    webhooks::STATUS_EVENT,
};
use crate::{
    Shared,
    faults::{ReportFaults, share},
};

/// The code of a wrong key: it goes to the callback only.
const NOT_AUTHORISED: u32 = 3007;

/// Plans the reports of the send that was remembered last.
pub(crate) fn last(shared: &Shared, memory: &mut Memory) {
    if let Some((sent, _)) = memory.known.sends.last() {
        let sent = Arc::clone(sent);
        reports(shared, memory, &sent);
    }
}

/// Plans again what was not acknowledged before the process ended.
pub(crate) fn all(shared: &Shared) {
    let mut memory = shared.carrier.memory();
    let sends: Vec<_> = memory
        .known
        .sends
        .iter()
        .map(|(sent, _)| Arc::clone(sent))
        .collect();
    for sent in sends {
        reports(shared, &mut memory, &sent);
    }
}

fn reports(shared: &Shared, memory: &mut Memory, sent: &Arc<Sent>) {
    let faults = shared.faults.reports();
    let progress = memory
        .known
        .progress
        .get(&sent.drop_id)
        .cloned()
        .unwrap_or_default();
    let mut lost = Vec::new();
    let mut planned = Planned {
        shared,
        sent,
        faults: &faults,
        progress: &progress,
        lost: &mut lost,
    };
    planned.plan_callback();
    if sent.code != NOT_AUTHORISED && sent.api == Api::V2 {
        for webhook in memory.known.webhooks.values() {
            if webhook.place < sent.place && webhook.event_types.iter().any(|event| event == STATUS_EVENT) {
                planned.plan_webhook(&webhook.id);
            }
        }
    }
    for channel in lost {
        let entry = Entry::ReportDropped {
            at: (shared.time)(),
            drop_id: sent.drop_id.clone(),
            channel,
            why: "lost on demand".to_owned(),
        };
        if let Err(error) = memory.record(entry) {
            tracing::error!(%error, "the sandbox's carrier can't write its log");
        }
    }
}

struct Planned<'a> {
    shared: &'a Shared,
    sent: &'a Arc<Sent>,
    faults: &'a ReportFaults,
    progress: &'a Progress,
    lost: &'a mut Vec<Channel>,
}

impl Planned<'_> {
    fn plan_callback(&mut self) {
        if self.sent.callback_url.is_none() {
            return;
        }
        let callback = self.job(Channel::Callback);
        let listened = self.sent.listen_ms.and_then(|_| self.job(Channel::Listened));
        let reordered = self.befalls(self.faults.reordered, "reordered", "callback");
        let (shortly, later) = (self.until_outcome(), self.until_listened());
        let queue = &self.shared.carrier.queue;
        match (callback, listened) {
            (Some((callback, callback_late)), Some((listened, listened_late))) => {
                let (first, first_late, second, second_late) = if reordered {
                    (listened, listened_late, callback, callback_late)
                } else {
                    (
                        callback,
                        callback_late,
                        listened,
                        later.saturating_add(listened_late),
                    )
                };
                queue.push(
                    Job {
                        next: Some(Box::new(second)),
                        next_after: second_late,
                        ..first
                    },
                    shortly.saturating_add(first_late),
                );
            }
            (Some((callback, late)), None) => {
                // Held as long as the slowest outcome takes: those of later sends overtake it.
                let held = if reordered {
                    *self.shared.delays.outcome.end()
                } else {
                    Duration::ZERO
                };
                queue.push(callback, shortly.saturating_add(late).saturating_add(held));
            }
            (None, Some((listened, late))) => {
                queue.push(listened, shortly.saturating_add(later).saturating_add(late));
            }
            (None, None) => {}
        }
    }

    fn plan_webhook(&mut self, webhook_id: &str) {
        if let Some((job, late)) = self.job(Channel::Webhook(webhook_id.to_owned())) {
            self.shared
                .carrier
                .queue
                .push(job, self.until_outcome().saturating_add(late));
        }
    }

    /// The report, unless it is settled or gets lost, and how much it is delayed.
    fn job(&mut self, channel: Channel) -> Option<(Job, Duration)> {
        if self.progress.settled(&channel) {
            return None;
        }
        // A webhook's id is new in every run: what befalls it must not depend on it.
        let name = match channel {
            Channel::Callback => "callback",
            Channel::Listened => "listened",
            Channel::Webhook(_) => "webhook",
        };
        if self.befalls(self.faults.lost, "lost", name) {
            self.lost.push(channel);
            return None;
        }
        let late = if self.befalls(self.faults.delayed, "delayed", name) {
            self.faults.late_by_ms
        } else {
            0
        };
        let copies = if self.befalls(self.faults.duplicated, "duplicated", name) {
            2
        } else {
            1
        };
        let sent = Arc::clone(self.sent);
        let job = Job {
            sent,
            channel,
            attempt: 1,
            copies,
            next: None,
            next_after: Duration::ZERO,
        };
        Some((job, Duration::from_millis(late)))
    }

    fn befalls(&self, rate: f64, what: &str, channel: &str) -> bool {
        let earlier = self.sent.earlier.to_string();
        rate > 0.0 && share(self.shared.seed, &[what, channel, &self.sent.to, &earlier]) < rate
    }

    fn until_outcome(&self) -> Duration {
        if self.progress.concluded_at.is_some() {
            return Duration::ZERO;
        }
        wait(
            self.shared.seed,
            "wait",
            &self.shared.delays.outcome,
            &self.sent.to,
            self.sent.earlier,
        )
    }

    fn until_listened(&self) -> Duration {
        wait(
            self.shared.seed,
            "played",
            &self.shared.delays.listened,
            &self.sent.to,
            self.sent.earlier,
        )
    }
}
