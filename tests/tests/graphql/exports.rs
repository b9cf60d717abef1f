//! Lists as CSV: the rows of the screen, for those who see it, however many they are, and nothing that a spreadsheet would calculate.

use std::fmt::Write as _;

use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::{analytics::completed, campaign::Campaign};
use crate::stage::{Person, TestApp, in_a_running_system, text, until};

/// Contacts that are streamed.
const MANY: usize = 12_000;

in_a_running_system! {
    an_export_has_the_rows_of_the_screen;
    figures_are_of_the_types_that_are_wanted;
    what_others_have_is_in_no_export_of_ours;
    a_link_opens_what_it_was_made_for_and_only_for_members;
    nothing_that_an_agent_typed_is_calculated_by_a_spreadsheet;
    what_an_auditor_takes_is_recorded;
    thousands_of_contacts_are_streamed;
}

/// The rows of a file, each with its cells by the names of the columns.
fn rows(file: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|record| {
        let record = record.expect("a row with as many cells as the header");
        let cells = names.iter().zip(record.iter());
        Value::Object(cells.map(|(n, c)| (n.to_owned(), c.into())).collect())
    });
    rows.collect()
}

async fn link(person: &Person, field: &str) -> String {
    let answer = person
        .asks(&format!("{field} {{ url fileName expiresAt }}"))
        .await;
    text(&answer["url"]).to_owned()
}

/// Whoever has the link needs nothing else.
async fn opened(app: &TestApp, link: &str) -> Response {
    app.anybody().gets(link).await
}

async fn exported(app: &TestApp, person: &Person, field: &str) -> Vec<Value> {
    let response = opened(app, &link(person, field).await).await;
    assert_eq!(response.status(), StatusCode::OK, "{field}");
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        headers["content-disposition"]
            .to_str()
            .is_ok_and(|d| d.contains("attachment")),
        "{headers:?}"
    );
    rows(&response.text().await.expect("the whole file"))
}

fn column<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    let mut cells: Vec<_> = rows.iter().map(|row| text(&row[name])).collect();
    cells.sort_unstable();
    cells
}

/// The ids of a list as files have them: without the kind.
fn bare(ids: &[String]) -> Vec<&str> {
    let mut bare: Vec<_> = ids
        .iter()
        .filter_map(|id| id.split_once(':'))
        .map(|(_, id)| id)
        .collect();
    bare.sort_unstable();
    bare
}

async fn an_export_has_the_rows_of_the_screen(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = Campaign::draft(&admin)
        .await
        .with_people()
        .await
        .with_scripts()
        .await;
    let id = &campaign.id;
    let on_screen = campaign
        .ids("contacts(first: 50) { nodes { id: contactId } }")
        .await;

    let all = exported(
        app,
        &admin,
        &format!("contactsExport(filter: {{campaignId: {id:?}}})"),
    )
    .await;
    assert_eq!(column(&all, "contact_id"), bare(&on_screen));
    assert!(column(&all, "phone").contains(&"(760) 555-0120"), "{all:?}");
    assert_eq!(column(&all, "consent"), ["written"; 12]);
    let one = exported(app, &admin, "contactsExport(filter: {phone: \"+17605550123\"})").await;
    assert_eq!(column(&one, "phone"), ["(760) 555-0123"]);
    let none = exported(
        app,
        &admin,
        "contactsExport(filter: {standings: [DO_NOT_CONTACT]})",
    )
    .await;
    assert!(none.is_empty(), "{none:?}");

    let scripts = campaign.ids("scripts(first: 50) { nodes { id } }").await;
    let reject = format!(
        "reviewScripts(campaignId: {id:?}, scriptIds: {:?}, review: REJECTED, notes: \"too long\")",
        &scripts[..3]
    );
    admin.does(&reject, "ScriptsReviewed { reviewed }").await;
    until("the review shows", async || {
        let rejected = campaign.ids("scripts(review: REJECTED) { nodes { id } }").await;
        (rejected.len() == 3).then_some(())
    })
    .await;
    let rejected = exported(
        app,
        &admin,
        &format!("scriptsExport(campaignId: {id:?}, review: REJECTED)"),
    )
    .await;
    assert_eq!(column(&rejected, "script_id"), bare(&scripts[..3]));
    assert_eq!(column(&rejected, "review_notes"), ["too long"; 3]);
    assert!(
        rejected.iter().all(|row| text(&row["script"]).len() > 40),
        "{rejected:?}"
    );

    let deliveries = format!("deliveriesExport(campaignId: {id:?}, deliveries: [NOT_SENT])");
    let deliveries = exported(app, &admin, &deliveries).await;
    assert_eq!(column(&deliveries, "contact_id"), bare(&on_screen));
    let left = format!("deliveriesExport(campaignId: {id:?}, deliveries: [DELIVERED, LISTENED])");
    assert!(exported(app, &admin, &left).await.is_empty());

    let figures = exported(app, &admin, &format!("analyticsExport(campaignId: {id:?})")).await;
    let total = &figures[0];
    assert_eq!(
        (&total["grouped_by"], &total["left"]),
        (&"campaign".into(), &"0".into())
    );
    assert_eq!(total["left_rate"], "", "nothing of nothing is no rate");
    assert_eq!(
        exported(app, &admin, "analyticsExport").await[0]["grouped_by"],
        "all"
    );
}

