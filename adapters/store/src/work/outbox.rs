//! The outbox. A piece of work goes ready → leased → calling → done, failed or in doubt. Every write of a worker carries
//! the fence of its claim; one that comes with an old fence changes nothing.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{PlannedWork, PortError, Safety, WorkCounts, WorkEnd, WorkItem, WorkQueue};
use database::{Column, DatabaseError, Engine, Row, Sql, Transaction, int, opt_text, text};
use domain::{CampaignId, EventId, OrganizationId, derived_uuid};
use projections::Cell;
use tokio::sync::watch;
use uuid::Uuid;

use super::fault::{bounded, instant, micros, opt_instant, unreachable};

/// Most pieces that one claim gives.
pub const CLAIM_MAX: usize = 1_000;

const PLANNED: &[Column] = &[
    Column::text("id"),
    Column::text("organization_id"),
    Column::text("campaign_id"),
    Column::text("kind"),
    Column::text("dedup_key"),
    Column::text("cause_event"),
    Column::text("request"),
    Column::text("safety"),
    Column::text("state"),
    Column::int("not_before"),
    Column::int("created_at"),
    Column::int("updated_at"),
];

const CLAIM: &str = "WITH due AS (SELECT id FROM outbox WHERE state = 'ready' AND kind = $1 AND not_before <= $2
       ORDER BY not_before, id LIMIT $3 {lock})
     UPDATE outbox SET state = 'leased', owner = $4, fence = fence + 1, attempt = attempt + 1, lease_until = $5,
       updated_at = $2
     FROM due WHERE outbox.id = due.id
     RETURNING outbox.id, organization_id, campaign_id, kind, dedup_key, cause_event, request, attempt, fence,
       called_at, not_before";

const START_CALLING: &str =
    "UPDATE outbox SET state = 'calling', called_at = COALESCE(called_at, $4), updated_at = $4
     WHERE id = $1 AND owner = $2 AND fence = $3 AND state = 'leased' AND lease_until > $4";

const HEARTBEAT: &str = "UPDATE outbox SET lease_until = $4, updated_at = $5
     WHERE id = $1 AND owner = $2 AND fence = $3 AND state IN ('leased', 'calling')";

/// A late answer of the worker whose call fell into doubt still counts: nobody has claimed the piece since.
const FINISH: &str = "UPDATE outbox SET state = $4, error = $5, not_before = COALESCE($6, not_before),
       attempt = attempt - $7, called_at = CASE WHEN $9 = 1 THEN NULL ELSE called_at END, owner = NULL,
       lease_until = NULL, updated_at = $8
     WHERE id = $1 AND fence = $3 AND ((owner = $2 AND state IN ('leased', 'calling')) OR state = 'in_doubt')";

const UNRECORDED: &str = "SELECT id, organization_id, campaign_id, kind, dedup_key, cause_event, request, attempt, fence, called_at
     FROM outbox WHERE kind = $1 AND state = 'in_doubt' AND doubt_recorded_at IS NULL ORDER BY id LIMIT $2";

const TAKE_BACK: &str = "UPDATE outbox SET
       state = CASE WHEN state = 'leased' OR safety = 'idempotent' THEN 'ready' ELSE 'in_doubt' END,
       owner = NULL, lease_until = NULL, updated_at = $1
     WHERE state IN ('leased', 'calling')";

const MAKE_DUE: &str = "UPDATE outbox SET not_before = r.due_at, updated_at = r.due_at FROM {rows}
     WHERE outbox.organization_id = r.organization_id AND outbox.kind = r.kind AND outbox.dedup_key = r.dedup_key
       AND outbox.state = 'ready' AND outbox.not_before > r.due_at";

const DUE: &[Column] = &[
    Column::text("organization_id"),
    Column::text("kind"),
    Column::text("dedup_key"),
    Column::int("due_at"),
];

/// The queue in the database.
#[derive(Debug)]
pub struct Outbox {
    sql: Sql,
    wake: watch::Sender<u64>,
}

