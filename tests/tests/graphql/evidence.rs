//! What proves that a history was not edited: auditors see it, an attacker with the database is found out, and a bundle is checked by whoever
//! gets it, forged ones included.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
};

use commands::{
    ports::StoredEvent,
    processes::{LogStep, Processes, ProcessesSettings},
    transparency::{LogDifference, NoteKey, audit_journal, key_of},
};
use domain::{Position, StreamId};
use reqwest::StatusCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use store::key_ring::MasterKey;
use voicedrop::evidence::{Report, check_bundle};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::campaign::Campaign;
use crate::stage::{Person, TestApp, in_a_running_system, text, until};

/// What is asked of a proof.
const PROOF: &str = "proof { state provenEvents newerEvents key note checkpoint { events position signedAt keyId } \
                     broken { kind position message } refusal { reason } }";

in_a_running_system! {
    an_auditor_sees_that_a_history_is_proven_and_nobody_else_is_told;
    a_row_that_was_changed_is_named;
    a_row_that_was_taken_out_of_the_middle_is_missed;
    hashes_that_were_changed_with_it_do_not_help_and_nothing_is_signed_over_them;
    any_number_of_processes_make_one_log;
    a_bundle_is_checked_by_whoever_gets_it;
    forged_bundles_fail_by_name;
    a_bundle_as_of_a_date_ends_there;
}

/// Everything that was recorded is in the log and under a checkpoint.
async fn covered(app: &TestApp) {
    let ports = app.application().ports.clone();
    let processes = Processes::new(ports, ProcessesSettings::default());
    until("the log has settled", async || {
        // Checkpoints are not signed one right after the other.
        app.minutes_pass(1);
        let step = processes.log_step().await.expect("the log goes on");
        matches!(step, LogStep::Settled(_)).then_some(())
    })
    .await;
}

/// One of the contacts of a campaign, with an event or two of its own.
async fn somebody(app: &TestApp, admin: &Person) -> String {
    let campaign = Campaign::draft(admin).await.with_people().await;
    let contacts = campaign
        .ids("contacts(first: 1) { nodes { id: contactId } }")
        .await;
    let opt_out = format!("optOut(id: {:?}, channel: PHONE)", contacts[0]);
    admin.does(&opt_out, "ContactChanged { position }").await;
    covered(app).await;
    contacts[0].clone()
}

async fn proof(person: &Person, contact: &str) -> Value {
    let answer = person
        .asks(&format!("contact(id: {contact:?}) {{ {PROOF} }}"))
        .await;
    answer["proof"].clone()
}

/// The contact's own events as they lie in the journal.
async fn events_of(app: &TestApp, contact: &str) -> Vec<StoredEvent> {
    let (_, id) = contact.split_once(':').expect("a kind and a number");
    let journal = &app.application().ports.journal;
    let slices = journal.load(vec![StreamId::new("contact", id)]).await;
    slices.expect("the journal answers").remove(0).events
}

/// Somebody with the database, and no scruples.
async fn attacks(app: &TestApp, set: &str, on_sqlite: &[&str], on_postgres: &[&str]) {
    let url = app.application().config.database.url.clone();
    if let Some(directory) = url.strip_prefix("sqlite:") {
        let file = format!("{directory}/{set}.db");
        let connection = rusqlite::Connection::open(file).expect("the file");
        for statement in on_sqlite {
            connection.execute_batch(statement).expect(statement);
        }
        return;
    }
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("the server");
    let path = format!("SET search_path TO {set}");
    connection.execute(path.as_str()).await.expect("the schema");
    for statement in on_postgres {
        connection.execute(*statement).await.expect(statement);
    }
}

/// As `voicedrop verify` looks: by a journal of its own, which remembers nothing of what was written.
async fn the_journal_differs(app: &TestApp) -> Option<LogDifference> {
    let opened = journal::open(&app.application().config.database.url).await;
    let ports = commands::Ports {
        journal: opened.expect("the journal opens").journal,
        ..app.application().ports.clone()
    };
    let audit = audit_journal(&ports, None).await;
    audit.expect("the journal can be read").difference
}

