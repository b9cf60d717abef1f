//! The first admin of an installation: made by the link that the server prints while nobody is there, and by nothing else.

use reqwest::{Response, StatusCode};
use serde_json::json;
use voicedrop::auth::set_up_link;

use crate::stage::{Engine, TestApp};

#[test]
fn the_printed_link_makes_the_first_admin_once_on_sqlite() {
    TestApp::tell_before_anybody(Engine::Sqlite, the_printed_link_makes_the_first_admin_once);
}

#[test]
fn the_printed_link_makes_the_first_admin_once_on_postgres() {
    TestApp::tell_before_anybody(Engine::Postgres, the_printed_link_makes_the_first_admin_once);
}

async fn set_up(app: &TestApp, secret: &str, email: &str, password: &str) -> Response {
    let body = json!({
        "secret": secret, "organization": "Indian Wells Realty", "name": "Rosa Marchetti", "email": email, "password": password,
    });
    let kind = [("content-type", "application/json")];
    app.anybody()
        .post("/set-up", &kind, body.to_string().into_bytes())
        .await
}

async fn the_printed_link_makes_the_first_admin_once(app: &TestApp) {
    let state = app.application().state(app.address());
    let link = set_up_link(&state)
        .await
        .expect("an answer")
        .expect("nobody is there yet");
    let secret = link.rsplit_once('/').expect("an address").1;
    let (email, password) = ("rosa@example.com", "a long enough password");

    let made_up = "0".repeat(secret.len());
    let refused = [
        (made_up.as_str(), email, password, StatusCode::UNAUTHORIZED),
        (secret, email, "short", StatusCode::UNPROCESSABLE_ENTITY),
        (secret, "nowhere", password, StatusCode::UNPROCESSABLE_ENTITY),
    ];
    for (secret, email, password, why) in refused {
        assert_eq!(set_up(app, secret, email, password).await.status(), why);
    }
    assert_eq!(app.events().await, 0, "nothing was recorded");

    let done = set_up(app, secret, email, password).await;
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    let admin = app.anybody().keeping_cookies_of(&done);
    assert_eq!(admin.asks("viewer { role }").await["role"], "ADMIN");
    assert_eq!(app.events_since(0).await, ["OrganizationFounded"]);

    // Whoever comes second finds it done, the same person too.
    for email in [email, "eve@example.com"] {
        let again = set_up(app, secret, email, password).await;
        assert_eq!(again.status(), StatusCode::CONFLICT);
        assert!(again.headers().get("set-cookie").is_none(), "no session");
    }
    assert_eq!(app.events_since(0).await, ["OrganizationFounded"]);
    assert_eq!(
        set_up_link(&state).await.expect("an answer"),
        None,
        "no link is printed any more"
    );
}
