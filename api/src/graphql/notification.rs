//! What was told to whom about campaigns, and telling it again. For admins.

use async_graphql::{
    Context, Enum, ID, Object, SimpleObject,
    connection::{Connection, Edge},
};
use chrono::{DateTime, Utc};
use commands::{
    authorization::Action,
    ports::{self, NotificationPlace, NotificationRecord, NotificationSubject, NotificationTarget},
    use_cases,
};
use domain::NotificationId;

use super::{
    context::caller,
    error::{Problem, outcome},
    node_id::NodeKind,
    paging::{PAGE_DEFAULT, PAGE_MAX, cost},
    scalars::Position,
};

/// Where a notification stands.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
#[graphql(remote = "ports::NotificationState")]
pub enum NotificationState {
    /// It is to be sent, for the first time or again.
    Pending,
    /// It was taken.
    Delivered,
    /// It is given up; it can be replayed.
    Dead,
}

/// How somebody is told.
#[derive(Debug, Enum, Copy, Clone, Eq, PartialEq)]
pub enum NotificationChannel {
    /// A signed message to another program.
    Webhook,
    /// E-mail.
    Mail,
}

/// Something that was told, or is to be.
#[derive(Debug, SimpleObject)]
pub struct Notification {
    id: ID,
    channel: NotificationChannel,
    /// The endpoint, the member or the recipient.
    target_id: ID,
    /// The campaign that it is about; nothing for a test.
    campaign_id: Option<ID>,
    state: NotificationState,
    /// How often it was tried, replays included.
    tries: u32,
    /// Status of the last answer: of HTTP, or of SMTP.
    status: Option<u16>,
    /// Why the last try failed.
    error: Option<String>,
    created_at: DateTime<Utc>,
    tried_at: Option<DateTime<Utc>>,
    next_try_at: Option<DateTime<Utc>>,
}

impl From<NotificationRecord> for Notification {
    fn from(record: NotificationRecord) -> Self {
        let n = record.notification;
        let (channel, target_id) = match n.target {
            NotificationTarget::Webhook(id) => (NotificationChannel::Webhook, id.global()),
            NotificationTarget::Member(id) => (NotificationChannel::Mail, id.global()),
            NotificationTarget::Recipient(id) => (NotificationChannel::Mail, id.global()),
        };
        let campaign = match n.subject {
            NotificationSubject::CampaignCompleted(id) => Some(id.global()),
            NotificationSubject::Test => None,
        };
        Self {
            id: n.id.global(),
            channel,
            target_id,
            campaign_id: campaign,
            state: record.state.into(),
            tries: record.tries,
            status: record.status,
            error: record.error,
            created_at: n.created_at,
            tried_at: record.tried_at,
            next_try_at: record.next_try_at,
        }
    }
}

/// A notification is sent again.
#[derive(Debug, SimpleObject)]
pub struct NotificationReplayed {
    notification_id: ID,
    position: Position,
}

outcome! {
    /// The replay, or why not.
    ReplayOutcome = NotificationReplayed;
}

/// Questions about what was told.
#[derive(Debug, Default)]
pub struct NotificationQuery;

#[Object]
impl NotificationQuery {
    /// What was told to whom, newest first; what is older than 90 days is forgotten. For admins.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        state: Option<NotificationState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, Notification>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let limit = limit(first)?;
        let after = after.as_deref().map(place).transpose()?;
        let log = &caller.state.ports.notifications;
        let state = state.map(ports::NotificationState::from);
        // One more than the page has tells whether there is more.
        let found = log.list(permit.organization(), state, after, limit + 1);
        let mut found = found.await.map_err(commands::CommandError::from)?;
        let mut page = Connection::new(after.is_some(), found.len() > limit);
        found.truncate(limit);
        page.edges.extend(found.into_iter().map(|record| {
            let n = &record.notification;
            let cursor = format!("{}~{}", n.created_at.timestamp_micros(), n.id);
            Edge::new(cursor, record.into())
        }));
        Ok(page)
    }
}

fn limit(first: Option<i32>) -> Result<usize, Problem> {
    let limit = match first {
        None => Some(PAGE_DEFAULT),
        Some(first) => u32::try_from(first).ok().filter(|n| (1..=PAGE_MAX).contains(n)),
    };
    let limit = limit.ok_or_else(|| Problem::new("INVALID_PAGE", "first must be 1 to 200"))?;
    Ok(limit as usize)
}

fn place(cursor: &str) -> Result<NotificationPlace, Problem> {
    let read = || {
        let (micros, id) = cursor.split_once('~')?;
        let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some((at, id.parse::<NotificationId>().ok()?))
    };
    read().ok_or_else(|| projections::queries::InvalidCursor.into())
}

/// What can be done about what was told.
#[derive(Debug, Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Sends a notification again under its own id, whatever came of it. For admins.
    async fn replay_notification(&self, ctx: &Context<'_>, id: ID) -> Result<ReplayOutcome, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let replayed = async {
            let id = NotificationId::parse(&id)?;
            let context = caller.command(&permit);
            let position = use_cases::replay_notification(&caller.state.ports, &context, id).await?;
            Ok(NotificationReplayed {
                notification_id: id.global(),
                position: caller.reached(position).await?,
            })
        };
        ReplayOutcome::of(replayed.await)
    }
}
