//! What became of a campaign, in figures: the same wherever they are asked for, each rate with what it is a rate of.

use serde_json::{Value, json};

use super::campaign::{CHANGED, Campaign};
use crate::{
    scripts::desk::{as_of_now, scripts},
    stage::{Person, TestApp, in_a_running_system, text},
};

in_a_running_system! {
    the_figures_of_a_campaign_are_the_same_everywhere;
    a_trend_asks_for_a_span_that_can_be_answered;
    another_agents_results_are_in_no_figure;
    prompts_are_compared_by_what_the_model_was_told;
}

const RESULTS: &str = "attempted delivered listened failed pending listeningReported \
     deliveryRate { part whole share low high tooFew } listenRate { part whole } averageListenSeconds";

/// A campaign that went out to twelve people and has ended.
pub(super) async fn completed(agent: &Person) -> Campaign {
    let campaign = Campaign::draft(agent).await.with_people().await;
    sent(campaign.with_scripts().await).await
}

/// Written, and then spoken, approved and sent, and ended.
async fn sent(campaign: Campaign) -> Campaign {
    campaign.reviewed_and_spoken().await.sent().await
}

fn attempted(list: &Value) -> u64 {
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| row["results"]["attempted"].as_u64().expect("a count"))
        .sum()
}

async fn the_figures_of_a_campaign_are_the_same_everywhere(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = completed(&agent).await;
    let agent = campaign.agent.clone();
    app.everything_is_reported().await;
    let now = as_of_now(&agent).await;
    let field = format!("results {{ {RESULTS} }}");
    let seen = agent
        .asks(&format!("campaign(id: {:?}, {now}) {{ {field} }}", campaign.id))
        .await;
    let results = seen["results"].clone();
    assert_eq!(results["attempted"], 12, "{results}");
    let rate = &results["deliveryRate"];
    assert_eq!(
        (&rate["part"], &rate["whole"]),
        (&results["delivered"], &json!(12))
    );
    assert_eq!(rate["tooFew"], true, "twelve are too few to conclude anything");
    let bounds = ["low", "share", "high"].map(|bound| rate[bound].as_f64().expect("a share"));
    assert!(bounds.is_sorted(), "{rate}");
    if results["listeningReported"] == false {
        assert!(
            results["listenRate"].is_null(),
            "not reported is not nobody: {results}"
        );
    }

    the_parts_add_up_to_them(&campaign, &results).await;
    a_week_and_a_comparison_have_them_too(&agent, &campaign, &results).await;
}

async fn the_parts_add_up_to_them(campaign: &Campaign, results: &Value) {
    let agent = &campaign.agent;
    let field = format!("results {{ {RESULTS} }}");
    let overview = agent
        .asks(&format!(
            "overview {{ campaigns {field} costs {{ total perDelivered perListened }} }}"
        ))
        .await;
    assert_eq!(
        (&overview["campaigns"], &overview["results"]),
        (&json!(1), results)
    );
    let figures = "days { day attempted delivered } hours { weekday hour results { attempted } } \
         states { state results { attempted } } failures { code count words } costs { total }";
    let call = format!("analytics(campaignId: {:?}) {{ {field} {figures} }}", campaign.id);
    let analytics = agent.asks(&call).await;
    assert_eq!(&analytics["results"], results);
    assert_eq!(analytics["costs"]["total"], overview["costs"]["total"]);
    assert_eq!(attempted(&analytics["hours"]), 12);
    assert_eq!(
        analytics["states"],
        json!([{"state": "CA", "results": {"attempted": 12}}])
    );
    let days = analytics["days"].as_array().expect("days").iter();
    let sum: u64 = days.map(|d| d["attempted"].as_u64().expect("a count")).sum();
    assert_eq!(sum, 12, "{analytics}");
    let failed: u64 = analytics["failures"]
        .as_array()
        .expect("failures")
        .iter()
        .map(|f| f["count"].as_u64().expect("a count"))
        .sum();
    assert_eq!(results["failed"], failed);
}

