//! The call itself, and what its answer means. What a repeat is answered says nothing about the call before it: once a call was made whose
//! answer was lost, no refusal proves that nothing was taken, and the attempt is never given up for another one.

use chrono::{DateTime, Duration, Utc};
use domain::{
    AttemptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus},
    contact::{Contact, ContactCommand},
    script::{FailureClass, Script, ScriptCommand},
};

use super::{
    super::{engine::retry_wait, reports::CallbackToken},
    Handoff,
};
use crate::{
    error::CommandError,
    execute::{execute, retrying},
    ports::{Drop, HandedOver, PortError, PortErrorKind, WorkEnd},
    stream::{Batch, Loaded, load},
};

/// Seconds until a refused account is asked again.
const ACCOUNT_RECHECK_SECONDS: i64 = 300;

impl Handoff<'_> {
    /// Steps 2 to 5.
    pub(super) async fn call(&self, drop: Drop) -> Result<WorkEnd, CommandError> {
        let Ok(token) = CallbackToken::parse_reference(&drop.foreign_id) else {
            return Err(CommandError::Unreadable(
                "the reference of the drop is damaged".into(),
            ));
        };
        // A signed report knows the number and the time alone, and may be here before the answer.
        let handed_over = HandedOver {
            organization: token.organization,
            script: token.script,
            attempt: token.attempt,
            called_at: self.ports.clock.now(),
        };
        self.ports.drops.enter(handed_over, &drop.to).await?;
        if !self
            .ports
            .queue
            .start_calling(self.item, self.owner, self.ports.clock.now())
            .await?
        {
            // Somebody else has the row by now; ending the lease is theirs.
            return Ok(WorkEnd::Reschedule {
                not_before: self.ports.clock.now(),
            });
        }
        match self.ports.carrier.hand_over(drop).await {
            Ok(taken) => {
                let confirm = ScriptCommand::ConfirmSubmission {
                    attempt: token.attempt,
                    message_id: taken.message_id.clone(),
                };
                execute::<Script>(self.ports, self.context, self.id, confirm).await?;
                // The answer is recorded by now, whatever becomes of this: without it a report is matched by number and time.
                let noted = self.ports.drops.taken_as(token.attempt, &taken.message_id).await;
                if let Err(error) = noted {
                    tracing::warn!(script.id = %self.id, "the carrier's reference was not noted for its reports: {error}");
                }
                self.activate().await?;
                Ok(WorkEnd::Done)
            }
            Err(error) => self.not_taken(token.attempt, error).await,
        }
    }

    /// What a failed call means: it was certainly not taken, or nobody knows.
    async fn not_taken(&self, attempt: AttemptId, error: PortError) -> Result<WorkEnd, CommandError> {
        if self.item.called_at.is_some() {
            return self.repeat_not_taken(attempt, error).await;
        }
        let now = self.ports.clock.now();
        match error.kind {
            PortErrorKind::Unknown if self.repeatable_for().is_none() => self.doubt(attempt).await,
            PortErrorKind::Unknown => Ok(self.ask_again(&error, now)),
            PortErrorKind::Permanent => {
                let refuted = ScriptCommand::RefuteSubmission {
                    attempt,
                    code: "refused".to_owned(),
                    class: FailureClass::Configuration,
                };
                execute::<Script>(self.ports, self.context, self.id, refuted).await?;
                Ok(WorkEnd::Failed { error: error.message })
            }
            PortErrorKind::Retryable | PortErrorKind::Limited { .. } => {
                self.did_not_happen(attempt, "not_taken").await?;
                let wait = asked_wait(&error).unwrap_or_else(|| retry_wait(self.item.attempt));
                Ok(WorkEnd::Retry {
                    not_before: now + wait,
                    error: error.message,
                })
            }
            PortErrorKind::Unauthorised | PortErrorKind::Exhausted => {
                self.did_not_happen(attempt, "account").await?;
                self.account_trouble(error).await
            }
        }
    }

    /// A repeat was not taken. Of the call before it that says nothing: the attempt stands, is repeated under its key while that is
    /// harmless, and is in doubt where it never will be taken.
    async fn repeat_not_taken(&self, attempt: AttemptId, error: PortError) -> Result<WorkEnd, CommandError> {
        if self.repeatable_for().is_none() {
            return self.doubt(attempt).await;
        }
        match error.kind {
            PortErrorKind::Permanent => self.doubt(attempt).await,
            PortErrorKind::Unauthorised | PortErrorKind::Exhausted => self.account_trouble(error).await,
            PortErrorKind::Unknown | PortErrorKind::Retryable | PortErrorKind::Limited { .. } => {
                Ok(self.ask_again(&error, self.ports.clock.now()))
            }
        }
    }

    /// The same call once more, later: that there was one stays known.
    fn ask_again(&self, error: &PortError, now: DateTime<Utc>) -> WorkEnd {
        tracing::warn!(script.id = %self.id, "the carrier's answer was lost, or a repeat was not taken: {error}");
        let asked = asked_wait(error).unwrap_or_default();
        WorkEnd::Reschedule {
            not_before: now + self.wait_for_answer(now).max(asked),
        }
    }

    /// As long again as it has been waited already, within bounds: a carrier in trouble is asked ever more rarely.
    fn wait_for_answer(&self, now: DateTime<Utc>) -> Duration {
        let waited = self
            .item
            .called_at
            .map_or(Duration::zero(), |called| now - called);
        waited.clamp(Duration::seconds(1), Duration::minutes(5))
    }

    /// The attempt certainly did not happen: say so, and give the contact's slot back, in one request.
    pub(super) async fn did_not_happen(&self, attempt: AttemptId, code: &str) -> Result<(), CommandError> {
        let recorded = retrying(|| async {
            let mut script: Loaded<Script> = load(self.ports, self.context.organization, self.id).await?;
            let class = FailureClass::NotSent;
            script.decide(ScriptCommand::RefuteSubmission {
                attempt,
                code: code.to_owned(),
                class,
            })?;
            // A report has overtaken it: then it did happen, and the slot stays taken.
            if !script.is_changed() {
                return Ok(false);
            }
            let mut batch = Batch::new(self.ports, self.context);
            if let Some(contact) = script.state().contact {
                let mut contact: Loaded<Contact> =
                    load(self.ports, self.context.organization, contact).await?;
                contact.decide(ContactCommand::ReleaseSlot { script: self.id })?;
                batch.add(contact)?;
            }
            batch.add(script)?;
            batch.commit().await?;
            Ok(true)
        })
        .await?;
        // No report can be about it. If that can't be written down, the next attempt's entry is newer and outdoes this one.
        if recorded && let Err(error) = self.ports.drops.withdraw(attempt).await {
            tracing::warn!(script.id = %self.id, "an attempt that did not happen stays in the register: {error}");
        }
        Ok(())
    }

    /// The account is refused or empty, which a human must mend; or it is passing trouble. A call that was made before stays known.
    pub(super) async fn account_trouble(&self, error: PortError) -> Result<WorkEnd, CommandError> {
        let now = self.ports.clock.now();
        if !matches!(error.kind, PortErrorKind::Unauthorised | PortErrorKind::Exhausted) {
            return Err(error.into());
        }
        let pause = CampaignCommand::Pause {
            reason: error.message.clone(),
        };
        match execute::<Campaign>(self.ports, self.context, self.campaign_id, pause).await {
            Ok(_) | Err(CommandError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
        let not_before = now + Duration::seconds(ACCOUNT_RECHECK_SECONDS);
        let error = error.message;
        Ok(if self.item.called_at.is_some() {
            WorkEnd::Again { not_before, error }
        } else {
            WorkEnd::Retry { not_before, error }
        })
    }

    async fn activate(&self) -> Result<(), CommandError> {
        if self.campaign().status != CampaignStatus::Submitted {
            return Ok(());
        }
        let activate = CampaignCommand::Activate;
        execute::<Campaign>(self.ports, self.context, self.campaign_id, activate)
            .await
            .map(|_| ())
    }
}

/// How long the carrier asked to be left alone.
fn asked_wait(error: &PortError) -> Option<Duration> {
    match error.kind {
        PortErrorKind::Limited { after } => after.and_then(|after| Duration::from_std(after).ok()),
        _ => None,
    }
}