async fn an_auditor_sees_that_a_history_is_proven_and_nobody_else_is_told(app: &TestApp) {
    let admin = app.admin().await;
    let added = admin
        .does(
            "addContact(input: {firstName: \"Rosa\", lastName: \"Example\", phone: \"(760) 555-0177\"})",
            "ContactAdded { change { contactId } }",
        )
        .await;
    let contact = text(&added["change"]["contactId"]).to_owned();
    covered(app).await;
    let (auditor, _) = app.member(&admin, "AUDITOR").await;
    let seen = proof(&auditor, &contact).await;
    assert_eq!(
        (
            &seen["state"],
            &seen["newerEvents"],
            &seen["broken"],
            &seen["refusal"]
        ),
        (&json!("PROVEN"), &json!(0), &Value::Null, &Value::Null),
        "{seen}"
    );
    assert!(seen["provenEvents"].as_u64() >= Some(1), "{seen}");
    let key = NoteKey::read(text(&seen["key"])).expect("a key");
    assert_eq!(seen["checkpoint"]["keyId"], key.id());
    let ports = &app.application().ports;
    assert_eq!(text(&seen["key"]), key_of(ports.signer.as_ref()));

    let opt_out = format!("optOut(id: {contact:?}, channel: PHONE)");
    admin.does(&opt_out, "ContactChanged { position }").await;
    let later = proof(&admin, &contact).await;
    let proven = seen["provenEvents"].as_u64().expect("a number");
    let (still, newer) = (later["provenEvents"].as_u64(), later["newerEvents"].as_u64());
    assert!(
        still >= Some(proven) && still.zip(newer).is_some_and(|(s, n)| s + n > proven),
        "{later}"
    );
    covered(app).await;
    let all = proof(&admin, &contact).await;
    assert!(all["provenEvents"].as_u64() > Some(proven), "{all}");

    let field = format!("contact(id: {contact:?}) {{ {PROOF} }}");
    for role in ["VIEWER", "AGENT"] {
        let (person, _) = app.member(&admin, role).await;
        assert_eq!(person.is_not_answered(&field).await, "FORBIDDEN", "{role}");
        let bundle = format!("contactEvidence(contactId: {contact:?}) {{ url }}");
        assert_eq!(person.is_not_answered(&bundle).await, "FORBIDDEN", "{role}");
    }
    let others = app.another_organization().await;
    let stranger = app.admin_of(&others).await;
    assert!(stranger.asks(&field).await.is_null());
    let bundle = format!("contactEvidence(contactId: {contact:?}) {{ url }}");
    assert_eq!(stranger.is_not_answered(&bundle).await, "NOT_FOUND");
}

async fn a_row_that_was_changed_is_named(app: &TestApp) {
    let admin = app.admin().await;
    let contact = somebody(app, &admin).await;
    assert_eq!(proof(&admin, &contact).await["state"], "PROVEN");
    assert_eq!(the_journal_differs(app).await, None);
    let events = events_of(app, &contact).await;
    let victim = events.first().expect("a first event");
    let position = victim.position;
    let on_sqlite = format!(
        "UPDATE events SET payload = replace(payload, '\"CA\"', '\"NV\"') WHERE position = {position}"
    );
    let on_postgres = format!(
        "UPDATE events SET payload = replace(payload::text, '\"CA\"', '\"NV\"')::json WHERE position = {position}"
    );
    attacks(
        app,
        "journal",
        &["DROP TRIGGER events_keep_update", &on_sqlite],
        &["DROP TRIGGER events_frozen ON events", &on_postgres],
    )
    .await;
    assert_ne!(
        events_of(app, &contact).await[0].payload,
        victim.payload,
        "it was changed"
    );

    let seen = proof(&admin, &contact).await;
    assert_broken(&seen, "ALTERED", position);
    assert_eq!(
        the_journal_differs(app).await,
        Some(LogDifference::Event { position })
    );
}

