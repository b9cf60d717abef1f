//! How people sign in: hashes, sealed addresses and keyed indexes only; nothing in these tables opens a door by itself.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{Accounts, ApiToken, PortError, Session};
use database::{DatabaseError, Row, Sql, Statement, int, opt_int, text};
use domain::{ApiTokenId, OrganizationId, Sealed, UserId};

use super::fault::{instant, micros, opt_instant, unreachable};

/// Most tokens of a user that are listed.
const TOKENS_LISTED_MAX: i64 = 200;

/// A token's last use is noted at most so often (microseconds): a write per request would serve nobody.
const LAST_USED_STEP: i64 = 60_000_000;

const TOKEN: &str =
    "id, user_id, organization_id, name, scope, created_at, last_used_at, expires_at, revoked_at";

/// The accounts in the database.
#[derive(Debug)]
pub struct AccountStore {
    sql: Sql,
}

impl AccountStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }

    async fn one(&self, sql: &str, parameters: Vec<projections::Cell>) -> Result<Option<Row>, PortError> {
        self.sql.query_opt(sql, parameters).await.map_err(unreachable)
    }

    async fn change(&self, sql: &str, parameters: Vec<projections::Cell>) -> Result<u64, PortError> {
        self.sql.execute(sql, parameters).await.map_err(unreachable)
    }
}

fn session(row: &Row) -> Result<Session, DatabaseError> {
    Ok(Session {
        user: row.parsed(0)?,
        organization: row.parsed(1)?,
        csrf: row.text(2)?.to_owned(),
        created_at: instant(row.int(3)?)?,
        expires_at: instant(row.int(4)?)?,
    })
}

fn token(row: &Row) -> Result<ApiToken, DatabaseError> {
    Ok(ApiToken {
        id: row.parsed(0)?,
        user: row.parsed(1)?,
        organization: row.parsed(2)?,
        name: row.text(3)?.to_owned(),
        scope: row.text(4)?.to_owned(),
        created_at: instant(row.int(5)?)?,
        last_used_at: opt_instant(row.opt_int(6)?)?,
        expires_at: opt_instant(row.opt_int(7)?)?,
        revoked_at: opt_instant(row.opt_int(8)?)?,
    })
}

#[async_trait]
impl Accounts for AccountStore {
    async fn set_password(&self, user: UserId, hash: &str, now: DateTime<Utc>) -> Result<(), PortError> {
        self.change(
            "INSERT INTO passwords (user_id, hash, updated_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at",
            vec![text(user.to_string()), text(hash), int(micros(now))],
        )
        .await
        .map(drop)
    }

    async fn password(&self, user: UserId) -> Result<Option<String>, PortError> {
        let row = self
            .one(
                "SELECT hash FROM passwords WHERE user_id = $1",
                vec![text(user.to_string())],
            )
            .await?;
        row.map(|row| row.text(0).map(str::to_owned).map_err(unreachable))
            .transpose()
    }

    async fn set_email(
        &self,
        organization: OrganizationId,
        user: UserId,
        index: &str,
        sealed: &Sealed,
    ) -> Result<bool, PortError> {
        let set = self
            .sql
            .execute(
                "INSERT INTO emails (user_id, organization_id, email_index, sealed) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id) DO UPDATE SET organization_id = excluded.organization_id,
                   email_index = excluded.email_index, sealed = excluded.sealed",
                vec![
                    text(user.to_string()),
                    text(organization.to_string()),
                    text(index),
                    text(sealed.ciphertext()),
                ],
            )
            .await;
        match set {
            Ok(_) => Ok(true),
            Err(error) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(unreachable(error)),
        }
    }

    async fn user_by_email(&self, index: &str) -> Result<Option<(OrganizationId, UserId)>, PortError> {
        let row = self
            .one(
                "SELECT organization_id, user_id FROM emails WHERE email_index = $1",
                vec![text(index)],
            )
            .await?;
        row.map(|row| {
            let found = row.parsed(0).and_then(|o| row.parsed(1).map(|u| (o, u)));
            found.map_err(unreachable)
        })
        .transpose()
    }

    async fn email(&self, user: UserId) -> Result<Option<Sealed>, PortError> {
        let row = self
            .one(
                "SELECT sealed FROM emails WHERE user_id = $1",
                vec![text(user.to_string())],
            )
            .await?;
        row.map(|row| {
            let sealed = row.text(0).map_err(unreachable)?;
            Ok(Sealed::from_ciphertext(sealed.to_owned()))
        })
        .transpose()
    }

