//! Numbers of lists that came as files. A loading is built beside the one in force and sorted by key, so that its pages are written in
//! order; a look-up is one probe of the primary key a number, in key order. A number lies here as the first half of its keyed MAC: 128
//! bits, which no two of a billion numbers share.

use std::collections::HashMap;

use async_trait::async_trait;
use commands::ports::{ListProgress, ListedNumbers, PortError, PortErrorKind};
use database::{Column, DatabaseError, Row, Sql, boolean, int, text};
use domain::{ListLoadId, PhoneIndex, SuppressionListId};
use projections::Cell;

use super::fault::{bounded, unreachable};

/// Bytes of a number's key.
const KEY_BYTES: usize = 16;
/// Numbers that are built in one statement, about: others may write in between.
const BUILT_AT_ONCE: u64 = 1_000_000;
/// Most statements of a building.
const PARTS_MAX: u64 = 256;

/// Within the part of the keys from `$2` to before `$3`; a key is shorter than the highest bound.
const ADD_STAGED: &str = "INSERT INTO listed_numbers (load, phone_key)
     SELECT DISTINCT s.load, s.phone_key FROM listed_numbers_staged s
     WHERE s.load = $1 AND s.is_removal = 0 AND s.phone_key >= $2 AND s.phone_key < $3
     ORDER BY s.load, s.phone_key
     ON CONFLICT DO NOTHING";

const ADD_KEPT: &str = "INSERT INTO listed_numbers (load, phone_key)
     SELECT $1, b.phone_key FROM listed_numbers b
     WHERE b.load = $4 AND b.phone_key >= $2 AND b.phone_key < $3
       AND b.phone_key NOT IN (SELECT s.phone_key FROM listed_numbers_staged s
            WHERE s.load = $1 AND s.is_removal = 1 AND s.phone_key >= $2 AND s.phone_key < $3)
     ORDER BY b.phone_key
     ON CONFLICT DO NOTHING";

/// The building of a version begins anew with its reading.
const NOTE: &str = "INSERT INTO list_progress (list_id, load, bytes_read, bytes, lines, built, parts) VALUES ($1, $2, $3, $4, $5, 0, 0)
     ON CONFLICT (list_id) DO UPDATE SET load = excluded.load, bytes_read = excluded.bytes_read, bytes = excluded.bytes,
       lines = excluded.lines, built = 0, parts = 0";

const NOTE_BUILT: &str = "UPDATE list_progress SET built = $2, parts = $3 WHERE load = $1";

/// A subquery with a limit is a probe of the index a row on both engines: a join would let the planner read the whole table.
const HOLDING: &str = "SELECT r.load, r.phone_key FROM {rows}
     WHERE (SELECT 1 FROM listed_numbers l WHERE l.load = r.load AND l.phone_key = r.phone_key LIMIT 1) = 1";

/// The numbers in the database.
#[derive(Debug)]
pub struct ListedNumberStore {
    sql: Sql,
}

impl ListedNumberStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }

    async fn count(&self, table: &str, load: ListLoadId) -> Result<u64, PortError> {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE load = $1");
        let rows = self
            .sql
            .query(&sql, vec![number_of(load)])
            .await
            .map_err(unreachable)?;
        let count = rows
            .first()
            .map(|row| row.count(0))
            .transpose()
            .map_err(unreachable)?;
        Ok(count.unwrap_or(0))
    }
}

/// A loading's number: the random half of its id, eight bytes instead of sixteen in every row.
fn number_of(load: ListLoadId) -> Cell {
    let (_, low) = load.as_uuid().as_u64_pair();
    int(low.cast_signed())
}

fn key_of(index: &PhoneIndex) -> Result<[u8; KEY_BYTES], PortError> {
    let mut key = [0; KEY_BYTES];
    let half = index.as_str().get(..KEY_BYTES * 2).unwrap_or_default();
    hex::decode_to_slice(half, &mut key)
        .map_err(|_| PortError::new(PortErrorKind::Permanent, "a number's index is no MAC"))?;
    Ok(key)
}

/// Bounds of so many parts of all keys, from the first inclusive to the second exclusive.
fn parts(count: u64) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let bound = move |part: u64| match part {
        0 => vec![],
        _ if part == count => vec![0xff; KEY_BYTES + 1],
        _ => vec![(part * 256 / count) as u8],
    };
    (0..count).map(move |part| (bound(part), bound(part + 1)))
}

#[async_trait]
impl ListedNumbers for ListedNumberStore {
    async fn stage(&self, load: ListLoadId, numbers: Vec<(PhoneIndex, bool)>) -> Result<(), PortError> {
        let columns = [
            Column::int("load"),
            Column::bytes("phone_key"),
            Column::int("is_removal"),
        ];
        let rows = numbers
            .iter()
            .map(|(index, is_removal)| {
                Ok(vec![
                    number_of(load),
                    Cell::Bytes(key_of(index)?.to_vec()),
                    boolean(*is_removal),
                ])
            })
            .collect::<Result<_, PortError>>()?;
        let staged = self
            .sql
            .bulk_insert_ignore("listed_numbers_staged", &columns, rows)
            .await;
        staged.map(|_| ()).map_err(unreachable)
    }

