//! Accounts of other services: connected by consent or by key, pulled whole and then by what changed, connected again when the
//! service no longer accepts them, and nobody's but their user's.

use domain::Clock as _;
use reqwest::{StatusCode, header::LOCATION};
use sandbox::{Faults, PersonChange, RequestFault, RequestFaults, RunningSandbox};
use serde_json::{Value, json};

use super::desk::{BEGUN, FIGURES, ended, figures};
use crate::stage::{Engine, Person, TestApp, in_a_running_system, text, until};

in_a_running_system! {
    google_contacts_are_pulled_whole_and_then_by_what_changed;
    a_group_of_google_contacts_is_pulled_alone;
    an_account_that_was_cut_off_is_connected_again;
    a_service_that_is_asked_too_often_is_asked_again_later;
    a_consent_is_good_once_and_for_its_user;
    a_connected_account_is_its_users_alone;
    mojo_is_connected_by_a_key_and_a_list_of_it_pulled;
}

/// What a begun connection answers.
const CONSENT: &str = "ConnectionBegun { url }";

fn sandbox(app: &TestApp) -> &RunningSandbox {
    app.application().sandbox.as_ref().expect("a sandbox")
}

/// Where Google sends the user back to, as a path.
async fn back_from_google(agent: &Person) -> String {
    let begun = agent
        .does("beginConnection(source: GOOGLE_CONTACTS)", CONSENT)
        .await;
    let agreed = agent.follow(text(&begun["url"])).await;
    let back = agreed.headers()[LOCATION].to_str().expect("an address");
    let begin = back.find("/connections/").expect("our callback");
    back[begin..].to_owned()
}

/// Connects Google Contacts: the connection's id.
async fn connected(agent: &Person) -> String {
    let back = back_from_google(agent).await;
    let arrived = agent.gets(&back).await;
    assert_eq!(arrived.status(), StatusCode::SEE_OTHER);
    let mine = agent.asks("connections { id source broken }").await;
    assert_eq!(
        (&mine[0]["source"], &mine[0]["broken"]),
        (&json!("GOOGLE_CONTACTS"), &Value::Null)
    );
    assert_eq!(mine.as_array().map(Vec::len), Some(1), "{mine}");
    text(&mine[0]["id"]).to_owned()
}

/// Pulls, and answers the import at its end.
async fn pulled(agent: &Person, connection: &str, key: &str, more: &str) -> Value {
    let call = format!("startImportFromConnection(connectionId: {connection:?}, pullKey: {key:?} {more})");
    let begun = agent.does(&call, BEGUN).await;
    let fields = format!("source doNotContact error {FIGURES}");
    ended(agent, text(&begun["importId"]), &fields).await
}

async fn google_contacts_are_pulled_whole_and_then_by_what_changed(app: &TestApp) {
    let agent = app.admin().await;
    let google = connected(&agent).await;
    // So short that each page of a pull needs a new one.
    sandbox(app).google(|account| account.access_seconds = 60);

    let first = pulled(&agent, &google, "monday", "").await;
    assert_eq!(
        (&first["status"], &first["source"]),
        (&json!("COMPLETED"), &json!("GOOGLE_CONTACTS"))
    );
    // Every eleventh of 1,250 has no number; a fax is none.
    assert_eq!(figures(&first), [1_250, 1_137, 0, 113], "{first}");

    let again = format!("startImportFromConnection(connectionId: {google:?}, pullKey: \"monday\")");
    assert_eq!(agent.does(&again, BEGUN).await["repeated"], true);

    sandbox(app).google(|account| {
        account.people += 2;
        account.changes.push((3, PersonChange::Edited));
        account.changes.push((5, PersonChange::Deleted));
    });
    let changed = pulled(&agent, &google, "tuesday", "").await;
    assert_eq!(figures(&changed), [3, 2, 1, 0], "two new, one known: {changed}");
    let nothing = pulled(&agent, &google, "tuesday evening", "").await;
    assert_eq!(
        (&nothing["status"], figures(&nothing)),
        (&json!("COMPLETED"), [0, 0, 0, 0]),
        "{nothing}"
    );

    let everybody = pulled(&agent, &google, "wednesday", ", full: true").await;
    assert_eq!(figures(&everybody), [1_251, 0, 1_138, 113], "{everybody}");
    sandbox(app).google(|account| account.forgotten += 1);
    let forgotten = pulled(&agent, &google, "thursday", "").await;
    assert_eq!(
        figures(&forgotten),
        [1_251, 0, 1_138, 113],
        "the place is no longer known: {forgotten}"
    );
}

