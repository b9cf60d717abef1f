//! An agent's way through an import: look, mend, run, hand out what was rejected, run again, take back.

use reqwest::StatusCode;
use serde_json::json;

use super::desk::{CHANGED, FARM, FIGURES, begins, ended, figures, imports, many_people, taken_back};
use crate::{
    graphql::campaign::Campaign,
    stage::{Person, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    an_agent_looks_mends_imports_and_takes_back;
    who_was_used_since_stays_and_is_named;
    what_became_of_every_row_can_be_read_and_handed_out;
    a_preview_is_read_page_by_page_and_says_what_the_run_will_say;
    a_file_that_was_taken_back_can_be_imported_again;
    an_import_that_is_stopped_frees_its_campaign;
    a_mapping_is_kept_under_a_name_and_remembered;
    what_a_colleague_chose_is_offered_and_what_a_stranger_chose_is_not;
    a_cell_that_is_cut_is_warned_of_by_row_and_column;
    a_column_of_numbers_can_be_chosen_where_none_is_found;
    contacts_that_are_there_are_picked_into_a_campaign;
    a_contact_by_hand_is_read_as_a_row_is;
    a_number_marked_in_one_list_is_not_called_from_another;
}

const PREVIEW_ROWS: &str = "totals { rows created duplicates rejected } headers rows { nodes { \
     row outcome field error cells becomes { name firstName phone email city zip state suppressed } } }";

async fn an_agent_looks_mends_imports_and_takes_back(app: &TestApp) {
    let (agent, _) = app.member(&app.admin().await, "AGENT").await;
    let campaign = Campaign::draft(&agent).await;
    let upload = agent.uploads("farm.csv", FARM.as_bytes()).await;
    let before = app.events().await;
    looks(&agent, &upload).await;
    let chosen = mends(&agent, &upload).await;
    assert_eq!(
        app.events_since(before).await,
        Vec::<String>::new(),
        "looking records nothing"
    );

    let into = format!("campaignId: {:?}, {chosen}", campaign.id);
    let begun = begins(&agent, &upload, &into).await;
    let import = text(&begun["importId"]).to_owned();
    let done = ended(&agent, &import, FIGURES).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    assert_eq!(figures(&done), [3, 2, 1, 0], "as the preview said: {done}");
    campaign.is("DRAFT").await;
    assert_eq!(campaign.field("counters { contacts }").await["contacts"], 2);

    let again = begins(&agent, &upload, &into).await;
    assert_eq!(
        (&again["importId"], &again["repeated"]),
        (&json!(import), &json!(true))
    );

    assert_eq!(
        taken_back(&agent, &import).await,
        json!({"removed": 2, "kept": 0})
    );
    assert_eq!(campaign.field("counters { contacts }").await["contacts"], 0);
}

async fn who_was_used_since_stays_and_is_named(app: &TestApp) {
    let agent = app.admin().await;
    let list = "Name,Phone\nAda Moreno,760-555-0120\nBo Ek,760-555-0121\nCy Dow,760-555-0122\n";
    let import = imports(&agent, list).await;
    let of_it = format!("contacts(filter: {{importId: {import:?}}}, first: 10) {{ nodes {{ id phone }} }}");
    let people = agent.asks(&of_it).await["nodes"].clone();
    let people = people.as_array().expect("a list");
    let used = people
        .iter()
        .find(|p| p["phone"] == "+17605550121")
        .expect("one of them");
    let opted_out = format!("optOut(id: {}, channel: PHONE)", used["id"]);
    agent.does(&opted_out, "ContactChanged { position }").await;

    assert_eq!(
        taken_back(&agent, &import).await,
        json!({"removed": 2, "kept": 1})
    );
    assert_eq!(agent.asks(&of_it).await["nodes"], json!([used]));
}

/// What an agent is told of the file.
async fn looks(agent: &Person, upload: &str) {
    let look = format!(
        "inspectUpload(uploadId: {upload:?}) {{ format headerRow estimatedRows rowsAreCounted warnings {{ code }} \
         columns {{ header field guess samples }} fields {{ name label }} }}"
    );
    let seen = agent.asks(&look).await;
    assert_eq!(
        (&seen["format"], &seen["headerRow"], &seen["estimatedRows"]),
        (&json!("csv"), &json!(1), &json!(4)),
        "{seen}"
    );
    assert_eq!(seen["warnings"], json!([]), "{seen}");
    let phone = &seen["columns"][5];
    assert_eq!(
        (&phone["header"], &phone["field"]),
        (&json!("Phone"), &json!("phone"))
    );
    assert_eq!(phone["samples"][0], "(760) 555-0120");
}

/// Previews the errors alone, then mends one and leaves a row out: the corrections.
async fn mends(agent: &Person, upload: &str) -> &'static str {
    let preview =
        |more: &str| format!("previewImport(uploadId: {upload:?}, first: 50 {more}) {{ {PREVIEW_ROWS} }}");
    let errors = agent.asks(&preview(", onlyErrors: true")).await;
    assert_eq!(figures(&errors["totals"]), [4, 2, 1, 1], "{errors}");
    let rows = errors["rows"]["nodes"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{errors}");
    assert_eq!((&rows[0]["row"], &rows[0]["field"]), (&json!(5), &json!("phone")));
    assert!(
        !text(&rows[0]["error"]).contains("555"),
        "the reason has no number"
    );

    let chosen =
        "corrections: {cells: [{row: 5, header: \"Phone\", value: \"760 555 0121\"}], leaveOut: [4]}";
    let all = agent.asks(&preview(&format!(", {chosen}"))).await;
    assert_eq!(figures(&all["totals"]), [3, 2, 1, 0], "{all}");
    let rows = all["rows"]["nodes"].as_array().expect("rows");
    let outcomes: Vec<_> = rows.iter().map(|row| text(&row["outcome"])).collect();
    assert_eq!(outcomes, ["CONTACT", "CONTACT", "DUPLICATE_IN_FILE"], "{all}");
    assert_eq!(rows[0]["becomes"]["name"], "Ada Moreno");
    assert_eq!(rows[0]["becomes"]["email"], "ada@example.com");
    assert_eq!(rows[2]["becomes"]["phone"], "+17605550121");
    chosen
}

async fn what_became_of_every_row_can_be_read_and_handed_out(app: &TestApp) {
    let agent = app.admin().await;
    let import = imports(&agent, FARM).await;
    let more = "format headerRow mapping { header field } progress { fraction secondsLeft } \
                foldedRows { nodes { row inFile filled contactId } }";
    let done = ended(&agent, &import, &format!("{FIGURES} {more}")).await;
    assert_eq!(figures(&done), [4, 2, 1, 1], "{done}");
    assert_eq!((&done["format"], &done["headerRow"]), (&json!("csv"), &json!(1)));
    assert_eq!(done["progress"], json!({"fraction": 1.0, "secondsLeft": null}));
    assert_eq!(done["foldedRows"]["nodes"][0]["row"], 4, "{done}");
    assert_eq!(done["foldedRows"]["nodes"][0]["inFile"], true, "{done}");

    let bare = import.trim_start_matches("import-batch:");
    let file = agent.gets(&format!("/imports/{bare}/rejected.csv")).await;
    assert_eq!(file.status(), StatusCode::OK);
    let file = file.text().await.expect("a file");
    let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "row,field,reason,value");
    assert!(
        lines[1].starts_with("5,\"phone\",") && lines[1].ends_with("\"555-01\""),
        "{file}"
    );
    assert_eq!(lines.len(), 2, "{file}");
}

