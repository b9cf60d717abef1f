//! Addresses that other programs push contacts to: whoever has the address can push, the same push is one, and an address that
//! was revoked is as if it had never been.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::desk::{FIGURES, ended, figures};
use crate::stage::{Person, TestApp, in_a_running_system, text};

in_a_running_system! {
    a_program_pushes_to_an_address_of_its_own;
    what_can_not_be_taken_is_said_to_the_sender;
    an_address_is_its_makers_and_the_admins_to_revoke;
}

/// What a made address answers.
const MADE: &str = "InboundAddressCreated { url address { id } }";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Makes an address: its path, and its id.
async fn address(agent: &Person) -> (String, String) {
    let made = agent
        .does("createInboundAddress(source: MOJO_DIALER)", MADE)
        .await;
    let url = text(&made["url"]);
    let begin = url.find("/inbound/").expect("our address");
    (url[begin..].to_owned(), text(&made["address"]["id"]).to_owned())
}

async fn push(app: &TestApp, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (StatusCode, Value) {
    let answer = app.anybody().post(path, headers, body.to_vec()).await;
    let status = answer.status();
    (status, answer.json().await.expect("JSON"))
}

async fn a_program_pushes_to_an_address_of_its_own(app: &TestApp) {
    let agent = app.admin().await;
    let (path, _) = address(&agent).await;
    let lead = br#"{"full_name": "Ada Moreno", "Phone 1": "(760) 555-0120"}"#;
    let (status, first) = push(app, &path, &[("content-type", JSON)], lead).await;
    assert_eq!(
        (status, &first["repeated"]),
        (StatusCode::ACCEPTED, &json!(false)),
        "{first}"
    );
    let done = ended(&agent, text(&first["importId"]), &format!("source {FIGURES}")).await;
    assert_eq!(
        (&done["source"], figures(&done)),
        (&json!("MOJO_DIALER"), [1, 1, 0, 0]),
        "{done}"
    );

    // A sender that got no answer sends the same again.
    let (status, again) = push(app, &path, &[("content-type", JSON)], lead).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&again["importId"], &again["repeated"]),
        (&first["importId"], &json!(true))
    );

    let form = b"full_name=Ben+Okafor&phone=760.555.0121&last_call_result=DNC+Contact";
    let (status, other) = push(
        app,
        &path,
        &[("content-type", FORM), ("idempotency-key", "7")],
        form,
    )
    .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{other}");
    let done = ended(
        &agent,
        text(&other["importId"]),
        &format!("doNotContact {FIGURES}"),
    )
    .await;
    assert_eq!(
        (&done["doNotContact"], figures(&done)),
        (&json!(1), [1, 1, 0, 0]),
        "{done}"
    );
    let seen = agent.asks("inboundAddresses { lastUsedAt }").await;
    assert!(seen[0]["lastUsedAt"].is_string(), "{seen}");
}

async fn what_can_not_be_taken_is_said_to_the_sender(app: &TestApp) {
    let agent = app.admin().await;
    let (path, _) = address(&agent).await;
    let json = [("content-type", JSON)];
    let many = format!("[{}]", vec![r#"{"phone":"7605550120"}"#; 1_001].join(","));
    let before = app.events().await;
    for (body, expected) in [
        (b"not JSON".as_slice(), StatusCode::UNPROCESSABLE_ENTITY),
        (b"[1]", StatusCode::UNPROCESSABLE_ENTITY),
        (b"[]", StatusCode::UNPROCESSABLE_ENTITY),
        (many.as_bytes(), StatusCode::UNPROCESSABLE_ENTITY),
        (&vec![b' '; 2 << 20], StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (status, answer) = push(app, &path, &json, body).await;
        assert_eq!(status, expected, "{answer}");
        assert!(
            answer["error"]["message"].is_string() || answer["message"].is_string(),
            "{answer}"
        );
    }
    for nobodys in [
        "/inbound/contacts/guessed".to_owned(),
        format!("/inbound/contacts/{}", "x".repeat(500)),
    ] {
        let (status, answer) = push(app, &nobodys, &json, b"{\"phone\":\"7605550120\"}").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{answer}");
    }
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn an_address_is_its_makers_and_the_admins_to_revoke(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, _) = app.member(&admin, "AGENT").await;
    let (viewer, _) = app.member(&admin, "VIEWER").await;
    let (path, id) = address(&agent).await;
    let (_, admins) = address(&admin).await;
    let revoke = |id: &str| format!("revokeInboundAddress(addressId: {id:?})");
    let revoked = "InboundAddressRevoked { addressId }";
    assert_eq!(agent.is_denied(&revoke(&admins), revoked).await, "NOT_FOUND");
    assert_eq!(viewer.is_denied(&revoke(&id), revoked).await, "FORBIDDEN");
    let create = "createInboundAddress(source: MOJO_DIALER)";
    assert_eq!(viewer.is_denied(create, MADE).await, "FORBIDDEN");
    let (mine, all) = (
        agent.asks("inboundAddresses { id }").await,
        admin.asks("inboundAddresses { id }").await,
    );
    assert_eq!(
        (mine.as_array().map(Vec::len), all.as_array().map(Vec::len)),
        (Some(1), Some(2))
    );

    admin.does(&revoke(&id), revoked).await;
    let (status, _) = push(
        app,
        &path,
        &[("content-type", JSON)],
        b"{\"phone\":\"7605550120\"}",
    )
    .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
