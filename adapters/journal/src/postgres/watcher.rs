//! Tells other processes of this one's appends and hears of theirs: by notification where it can, by looking once in a
//! while in any case. Announcing stands beside the append, not in it: each NOTIFY wakes a server process for every
//! listener, which a lone writer on a busy machine would pay for with its own speed.

use std::sync::Arc;

use domain::Position;
use sqlx::{
    PgConnection, PgPool,
    postgres::{PgListener, PgNotification},
};
use tokio::{
    sync::watch,
    time::{self, Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{readers::Readers, rows::Head, session::Call};
use crate::{
    error::postgres_text,
    limits::{ANNOUNCE_PAUSE, POLL_INTERVAL},
    wakeup::Wakeup,
};

/// The channel on which journals announce their heads; the payload is the position.
const CHANNEL: &str = "voicedrop_journal";

/// Keeps the heads of this and of other processes known to each other.
#[derive(Debug)]
pub struct Watcher {
    pub pool: PgPool,
    pub readers: Arc<Readers>,
    /// What readers of this process wait for.
    pub wakeup: Wakeup,
    /// What this process has appended.
    pub appended: watch::Receiver<Position>,
}

impl Watcher {
    /// Runs until `stop`.
    pub async fn serve(mut self, stop: CancellationToken) {
        let mut poll = time::interval(POLL_INTERVAL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut may_announce = Instant::now();
        let mut listener = self.listen().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                told = next(&mut listener) => match told {
                    Ok(told) => self.wakeup.raise(Position::new(told.payload().parse().unwrap_or(0))),
                    Err(error) => {
                        tracing::debug!(error = postgres_text(&error), "the journal's notifications stopped");
                        listener = None;
                    }
                },
                () = news(&self.appended, may_announce) => {
                    self.announce().await;
                    may_announce = Instant::now() + ANNOUNCE_PAUSE;
                }
                _ = poll.tick() => {
                    self.look().await;
                    if listener.is_none() {
                        listener = self.listen().await;
                    }
                }
            }
        }
    }

    async fn listen(&self) -> Option<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await.ok()?;
        listener.listen(CHANNEL).await.ok()?;
        Some(listener)
    }

    async fn look(&self) {
        match self.readers.call(&Head).await {
            Ok(head) => self.wakeup.raise(head),
            Err(error) => tracing::warn!(
                error = postgres_text(&error),
                "the journal's head could not be read"
            ),
        }
    }

    /// A lost announcement is made good by the other side's looking.
    async fn announce(&mut self) {
        let head = *self.appended.borrow_and_update();
        if let Err(error) = self.readers.call(&Announce(head)).await {
            tracing::debug!(
                error = postgres_text(&error),
                "the journal's head could not be announced"
            );
        }
    }
}

/// Without a listener this waits for ever, and looking alone goes on.
async fn next(listener: &mut Option<PgListener>) -> Result<PgNotification, sqlx::Error> {
    match listener {
        Some(listener) => listener.recv().await,
        None => std::future::pending().await,
    }
}

/// Ends when there is something to announce and the pause since the last is over. Looks only: cut short, it takes nothing.
async fn news(appended: &watch::Receiver<Position>, not_before: Instant) {
    time::sleep_until(not_before).await;
    // A clone has seen what the original has.
    if appended.clone().changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

struct Announce(Position);

impl Call for Announce {
    type Answer = ();

    async fn make(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(self.0.to_string())
            .execute(connection)
            .await
            .map(drop)
    }
}