async fn a_preview_is_read_page_by_page_and_says_what_the_run_will_say(app: &TestApp) {
    let agent = app.admin().await;
    imports(&agent, &many_people(40)).await;
    let mut list = many_people(1_500);
    list.push_str("Nobody,Palm Desert,CA,12\nOwner1 Again,Palm Desert,CA,(201) 555-0101\n");
    let upload = agent.uploads("people.csv", list.as_bytes()).await;

    let mut after = String::new();
    let (mut rows, mut known) = (vec![], 0);
    loop {
        let page = agent
            .asks(&format!(
                "previewImport(uploadId: {upload:?}, first: 200 {after}) {{ totals {{ {FIGURES} }} rows {{ \
                 pageInfo {{ hasNextPage endCursor }} nodes {{ row outcome }} }} }}"
            ))
            .await;
        assert_eq!(
            figures(&page["totals"]),
            [1_502, 1_460, 41, 1],
            "{}",
            page["totals"]
        );
        for row in page["rows"]["nodes"].as_array().expect("rows") {
            rows.push(row["row"].as_u64().expect("a number"));
            known += u64::from(row["outcome"] == "DUPLICATE_KNOWN");
        }
        if page["rows"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["rows"]["pageInfo"]["endCursor"]);
    }
    assert_eq!(
        rows,
        (2..=1_503).collect::<Vec<u64>>(),
        "every row once, in order"
    );
    assert_eq!(known, 40);

    let begun = begins(&agent, &upload, "").await;
    let done = ended(&agent, text(&begun["importId"]), FIGURES).await;
    assert_eq!(figures(&done), [1_502, 1_460, 41, 1], "{done}");
}