    async fn open_session(&self, token_hash: &str, session: Session) -> Result<(), PortError> {
        self.change(
            "INSERT INTO sessions (token_hash, user_id, organization_id, csrf, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            vec![
                text(token_hash),
                text(session.user.to_string()),
                text(session.organization.to_string()),
                text(session.csrf),
                int(micros(session.created_at)),
                int(micros(session.expires_at)),
            ],
        )
        .await
        .map(drop)
    }

    async fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Session>, PortError> {
        let row = self
            .one(
                "SELECT user_id, organization_id, csrf, created_at, expires_at FROM sessions
                 WHERE token_hash = $1 AND expires_at > $2",
                vec![text(token_hash), int(micros(now))],
            )
            .await?;
        row.map(|row| session(&row).map_err(unreachable)).transpose()
    }

    async fn end_session(&self, token_hash: &str) -> Result<(), PortError> {
        self.change(
            "DELETE FROM sessions WHERE token_hash = $1",
            vec![text(token_hash)],
        )
        .await
        .map(drop)
    }

    async fn end_sessions(&self, user: UserId) -> Result<u64, PortError> {
        self.change(
            "DELETE FROM sessions WHERE user_id = $1",
            vec![text(user.to_string())],
        )
        .await
    }

    async fn add_token(&self, token_hash: &str, token: ApiToken) -> Result<(), PortError> {
        let sql = format!(
            "INSERT INTO api_tokens ({TOKEN}, token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        let parameters = vec![
            text(token.id.to_string()),
            text(token.user.to_string()),
            text(token.organization.to_string()),
            text(token.name),
            text(token.scope),
            int(micros(token.created_at)),
            opt_int(token.last_used_at.map(micros)),
            opt_int(token.expires_at.map(micros)),
            opt_int(token.revoked_at.map(micros)),
            text(token_hash),
        ];
        self.change(&sql, parameters).await.map(drop)
    }

    async fn token(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<ApiToken>, PortError> {
        let sql = format!(
            "SELECT {TOKEN} FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > $2)"
        );
        let row = self.one(&sql, vec![text(token_hash), int(micros(now))]).await?;
        let Some(found) = row.map(|row| token(&row).map_err(unreachable)).transpose()? else {
            return Ok(None);
        };
        let noted = found.last_used_at.map_or(i64::MIN, micros);
        if noted < micros(now).saturating_sub(LAST_USED_STEP) {
            self.change(
                "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1",
                vec![text(found.id.to_string()), int(micros(now))],
            )
            .await?;
        }
        Ok(Some(found))
    }

    async fn tokens(&self, organization: OrganizationId, user: UserId) -> Result<Vec<ApiToken>, PortError> {
        let sql = format!(
            "SELECT {TOKEN} FROM api_tokens WHERE organization_id = $1 AND user_id = $2
             ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let parameters = vec![
            text(organization.to_string()),
            text(user.to_string()),
            int(TOKENS_LISTED_MAX),
        ];
        let rows = self.sql.query(&sql, parameters).await.map_err(unreachable)?;
        rows.iter().map(|row| token(row).map_err(unreachable)).collect()
    }

    async fn revoke_token(
        &self,
        organization: OrganizationId,
        user: UserId,
        token: ApiTokenId,
        now: DateTime<Utc>,
    ) -> Result<bool, PortError> {
        let revoked = self
            .change(
                "UPDATE api_tokens SET revoked_at = $4
                 WHERE id = $1 AND organization_id = $2 AND user_id = $3 AND revoked_at IS NULL",
                vec![
                    text(token.to_string()),
                    text(organization.to_string()),
                    text(user.to_string()),
                    int(micros(now)),
                ],
            )
            .await?;
        Ok(revoked > 0)
    }

    async fn add_sign_in_link(
        &self,
        link_hash: &str,
        user: UserId,
        expires_at: DateTime<Utc>,
    ) -> Result<(), PortError> {
        self.change(
            "INSERT INTO sign_in_links (link_hash, user_id, expires_at) VALUES ($1, $2, $3)",
            vec![text(link_hash), text(user.to_string()), int(micros(expires_at))],
        )
        .await
        .map(drop)
    }

    async fn consume_sign_in_link(
        &self,
        link_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<UserId>, PortError> {
        let row = self
            .one(
                "DELETE FROM sign_in_links WHERE link_hash = $1 AND expires_at > $2 RETURNING user_id",
                vec![text(link_hash), int(micros(now))],
            )
            .await?;
        row.map(|row| row.parsed(0).map_err(unreachable)).transpose()
    }

    async fn purge_expired(&self, now: DateTime<Utc>) -> Result<u64, PortError> {
        let expired = |table: &str| {
            Statement::new(
                format!("DELETE FROM {table} WHERE expires_at <= $1"),
                vec![int(micros(now))],
            )
        };
        let removed = self
            .sql
            .transaction(vec![expired("sessions"), expired("sign_in_links")])
            .await
            .map_err(unreachable)?;
        Ok(removed.iter().sum())
    }
}