    async fn note_reading(
        &self,
        list: SuppressionListId,
        load: ListLoadId,
        read: ListProgress,
    ) -> Result<(), PortError> {
        let parameters = vec![
            text(list.to_string()),
            number_of(load),
            int(bounded(read.bytes_read)),
            int(bounded(read.bytes)),
            int(bounded(read.lines)),
        ];
        self.sql
            .execute(NOTE, parameters)
            .await
            .map(drop)
            .map_err(unreachable)
    }

    async fn progress(&self, list: SuppressionListId) -> Result<Option<ListProgress>, PortError> {
        let sql = "SELECT bytes_read, bytes, lines, built, parts FROM list_progress WHERE list_id = $1";
        let row = self.sql.query_opt(sql, vec![text(list.to_string())]).await;
        let read = |row: &Row| {
            Ok::<_, DatabaseError>(ListProgress {
                bytes_read: row.count(0)?,
                bytes: row.count(1)?,
                lines: row.count(2)?,
                built: row.count(3)?,
                parts: row.count(4)?,
            })
        };
        let row = row.map_err(unreachable)?;
        row.as_ref().map(read).transpose().map_err(unreachable)
    }

    async fn build(&self, load: ListLoadId, base: Option<ListLoadId>) -> Result<u64, PortError> {
        let mut expected = self.count("listed_numbers_staged", load).await?;
        if let Some(base) = base {
            expected += self.count("listed_numbers", base).await?;
        }
        let count = expected.div_ceil(BUILT_AT_ONCE).clamp(1, PARTS_MAX);
        for (built, (from, to)) in (0..).zip(parts(count)) {
            let so_far = vec![number_of(load), int(bounded(built)), int(bounded(count))];
            self.sql.execute(NOTE_BUILT, so_far).await.map_err(unreachable)?;
            let bounds = vec![number_of(load), Cell::Bytes(from), Cell::Bytes(to)];
            if let Some(base) = base {
                let mut parameters = bounds.clone();
                parameters.push(number_of(base));
                self.sql
                    .execute(ADD_KEPT, parameters)
                    .await
                    .map_err(unreachable)?;
            }
            self.sql.execute(ADD_STAGED, bounds).await.map_err(unreachable)?;
        }
        self.count("listed_numbers", load).await
    }

    async fn clear(&self, load: ListLoadId) -> Result<(), PortError> {
        for sql in [
            "DELETE FROM listed_numbers_staged WHERE load = $1",
            "DELETE FROM list_progress WHERE load = $1",
        ] {
            let cleared = self.sql.execute(sql, vec![number_of(load)]).await;
            cleared.map_err(unreachable)?;
        }
        Ok(())
    }

    async fn forget(&self, load: ListLoadId) -> Result<(), PortError> {
        let sql = "DELETE FROM listed_numbers WHERE load = $1 AND phone_key >= $2 AND phone_key < $3";
        let count = self.count("listed_numbers", load).await?;
        for (from, to) in parts(count.div_ceil(BUILT_AT_ONCE).clamp(1, PARTS_MAX)) {
            let parameters = vec![number_of(load), Cell::Bytes(from), Cell::Bytes(to)];
            self.sql.execute(sql, parameters).await.map_err(unreachable)?;
        }
        Ok(())
    }

    async fn holding(
        &self,
        loads: &[ListLoadId],
        numbers: &[PhoneIndex],
    ) -> Result<Vec<Vec<ListLoadId>>, PortError> {
        let keys: Vec<[u8; KEY_BYTES]> = numbers.iter().map(key_of).collect::<Result<_, _>>()?;
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let probe = |load: ListLoadId| {
            let key = move |key: &[u8; KEY_BYTES]| vec![number_of(load), Cell::Bytes(key.to_vec())];
            sorted.iter().map(key)
        };
        let columns = [Column::int("load"), Column::bytes("phone_key")];
        let rows: Vec<Vec<Cell>> = loads.iter().copied().flat_map(probe).collect();
        let found = self
            .sql
            .query_with_rows(HOLDING, &columns, rows)
            .await
            .map_err(unreachable)?;
        let mut holding: HashMap<Vec<u8>, Vec<ListLoadId>> = HashMap::with_capacity(found.len());
        for row in &found {
            let load = row.int(0).map_err(unreachable)?;
            let load = loads.iter().find(|l| number_of(**l) == int(load));
            let key = row.bytes(1).map_err(unreachable)?.to_vec();
            holding.entry(key).or_default().extend(load);
        }
        Ok(keys
            .iter()
            .map(|key| holding.get(key.as_slice()).cloned().unwrap_or_default())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_lies_in_exactly_one_part() {
        for count in [1, 2, 3, 7, 255, 256] {
            let parts: Vec<_> = parts(count).collect();
            for first in 0..=255_u8 {
                for key in [[first; KEY_BYTES], [0xff; KEY_BYTES], [0; KEY_BYTES]] {
                    let within = |(from, to): &&(Vec<u8>, Vec<u8>)| key[..] >= from[..] && key[..] < to[..];
                    assert_eq!(parts.iter().filter(within).count(), 1, "{key:?} of {count}");
                }
            }
        }
    }
}