async fn a_file_that_was_taken_back_can_be_imported_again(app: &TestApp) {
    let agent = app.admin().await;
    let upload = agent.uploads("list.csv", many_people(5).as_bytes()).await;
    let first = begins(&agent, &upload, "").await;
    let first = text(&first["importId"]).to_owned();
    assert_eq!(figures(&ended(&agent, &first, FIGURES).await), [5, 5, 0, 0]);
    taken_back(&agent, &first).await;
    let second = begins(&agent, &upload, "").await;
    assert_eq!(second["repeated"], false);
    assert_ne!(second["importId"], first.as_str());
    let done = ended(&agent, text(&second["importId"]), FIGURES).await;
    assert_eq!(figures(&done), [5, 5, 0, 0], "what was taken out is made again");
}

async fn an_import_that_is_stopped_frees_its_campaign(app: &TestApp) {
    let agent = app.admin().await;
    let campaign = Campaign::draft(&agent).await;
    let upload = agent.uploads("people.csv", many_people(9_000).as_bytes()).await;
    let begun = begins(&agent, &upload, &format!("campaignId: {:?}", campaign.id)).await;
    let import = text(&begun["importId"]).to_owned();
    let stop = format!("cancelImport(importId: {import:?})");
    agent.does(&stop, CHANGED).await;
    let stopped = ended(&agent, &import, FIGURES).await;
    assert_eq!(stopped["status"], "CANCELLED", "{stopped}");
    campaign.is("DRAFT").await;
    let [rows, created, duplicates, rejected] = figures(&stopped);
    assert!(
        rows < 9_000 && rows == created + duplicates + rejected,
        "{stopped}"
    );
    agent.does(&stop, CHANGED).await;

    assert_eq!(
        taken_back(&agent, &import).await,
        json!({"removed": created, "kept": 0})
    );
}

async fn a_mapping_is_kept_under_a_name_and_remembered(app: &TestApp) {
    let agent = app.admin().await;
    let list = "Eigentümer,Ruf\nAda Moreno,7605550120\nBen Okafor,7605550121\n";
    let upload = agent.uploads("liste.csv", list.as_bytes()).await;
    let chosen =
        "mapping: [{header: \"Eigentümer\", field: \"owner_name\"}, {header: \"Ruf\", field: \"phone\"}]";
    let begun = begins(
        &agent,
        &upload,
        &format!("{chosen}, saveMappingAs: \"German list\""),
    )
    .await;
    let done = ended(&agent, text(&begun["importId"]), FIGURES).await;
    assert_eq!(figures(&done), [2, 2, 0, 0], "{done}");

    let kept = until("the mapping is kept", async || {
        let kept = agent
            .asks("mappingTemplates { name mapping { header field } }")
            .await;
        (kept != json!([])).then_some(kept)
    })
    .await;
    assert_eq!(kept[0]["name"], "German list");
    assert_eq!(kept[0]["mapping"][1], json!({"header": "Ruf", "field": "phone"}));

    let next = agent
        .uploads("mehr.csv", "Eigentümer,Ruf\nCleo Park,7605550122\n".as_bytes())
        .await;
    let look = format!("inspectUpload(uploadId: {next:?}) {{ columns {{ header field guess }} }}");
    let seen = agent.asks(&look).await;
    assert_eq!(
        seen["columns"][1],
        json!({"header": "Ruf", "field": "phone", "guess": "REMEMBERED"}),
        "{seen}"
    );

    let changed = "MappingTemplatesChanged { position }";
    let removed = agent
        .does("removeMappingTemplate(name: \"German list\")", changed)
        .await;
    let fresh = format!(
        "mappingTemplates(minPosition: {}) {{ name }}",
        removed["position"]
    );
    assert_eq!(agent.asks(&fresh).await, json!([]));
    let empty = agent
        .is_refused("saveMappingTemplate(name: \"Empty\", mapping: [])", changed)
        .await;
    assert_eq!(empty["code"], "EMPTY_MAPPING");
}

