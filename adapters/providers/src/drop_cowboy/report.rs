//! Reports, in the three shapes that come in: the unsigned callback of one drop, the signed webhook, and the generic shape of the
//! user's specification. Refuses what names no outcome; quotes nothing of what it refuses.

use chrono::{DateTime, Utc};
use commands::ports::{DropOutcome, PortError, PortErrorKind, ReportMatch, WireReport};
use domain::{MicroDollars, ScriptId, script::FailureClass};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    result_codes::{DELIVERED, meaning},
    wire::micros,
};

/// Of a report without a time: later than any, so that the reader takes its own time of receipt instead.
const NO_TIME: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;
/// Events about voicemails. The vendor's webhooks can carry others, such as `contact.sms.status`, which say nothing about a drop.
const EVENTS: [&str; 2] = ["contact.rvm.status", "contact.rvm.receipt"];

pub(super) fn parse(body: &[u8], token: Option<&str>) -> Result<WireReport, PortError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|e| unreadable(&format!("it is no JSON ({:?} error)", e.classify())))?;
    let token = token.map(str::to_owned);
    if let Some(kind) = text(&value, "event_type") {
        return generic(&value, kind, body, token);
    }
    match (text(&value, "event"), value.get("data")) {
        (Some(event), Some(data)) if EVENTS.contains(&event) => webhook(&value, data, token),
        (Some(_), _) => Err(unreadable("its event is not about a voicemail")),
        (None, _) => callback(&value, body, token),
    }
}

fn unreadable(why: &str) -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        format!("a carrier report can't be read: {why}"),
    )
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|t| !t.is_empty())
}

