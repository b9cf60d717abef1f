//! What an admin says of a state besides switching it on, and the rules as clients see them.

use serde_json::{Value, json};

use super::campaign::Campaign;
use crate::stage::{Person, TestApp, in_a_running_system};

in_a_running_system! {
    nothing_is_sent_into_a_state_under_an_emergency_until_it_is_over;
    a_permit_is_on_record_until_it_is_withdrawn;
    every_rule_is_shown_with_where_it_was_read;
    a_consent_from_before_a_revocation_is_recorded_of_nobody;
}

/// What an administrative change answers.
const DONE: &str = "OrganizationChanged { position }";

/// Fields of the organization as they are after a change.
async fn organization(agent: &Person, done: &Value, fields: &str) -> Value {
    let position = &done["position"];
    agent
        .asks(&format!("organization(minPosition: {position}) {{ {fields} }}"))
        .await
}

async fn nothing_is_sent_into_a_state_under_an_emergency_until_it_is_over(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    let declared = agent
        .does(r#"declareEmergency(state: "CA", reason: "wildfires")"#, DONE)
        .await;
    assert_eq!(
        organization(&agent, &declared, "emergencies { state until reason }").await["emergencies"],
        json!([{"state": "CA", "until": null, "reason": "wildfires"}])
    );
    let precheck = format!(
        "precheck(campaignId: {:?}) {{ eligible obstacles {{ rule }} }}",
        campaign.id
    );
    let found = agent.asks(&precheck).await;
    assert_eq!(found["eligible"], 0, "{found}");
    assert!(
        found["obstacles"]
            .to_string()
            .contains("US-CA.EMERGENCY.DECLARED"),
        "{found}"
    );
    agent
        .does(r#"endEmergency(state: "CA", reason: "contained")"#, DONE)
        .await;
    campaign.sent().await;
}

async fn a_permit_is_on_record_until_it_is_withdrawn(app: &TestApp) {
    let agent = app.admin().await;
    let record =
        r#"recordPermit(input: {state: "TX", kind: DEVICE, number: "AD-1042", expiresOn: "2027-08-31"})"#;
    let recorded = agent.does(record, DONE).await;
    assert_eq!(
        organization(&agent, &recorded, "permits { state kind number expiresOn }").await["permits"],
        json!([{"state": "TX", "kind": "DEVICE", "number": "AD-1042", "expiresOn": "2027-08-31"}])
    );
    let withdraw = r#"withdrawPermit(state: "TX", permit: DEVICE, reason: "not renewed")"#;
    let withdrawn = agent.does(withdraw, DONE).await;
    assert_eq!(
        organization(&agent, &withdrawn, "permits { number }").await["permits"],
        json!([])
    );
}

async fn every_rule_is_shown_with_where_it_was_read(app: &TestApp) {
    let agent = app.admin().await;
    let rule = "id kind citation source readOn confidence effectiveFrom";
    let asked = format!(
        "complianceRules {{ id sha256 nextReviewOn everywhere: rules {{ {rule} }} oregon: rules(state: \"OR\") {{ {rule} }} }}"
    );
    let shown = agent.asks(&asked).await;
    let cap = shown["oregon"]
        .as_array()
        .and_then(|rules| rules.iter().find(|r| r["id"] == "US-OR.CAP.24H"));
    let cap = cap.expect("Oregon caps attempts");
    assert_eq!(cap["effectiveFrom"], "2026-01-01");
    assert!(shown["everywhere"].to_string().contains("US.CONSENT"));
    let rules = shown["everywhere"].as_array().into_iter().flatten();
    for rule in rules.chain(shown["oregon"].as_array().into_iter().flatten()) {
        assert!(
            rule["citation"].as_str().is_some_and(|text| !text.is_empty()),
            "{rule}"
        );
    }
}

async fn a_consent_from_before_a_revocation_is_recorded_of_nobody(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await.with_people().await;
    let people = campaign
        .ids("contacts(first: 50) { nodes { id: contactId } }")
        .await;
    let revoked = format!("revokeConsent(id: {:?}, how: \"by telephone\")", people[4]);
    agent.does(&revoked, "ContactChanged { position }").await;
    let before = app.events().await;
    let consent = format!(
        "recordConsent(contactIds: {people:?}, consent: {{form: WRITTEN, seller: \"Demonstration Realty\", \
         disclosureSha256: \"{}\", capturedAt: \"2025-11-30T00:00:00Z\", how: \"an old web form\"}})",
        "cd".repeat(32)
    );
    let refusal = agent
        .is_refused(&consent, "ConsentsRecorded { contacts position }")
        .await;
    assert_eq!(refusal["code"], "CONSENT_BEFORE_REVOCATION", "{refusal}");
    let named = refusal["details"].to_string();
    assert_eq!(
        people.iter().filter(|id| named.contains(id.as_str())).count(),
        1,
        "who revoked is named: {refusal}"
    );
    assert!(named.contains(&people[4]), "{refusal}");
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}
