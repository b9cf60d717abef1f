//! What a campaign is estimated to cost before each paid step, and what it did cost.

use serde_json::Value;

use super::desk::{micros, outside, twelve_people};
use crate::{
    graphql::campaign::Campaign,
    stage::{TestApp, in_a_running_system},
};

in_a_running_system! {
    estimates_become_actuals_line_by_line;
}

async fn cost(campaign: &Campaign, engine: &str) -> Value {
    let asked = format!(
        "campaignCost(campaignId: {:?}{engine}) {{ lines {{ step quantity rate estimate actual expected overExpected }} estimate actual }}",
        campaign.id
    );
    campaign.agent.asks(&asked).await
}

fn line<'a>(cost: &'a Value, step: &str) -> &'a Value {
    let lines = cost["lines"].as_array().expect("lines");
    lines
        .iter()
        .find(|l| l["step"] == step)
        .expect("a line for each step")
}

async fn estimates_become_actuals_line_by_line(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    let by_template = cost(&campaign, "").await;
    assert_eq!(micros(&line(&by_template, "WRITER")["estimate"]), 0);
    let by_model = cost(&campaign, ", engine: {provider: \"groq\"}").await;
    assert_eq!(micros(&line(&by_model, "WRITER")["estimate"]), 12_000);
    assert_eq!(micros(&line(&by_model, "CARRIER")["estimate"]), 1_200_000);
    assert!(micros(&line(&by_model, "VOICE")["estimate"]) > 0);
    assert_eq!(micros(&by_model["actual"]), 0);

    let campaign = campaign.with_scripts().await;
    let written = cost(&campaign, ", engine: {provider: \"groq\"}").await;
    assert_eq!(
        micros(&line(&written, "WRITER")["estimate"]),
        0,
        "there is nothing left to write"
    );
    let characters: u64 = super::desk::scripts(&campaign, "characters")
        .await
        .iter()
        .filter_map(|s| s["characters"].as_u64())
        .sum();
    assert_eq!(line(&written, "VOICE")["quantity"], characters);

    let campaign = campaign.reviewed_and_spoken().await;
    let spoken = cost(&campaign, "").await;
    assert_eq!(micros(&line(&spoken, "VOICE")["estimate"]), 0);
    let billed = outside(app).bill()["micro_dollars"]["speech"].as_i64();
    assert_eq!(line(&spoken, "VOICE")["actual"].as_i64(), billed);
    let voice = line(&spoken, "VOICE");
    // $0.30 a thousand characters says the rate card, $0.10 the provider's bill.
    assert_eq!(micros(&voice["expected"]), 3 * micros(&voice["actual"]));
    assert_eq!(
        micros(&voice["overExpected"]),
        micros(&voice["actual"]) - micros(&voice["expected"])
    );
    assert!(line(&spoken, "STORAGE")["quantity"].as_u64() > Some(0));
    assert!(
        line(&spoken, "STORAGE")["actual"].is_null(),
        "nobody bills the storage"
    );
}
