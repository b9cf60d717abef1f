//! The register of connected accounts. Secrets are sealed under the organization's key together with the connection's id, so that
//! an envelope that was put into another row is refused.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{Connection, Connections, KeyRing, OpenError, PortError, PortErrorKind, SourceTokens};
use database::{DatabaseError, Row, Sql, int, opt_text, text};
use domain::{ConnectionId, OrganizationId, Sealed, UserId};
use projections::Cell;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::fault::{instant, micros, unreachable};
use crate::key_ring::StoredKeys;

/// Most connections of a user that are listed.
const LISTED_MAX: i64 = 100;

const CONNECTION: &str = "id, organization_id, user_id, source, connected_at, broken, sync_cursor";

/// The register in the database.
#[derive(Debug)]
pub struct ConnectionStore {
    sql: Sql,
    keys: Arc<StoredKeys>,
}

/// Secrets in the clear, on their way into an envelope or out of one.
#[derive(Serialize, Deserialize)]
struct Secrets {
    connection: ConnectionId,
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

impl ConnectionStore {
    pub(super) const fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        Self { sql, keys }
    }

    async fn seal(
        &self,
        organization: OrganizationId,
        connection: ConnectionId,
        tokens: &SourceTokens,
    ) -> Result<Cell, PortError> {
        let secrets = Secrets {
            connection,
            access: tokens.access.expose_secret().to_owned(),
            refresh: tokens.refresh.as_ref().map(|t| t.expose_secret().to_owned()),
            expires_at: tokens.expires_at,
            account: tokens.account.clone(),
        };
        let clear = serde_json::to_string(&secrets).map_err(|_| damaged())?;
        let sealed = self.keys.seal_for_organization(organization, &clear).await?;
        Ok(text(sealed.ciphertext()))
    }

    async fn change(&self, sql: &str, parameters: Vec<Cell>) -> Result<(), PortError> {
        let changed = self.sql.execute(sql, parameters).await;
        changed.map(drop).map_err(unreachable)
    }
}

fn damaged() -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        "the secrets of a connected account can't be read; connect the account again",
    )
}

fn connection(row: &Row) -> Result<Connection, DatabaseError> {
    Ok(Connection {
        id: row.parsed(0)?,
        organization: row.parsed(1)?,
        user: row.parsed(2)?,
        source: row.parsed(3)?,
        connected_at: instant(row.int(4)?)?,
        broken: row.opt_text(5)?.map(str::to_owned),
        sync_cursor: row.opt_text(6)?.map(str::to_owned),
    })
}

/// A connection by its organization and id, as every statement has them first.
fn named(organization: OrganizationId, id: ConnectionId) -> Vec<Cell> {
    vec![text(organization.to_string()), text(id.to_string())]
}

#[async_trait]
impl Connections for ConnectionStore {
    async fn save(&self, connection: Connection, tokens: SourceTokens) -> Result<(), PortError> {
        let sealed = self.seal(connection.organization, connection.id, &tokens).await?;
        // One of another organization keeps what it has.
        let sql = format!(
            "INSERT INTO connections ({CONNECTION}, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, source = excluded.source,
               connected_at = excluded.connected_at, broken = excluded.broken,
               sync_cursor = excluded.sync_cursor, sealed = excluded.sealed
             WHERE connections.organization_id = excluded.organization_id"
        );
        let parameters = vec![
            text(connection.id.to_string()),
            text(connection.organization.to_string()),
            text(connection.user.to_string()),
            text(connection.source.as_str()),
            int(micros(connection.connected_at)),
            opt_text(connection.broken),
            opt_text(connection.sync_cursor),
            sealed,
        ];
        self.change(&sql, parameters).await
    }

    async fn find(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, PortError> {
        let sql = format!("SELECT {CONNECTION} FROM connections WHERE organization_id = $1 AND id = $2");
        let row = self.sql.query_opt(&sql, named(organization, id)).await;
        let row = row.map_err(unreachable)?;
        row.map(|row| connection(&row).map_err(unreachable)).transpose()
    }

    async fn of_user(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Vec<Connection>, PortError> {
        let sql = format!(
            "SELECT {CONNECTION} FROM connections WHERE organization_id = $1 AND user_id = $2
             ORDER BY connected_at, id LIMIT $3"
        );
        let parameters = vec![
            text(organization.to_string()),
            text(user.to_string()),
            int(LISTED_MAX),
        ];
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        rows.iter()
            .map(|row| connection(row).map_err(unreachable))
            .collect()
    }

    async fn tokens(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<SourceTokens>, PortError> {
        let sql = "SELECT sealed FROM connections WHERE organization_id = $1 AND id = $2";
        let row = self.sql.query_opt(sql, named(organization, id)).await;
        let Some(row) = row.map_err(unreachable)? else {
            return Ok(None);
        };
        let sealed = Sealed::from_ciphertext(row.text(0).map_err(unreachable)?.to_owned());
        let clear = match self.keys.open_for_organization(organization, &sealed).await {
            Ok(clear) => clear,
            Err(OpenError::Port(error)) => return Err(error),
            Err(OpenError::Erased | OpenError::Damaged) => return Err(damaged()),
        };
        let secrets: Secrets = serde_json::from_str(&clear).map_err(|_| damaged())?;
        if secrets.connection != id {
            return Err(damaged());
        }
        Ok(Some(SourceTokens {
            access: SecretString::from(secrets.access),
            refresh: secrets.refresh.map(SecretString::from),
            expires_at: secrets.expires_at,
            account: secrets.account,
        }))
    }

    async fn renew(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        tokens: SourceTokens,
    ) -> Result<(), PortError> {
        let mut parameters = named(organization, id);
        parameters.push(self.seal(organization, id, &tokens).await?);
        let sql = "UPDATE connections SET sealed = $3 WHERE organization_id = $1 AND id = $2";
        self.change(sql, parameters).await
    }

    async fn mark_broken(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        reason: &str,
    ) -> Result<(), PortError> {
        let mut parameters = named(organization, id);
        parameters.push(text(reason));
        let sql = "UPDATE connections SET broken = $3 WHERE organization_id = $1 AND id = $2";
        self.change(sql, parameters).await
    }

    async fn set_sync_cursor(
        &self,
        organization: OrganizationId,
        id: ConnectionId,
        cursor: Option<String>,
    ) -> Result<(), PortError> {
        let mut parameters = named(organization, id);
        parameters.push(opt_text(cursor));
        let sql = "UPDATE connections SET sync_cursor = $3 WHERE organization_id = $1 AND id = $2";
        self.change(sql, parameters).await
    }

    async fn remove(&self, organization: OrganizationId, id: ConnectionId) -> Result<(), PortError> {
        let sql = "DELETE FROM connections WHERE organization_id = $1 AND id = $2";
        self.change(sql, named(organization, id)).await
    }
}
