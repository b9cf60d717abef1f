//! The register of uploaded files.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{PortError, Upload, Uploads};
use database::{DatabaseError, Row, Sql, int, text};
use domain::{OrganizationId, Sealed, UploadId};

use super::fault::{bounded, instant, micros, unreachable};

const COLUMNS: &str = "id, organization_id, user_id, blob_key, file_name, bytes, sha256, created_at";

/// Most files that one look gives.
const OLDER_MAX: usize = 1_000;

/// The register in the database.
#[derive(Debug)]
pub struct UploadStore {
    sql: Sql,
}

impl UploadStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }
}

fn upload(row: &Row) -> Result<Upload, DatabaseError> {
    Ok(Upload {
        id: row.parsed(0)?,
        organization: row.parsed(1)?,
        user: row.parsed(2)?,
        blob_key: row.text(3)?.to_owned(),
        file_name: Sealed::from_ciphertext(row.text(4)?.to_owned()),
        bytes: row.count(5)?,
        sha256: row.text(6)?.to_owned(),
        created_at: instant(row.int(7)?)?,
    })
}

#[async_trait]
impl Uploads for UploadStore {
    async fn add(&self, upload: Upload) -> Result<(), PortError> {
        let sql = format!(
            "INSERT INTO uploads ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING"
        );
        let parameters = vec![
            text(upload.id.to_string()),
            text(upload.organization.to_string()),
            text(upload.user.to_string()),
            text(upload.blob_key),
            text(upload.file_name.ciphertext()),
            int(bounded(upload.bytes)),
            text(upload.sha256),
            int(micros(upload.created_at)),
        ];
        self.sql
            .execute(&sql, parameters)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn find(&self, organization: OrganizationId, id: UploadId) -> Result<Option<Upload>, PortError> {
        let sql = format!("SELECT {COLUMNS} FROM uploads WHERE id = $1 AND organization_id = $2");
        let row = self
            .sql
            .query_opt(&sql, vec![text(id.to_string()), text(organization.to_string())])
            .await
            .map_err(unreachable)?;
        row.map(|row| upload(&row).map_err(unreachable)).transpose()
    }

    async fn older_than(&self, instant: DateTime<Utc>, limit: usize) -> Result<Vec<Upload>, PortError> {
        let sql =
            format!("SELECT {COLUMNS} FROM uploads WHERE created_at < $1 ORDER BY created_at, id LIMIT $2");
        let limit = bounded(limit.min(OLDER_MAX) as u64);
        let rows = self
            .sql
            .query(&sql, vec![int(micros(instant)), int(limit)])
            .await
            .map_err(unreachable)?;
        rows.iter().map(|row| upload(row).map_err(unreachable)).collect()
    }

    async fn remove(&self, organization: OrganizationId, id: UploadId) -> Result<(), PortError> {
        self.sql
            .execute(
                "DELETE FROM uploads WHERE id = $1 AND organization_id = $2",
                vec![text(id.to_string()), text(organization.to_string())],
            )
            .await
            .map(drop)
            .map_err(unreachable)
    }
}
