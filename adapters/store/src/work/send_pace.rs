//! Places in time. A row a campaign is locked while a place is given, so that processes give none twice.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{Pace, PortError, SendPace};
use database::{DatabaseError, Sql, Transaction, int, text};
use domain::{CampaignId, ScriptId};

use super::fault::{instant, micros, unreachable};

/// How long a place may go by before it is given up: a worker comes a little late.
const KEPT_SECONDS: i64 = 120;

/// Locks the campaign's row, and makes it the first time.
const LOCK: &str = "INSERT INTO send_paces (campaign_id, last_at) VALUES ($1, NULL)
     ON CONFLICT (campaign_id) DO UPDATE SET last_at = send_paces.last_at RETURNING last_at";

const TAKE: &str = "INSERT INTO send_places (script_id, campaign_id, at) VALUES ($1, $2, $3)
     ON CONFLICT (script_id) DO UPDATE SET at = excluded.at";

/// The places in the database.
#[derive(Debug)]
pub struct PaceStore {
    sql: Sql,
}

impl PaceStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }
}

/// The place that a script has, if it still counts.
async fn taken(
    tx: &mut Transaction,
    script: ScriptId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DatabaseError> {
    let rows = tx
        .query(
            "SELECT at FROM send_places WHERE script_id = $1",
            vec![text(script.to_string())],
        )
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let at = instant(row.int(0)?)?;
    Ok((now - at <= Duration::seconds(KEPT_SECONDS)).then_some(at))
}

/// When the place was taken after which a day must go by; nothing when fewer are.
async fn day_before(
    tx: &mut Transaction,
    campaign: CampaignId,
    script: ScriptId,
    per_day: u32,
) -> Result<Option<DateTime<Utc>>, DatabaseError> {
    let rows = tx
        .query(
            "SELECT at FROM send_places WHERE campaign_id = $1 AND script_id <> $2 ORDER BY at DESC LIMIT 1 OFFSET $3",
            vec![
                text(campaign.to_string()),
                text(script.to_string()),
                int(i64::from(per_day.max(1)) - 1),
            ],
        )
        .await?;
    rows.first().map(|row| instant(row.int(0)?)).transpose()
}

async fn give(
    tx: &mut Transaction,
    campaign: CampaignId,
    script: ScriptId,
    pace: Pace,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, DatabaseError> {
    let last = tx.query(LOCK, vec![text(campaign.to_string())]).await?;
    if let Some(at) = taken(tx, script, now).await? {
        return Ok(at);
    }
    let last = last.first().map(|row| row.opt_int(0)).transpose()?.flatten();
    let mut at = now;
    if let Some(last) = last {
        at = at.max(instant(last)? + pace.spacing);
    }
    if let Some(per_day) = pace.per_day
        && let Some(before) = day_before(tx, campaign, script, per_day).await?
    {
        at = at.max(before + Duration::days(1));
    }
    let place = vec![
        text(script.to_string()),
        text(campaign.to_string()),
        int(micros(at)),
    ];
    tx.execute(TAKE, place).await?;
    tx.execute(
        "UPDATE send_paces SET last_at = $2 WHERE campaign_id = $1",
        vec![text(campaign.to_string()), int(micros(at))],
    )
    .await?;
    Ok(at)
}

#[async_trait]
impl SendPace for PaceStore {
    async fn place(
        &self,
        campaign: CampaignId,
        script: ScriptId,
        pace: Pace,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, PortError> {
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        let at = give(&mut tx, campaign, script, pace, now)
            .await
            .map_err(unreachable)?;
        tx.commit().await.map_err(unreachable)?;
        Ok(at)
    }

    async fn taken(
        &self,
        campaign: CampaignId,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DateTime<Utc>>, PortError> {
        let parameters = vec![
            text(campaign.to_string()),
            int(micros(after)),
            int(micros(until)),
            int(i64::from(limit)),
        ];
        let rows = self
            .sql
            .query(
                "SELECT at FROM send_places WHERE campaign_id = $1 AND at > $2 AND at <= $3 ORDER BY at DESC LIMIT $4",
                parameters,
            )
            .await
            .map_err(unreachable)?;
        let mut places = Vec::with_capacity(rows.len());
        for row in rows.iter().rev() {
            places.push(row.int(0).and_then(instant).map_err(unreachable)?);
        }
        Ok(places)
    }
}