async fn a_row_that_was_taken_out_of_the_middle_is_missed(app: &TestApp) {
    let admin = app.admin().await;
    let contact = somebody(app, &admin).await;
    let events = events_of(app, &contact).await;
    let [_, victim, next, ..] = events.as_slice() else {
        panic!("made, consented, opted out: {events:?}")
    };
    let delete = format!("DELETE FROM events WHERE position = {}", victim.position);
    attacks(
        app,
        "journal",
        &["DROP TRIGGER events_keep_delete", &delete],
        &["DROP TRIGGER events_frozen ON events", &delete],
    )
    .await;
    let seen = proof(&admin, &contact).await;
    assert_broken(&seen, "HOLE", next.position);
    assert!(the_journal_differs(app).await.is_some());
}

async fn hashes_that_were_changed_with_it_do_not_help_and_nothing_is_signed_over_them(app: &TestApp) {
    let admin = app.admin().await;
    let contact = somebody(app, &admin).await;
    let wipe = "UPDATE log_tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 0";
    let wipe_on_postgres = "UPDATE log_tiles SET hashes = decode(repeat('00', length(hashes)), 'hex') WHERE level = 0 AND number = 0";
    attacks(app, "work", &[wipe], &[wipe_on_postgres]).await;
    let seen = proof(&admin, &contact).await;
    assert_eq!(
        (&seen["state"], &seen["broken"]["kind"]),
        (&json!("BROKEN"), &json!("LOG")),
        "{seen}"
    );
    assert!(the_journal_differs(app).await.is_some());

    let before = seen["note"].clone();
    let mark = format!("markDoNotContact(id: {contact:?}, reason: \"asked\")");
    admin.does(&mark, "ContactChanged { position }").await;
    app.minutes_pass(1);
    let processes = Processes::new(app.application().ports.clone(), ProcessesSettings::default());
    until("no checkpoint is signed, and that is seen", async || {
        processes.log_step().await.expect("the log goes on");
        let seen = proof(&admin, &contact).await;
        assert_eq!(seen["note"], before, "nothing was signed");
        seen["refusal"]["reason"].is_string().then_some(())
    })
    .await;
}

async fn any_number_of_processes_make_one_log(app: &TestApp) {
    let admin = app.admin().await;
    let contact = somebody(app, &admin).await;
    let workers: Vec<_> = (0..4)
        .map(|_| Processes::new(app.application().ports.clone(), ProcessesSettings::default()))
        .collect();
    for round in 0..3 {
        Campaign::draft(&admin).await;
        // One of them is stopped in the middle, wherever it is.
        let stopped = tokio::time::timeout(std::time::Duration::from_millis(round), workers[0].log_step());
        let others = futures::future::join_all(workers[1..].iter().map(Processes::log_step));
        let (_, others) = tokio::join!(stopped, others);
        assert!(others.iter().all(Result::is_ok), "{others:?}");
    }
    covered(app).await;
    let audit = audit_journal(&app.application().ports, None).await;
    let audit = audit.expect("the journal can be read");
    assert_eq!((audit.difference, audit.events), (None, app.events().await));
    assert_eq!(proof(&admin, &contact).await["state"], "PROVEN");
}

/// A bundle's files by name.
type Files = BTreeMap<String, Vec<u8>>;

async fn bundle(app: &TestApp, person: &Person, contact: &str, more: &str) -> (Vec<u8>, Files) {
    let field = format!("contactEvidence(contactId: {contact:?} {more}) {{ url fileName expiresAt }}");
    let link = person.asks(&field).await;
    let response = app.anybody().gets(text(&link["url"])).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/zip");
    let file = response.bytes().await.expect("the whole file").to_vec();
    let mut archive = ZipArchive::new(Cursor::new(&file)).expect("an archive");
    let mut files = Files::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("its content");
        files.insert(name, content);
    }
    (file, files)
}

fn packed(files: &Files) -> Cursor<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .expect("a file");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("an archive")
}