async fn a_group_of_google_contacts_is_pulled_alone(app: &TestApp) {
    let agent = app.admin().await;
    let google = connected(&agent).await;
    let shown = agent.asks("connections { lists { id name count } }").await;
    let lists = &shown[0]["lists"];
    assert_eq!(lists[0]["name"], "My Contacts", "{shown}");
    assert_eq!(
        (&lists[1]["name"], &lists[1]["count"]),
        (&json!("Farm"), &json!(125)),
        "empty groups are left out"
    );
    let farm = format!(", list: {:?}", text(&lists[1]["id"]));
    let pulled = pulled(&agent, &google, "farm", &farm).await;
    // Of every tenth, every eleventh has no number: 10, 120, 230 and so on.
    assert_eq!(figures(&pulled), [125, 113, 0, 12], "{pulled}");
}

async fn an_account_that_was_cut_off_is_connected_again(app: &TestApp) {
    let agent = app.admin().await;
    let google = connected(&agent).await;
    sandbox(app).google(|account| account.revocations += 1);

    let cut_off = pulled(&agent, &google, "a", "").await;
    assert_eq!(cut_off["status"], "FAILED", "{cut_off}");
    assert!(
        text(&cut_off["error"]).contains("must be connected again"),
        "{cut_off}"
    );
    let mine = agent.asks("connections { id broken }").await;
    assert!(text(&mine[0]["broken"]).contains("Google"), "{mine}");

    assert_eq!(connected(&agent).await, google, "it is the same connection");
    let healed = pulled(&agent, &google, "b", "").await;
    assert_eq!(figures(&healed)[1], 1_137, "{healed}");
}

async fn a_service_that_is_asked_too_often_is_asked_again_later(app: &TestApp) {
    let agent = app.admin().await;
    let google = connected(&agent).await;
    sandbox(app).set_faults(Faults {
        google: RequestFaults {
            retry_after: Some(90),
            script: vec![
                RequestFault::TooManyRequests,
                RequestFault::None,
                RequestFault::TooManyRequests,
            ],
            ..RequestFaults::default()
        },
        ..Faults::default()
    });
    let pulled = pulled(&agent, &google, "busy", "").await;
    assert_eq!(
        (&pulled["status"], figures(&pulled)[0]),
        (&json!("COMPLETED"), 1_250),
        "{pulled}"
    );
}

async fn a_consent_is_good_once_and_for_its_user(app: &TestApp) {
    let agent = app.admin().await;
    let (colleague, _) = app.member(&agent, "AGENT").await;
    let back = back_from_google(&agent).await;
    assert_eq!(app.anybody().gets(&back).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        colleague.gets(&back).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    // Somebody else had it: it is used up, so that nobody can try until they are right.
    let refused = agent.gets(&back).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text()
            .await
            .expect("a page")
            .contains("begin to connect again")
    );

    sandbox(app).google(|account| account.declines = true);
    let declined = agent.gets(&back_from_google(&agent).await).await;
    assert_eq!(declined.status(), StatusCode::OK);
    assert!(
        declined
            .text()
            .await
            .expect("a page")
            .contains("You did not agree")
    );

    sandbox(app).google(|account| {
        account.declines = false;
        account.withholds_contacts = true;
    });
    let unticked = agent.gets(&back_from_google(&agent).await).await;
    assert_eq!(unticked.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unticked.text().await.expect("a page").contains("tick that box"));
    assert_eq!(agent.asks("connections { id }").await, json!([]));
}

async fn a_connected_account_is_its_users_alone(app: &TestApp) {
    let agent = app.admin().await;
    let google = connected(&agent).await;
    let (colleague, _) = app.member(&agent, "AGENT").await;
    let (viewer, _) = app.member(&agent, "VIEWER").await;
    let stranger = app.admin_of(&app.another_organization().await).await;
    let pull = format!("startImportFromConnection(connectionId: {google:?}, pullKey: \"x\")");
    let end = format!("disconnect(connectionId: {google:?})");
    let before = app.events().await;
    for other in [&colleague, &stranger] {
        assert_eq!(other.asks("connections { id }").await, json!([]));
        assert_eq!(other.is_denied(&pull, BEGUN).await, "NOT_FOUND");
        assert_eq!(
            other
                .is_denied(&end, "AccountDisconnected { connectionId }")
                .await,
            "NOT_FOUND"
        );
    }
    let begin = "beginConnection(source: GOOGLE_CONTACTS)";
    assert_eq!(viewer.is_denied(begin, CONSENT).await, "FORBIDDEN");
    assert_eq!(app.events_since(before).await, Vec::<String>::new());

    agent.does(&end, "AccountDisconnected { connectionId }").await;
    assert_eq!(agent.asks("connections { id }").await, json!([]));
    assert_eq!(agent.is_denied(&pull, BEGUN).await, "NOT_FOUND");
}

