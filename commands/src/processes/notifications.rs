//! Telling the outside. What is to be told follows from an event and becomes a notification for everybody who wants to know; each is sent by
//! a piece of work of its own, again and again at growing distances, until it is taken or given up. A crash in the middle sends it once
//! more under the same id: receivers tell by that.

use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, EventId, NotificationId, Position, UserId, WebhookEndpointId,
    campaign::Campaign,
    organization::{Organization, Outlets},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::planner::Kind;
use crate::{
    access,
    authorization::{Action, Resource, Sight, authorize},
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{
        DigestMail, Mail, NotTaken, Notification, NotificationRecord, NotificationState, NotificationSubject,
        NotificationTarget, NotificationTry, OpenError, PlannedWork, Safety, WebhookMessage, WorkEnd,
        WorkItem,
    },
    stream::{Loaded, load},
    use_cases::MemberProfile,
};

/// Waits between tries, seconds: ten tries over two and a half days.
const WAITS_SECONDS: [i64; 9] = [10, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 86_400];
/// How long what was told is kept for look-ups and replays, days.
const KEPT_DAYS: i64 = 90;
/// The name of the webhook's message.
const COMPLETED: &str = "campaign.completed";
/// The name of a test's message.
const TEST: &str = "test";
/// Version of the messages' shape.
const VERSION: u32 = 1;

/// What an announcement is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum About {
    /// A campaign completed.
    Completed {
        /// The event's place: figures are to have it.
        position: Position,
        /// When it did.
        at: DateTime<Utc>,
    },
    /// Somebody wants to see whether an endpoint works.
    TestWebhook {
        /// Which.
        endpoint: WebhookEndpointId,
        /// When they asked.
        at: DateTime<Utc>,
    },
    /// Somebody wants to see whether mail arrives.
    TestMail {
        /// Who.
        user: UserId,
        /// When they asked.
        at: DateTime<Utc>,
    },
    /// Somebody wants something sent again.
    Replay {
        /// What.
        notification: NotificationId,
    },
}

/// One notification to be sent.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    notification: NotificationId,
}

/// Finds out who is told, and plans to tell them.
pub(super) async fn announce(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let about: About =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let outlets = &organization.state().outlets;
    let notifications = match about {
        About::Completed { position, at } => match item.campaign {
            Some(campaign) => completed(ports, context, item.cause, outlets, campaign, position, at).await?,
            None => vec![],
        },
        About::TestWebhook { endpoint, at } => {
            let body = message(item.cause, TEST, at, context, json!({}));
            vec![
                of(
                    context,
                    item.cause,
                    NotificationTarget::Webhook(endpoint),
                    NotificationSubject::Test,
                    at,
                )
                .saying(body),
            ]
        }
        About::TestMail { user, at } => {
            let target = NotificationTarget::Member(user);
            let test = of(context, item.cause, target, NotificationSubject::Test, at);
            if ports.mailer.is_some() {
                vec![test]
            } else {
                vec![]
            }
        }
        About::Replay { notification } => return replay(ports, context, item, notification).await,
    };
    let work = notifications.iter().map(|n| send_work(item, n, "")).collect();
    ports.notifications.open(notifications).await?;
    ports.queue.plan(work, ports.clock.now()).await?;
    Ok(WorkEnd::Done)
}

/// Everybody who is told that a campaign completed.
async fn completed(
    ports: &Ports,
    context: &CommandContext,
    cause: EventId,
    outlets: &Outlets,
    campaign: CampaignId,
    position: Position,
    at: DateTime<Utc>,
) -> Result<Vec<Notification>, CommandError> {
    let subject = NotificationSubject::CampaignCompleted(campaign);
    let about = |target| {
        let notification = of(context, cause, target, subject, at);
        Notification {
            position,
            ..notification
        }
    };
    let mut told = Vec::new();
    if !outlets.webhooks.is_empty() {
        let figures = ports
            .digests
            .figures(context.organization, campaign, position)
            .await?;
        if let Some(figures) = figures {
            let body = message(cause, COMPLETED, at, context, figures);
            let endpoints = outlets.webhooks.keys();
            told.extend(endpoints.map(|id| about(NotificationTarget::Webhook(*id)).saying(body.clone())));
        }
    }
    if ports.mailer.is_some() {
        let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
        let owner = loaded.state().owner.filter(|owner| outlets.mails_owner(*owner));
        told.extend(owner.map(|owner| about(NotificationTarget::Member(owner))));
        let others = outlets.recipients.keys();
        told.extend(others.map(|id| about(NotificationTarget::Recipient(*id))));
    }
    Ok(told)
}

