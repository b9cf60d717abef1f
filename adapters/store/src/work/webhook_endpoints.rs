//! The register of endpoints of other programs. Address and secret are sealed under the organization's key together with the endpoint's id,
//! so that an envelope that was put into another row is refused.

use std::sync::Arc;

use async_trait::async_trait;
use commands::ports::{KeyRing, OpenError, PortError, PortErrorKind, WebhookEndpoint, WebhookEndpoints};
use database::{Sql, int, text};
use domain::{OrganizationId, Sealed, WebhookEndpointId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::fault::{instant, micros, unreachable};
use crate::key_ring::StoredKeys;

/// The register in the database.
#[derive(Debug)]
pub struct WebhookEndpointStore {
    sql: Sql,
    keys: Arc<StoredKeys>,
}

/// Secrets in the clear, on their way into an envelope or out of one.
#[derive(Serialize, Deserialize)]
struct Secrets {
    endpoint: WebhookEndpointId,
    url: String,
    secret: String,
}

impl WebhookEndpointStore {
    pub(super) const fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        Self { sql, keys }
    }
}

fn damaged() -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        "the address of a webhook can't be read; remove it and add it again",
    )
}

#[async_trait]
impl WebhookEndpoints for WebhookEndpointStore {
    async fn save(&self, endpoint: WebhookEndpoint) -> Result<(), PortError> {
        let secrets = Secrets {
            endpoint: endpoint.id,
            url: endpoint.url.expose_secret().to_owned(),
            secret: endpoint.secret.expose_secret().to_owned(),
        };
        let clear = serde_json::to_string(&secrets).map_err(|_| damaged())?;
        let sealed = self
            .keys
            .seal_for_organization(endpoint.organization, &clear)
            .await?;
        let sql = "INSERT INTO webhook_endpoints (id, organization_id, sealed, added_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let parameters = vec![
            text(endpoint.id.to_string()),
            text(endpoint.organization.to_string()),
            text(sealed.ciphertext()),
            int(micros(endpoint.added_at)),
        ];
        let saved = self.sql.execute(sql, parameters).await;
        saved.map(drop).map_err(unreachable)
    }

    async fn find(
        &self,
        organization: OrganizationId,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, PortError> {
        let sql = "SELECT sealed, added_at FROM webhook_endpoints WHERE organization_id = $1 AND id = $2";
        let parameters = vec![text(organization.to_string()), text(id.to_string())];
        let row = self.sql.query_opt(sql, parameters).await.map_err(unreachable)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let sealed = Sealed::from_ciphertext(row.text(0).map_err(unreachable)?.to_owned());
        let added_at = row.int(1).and_then(instant).map_err(unreachable)?;
        let clear = match self.keys.open_for_organization(organization, &sealed).await {
            Ok(clear) => clear,
            Err(OpenError::Port(error)) => return Err(error),
            Err(OpenError::Erased | OpenError::Damaged) => return Err(damaged()),
        };
        let secrets: Secrets = serde_json::from_str(&clear).map_err(|_| damaged())?;
        if secrets.endpoint != id {
            return Err(damaged());
        }
        Ok(Some(WebhookEndpoint {
            id,
            organization,
            url: SecretString::from(secrets.url),
            secret: SecretString::from(secrets.secret),
            added_at,
        }))
    }

    async fn remove(&self, organization: OrganizationId, id: WebhookEndpointId) -> Result<(), PortError> {
        let sql = "DELETE FROM webhook_endpoints WHERE organization_id = $1 AND id = $2";
        let parameters = vec![text(organization.to_string()), text(id.to_string())];
        let removed = self.sql.execute(sql, parameters).await;
        removed.map(drop).map_err(unreachable)
    }
}
