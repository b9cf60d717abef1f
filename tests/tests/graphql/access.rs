//! Who may do what, over the wire: people who are not signed in, who may only look, who look for the record, who belong to
//! somebody else's organization, and programs with a token.

use reqwest::StatusCode;

use super::campaign::{CHANGED, Campaign};
use crate::stage::{Person, TestApp, in_a_running_system, text};

in_a_running_system! {
    a_sign_in_link_works_once;
    nobody_who_is_not_signed_in_sees_or_changes_anything;
    a_viewer_reads_the_teams_campaign_and_can_change_nothing;
    another_organizations_campaign_is_not_found;
    what_an_auditor_looks_at_is_recorded;
    a_token_that_may_read_can_change_nothing_and_a_revoked_one_is_worth_nothing;
    a_page_of_somebody_else_can_do_nothing_with_our_cookies;
}

async fn a_sign_in_link_works_once(app: &TestApp) {
    let link = app.link_for(app.cast.admin).await;
    let admin = Person::by_link(app.address(), &link).await;
    assert_eq!(admin.asks("viewer { role }").await["role"], "ADMIN");
    let again = app.anybody().follow(&link).await;
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    assert!(again.headers().get("set-cookie").is_none(), "no second session");
}

async fn nobody_who_is_not_signed_in_sees_or_changes_anything(app: &TestApp) {
    let nobody = app.anybody();
    assert!(nobody.asks("viewer { role }").await.is_null());
    let before = app.events().await;
    for field in [
        "campaigns { nodes { id } }",
        "contacts { nodes { id } }",
        "members { userId }",
        "overview { contacts }",
    ] {
        assert_eq!(nobody.is_not_answered(field).await, "UNAUTHENTICATED", "{field}");
    }
    let call = "createCampaign(input: {name: \"Mine\", type: CUSTOM})";
    assert_eq!(nobody.is_denied(call, CHANGED).await, "UNAUTHENTICATED");
    let upload = nobody.sends_file("list.csv", b"Phone\n7605550120\n").await;
    assert_eq!(upload.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn a_viewer_reads_the_teams_campaign_and_can_change_nothing(app: &TestApp) {
    let admin = app.admin().await;
    let team = admin
        .does("createTeam(name: \"Desert\")", "TeamCreated { teamId }")
        .await;
    let team = text(&team["teamId"]).to_owned();
    let (viewer, viewer_id) = app.member(&admin, "VIEWER").await;
    let admin_id = admin.asks("viewer { userId }").await;
    for user in [text(&admin_id["userId"]), &viewer_id] {
        let join = format!("joinTeam(teamId: {team:?}, userId: {user:?})");
        admin.does(&join, "OrganizationChanged { position }").await;
    }
    let campaign = Campaign::draft_of(&admin, &format!("teamId: {team:?}")).await;

    let seen = viewer
        .asks(&format!("campaign(id: {:?}) {{ name }}", campaign.id))
        .await;
    assert_eq!(seen["name"], "Desert expireds");
    let before = app.events().await;
    let id = &campaign.id;
    for call in [
        "createCampaign(input: {name: \"Mine\", type: CUSTOM})".to_owned(),
        format!("changeCampaign(id: {id:?}, change: {{name: \"Other\"}})"),
        format!("setCallerId(id: {id:?}, number: \"+17605550100\")"),
        format!("cancelCampaign(id: {id:?}, reason: \"no\")"),
        campaign.step("generateScripts"),
        campaign.step("renderAudio"),
        campaign.step("submitCampaign"),
        campaign.step("deleteCampaign"),
        campaign.step("archiveCampaign"),
        campaign.step("unarchiveCampaign"),
    ] {
        assert_eq!(viewer.is_denied(&call, CHANGED).await, "FORBIDDEN", "{call}");
    }
    let approve = campaign.step("approveCampaign");
    assert_eq!(
        viewer
            .is_denied(&approve, "CampaignApproved { precheck { ready } }")
            .await,
        "FORBIDDEN"
    );
    let upload = viewer.sends_file("list.csv", b"Phone\n7605550120\n").await;
    assert_eq!(upload.status(), StatusCode::FORBIDDEN);
    let settings = "changeSettings(change: {minIntervalDays: 0})";
    assert_eq!(
        viewer
            .is_denied(settings, "OrganizationChanged { position }")
            .await,
        "FORBIDDEN"
    );
    let role = format!("changeRole(userId: {viewer_id:?}, role: ADMIN)");
    assert_eq!(
        viewer.is_denied(&role, "OrganizationChanged { position }").await,
        "FORBIDDEN"
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn another_organizations_campaign_is_not_found(app: &TestApp) {
    let ours = app.admin().await;
    let campaign = Campaign::draft(&ours).await.with_people().await;
    let contacts = campaign
        .ids("contacts(first: 1) { nodes { id: contactId } }")
        .await;
    let others = app.another_organization().await;
    let stranger = app.admin_of(&others).await;

    let before = app.events().await;
    let look = format!("campaign(id: {:?}) {{ name }}", campaign.id);
    assert!(stranger.asks(&look).await.is_null());
    let look = format!("contact(id: {:?}) {{ name }}", contacts[0]);
    assert!(stranger.asks(&look).await.is_null());
    assert_eq!(
        stranger.asks("contacts { nodes { id } }").await["nodes"],
        serde_json::json!([])
    );
    for mutation in ["submitCampaign", "generateScripts", "deleteCampaign"] {
        let call = campaign.step(mutation);
        assert_eq!(stranger.is_denied(&call, CHANGED).await, "NOT_FOUND", "{call}");
    }
    let opt_out = format!("optOut(id: {:?}, channel: PHONE)", contacts[0]);
    assert_eq!(
        stranger.is_denied(&opt_out, "ContactChanged { position }").await,
        "NOT_FOUND"
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}

async fn what_an_auditor_looks_at_is_recorded(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = Campaign::draft(&admin).await.with_people().await;
    let contacts = campaign
        .ids("contacts(first: 1) { nodes { id: contactId } }")
        .await;
    let (auditor, _) = app.member(&admin, "AUDITOR").await;
    let look = format!(
        "contact(id: {:?}) {{ history(first: 50) {{ nodes {{ eventType }} }} }}",
        contacts[0]
    );

    let before = app.events().await;
    let history = auditor.asks(&look).await;
    let happened = history["history"]["nodes"].as_array().expect("a list");
    assert!(
        happened.iter().any(|e| e["eventType"] == "ContactCreated"),
        "{history}"
    );
    let recorded = app.events_since(before).await;
    assert!(
        !recorded.is_empty() && recorded.iter().all(|name| name == "AuditorLookedUp"),
        "{recorded:?}"
    );

    let before = app.events().await;
    admin.asks(&look).await;
    assert_eq!(
        app.events_since(before).await,
        Vec::<String>::new(),
        "an admin's look is not"
    );
    let call = campaign.step("submitCampaign");
    assert_eq!(auditor.is_denied(&call, CHANGED).await, "FORBIDDEN");
}

async fn a_token_that_may_read_can_change_nothing_and_a_revoked_one_is_worth_nothing(app: &TestApp) {
    let admin = app.admin().await;
    let made = admin
        .does(
            "createApiToken(name: \"Report\", scope: READ)",
            "TokenCreated { secret token { id } }",
        )
        .await;
    let program = Person::by_token(app.address(), text(&made["secret"]));
    assert_eq!(program.asks("viewer { role }").await["role"], "ADMIN");
    let before = app.events().await;
    let call = "createCampaign(input: {name: \"Mine\", type: CUSTOM})";
    assert_eq!(program.is_denied(call, CHANGED).await, "FORBIDDEN");
    assert_eq!(app.events_since(before).await, Vec::<String>::new());

    let revoke = format!("revokeApiToken(id: {})", made["token"]["id"]);
    admin.does(&revoke, "AccountChanged { done }").await;
    let (status, answer) = program.request("{ viewer { role } }").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{answer}");

    let made = admin
        .does(
            "createApiToken(name: \"CRM\", scope: WRITE)",
            "TokenCreated { secret token { id } }",
        )
        .await;
    let program = Person::by_token(app.address(), text(&made["secret"]));
    program.does(call, CHANGED).await;
}

async fn a_page_of_somebody_else_can_do_nothing_with_our_cookies(app: &TestApp) {
    let lured = app.admin().await.lured_away();
    let before = app.events().await;
    let (status, answer) = lured
        .request("mutation { createCampaign(input: {name: \"Theirs\", type: CUSTOM}) { __typename } }")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::FORBIDDEN, &"CROSS_SITE".into())
    );
    assert_eq!(app.events_since(before).await, Vec::<String>::new());
}
