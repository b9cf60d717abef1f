//! What an operator does by the command line: halts all sending and allows it again, has reports looked at once more, and keeps checkpoints.

use bytes::Bytes;
use commands::{
    context::CommandContext,
    ports::InboundWebhook,
    processes::{LogStep, Processes, ProcessesSettings},
    stream::{Loaded, load},
    use_cases::add_webhook_endpoint,
};
use domain::{
    CorrelationId,
    organization::{HaltedBy, Organization},
};
use serde_json::Value;
use sqlx::{Connection as _, Executor as _};
use voicedrop::demo::Cast;

use super::lists::{founded, inside};
use crate::stage::{Place, on_both_engines, voicedrop};

on_both_engines! {
    all_sending_is_halted_and_allowed_again;
    what_carriers_sent_is_looked_at_once_more;
    a_checkpoint_that_was_kept_elsewhere_shows_what_was_changed;
    an_endpoint_gets_a_new_secret;
}

/// Why the operator halts the organization; nothing while it does not.
fn why_halted(place: &Place) -> Option<String> {
    inside(place, async |application| {
        let organization = Cast::default().organization;
        let loaded: Loaded<Organization> = load(&application.ports, organization, organization)
            .await
            .expect("it can be read");
        loaded.state().halts.get(&HaltedBy::Operator).cloned()
    })
}

#[track_caller]
fn said(place: &Place, arguments: &[&str]) -> String {
    let output = voicedrop(place, arguments);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn all_sending_is_halted_and_allowed_again(place: Place) {
    founded(&place);
    let without_reason = voicedrop(&place, &["halt"]);
    assert!(!without_reason.status.success());
    let complaints = String::from_utf8_lossy(&without_reason.stderr);
    assert!(complaints.contains("--reason"), "{complaints}");
    assert_eq!(why_halted(&place), None, "nothing was done");

    for _ in 0..2 {
        let told = said(&place, &["halt", "--reason", "A list was wrong"]);
        assert!(told.starts_with("1 organizations hand nothing over"), "{told}");
        assert_eq!(why_halted(&place).as_deref(), Some("A list was wrong"));
    }
    let told = said(&place, &["allow", "--reason", "The list is mended"]);
    assert!(told.contains("halts none of the 1"), "{told}");
    assert_eq!(why_halted(&place), None);
    said(&place, &["verify"]);
}

/// A report that somebody sent, as the door stores it.
fn received(place: &Place, body: &'static str, rejected: Option<&str>) {
    inside(place, async |application| {
        let ports = &application.ports;
        let webhook = InboundWebhook {
            id: ports.ids.next(),
            source: "drop_cowboy".to_owned(),
            token: None,
            event_id: None,
            headers: vec![],
            body: Bytes::from_static(body.as_bytes()),
            received_at: ports.clock.now(),
            rejected: rejected.map(str::to_owned),
        };
        ports.inbox.store(webhook).await.expect("it is stored");
    });
}

fn counts(place: &Place) -> [u64; 5] {
    let shown = said(place, &["webhooks", "list", "--json"]);
    let shown: Value = serde_json::from_str(&shown).expect("one JSON object");
    ["waiting", "applied", "unmatched", "unreadable", "rejected"]
        .map(|standing| shown[standing].as_u64().expect("a count"))
}

fn what_carriers_sent_is_looked_at_once_more(place: Place) {
    founded(&place);
    received(
        &place,
        r#"{"event_type":"delivered","message_id":"m-1","phone_number":"+17605550120","timestamp":"2026-11-17T18:00:00Z"}"#,
        None,
    );
    received(&place, "no report at all", None);
    received(
        &place,
        r#"{"event_type":"delivered"}"#,
        Some("its signature does not fit"),
    );
    assert_eq!(
        counts(&place),
        [3, 0, 0, 0, 0],
        "stored together, and nobody has looked yet"
    );

    said(&place, &["webhooks", "replay", "--standing", "waiting"]);
    assert_eq!(counts(&place), [0, 0, 1, 1, 1]);
    let listed = said(&place, &["webhooks", "list"]);
    assert!(listed.contains("it names no drop that was made here"), "{listed}");
    assert!(!listed.contains("7605550120"), "no number is printed: {listed}");

    let told = said(&place, &["webhooks", "replay"]);
    assert!(told.contains("1 reports are looked at again"), "{told}");
    let told = said(&place, &["webhooks", "replay", "--until", "2020-01-01T00:00:00Z"]);
    assert!(told.contains("0 reports are looked at again"), "{told}");
    let told = said(&place, &["webhooks", "replay", "--standing", "rejected"]);
    assert!(told.contains("1 stay refused"), "{told}");
    assert_eq!(
        counts(&place),
        [0, 0, 1, 1, 1],
        "nothing is lost and nothing is doubled"
    );
}

/// Attacks by whoever has the database: the first event's words are changed.
fn tampered(place: &Place) {
    let url = place.url.clone();
    if let Some(directory) = url.strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(format!("{directory}/journal.db")).expect("the file");
        let attack = "DROP TRIGGER events_keep_update; UPDATE events SET metadata = metadata || ' ' WHERE position = 1";
        connection.execute_batch(attack).expect("it is changed");
        return;
    }
    inside(place, async |_| {
        let mut connection = sqlx::PgConnection::connect(&url).await.expect("the server");
        for attack in [
            "SET search_path TO journal",
            "DROP TRIGGER events_frozen ON events",
            "UPDATE events SET metadata = (metadata::text || ' ')::json WHERE position = 1",
        ] {
            connection.execute(attack).await.expect(attack);
        }
    });
}

