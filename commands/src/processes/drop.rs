//! One script to the carrier, once. Order: (1) decision, slot and attempt in one journal request; (2) the row becomes
//! `calling`; (3) the call; (4) its answer as an event; (5) the row is closed. A crash between 1 and 2 leaves the attempt to go
//! on with; between 2 and 4 the same call is repeated under the same key while the carrier remembers it, and after that, or where
//! it remembers none, nobody knows and nothing is sent. What the answers mean is in `answer.rs`.

mod answer;
mod round;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use domain::{
    AttemptId, CampaignId, PhoneNumber, ScriptId,
    campaign::{Campaign, CampaignStatus},
    compliance::{Decision, ListStanding, Verdict},
    contact::{Contact, ContactCommand, ContactRefusal},
    script::{AttemptState, DeliveryStatus, Script, ScriptCommand},
};
use uuid::Uuid;

use super::{
    dispatch::{ask_before_late, missed},
    drop_audio::audio_of,
    reports::CallbackToken,
};
pub(super) use round::Round;
use round::Terms;

use crate::{
    compliance::{Submission, decide_submission},
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{Person, load_people},
    ports::{Drop, DropAudio, Pace, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load_many},
    suppression::standings,
};

/// How much sooner than the carrier forgets a key a call is no longer repeated under it.
const KEY_MARGIN_MINUTES: i64 = 60;
/// Seconds until a drop that somebody has halted is looked at again; it is made due at once when that ends.
const PAUSED_RECHECK_SECONDS: i64 = 60;
/// Hours until a drop is looked at again that an emergency or a state's switch stops; it is made due at once when that ends.
const SWITCH_RECHECK_HOURS: i64 = 24;

/// One drop in hand.
struct Handoff<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    item: &'a WorkItem,
    owner: Uuid,
    round: &'a Round,
    /// Campaign and organization as they were when this look began.
    terms: Arc<Terms>,
    campaign_id: CampaignId,
    id: ScriptId,
}

/// What to do after the journal has the attempt.
enum Next {
    End(WorkEnd),
    Call(Box<Drop>),
}

/// Does what can be done for one script now.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    owner: Uuid,
    round: &Round,
) -> Result<WorkEnd, CommandError> {
    let id: ScriptId = item
        .dedup_key
        .parse()
        .map_err(|e: domain::InvalidId| CommandError::Unreadable(e.to_string()))?;
    let campaign_id = item
        .campaign
        .ok_or_else(|| CommandError::Unreadable("the drop has no campaign".into()))?;
    let (handoff, next) = retrying(|| async {
        let handoff = Handoff {
            ports,
            context,
            item,
            owner,
            round,
            terms: round.terms(ports, item.organization, campaign_id).await?,
            campaign_id,
            id,
        };
        let next = handoff.prepare().await?;
        Ok((handoff, next))
    })
    .await?;
    match next {
        Next::End(end) => Ok(end),
        Next::Call(drop) => handoff.call(*drop).await,
    }
}

