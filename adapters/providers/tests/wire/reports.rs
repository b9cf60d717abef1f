//! What the carrier's numeric codes become, and who may report.

use commands::ports::{DropOutcome, PortErrorKind, VoicemailCarrier};
use providers::DropCowboyConfig;
use serde_json::json;

use crate::stage::{drop_cowboy, drop_cowboy_by, drop_cowboy_config};

/// Those of the vendor's documents, and one that is in none of them.
const CODES: [i64; 46] = [
    0,
    3000,
    3001,
    3002,
    3007,
    3011,
    3012,
    3013,
    3014,
    3015,
    3016,
    3017,
    3018,
    3019,
    3021,
    3022,
    3027,
    3028,
    3033,
    3040,
    4000,
    4001,
    4002,
    4004,
    4005,
    4006,
    4008,
    4010,
    4011,
    4013,
    4016,
    4017,
    4019,
    4021,
    6000,
    6001,
    6002,
    6003,
    6004,
    6005,
    6006,
    6011,
    9999,
    -1,
    i64::MAX,
    i64::MIN,
];

#[test]
fn every_code_has_a_class_and_plain_words() {
    let carrier = drop_cowboy("http://127.0.0.1:9");
    let lines: Vec<String> = CODES
        .iter()
        .map(|code| {
            let status = if *code == 0 { "success" } else { "failure" };
            let body = json!({ "foreign_id": "f1", "status": status, "reason": "+17605550186", "reason_code": code });
            let report = carrier.parse_report(body.to_string().as_bytes(), None).unwrap();
            assert_eq!(report.code, code.to_string());
            let suppressed = if report.suppress { "; never again" } else { "" };
            match report.outcome {
                DropOutcome::Failed { class, reason } => format!("{code}: {class:?}, {reason}{suppressed}"),
                other => format!("{code}: {other:?}{suppressed}"),
            }
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_carriers_own_do_not_contact_flag_suppresses_whatever_the_code() {
    let body = json!({ "foreign_id": "f1", "status": "failure", "reason_code": 4005, "dnc": true });
    let report = drop_cowboy("http://127.0.0.1:9")
        .parse_report(body.to_string().as_bytes(), Some("token-1"))
        .unwrap();
    assert!(report.suppress);
    assert_eq!(report.about.callback_token.as_deref(), Some("token-1"));
}

#[test]
fn a_webhook_counts_only_under_a_configured_secret() {
    // HMAC-SHA256 of `1767225600.{}` under the secret, worked out apart from this program.
    let headers = [
        ("x-timestamp".to_owned(), "1767225600".to_owned()),
        (
            "x-signature".to_owned(),
            "sha256=b0bbd2256fd62fa56426817df053cfe27206d6a4977adbc7908e5017eba97d12".to_owned(),
        ),
    ];
    let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let with = |secrets: &[&str]| {
        let carrier = drop_cowboy_by(DropCowboyConfig {
            webhook_secrets: secrets.iter().map(|s| (*s).into()).collect(),
            ..drop_cowboy_config("http://127.0.0.1:9")
        });
        carrier.verify_signature(&headers, b"{}", now)
    };
    assert_eq!(with(&["old", "test-signing-secret-0001"]), Ok(()));
    for wrong in [&[][..], &["old"]] {
        assert_eq!(with(wrong).unwrap_err().kind, PortErrorKind::Unauthorised);
    }
}
