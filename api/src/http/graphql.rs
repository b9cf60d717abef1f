//! GraphQL over HTTP and over WebSocket. A cookie's request must be our own page's or carry the session's secret; over
//! WebSocket a cookie counts from our own page alone, and a token may come in `connection_init`.

use std::sync::{Arc, atomic::Ordering};

use async_graphql::{Data, Response as GraphqlResponse, Value};
use async_graphql_axum::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use axum::{
    extract::{State, ws::WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
};
use commands::{access, authorization::Action};

use super::HttpError;
use crate::{
    auth::{Identity, identify, identify_for_change, identify_token, is_same_origin},
    graphql::{Asking, loader},
    state::AppState,
};

/// Largest message of a WebSocket, bytes.
const MESSAGE_BYTES_MAX: usize = 256 << 10;

/// `POST /graphql`.
pub async fn execute(
    State(state): State<AppState>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> Result<GraphQLResponse, HttpError> {
    let identity = identify_for_change(&state, &headers).await?;
    let asking = Arc::new(Asking::of(&state, identity));
    let mut request = request.into_inner().data(state.clone()).data(Arc::clone(&asking));
    if let Some(identity) = &asking.identity {
        let permit = access::on_organization(&identity.principal, Action::Read)?;
        request = request.data(loader(&state, permit));
    }
    let mut response: GraphqlResponse = state.schema.execute(request).await;
    if asking.stale.load(Ordering::Relaxed) {
        response
            .extensions
            .insert("stale".to_owned(), Value::Boolean(true));
    }
    Ok(response.into())
}

/// `GET /graphql/ws`.
pub async fn subscribe(
    State(state): State<AppState>,
    headers: HeaderMap,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Result<Response, HttpError> {
    let by_cookie = if is_same_origin(&headers) || headers.contains_key("authorization") {
        identify(&state, &headers).await?
    } else {
        None
    };
    let schema = state.schema.clone();
    let upgrade = upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .protocols(async_graphql::http::ALL_WEBSOCKET_PROTOCOLS);
    Ok(upgrade.on_upgrade(move |socket| async move {
        GraphQLWebSocket::new(socket, schema, protocol)
            .on_connection_init(move |payload| connect(state, by_cookie, payload))
            .serve()
            .await;
    }))
}

async fn connect(
    state: AppState,
    by_cookie: Option<Identity>,
    payload: serde_json::Value,
) -> async_graphql::Result<Data> {
    let secret = ["authorization", "Authorization", "token"]
        .iter()
        .find_map(|name| payload.get(name)?.as_str());
    let identity = match secret.map(|s| s.trim_start_matches("Bearer ").trim()) {
        Some(secret) => Some(
            identify_token(&state, secret)
                .await
                .map_err(|e| async_graphql::Error::new(HttpError::from(e).message))?,
        ),
        None => by_cookie,
    };
    let mut data = Data::default();
    if let Some(identity) = &identity {
        let permit = access::on_organization(&identity.principal, Action::Read)
            .map_err(|e| async_graphql::Error::new(HttpError::from(e).message))?;
        data.insert(loader(&state, permit));
    }
    data.insert(Arc::new(Asking::of(&state, identity)));
    data.insert(state);
    Ok(data)
}
