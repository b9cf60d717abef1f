//! Audio that was bought once. A claim is a row; who inserts it buys, everybody else waits or takes the finished clip.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{AudioCache, Clip, ClipClaim, OldClip, PortError};
use database::{Column, DatabaseError, Row, Sql, int, opt_text, text};
use domain::{MicroDollars, OrganizationId};

use super::fault::{bounded, micros, unreachable};

/// The first to come inserts.
const CLAIM: &str = "INSERT INTO audio_clips (organization_id, content_hash, state, claimed_at)
     VALUES ($1, $2, 'rendering', $3) ON CONFLICT (organization_id, content_hash) DO NOTHING";

/// A claim in doubt or of a dead owner is taken over, once; a finished clip never is. What may have been bought since when is kept.
const TAKE_OVER: &str = "UPDATE audio_clips SET lost_since = coalesce(lost_since, claimed_at), claimed_at = $3, in_doubt = 0
     WHERE organization_id = $1 AND content_hash = $2 AND state = 'rendering' AND (in_doubt = 1 OR claimed_at < $4)
     RETURNING lost_since";

const READY: &str =
    "SELECT storage_key, sha256, media_type, duration_ms, characters, cost_micros, provider_id, owed_by
     FROM audio_clips WHERE organization_id = $1 AND content_hash = $2 AND state = 'done'";

const COMPLETE: &str = "INSERT INTO audio_clips (organization_id, content_hash, state, claimed_at, storage_key, sha256,
       media_type, duration_ms, characters, cost_micros, provider_id, owed_by)
     VALUES ($1, $2, 'done', 0, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (organization_id, content_hash) DO UPDATE SET state = 'done', storage_key = excluded.storage_key,
       sha256 = excluded.sha256, media_type = excluded.media_type, duration_ms = excluded.duration_ms,
       characters = excluded.characters, cost_micros = excluded.cost_micros, provider_id = excluded.provider_id,
       owed_by = excluded.owed_by
       WHERE audio_clips.state = 'rendering'";

const SETTLE: &str = "UPDATE audio_clips SET owed_by = NULL FROM {rows}
     WHERE audio_clips.organization_id = r.organization_id AND audio_clips.content_hash = r.content_hash
       AND audio_clips.owed_by IS NOT NULL";

const BOUGHT_BEFORE: &str = "SELECT content_hash, storage_key, sha256 FROM audio_clips
     WHERE organization_id = $1 AND state = 'done' AND claimed_at < $2 AND content_hash > $3
     ORDER BY content_hash LIMIT $4";

/// The cache in the database.
#[derive(Debug)]
pub struct AudioStore {
    sql: Sql,
}

impl AudioStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }
}

fn clip(row: &Row) -> Result<Clip, DatabaseError> {
    Ok(Clip {
        storage_key: row.text(0)?.to_owned(),
        sha256: row.text(1)?.to_owned(),
        media_type: row.text(2)?.to_owned(),
        duration_ms: row.count(3)?,
        characters: row.count(4)?,
        cost: MicroDollars::from_micros(row.int(5)?),
        provider_id: row.text(6)?.to_owned(),
        owed_by: row.opt_parsed(7)?,
    })
}

#[async_trait]
impl AudioCache for AudioStore {
    async fn claim(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        now: DateTime<Utc>,
        stale_before: DateTime<Utc>,
    ) -> Result<ClipClaim, PortError> {
        let key = vec![text(organization.to_string()), text(content_hash)];
        // Most claims hit: look before writing.
        let ready = self
            .sql
            .query_opt(READY, key.clone())
            .await
            .map_err(unreachable)?;
        if let Some(row) = ready {
            return clip(&row).map(ClipClaim::Ready).map_err(unreachable);
        }
        let mut parameters = key.clone();
        parameters.push(int(micros(now)));
        if self
            .sql
            .execute(CLAIM, parameters.clone())
            .await
            .map_err(unreachable)?
            > 0
        {
            return Ok(ClipClaim::Claimed { lost_since: None });
        }
        parameters.push(int(micros(stale_before)));
        let taken_over = self
            .sql
            .query_opt(TAKE_OVER, parameters)
            .await
            .map_err(unreachable)?;
        if let Some(row) = taken_over {
            let since = row.int(0).map_err(unreachable)?;
            return Ok(ClipClaim::Claimed {
                lost_since: DateTime::from_timestamp_micros(since),
            });
        }
        match self.sql.query_opt(READY, key).await.map_err(unreachable)? {
            Some(row) => clip(&row).map(ClipClaim::Ready).map_err(unreachable),
            None => Ok(ClipClaim::InProgress),
        }
    }

