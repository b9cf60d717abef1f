//! The transparency log's tables. A page moves the log on only from where it was computed: of two processes that compute the same page, one
//! finds that the other was first, and writes nothing.

use std::collections::HashMap;

use async_trait::async_trait;
use commands::ports::{
    KeptCheckpoint, LogReach, LogRefusal, LogStanding, LogTile, PortError, TilePlace, TransparencyLog,
};
use database::{Column, DatabaseError, Row, Sql, int, opt_int, text};
use domain::Position;
use projections::Cell;

use super::fault::{bounded, instant, micros, unreachable};

const STANDING: &str = "SELECT r.position, r.size, r.refused_at, r.refusal, c.size, c.note, c.signed_at
       FROM log_reach AS r
       LEFT JOIN log_checkpoints AS c ON c.size = (SELECT max(size) FROM log_checkpoints)";

const TILE_COLUMNS: [Column; 4] = [
    Column::int("level"),
    Column::int("number"),
    Column::bytes("hashes"),
    Column::int("last_position"),
];

/// The tile of leaves that a position lies in: the first that reaches so far.
const LEAF_TILE: &str = "SELECT r.position,
            (SELECT t.number FROM log_tiles AS t WHERE t.last_position >= r.position ORDER BY t.last_position LIMIT 1)
       FROM {rows}";

/// The log in the database.
#[derive(Debug)]
pub struct LogStore {
    sql: Sql,
}

fn standing(row: &Row) -> Result<LogStanding, DatabaseError> {
    let refusal = match row.opt_int(2)? {
        Some(at) => Some(LogRefusal {
            at: instant(at)?,
            reason: row.opt_text(3)?.unwrap_or_default().to_owned(),
        }),
        None => None,
    };
    let newest = match row.opt_int(4)? {
        Some(_) => Some(KeptCheckpoint {
            size: row.count(4)?,
            note: row.text(5)?.to_owned(),
            signed_at: instant(row.int(6)?)?,
        }),
        None => None,
    };
    Ok(LogStanding {
        reach: LogReach {
            position: Position::new(row.count(0)?),
            size: row.count(1)?,
        },
        refusal,
        newest,
    })
}

fn tile(row: &Row) -> Result<LogTile, DatabaseError> {
    let level = u8::try_from(row.count(0)?);
    Ok(LogTile {
        place: TilePlace {
            level: level.map_err(|_| DatabaseError::invalid("a tile's level is out of range"))?,
            number: row.count(1)?,
        },
        hashes: row.bytes(2)?.to_vec(),
        last: row.opt_int(3)?.map(|last| Position::new(last as u64)),
    })
}

fn cells(tile: LogTile) -> Vec<Cell> {
    vec![
        int(i64::from(tile.place.level)),
        int(bounded(tile.place.number)),
        Cell::Bytes(tile.hashes),
        opt_int(tile.last.map(|last| bounded(last.number()))),
    ]
}

impl LogStore {
    pub(super) const fn new(sql: Sql) -> Self {
        Self { sql }
    }

    async fn move_on(
        &self,
        from: LogReach,
        to: LogReach,
        tiles: Vec<LogTile>,
    ) -> Result<bool, DatabaseError> {
        let mut tx = self.sql.begin().await?;
        let places = [from, to].map(|reach| [reach.position.number(), reach.size]);
        let moved = tx
            .execute(
                "UPDATE log_reach SET position = $3, size = $4 WHERE position = $1 AND size = $2",
                places.into_iter().flatten().map(|n| int(bounded(n))).collect(),
            )
            .await?;
        if moved == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        let rows = tiles.into_iter().map(cells).collect();
        tx.bulk_upsert("log_tiles", &TILE_COLUMNS, &["level", "number"], rows)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn numbers(&self, positions: &[Position]) -> Result<Vec<Option<u64>>, DatabaseError> {
        let rows = positions
            .iter()
            .map(|position| vec![int(bounded(position.number()))])
            .collect();
        let columns = [Column::int("position")];
        let rows = self.sql.query_with_rows(LEAF_TILE, &columns, rows).await?;
        let mut numbers = HashMap::with_capacity(rows.len());
        for row in &rows {
            let number = row.opt_int(1)?.map(|number| number as u64);
            numbers.insert(row.count(0)?, number);
        }
        let number = |position: &Position| numbers.get(&position.number()).copied().flatten();
        Ok(positions.iter().map(number).collect())
    }
}

#[async_trait]
impl TransparencyLog for LogStore {
    async fn standing(&self) -> Result<LogStanding, PortError> {
        let row = self.sql.query_opt(STANDING, vec![]).await.map_err(unreachable)?;
        let missing = || DatabaseError::invalid("where the log stands is missing");
        row.ok_or_else(missing)
            .and_then(|row| standing(&row))
            .map_err(unreachable)
    }

    async fn tiles(&self, places: &[TilePlace]) -> Result<Vec<LogTile>, PortError> {
        let keys = places
            .iter()
            .map(|place| vec![int(i64::from(place.level)), int(bounded(place.number))])
            .collect();
        let rows = self
            .sql
            .bulk_select("log_tiles", &TILE_COLUMNS, &TILE_COLUMNS[..2], keys)
            .await
            .map_err(unreachable)?;
        rows.iter()
            .map(tile)
            .collect::<Result<_, _>>()
            .map_err(unreachable)
    }

    async fn leaf_tiles(&self, positions: &[Position]) -> Result<Vec<Option<u64>>, PortError> {
        self.numbers(positions).await.map_err(unreachable)
    }

    async fn extend(&self, from: LogReach, to: LogReach, tiles: Vec<LogTile>) -> Result<bool, PortError> {
        self.move_on(from, to, tiles).await.map_err(unreachable)
    }

    async fn keep(&self, checkpoint: KeptCheckpoint) -> Result<(), PortError> {
        let mut tx = self.sql.begin().await.map_err(unreachable)?;
        let parameters = vec![
            int(bounded(checkpoint.size)),
            text(checkpoint.note),
            int(micros(checkpoint.signed_at)),
        ];
        let insert = "INSERT INTO log_checkpoints (size, note, signed_at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING";
        tx.execute(insert, parameters).await.map_err(unreachable)?;
        let healed = "UPDATE log_reach SET refused_at = NULL, refusal = NULL WHERE refused_at IS NOT NULL";
        tx.execute(healed, vec![]).await.map_err(unreachable)?;
        tx.commit().await.map_err(unreachable)
    }

    async fn refuse(&self, refusal: LogRefusal) -> Result<(), PortError> {
        let parameters = vec![int(micros(refusal.at)), text(refusal.reason)];
        let refused = "UPDATE log_reach SET refused_at = $1, refusal = $2";
        let noted = self.sql.execute(refused, parameters).await;
        noted.map(drop).map_err(unreachable)
    }
}
