//! The connections for reading: a call takes a free one, or waits for its turn.

use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Mutex, MutexGuard};

use super::session::{Call, Session};

/// Calls that read at the same time.
pub const READERS: usize = 3;

/// A few sessions that any task may use.
#[derive(Debug)]
pub struct Readers {
    sessions: Vec<Mutex<Session>>,
    turn: AtomicUsize,
}

impl Readers {
    pub fn new(options: &PgConnectOptions) -> Self {
        Self {
            sessions: (0..READERS).map(|_| Mutex::new(Session::new(options))).collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// Makes the call on one of the connections, again if the connection is lost.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer, sqlx::Error> {
        let mut session = self.session().await;
        session.call(call).await.map_err(|(_, error)| error)
    }

    async fn session(&self) -> MutexGuard<'_, Session> {
        match self.sessions.iter().find_map(|session| session.try_lock().ok()) {
            Some(free) => free,
            None => {
                self.sessions[self.turn.fetch_add(1, Ordering::Relaxed) % READERS]
                    .lock()
                    .await
            }
        }
    }
}
