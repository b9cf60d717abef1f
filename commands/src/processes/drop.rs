//! One script to the carrier, once. Order: (1) decision, slot and attempt in one journal request; (2) the row becomes
//! `calling`; (3) the call; (4) its answer as an event; (5) the row is closed. A crash between 1 and 2 leaves the attempt to go
//! on with; between 2 and 4 the same call is repeated under the same key while the carrier remembers it, and after that, or where
//! it remembers none, nobody knows and nothing is sent.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use domain::{
    AttemptId, CampaignId, OrganizationId, PhoneNumber, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus},
    compliance::{Decision, ListStanding, Verdict},
    contact::{Contact, ContactCommand, ContactRefusal},
    organization::Organization,
    script::{AttemptState, DeliveryStatus, FailureClass, Script, ScriptCommand},
};
use uuid::Uuid;

use super::{
    dispatch::{ask_before_late, missed},
    drop_audio::audio_of,
    engine::retry_wait,
    planner::Kind,
    reports::CallbackToken,
};

use crate::{
    compliance::{Submission, decide_submission},
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    people::{Person, load_people},
    ports::{Drop, DropAudio, HandedOver, Pace, PortError, PortErrorKind, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load, load_many},
    suppression::standings,
};

/// How much sooner than the carrier forgets a key a call is no longer repeated under it.
const KEY_MARGIN_MINUTES: i64 = 60;
/// Seconds until a drop that somebody has halted is looked at again; it is made due at once when that ends.
const PAUSED_RECHECK_SECONDS: i64 = 60;
/// Seconds until a refused account is asked again.
const ACCOUNT_RECHECK_SECONDS: i64 = 300;

/// What the pieces of one claim share, so that it is loaded once: their campaigns and organizations.
#[derive(Debug, Default)]
pub(super) struct Round {
    campaigns: HashMap<CampaignId, Campaign>,
    organizations: HashMap<OrganizationId, Organization>,
}

impl Round {
    /// Loads what the drops share; other kinds share nothing.
    pub(super) async fn load(ports: &Ports, kind: Kind, items: &[WorkItem]) -> Result<Self, CommandError> {
        let mut round = Self::default();
        if kind != Kind::Drop {
            return Ok(round);
        }
        for item in items {
            if let std::collections::hash_map::Entry::Vacant(place) =
                round.organizations.entry(item.organization)
            {
                let organization: Loaded<Organization> =
                    load(ports, item.organization, item.organization).await?;
                place.insert(organization.state().clone());
            }
            if let Some(id) = item.campaign
                && let std::collections::hash_map::Entry::Vacant(place) = round.campaigns.entry(id)
            {
                let campaign: Loaded<Campaign> = load(ports, item.organization, id).await?;
                place.insert(campaign.state().clone());
            }
        }
        Ok(round)
    }
}

