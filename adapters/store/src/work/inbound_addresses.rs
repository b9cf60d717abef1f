//! The register of addresses that other programs push contacts to; hashes only.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{InboundAddress, InboundAddresses, PortError};
use database::{DatabaseError, Row, Sql, int, opt_int, opt_text, text};
use domain::{InboundAddressId, OrganizationId};

use super::fault::{instant, micros, opt_instant, unreachable};

/// An address's last use is noted at most so often (microseconds): a write per push would serve nobody.
const LAST_USED_STEP: i64 = 60_000_000;

/// Most addresses that are listed.
const LISTED_MAX: i64 = 1_000;

const ADDRESS: &str = "id, organization_id, user_id, campaign_id, source, created_at, last_used_at";

/// The register in the database.
#[derive(Debug)]
pub struct InboundAddressStore {
    sql: Sql,
}

impl InboundAddressStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }
}

fn address(row: &Row) -> Result<InboundAddress, DatabaseError> {
    Ok(InboundAddress {
        id: row.parsed(0)?,
        organization: row.parsed(1)?,
        user: row.parsed(2)?,
        campaign: row.opt_parsed(3)?,
        source: row.parsed(4)?,
        created_at: instant(row.int(5)?)?,
        last_used_at: opt_instant(row.opt_int(6)?)?,
    })
}

#[async_trait]
impl InboundAddresses for InboundAddressStore {
    async fn add(&self, token_hash: &str, address: InboundAddress, most: u32) -> Result<bool, PortError> {
        let sql = format!(
            "INSERT INTO inbound_addresses ({ADDRESS}, token_hash)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8
             WHERE (SELECT count(*) FROM inbound_addresses WHERE organization_id = $9) < $10"
        );
        let organization = address.organization.to_string();
        let parameters = vec![
            text(address.id.to_string()),
            text(organization.clone()),
            text(address.user.to_string()),
            opt_text(address.campaign.map(|id| id.to_string())),
            text(address.source.as_str()),
            int(micros(address.created_at)),
            opt_int(address.last_used_at.map(micros)),
            text(token_hash),
            text(organization),
            int(i64::from(most)),
        ];
        let added = self.sql.execute(&sql, parameters).await;
        added.map(|rows| rows > 0).map_err(unreachable)
    }

    async fn find(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<InboundAddress>, PortError> {
        let sql = format!("SELECT {ADDRESS} FROM inbound_addresses WHERE token_hash = $1");
        let row = self.sql.query_opt(&sql, vec![text(token_hash)]).await;
        let row = row.map_err(unreachable)?;
        let Some(found) = row.map(|row| address(&row).map_err(unreachable)).transpose()? else {
            return Ok(None);
        };
        let noted = found.last_used_at.map_or(i64::MIN, micros);
        if noted < micros(now).saturating_sub(LAST_USED_STEP) {
            let note = "UPDATE inbound_addresses SET last_used_at = $2 WHERE id = $1";
            let parameters = vec![text(found.id.to_string()), int(micros(now))];
            self.sql.execute(note, parameters).await.map_err(unreachable)?;
        }
        Ok(Some(found))
    }

    async fn of_organization(&self, organization: OrganizationId) -> Result<Vec<InboundAddress>, PortError> {
        let sql = format!(
            "SELECT {ADDRESS} FROM inbound_addresses WHERE organization_id = $1 ORDER BY created_at, id LIMIT $2"
        );
        let parameters = vec![text(organization.to_string()), int(LISTED_MAX)];
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        rows.iter().map(|row| address(row).map_err(unreachable)).collect()
    }

    async fn remove(&self, organization: OrganizationId, id: InboundAddressId) -> Result<bool, PortError> {
        let sql = "DELETE FROM inbound_addresses WHERE organization_id = $1 AND id = $2";
        let parameters = vec![text(organization.to_string()), text(id.to_string())];
        let removed = self.sql.execute(sql, parameters).await;
        removed.map(|rows| rows > 0).map_err(unreachable)
    }
}