/// A notification; its id follows from the event and from who is told, so that planning it twice is planning it once.
fn of(
    context: &CommandContext,
    cause: EventId,
    target: NotificationTarget,
    subject: NotificationSubject,
    at: DateTime<Utc>,
) -> Notification {
    let (kind, id) = match target {
        NotificationTarget::Webhook(id) => (0_u8, id.as_uuid()),
        NotificationTarget::Member(id) => (1, id.as_uuid()),
        NotificationTarget::Recipient(id) => (2, id.as_uuid()),
    };
    let mut name = vec![kind];
    name.extend_from_slice(id.as_bytes());
    Notification {
        id: NotificationId::derived(cause.as_uuid(), &name),
        organization: context.organization,
        target,
        subject,
        cause,
        body: None,
        position: Position::START,
        created_at: at,
    }
}

impl Notification {
    fn saying(self, body: String) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }
}

/// The body of a webhook.
fn message(
    event: EventId,
    kind: &str,
    at: DateTime<Utc>,
    context: &CommandContext,
    told: serde_json::Value,
) -> String {
    json!({
        "type": kind,
        "version": VERSION,
        "event_id": event,
        "timestamp": at,
        "organization_id": context.organization,
        "data": told,
    })
    .to_string()
}

/// The work of sending a notification; `again` tells a replay from the first time.
fn send_work(item: &WorkItem, notification: &Notification, again: &str) -> PlannedWork {
    let kind = match notification.target {
        NotificationTarget::Webhook(_) => Kind::Webhook,
        NotificationTarget::Member(_) | NotificationTarget::Recipient(_) => Kind::Mail,
    };
    let request = Request {
        notification: notification.id,
    };
    PlannedWork {
        organization: notification.organization,
        campaign: item.campaign,
        kind: kind.as_str(),
        dedup_key: format!("{}{again}", notification.id),
        cause: item.cause,
        request: serde_json::to_string(&request).unwrap_or_else(|_| "{}".to_owned()),
        // Taken twice is told twice, under one id.
        safety: Safety::Idempotent,
        not_before: notification.created_at,
    }
}

async fn replay(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
    id: NotificationId,
) -> Result<WorkEnd, CommandError> {
    let log = &ports.notifications;
    if log.reopen(context.organization, id, item.cause).await?
        && let Some(record) = log.find(context.organization, id).await?
    {
        let again = format!(":{}", item.cause);
        let work = send_work(item, &record.notification, &again);
        ports.queue.plan(vec![work], ports.clock.now()).await?;
    }
    Ok(WorkEnd::Done)
}

/// Sends one notification once, and notes what came of it.
pub(super) async fn send(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let request: Request =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let found = ports
        .notifications
        .find(context.organization, request.notification)
        .await?;
    let Some(record) = found.filter(|record| record.state == NotificationState::Pending) else {
        return Ok(WorkEnd::Done);
    };
    let taken = match tell(ports, context, &record).await {
        Err(CommandError::Port(error)) if error.kind == crate::ports::PortErrorKind::Permanent => {
            Err(NotTaken {
                status: None,
                reason: error.message,
                is_final: true,
            })
        }
        other => other?,
    };
    let now = ports.clock.now();
    let (outcome, end) = match taken {
        Ok(status) => (delivered(status), WorkEnd::Done),
        Err(not) => after(not, item, now),
    };
    ports
        .notifications
        .tried(context.organization, request.notification, outcome, now)
        .await?;
    Ok(end)
}