async fn what_a_colleague_chose_is_offered_and_what_a_stranger_chose_is_not(app: &TestApp) {
    let admin = app.admin().await;
    let (colleague, _) = app.member(&admin, "AGENT").await;
    let stranger = app.admin_of(&app.another_organization().await).await;
    let imports_as = async |who: &Person, name: &str, field: &str| {
        let list = format!("Owner Name,Phone,{name}\nAda Moreno,7605550120,x\n");
        let upload = who.uploads("list.csv", list.as_bytes()).await;
        let chosen = format!(
            "mapping: [{{header: \"Owner Name\", field: \"owner_name\"}}, {{header: \"Phone\", field: \"phone\"}}, \
             {{header: {name:?}, field: {field:?}}}]"
        );
        let begun = begins(who, &upload, &chosen).await;
        assert_eq!(
            ended(who, text(&begun["importId"]), "").await["status"],
            "COMPLETED"
        );
    };
    let guessed = async |who: &Person, name: &str| {
        let list = format!("Owner Name,Phone,{name}\nBen Okafor,7605550121,y\n");
        let upload = who.uploads("more.csv", list.as_bytes()).await;
        let look = format!("inspectUpload(uploadId: {upload:?}) {{ columns {{ header field guess }} }}");
        who.asks(&look).await["columns"][2].clone()
    };
    imports_as(&colleague, "Zugang", "pool").await;
    imports_as(&stranger, "Abgang", "spa").await;
    // The read models follow a moment later.
    until("the colleague's choice is offered", async || {
        let offered = guessed(&admin, "Zugang").await;
        (offered == json!({"header": "Zugang", "field": "pool", "guess": "REMEMBERED"})).then_some(())
    })
    .await;
    until("the stranger's choice is offered to the stranger", async || {
        let offered = guessed(&stranger, "Abgang").await;
        (offered["guess"] == "REMEMBERED").then_some(())
    })
    .await;
    for (who, name) in [(&admin, "Abgang"), (&stranger, "Zugang")] {
        let offered = guessed(who, name).await;
        assert_ne!(offered["guess"], "REMEMBERED", "{offered}");
        assert!(offered["field"].is_null(), "{offered}");
    }
    // Whoever has a choice of their own is offered that one.
    imports_as(&admin, "Zugang", "gate").await;
    until("one's own choice is offered first", async || {
        (guessed(&admin, "Zugang").await["field"] == "gate").then_some(())
    })
    .await;
}

async fn a_cell_that_is_cut_is_warned_of_by_row_and_column(app: &TestApp) {
    let agent = app.admin().await;
    let long = "a very long remark ".repeat(300);
    let list = format!("Owner Name,Phone,Notes\nAda Moreno,7605550120,short\nBen Okafor,7605550121,{long}\n");
    let upload = agent.uploads("notes.csv", list.as_bytes()).await;
    let look = format!("inspectUpload(uploadId: {upload:?}) {{ warnings {{ code message }} }}");
    let seen = agent.asks(&look).await;
    assert_eq!(seen["warnings"][0]["code"], "CUT_CELL", "{seen}");
    let said = text(&seen["warnings"][0]["message"]);
    assert!(
        said.contains("row 3, column \"Notes\"") && !said.contains("remark"),
        "{said}"
    );
    let preview = format!(
        "previewImport(uploadId: {upload:?}, first: 5) {{ cutCellCount cutCells {{ row header }} totals {{ {FIGURES} }} }}"
    );
    let seen = agent.asks(&preview).await;
    assert_eq!(
        (&seen["cutCellCount"], &seen["cutCells"]),
        (&json!(1), &json!([{"row": 3, "header": "Notes"}])),
        "{seen}"
    );
    assert_eq!(
        figures(&seen["totals"]),
        [2, 2, 0, 0],
        "the row is taken all the same"
    );
}

async fn a_column_of_numbers_can_be_chosen_where_none_is_found(app: &TestApp) {
    let agent = app.admin().await;
    let list = "Owner Name,City\nAda Moreno,Indio\nBen Okafor,Indio\n";
    let upload = agent.uploads("names.csv", list.as_bytes()).await;
    let look = format!("inspectUpload(uploadId: {upload:?}) {{ columns {{ header }} warnings {{ code }} }}");
    let seen = agent.asks(&look).await;
    assert_eq!(seen["columns"].as_array().map(Vec::len), Some(2), "{seen}");
    assert_eq!(seen["warnings"][0]["code"], "NO_PHONE_COLUMN", "{seen}");
}