impl Outbox {
    pub(super) fn new(sql: Sql) -> Self {
        Self {
            sql,
            wake: watch::Sender::new(0),
        }
    }

    /// Tells the workers of this process to look.
    pub(super) fn wake(&self) {
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Withdraws every piece of a campaign that nobody has begun. Returns how many.
    pub async fn cancel(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, PortError> {
        self.sql
            .execute(
                "UPDATE outbox SET state = 'cancelled', updated_at = $4
                 WHERE organization_id = $1 AND campaign_id = $2 AND kind = $3 AND state = 'ready'",
                vec![
                    text(organization.to_string()),
                    text(campaign.to_string()),
                    text(kind),
                    int(micros(now)),
                ],
            )
            .await
            .map_err(unreachable)
    }

    /// Closes a doubt after a report, a look-up or an operator's decision. False: it is not in doubt (any more).
    pub async fn resolve_in_doubt(
        &self,
        organization: OrganizationId,
        kind: &str,
        dedup_key: &str,
        end: WorkEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let ended = Ended::of(end);
        let changed = self
            .sql
            .execute(
                "UPDATE outbox SET state = $4, error = $5, not_before = COALESCE($6, not_before), updated_at = $7
                 WHERE organization_id = $1 AND kind = $2 AND dedup_key = $3 AND state = 'in_doubt'",
                vec![
                    text(organization.to_string()),
                    text(kind),
                    text(dedup_key),
                    text(ended.state),
                    opt_text(ended.error),
                    ended.not_before.map_or(Cell::Null, |at| int(micros(at))),
                    int(micros(now)),
                ],
            )
            .await
            .map_err(unreachable)?;
        if changed > 0 {
            self.wake();
        }
        Ok(changed > 0)
    }

    /// Makes those due that have this in a column.
    async fn make_due(
        &self,
        column: &'static str,
        id: String,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, PortError> {
        let sql = format!(
            "UPDATE outbox SET not_before = $3, updated_at = $3
             WHERE {column} = $1 AND kind = $2 AND state = 'ready' AND not_before > $3"
        );
        let changed = self
            .sql
            .execute(&sql, vec![text(id), text(kind), int(micros(now))])
            .await
            .map_err(unreachable)?;
        if changed > 0 {
            self.wake();
        }
        Ok(changed)
    }

    async fn take_back(&self, sql: &str, now: DateTime<Utc>) -> Result<u64, PortError> {
        let changed = self
            .sql
            .execute(sql, vec![int(micros(now))])
            .await
            .map_err(unreachable)?;
        if changed > 0 {
            self.wake();
        }
        Ok(changed)
    }

    async fn fenced(&self, sql: &str, parameters: Vec<Cell>) -> Result<bool, PortError> {
        let changed = self.sql.execute(sql, parameters).await.map_err(unreachable)?;
        Ok(changed > 0)
    }
}

/// Plans work inside of somebody's transaction. Keys in order, so that two planners never wait for each other in a circle.
pub(super) async fn plan_within(
    tx: &mut Transaction,
    mut work: Vec<PlannedWork>,
    now: DateTime<Utc>,
) -> Result<u64, DatabaseError> {
    work.sort_by(|a, b| (a.organization, a.kind, &a.dedup_key).cmp(&(b.organization, b.kind, &b.dedup_key)));
    let rows = work.into_iter().map(|piece| planned(piece, now)).collect();
    tx.bulk_insert_ignore("outbox", PLANNED, rows).await
}

fn planned(piece: PlannedWork, now: DateTime<Utc>) -> Vec<Cell> {
    let identity = format!("{}\0{}\0{}", piece.organization, piece.kind, piece.dedup_key);
    let id = derived_uuid(piece.cause.as_uuid(), identity.as_bytes());
    vec![
        text(id.to_string()),
        text(piece.organization.to_string()),
        opt_text(piece.campaign.map(|id| id.to_string())),
        text(piece.kind),
        text(piece.dedup_key),
        text(piece.cause.to_string()),
        text(piece.request),
        text(match piece.safety {
            Safety::Idempotent => "idempotent",
            Safety::Queryable => "queryable",
            Safety::Unsafe => "unsafe",
        }),
        text("ready"),
        int(micros(piece.not_before)),
        int(micros(now)),
        int(micros(now)),
    ]
}

struct Ended {
    state: &'static str,
    error: Option<String>,
    not_before: Option<DateTime<Utc>>,
    attempt_back: i64,
    /// It certainly was not called.
    is_uncalled: bool,
}

impl Ended {
    fn of(end: WorkEnd) -> Self {
        let is_uncalled = matches!(end, WorkEnd::Retry { .. });
        let (state, error, not_before, attempt_back) = match end {
            WorkEnd::Done => ("done", None, None, 0),
            WorkEnd::Failed { error } => ("failed", Some(error), None, 0),
            WorkEnd::Retry { not_before, error } | WorkEnd::Again { not_before, error } => {
                ("ready", Some(error), Some(not_before), 0)
            }
            WorkEnd::Reschedule { not_before } => ("ready", None, Some(not_before), 1),
            WorkEnd::InDoubt { error } => ("in_doubt", Some(error), None, 0),
        };
        Self {
            state,
            error,
            not_before,
            attempt_back,
            is_uncalled,
        }
    }
}

/// `id`, `owner` and `fence` as `$1`, `$2` and `$3`.
fn claim_of(item: &WorkItem, owner: Uuid) -> Vec<Cell> {
    vec![
        text(item.id.to_string()),
        text(owner.to_string()),
        int(bounded(item.fence)),
    ]
}

fn item(row: &Row) -> Result<WorkItem, DatabaseError> {
    Ok(WorkItem {
        id: row.parsed(0)?,
        organization: row.parsed::<OrganizationId>(1)?,
        campaign: row.opt_parsed(2)?,
        kind: row.text(3)?.to_owned(),
        dedup_key: row.text(4)?.to_owned(),
        cause: row.parsed::<EventId>(5)?,
        request: row.text(6)?.to_owned(),
        attempt: u32::try_from(row.int(7)?.max(0)).unwrap_or(u32::MAX),
        fence: row.count(8)?,
        called_at: opt_instant(row.opt_int(9)?)?,
    })
}

#[async_trait]
impl WorkQueue for Outbox {
    async fn plan(&self, work: Vec<PlannedWork>, now: DateTime<Utc>) -> Result<(), PortError> {
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        plan_within(&mut tx, work, now).await.map_err(unreachable)?;
        tx.commit().await.map_err(unreachable)?;
        self.wake();
        Ok(())
    }

    async fn claim(
        &self,
        kind: &str,
        limit: usize,
        owner: Uuid,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<WorkItem>, PortError> {
        let sql = CLAIM.replace(
            "{lock}",
            match self.sql.engine() {
                Engine::Postgres => "FOR UPDATE SKIP LOCKED",
                Engine::Sqlite => "",
            },
        );
        let parameters = vec![
            text(kind),
            int(micros(now)),
            int(bounded(limit.min(CLAIM_MAX) as u64)),
            text(owner.to_string()),
            int(micros(now + lease)),
        ];
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.push((row.int(10).map_err(unreachable)?, item(row).map_err(unreachable)?));
        }
        // What an update returns has no order.
        items.sort_by_key(|(not_before, item)| (*not_before, item.id));
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    async fn start_calling(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let mut parameters = claim_of(item, owner);
        parameters.push(int(micros(now)));
        self.fenced(START_CALLING, parameters).await
    }

    async fn heartbeat(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<bool, PortError> {
        let mut parameters = claim_of(item, owner);
        parameters.extend([int(micros(now + lease)), int(micros(now))]);
        self.fenced(HEARTBEAT, parameters).await
    }

    async fn finish(
        &self,
        item: &WorkItem,
        owner: Uuid,
        now: DateTime<Utc>,
        end: WorkEnd,
    ) -> Result<bool, PortError> {
        let ended = Ended::of(end);
        let mut parameters = claim_of(item, owner);
        parameters.extend([
            text(ended.state),
            opt_text(ended.error),
            ended.not_before.map_or(Cell::Null, |at| int(micros(at))),
            int(ended.attempt_back),
            int(micros(now)),
            int(i64::from(ended.is_uncalled)),
        ]);
        let finished = self.fenced(FINISH, parameters).await?;
        if finished && ended.state == "ready" {
            self.wake();
        }
        Ok(finished)
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<u64, PortError> {
        self.take_back(&format!("{TAKE_BACK} AND lease_until <= $1"), now)
            .await
    }

    async fn unrecorded_doubts(&self, kind: &str, limit: usize) -> Result<Vec<WorkItem>, PortError> {
        let limit = int(bounded(limit.min(CLAIM_MAX) as u64));
        let rows = self.sql.query(UNRECORDED, vec![text(kind), limit]).await;
        let rows = rows.map_err(unreachable)?;
        rows.iter().map(|row| item(row).map_err(unreachable)).collect()
    }

    async fn doubt_is_recorded(&self, item: &WorkItem, now: DateTime<Utc>) -> Result<(), PortError> {
        let sql = "UPDATE outbox SET doubt_recorded_at = $2 WHERE id = $1 AND state = 'in_doubt'";
        let parameters = vec![text(item.id.to_string()), int(micros(now))];
        self.sql
            .execute(sql, parameters)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn take_over(&self, now: DateTime<Utc>) -> Result<u64, PortError> {
        self.take_back(TAKE_BACK, now).await
    }

    async fn counts(&self, kind: &str, campaign: Option<CampaignId>) -> Result<WorkCounts, PortError> {
        let mut parameters = vec![text(kind)];
        let mut of_campaign = "";
        if let Some(campaign) = campaign {
            parameters.push(text(campaign.to_string()));
            of_campaign = "AND campaign_id = $2";
        }
        let sql = format!("SELECT state, count(*) FROM outbox WHERE kind = $1 {of_campaign} GROUP BY state");
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        let mut counts = WorkCounts::default();
        for row in &rows {
            let count = row.count(1).map_err(unreachable)?;
            match row.text(0).map_err(unreachable)? {
                "ready" => counts.ready += count,
                "leased" | "calling" => counts.running += count,
                "in_doubt" => counts.in_doubt += count,
                "failed" => counts.failed += count,
                "done" => counts.done += count,
                _ => counts.cancelled += count,
            }
        }
        Ok(counts)
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, PortError> {
        let row = self
            .sql
            .query_opt("SELECT min(not_before) FROM outbox WHERE state = 'ready'", vec![])
            .await
            .map_err(unreachable)?;
        row.map_or(Ok(None), |row| row.opt_int(0))
            .and_then(|due| due.map(instant).transpose())
            .map_err(unreachable)
    }

    async fn hasten_those(
        &self,
        organization: OrganizationId,
        kind: &str,
        dedup_keys: &[String],
        now: DateTime<Utc>,
    ) -> Result<u64, PortError> {
        let rows = dedup_keys
            .iter()
            .map(|key| {
                vec![
                    text(organization.to_string()),
                    text(kind),
                    text(key.as_str()),
                    int(micros(now)),
                ]
            })
            .collect();
        let changed = self.sql.execute_with_rows(MAKE_DUE, DUE, rows).await;
        let changed = changed.map_err(unreachable)?;
        if changed > 0 {
            self.wake();
        }
        Ok(changed)
    }

    async fn hasten(&self, campaign: CampaignId, kind: &str, now: DateTime<Utc>) -> Result<u64, PortError> {
        self.make_due("campaign_id", campaign.to_string(), kind, now)
            .await
    }

    async fn hasten_all(
        &self,
        organization: OrganizationId,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, PortError> {
        self.make_due("organization_id", organization.to_string(), kind, now)
            .await
    }

    fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }
}
