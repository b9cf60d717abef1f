//! Who may not: people who only look, people of another organization, and everybody else's uploads.

use reqwest::StatusCode;

use super::desk::{BEGUN, CHANGED, FARM, imports, many_people};
use crate::stage::{TestApp, in_a_running_system};

in_a_running_system! {
    a_viewer_may_look_at_imports_and_not_touch_them;
    another_organizations_upload_and_import_are_not_found;
    an_upload_is_the_uploaders_alone;
}

async fn a_viewer_may_look_at_imports_and_not_touch_them(app: &TestApp) {
    let admin = app.admin().await;
    let import = imports(&admin, FARM).await;
    let upload = admin.uploads("more.csv", many_people(3).as_bytes()).await;
    let (viewer, _) = app.member(&admin, "VIEWER").await;
    let seen = viewer.asks("imports { nodes { id rejected } }").await;
    assert_eq!(seen["nodes"][0]["rejected"], 1, "{seen}");

    let before = app.events().await;
    for (call, done) in [
        (
            format!("startImport(uploadId: {upload:?}, source: TITLE_REP)"),
            BEGUN,
        ),
        (format!("cancelImport(importId: {import:?})"), CHANGED),
        (format!("undoImport(importId: {import:?})"), CHANGED),
        (
            "pushContacts(contacts: [{phone: \"7605550130\"}], idempotencyKey: \"k\")".to_owned(),
            BEGUN,
        ),
        (
            "saveMappingTemplate(name: \"Mine\", mapping: [{header: \"Tel\", field: \"phone\"}])".to_owned(),
            "MappingTemplatesChanged { position }",
        ),
    ] {
        assert_eq!(viewer.is_denied(&call, done).await, "FORBIDDEN", "{call}");
    }
    let look = format!("inspectUpload(uploadId: {upload:?}) {{ format }}");
    assert_eq!(viewer.is_not_answered(&look).await, "FORBIDDEN");
    let key = [("idempotency-key", "k"), ("content-type", "application/json")];
    let pushed = viewer
        .post("/api/v1/contacts", &key, b"[{\"phone\":\"7605550130\"}]".to_vec())
        .await;
    assert_eq!(pushed.status(), StatusCode::FORBIDDEN);
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn another_organizations_upload_and_import_are_not_found(app: &TestApp) {
    let admin = app.admin().await;
    let import = imports(&admin, FARM).await;
    let upload = admin.uploads("more.csv", many_people(3).as_bytes()).await;
    let stranger = app.admin_of(&app.another_organization().await).await;

    let before = app.events().await;
    for field in [
        format!("inspectUpload(uploadId: {upload:?}) {{ format }}"),
        format!("previewImport(uploadId: {upload:?}) {{ totals {{ rows }} }}"),
    ] {
        assert_eq!(stranger.is_not_answered(&field).await, "NOT_FOUND", "{field}");
    }
    for (call, done) in [
        (
            format!("startImport(uploadId: {upload:?}, source: TITLE_REP)"),
            BEGUN,
        ),
        (format!("cancelImport(importId: {import:?})"), CHANGED),
        (format!("undoImport(importId: {import:?})"), CHANGED),
    ] {
        assert_eq!(stranger.is_denied(&call, done).await, "NOT_FOUND", "{call}");
    }
    let bare = import.trim_start_matches("import-batch:");
    let path = format!("/imports/{bare}/rejected.csv");
    assert_eq!(stranger.gets(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(app.anybody().gets(&path).await.status(), StatusCode::UNAUTHORIZED);
    let look = format!("import(id: {import:?}) {{ rows }}");
    assert!(stranger.asks(&look).await.is_null());
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn an_upload_is_the_uploaders_alone(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, _) = app.member(&admin, "AGENT").await;
    let upload = agent.uploads("mine.csv", FARM.as_bytes()).await;
    let look = format!("inspectUpload(uploadId: {upload:?}) {{ format }}");
    assert_eq!(admin.is_not_answered(&look).await, "NOT_FOUND");
    assert_eq!(agent.asks(&look).await["format"], "csv");
}
