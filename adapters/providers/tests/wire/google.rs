//! Google Contacts: what is asked of OAuth and of the People API, and what every answer becomes.

use chrono::{DateTime, Duration, Utc};
use commands::ports::{ContactSourcePort, PullRequest, SourceFailure, SourceTokens};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::stage::{answering, failure, google, json, requests, sent};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_600_000, 0).unwrap()
}

/// Tokens whose access ends in so many minutes.
fn tokens(minutes: i64) -> SourceTokens {
    SourceTokens {
        access: "access-1".into(),
        refresh: Some("refresh-1".into()),
        expires_at: Some(now() + Duration::minutes(minutes)),
        account: None,
    }
}

fn pull(list: Option<&str>, cursor: Option<&str>) -> PullRequest {
    PullRequest {
        tokens: tokens(60),
        list: list.map(str::to_owned),
        cursor: cursor.map(str::to_owned),
    }
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3_599, "token_type": "Bearer",
        "scope": scope,
    })
}

const CONTACTS: &str = "openid https://www.googleapis.com/auth/contacts.readonly";

/// The People API's error.
fn refused(status: u16, code: &str, reason: &str) -> ResponseTemplate {
    let details = json!([{ "reason": reason, "domain": "googleapis.com" }]);
    let error =
        json!({ "code": status, "message": "Dana at +17605550186", "status": code, "details": details });
    json(status, json!({ "error": error }))
}

fn told(failed: &SourceFailure, requests: usize) -> String {
    match failed {
        SourceFailure::Port(error) => failure(error, requests),
        other => format!("asked {requests}x; {other}"),
    }
}

#[tokio::test]
async fn a_user_is_sent_to_google_with_a_challenge_and_asked_for_reading_only() {
    let url = google("http://127.0.0.1:9")
        .consent_url("state-1", "challenge-1")
        .unwrap();
    insta::assert_snapshot!(url.replace('&', "\n&"));
}

#[tokio::test]
async fn a_code_becomes_tokens_that_end() {
    let server = answering(json(200, granted(CONTACTS))).await;
    let made = google(&server.uri())
        .exchange("4/code", "verifier-1", now())
        .await
        .unwrap();
    assert_eq!(made.access.expose_secret(), "access-2");
    assert_eq!(made.refresh.unwrap().expose_secret(), "refresh-2");
    assert_eq!(made.expires_at, Some(now() + Duration::seconds(3_599)));
    insta::assert_snapshot!(sent(&server).await.replace('&', "\n&"));
}

#[tokio::test]
async fn a_consent_without_the_contacts_or_without_lasting_permission_is_to_be_given_again() {
    let mut once = granted(CONTACTS);
    once["refresh_token"] = Value::Null;
    for (answer, what) in [
        (granted("openid"), "tick that box"),
        (once, "no lasting permission"),
    ] {
        let server = answering(json(200, answer)).await;
        let failed = google(&server.uri())
            .exchange("4/code", "verifier-1", now())
            .await
            .unwrap_err();
        assert!(
            matches!(&failed, SourceFailure::Reconnect(why) if why.contains(what)),
            "{failed}"
        );
    }
}

#[tokio::test]
async fn an_access_token_is_replaced_shortly_before_it_ends() {
    let server = answering(json(
        200,
        json!({ "access_token": "access-2", "expires_in": 3_599 }),
    ))
    .await;
    let client = google(&server.uri());
    let kept = client.refresh(tokens(6), now()).await.unwrap();
    assert_eq!(
        (kept.access.expose_secret(), requests(&server).await),
        ("access-1", 0)
    );
    let renewed = client.refresh(tokens(4), now()).await.unwrap();
    assert_eq!(renewed.access.expose_secret(), "access-2");
    assert_eq!(
        renewed.refresh.unwrap().expose_secret(),
        "refresh-1",
        "the old one stays good"
    );
    insta::assert_snapshot!(sent(&server).await.replace('&', "\n&"));
}

