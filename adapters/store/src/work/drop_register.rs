//! Hand-offs by number and by the carrier's own id. A number lies here as a MAC under the installation's key: a signed report
//! names no organization, so an organization's own index of numbers can't be asked.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use commands::ports::{DropRegister, HandedOver, KeyRing, PortError};
use database::{Column, DatabaseError, Row, Sql, int, text};
use domain::{AttemptId, PhoneNumber};

use super::fault::{instant, micros, unreachable};
use crate::key_ring::StoredKeys;

/// Keeps these MACs apart from other uses of the key.
const PURPOSE: &str = "handed-over-number";

/// The register in the database.
#[derive(Debug)]
pub struct DropStore {
    sql: Sql,
    keys: Arc<StoredKeys>,
}

impl DropStore {
    pub(super) const fn new(sql: Sql, keys: Arc<StoredKeys>) -> Self {
        Self { sql, keys }
    }

    fn mac(&self, number: &PhoneNumber) -> String {
        self.keys.sign(PURPOSE, number.as_e164())
    }

    /// The hand-offs by what they have in a column.
    async fn those_with(
        &self,
        column: &'static str,
        keys: BTreeSet<String>,
    ) -> Result<HashMap<String, Vec<HandedOver>>, PortError> {
        let keys: Vec<_> = keys.into_iter().map(|key| vec![text(key)]).collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let columns = [
            Column::text("organization_id"),
            Column::text("script_id"),
            Column::text("attempt_id"),
            Column::int("called_at"),
            Column::text(column),
        ];
        let rows = self
            .sql
            .bulk_select("handed_over", &columns, &[Column::text(column)], keys)
            .await
            .map_err(unreachable)?;
        let mut found: HashMap<String, Vec<HandedOver>> = HashMap::new();
        for row in &rows {
            let key = row.text(4).map_err(unreachable)?.to_owned();
            found
                .entry(key)
                .or_default()
                .push(handed_over(row).map_err(unreachable)?);
        }
        Ok(found)
    }

    /// The hand-offs that alone have one of these in a column.
    async fn only_ones(
        &self,
        column: &'static str,
        keys: &[String],
    ) -> Result<HashMap<String, HandedOver>, PortError> {
        let found = self.those_with(column, keys.iter().cloned().collect()).await?;
        let only = found
            .into_iter()
            .filter_map(|(key, drops)| match drops.as_slice() {
                [drop] => Some((key, *drop)),
                _ => None,
            });
        Ok(only.collect())
    }
}

fn handed_over(row: &Row) -> Result<HandedOver, DatabaseError> {
    Ok(HandedOver {
        organization: row.parsed(0)?,
        script: row.parsed(1)?,
        attempt: row.parsed(2)?,
        called_at: instant(row.int(3)?)?,
    })
}

#[async_trait]
impl DropRegister for DropStore {
    async fn enter(&self, drop: HandedOver, number: &PhoneNumber) -> Result<(), PortError> {
        let parameters = vec![
            text(drop.attempt.to_string()),
            text(drop.organization.to_string()),
            text(drop.script.to_string()),
            text(self.mac(number)),
            int(micros(drop.called_at)),
        ];
        let sql = "INSERT INTO handed_over (attempt_id, organization_id, script_id, number_mac, called_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (attempt_id) DO NOTHING";
        let entered = self.sql.execute(sql, parameters).await;
        entered.map(|_| ()).map_err(unreachable)
    }

    async fn withdraw(&self, attempt: AttemptId) -> Result<(), PortError> {
        let sql = "DELETE FROM handed_over WHERE attempt_id = $1";
        let withdrawn = self.sql.execute(sql, vec![text(attempt.to_string())]).await;
        withdrawn.map(|_| ()).map_err(unreachable)
    }

    async fn bind(&self, drops: Vec<(AttemptId, String)>) -> Result<(), PortError> {
        let columns = [Column::text("attempt_id"), Column::text("drop_id")];
        let rows = drops
            .into_iter()
            .map(|(attempt, drop_id)| vec![text(attempt.to_string()), text(drop_id)])
            .collect();
        let sql = "UPDATE handed_over SET drop_id = r.drop_id FROM {rows}
             WHERE handed_over.attempt_id = r.attempt_id AND handed_over.drop_id IS NULL";
        let bound = self.sql.execute_with_rows(sql, &columns, rows).await;
        bound.map(|_| ()).map_err(unreachable)
    }

    async fn taken_as(&self, attempt: AttemptId, message_id: &str) -> Result<(), PortError> {
        let sql = "UPDATE handed_over SET message_id = $1 WHERE attempt_id = $2";
        let parameters = vec![text(message_id), text(attempt.to_string())];
        let taken = self.sql.execute(sql, parameters).await;
        taken.map(|_| ()).map_err(unreachable)
    }

    async fn by_drops(&self, drop_ids: &[String]) -> Result<HashMap<String, HandedOver>, PortError> {
        self.only_ones("drop_id", drop_ids).await
    }

    async fn by_messages(&self, message_ids: &[String]) -> Result<HashMap<String, HandedOver>, PortError> {
        self.only_ones("message_id", message_ids).await
    }

    async fn by_numbers(&self, numbers: &[PhoneNumber]) -> Result<Vec<Vec<HandedOver>>, PortError> {
        let macs: Vec<String> = numbers.iter().map(|number| self.mac(number)).collect();
        let found = self
            .those_with("number_mac", macs.iter().cloned().collect())
            .await?;
        let of = |mac: &String| found.get(mac).cloned().unwrap_or_default();
        Ok(macs.iter().map(of).collect())
    }
}