/// A report without an id of its own is the same report when its content is.
fn hashed(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

fn callback(value: &Value, body: &[u8], token: Option<String>) -> Result<WireReport, PortError> {
    let occurred_at = text(value, "attempt_date").and_then(instant).unwrap_or(NO_TIME);
    let (outcome, code) = outcome(value, cost(value))?;
    let suppress = value.get("dnc").and_then(Value::as_bool).unwrap_or(false) || suppresses(&outcome);
    Ok(WireReport {
        report_id: hashed(body),
        about: about(value, "phone_number", token),
        outcome,
        code,
        suppress,
        occurred_at,
    })
}

fn webhook(value: &Value, data: &Value, token: Option<String>) -> Result<WireReport, PortError> {
    let report_id = text(value, "event_id")
        .ok_or_else(|| unreadable("it has no event_id"))?
        .to_owned();
    let millis = value.get("event_at").and_then(Value::as_i64);
    let occurred_at = millis
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or(NO_TIME);
    let (outcome, code) = outcome(data, None)?;
    let suppress = suppresses(&outcome);
    Ok(WireReport {
        report_id,
        about: about(data, "to", token),
        outcome,
        code,
        suppress,
        occurred_at,
    })
}

fn generic(value: &Value, kind: &str, body: &[u8], token: Option<String>) -> Result<WireReport, PortError> {
    let listen_ms = value.pointer("/metadata/listen_ms").and_then(Value::as_u64);
    let outcome = match kind {
        "sent" => DropOutcome::Sent,
        "delivered" => DropOutcome::Delivered { cost: None },
        "listened" => DropOutcome::Listened { listen_ms },
        "failed" => DropOutcome::Failed {
            class: FailureClass::Final,
            reason: "the carrier reported a failure".into(),
        },
        _ => return Err(unreadable("its event_type is not known")),
    };
    let occurred_at = text(value, "timestamp").and_then(instant).unwrap_or(NO_TIME);
    Ok(WireReport {
        report_id: text(value, "event_id").map_or_else(|| hashed(body), str::to_owned),
        about: ReportMatch {
            script: value.pointer("/metadata/scriptId").and_then(script),
            message_id: text(value, "message_id").map(str::to_owned),
            ..about(value, "phone_number", token)
        },
        outcome,
        code: kind.to_owned(),
        suppress: false,
        occurred_at,
    })
}

fn about(value: &Value, number: &str, callback_token: Option<String>) -> ReportMatch {
    ReportMatch {
        callback_token,
        foreign_id: text(value, "foreign_id").map(str::to_owned),
        drop_id: text(value, "drop_id").map(str::to_owned),
        message_id: None,
        to: text(value, number).and_then(|n| n.parse().ok()),
        script: None,
    }
}

/// An id as events have it, or as clients see it, with its kind before a colon.
fn script(id: &Value) -> Option<ScriptId> {
    id.as_str()?.rsplit(':').next()?.parse().ok()
}

/// By the numeric code; the status text only where there is no code.
fn outcome(value: &Value, cost: Option<MicroDollars>) -> Result<(DropOutcome, String), PortError> {
    let delivered = DropOutcome::Delivered { cost };
    match (
        value.get("reason_code").and_then(Value::as_i64),
        text(value, "status"),
    ) {
        (Some(DELIVERED), _) => Ok((delivered, DELIVERED.to_string())),
        (Some(code), _) => {
            let meaning = meaning(code);
            let failed = DropOutcome::Failed {
                class: meaning.class,
                reason: meaning.words.to_owned(),
            };
            Ok((failed, code.to_string()))
        }
        (None, Some("success")) => Ok((delivered, "success".to_owned())),
        (None, Some("failure")) => {
            let reason = "the carrier reported a failure without a code".to_owned();
            Ok((
                DropOutcome::Failed {
                    class: FailureClass::Final,
                    reason,
                },
                "failure".to_owned(),
            ))
        }
        (None, _) => Err(unreadable("it has neither a reason_code nor a status")),
    }
}

const fn suppresses(outcome: &DropOutcome) -> bool {
    matches!(
        outcome,
        DropOutcome::Failed {
            class: FailureClass::Suppress,
            ..
        }
    )
}

/// All that was charged; nothing where the report does not speak of it, which is not the same as free.
fn cost(value: &Value) -> Option<MicroDollars> {
    let charged: Vec<i64> = ["product_cost", "compliance_fee", "tts_fee"]
        .iter()
        .filter_map(|name| micros(value.get(name)?.as_f64()?))
        .collect();
    (!charged.is_empty()).then(|| MicroDollars::from_micros(charged.iter().sum()))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(json: &str) -> WireReport {
        parse(json.as_bytes(), Some("token")).unwrap()
    }

    #[test]
    fn a_callback_tells_outcome_cost_and_our_reference() {
        let told = report(
            r#"{"drop_id":"d1","phone_number":"+17605550186","status":"success","reason_code":0,"product_cost":0.099,
                "compliance_fee":0.0029,"tts_fee":0,"dnc":false,"attempt_date":"2026-11-17T18:00:00Z","foreign_id":"f1"}"#,
        );
        assert_eq!(
            told.outcome,
            DropOutcome::Delivered {
                cost: Some(MicroDollars::from_micros(101_900))
            }
        );
        assert_eq!(
            (told.about.foreign_id.as_deref(), told.about.drop_id.as_deref()),
            (Some("f1"), Some("d1"))
        );
        assert_eq!(told.occurred_at.to_rfc3339(), "2026-11-17T18:00:00+00:00");
        assert!(!told.suppress);
    }

    #[test]
    fn a_cost_that_is_not_told_is_unknown_and_one_of_nothing_is_free() {
        let cost = |json: &str| match report(json).outcome {
            DropOutcome::Delivered { cost } => cost,
            other => panic!("{other:?}"),
        };
        assert_eq!(cost(r#"{"reason_code":0}"#), None);
        assert_eq!(cost(r#"{"reason_code":0,"product_cost":-1}"#), None);
        assert_eq!(
            cost(r#"{"reason_code":0,"product_cost":0}"#),
            Some(MicroDollars::ZERO)
        );
    }

    #[test]
    fn a_do_not_contact_code_asks_for_suppression() {
        let told = report(r#"{"status":"failure","reason_code":4017,"foreign_id":"f1"}"#);
        assert!(told.suppress);
        assert!(matches!(
            told.outcome,
            DropOutcome::Failed {
                class: FailureClass::Suppress,
                ..
            }
        ));
    }

    #[test]
    fn a_signed_webhook_is_known_by_its_event_id() {
        let told = report(
            r#"{"event_id":"e1","event":"contact.rvm.status","event_at":1767225599000,"data":{"reason_code":4002,"to":"+17605550186"}}"#,
        );
        assert_eq!((told.report_id.as_str(), told.code.as_str()), ("e1", "4002"));
    }

    #[test]
    fn an_event_about_something_else_says_nothing_about_a_drop() {
        let body =
            br#"{"event_id":"e1","event":"contact.sms.status","data":{"reason_code":0,"to":"+17605550186"}}"#;
        assert!(parse(body, Some("token")).is_err());
    }

    #[test]
    fn the_same_callback_is_the_same_report_and_another_is_another() {
        let id = |json: &str| report(json).report_id;
        let once = id(r#"{"status":"success","foreign_id":"f1"}"#);
        assert_eq!(once, id(r#"{"status":"success","foreign_id":"f1"}"#));
        assert_ne!(once, id(r#"{"status":"success","foreign_id":"f2"}"#));
    }

    #[test]
    fn the_generic_shape_tells_that_it_was_played() {
        let told = report(
            r#"{"event_type":"listened","message_id":"m","timestamp":"2026-11-17T18:00:00Z","metadata":{"listen_ms":9000}}"#,
        );
        assert_eq!(
            told.outcome,
            DropOutcome::Listened {
                listen_ms: Some(9_000)
            }
        );
    }

    #[test]
    fn the_generic_shape_may_name_the_script() {
        let id = "019b7666-d800-7006-8000-000000000006";
        let named = |id: &str| {
            let body =
                format!(r#"{{"event_type":"sent","message_id":"m","metadata":{{"scriptId":"{id}"}}}}"#);
            report(&body).about.script
        };
        let script = Some(id.parse().unwrap());
        assert_eq!(named(id), script);
        assert_eq!(named(&format!("script:{id}")), script);
        assert_eq!(named("another"), None);
    }

    #[test]
    fn what_is_no_report_is_refused_without_being_quoted() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"event_type":"secret"}"#,
            r#"{"event":"x","data":{}}"#,
        ] {
            let refused = parse(body.as_bytes(), None).unwrap_err();
            assert!(!refused.message.contains("secret"), "{refused}");
        }
    }
}
