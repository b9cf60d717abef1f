//! Which generation of read models serves. The pointer lies with the work side, apart from what it points to, and moves in one
//! transaction.

use chrono::{DateTime, Utc};
use database::{Sql, Statement, int};

use super::ReadSideError;

/// What a generation is for at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerationState {
    /// It is being filled.
    Building,
    /// It serves.
    Active,
    /// It served; it is kept until the next rebuild, so that one can go back.
    Retired,
}

/// A generation, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerationRecord {
    /// Its number, from 1.
    pub generation: u32,
    /// What made its rows.
    pub projections_version: u32,
    /// What it is for.
    pub state: GenerationState,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
}

/// The pointer.
#[derive(Debug, Clone)]
pub(super) struct Pointer {
    work: Sql,
}

const SELECT: &str = "SELECT generation, projections_version, state, created_at FROM read_side_generations";

impl Pointer {
    pub(super) const fn new(work: Sql) -> Self {
        Self { work }
    }

    /// The generation that serves.
    pub(super) async fn active(&self) -> Result<Option<GenerationRecord>, ReadSideError> {
        let all = self.all().await?;
        Ok(all.into_iter().find(|g| g.state == GenerationState::Active))
    }

    /// Every generation, oldest first.
    pub(super) async fn all(&self) -> Result<Vec<GenerationRecord>, ReadSideError> {
        let rows = self
            .work
            .query(&format!("{SELECT} ORDER BY generation"), vec![])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(GenerationRecord {
                    generation: number(row.int(0)?)?,
                    projections_version: number(row.int(1)?)?,
                    state: match row.text(2)? {
                        "building" => GenerationState::Building,
                        "active" => GenerationState::Active,
                        "retired" => GenerationState::Retired,
                        _ => return Err(ReadSideError::Corrupt("an unknown state of a generation")),
                    },
                    created_at: DateTime::from_timestamp_micros(row.int(3)?)
                        .ok_or(ReadSideError::Corrupt("an instant out of range"))?,
                })
            })
            .collect()
    }

    /// Makes the first generation, which serves at once; another process may have been quicker.
    pub(super) async fn first(&self, version: u32, now: DateTime<Utc>) -> Result<u32, ReadSideError> {
        self.insert(1, version, "active", now).await?;
        Ok(1)
    }

    /// The generation that is being built by projections of this version, begun now or taken up again after a crash.
    pub(super) async fn building(&self, version: u32, now: DateTime<Utc>) -> Result<u32, ReadSideError> {
        let all = self.all().await?;
        let begun = all
            .iter()
            .find(|g| g.state == GenerationState::Building && g.projections_version == version);
        if let Some(begun) = begun {
            return Ok(begun.generation);
        }
        let next = all.last().map_or(1, |g| g.generation.saturating_add(1));
        self.insert(next, version, "building", now).await?;
        Ok(next)
    }

    async fn insert(
        &self,
        generation: u32,
        version: u32,
        state: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ReadSideError> {
        self.work
            .execute(
                "INSERT INTO read_side_generations (generation, projections_version, state, created_at)
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                vec![
                    int(i64::from(generation)),
                    int(i64::from(version)),
                    database::text(state),
                    int(now.timestamp_micros()),
                ],
            )
            .await?;
        Ok(())
    }

    /// Lets a built generation serve in place of the one that does. Nothing changes when it serves already.
    pub(super) async fn activate(&self, generation: u32) -> Result<(), ReadSideError> {
        let number = int(i64::from(generation));
        let retire = Statement::new(
            "UPDATE read_side_generations SET state = 'retired' WHERE state = 'active'
             AND EXISTS (SELECT 1 FROM read_side_generations AS b WHERE b.generation = $1 AND b.state = 'building')",
            vec![number.clone()],
        );
        let activate = Statement::new(
            "UPDATE read_side_generations SET state = 'active' WHERE generation = $1 AND state = 'building'",
            vec![number],
        );
        self.work.transaction(vec![retire, activate]).await?;
        Ok(())
    }

    /// Forgets a generation whose tables are gone.
    pub(super) async fn forget(&self, generation: u32) -> Result<(), ReadSideError> {
        self.work
            .execute(
                "DELETE FROM read_side_generations WHERE generation = $1 AND state <> 'active'",
                vec![int(i64::from(generation))],
            )
            .await?;
        Ok(())
    }

    /// Drops a schema, on PostgreSQL. The name is made of a number.
    pub(super) async fn drop_schema(&self, name: &str) -> Result<(), ReadSideError> {
        self.work
            .execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE"), vec![])
            .await?;
        Ok(())
    }
}

fn number(stored: i64) -> Result<u32, ReadSideError> {
    u32::try_from(stored).map_err(|_| ReadSideError::Corrupt("a negative number"))
}