/// It is tried again where that helps and as long as there are tries.
fn after(not: NotTaken, item: &WorkItem, now: DateTime<Utc>) -> (NotificationTry, WorkEnd) {
    let error = not.reason.clone();
    let wait = wait_after(item.attempt).filter(|_| !not.is_final);
    if let Some(wait) = wait {
        let not_before = now + wait;
        let noted = failed(not, NotificationState::Pending, Some(not_before));
        return (noted, WorkEnd::Retry { not_before, error });
    }
    tracing::warn!(work.id = %item.id, "a notification is given up: {error}");
    let noted = failed(not, NotificationState::Dead, None);
    (noted, WorkEnd::Failed { error })
}

/// Work that was given up before anybody was called: it stays to be seen and replayed.
pub(super) async fn give_up(ports: &Ports, item: &WorkItem, error: &str) -> Result<(), CommandError> {
    let request: Request =
        serde_json::from_str(&item.request).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let not = NotTaken {
        status: None,
        reason: error.to_owned(),
        is_final: true,
    };
    let (log, now) = (&ports.notifications, ports.clock.now());
    let outcome = failed(not, NotificationState::Dead, None);
    Ok(log
        .tried(item.organization, request.notification, outcome, now)
        .await?)
}

/// How long to wait after so many tries; nothing after the last.
fn wait_after(tries: u32) -> Option<Duration> {
    let place = usize::try_from(tries).ok()?.checked_sub(1)?;
    WAITS_SECONDS
        .get(place)
        .map(|seconds| Duration::seconds(*seconds))
}

const fn delivered(status: u16) -> NotificationTry {
    NotificationTry {
        state: NotificationState::Delivered,
        status: Some(status),
        error: None,
        next_try_at: None,
    }
}

fn failed(not: NotTaken, state: NotificationState, next_try_at: Option<DateTime<Utc>>) -> NotificationTry {
    NotificationTry {
        state,
        status: not.status,
        error: Some(not.reason),
        next_try_at,
    }
}

/// What keeps it from being sent now and later: trying again would not help.
fn never(reason: &str) -> Result<u16, NotTaken> {
    Err(NotTaken {
        status: None,
        reason: reason.to_owned(),
        is_final: true,
    })
}

/// Posts it to an endpoint, signed with every secret that signs now. What signs no more is forgotten.
async fn post(
    ports: &Ports,
    context: &CommandContext,
    outlets: &Outlets,
    notification: &Notification,
    id: WebhookEndpointId,
) -> Result<Result<u16, NotTaken>, CommandError> {
    let endpoint = ports.webhook_endpoints.find(context.organization, id).await?;
    // Removed is removed, whatever was planned before.
    let Some((webhook, endpoint)) = outlets.webhooks.get(&id).zip(endpoint) else {
        return Ok(never("the endpoint was removed"));
    };
    let now = ports.clock.now();
    let ended = webhook.ended(now);
    let ended: Vec<_> = ended.filter(|id| endpoint.secrets.contains_key(id)).collect();
    if !ended.is_empty() {
        let endpoints = &ports.webhook_endpoints;
        endpoints.forget_secrets(context.organization, id, &ended).await?;
    }
    let message = WebhookMessage {
        url: &endpoint.url,
        secrets: webhook
            .signing(now)
            .filter_map(|id| endpoint.secrets.get(&id))
            .collect(),
        id: notification.id,
        sent_at: now,
        body: notification.body.as_deref().unwrap_or("{}"),
    };
    Ok(ports.webhooks.send(&message).await)
}

