//! One connection of one task, made anew when it is lost. A pool would ask after every statement whether the connection
//! still lives; that round trip is what a single client waits for.

use std::time::Duration;

use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tokio::time;

use super::connection;
use crate::{
    error::postgres_text,
    limits::{WRITE_ATTEMPTS_MAX, retry_pause},
};

/// Longest wait for a new connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for the server's answer; after it the outcome is open. Above the statement time-out, so that a slow server
/// answers first.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(40);

/// What a failed call means for its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A stream is elsewhere: 23505 of the primary key, or the function's own check.
    Misfit,
    /// Nothing is wrong with the request, or nothing is known of its outcome: make the call again.
    Again,
    /// The server refuses these values.
    Refused,
}

/// Something that may be done twice with the effect of once.
pub trait Call: Sync {
    type Answer: Send;

    fn make(
        &self,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<Self::Answer, sqlx::Error>> + Send;
}

/// A connection that comes back.
#[derive(Debug)]
pub struct Session {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
}

impl Session {
    pub fn new(options: &PgConnectOptions) -> Self {
        Self {
            options: connection::options(options),
            connection: None,
        }
    }

    /// Makes the call, again while its outcome is open, with growing pauses and a bound.
    pub async fn call<C: Call>(&mut self, call: &C) -> Result<C::Answer, (Failure, sqlx::Error)> {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match classify(&error) {
                Failure::Again if attempt < WRITE_ATTEMPTS_MAX => {
                    tracing::warn!(
                        attempt,
                        error = postgres_text(&error),
                        "an outcome is open and asked for again"
                    );
                    time::sleep(retry_pause(attempt)).await;
                    attempt += 1;
                }
                failure => return Err((failure, error)),
            }
        }
    }

    async fn attempt<C: Call>(&mut self, call: &C) -> Result<C::Answer, sqlx::Error> {
        // Taken out for the call: one that is cut short leaves its connection in an unknown state, so it is dropped.
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => time::timeout(CONNECT_TIMEOUT, self.options.connect())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??,
        };
        let answer = time::timeout(ANSWER_TIMEOUT, call.make(&mut connection))
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?;
        match &answer {
            Err(error) if classify(error) == Failure::Again => {}
            Ok(_) | Err(_) => self.connection = Some(connection),
        }
        answer
    }
}

/// By SQLSTATE: 22 and 23 are about values; everything else is about the server or the connection.
fn classify(error: &sqlx::Error) -> Failure {
    let sqlx::Error::Database(refused) = error else {
        return Failure::Again;
    };
    match refused.code().as_deref() {
        Some("23505" | "VJ001") => Failure::Misfit,
        Some(code) if code.starts_with("22") || code.starts_with("23") || code.starts_with("54") => {
            Failure::Refused
        }
        _ => Failure::Again,
    }
}