async fn a_week_and_a_comparison_have_them_too(agent: &Person, campaign: &Campaign, results: &Value) {
    let call = format!(
        "trend(days: 7) {{ from until days {{ day attempted }} period {{ {RESULTS} }} \
         before {{ attempted }} deliveryChange {{ by }} }}"
    );
    let trend = agent.asks(&call).await;
    assert_eq!(
        (&trend["period"], &trend["before"]["attempted"]),
        (results, &json!(0))
    );
    let days = trend["days"].as_array().expect("days").iter();
    assert_eq!(
        days.map(|d| d["attempted"].as_u64().expect("a count"))
            .sum::<u64>(),
        12
    );
    assert!(
        trend["deliveryChange"].is_null(),
        "there is nothing to compare with"
    );

    for (by, key) in [
        ("CAMPAIGN", None),
        ("CAMPAIGN_TYPE", Some("neighborhood_expireds")),
        ("WRITER", Some("template")),
        ("TEMPLATE", Some("neighborhood_expireds")),
    ] {
        let call = format!(
            "comparison(by: {by}) {{ key name campaignId template results {{ {RESULTS} }} deliveryAgainstOthers {{ clear tooFew }} }}"
        );
        let compared = agent.asks(&call).await;
        let one = &compared[0];
        assert_eq!(&one["results"], results, "{by}");
        assert!(key.is_none_or(|key| one["key"] == key), "{by}: {one}");
        assert!(one["deliveryAgainstOthers"].is_null(), "{by} has no others");
        match by {
            "CAMPAIGN" => assert_eq!(
                (&one["campaignId"], &one["name"]),
                (&json!(campaign.id), &json!("Desert expireds"))
            ),
            "TEMPLATE" => assert!(!text(&one["template"]).is_empty(), "{one}"),
            _ => {}
        }
        let of_others = format!("comparison(by: {by}, types: [PAST_CLIENTS]) {{ key }}");
        assert_eq!(agent.asks(&of_others).await, json!([]), "{by}");
    }
}

async fn a_trend_asks_for_a_span_that_can_be_answered(app: &TestApp) {
    let agent = app.admin().await;
    for days in [0, 184] {
        let call = format!("trend(days: {days}) {{ from }}");
        assert_eq!(agent.is_not_answered(&call).await, "INVALID_SPAN", "{days}");
    }
    let nothing = agent
        .asks("trend { days { day } period { attempted deliveryRate { share } } }")
        .await;
    assert_eq!(
        nothing["period"],
        json!({"attempted": 0, "deliveryRate": {"share": null}})
    );
}

async fn prompts_are_compared_by_what_the_model_was_told(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await.with_people().await;
    let write = format!(
        "generateScripts(id: {:?}, engine: {{provider: \"groq\"}}, prompt: \"Be brief.\\nMention the garden.\")",
        campaign.id
    );
    agent.does(&write, CHANGED).await;
    campaign.is("REVIEW").await;
    let written = scripts(&campaign, "id text").await;
    // One is written again from instructions that no generation had, and one a person changes.
    let again = format!(
        "regenerateScript(id: {}, engine: {{provider: \"groq\"}}, prompt: \"Be warm.\")",
        written[0]["id"]
    );
    agent.does(&again, "ScriptChanged { position }").await;
    let words = text(&written[1]["text"]).replace("great day", "lovely day");
    let edit = format!(
        "editScript(id: {}, version: 1, text: {words:?})",
        written[1]["id"]
    );
    agent.does(&edit, "ScriptChanged { position }").await;
    let campaign = sent(campaign).await;
    let agent = campaign.agent.clone();
    app.everything_is_reported().await;

    let now = as_of_now(&agent).await;
    let compared = agent
        .asks(&format!(
            "comparison(by: PROMPT, {now}) {{ key name results {{ attempted delivered }} }}"
        ))
        .await;
    let [brief, warm] = &compared.as_array().expect("prompts")[..] else {
        panic!("{compared}")
    };
    assert_eq!(
        (&brief["name"], attempted(&json!([brief]))),
        (&json!("Be brief."), 10)
    );
    assert_eq!((&warm["name"], attempted(&json!([warm]))), (&Value::Null, 1));
    assert_ne!(brief["key"], warm["key"]);
    assert!(
        text(&brief["key"]).chars().all(|c| c.is_ascii_hexdigit()),
        "{brief}"
    );
    let writers = agent
        .asks("comparison(by: WRITER) { key results { attempted } }")
        .await;
    assert_eq!(
        attempted(&writers),
        12,
        "what a person changed is no prompt's: {writers}"
    );
}

async fn another_agents_results_are_in_no_figure(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = completed(&admin).await;
    let admin = campaign.agent.clone();
    let made = admin.does(
        "addMember(input: {name: \"The other\", email: \"other@example.com\", role: AGENT})",
        "MemberAdded { signInLink }",
    );
    let link = made.await;
    let other = Person::by_link(app.address(), text(&link["signInLink"])).await;
    let seen = other.asks("overview { campaigns results { attempted } }").await;
    assert_eq!(seen, json!({"campaigns": 0, "results": {"attempted": 0}}));
    assert_eq!(other.asks("comparison(by: WRITER) { key }").await, json!([]));
    assert_eq!(other.asks("hoursOfTheWeek { hour }").await, json!([]));
    assert_eq!(other.asks("statesReached { state }").await, json!([]));
    assert_eq!(other.asks("trend { days { day } }").await, json!({"days": []}));
    let call = format!(
        "analytics(campaignId: {:?}) {{ results {{ attempted }} }}",
        campaign.id
    );
    assert_eq!(other.is_not_answered(&call).await, "NOT_FOUND");
}