/// One drop in hand.
struct Handoff<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    item: &'a WorkItem,
    owner: Uuid,
    campaign: &'a Campaign,
    organization: &'a Organization,
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
    let campaign = item.campaign.and_then(|id| round.campaigns.get(&id));
    let (Some(campaign), Some(organization)) = (campaign, round.organizations.get(&item.organization)) else {
        return Err(CommandError::Unreadable(
            "the campaign of the drop is unknown".into(),
        ));
    };
    let handoff = Handoff {
        ports,
        context,
        item,
        owner,
        campaign,
        organization,
        id,
    };
    match retrying(|| handoff.prepare()).await? {
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
        if self.is_withheld() {
            let not_before = now + Duration::seconds(PAUSED_RECHECK_SECONDS);
            return Ok(Next::End(WorkEnd::Reschedule { not_before }));
        }
        let over = self.campaign.schedule.end.is_some_and(|end| now >= end);
        if over || !self.campaign.is_sending() {
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
        let decision = self.decide(now, script.state(), &person).await?;
        match decision.verdict {
            Verdict::Cleared => match self.turn(now).await? {
                Some(not_before) => Ok(Next::End(WorkEnd::Reschedule { not_before })),
                None => self.attempt(script, person, decision, now).await,
            },
            Verdict::HeldUntil(until) => self.withhold(script, decision, Some(until)).await,
            Verdict::Blocked => self.withhold(script, decision, None).await,
        }
    }

    /// Somebody has halted it, the campaign or all sending.
    fn is_withheld(&self) -> bool {
        self.campaign.status == CampaignStatus::Paused || self.organization.is_halted()
    }

    /// Nothing ran when it was to be sent: pauses the campaign, and says until when it waits.
    async fn late(&self, script: &Script, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, CommandError> {
        let is_first_look = script.delivery == DeliveryStatus::NotSent
            && self.campaign.status == CampaignStatus::Submitted
            && !self.campaign.resumed;
        let (Some(planned), Some(campaign)) =
            (missed(self.item, now).filter(|_| is_first_look), self.campaign.id)
        else {
            return Ok(None);
        };
        ask_before_late(self.ports, self.context, campaign, planned, now).await?;
        Ok(Some(now + Duration::seconds(PAUSED_RECHECK_SECONDS)))
    }

    /// When its turn is, where the campaign's own rate or cap does not allow it now.
    async fn turn(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, CommandError> {
        let (Some(pace), Some(campaign)) = (Pace::of(&self.campaign.schedule), self.campaign.id) else {
            return Ok(None);
        };
        let at = self.ports.pace.place(campaign, self.id, pace, now).await?;
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
            campaign: self.campaign,
            organization: self.organization,
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
                let end = self.campaign.schedule.end.unwrap_or(DateTime::<Utc>::MAX_UTC);
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
        let Some(campaign) = self.campaign.id else {
            return Ok(Next::End(WorkEnd::Done));
        };
        let min_interval_days = self
            .campaign
            .min_interval_days
            .unwrap_or(self.organization.settings.min_interval_days);
        let reserve = ContactCommand::ReserveSlot {
            campaign,
            script: self.id,
            at: now,
            subject: self.campaign.kind,
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
        // A list is a stream of its own, so the reservation does not see it change. Whatever came before the attempt is seen now.
        if self.lists(&contact).await?.iter().any(|list| list.holds_number) {
            self.did_not_happen(attempt, "suppressed").await?;
            return Ok(Next::End(WorkEnd::Retry {
                not_before: now,
                error: "the number was put on a list before the call".to_owned(),
            }));
        }
        Ok(Next::Call(Box::new(drop)))
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
        let cleared = decision.verdict == Verdict::Cleared && self.campaign.is_sending();
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
            _ if self.is_withheld() => Some(now + Duration::seconds(PAUSED_RECHECK_SECONDS)),
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
        let audio = self.audio(script.state()).await?;
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
            .campaign
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

    /// Steps 2 to 5.
    async fn call(&self, drop: Drop) -> Result<WorkEnd, CommandError> {
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
                    message_id: taken.message_id,
                };
                execute::<Script>(self.ports, self.context, self.id, confirm).await?;
                self.activate().await?;
                Ok(WorkEnd::Done)
            }
            Err(error) => self.not_taken(token.attempt, error).await,
        }
    }

    /// What a failed call means: it was certainly not taken, or nobody knows.
    async fn not_taken(&self, attempt: AttemptId, error: PortError) -> Result<WorkEnd, CommandError> {
        let now = self.ports.clock.now();
        match error.kind {
            PortErrorKind::Unknown if self.repeatable_for().is_none() => self.doubt(attempt).await,
            PortErrorKind::Unknown => {
                tracing::warn!(script.id = %self.id, "the carrier's answer was lost: {error}");
                Ok(WorkEnd::Reschedule {
                    not_before: now + self.wait_for_answer(now),
                })
            }
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
                let asked = match error.kind {
                    PortErrorKind::Limited { after } => after.and_then(|a| Duration::from_std(a).ok()),
                    _ => None,
                };
                let wait = asked.unwrap_or_else(|| retry_wait(self.item.attempt));
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

    /// As long again as it has been waited already, within bounds: a carrier in trouble is asked ever more rarely.
    fn wait_for_answer(&self, now: DateTime<Utc>) -> Duration {
        let waited = self
            .item
            .called_at
            .map_or(Duration::zero(), |called| now - called);
        waited.clamp(Duration::seconds(1), Duration::minutes(5))
    }

    /// The attempt certainly did not happen: say so, and give the contact's slot back, in one request.
    async fn did_not_happen(&self, attempt: AttemptId, code: &str) -> Result<(), CommandError> {
        retrying(|| async {
            let mut script: Loaded<Script> = load(self.ports, self.context.organization, self.id).await?;
            let class = FailureClass::NotSent;
            script.decide(ScriptCommand::RefuteSubmission {
                attempt,
                code: code.to_owned(),
                class,
            })?;
            let mut batch = Batch::new(self.ports, self.context);
            if let Some(contact) = script.state().contact {
                let mut contact: Loaded<Contact> =
                    load(self.ports, self.context.organization, contact).await?;
                contact.decide(ContactCommand::ReleaseSlot { script: self.id })?;
                batch.add(contact)?;
            }
            batch.add(script)?;
            batch.commit().await?;
            Ok(())
        })
        .await
    }

    /// Before any attempt stands: the account is refused or empty, which a human must mend; or it is passing trouble.
    async fn account_trouble(&self, error: PortError) -> Result<WorkEnd, CommandError> {
        let now = self.ports.clock.now();
        if !matches!(error.kind, PortErrorKind::Unauthorised | PortErrorKind::Exhausted) {
            return Err(error.into());
        }
        if let Some(campaign) = self.campaign.id {
            let pause = CampaignCommand::Pause {
                reason: error.message.clone(),
            };
            match execute::<Campaign>(self.ports, self.context, campaign, pause).await {
                Ok(_) | Err(CommandError::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let not_before = now + Duration::seconds(ACCOUNT_RECHECK_SECONDS);
        Ok(WorkEnd::Retry {
            not_before,
            error: error.message,
        })
    }

    async fn activate(&self) -> Result<(), CommandError> {
        match (self.campaign.status, self.campaign.id) {
            (CampaignStatus::Submitted, Some(campaign)) => {
                execute::<Campaign>(self.ports, self.context, campaign, CampaignCommand::Activate)
                    .await
                    .map(|_| ())
            }
            _ => Ok(()),
        }
    }

    async fn append(&self, script: Loaded<Script>) -> Result<(), CommandError> {
        let mut batch = Batch::new(self.ports, self.context);
        batch.add(script)?;
        batch.commit().await?;
        Ok(())
    }
}