async fn figures_are_of_the_types_that_are_wanted(app: &TestApp) {
    let admin = completed(&app.admin().await).await.agent;
    let handed_over = async |types: &str| {
        let figures = exported(app, &admin, &format!("analyticsExport{types}")).await;
        let of = |grouped: &str| {
            let row = figures.iter().find(|row| row["grouped_by"] == grouped);
            row.map(|row| text(&row["handed_over"]).to_owned())
        };
        (of("all"), of("campaign"), of("state"))
    };
    let twelve = Some("12".to_owned());
    let all = (twelve.clone(), twelve.clone(), twelve);
    assert_eq!(handed_over("").await, all);
    assert_eq!(handed_over("(types: [NEIGHBORHOOD_EXPIREDS])").await, all);
    let none = (Some("0".to_owned()), None, None);
    assert_eq!(handed_over("(types: [CUSTOM])").await, none);
}

async fn what_others_have_is_in_no_export_of_ours(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = Campaign::draft(&admin).await.with_people().await;
    let stranger = app.admin_of(&app.another_organization().await).await;
    assert!(exported(app, &stranger, "contactsExport").await.is_empty());
    for field in ["scriptsExport", "deliveriesExport", "analyticsExport"] {
        let asked = format!("{field}(campaignId: {:?}) {{ url }}", campaign.id);
        assert_eq!(stranger.is_not_answered(&asked).await, "NOT_FOUND", "{field}");
        assert_eq!(app.anybody().is_not_answered(&asked).await, "UNAUTHENTICATED");
    }
    // Somebody of the same organization who is in no team of the campaign's.
    let (agent, _) = app.member(&admin, "AGENT").await;
    assert!(exported(app, &agent, "contactsExport").await.is_empty());
    let asked = format!("scriptsExport(campaignId: {:?}) {{ url }}", campaign.id);
    assert_eq!(agent.is_not_answered(&asked).await, "NOT_FOUND");
}

async fn a_link_opens_what_it_was_made_for_and_only_for_members(app: &TestApp) {
    let admin = app.admin().await;
    let (viewer, id) = app.member(&admin, "VIEWER").await;
    let good = link(&viewer, "contactsExport").await;
    assert_eq!(opened(app, &good).await.status(), StatusCode::OK);

    let other_file = good.replace("contacts.csv", "scripts.csv");
    assert_eq!(opened(app, &other_file).await.status(), StatusCode::NOT_FOUND);
    let (ticket, signature) = good.rsplit_once('.').expect("a signature");
    let half = &signature[..32];
    for bad in [
        format!("{ticket}.{}", "0".repeat(64)),
        format!("{ticket}.{half}"),
        format!("{ticket}A.{signature}"),
        "/exports/contacts.csv?ticket=".to_owned(),
    ] {
        assert_eq!(opened(app, &bad).await.status(), StatusCode::FORBIDDEN, "{bad}");
    }
    let without = opened(app, "/exports/contacts.csv").await;
    assert_eq!(without.status(), StatusCode::BAD_REQUEST);

    let remove = format!("removeMember(userId: {id:?})");
    admin.does(&remove, "OrganizationChanged { position }").await;
    assert_eq!(opened(app, &good).await.status(), StatusCode::FORBIDDEN);
}

