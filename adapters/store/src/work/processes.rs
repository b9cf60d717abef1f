//! Checkpoints of the process managers. A step is one transaction: the checkpoint moves, work is planned, and settled
//! scripts are counted, so that a crash can neither skip an event nor count one twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{PortError, ProcessState, ProcessStep};
use database::{Column, DatabaseError, Row, Sql, Transaction, int, text};
use domain::{CampaignId, OrganizationId, Position, ScriptId};

use super::{
    Outbox,
    fault::{bounded, micros, unreachable},
    outbox::plan_within,
};

/// Most campaigns that [`ProcessState::unclosed`] answers.
const UNCLOSED_MAX: i64 = 1_000;

type OpenCampaign = (OrganizationId, CampaignId);

/// Checkpoints and counts in the database.
#[derive(Debug)]
pub struct ProcessStore {
    sql: Sql,
    queue: Arc<Outbox>,
}

impl ProcessStore {
    pub(super) const fn new(sql: Sql, queue: Arc<Outbox>) -> Self {
        Self { sql, queue }
    }

    async fn step(
        &self,
        name: &str,
        from: Position,
        to: Position,
        step: ProcessStep,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<OpenCampaign>>, DatabaseError> {
        let mut tx = self.sql.begin().await?;
        if !move_checkpoint(&mut tx, name, from, to, now).await? {
            tx.rollback().await?;
            return Ok(None);
        }
        plan_within(&mut tx, step.plan, now).await?;
        let mut touched = BTreeSet::new();
        for (organization, campaign, total) in step.opened {
            open(&mut tx, organization, campaign, total).await?;
            touched.insert(campaign);
        }
        let mut settled: BTreeMap<CampaignId, BTreeSet<ScriptId>> = BTreeMap::new();
        for (campaign, script) in step.settled {
            settled.entry(campaign).or_default().insert(script);
        }
        for (campaign, scripts) in settled {
            settle(&mut tx, campaign, scripts).await?;
            touched.insert(campaign);
        }
        let mut complete = Vec::new();
        for campaign in touched {
            complete.extend(completed(&mut tx, campaign).await?);
        }
        tx.commit().await?;
        Ok(Some(complete))
    }
}

async fn move_checkpoint(
    tx: &mut Transaction,
    name: &str,
    from: Position,
    to: Position,
    now: DateTime<Utc>,
) -> Result<bool, DatabaseError> {
    tx.execute(
        "INSERT INTO process_checkpoints (name, position, updated_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
        vec![text(name), int(micros(now))],
    )
    .await?;
    let moved = tx
        .execute(
            "UPDATE process_checkpoints SET position = $3, updated_at = $4 WHERE name = $1 AND position = $2",
            vec![
                text(name),
                int(bounded(from.number())),
                int(bounded(to.number())),
                int(micros(now)),
            ],
        )
        .await?;
    Ok(moved == 1)
}

async fn open(
    tx: &mut Transaction,
    organization: OrganizationId,
    campaign: CampaignId,
    total: u64,
) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO process_campaigns (campaign_id, organization_id, total) VALUES ($1, $2, $3)
         ON CONFLICT (campaign_id) DO UPDATE SET organization_id = excluded.organization_id,
           total = excluded.total",
        vec![
            text(campaign.to_string()),
            text(organization.to_string()),
            int(bounded(total)),
        ],
    )
    .await?;
    Ok(())
}

async fn settle(
    tx: &mut Transaction,
    campaign: CampaignId,
    scripts: BTreeSet<ScriptId>,
) -> Result<(), DatabaseError> {
    let id = campaign.to_string();
    let rows = scripts
        .into_iter()
        .map(|script| vec![text(id.as_str()), text(script.to_string())])
        .collect();
    let columns = [Column::text("campaign_id"), Column::text("script_id")];
    let new = tx.bulk_insert_ignore("process_settled", &columns, rows).await?;
    tx.execute(
        "INSERT INTO process_campaigns (campaign_id, settled) VALUES ($1, $2)
         ON CONFLICT (campaign_id) DO UPDATE SET settled = process_campaigns.settled + excluded.settled",
        vec![text(id), int(bounded(new))],
    )
    .await?;
    Ok(())
}

async fn completed(
    tx: &mut Transaction,
    campaign: CampaignId,
) -> Result<Option<OpenCampaign>, DatabaseError> {
    let rows = tx
        .query(
            "SELECT organization_id, campaign_id FROM process_campaigns
             WHERE campaign_id = $1 AND settled >= total AND closed = 0",
            vec![text(campaign.to_string())],
        )
        .await?;
    rows.first().map(open_campaign).transpose()
}

fn open_campaign(row: &Row) -> Result<OpenCampaign, DatabaseError> {
    Ok((row.parsed(0)?, row.parsed(1)?))
}

#[async_trait]
impl ProcessState for ProcessStore {
    async fn checkpoint(&self, name: &str) -> Result<Position, PortError> {
        let row = self
            .sql
            .query_opt(
                "SELECT position FROM process_checkpoints WHERE name = $1",
                vec![text(name)],
            )
            .await
            .map_err(unreachable)?;
        row.map_or(Ok(Position::START), |row| row.count(0).map(Position::new))
            .map_err(unreachable)
    }

    async fn advance(
        &self,
        name: &str,
        from: Position,
        to: Position,
        step: ProcessStep,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<OpenCampaign>>, PortError> {
        let plans = !step.plan.is_empty();
        let complete = self.step(name, from, to, step, now).await.map_err(unreachable)?;
        if plans && complete.is_some() {
            self.queue.wake();
        }
        Ok(complete)
    }

    async fn unclosed(&self) -> Result<Vec<OpenCampaign>, PortError> {
        let rows = self
            .sql
            .query(
                "SELECT organization_id, campaign_id FROM process_campaigns WHERE closed = 0 AND settled >= total
                 ORDER BY campaign_id LIMIT $1",
                vec![int(UNCLOSED_MAX)],
            )
            .await
            .map_err(unreachable)?;
        rows.iter()
            .map(|row| open_campaign(row).map_err(unreachable))
            .collect()
    }

    async fn submitted(&self, organization: OrganizationId) -> Result<Vec<CampaignId>, PortError> {
        let rows = self
            .sql
            .query(
                "SELECT campaign_id FROM process_campaigns WHERE closed = 0 AND organization_id = $1 ORDER BY campaign_id",
                vec![text(organization.to_string())],
            )
            .await
            .map_err(unreachable)?;
        rows.iter()
            .map(|row| row.parsed(0).map_err(unreachable))
            .collect()
    }

    async fn close(&self, campaign: CampaignId) -> Result<(), PortError> {
        self.sql
            .execute(
                "UPDATE process_campaigns SET closed = 1 WHERE campaign_id = $1",
                vec![text(campaign.to_string())],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }
}