/// The proof is broken in this way, first at this position.
fn assert_broken(proof: &Value, kind: &str, position: impl std::fmt::Display) {
    assert_eq!(proof["state"], "BROKEN", "{proof}");
    let broken = &proof["broken"];
    assert_eq!(
        (&broken["kind"], &broken["position"]),
        (&json!(kind), &json!(format!("p{position}"))),
        "{proof}"
    );
}

/// The names of the claims that do not hold.
fn failing(report: &Report) -> Vec<&'static str> {
    let claims = report.claims.iter();
    claims
        .filter(|claim| claim.finding.is_err())
        .map(|claim| claim.name)
        .collect()
}

fn lines(files: &Files) -> Vec<Value> {
    let text = String::from_utf8(files["events.ndjson"].clone()).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

fn with_lines(files: &Files, lines: &[Value]) -> Files {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.to_string());
        text.push('\n');
    }
    let mut forged = files.clone();
    forged.insert("events.ndjson".to_owned(), text.into_bytes());
    forged
}

/// Somebody with a campaign in which they were spoken to.
async fn spoken_to(app: &TestApp, admin: &Person) -> String {
    let campaign = Campaign::draft(admin)
        .await
        .with_people()
        .await
        .with_scripts()
        .await
        .reviewed_and_spoken()
        .await;
    let contacts = campaign
        .ids("contacts(first: 1) { nodes { id: contactId } }")
        .await;
    covered(app).await;
    contacts[0].clone()
}

async fn a_bundle_is_checked_by_whoever_gets_it(app: &TestApp) {
    let admin = app.admin().await;
    let contact = spoken_to(app, &admin).await;
    let (auditor, _) = app.member(&admin, "AUDITOR").await;
    let before = app.events().await;
    let (file, files) = bundle(app, &auditor, &contact, "").await;
    assert!(
        app.events_since(before)
            .await
            .contains(&"AuditorLookedUp".to_owned()),
        "it is recorded who took it"
    );
    let report = check_bundle(Cursor::new(&file), None).expect("a bundle");
    assert!(report.holds(), "{report:?}");
    let key = NoteKey::read(&key_of(app.application().ports.signer.as_ref())).expect("a key");
    let report = check_bundle(Cursor::new(&file), Some(key)).expect("a bundle");
    assert!(report.holds(), "{report:?}");

    let history: Value = serde_json::from_slice(&files["history.json"]).expect("JSON");
    let entries = history["entries"].as_array().expect("a list");
    let written = entries.iter().find(|e| e["event_type"] == "ScriptGenerated");
    assert!(written.is_some_and(|e| text(&e["words"]).len() > 20), "{history}");
    let spoken = entries.iter().find(|e| e["event_type"] == "AudioRendered");
    let recording = text(&spoken.expect("it was spoken")["recording"]["file"]);
    assert!(!files[recording].is_empty());
    let named = [
        "READ-ME.txt",
        "checkpoint.txt",
        "key.txt",
        "manifest.txt",
        "rules.json",
    ];
    assert!(
        named.iter().all(|name| files.contains_key(*name)),
        "{:?}",
        files.keys()
    );
    assert_eq!(lines(&files).len(), entries.len(), "every step with its event");
}

/// What is wrong with other words, and with another recording.
fn forged_files_fail_by_name(files: &Files) {
    let checked = |files: &Files| failing(&check_bundle(packed(files), None).expect("a bundle"));
    let mut retold = files.clone();
    let mut words: Value = serde_json::from_slice(&files["history.json"]).expect("JSON");
    words["entries"][0]["words"] = "something else".into();
    retold.insert("history.json".to_owned(), words.to_string().into_bytes());
    assert_eq!(checked(&retold), ["manifest"], "other words");

    let mut overdubbed = files.clone();
    let recording = files
        .keys()
        .find(|name| name.starts_with("audio/"))
        .expect("a recording");
    overdubbed.insert(recording.clone(), b"something else".to_vec());
    assert_eq!(
        checked(&overdubbed),
        ["manifest", "recordings"],
        "another recording"
    );
}

