//! Reports that are not the carrier's: stored as rejected, answered as documented, and without any effect.

use reqwest::StatusCode;

use crate::stage::{TestApp, in_a_running_system};

in_a_running_system! {
    a_callback_with_a_token_that_we_never_made_changes_nothing;
    a_report_with_a_bad_signature_is_turned_away;
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn a_callback_with_a_token_that_we_never_made_changes_nothing(app: &TestApp) {
    let before = (app.events().await, app.reports().await.rejected);
    let id = "019b76daa80073ffa73686a4520838b3";
    let path = format!("/webhooks/drop-cowboy/callback/{id}.{id}.{id}.627f59a176949e0bfec55a5f20c58f84");
    let body = br#"{"drop_id":"x","status":"success","code":0}"#.to_vec();
    let answer = app.anybody().post(&path, &[JSON], body).await;
    // The carrier reads no answer of a callback; a stranger learns nothing from it.
    assert_eq!(answer.status(), StatusCode::OK);
    let reports = app.reports().await;
    assert_eq!((app.events().await, reports.rejected), (before.0, before.1 + 1));
    assert_eq!((reports.waiting, reports.applied), (0, 0));
}

async fn a_report_with_a_bad_signature_is_turned_away(app: &TestApp) {
    let before = (app.events().await, app.reports().await.rejected);
    let headers = [
        JSON,
        ("x-signature", "t=1768600000,v1=00000000000000000000000000000000"),
        ("x-timestamp", "1768600000"),
    ];
    let answer = app
        .anybody()
        .post("/webhooks/drop-cowboy", &headers, b"{\"event\":\"rvm\"}".to_vec())
        .await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let reports = app.reports().await;
    assert_eq!((app.events().await, reports.rejected), (before.0, before.1 + 1));
    assert_eq!((reports.waiting, reports.applied), (0, 0));
}