async fn contacts_that_are_there_are_picked_into_a_campaign(app: &TestApp) {
    let agent = app.admin().await;
    let import = imports(&agent, &many_people(12)).await;
    let campaign = Campaign::draft(&agent).await;
    let picked = "ContactsPicked { importId rows added duplicates rejected import { source status } }";
    let filter = format!(
        "pickContacts(campaignId: {:?}, filter: {{importId: {import:?}}})",
        campaign.id
    );
    let all = agent.does(&filter, picked).await;
    assert_eq!((&all["rows"], &all["added"]), (&json!(12), &json!(12)), "{all}");
    assert_eq!(
        all["import"],
        json!({"source": "DATABASE", "status": "COMPLETED"})
    );
    campaign.is("DRAFT").await;

    let contacts = campaign
        .ids("contacts(first: 2) { nodes { id: contactId } }")
        .await;
    let nobody = "contact:01890a5d-ac96-774b-bcce-b302099a8057";
    let named = format!(
        "pickContacts(campaignId: {:?}, contactIds: [{:?}, {nobody:?}])",
        campaign.id, contacts[0]
    );
    let again = agent.does(&named, picked).await;
    assert_eq!(
        [
            &again["rows"],
            &again["added"],
            &again["duplicates"],
            &again["rejected"]
        ],
        [&json!(2), &json!(0), &json!(1), &json!(1)],
        "{again}"
    );
    let undo = format!("undoImport(importId: {})", all["importId"]);
    assert_eq!(agent.is_refused(&undo, CHANGED).await["code"], "INVALID");
    let both = format!("pickContacts(campaignId: {:?})", campaign.id);
    assert_eq!(agent.is_refused(&both, picked).await["code"], "INVALID");
}

async fn a_contact_by_hand_is_read_as_a_row_is(app: &TestApp) {
    let agent = app.admin().await;
    let added = "ContactAdded { duplicate filled change { contactId contact { name phone email } } }";
    let call = "addContact(input: {phone: \"760.555.0120\", firstName: \"ADA\", lastName: \"MORENO\"})";
    let made = agent.does(call, added).await;
    assert_eq!(
        (&made["duplicate"], &made["filled"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(made["change"]["contact"]["name"], "Ada Moreno", "{made}");
    assert_eq!(made["change"]["contact"]["phone"], "+17605550120", "{made}");

    let call = "addContact(input: {phone: \"+1 (760) 555-0120\", firstName: \"Someone\", lastName: \"Else\", \
                email: \"Ada@Example.com\"})";
    let again = agent.does(call, added).await;
    assert_eq!(
        (&again["duplicate"], &again["filled"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(again["change"]["contactId"], made["change"]["contactId"]);
    assert_eq!(
        again["change"]["contact"]["name"], "Ada Moreno",
        "nothing is overwritten"
    );
    assert_eq!(again["change"]["contact"]["email"], "ada@example.com", "{again}");

    for (field, code) in [
        ("phone: \"555-01\"", "INVALID_PHONE"),
        ("phone: \"7605550121\", state: \"Ontario\"", "UNKNOWN_STATE"),
        ("phone: \"7605550121\", email: \"at home\"", "INVALID_EMAIL"),
    ] {
        let refused = agent
            .is_refused(&format!("addContact(input: {{{field}}})"), added)
            .await;
        assert_eq!(refused["code"], code, "{refused}");
    }
}

async fn a_number_marked_in_one_list_is_not_called_from_another(app: &TestApp) {
    let agent = app.admin().await;
    let run = async |list: &str| {
        let upload = agent.uploads("marked.csv", list.as_bytes()).await;
        let begun = begins(&agent, &upload, "").await;
        let figures = format!("{FIGURES} doNotContact suppressed");
        ended(&agent, text(&begun["importId"]), &figures).await
    };
    let first = run(
        "Owner Name,Phone 1,Phone 2\nAda Moreno,760-555-0130 (DNC),760-555-0131\n\
         Ben Okafor,760-555-0132,760-555-0133 DNC\n",
    )
    .await;
    assert_eq!(figures(&first), [2, 2, 0, 0], "{first}");
    assert_eq!(
        (&first["doNotContact"], &first["suppressed"]),
        (&json!(0), &json!(0)),
        "each has a number that may be called: {first}"
    );
    let listed = async || {
        let lists = agent.asks("suppressionLists { kind added }").await;
        let lists = lists.as_array().expect("lists").clone();
        let own = lists.iter().find(|list| list["kind"] == "INTERNAL");
        own.map(|list| list["added"].clone())
    };
    until("the marked numbers are on our own list", async || {
        (listed().await == Some(json!(2))).then_some(())
    })
    .await;

    let second = run("Owner Name,Phone\nSomebody Else,(760) 555-0130\nNo Mark,760.555.0134\n").await;
    assert_eq!(figures(&second), [2, 2, 0, 0], "{second}");
    assert_eq!(second["suppressed"], 1, "{second}");
    // The same marks again are no news.
    let third = run("Owner Name,Phone 1,Phone 2\nAda Moreno,760-555-0130 (DNC),760-555-0131\n").await;
    assert_eq!(figures(&third), [1, 0, 1, 0], "{third}");
    assert_eq!(listed().await, Some(json!(2)));
}
