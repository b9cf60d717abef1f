//! How far a script's voicemail has got. Carrier facts may come twice, late and in any order: each field they set takes the highest
//! status, the earliest instant or the largest figure, so the outcome is the same.

use chrono::{DateTime, Utc};
use domain::{
    compliance::{Decision, Verdict},
    script::{DeliveryStatus, FailureClass, ScriptEvent},
};

use super::ScriptRow;
use crate::VerdictCode;

impl ScriptRow {
    pub(super) fn take_decision(&mut self, decision: &Decision, at: DateTime<Utc>) {
        let (verdict, held_until) = match decision.verdict {
            Verdict::Cleared => (VerdictCode::Cleared, None),
            Verdict::HeldUntil(until) => {
                self.rise(DeliveryStatus::Held);
                (VerdictCode::HeldUntil, Some(until))
            }
            Verdict::Blocked => {
                self.rise(DeliveryStatus::Blocked);
                (VerdictCode::Blocked, None)
            }
        };
        self.verdict = Some(verdict);
        self.held_until = held_until;
        self.decided_at = Some(at);
        let obstacle = decision.obstacles().next();
        self.obstacle_rule = obstacle.map(|f| f.rule.clone());
        self.obstacle_detail = obstacle.map(|f| f.detail.clone());
        self.state = decision.states.first().copied();
        self.zone = decision.zones.first().cloned();
    }

    pub(super) fn take_submission(&mut self, event: &ScriptEvent, at: DateTime<Utc>) {
        match event {
            ScriptEvent::SubmissionAttempted {
                attempt_id,
                idempotency_key,
            } => {
                self.attempt_id = Some(*attempt_id);
                self.idempotency_key = Some(idempotency_key.clone());
                self.message_id = None;
                self.attempted_at = Some(at);
                self.rise(DeliveryStatus::Queued);
            }
            ScriptEvent::Submitted { message_id, .. } => {
                self.message_id = Some(message_id.clone());
                self.submitted_at = Some(at);
                // The doubt is over; what is known now is that it is in the carrier's queue.
                if self.delivery == DeliveryStatus::InDoubt {
                    self.delivery = DeliveryStatus::Queued;
                    self.delivery_reason = None;
                }
            }
            ScriptEvent::SubmissionInDoubt { reason, .. } => {
                self.delivery_reason = Some(reason.clone());
                self.rise(DeliveryStatus::InDoubt);
            }
            ScriptEvent::SubmissionFailed {
                class: FailureClass::NotSent,
                ..
            } => {
                // It provably did not happen, so nobody was contacted.
                self.delivery = DeliveryStatus::NotSent;
                self.attempted_at = None;
            }
            ScriptEvent::SubmissionFailed { code, class, .. } => self.fail(at, code, *class, None),
            ScriptEvent::SubmissionLapsed { reason } => {
                self.delivery_reason = Some(reason.clone());
                self.rise(DeliveryStatus::Lapsed);
            }
            _ => {}
        }
    }

    pub(super) fn take_report(&mut self, event: &ScriptEvent, happened_at: DateTime<Utc>) {
        match event {
            ScriptEvent::Sent { .. } => {
                earliest(&mut self.sent_at, happened_at);
                self.rise(DeliveryStatus::Sent);
            }
            ScriptEvent::Delivered { carrier_id, cost, .. } => {
                earliest(&mut self.delivered_at, happened_at);
                self.carrier_id = self.carrier_id.take().max(carrier_id.clone());
                self.carrier_cost = self.carrier_cost.max(*cost);
                self.rise(DeliveryStatus::Delivered);
            }
            ScriptEvent::Listened { listen_ms, .. } => {
                earliest(&mut self.listened_at, happened_at);
                self.listen_ms = self.listen_ms.max(listen_ms.map(|ms| ms as i64));
                self.rise(DeliveryStatus::Listened);
            }
            ScriptEvent::DeliveryFailed {
                code, reason, class, ..
            } => self.fail(happened_at, code, *class, Some(reason)),
            _ => {}
        }
    }

    /// Of several failures the earliest is shown; at the same instant the lesser code, so that order does not matter.
    fn fail(&mut self, at: DateTime<Utc>, code: &str, class: FailureClass, reason: Option<&String>) {
        let shown = self.failed_at.zip(self.failure_code.as_deref());
        if shown.is_none_or(|shown| (at, code) < shown) {
            self.failed_at = Some(at);
            self.failure_code = Some(code.to_owned());
            self.failure_class = Some(class);
            self.failure_reason = reason.cloned();
        }
        self.rise(DeliveryStatus::Failed);
    }

    fn rise(&mut self, status: DeliveryStatus) {
        self.delivery = self.delivery.max(status);
    }
}

fn earliest(known: &mut Option<DateTime<Utc>>, at: DateTime<Utc>) {
    *known = Some(known.map_or(at, |k| k.min(at)));
}
