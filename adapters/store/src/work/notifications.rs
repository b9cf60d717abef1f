//! What was told to whom, and what came of it.

use std::fmt::Write as _;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{
    Notification, NotificationLog, NotificationPlace, NotificationRecord, NotificationState,
    NotificationSubject, NotificationTarget, NotificationTry, PortError,
};
use database::{Column, DatabaseError, Row, Sql, int, opt_int, opt_text, text};
use domain::{EventId, NotificationId, OrganizationId, Position};
use projections::Cell;

use super::fault::{bounded, instant, micros, opt_instant, unreachable};

/// Most that are listed at once.
const LISTED_MAX: usize = 500;

const NOTIFICATION: &str = "id, organization_id, target, target_id, campaign_id, cause_event, position, body, created_at, \
     state, tries, status, error, tried_at, next_try_at";

const OPENED: &[Column] = &[
    Column::text("id"),
    Column::text("organization_id"),
    Column::text("target"),
    Column::text("target_id"),
    Column::text("campaign_id"),
    Column::text("cause_event"),
    Column::int("position"),
    Column::text("body"),
    Column::text("state"),
    Column::int("created_at"),
];

/// The log in the database.
#[derive(Debug)]
pub struct NotificationStore {
    sql: Sql,
}

impl NotificationStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }
}

fn opened(n: Notification) -> Vec<Cell> {
    let (target, target_id) = match n.target {
        NotificationTarget::Webhook(id) => ("webhook", id.to_string()),
        NotificationTarget::Member(id) => ("member", id.to_string()),
        NotificationTarget::Recipient(id) => ("recipient", id.to_string()),
    };
    let campaign = match n.subject {
        NotificationSubject::CampaignCompleted(id) => Some(id.to_string()),
        NotificationSubject::Test => None,
    };
    vec![
        text(n.id.to_string()),
        text(n.organization.to_string()),
        text(target),
        text(target_id),
        opt_text(campaign),
        text(n.cause.to_string()),
        int(bounded(n.position.number())),
        opt_text(n.body),
        text(NotificationState::Pending.as_str()),
        int(micros(n.created_at)),
    ]
}

fn record(row: &Row) -> Result<NotificationRecord, DatabaseError> {
    let unknown = || DatabaseError::invalid("a stored notification is of a kind that is not known");
    let target = match row.text(2)? {
        "webhook" => NotificationTarget::Webhook(row.parsed(3)?),
        "member" => NotificationTarget::Member(row.parsed(3)?),
        "recipient" => NotificationTarget::Recipient(row.parsed(3)?),
        _ => return Err(unknown()),
    };
    let subject = row.opt_parsed(4)?;
    let state = row.text(9)?;
    let state = NotificationState::ALL.into_iter().find(|s| s.as_str() == state);
    Ok(NotificationRecord {
        notification: Notification {
            id: row.parsed(0)?,
            organization: row.parsed(1)?,
            target,
            subject: subject.map_or(NotificationSubject::Test, NotificationSubject::CampaignCompleted),
            cause: row.parsed(5)?,
            position: Position::new(row.count(6)?),
            body: row.opt_text(7)?.map(str::to_owned),
            created_at: instant(row.int(8)?)?,
        },
        state: state.ok_or_else(unknown)?,
        tries: u32::try_from(row.count(10)?).unwrap_or(u32::MAX),
        status: row.opt_int(11)?.and_then(|status| u16::try_from(status).ok()),
        error: row.opt_text(12)?.map(str::to_owned),
        tried_at: opt_instant(row.opt_int(13)?)?,
        next_try_at: opt_instant(row.opt_int(14)?)?,
    })
}

fn named(organization: OrganizationId, id: NotificationId) -> Vec<Cell> {
    vec![text(organization.to_string()), text(id.to_string())]
}

#[async_trait]
impl NotificationLog for NotificationStore {
    async fn open(&self, notifications: Vec<Notification>) -> Result<(), PortError> {
        let rows = notifications.into_iter().map(opened).collect();
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        let inserted = tx.bulk_insert_ignore("notifications", OPENED, rows).await;
        inserted.map_err(unreachable)?;
        tx.commit().await.map_err(unreachable)
    }

    async fn find(
        &self,
        organization: OrganizationId,
        id: NotificationId,
    ) -> Result<Option<NotificationRecord>, PortError> {
        let sql = format!("SELECT {NOTIFICATION} FROM notifications WHERE organization_id = $1 AND id = $2");
        let row = self.sql.query_opt(&sql, named(organization, id)).await;
        let row = row.map_err(unreachable)?;
        row.map(|row| record(&row).map_err(unreachable)).transpose()
    }

    async fn reopen(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        because_of: EventId,
    ) -> Result<bool, PortError> {
        let mut parameters = named(organization, id);
        parameters.extend([
            text(because_of.to_string()),
            text(NotificationState::Pending.as_str()),
        ]);
        let sql = "UPDATE notifications SET state = $4, replay_event = $3, next_try_at = NULL
             WHERE organization_id = $1 AND id = $2 AND (replay_event IS NULL OR replay_event <> $3)";
        let changed = self.sql.execute(sql, parameters).await.map_err(unreachable)?;
        Ok(changed > 0 || self.find(organization, id).await?.is_some())
    }

    async fn tried(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        outcome: NotificationTry,
        now: DateTime<Utc>,
    ) -> Result<(), PortError> {
        let mut parameters = named(organization, id);
        parameters.extend([
            text(outcome.state.as_str()),
            opt_int(outcome.status.map(i64::from)),
            opt_text(outcome.error),
            opt_int(outcome.next_try_at.map(micros)),
            int(micros(now)),
        ]);
        let sql =
            "UPDATE notifications SET state = $3, status = $4, error = $5, next_try_at = $6, tried_at = $7,
               tries = tries + 1
             WHERE organization_id = $1 AND id = $2";
        let noted = self.sql.execute(sql, parameters).await;
        noted.map(drop).map_err(unreachable)
    }

    async fn list(
        &self,
        organization: OrganizationId,
        state: Option<NotificationState>,
        after: Option<NotificationPlace>,
        limit: usize,
    ) -> Result<Vec<NotificationRecord>, PortError> {
        let limit = bounded(limit.min(LISTED_MAX) as u64);
        let mut parameters = vec![text(organization.to_string()), int(limit)];
        let mut conditions = String::new();
        if let Some((at, id)) = after {
            parameters.extend([int(micros(at)), text(id.to_string())]);
            conditions.push_str(" AND (created_at, id) < ($3, $4)");
        }
        if let Some(state) = state {
            parameters.push(text(state.as_str()));
            // Writing to a String does not fail.
            let _ = write!(conditions, " AND state = ${}", parameters.len());
        }
        let sql = format!(
            "SELECT {NOTIFICATION} FROM notifications WHERE organization_id = $1{conditions}
             ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        rows.iter().map(|row| record(row).map_err(unreachable)).collect()
    }

    async fn forget_before(&self, before: DateTime<Utc>) -> Result<u64, PortError> {
        let sql = "DELETE FROM notifications WHERE state <> 'pending' AND created_at < $1";
        let deleted = self.sql.execute(sql, vec![int(micros(before))]).await;
        deleted.map_err(unreachable)
    }
}
