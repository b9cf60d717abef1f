//! The register of endpoints of other programs. Address and secrets are sealed under the organization's key together with the endpoint's id,
//! so that an envelope that was put into another row is refused.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use commands::ports::{KeyRing, OpenError, PortError, PortErrorKind, WebhookEndpoint, WebhookEndpoints};
use database::{Sql, int, text};
use domain::{OrganizationId, Sealed, WebhookEndpointId, WebhookSecretId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::fault::{instant, micros, unreachable};
use crate::key_ring::StoredKeys;

/// Times that a change of secrets is tried while others change them, too.
const CHANGES_MAX: usize = 5;

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
    /// The first secret; empty once it has ended.
    secret: String,
    /// Those that came after it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    later: BTreeMap<WebhookSecretId, String>,
}

impl Secrets {
    fn add(&mut self, id: WebhookSecretId, secret: String) {
        if id == WebhookSecretId::first_of(self.endpoint) {
            self.secret = secret;
        } else {
            self.later.entry(id).or_insert(secret);
        }
    }

    fn forget(&mut self, id: WebhookSecretId) {
        if id == WebhookSecretId::first_of(self.endpoint) {
            self.secret.clear();
        }
        self.later.remove(&id);
    }

    fn all(self) -> BTreeMap<WebhookSecretId, SecretString> {
        let first = (WebhookSecretId::first_of(self.endpoint), self.secret);
        let first = (!first.1.is_empty()).then_some(first);
        let all = self.later.into_iter().chain(first);
        all.map(|(id, secret)| (id, SecretString::from(secret))).collect()
    }
}

/// What lies in the database, and what it says.
struct Found {
    sealed: Sealed,
    secrets: Secrets,
    added_at: i64,
}

impl WebhookEndpointStore {
    pub(super) const fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        Self { sql, keys }
    }

    async fn seal(&self, organization: OrganizationId, secrets: &Secrets) -> Result<Sealed, PortError> {
        let clear = serde_json::to_string(secrets).map_err(|_| damaged())?;
        self.keys.seal_for_organization(organization, &clear).await
    }

    async fn look_up(
        &self,
        organization: OrganizationId,
        id: WebhookEndpointId,
    ) -> Result<Option<Found>, PortError> {
        let sql = "SELECT sealed, added_at FROM webhook_endpoints WHERE organization_id = $1 AND id = $2";
        let parameters = vec![text(organization.to_string()), text(id.to_string())];
        let row = self.sql.query_opt(sql, parameters).await.map_err(unreachable)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let sealed = Sealed::from_ciphertext(row.text(0).map_err(unreachable)?.to_owned());
        let added_at = row.int(1).map_err(unreachable)?;
        let clear = match self.keys.open_for_organization(organization, &sealed).await {
            Ok(clear) => clear,
            Err(OpenError::Port(error)) => return Err(error),
            Err(OpenError::Erased | OpenError::Damaged) => return Err(damaged()),
        };
        let secrets: Secrets = serde_json::from_str(&clear).map_err(|_| damaged())?;
        if secrets.endpoint != id {
            return Err(damaged());
        }
        Ok(Some(Found {
            sealed,
            secrets,
            added_at,
        }))
    }

    /// Changes what an endpoint's envelope says; again when somebody else was faster, so that no change of theirs is lost.
    async fn change(
        &self,
        organization: OrganizationId,
        id: WebhookEndpointId,
        change: impl Fn(&mut Secrets) + Send + Sync,
    ) -> Result<(), PortError> {
        let sql =
            "UPDATE webhook_endpoints SET sealed = $1 WHERE organization_id = $2 AND id = $3 AND sealed = $4";
        for _ in 0..CHANGES_MAX {
            let Some(mut found) = self.look_up(organization, id).await? else {
                return Ok(());
            };
            change(&mut found.secrets);
            let sealed = self.seal(organization, &found.secrets).await?;
            let parameters = vec![
                text(sealed.ciphertext()),
                text(organization.to_string()),
                text(id.to_string()),
                text(found.sealed.ciphertext()),
            ];
            if self.sql.execute(sql, parameters).await.map_err(unreachable)? > 0 {
                return Ok(());
            }
        }
        Err(PortError::new(
            PortErrorKind::Retryable,
            "others change the secrets of the webhook at the same time; try again",
        ))
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
        let mut secrets = Secrets {
            endpoint: endpoint.id,
            url: endpoint.url.expose_secret().to_owned(),
            secret: String::new(),
            later: BTreeMap::new(),
        };
        for (id, secret) in endpoint.secrets {
            secrets.add(id, secret.expose_secret().to_owned());
        }
        let sealed = self.seal(endpoint.organization, &secrets).await?;
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
        let Some(found) = self.look_up(organization, id).await? else {
            return Ok(None);
        };
        Ok(Some(WebhookEndpoint {
            id,
            organization,
            url: SecretString::from(found.secrets.url.clone()),
            secrets: found.secrets.all(),
            added_at: instant(found.added_at).map_err(unreachable)?,
        }))
    }

    async fn add_secret(
        &self,
        organization: OrganizationId,
        endpoint: WebhookEndpointId,
        id: WebhookSecretId,
        secret: SecretString,
    ) -> Result<(), PortError> {
        let add = |secrets: &mut Secrets| secrets.add(id, secret.expose_secret().to_owned());
        self.change(organization, endpoint, add).await
    }

    async fn forget_secrets(
        &self,
        organization: OrganizationId,
        endpoint: WebhookEndpointId,
        ids: &[WebhookSecretId],
    ) -> Result<(), PortError> {
        if ids.is_empty() {
            return Ok(());
        }
        let forget = |secrets: &mut Secrets| ids.iter().for_each(|id| secrets.forget(*id));
        self.change(organization, endpoint, forget).await
    }

    async fn remove(&self, organization: OrganizationId, id: WebhookEndpointId) -> Result<(), PortError> {
        let sql = "DELETE FROM webhook_endpoints WHERE organization_id = $1 AND id = $2";
        let parameters = vec![text(organization.to_string()), text(id.to_string())];
        let removed = self.sql.execute(sql, parameters).await;
        removed.map(drop).map_err(unreachable)
    }
}
