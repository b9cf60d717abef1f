//! Somebody who talks to the system over HTTP: signed in by a browser's cookies, with an API token, or not at all.

use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use super::{app::text, live::Live};

/// What separates the parts of an upload.
const BOUNDARY: &str = "voicedrop-upload-boundary";

/// Who asks.
#[derive(Debug, Clone)]
pub struct Person {
    http: Client,
    address: String,
    /// Headers that prove who it is.
    proof: Vec<(&'static str, String)>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a browser, not a provider's client: it talks to the system under test"
)]
fn browser() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client")
}

impl Person {
    /// Not signed in.
    pub fn at(address: &str) -> Self {
        Self {
            http: browser(),
            address: address.to_owned(),
            proof: Vec::new(),
        }
    }

    /// Signed in by a one-time link: cookies, and the secret that a change sends along.
    pub async fn by_link(address: &str, link: &str) -> Self {
        let person = Self::at(address);
        let response = person.follow(link).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "the link signs in");
        person.keeping_cookies_of(&response)
    }

    /// Signed in by what an answer has set: cookies, and the secret that a change sends along.
    pub fn keeping_cookies_of(mut self, response: &Response) -> Self {
        let cookies: Vec<String> = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|c| c.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        let csrf = cookies
            .iter()
            .find_map(|c| c.strip_prefix("vd_csrf="))
            .expect("the session's secret")
            .to_owned();
        self.proof = vec![("cookie", cookies.join("; ")), ("x-csrf-token", csrf)];
        self
    }

    /// With an API token.
    pub fn by_token(address: &str, secret: &str) -> Self {
        Self {
            proof: vec![("authorization", format!("Bearer {secret}"))],
            ..Self::at(address)
        }
    }

    /// A program that talks to the same system with this token.
    pub fn with_token(&self, secret: &str) -> Self {
        Self::by_token(&self.address, secret)
    }

    /// The same person's browser on a page of somebody else: it sends the cookies, and cannot know the secret.
    pub fn lured_away(&self) -> Self {
        let mut lured = self.clone();
        lured.proof.retain(|(name, _)| *name == "cookie");
        lured
    }

    /// Follows a link.
    pub async fn follow(&self, link: &str) -> Response {
        self.http.get(link).send().await.expect("an answer")
    }

    /// Follows a link from this byte on, as a player that seeks.
    pub async fn follows_from(&self, link: &str, byte: u64) -> Response {
        let request = self
            .http
            .get(link)
            .header(header::RANGE, format!("bytes={byte}-"));
        request.send().await.expect("an answer")
    }

    fn proven(&self, mut request: RequestBuilder) -> RequestBuilder {
        for (name, value) in &self.proof {
            request = request.header(*name, value);
        }
        request
    }

    /// Gets what lies under a path.
    pub async fn gets(&self, path: &str) -> Response {
        let request = self.proven(self.http.get(format!("{}{path}", self.address)));
        request.send().await.expect("an answer")
    }

    /// Watches a field of a live view, as the page does.
    pub async fn watches(&self, field: &str) -> Live {
        Live::begin(&self.address, &self.proof, field).await
    }

    /// Gets JSON from somewhere else, with a header.
    pub async fn gets_elsewhere(&self, address: &str, header: (&str, &str)) -> Value {
        let request = self.http.get(address).header(header.0, header.1);
        request
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }

    /// Posts a body as it is.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
        let mut request = self.proven(self.http.post(format!("{}{path}", self.address)));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().await.expect("an answer")
    }

    /// Asks, and answers all of what comes back with the status.
    pub async fn request(&self, document: &str) -> (StatusCode, Value) {
        let body = serde_json::to_vec(&json!({"query": document})).expect("JSON");
        let kind = [("content-type", "application/json")];
        let response = self.post("/graphql", &kind, body).await;
        let status = response.status();
        (status, response.json().await.expect("JSON"))
    }

    /// Asks for one field and answers it. An error fails.
    pub async fn asks(&self, field: &str) -> Value {
        let (_, answer) = self.request(&format!("{{ it: {field} }}")).await;
        assert!(answer.get("errors").is_none(), "{field}: {answer}");
        answer["data"]["it"].clone()
    }

    /// Asks for one field and is answered with an error: its code.
    pub async fn is_not_answered(&self, field: &str) -> String {
        let (_, answer) = self.request(&format!("{{ it: {field} }}")).await;
        error_code(&answer)
    }

    async fn change(&self, call: &str, done: &str) -> Value {
        let document = format!(
            "mutation {{ it: {call} {{ __typename ... on {done} ... on Refusal {{ code message details }} }} }}"
        );
        let (_, answer) = self.request(&document).await;
        answer
    }

    /// Changes something: what was done. A refusal or an error fails. `done` is the type and what is wanted of it.
    pub async fn does(&self, call: &str, done: &str) -> Value {
        let answer = self.change(call, done).await;
        let it = &answer["data"]["it"];
        assert!(
            it.is_object() && it["__typename"] != "Refusal",
            "{call}: {answer}"
        );
        it.clone()
    }

    /// Tries to change something that a rule forbids: the refusal.
    pub async fn is_refused(&self, call: &str, done: &str) -> Value {
        let answer = self.change(call, done).await;
        let it = &answer["data"]["it"];
        assert_eq!(it["__typename"], "Refusal", "{call}: {answer}");
        it.clone()
    }

    /// Tries to change something that is not theirs to change: the error's code.
    pub async fn is_denied(&self, call: &str, done: &str) -> String {
        error_code(&self.change(call, done).await)
    }

    /// Sends a file as a browser's form does.
    pub async fn sends_file(&self, name: &str, content: &[u8]) -> Response {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.post("/uploads", &[("content-type", &kind)], body).await
    }

    /// Uploads a file: the upload's id.
    pub async fn uploads(&self, name: &str, content: &[u8]) -> String {
        let response = self.sends_file(name, content).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let answer: Value = response.json().await.expect("JSON");
        text(&answer["uploadId"]).to_owned()
    }
}

/// The code of an answer's first error.
#[track_caller]
fn error_code(answer: &Value) -> String {
    let code = answer["errors"][0]["extensions"]["code"]
        .as_str()
        .or_else(|| answer["error"]["code"].as_str());
    code.unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
}
