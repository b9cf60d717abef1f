//! Programs push contacts: the same key again is the same push, and what is no list is refused before anything is recorded.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::desk::{BEGUN, FIGURES, ended, figures};
use crate::{
    graphql::campaign::Campaign,
    stage::{Person, TestApp, in_a_running_system, text},
};

in_a_running_system! {
    a_push_with_the_same_key_is_one_push;
    a_push_that_failed_can_be_sent_again;
    a_push_goes_into_a_campaign_of_its_owner_and_no_others;
    what_is_no_push_is_refused_and_records_nothing;
    typed_contacts_are_pushed_over_graphql;
}

const LEADS: &[u8] =
    b"[{\"name\": \"Ada Moreno\", \"phone\": \"(760) 555-0120\", \"email\": \"ada@example.com\"},\n\
    {\"name\": \"Ben Okafor\", \"phone\": \"760-555-0121\"}, {\"name\": \"Cleo Park\", \"phone\": \"12\"}]";

/// A program of the admin's that may write.
async fn program(app: &TestApp) -> Person {
    let admin = app.admin().await;
    let made = admin
        .does(
            "createApiToken(name: \"CRM\", scope: WRITE)",
            "TokenCreated { secret }",
        )
        .await;
    admin.with_token(text(&made["secret"]))
}

async fn push(program: &Person, path: &str, key: &str, body: &[u8]) -> (StatusCode, Value) {
    let headers = [("idempotency-key", key), ("content-type", "application/json")];
    let answer = program.post(path, &headers, body.to_vec()).await;
    let status = answer.status();
    (status, answer.json().await.expect("JSON"))
}

async fn a_push_with_the_same_key_is_one_push(app: &TestApp) {
    let program = program(app).await;
    let (status, first) = push(&program, "/api/v1/contacts", "lead-7", LEADS).await;
    assert_eq!(
        (status, &first["repeated"]),
        (StatusCode::ACCEPTED, &json!(false))
    );
    let import = text(&first["importId"]).to_owned();
    let done = ended(&program, &import, &format!("source {FIGURES}")).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    assert_eq!(done["source"], "API_INTEGRATION");
    assert_eq!(figures(&done), [3, 2, 0, 1], "{done}");

    let before = app.events().await;
    let (status, again) = push(&program, "/api/v1/contacts", "lead-7", LEADS).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&again["importId"], &again["repeated"]),
        (&json!(import), &json!(true))
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());

    let lines = b"{\"phone\": \"7605550120\"}\n{\"phone\": \"7605550122\"}\n";
    let (status, other) = push(&program, "/api/v1/contacts", "lead-8", lines).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let done = ended(&program, text(&other["importId"]), FIGURES).await;
    assert_eq!(figures(&done), [2, 1, 1, 0], "{done}");
}

async fn a_push_that_failed_can_be_sent_again(app: &TestApp) {
    let program = program(app).await;
    let admin = app.admin().await;
    let at_most = async |contacts: u32| {
        let change = format!("changeSettings(change: {{contactsPerCampaignMax: {contacts}}})");
        admin.does(&change, "OrganizationChanged { position }").await;
    };
    at_most(1).await;
    let campaign = Campaign::draft(&program).await;
    let path = format!("/api/v1/contacts?campaign={}", campaign.id);
    let (status, first) = push(&program, &path, "lead-9", LEADS).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let failed = ended(&program, text(&first["importId"]), "error").await;
    assert_eq!(failed["status"], "FAILED", "{failed}");

    at_most(100).await;
    let (status, again) = push(&program, &path, "lead-9", LEADS).await;
    assert_eq!(
        (status, &again["repeated"]),
        (StatusCode::ACCEPTED, &json!(false)),
        "{again}"
    );
    assert_ne!(first["importId"], again["importId"]);
    let done = ended(&program, text(&again["importId"]), FIGURES).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    assert_eq!(campaign.field("counters { contacts }").await["contacts"], 2);
    let (status, third) = push(&program, &path, "lead-9", LEADS).await;
    assert_eq!(
        (status, &third["importId"]),
        (StatusCode::OK, &again["importId"]),
        "now it is in"
    );
}

async fn a_push_goes_into_a_campaign_of_its_owner_and_no_others(app: &TestApp) {
    let program = program(app).await;
    let campaign = Campaign::draft(&program).await;
    let path = format!("/api/v1/contacts?campaign={}&source=mojo_dialer", campaign.id);
    let (status, begun) = push(&program, &path, "a", LEADS).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let done = ended(&program, text(&begun["importId"]), "source campaignId").await;
    assert_eq!(
        (&done["source"], &done["campaignId"]),
        (&json!("MOJO_DIALER"), &json!(campaign.id))
    );
    campaign.is("DRAFT").await;
    assert_eq!(campaign.field("counters { contacts }").await["contacts"], 2);

    let admin = app.admin().await;
    let (agent, _) = app.member(&admin, "AGENT").await;
    let (status, _) = push(&agent, &path, "b", LEADS).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another's campaign is not there");
}

async fn what_is_no_push_is_refused_and_records_nothing(app: &TestApp) {
    let program = program(app).await;
    let before = app.events().await;
    let many = format!("[{}]", vec!["{\"phone\":\"1\"}"; 1_001].join(","));
    let large = format!("[{{\"note\": \"{}\"}}]", "x".repeat(1 << 20));
    for (body, expected) in [
        (b"[1]".as_slice(), StatusCode::BAD_REQUEST),
        (b"hello", StatusCode::BAD_REQUEST),
        (b"[]", StatusCode::UNPROCESSABLE_ENTITY),
        (many.as_bytes(), StatusCode::UNPROCESSABLE_ENTITY),
        (large.as_bytes(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let (status, answer) = push(&program, "/api/v1/contacts", "k", body).await;
        assert_eq!(status, expected, "{answer}");
        assert!(!text(&answer["error"]["message"]).is_empty());
    }
    let (status, answer) = push(&program, "/api/v1/contacts", " ", LEADS).await;
    assert_eq!(
        (status, text(&answer["error"]["code"])),
        (StatusCode::BAD_REQUEST, "IDEMPOTENCY_KEY_NEEDED")
    );
    let (status, _) = push(&program, "/api/v1/contacts?source=elsewhere", "k", LEADS).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let nobody = app.anybody();
    let (status, _) = push(&nobody, "/api/v1/contacts", "k", LEADS).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn typed_contacts_are_pushed_over_graphql(app: &TestApp) {
    let program = program(app).await;
    let call = "pushContacts(idempotencyKey: \"typed\", contacts: [\
        {mobilePhone: \"7605550120\", firstName: \"Ada\", lastName: \"Moreno\", attributes: [{name: \"pool\", value: \"yes\"}]}, \
        {phone: \"7605550121\", name: \"Ben Okafor\", doNotContact: true}])";
    let begun = program.does(call, BEGUN).await;
    let done = ended(
        &program,
        text(&begun["importId"]),
        &format!("{FIGURES} doNotContact"),
    )
    .await;
    assert_eq!(figures(&done), [2, 2, 0, 0], "{done}");
    assert_eq!(done["doNotContact"], 1, "{done}");
    assert_eq!(program.does(call, BEGUN).await["repeated"], true);
}