fn a_checkpoint_that_was_kept_elsewhere_shows_what_was_changed(place: Place) {
    founded(&place);
    let none = voicedrop(&place, &["evidence", "checkpoint"]);
    assert!(!none.status.success(), "nothing was signed yet");
    let key = said(&place, &["evidence", "key"]);
    assert!(key.starts_with("voicedrop/"), "{key}");
    inside(&place, async |application| {
        let processes = Processes::new(application.ports.clone(), ProcessesSettings::default());
        let step = processes.log_step().await.expect("the log goes on");
        assert!(matches!(step, LogStep::Settled(_)), "{step:?}");
    });
    let note = said(&place, &["evidence", "checkpoint"]);
    let kept = place.directory().join("kept-elsewhere.txt");
    std::fs::write(&kept, &note).expect("the note is kept");
    let kept = kept.display().to_string();
    let told = said(&place, &["verify", "--checkpoint", &kept]);
    assert!(told.contains("events agrees"), "{told}");

    tampered(&place);
    let found = voicedrop(&place, &["verify", "--checkpoint", &kept]);
    let printed = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(!found.status.success(), "{printed}");
    assert!(printed.contains("position 1"), "{printed}");

    // The log begun anew over the changed journal agrees with itself, and not with what was kept.
    inside(&place, async |application| {
        let sql = application.work.sql();
        for wipe in [
            "DELETE FROM log_tiles",
            "DELETE FROM log_checkpoints",
            "UPDATE log_reach SET position = 0, size = 0",
        ] {
            sql.execute(wipe, vec![]).await.expect(wipe);
        }
        let processes = Processes::new(application.ports.clone(), ProcessesSettings::default());
        processes.log_step().await.expect("the log begins anew");
    });
    said(&place, &["verify"]);
    let found = voicedrop(&place, &["verify", "--checkpoint", &kept]);
    let printed = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(
        !found.status.success() && printed.contains("are not those"),
        "{printed}"
    );
}

fn an_endpoint_gets_a_new_secret(place: Place) {
    founded(&place);
    let endpoint = inside(&place, async |application| {
        let ports = &application.ports;
        let correlation = CorrelationId::from_uuid(ports.ids.next());
        let organization = Cast::default().organization;
        let context = CommandContext::system(organization, "an admin", correlation, None);
        let added = add_webhook_endpoint(ports, &context, "http://127.0.0.1:9/a-secret-path").await;
        added.expect("it is added").id.to_string()
    });
    let listed = said(&place, &["notifications", "endpoints"]);
    assert!(
        listed.contains(&endpoint) && !listed.contains("a-secret-path"),
        "{listed}"
    );
    assert!(!listed.contains("signs until"), "{listed}");
    let rotate = ["notifications", "rotate-secret", endpoint.as_str()];
    let secret = said(&place, &rotate);
    assert!(
        secret.starts_with("whsec_") && secret.trim().lines().count() == 1,
        "{secret}"
    );
    let listed = said(&place, &["notifications", "endpoints"]);
    assert!(
        listed.contains("signs until") && !listed.contains("whsec_"),
        "{listed}"
    );
    said(&place, &rotate);
    let refused = voicedrop(&place, &rotate);
    assert!(!refused.status.success(), "three sign already");
    said(&place, &["verify"]);
}
