//! Whether the process lives, whether it can serve, and figures for monitoring. Figures carry no personal data.

use std::fmt::Write as _;

use axum::{extract::State, http::StatusCode};
use commands::processes::Kind;

use crate::state::AppState;

/// `GET /healthz`: the process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: journal and read models can be reached.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, String) {
    match lag(&state).await {
        Some((_, behind)) => (StatusCode::OK, format!("ready; {behind} changes behind\n")),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database can't be reached\n".to_owned(),
        ),
    }
}

/// Head of the journal and how far the read models are behind it.
pub(super) async fn lag(state: &AppState) -> Option<(u64, u64)> {
    let head = state.ports.journal.head().await.ok()?.number();
    let position = state.queries.position().await.ok()?.number();
    Some((head, head.saturating_sub(position)))
}

/// `GET /metrics`: the text format of Prometheus.
pub async fn metrics(State(state): State<AppState>) -> Result<String, StatusCode> {
    let down = |_| StatusCode::SERVICE_UNAVAILABLE;
    let (head, behind) = lag(&state).await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    let mut text = String::new();
    gauge(
        &mut text,
        "voicedrop_journal_head",
        "Position of the last event.",
        head,
    );
    gauge(
        &mut text,
        "voicedrop_read_lag_events",
        "Events that the read models have not taken in.",
        behind,
    );
    let hooks = state.ports.inbox.counts().await.map_err(down)?;
    let fates = [
        ("waiting", hooks.waiting),
        ("applied", hooks.applied),
        ("unmatched", hooks.unmatched),
        ("unreadable", hooks.unreadable),
        ("rejected", hooks.rejected),
    ];
    let _ = writeln!(text, "# TYPE voicedrop_webhooks gauge");
    for (fate, count) in fates {
        let _ = writeln!(text, "voicedrop_webhooks{{fate=\"{fate}\"}} {count}");
    }
    gauge(
        &mut text,
        "voicedrop_webhooks_turned_away",
        "Requests at the carrier's door that were not the carrier's and beyond what is kept of such.",
        state.strangers.turned_away(),
    );
    let _ = writeln!(text, "# TYPE voicedrop_work gauge");
    for kind in Kind::ALL {
        let name = kind.as_str();
        let counts = state.ports.queue.counts(name, None).await.map_err(down)?;
        let states = [
            ("ready", counts.ready),
            ("running", counts.running),
            ("in_doubt", counts.in_doubt),
            ("failed", counts.failed),
            ("done", counts.done),
            ("cancelled", counts.cancelled),
        ];
        for (state, count) in states {
            let _ = writeln!(
                text,
                "voicedrop_work{{kind=\"{name}\",state=\"{state}\"}} {count}"
            );
        }
    }
    Ok(text)
}

fn gauge(text: &mut String, name: &str, help: &str, value: u64) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}