#[tokio::test]
async fn every_refusal_of_a_token_says_what_can_be_done() {
    let error = |status, code: &str| {
        json(
            status,
            json!({ "error": code, "error_description": "Token of dana@example.com has been revoked." }),
        )
    };
    let answers = [
        ("revoked", error(400, "invalid_grant")),
        ("wrong client", error(401, "invalid_client")),
        ("wrong address", error(400, "redirect_uri_mismatch")),
        ("malformed", error(400, "invalid_request")),
        (
            "too often",
            error(429, "rate_limit").insert_header("retry-after", "60"),
        ),
        ("broken", ResponseTemplate::new(503).set_body_string("<html>")),
    ];
    let mut table = Vec::new();
    for (name, answer) in answers {
        let server = answering(answer).await;
        let failed = google(&server.uri()).refresh(tokens(1), now()).await.unwrap_err();
        table.push(format!("{name}: {}", told(&failed, requests(&server).await)));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[tokio::test]
async fn a_page_of_people_is_passed_on_as_it_came() {
    let person = r#"{"resourceName":"people/c1","names":[{"displayName":"Ada  Moreno"}],"phoneNumbers":[{"value":"(760) 555-0120"}]}"#;
    let body = format!(r#"{{"connections":[{person}],"nextPageToken":"p2","totalItems":2}}"#);
    let server = answering(ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
    let client = google(&server.uri());
    let page = client.pull(&pull(None, None), None).await.unwrap();
    assert_eq!(page.contacts, [person]);
    assert_eq!((page.next_page.as_deref(), page.total), (Some("p2"), Some(2)));
    // Later pages and later pulls ask for the same.
    client.pull(&pull(None, None), Some("p2")).await.unwrap();
    client.pull(&pull(None, Some("s1")), None).await.unwrap();
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn the_last_page_says_where_to_go_on_and_an_empty_account_has_one() {
    let server = answering(json(200, json!({ "nextSyncToken": "s1" }))).await;
    let page = google(&server.uri()).pull(&pull(None, None), None).await.unwrap();
    assert_eq!(
        (page.contacts.len(), page.next_page, page.sync_cursor.as_deref()),
        (0, None, Some("s1"))
    );
}

#[tokio::test]
async fn of_a_group_only_members_are_kept() {
    let person = |n: u32, group: &str| {
        json!({
            "resourceName": format!("people/c{n}"),
            "memberships": [{ "contactGroupMembership": { "contactGroupResourceName": group } }],
        })
    };
    let people = json!([person(1, "contactGroups/farm"), person(2, "contactGroups/myContacts"), { "resourceName": "people/c3" }]);
    let server = answering(json(200, json!({ "connections": people, "totalItems": 3 }))).await;
    let page = google(&server.uri())
        .pull(&pull(Some("contactGroups/farm"), None), None)
        .await
        .unwrap();
    assert_eq!(page.contacts, [person(1, "contactGroups/farm").to_string()]);
    assert_eq!(page.total, None, "how many members there are is not said");
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn every_refusal_of_a_pull_says_what_can_be_done() {
    let answers = [
        (
            "old sync token",
            refused(400, "FAILED_PRECONDITION", "EXPIRED_SYNC_TOKEN"),
        ),
        ("old sync token, as some say it", ResponseTemplate::new(410)),
        ("bad request", refused(400, "INVALID_ARGUMENT", "BAD_FIELD")),
        ("ended", refused(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")),
        (
            "no contacts allowed",
            refused(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        ),
        ("API off", refused(403, "PERMISSION_DENIED", "SERVICE_DISABLED")),
        (
            "old kind of limit",
            refused(403, "PERMISSION_DENIED", "rateLimitExceeded"),
        ),
        (
            "too often",
            refused(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED").insert_header("retry-after", "60"),
        ),
        ("broken", refused(500, "INTERNAL", "x")),
        (
            "a page",
            ResponseTemplate::new(200).set_body_raw("<html>Dana</html>", "text/html"),
        ),
    ];
    let mut table = Vec::new();
    for (name, answer) in answers {
        let server = answering(answer).await;
        let failed = google(&server.uri())
            .pull(&pull(None, Some("s1")), None)
            .await
            .unwrap_err();
        table.push(format!("{name}: {}", told(&failed, requests(&server).await)));
    }
    let table = table.join("\n");
    assert!(!table.contains("Dana"), "{table}");
    insta::assert_snapshot!(table);
}
