//! Mojo Dialer in the shape that is configured: what is asked, and what every answer becomes. The shape itself is a guess.

use commands::ports::{ContactSourcePort, PullRequest, SourceFailure, SourceTokens};
use providers::{HttpClient, MojoConfig, MojoDialer};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stage::{answering, failure, json, mojo, mojo_config, requests, sent};

fn tokens() -> SourceTokens {
    SourceTokens {
        access: "mojo-key".into(),
        refresh: None,
        expires_at: None,
        account: Some("7".to_owned()),
    }
}

fn pull(list: Option<&str>) -> PullRequest {
    PullRequest {
        tokens: tokens(),
        list: list.map(str::to_owned),
        cursor: None,
    }
}

fn leads(count: usize) -> ResponseTemplate {
    let leads: Vec<_> = (0..count)
        .map(|n| json!({ "id": n, "phone": "7605550120" }))
        .collect();
    json(200, json!({ "data": leads, "total": 1_000 }))
}

#[tokio::test]
async fn lists_are_asked_for_with_the_users_key_and_id() {
    let body = json!([{ "id": 101, "name": "Expireds", "count": 12 }, { "name": "without an id" }]);
    let server = answering(json(200, body)).await;
    let lists = mojo(&server.uri()).lists(&tokens()).await.unwrap();
    assert_eq!(lists.len(), 1);
    assert_eq!((lists[0].id.as_str(), lists[0].count), ("101", Some(12)));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn leads_come_page_by_page_until_one_is_not_full() {
    let server = answering(leads(2)).await;
    let client = mojo(&server.uri());
    let first = client.pull(&pull(Some("101")), None).await.unwrap();
    assert_eq!((first.contacts.len(), first.total), (2, Some(1_000)));
    let next = first.next_page.unwrap();
    // The same again: it does not page, and the page before was everything.
    let again = client.pull(&pull(Some("101")), Some(&next)).await.unwrap();
    assert_eq!((again.contacts.len(), again.next_page), (0, None));
    insta::assert_snapshot!(sent(&server).await);

    let server = answering(leads(1)).await;
    assert_eq!(
        mojo(&server.uri())
            .pull(&pull(Some("101")), None)
            .await
            .unwrap()
            .next_page,
        None
    );
}

#[tokio::test]
async fn another_shape_is_a_matter_of_settings() {
    let server = answering(json(200, json!({ "answer": { "rows": [{ "phone": "1" }] } }))).await;
    let config = MojoConfig {
        leads_path: "rest/groups/{list}/contacts/".into(),
        account_parameter: String::new(),
        page_parameter: String::new(),
        page_size_parameter: String::new(),
        items_at: "/answer/rows".into(),
        page_size: 1,
        ..mojo_config(&server.uri())
    };
    let client = MojoDialer::with_client(&HttpClient::new().unwrap(), config).unwrap();
    let page = client.pull(&pull(Some("5")), None).await.unwrap();
    assert_eq!((page.contacts.len(), page.next_page), (1, None));
    insta::assert_snapshot!(sent(&server).await);
}

#[tokio::test]
async fn a_list_that_would_change_the_path_is_not_asked_for() {
    let server = answering(leads(1)).await;
    for list in [None, Some(""), Some("../../users"), Some("1?all=1"), Some("1/2")] {
        let refused = mojo(&server.uri()).pull(&pull(list), None).await.unwrap_err();
        assert!(
            refused.to_string().contains("choose one of the account's lists"),
            "{refused}"
        );
    }
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn every_refusal_says_what_can_be_done() {
    let answers = [
        ("wrong key", ResponseTemplate::new(401)),
        ("no right", ResponseTemplate::new(403)),
        (
            "a sign-in page",
            ResponseTemplate::new(200).set_body_raw("<html>Dana</html>", "text/html"),
        ),
        (
            "sent to sign in",
            ResponseTemplate::new(302).insert_header("location", "/login/?next=/"),
        ),
        (
            "moved",
            ResponseTemplate::new(301).insert_header("location", "https://other.example/"),
        ),
        ("no such list", json(404, json!({ "error": "no_such_list" }))),
        (
            "too often",
            ResponseTemplate::new(429).insert_header("retry-after", "60"),
        ),
        ("broken", ResponseTemplate::new(502)),
        ("another shape", json(200, json!({ "rows": [] }))),
    ];
    let mut table = Vec::new();
    for (name, answer) in answers {
        let server = answering(answer).await;
        let failed = mojo(&server.uri())
            .pull(&pull(Some("101")), None)
            .await
            .unwrap_err();
        let told = match &failed {
            SourceFailure::Port(error) => failure(error, requests(&server).await),
            other => other.to_string(),
        };
        table.push(format!("{name}: {told}"));
    }
    let table = table.join("\n");
    assert!(!table.contains("Dana"), "{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn a_key_does_not_travel_in_the_open() {
    let client = HttpClient::new().unwrap();
    let at = |address: &str| MojoDialer::with_client(&client, MojoConfig::new(address));
    assert!(at("https://app.mojosells.example").is_ok());
    assert!(at("http://127.0.0.1:9").is_ok());
    for open in [
        "http://app.mojosells.example",
        "ftp://app.mojosells.example",
        "mojosells",
    ] {
        assert!(at(open).is_err(), "{open}");
    }
    let no_list = MojoConfig {
        leads_path: "leads".into(),
        ..mojo_config("http://127.0.0.1:9")
    };
    assert!(MojoDialer::with_client(&client, no_list).is_err());
}