async fn forged_bundles_fail_by_name(app: &TestApp) {
    let admin = app.admin().await;
    let contact = spoken_to(app, &admin).await;
    let (_, files) = bundle(app, &admin, &contact, "").await;
    let checked = |files: &Files| {
        let report = check_bundle(packed(files), None).expect("a bundle");
        (failing(&report), format!("{report:?}"))
    };
    assert_eq!(checked(&files).0, Vec::<&str>::new());
    let events = lines(&files);
    let own: Vec<usize> = (0..events.len())
        .filter(|n| text(&events[*n]["leaf"]).contains("\"script\","))
        .collect();

    let mut changed = events.clone();
    let leaf = text(&changed[own[0]]["leaf"]).replace("\\\"version\\\":1", "\\\"version\\\":7");
    assert_ne!(leaf, text(&changed[own[0]]["leaf"]));
    changed[own[0]]["leaf"] = leaf.into();
    let (fail, why) = checked(&with_lines(&files, &changed));
    assert_eq!(fail, ["manifest", "events"], "a changed payload: {why}");

    let mut removed = events.clone();
    removed.remove(own[1]);
    let (fail, why) = checked(&with_lines(&files, &removed));
    assert_eq!(
        fail,
        ["manifest", "sequences", "history"],
        "an event taken out: {why}"
    );

    let mut swapped = events.clone();
    let path = swapped[own[0]]["path"].take();
    swapped[own[0]]["path"] = swapped[own[2]]["path"].take();
    swapped[own[2]]["path"] = path;
    let (fail, why) = checked(&with_lines(&files, &swapped));
    assert_eq!(fail, ["manifest", "events"], "swapped paths: {why}");

    let mut unsigned = files.clone();
    let note = String::from_utf8(files["checkpoint.txt"].clone()).expect("text");
    let note = note.replacen("position ", "position 1", 1);
    unsigned.insert("checkpoint.txt".to_owned(), note.into_bytes());
    let (fail, why) = checked(&unsigned);
    assert_eq!(
        fail,
        ["manifest", "checkpoint", "events"],
        "a changed checkpoint: {why}"
    );

    forged_files_fail_by_name(&files);

    // Whoever has the installation's key from elsewhere is not taken in by another one's.
    let secret = SecretString::from("another installation's secret, long enough");
    let master = MasterKey::from_secret(&secret).expect("a key");
    let name = app.application().ports.signer.name().to_owned();
    let other = key_of(&master.note_key(&name).expect("a key"));
    let report = check_bundle(packed(&files), Some(NoteKey::read(&other).expect("a key")));
    let fail = failing(&report.expect("a bundle"));
    assert_eq!(
        fail,
        ["key", "manifest", "checkpoint", "events"],
        "another installation"
    );

    let mut torn = files.clone();
    torn.remove("manifest.txt");
    assert!(
        check_bundle(packed(&torn), None).is_err(),
        "a file that every bundle has"
    );
    assert!(check_bundle(Cursor::new(b"no archive".to_vec()), None).is_err());
}

async fn a_bundle_as_of_a_date_ends_there(app: &TestApp) {
    let admin = app.admin().await;
    let contact = somebody(app, &admin).await;
    let events = events_of(app, &contact).await;
    let made = events.first().expect("a first event");
    let opted_out = events.last().expect("a last event");
    assert_ne!(made.position, opted_out.position);
    // Up to the instant at which it was made: what came later is left out, and no hole is cut.
    let as_of = format!("asOf: {:?}", made.recorded_at.to_rfc3339());
    let (file, files) = bundle(app, &admin, &contact, &as_of).await;
    let report = check_bundle(Cursor::new(&file), None).expect("a bundle");
    assert!(report.holds(), "{report:?}");
    let text = String::from_utf8(files["events.ndjson"].clone()).expect("text");
    let has = |position: Position| text.contains(&format!("\"leaf\":\"[{position},"));
    assert!(has(made.position));
    assert!(
        opted_out.recorded_at == made.recorded_at || !has(opted_out.position),
        "{text}"
    );
}
