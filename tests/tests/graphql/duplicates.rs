//! People whom another campaign has, too, or has called lately: they are found, told apart, and taken out or kept.

use serde_json::json;

use super::{analytics::completed, campaign::Campaign};
use crate::stage::{Person, TestApp, in_a_running_system, text, until};

in_a_running_system! {
    people_who_were_called_lately_are_found_and_taken_out;
    people_in_two_drafts_are_kept_for_a_reason;
    another_agents_campaign_is_counted_and_not_named;
}

/// A draft over everybody that there is.
async fn draft_over_everybody(agent: &Person) -> Campaign {
    let contacts = agent.asks("contacts(first: 50) { nodes { id } }").await;
    let nodes = contacts["nodes"].as_array().expect("a list");
    let ids: Vec<&str> = nodes.iter().map(|n| text(&n["id"])).collect();
    let campaign = Campaign::draft(agent).await;
    let pick = format!("pickContacts(campaignId: {:?}, contactIds: {ids:?})", campaign.id);
    agent.does(&pick, "ContactsPicked { added }").await;
    until("they are in the campaign", async || {
        let counters = campaign.field("counters { contacts }").await;
        (counters["contacts"] == ids.len()).then_some(())
    })
    .await;
    campaign
}

const REPORT: &str = "contacts duplicates tooRecent minIntervalDays \
     conflicts { campaignId name visible contacts tooRecent daysSince } recommendations { advice basis }";

async fn people_who_were_called_lately_are_found_and_taken_out(app: &TestApp) {
    let first = completed(&app.admin().await).await;
    let agent = first.agent.clone();
    let second = draft_over_everybody(&agent).await;
    let ask = |days: u32| {
        format!(
            "duplicateReport(campaignId: {:?}, minIntervalDays: {days}) {{ {REPORT} }}",
            second.id
        )
    };
    let report = agent.asks(&ask(14)).await;
    assert_eq!(
        [&report["contacts"], &report["duplicates"], &report["tooRecent"]],
        [&json!(12), &json!(12), &json!(12)],
        "{report}"
    );
    let conflict = &report["conflicts"][0];
    assert_eq!(
        (&conflict["campaignId"], &conflict["tooRecent"]),
        (&json!(first.id), &json!(12))
    );
    assert!(
        text(&report["recommendations"][0]["advice"]).starts_with("Wait until"),
        "{report}"
    );
    let none = agent.asks(&ask(0)).await;
    assert_eq!(
        (&none["duplicates"], &none["tooRecent"]),
        (&json!(0), &json!(0)),
        "{none}"
    );

    each_is_listed_with_what_was_before(&first, &second).await;
    whoever_was_called_lately_is_taken_out(&second).await;
}

async fn each_is_listed_with_what_was_before(first: &Campaign, second: &Campaign) {
    let list = format!(
        "duplicates(campaignId: {:?}, minIntervalDays: 14, first: 50) {{ nodes {{ tooRecent daysSince conflicts {{ tooRecent }} \
         contact {{ contactedWithin(days: 14) campaigns {{ campaignId daysSince delivery }} }} }} }}",
        second.id
    );
    let listed = second.agent.asks(&list).await;
    let nodes = listed["nodes"].as_array().expect("a list");
    assert_eq!(nodes.len(), 12);
    for node in nodes {
        assert_eq!(
            (&node["tooRecent"], &node["contact"]["contactedWithin"]),
            (&json!(true), &json!(true))
        );
        let history = node["contact"]["campaigns"].as_array().expect("a history");
        let earlier = history.iter().find(|c| c["campaignId"] == json!(first.id));
        assert!(earlier.is_some_and(|c| c["daysSince"].is_u64()), "{node}");
    }
}

async fn whoever_was_called_lately_is_taken_out(second: &Campaign) {
    let agent = &second.agent;
    let check = format!("checkDuplicates(id: {:?}, minIntervalDays: 14)", second.id);
    let checked = "CampaignChanged { campaign { duplicateCheck { duplicates campaigns minIntervalDays } } }";
    let done = agent.does(&check, checked).await;
    assert_eq!(
        done["campaign"]["duplicateCheck"],
        json!({"duplicates": 12, "campaigns": 1, "minIntervalDays": 14})
    );
    let out = format!(
        "resolveDuplicates(id: {:?}, decision: {{removeTooRecent: true, minIntervalDays: 14}})",
        second.id
    );
    let resolved = "CampaignChanged { campaign { minIntervalDays counters { contacts } duplicateResolution { kept reason } } }";
    let done = agent.does(&out, resolved).await;
    assert_eq!(
        done["campaign"],
        json!({"minIntervalDays": 14, "counters": {"contacts": 0}, "duplicateResolution": {"kept": false, "reason": null}})
    );
}

async fn people_in_two_drafts_are_kept_for_a_reason(app: &TestApp) {
    let agent = app.admin().await;
    let first = Campaign::draft(&agent).await.with_people().await;
    let second = draft_over_everybody(&agent).await;
    let report = format!("duplicateReport(campaignId: {:?}) {{ {REPORT} }}", second.id);
    let found = agent.asks(&report).await;
    assert_eq!(
        (&found["duplicates"], &found["tooRecent"]),
        (&json!(12), &json!(0)),
        "{found}"
    );
    assert_eq!(found["conflicts"][0]["campaignId"], json!(first.id));
    assert!(
        text(&found["recommendations"][0]["basis"]).starts_with("12 contacts are also in 1 other campaign")
    );
    let keep = format!(
        "resolveDuplicates(id: {:?}, decision: {{keepReason: \"another farm\", minIntervalDays: 30}})",
        second.id
    );
    let resolved = "CampaignChanged { campaign { minIntervalDays counters { contacts } duplicateResolution { kept reason } } }";
    let done = agent.does(&keep, resolved).await;
    assert_eq!(
        done["campaign"],
        json!({"minIntervalDays": 30, "counters": {"contacts": 12}, "duplicateResolution": {"kept": true, "reason": "another farm"}})
    );
    // The interval of the decision is the one that the next check goes by.
    assert_eq!(agent.asks(&report).await["minIntervalDays"], 30);
    let endless = report.replace("duplicateReport(", "duplicateReport(minIntervalDays: 3651, ");
    assert_eq!(agent.is_not_answered(&endless).await, "INVALID_INTERVAL");
}

async fn another_agents_campaign_is_counted_and_not_named(app: &TestApp) {
    let admin = app.admin().await;
    Campaign::draft(&admin).await.with_people().await;
    let (agent, _) = app.member(&admin, "AGENT").await;
    // The agent imports the same list: the same people, since a number is one contact.
    let campaign = Campaign::draft(&agent).await;
    let import = campaign
        .begin_import(
            "the_same.csv",
            super::campaign::twelve_people()
                .replace("Falls", "Rose")
                .as_bytes(),
        )
        .await;
    assert_eq!(campaign.import_ended(&import).await["status"], "COMPLETED");
    let report = format!("duplicateReport(campaignId: {:?}) {{ {REPORT} }}", campaign.id);
    let found = agent.asks(&report).await;
    assert_eq!(found["duplicates"], 12, "{found}");
    let conflict = &found["conflicts"][0];
    assert_eq!(
        (&conflict["name"], &conflict["visible"]),
        (&json!("Another agent's campaign"), &json!(false))
    );
}
