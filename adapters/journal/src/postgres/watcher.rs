//! Hears of appends by other processes: by notification where it can, by looking once in a while in any case.

use domain::Position;
use sqlx::{PgPool, postgres::PgListener};
use tokio_util::sync::CancellationToken;

use super::rows;
use crate::{error::postgres_text, limits::POLL_INTERVAL, wakeup::Wakeup};

/// The channel that `journal_append` notifies, with the head as payload.
const CHANNEL: &str = "voicedrop_journal";

/// Runs until `stop`.
pub async fn watch(pool: PgPool, wakeup: Wakeup, stop: CancellationToken) {
    let mut listener = None;
    while !stop.is_cancelled() {
        if listener.is_none() {
            listener = listen(&pool).await;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            told = next(&mut listener) => match told {
                Ok(head) => wakeup.raise(head),
                Err(error) => {
                    tracing::debug!(error = postgres_text(&error), "the journal's notifications stopped");
                    listener = None;
                }
            },
            () = tokio::time::sleep(POLL_INTERVAL) => match rows::head(&pool).await {
                Ok(head) => wakeup.raise(head),
                Err(error) => tracing::warn!(error = postgres_text(&error), "the journal's head could not be read"),
            },
        }
    }
}

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// Without a listener this waits for ever, and the poll alone goes on.
async fn next(listener: &mut Option<PgListener>) -> Result<Position, sqlx::Error> {
    match listener {
        Some(listener) => {
            let told = listener.recv().await?;
            Ok(Position::new(told.payload().parse().unwrap_or(0)))
        }
        None => std::future::pending().await,
    }
}
