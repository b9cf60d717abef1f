//! Scripts by the provider's batches: at half the price, handed over once whatever gets lost, cancelled when somebody halts them, and
//! with what a batch leaves out still written where that is worth it.

use sandbox::{BatchFaults, Faults, RequestFault, RequestFaults};
use serde_json::Value;

use super::desk::{from_now_on, halted, micros, outside, scripts, the_same_people, twelve_people};
use crate::{
    graphql::campaign::{CHANGED, Campaign},
    imports::desk::many_people,
    stage::{Person, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    a_campaign_is_written_by_batch_at_both_providers_for_half;
    a_batch_whose_answer_was_lost_is_found_and_not_bought_again;
    a_provider_that_takes_no_batch_at_the_moment_holds_the_writing_up;
    what_a_batch_leaves_out_is_asked_for_one_by_one;
    what_a_provider_had_no_time_for_is_put_into_one_more_batch_and_then_left;
    a_pause_cancels_the_batch_keeps_what_was_written_and_the_rest_is_written_later;
    ending_the_writing_cancels_the_batch_and_another_writer_takes_over;
    where_there_is_no_batch_none_is_begun;
    what_batches_would_cost_is_said_before;
}

/// Handed-over batches that take a day, so that something can happen to them meanwhile; nothing goes wrong with them.
fn slow() -> Faults {
    batches(BatchFaults {
        expired: f64::MIN_POSITIVE,
        ..BatchFaults::default()
    })
}

fn batches(batches: BatchFaults) -> Faults {
    Faults {
        batches,
        ..Faults::default()
    }
}

async fn write_by_batch(campaign: &Campaign, provider: &str) {
    let call = format!(
        "generateScripts(id: {:?}, engine: {{provider: {provider:?}, batch: true}})",
        campaign.id
    );
    campaign.agent.does(&call, CHANGED).await;
}

/// So many people in a draft.
async fn people(agent: &Person, count: usize) -> Campaign {
    let campaign = Campaign::draft(agent).await;
    let import = campaign
        .begin_import("people.csv", many_people(count).as_bytes())
        .await;
    campaign.import_ended(&import).await;
    campaign.is("DRAFT").await;
    // Some are made by the import, others are known from the campaign before.
    assert_eq!(campaign.field("counters { contacts }").await["contacts"], count);
    campaign
}

/// Scripts that the providers have billed as written in a batch.
fn billed_in_batches(app: &TestApp) -> u64 {
    outside(app).bill()["batched"].as_u64().expect("a count")
}

fn billed(app: &TestApp) -> i64 {
    outside(app).bill()["micro_dollars"]["scripts"]
        .as_i64()
        .expect("an amount")
}

/// Each of ours is rounded up to a millionth of a dollar, theirs in whole.
async fn our_sum_is_the_providers(app: &TestApp, campaign: &Campaign, before: i64, written: i64) {
    let ours = micros(&campaign.field("costs { writer }").await["writer"]);
    let theirs = billed(app) - before;
    assert!((ours - theirs).abs() <= written, "{ours} {theirs}");
}

fn count(events: &[String], name: &str) -> usize {
    events.iter().filter(|event| *event == name).count()
}

async fn a_campaign_is_written_by_batch_at_both_providers_for_half(app: &TestApp) {
    let agent = app.admin().await;
    for (n, provider) in (1..).zip(["groq", "anthropic"]) {
        let (before, events) = (billed(app), app.events().await);
        let campaign = the_same_people(&agent).await;
        write_by_batch(&campaign, provider).await;
        campaign.is("REVIEW").await;
        let written = scripts(
            &campaign,
            "text author model versions { tokens cost promptSha256 }",
        )
        .await;
        assert_eq!(written.len(), 12);
        assert!(
            written
                .iter()
                .all(|s| s["author"] == "AI" && s["model"].is_string())
        );
        assert!(
            written
                .iter()
                .all(|s| s["versions"][0]["promptSha256"].is_string())
        );
        assert_eq!(billed_in_batches(app), n * 12);
        our_sum_is_the_providers(app, &campaign, before, 12).await;
        assert!(campaign.field("scriptBatches { batches }").await.is_null());
        assert_eq!(campaign.field("generation { done failed }").await["done"], 12);
        let events = app.events_since(events).await;
        for name in ["ScriptBatchPlanned", "ScriptBatchSubmitted", "ScriptBatchEnded"] {
            assert_eq!(count(&events, name), 1, "{name}");
        }
        until(
            "the provider has deleted what it was told of people",
            async || (outside(app).kept_of_batches() == 0).then_some(()),
        )
        .await;
        // The same at once costs twice as much.
        let single = the_same_people(&agent).await;
        super::desk::write_by(&single, provider).await;
        single.is("REVIEW").await;
        let cost = async |campaign: &Campaign| micros(&campaign.field("costs { writer }").await["writer"]);
        let (batched, single) = (cost(&campaign).await, cost(&single).await);
        assert!((2 * batched - single).abs() <= 24, "{batched} {single}");
    }
}

async fn a_batch_whose_answer_was_lost_is_found_and_not_bought_again(app: &TestApp) {
    let agent = app.admin().await;
    let lost = || RequestFaults {
        script: vec![RequestFault::LostAnswer],
        ..RequestFaults::default()
    };
    let faults = Faults {
        groq_batches: lost(),
        anthropic_batches: lost(),
        ..Faults::default()
    };
    for (n, provider) in (1..).zip(["groq", "anthropic"]) {
        let campaign = the_same_people(&agent).await;
        from_now_on(app, faults.clone());
        write_by_batch(&campaign, provider).await;
        campaign.is("REVIEW").await;
        assert_eq!(scripts(&campaign, "id").await.len(), 12);
        assert_eq!(billed_in_batches(app), n * 12, "{provider} was asked once");
    }
}

async fn a_provider_that_takes_no_batch_at_the_moment_holds_the_writing_up(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    from_now_on(
        app,
        Faults {
            groq_batches: RequestFaults {
                too_many_requests: 1.0,
                retry_after: Some(20),
                ..RequestFaults::default()
            },
            ..Faults::default()
        },
    );
    write_by_batch(&campaign, "groq").await;
    let halt = halted(&campaign).await;
    assert!(text(&halt["reason"]).contains("groq new batch"), "{halt}");
    from_now_on(app, Faults::default());
    campaign.is("REVIEW").await;
    assert_eq!(billed_in_batches(app), 12);
    assert!(campaign.field("productionHalt { reason }").await.is_null());
}

async fn what_a_batch_leaves_out_is_asked_for_one_by_one(app: &TestApp) {
    let agent = app.admin().await;
    for provider in ["groq", "anthropic"] {
        let (before, batched) = (billed(app), billed_in_batches(app));
        let campaign = people(&agent, 60).await;
        from_now_on(
            app,
            batches(BatchFaults {
                errored: 0.2,
                refused: 0.1,
                ..BatchFaults::default()
            }),
        );
        write_by_batch(&campaign, provider).await;
        campaign.is("REVIEW").await;
        let in_batch = billed_in_batches(app) - batched;
        assert!(in_batch < 60, "something went wrong with some: {in_batch}");
        let generation = campaign.field("generation { done failed }").await;
        let (done, failed) = (generation["done"].as_u64(), generation["failed"].as_u64());
        let (done, failed) = (done.expect("a count"), failed.expect("a count"));
        assert_eq!(done + failed, 60, "{generation}");
        assert!(failed > 0, "what the provider refused is refused: {generation}");
        assert!(
            done > in_batch,
            "what failed there was written at once: {generation}"
        );
        our_sum_is_the_providers(app, &campaign, before, 60).await;
    }
}

async fn what_a_provider_had_no_time_for_is_put_into_one_more_batch_and_then_left(app: &TestApp) {
    let agent = app.admin().await;
    // Two batches run out of time, a day each: longer than a browser's session.
    let campaign = people(&agent, 130).await.followed_by_a_program().await;
    from_now_on(
        app,
        batches(BatchFaults {
            expired: 1.0,
            ..BatchFaults::default()
        }),
    );
    let events = app.events().await;
    write_by_batch(&campaign, "anthropic").await;
    campaign.is("REVIEW").await;
    let generation = campaign.field("generation { done failed }").await;
    assert_eq!(
        (&generation["done"], &generation["failed"]),
        (&0.into(), &130.into())
    );
    assert_eq!(
        count(&app.events_since(events).await, "ScriptBatchEnded"),
        2,
        "it was tried once more, and not for the whole price"
    );
    assert_eq!(billed(app), 0);

    // Who has none gets one in another generation.
    from_now_on(app, Faults::default());
    write_by_batch(&campaign, "anthropic").await;
    until("everybody has a script", async || {
        let generation = campaign.field("generation { run done }").await;
        (generation["run"] == 2 && generation["done"] == 130).then_some(())
    })
    .await;
}

/// Waits until the provider says that it is through with some, and answers with how many.
async fn some_processed(campaign: &Campaign) -> u64 {
    until("the provider has written some", async || {
        let progress = campaign
            .field("scriptBatches { batches requests submitted processed }")
            .await;
        let processed = progress["processed"].as_u64().unwrap_or(0);
        (processed > 0).then_some(processed)
    })
    .await
}

async fn no_batch_is_open(campaign: &Campaign) {
    until("what the batch had written is known", async || {
        let open = campaign.field("scriptBatches { batches }").await;
        open.is_null().then_some(())
    })
    .await;
}

async fn a_pause_cancels_the_batch_keeps_what_was_written_and_the_rest_is_written_later(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = people(&agent, 60).await;
    from_now_on(app, slow());
    write_by_batch(&campaign, "groq").await;
    let processed = some_processed(&campaign).await;
    let pause = format!("pauseProduction(id: {:?}, reason: \"the prompt\")", campaign.id);
    agent.does(&pause, CHANGED).await;
    no_batch_is_open(&campaign).await;
    let written = scripts_of(&campaign).await;
    assert!(
        written >= processed && written < 60,
        "{written} of at least {processed}"
    );
    assert_eq!(billed_in_batches(app), written, "what is paid for is there");
    assert_eq!(campaign.field("status").await, "GENERATING_SCRIPTS");

    from_now_on(app, Faults::default());
    agent.does(&campaign.step("resumeProduction"), CHANGED).await;
    campaign.is("REVIEW").await;
    assert_eq!(scripts_of(&campaign).await, 60);
    assert_eq!(billed_in_batches(app), 60, "nothing is paid for twice");
}

/// How many scripts there are.
async fn scripts_of(campaign: &Campaign) -> u64 {
    let now = super::desk::as_of_now(&campaign.agent).await;
    let call = format!(
        "campaign(id: {:?}, {now}) {{ counters {{ scriptsPending }} }}",
        campaign.id
    );
    let found = campaign.agent.asks(&call).await;
    found["counters"]["scriptsPending"].as_u64().expect("a count")
}

async fn ending_the_writing_cancels_the_batch_and_another_writer_takes_over(app: &TestApp) {
    let agent = app.admin().await;
    for provider in ["groq", "anthropic"] {
        let (before, batched) = (billed(app), billed_in_batches(app));
        let campaign = people(&agent, 60).await;
        from_now_on(app, slow());
        write_by_batch(&campaign, provider).await;
        until("the provider has taken the batch", async || {
            let open = campaign.field("scriptBatches { submitted }").await;
            (open["submitted"] == 60).then_some(())
        })
        .await;
        let stop = format!("stopProduction(id: {:?}, reason: \"too slow\")", campaign.id);
        agent.does(&stop, CHANGED).await;
        campaign.is("REVIEW").await;
        agent.does(&campaign.step("generateScripts"), CHANGED).await;
        until("everybody has a script", async || {
            (scripts_of(&campaign).await == 60).then_some(())
        })
        .await;
        no_batch_is_open(&campaign).await;
        assert!(
            billed_in_batches(app) - batched < 60,
            "the provider was told to stop"
        );
        // Also where the template was faster with a contact than the batch's answer, nothing that was paid is forgotten.
        our_sum_is_the_providers(app, &campaign, before, 60).await;
    }
}

async fn where_there_is_no_batch_none_is_begun(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    let template = format!("generateScripts(id: {:?}, engine: {{batch: true}})", campaign.id);
    assert_eq!(agent.is_refused(&template, CHANGED).await["code"], "NO_BATCH");
    assert_eq!(campaign.field("status").await, "DRAFT");
    let campaign = campaign.with_scripts().await;
    let script = super::desk::first_script(&campaign).await;
    let again = format!("regenerateScript(id: {script:?}, engine: {{provider: \"groq\", batch: true}})");
    let refused = agent
        .is_refused(&again, "ScriptChanged { script { version } }")
        .await;
    assert_eq!(refused["code"], "NO_BATCH");
}

async fn what_batches_would_cost_is_said_before(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = twelve_people(&agent).await;
    let writer = async |engine: &str| -> Value {
        let now = super::desk::as_of_now(&agent).await;
        let asked = format!(
            "campaignCost(campaignId: {:?}{engine}, {now}) {{ lines {{ step rate estimate batchEstimate }} }}",
            campaign.id
        );
        agent.asks(&asked).await["lines"][0].clone()
    };
    let single = writer(", engine: {provider: \"groq\"}").await;
    assert_eq!(
        (micros(&single["estimate"]), micros(&single["batchEstimate"])),
        (12_000, 6_000)
    );
    let batched = writer(", engine: {provider: \"groq\", batch: true}").await;
    assert_eq!(
        (micros(&batched["estimate"]), micros(&batched["rate"])),
        (6_000, 500)
    );
    assert!(writer("").await["batchEstimate"].is_null());
    agent
        .does(
            "changeSettings(change: {scriptByBatchRate: 700})",
            "OrganizationChanged { position }",
        )
        .await;
    let batched = writer(", engine: {provider: \"groq\", batch: true}").await;
    assert_eq!(micros(&batched["estimate"]), 8_400);
    let writers = agent.asks("writers { provider batchPricePercent }").await;
    assert_eq!(writers[0]["batchPricePercent"], 50);
}