async fn a_dialer_that_is_asked_too_often_is_asked_again_when_it_says(app: &TestApp) {
    let agent = app.admin().await;
    let connect = "connectWithKey(source: MOJO_DIALER, key: \"sandbox-mojo-key\", account: \"7\")";
    let account = agent.does(connect, "AccountConnected { connectionId }").await;
    sandbox(app).set_faults(Faults {
        mojo: RequestFaults {
            retry_after: Some(90),
            script: vec![
                RequestFault::TooManyRequests,
                RequestFault::None,
                RequestFault::TooManyRequests,
            ],
            ..RequestFaults::default()
        },
        ..Faults::default()
    });
    let pull = format!(
        "startImportFromConnection(connectionId: {}, pullKey: \"busy\", list: \"101\")",
        account["connectionId"]
    );
    let begun = agent.does(&pull, BEGUN).await;
    let import = text(&begun["importId"]);
    // At its first page, and once more at its second.
    for _ in 0..2 {
        let asked = app.clock.now() + chrono::Duration::seconds(90);
        until("the pull waits as long as the dialer asks", async || {
            let due = app.application().ports.queue.next_due().await;
            (due == Ok(Some(asked))).then_some(())
        })
        .await;
        let waiting = agent.asks(&format!("import(id: {import:?}) {{ status }}")).await;
        assert_eq!(waiting["status"], "RUNNING");
        app.clock.advance_to(asked);
    }
    let done = ended(&agent, import, FIGURES).await;
    assert_eq!(
        (&done["status"], figures(&done)),
        (&json!("COMPLETED"), [1_200, 1_200, 0, 0]),
        "{done}"
    );
}

#[test]
fn a_dialer_that_is_asked_too_often_is_asked_again_when_it_says_on_sqlite() {
    TestApp::tell_at_a_standstill(Engine::Sqlite, Faults::default(), async |app| {
        a_dialer_that_is_asked_too_often_is_asked_again_when_it_says(app).await;
    });
}

#[test]
fn a_dialer_that_is_asked_too_often_is_asked_again_when_it_says_on_postgres() {
    TestApp::tell_at_a_standstill(Engine::Postgres, Faults::default(), async |app| {
        a_dialer_that_is_asked_too_often_is_asked_again_when_it_says(app).await;
    });
}

async fn mojo_is_connected_by_a_key_and_a_list_of_it_pulled(app: &TestApp) {
    let agent = app.admin().await;
    let offered = agent.asks("contactSources { source connectBy }").await;
    assert_eq!(
        offered,
        json!([
            { "source": "GOOGLE_CONTACTS", "connectBy": "CONSENT" },
            { "source": "MOJO_DIALER", "connectBy": "KEY" },
        ])
    );
    let connect = |key: &str| format!("connectWithKey(source: MOJO_DIALER, key: {key:?}, account: \"7\")");
    let done = "AccountConnected { connectionId account { lists { id name count } } }";
    let wrong = agent.is_refused(&connect("guessed"), done).await;
    assert!(text(&wrong["message"]).contains("copy it again"), "{wrong}");

    let account = agent.does(&connect("sandbox-mojo-key"), done).await;
    let mojo = text(&account["connectionId"]).to_owned();
    assert_eq!(
        account["account"]["lists"][0],
        json!({ "id": "101", "name": "Expired Listings", "count": 1_200 })
    );
    let without_list = pulled(&agent, &mojo, "a", "").await;
    assert!(
        text(&without_list["error"]).contains("choose one of the account's lists"),
        "{without_list}"
    );
    let expired = pulled(&agent, &mojo, "b", ", list: \"101\"").await;
    assert_eq!(figures(&expired), [1_200, 1_200, 0, 0], "{expired}");
    // Mojo's call result says so of every ninth.
    assert_eq!(expired["doNotContact"], 133, "{expired}");
}
