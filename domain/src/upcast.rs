//! Old events to new shapes: pure JSON to JSON, a step a version, run before anything decodes. The store is never
//! rewritten. To change an event's shape, raise its version in its `event_names!` list and add the step here.

use serde_json::Value;

/// One step: what `version` of an event looked like, and how it becomes the next.
struct Step {
    kind: &'static str,
    name: &'static str,
    from: &'static str,
    to: &'static str,
    upcast: fn(Value) -> Value,
}

/// Every step there is. Empty as long as every event is in its first version.
const STEPS: &[Step] = &[];

/// The payload in its newest shape, or nothing when no chain of steps leads there (a newer program wrote it).
pub fn to_newest(kind: &str, name: &str, version: &str, payload: Value) -> Option<Value> {
    to_newest_by(STEPS, kind, name, version, payload)
}

fn to_newest_by(steps: &[Step], kind: &str, name: &str, version: &str, payload: Value) -> Option<Value> {
    let step = steps
        .iter()
        .find(|s| s.kind == kind && s.name == name && s.from == version)?;
    let value = (step.upcast)(payload);
    let further = steps
        .iter()
        .any(|s| s.kind == kind && s.name == name && s.from == step.to);
    if further {
        to_newest_by(steps, kind, name, step.to, value)
    } else {
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn renamed(value: Value) -> Value {
        json!({ "b": value["a"] })
    }

    fn doubled(value: Value) -> Value {
        json!({ "b": value["b"].as_i64().unwrap_or(0) * 2 })
    }

    const CHAIN: &[Step] = &[
        Step {
            kind: "k",
            name: "N",
            from: "1",
            to: "2",
            upcast: renamed,
        },
        Step {
            kind: "k",
            name: "N",
            from: "2",
            to: "3",
            upcast: doubled,
        },
    ];

    #[test]
    fn steps_are_chained_from_the_stored_version_to_the_newest() {
        assert_eq!(
            to_newest_by(CHAIN, "k", "N", "1", json!({"a": 2})),
            Some(json!({"b": 4}))
        );
        assert_eq!(
            to_newest_by(CHAIN, "k", "N", "2", json!({"b": 2})),
            Some(json!({"b": 4}))
        );
    }

    #[test]
    fn a_version_that_no_step_knows_is_not_guessed_at() {
        assert_eq!(to_newest_by(CHAIN, "k", "N", "9", json!({})), None);
    }
}