async fn nothing_that_an_agent_typed_is_calculated_by_a_spreadsheet(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = Campaign::draft(&admin)
        .await
        .with_people()
        .await
        .with_scripts()
        .await;
    let script = campaign.ids("scripts(first: 1) { nodes { id } }").await.remove(0);
    let formula = "=HYPERLINK(\"http://evil.example\", \"open\")";
    let review = format!(
        "reviewScripts(campaignId: {:?}, scriptIds: [{script:?}], review: REJECTED, notes: {formula:?})",
        campaign.id
    );
    admin.does(&review, "ScriptsReviewed { reviewed }").await;
    let noted = until("the note shows", async || {
        let field = format!("scriptsExport(campaignId: {:?}, review: REJECTED)", campaign.id);
        exported(app, &admin, &field).await.pop()
    })
    .await;
    assert_eq!(noted["review_notes"], format!("'{formula}"));
}

async fn what_an_auditor_takes_is_recorded(app: &TestApp) {
    let admin = app.admin().await;
    let campaign = Campaign::draft(&admin).await.with_people().await;
    let (auditor, _) = app.member(&admin, "AUDITOR").await;
    let field = format!("deliveriesExport(campaignId: {:?})", campaign.id);
    let link = link(&auditor, &field).await;
    let before = app.events().await;
    assert_eq!(opened(app, &link).await.status(), StatusCode::OK);
    assert_eq!(app.events_since(before).await, ["AuditorLookedUp"]);
    let before = app.events().await;
    exported(app, &admin, &field).await;
    assert!(
        app.events_since(before).await.is_empty(),
        "an admin's look is not"
    );
}

async fn thousands_of_contacts_are_streamed(app: &TestApp) {
    let admin = app.admin().await;
    let mut list = String::from("Owner Name,Property Address,City,State,ZIP,Phone\n");
    for n in 0..MANY {
        // Area codes of California in turn, and numbers of which none is a service's (311).
        let area = [
            "760", "213", "310", "415", "510", "619", "650", "707", "714", "818",
        ][n % 10];
        let block = n / 10_000;
        let exchange = if block < 9 { 212 } else { 230 } + block * 10 + n % 10;
        let line = n / 10 % 10_000;
        let _ = writeln!(
            list,
            "Owner{n} Example,{n} Desert Falls Dr,Palm Desert,CA,92211,({area}) {exchange}-{line:04}"
        );
    }
    let upload = admin.uploads("many.csv", list.as_bytes()).await;
    let call = format!("startImport(uploadId: {upload:?}, source: TITLE_REP)");
    let begun = admin.does(&call, "ImportBegun { importId }").await;
    let import = text(&begun["importId"]).to_owned();
    let query = format!("import(id: {import:?}) {{ status created rejected }}");
    // Each tenth has its own patience: this is a lot for a test's build.
    for tenth in 1..=10 {
        let so_far = (MANY / 10 * tenth) as u64;
        until(&format!("{so_far} contacts are made"), async || {
            let created = admin.asks(&query).await["created"].as_u64();
            created.filter(|n| *n >= so_far)
        })
        .await;
    }
    until("the import ends", async || {
        let import = admin.asks(&query).await;
        (import["status"] == "COMPLETED").then_some(import)
    })
    .await;

    let mut response = opened(app, &link(&admin, "contactsExport").await).await;
    assert!(
        response.headers().get("content-length").is_none(),
        "it is made as it is taken"
    );
    let (mut file, mut pieces) = (Vec::new(), 0);
    while let Some(piece) = response.chunk().await.expect("it goes on to its end") {
        file.extend_from_slice(&piece);
        pieces += 1;
    }
    let rows = rows(&String::from_utf8(file).expect("UTF-8"));
    assert!(pieces > MANY / 1_000, "{pieces} pieces");
    let ids = column(&rows, "contact_id");
    assert_eq!(ids.len(), MANY);
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "nobody twice");
}