    async fn complete(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        clip: Clip,
    ) -> Result<(), PortError> {
        let parameters = vec![
            text(organization.to_string()),
            text(content_hash),
            text(clip.storage_key),
            text(clip.sha256),
            text(clip.media_type),
            int(bounded(clip.duration_ms)),
            int(bounded(clip.characters)),
            int(clip.cost.micros()),
            text(clip.provider_id),
            opt_text(clip.owed_by.map(|script| script.to_string())),
        ];
        self.sql
            .execute(COMPLETE, parameters)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn settle(
        &self,
        organization: OrganizationId,
        content_hashes: Vec<String>,
    ) -> Result<(), PortError> {
        let columns = [Column::text("organization_id"), Column::text("content_hash")];
        let rows = content_hashes
            .into_iter()
            .map(|hash| vec![text(organization.to_string()), text(hash)])
            .collect();
        let settled = self.sql.execute_with_rows(SETTLE, &columns, rows).await;
        settled.map(drop).map_err(unreachable)
    }

    async fn doubt(&self, organization: OrganizationId, content_hash: &str) -> Result<(), PortError> {
        self.sql
            .execute(
                "UPDATE audio_clips SET in_doubt = 1
                 WHERE organization_id = $1 AND content_hash = $2 AND state = 'rendering'",
                vec![text(organization.to_string()), text(content_hash)],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn forget(
        &self,
        organization: OrganizationId,
        content_hash: &str,
        storage_key: &str,
    ) -> Result<(), PortError> {
        self.sql
            .execute(
                "DELETE FROM audio_clips
                 WHERE organization_id = $1 AND content_hash = $2 AND state = 'done' AND storage_key = $3",
                vec![
                    text(organization.to_string()),
                    text(content_hash),
                    text(storage_key),
                ],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn bought_before(
        &self,
        organization: OrganizationId,
        before: DateTime<Utc>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OldClip>, PortError> {
        let parameters = vec![
            text(organization.to_string()),
            int(micros(before)),
            text(after),
            int(i64::from(limit)),
        ];
        let rows = self
            .sql
            .query(BOUGHT_BEFORE, parameters)
            .await
            .map_err(unreachable)?;
        let clips = rows.iter().map(|row| {
            Ok(OldClip {
                content_hash: row.text(0)?.to_owned(),
                storage_key: row.text(1)?.to_owned(),
                sha256: row.text(2)?.to_owned(),
            })
        });
        clips.collect::<Result<_, DatabaseError>>().map_err(unreachable)
    }

    async fn abandon(&self, organization: OrganizationId, content_hash: &str) -> Result<(), PortError> {
        self.sql
            .execute(
                "DELETE FROM audio_clips WHERE organization_id = $1 AND content_hash = $2 AND state = 'rendering'",
                vec![text(organization.to_string()), text(content_hash)],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn carrier_media(
        &self,
        organization: OrganizationId,
        sha256: &str,
    ) -> Result<Option<String>, PortError> {
        let row = self
            .sql
            .query_opt(
                "SELECT media_id FROM carrier_media WHERE organization_id = $1 AND sha256 = $2",
                vec![text(organization.to_string()), text(sha256)],
            )
            .await
            .map_err(unreachable)?;
        row.map(|row| row.text(0).map(str::to_owned).map_err(unreachable))
            .transpose()
    }

    async fn set_carrier_media(
        &self,
        organization: OrganizationId,
        sha256: &str,
        media_id: &str,
    ) -> Result<(), PortError> {
        self.sql
            .execute(
                "INSERT INTO carrier_media (organization_id, sha256, media_id) VALUES ($1, $2, $3)
                 ON CONFLICT (organization_id, sha256) DO UPDATE SET media_id = excluded.media_id",
                vec![text(organization.to_string()), text(sha256), text(media_id)],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }
}
