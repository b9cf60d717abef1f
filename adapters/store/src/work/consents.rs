//! Consents that are being asked for: found by a hash, used up by being found, gone when they expire.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{Consents, KeyRing, OpenError, PendingConsent, PortError, PortErrorKind};
use database::{DatabaseError, Row, Sql, Statement, int, text};
use domain::Sealed;
use secrecy::{ExposeSecret, SecretString};

use super::fault::{instant, micros, unreachable};
use crate::key_ring::StoredKeys;

const CONSENT: &str = "state_hash, organization_id, user_id, source, verifier, created_at, expires_at";

/// The register in the database.
#[derive(Debug)]
pub struct ConsentStore {
    sql: Sql,
    keys: Arc<StoredKeys>,
}

impl ConsentStore {
    pub(super) const fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        Self { sql, keys }
    }
}

/// The consent with its verifier still sealed.
fn consent(row: &Row) -> Result<(PendingConsent, Sealed), DatabaseError> {
    let sealed = Sealed::from_ciphertext(row.text(4)?.to_owned());
    let consent = PendingConsent {
        state_hash: row.text(0)?.to_owned(),
        organization: row.parsed(1)?,
        user: row.parsed(2)?,
        source: row.parsed(3)?,
        verifier: SecretString::default(),
        created_at: instant(row.int(5)?)?,
        expires_at: instant(row.int(6)?)?,
    };
    Ok((consent, sealed))
}

#[async_trait]
impl Consents for ConsentStore {
    async fn begin(&self, consent: PendingConsent, most: u32) -> Result<(), PortError> {
        let verifier = consent.verifier.expose_secret();
        let sealed = self
            .keys
            .seal_for_organization(consent.organization, verifier)
            .await?;
        let user = consent.user.to_string();
        let expired = Statement::new(
            "DELETE FROM consents WHERE expires_at <= $1",
            vec![int(micros(consent.created_at))],
        );
        let older = Statement::new(
            "DELETE FROM consents WHERE user_id = $1 AND state_hash NOT IN
               (SELECT state_hash FROM consents WHERE user_id = $2 ORDER BY created_at DESC, state_hash LIMIT $3)",
            vec![
                text(user.clone()),
                text(user.clone()),
                int(i64::from(most.saturating_sub(1))),
            ],
        );
        let new = Statement::new(
            format!("INSERT INTO consents ({CONSENT}) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
            vec![
                text(consent.state_hash),
                text(consent.organization.to_string()),
                text(user),
                text(consent.source.as_str()),
                text(sealed.ciphertext()),
                int(micros(consent.created_at)),
                int(micros(consent.expires_at)),
            ],
        );
        let begun = self.sql.transaction(vec![expired, older, new]).await;
        begun.map(drop).map_err(unreachable)
    }

    async fn take(&self, state_hash: &str, now: DateTime<Utc>) -> Result<Option<PendingConsent>, PortError> {
        let sql =
            format!("DELETE FROM consents WHERE state_hash = $1 AND expires_at > $2 RETURNING {CONSENT}");
        let row = self
            .sql
            .query_opt(&sql, vec![text(state_hash), int(micros(now))])
            .await;
        let Some(row) = row.map_err(unreachable)? else {
            return Ok(None);
        };
        let (consent, sealed) = consent(&row).map_err(unreachable)?;
        let opened = self
            .keys
            .open_for_organization(consent.organization, &sealed)
            .await;
        let verifier = opened.map_err(|error| match error {
            OpenError::Port(error) => error,
            OpenError::Erased | OpenError::Damaged => {
                PortError::new(PortErrorKind::Permanent, "a consent can't be read; connect again")
            }
        })?;
        Ok(Some(PendingConsent {
            verifier: SecretString::from(verifier),
            ..consent
        }))
    }
}