async fn tell(
    ports: &Ports,
    context: &CommandContext,
    record: &NotificationRecord,
) -> Result<Result<u16, NotTaken>, CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let outlets = &organization.state().outlets;
    let notification = &record.notification;
    match notification.target {
        NotificationTarget::Webhook(id) => post(ports, context, outlets, notification, id).await,
        NotificationTarget::Member(user) => {
            let profile = organization.state().members.get(&user).map(|m| &m.profile);
            let Some(profile) = profile else {
                return Ok(never("the person is not a member any more"));
            };
            let Some(profile) = opened(
                ports
                    .keys
                    .open_for_organization(context.organization, profile)
                    .await,
            )?
            else {
                return Ok(never("the person's address can't be read"));
            };
            let profile: Result<MemberProfile, _> = serde_json::from_str(&profile);
            match profile {
                Ok(profile) => mail(ports, context, notification, profile.email).await,
                Err(_) => Ok(never("the person's address can't be read")),
            }
        }
        NotificationTarget::Recipient(id) => {
            let Some(address) = outlets.recipients.get(&id) else {
                return Ok(never("the recipient was removed"));
            };
            match opened(
                ports
                    .keys
                    .open_for_organization(context.organization, address)
                    .await,
            )? {
                Some(address) => mail(ports, context, notification, address).await,
                None => Ok(never("the recipient's address can't be read")),
            }
        }
    }
}

fn opened(opened: Result<String, OpenError>) -> Result<Option<String>, CommandError> {
    match opened {
        Ok(text) => Ok(Some(text)),
        Err(OpenError::Erased | OpenError::Damaged) => Ok(None),
        Err(OpenError::Port(error)) => Err(error.into()),
    }
}

async fn mail(
    ports: &Ports,
    context: &CommandContext,
    notification: &Notification,
    to: String,
) -> Result<Result<u16, NotTaken>, CommandError> {
    let Some(mailer) = &ports.mailer else {
        return Ok(never("no mail server is configured"));
    };
    let mail = match notification.subject {
        NotificationSubject::Test => Some(test_mail()),
        NotificationSubject::CampaignCompleted(campaign) => {
            let sight = sight(ports, context, notification.target, campaign).await?;
            let (organization, position) = (context.organization, notification.position);
            let digest = ports
                .digests
                .mail(ports, organization, &sight, campaign, position);
            digest.await?
        }
    };
    let Some(digest) = mail else {
        return Ok(never("there is no digest of the campaign"));
    };
    Ok(mailer
        .send(Mail {
            id: notification.id,
            sent_at: ports.clock.now(),
            to: SecretString::from(to),
            subject: digest.subject,
            text: digest.text,
            html: digest.html,
            attachment: digest.pdf,
        })
        .await)
}

fn test_mail() -> DigestMail {
    let text = "This is a test: digests of your campaigns arrive like this, with the document attached.";
    DigestMail {
        subject: "voicedrop: mail arrives".to_owned(),
        text: text.to_owned(),
        html: format!("<p>{text}</p>"),
        pdf: None,
    }
}

/// How far whoever is told sees: a digest compares the campaign with others of its kind, and must not tell of those that are not theirs.
/// Whom an admin has told by name gets what an admin sees.
async fn sight(
    ports: &Ports,
    context: &CommandContext,
    target: NotificationTarget,
    campaign: CampaignId,
) -> Result<Sight, CommandError> {
    let NotificationTarget::Member(user) = target else {
        return Ok(Sight::Everything);
    };
    let loaded: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
    let own = || Sight::Own { user, teams: vec![] };
    let principal = access::principal(ports, context.organization, user).await?;
    let (Some(principal), Some(resource)) = (principal, Resource::of_campaign(loaded.state())) else {
        return Ok(own());
    };
    Ok(authorize(&principal, Action::Read, resource).map_or_else(|_| own(), |permit| permit.sees()))
}

/// Deletes what was told long ago.
pub(super) async fn forget(ports: &Ports) -> Result<u64, CommandError> {
    let before = ports.clock.now() - Duration::days(KEPT_DAYS);
    Ok(ports.notifications.forget_before(before).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_ever_further_apart_and_end() {
        let waits: Vec<_> = (1..).map_while(wait_after).collect();
        assert_eq!(waits.len(), WAITS_SECONDS.len());
        assert!(waits.is_sorted());
        assert_eq!(wait_after(0), None);
        let whole = waits.iter().fold(Duration::zero(), |sum, wait| sum + *wait);
        assert!(whole > Duration::days(2) && whole < Duration::days(3), "{whole}");
    }
}
