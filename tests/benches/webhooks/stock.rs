//! What it is compared with: an axum handler that reads the report and runs one command of the stock framework over the stock
//! repository, with its default pool. It checks no signature and seals nothing.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

pub const PATH: &str = "/webhook";

/// Connections of the stock default pool.
const CONNECTIONS: u32 = 10;

/// As the stock repository documents its table.
const TABLE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
    sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
    payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Delivery {
    reports: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryEvent {
    Reported { report: serde_json::Value },
}

impl DomainEvent for DeliveryEvent {
    fn event_type(&self) -> String {
        "Reported".to_owned()
    }
    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Delivery {
    const TYPE: &'static str = "delivery";
    type Command = serde_json::Value;
    type Event = DeliveryEvent;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        report: serde_json::Value,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        sink.write(DeliveryEvent::Reported { report }, self).await;
        Ok(())
    }

    fn apply(&mut self, _: DeliveryEvent) {
        self.reports += 1;
    }
}

/// The handler, serving.
pub struct Server {
    pub address: SocketAddr,
    pool: PgPool,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    pub async fn stored(&self) -> usize {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM events")
            .fetch_one(&self.pool)
            .await
            .unwrap();
        count as usize
    }

    pub async fn stop(self) {
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.pool.close().await;
    }
}

async fn report(State(cqrs): State<Arc<PostgresCqrs<Delivery>>>, body: Bytes) -> StatusCode {
    let Ok(report) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    // Each report is of a drop of its own, so that none waits for another.
    match cqrs.execute(&Uuid::new_v4().to_string(), report).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub async fn serve(database: &str, bind: SocketAddr) -> Server {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(database)
        .await
        .unwrap();
    sqlx::raw_sql(TABLE).execute(&pool).await.unwrap();
    let cqrs = Arc::new(postgres_cqrs::<Delivery>(pool.clone(), vec![], ()));
    let router = Router::new().route(PATH, post(report)).with_state(cqrs);
    let listener = tokio::net::TcpListener::bind(bind).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
    let stop = cancel.clone();
    tasks.spawn(async move {
        let serving = axum::serve(listener, router);
        serving
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
            .unwrap();
    });
    Server {
        address,
        pool,
        cancel,
        tasks,
    }
}