impl Handoff<'_> {
    /// Steps up to the attempt. Decides on the streams as they are; a change meanwhile starts it over.
    async fn prepare(&self) -> Result<Next, CommandError> {
        let mut scripts: Vec<Loaded<Script>> =
            load_many(self.ports, self.context.organization, [self.id]).await?;
        let Some(mut script) = scripts.pop().filter(Loaded::exists) else {
            return Ok(Next::End(WorkEnd::Done));
        };
        let now = self.ports.clock.now();
        let state = script.state();
        if let Some(attempt) = state
            .attempt
            .as_ref()
            .filter(|a| a.state != AttemptState::DidNotHappen)
        {
            return match attempt.state {
                AttemptState::Calling => self.resume(script, now).await,
                _ => Ok(Next::End(WorkEnd::Done)),
            };
        }
        if state.delivery.is_settled() {
            return Ok(Next::End(WorkEnd::Done));
        }
        if self.terms.are_withheld() {
            let not_before = now + Duration::seconds(PAUSED_RECHECK_SECONDS);
            return Ok(Next::End(WorkEnd::Reschedule { not_before }));
        }
        let over = self.campaign().schedule.end.is_some_and(|end| now >= end);
        if over || !self.campaign().is_sending() {
            let reason = if over {
                "the campaign's end has come"
            } else {
                "the campaign is no longer sent"
            };
            script.decide(ScriptCommand::Lapse {
                reason: reason.to_owned(),
            })?;
            self.append(script).await?;
            return Ok(Next::End(WorkEnd::Done));
        }
        if let Some(not_before) = self.late(script.state(), now).await? {
            return Ok(Next::End(WorkEnd::Reschedule { not_before }));
        }
        let Some(person) = self.person(&script).await? else {
            return Err(CommandError::Unreadable("the script has no contact".into()));
        };
        let mut decision = self.decide(now, script.state(), &person).await?;
        if self.waits_for_a_switch(&decision) {
            decision = decision.waiting_until(now + Duration::hours(SWITCH_RECHECK_HOURS));
        }
        match decision.verdict {
            Verdict::Cleared => match self.turn(now).await? {
                Some(not_before) => Ok(Next::End(WorkEnd::Reschedule { not_before })),
                None => self.attempt(script, person, decision, now).await,
            },
            Verdict::HeldUntil(until) => self.withhold(script, decision, Some(until)).await,
            Verdict::Blocked => self.withhold(script, decision, None).await,
        }
    }

    fn campaign(&self) -> &Campaign {
        &self.terms.campaign
    }

    /// Nothing but an emergency or a state that was switched off stops it: that may end at any moment.
    fn waits_for_a_switch(&self, decision: &Decision) -> bool {
        let off = &self.terms.organization.states_off;
        decision.is_stopped_by_a_switch(|state| off.contains(&state))
    }

    /// Nothing ran when it was to be sent: pauses the campaign, and says until when it waits.
    async fn late(&self, script: &Script, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, CommandError> {
        let is_first_look = script.delivery == DeliveryStatus::NotSent
            && self.campaign().status == CampaignStatus::Submitted
            && !self.campaign().resumed;
        let Some(planned) = missed(self.item, now).filter(|_| is_first_look) else {
            return Ok(None);
        };
        ask_before_late(self.ports, self.context, self.campaign_id, planned, now).await?;
        Ok(Some(now + Duration::seconds(PAUSED_RECHECK_SECONDS)))
    }

    /// When its turn is, where the campaign's own rate or cap does not allow it now.
    async fn turn(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, CommandError> {
        let Some(pace) = Pace::of(&self.campaign().schedule) else {
            return Ok(None);
        };
        let at = self
            .ports
            .pace
            .place(self.campaign_id, self.id, pace, now)
            .await?;
        Ok((at > now).then_some(at))
    }

    async fn person(&self, script: &Loaded<Script>) -> Result<Option<Person>, CommandError> {
        let Some(contact) = script.state().contact else {
            return Ok(None);
        };
        Ok(load_people(self.ports, self.context, &[contact]).await?.pop())
    }

    async fn decide(
        &self,
        now: DateTime<Utc>,
        script: &Script,
        person: &Person,
    ) -> Result<Decision, CommandError> {
        let contact: &Contact = person.contact.state();
        let lists = self.lists(contact).await?;
        let submission = Submission {
            id: self.id,
            script,
            contact,
            campaign: self.campaign(),
            organization: &self.terms.organization,
            lists: &lists,
        };
        Ok(decide_submission(now, &submission))
    }

    /// The suppression lists as they are now.
    async fn lists(&self, contact: &Contact) -> Result<Vec<ListStanding>, CommandError> {
        let Some(index) = &contact.phone_index else {
            return Ok(vec![]);
        };
        let numbers = std::slice::from_ref(index);
        let standings = standings(self.ports, self.context.organization, numbers).await?;
        Ok(standings.into_iter().next().unwrap_or_default())
    }

    /// Records why not. A hold is looked at again at its release, or at the campaign's end if that comes first.
    async fn withhold(
        &self,
        mut script: Loaded<Script>,
        decision: Decision,
        until: Option<DateTime<Utc>>,
    ) -> Result<Next, CommandError> {
        script.decide(ScriptCommand::Withhold { decision })?;
        self.append(script).await?;
        Ok(Next::End(match until {
            None => WorkEnd::Done,
            Some(until) => {
                let end = self.campaign().schedule.end.unwrap_or(DateTime::<Utc>::MAX_UTC);
                WorkEnd::Reschedule {
                    not_before: until.min(end),
                }
            }
        }))
    }

    /// Step 1: decision, attempt and slot, all or nothing. The audio is with the carrier before, which does no harm.
    async fn attempt(
        &self,
        mut script: Loaded<Script>,
        mut person: Person,
        decision: Decision,
        now: DateTime<Utc>,
    ) -> Result<Next, CommandError> {
        let audio = match self.audio(script.state()).await {
            Ok(audio) => audio,
            Err(CommandError::Port(error)) => return self.account_trouble(error).await.map(Next::End),
            Err(other) => return Err(other),
        };
        let attempt = AttemptId::from_uuid(self.ports.ids.next());
        let key = attempt.to_string();
        script.decide(ScriptCommand::HandOff {
            decision,
            attempt,
            idempotency_key: key,
            at: now,
        })?;
        let min_interval_days = self
            .campaign()
            .min_interval_days
            .unwrap_or(self.terms.organization.settings.min_interval_days);
        let reserve = ContactCommand::ReserveSlot {
            campaign: self.campaign_id,
            script: self.id,
            at: now,
            subject: self.campaign().kind,
            min_interval_days,
        };
        match person.contact.decide(reserve) {
            Ok(()) => {}
            // The decision saw the same contact, so this is a race that the reservation has won.
            Err(ContactRefusal::ContactedTooRecently { next_allowed, .. }) => {
                return Ok(Next::End(WorkEnd::Reschedule {
                    not_before: next_allowed,
                }));
            }
            Err(other) => return Err(other.into()),
        }
        let drop = self.drop(&person, script.state(), audio)?;
        let contact = person.contact.state().clone();
        let mut batch = Batch::new(self.ports, self.context);
        batch.add(script)?.add(person.contact)?;
        batch.commit().await?;
        match self.overtaken(&contact).await? {
            None => Ok(Next::Call(Box::new(drop))),
            Some((code, error)) => {
                self.did_not_happen(attempt, code).await?;
                Ok(Next::End(WorkEnd::Retry {
                    not_before: now,
                    error: error.to_owned(),
                }))
            }
        }
    }

    /// Lists, campaign and organization are streams of their own, so the reservation does not see them change. Whatever came before the
    /// attempt is seen now: a code and words for it.
    async fn overtaken(
        &self,
        contact: &Contact,
    ) -> Result<Option<(&'static str, &'static str)>, CommandError> {
        let lists = self.lists(contact).await?;
        if lists.iter().any(|list| list.holds_number) {
            return Ok(Some((
                "suppressed",
                "the number was put on a list before the call",
            )));
        }
        let organization = self.item.organization;
        let terms = self.round.terms(self.ports, organization, self.campaign_id);
        let stands = terms.await?.uphold(&self.terms);
        Ok((!stands).then_some(("not_called", "it was stopped before the call")))
    }

    /// An attempt is recorded, but its answer is not: a worker died, or the answer was lost.
    async fn resume(&self, script: Loaded<Script>, now: DateTime<Utc>) -> Result<Next, CommandError> {
        let Some(attempt) = script.state().attempt.clone() else {
            return Ok(Next::End(WorkEnd::Done));
        };
        let Some(person) = self.person(&script).await? else {
            return Err(CommandError::Unreadable("the script has no contact".into()));
        };
        let decision = self.decide(now, script.state(), &person).await?;
        let cleared = decision.verdict == Verdict::Cleared && self.campaign().is_sending();
        let Some(called) = self.item.called_at else {
            if cleared {
                return self.call_again(&script, &person).await;
            }
            // Never called: the attempt provably did not happen, and the next look decides afresh.
            self.did_not_happen(attempt.id, "not_called").await?;
            let error = "no longer cleared before the call".to_owned();
            return Ok(Next::End(WorkEnd::Retry {
                not_before: now,
                error,
            }));
        };
        // Where no key is remembered, the call can't be repeated from the first moment on.
        let forgotten = called + self.repeatable_for().unwrap_or_default();
        let later = match decision.verdict {
            _ if self.terms.are_withheld() || self.waits_for_a_switch(&decision) => {
                Some(now + Duration::seconds(PAUSED_RECHECK_SECONDS))
            }
            Verdict::HeldUntil(until) => Some(until),
            Verdict::Cleared | Verdict::Blocked => None,
        };
        match later.filter(|later| *later < forgotten) {
            Some(not_before) if now < forgotten => Ok(Next::End(WorkEnd::Reschedule { not_before })),
            _ if cleared && now < forgotten => self.call_again(&script, &person).await,
            _ => Ok(Next::End(self.doubt(attempt.id).await?)),
        }
    }

    /// For how long a call that was made can be made again without becoming a second one; nothing where it never can.
    fn repeatable_for(&self) -> Option<Duration> {
        let remembered = self.ports.carrier.remembers_keys()?;
        Some((remembered - Duration::minutes(KEY_MARGIN_MINUTES)).max(Duration::zero()))
    }

    /// Nobody knows whether the carrier took it, and it is not made again.
    async fn doubt(&self, attempt: AttemptId) -> Result<WorkEnd, CommandError> {
        let reason = "the answer was lost, and the same request may not be repeated".to_owned();
        let doubt = ScriptCommand::DoubtSubmission {
            attempt,
            reason: reason.clone(),
        };
        execute::<Script>(self.ports, self.context, self.id, doubt).await?;
        Ok(WorkEnd::InDoubt { error: reason })
    }

    /// The same request under the same key.
    async fn call_again(&self, script: &Loaded<Script>, person: &Person) -> Result<Next, CommandError> {
        let audio = match self.audio(script.state()).await {
            Ok(audio) => audio,
            Err(CommandError::Port(error)) => return self.account_trouble(error).await.map(Next::End),
            Err(other) => return Err(other),
        };
        let drop = self.drop(person, script.state(), audio)?;
        Ok(Next::Call(Box::new(drop)))
    }

    async fn audio(&self, script: &Script) -> Result<DropAudio, CommandError> {
        audio_of(self.ports, self.context.organization, self.id, script).await
    }

    fn drop(&self, person: &Person, script: &Script, audio: DropAudio) -> Result<Drop, CommandError> {
        let details = person
            .details
            .as_ref()
            .map_err(|e| CommandError::from(e.clone()))?;
        let to: PhoneNumber = details
            .phone
            .parse()
            .map_err(|_| CommandError::invalid("the contact's number is invalid"))?;
        let caller_id = self
            .campaign()
            .caller_id
            .clone()
            .ok_or(domain::campaign::CampaignRefusal::NoCallerId)?;
        let attempt = script
            .attempt
            .as_ref()
            .ok_or(domain::script::ScriptRefusal::NeverAttempted)?;
        let token = CallbackToken {
            organization: self.context.organization,
            script: self.id,
            attempt: attempt.id,
        };
        Ok(Drop {
            to,
            caller_id,
            audio,
            foreign_id: token.reference(),
            idempotency_key: attempt.idempotency_key.clone(),
            callback_token: token.signed(self.ports.keys.as_ref()),
            postal_code: person.contact.state().location.zip.clone(),
        })
    }

    async fn append(&self, script: Loaded<Script>) -> Result<(), CommandError> {
        let mut batch = Batch::new(self.ports, self.context);
        batch.add(script)?;
        batch.commit().await?;
        Ok(())
    }
}
