//! A live view over the wire: the graphql-transport-ws protocol as the page speaks it
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_mins(1);

/// A subscription that goes on.
#[derive(Debug)]
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    field: String,
}

impl Live {
    /// Subscribes with these headers from the system's own page.
    pub async fn begin(address: &str, proof: &[(&'static str, String)], field: &str) -> Self {
        let at = format!("{}/graphql/ws", address.replacen("http", "ws", 1));
        let mut request = at.into_client_request().expect("an address");
        let headers = request.headers_mut();
        let value = |text: &str| HeaderValue::from_str(text).expect("a header");
        headers.insert("sec-websocket-protocol", value("graphql-transport-ws"));
        headers.insert("origin", value(address));
        for (name, text) in proof {
            headers.insert(*name, value(text));
        }
        let (socket, _) = connect_async(request).await.expect("a WebSocket");
        let mut live = Self {
            socket,
            field: field.to_owned(),
        };
        live.say(json!({"type": "connection_init"})).await;
        let greeting = live.hears().await;
        assert_eq!(greeting["type"], "connection_ack", "{greeting}");
        let query = format!("subscription {{ it: {field} }}");
        let subscribe = json!({"id": "1", "type": "subscribe", "payload": {"query": query}});
        live.say(subscribe).await;
        live
    }

    async fn say(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.socket.send(message).await.expect("the socket takes it");
    }

    async fn hears(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(ANSWER_MAX, self.socket.next());
            let message = next.await.unwrap_or_else(|_| panic!("{} is silent", self.field));
            match message.expect("the socket is open").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Close(frame) => panic!("{} was closed: {frame:?}", self.field),
                _ => {}
            }
        }
    }

    /// What it tells next; nothing once it has ended.
    pub async fn tells(&mut self) -> Option<Value> {
        let message = self.hears().await;
        match message["type"].as_str() {
            Some("next") => {
                assert!(message["payload"].get("errors").is_none(), "{message}");
                Some(message["payload"]["data"]["it"].clone())
            }
            Some("complete") => None,
            _ => panic!("{}: {message}", self.field),
        }
    }

    /// All that it tells until something holds of what it told, that included.
    pub async fn tells_until(&mut self, mut holds: impl FnMut(&Value) -> bool) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let next = self.tells().await;
            let next = next.unwrap_or_else(|| panic!("{} ended after {told:?}", self.field));
            let last = holds(&next);
            told.push(next);
            if last {
                return told;
            }
        }
    }
}
