//! The listener on 127.0.0.1 and everything served on it. It refuses requests for any other host name, so that no web page
//! can talk to it through a visitor's browser, and lets a handler hang up without an answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, Request, State, connect_info::Connected},
    http::{StatusCode, header::HOST},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
    serve::{IncomingStream, Listener},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{Shared, anthropic, carrier, elevenlabs, faults::Faults, google_people, groq, mojo, received};

/// Connections held at once; more wait in the system's backlog.
const MAX_CONNECTIONS: usize = 256;
/// Largest body of a JSON request.
const MAX_BODY: usize = 1024 * 1024;
/// Longest page of the log.
const MAX_LOG_PAGE: usize = 10_000;
/// Between two tries to accept when the system is out of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The right to close the connection a request came on without answering it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    cut: Arc<AtomicBool>,
}

impl Line {
    /// Closes the connection. The response is never written: the first write to it fails.
    pub(crate) fn hang_up(&self) -> Response {
        self.cut.store(true, Ordering::SeqCst);
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// Accepts on loopback, at most [`MAX_CONNECTIONS`] at once.
#[derive(Debug)]
pub(crate) struct Loopback {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Loopback {
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
        Ok(Self {
            listener,
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        })
    }
}

impl Listener for Loopback {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                // The semaphore is never closed; were it, there would be nothing to accept for.
                std::future::pending::<()>().await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, from)) => {
                    let _latency_only = stream.set_nodelay(true);
                    return (
                        Wire {
                            stream,
                            line: Line::default(),
                            _place: place,
                        },
                        from,
                    );
                }
                Err(error) => {
                    tracing::warn!(%error, "the sandbox could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that a handler can cut.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
    _place: OwnedSemaphorePermit,
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        if self.line.cut.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Line {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        stream.io().line.clone()
    }
}

/// Everything the sandbox serves. The providers' paths do not meet, so that they share an origin.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/sandbox/faults", get(faults).post(set_faults))
        .route("/sandbox/drops", get(drops))
        .route("/sandbox/state", get(state))
        .route("/sandbox/bill", get(bill))
        .with_state(Arc::clone(shared))
        .merge(groq::routes(shared))
        .merge(anthropic::routes(shared))
        .merge(elevenlabs::routes(shared))
        .merge(carrier::routes::routes(shared))
        .merge(google_people::routes(shared))
        .merge(mojo::routes(shared))
        .merge(received::routes(shared))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(local_host_only))
}

async fn local_host_only(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    if name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost") {
        return next.run(request).await;
    }
    (
        StatusCode::MISDIRECTED_REQUEST,
        "the sandbox answers only for 127.0.0.1 and localhost",
    )
        .into_response()
}

async fn faults(State(shared): State<Arc<Shared>>) -> Json<Faults> {
    Json(shared.faults.current())
}

async fn set_faults(State(shared): State<Arc<Shared>>, Json(faults): Json<Faults>) -> Json<Faults> {
    shared.faults.set(faults);
    Json(shared.faults.current())
}

#[derive(Debug, Deserialize)]
struct LogPage {
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

async fn drops(State(shared): State<Arc<Shared>>, Query(page): Query<LogPage>) -> Json<Value> {
    let limit = page.limit.unwrap_or(MAX_LOG_PAGE).min(MAX_LOG_PAGE);
    Json(shared.carrier.log_page(page.offset, limit))
}

async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut state = shared.carrier.counts();
    if let Some(fields) = state.as_object_mut() {
        fields.insert("now".to_owned(), json!((shared.time)()));
        fields.insert("seed".to_owned(), json!(shared.seed));
        fields.insert("faults".to_owned(), json!(shared.faults.current()));
        fields.insert("voice".to_owned(), json!(shared.voice.name()));
    }
    Json(state)
}

async fn bill(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let (made, delivered) = shared.carrier.made_and_delivered();
    Json(shared.bill.total(made, delivered))
}
