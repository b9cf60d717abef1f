//! Lists and leads in an answer whose shape nobody has published. Refuses what is no list of objects.

use commands::ports::{PortError, PortErrorKind, RemoteList};
use serde_json::Value;

use super::PROVIDER;

/// Where arrays usually stand, in this order.
const USUAL_PLACES: [&str; 7] = [
    "data", "results", "items", "lists", "leads", "contacts", "records",
];
/// Where a list has its id, its name and its length.
const ID: [&str; 4] = ["id", "list_id", "listId", "group_id"];
const NAME: [&str; 4] = ["name", "list_name", "listName", "title"];
const COUNT: [&str; 5] = ["count", "lead_count", "leads_count", "contact_count", "total"];
/// Where an answer says how many there are in all.
const TOTAL: [&str; 4] = ["/total", "/count", "/meta/total", "/pagination/total"];

/// The objects in an answer: at the pointer, or where it is empty in the answer itself or under a usual name.
pub(super) fn items(body: Value, pointer: &str) -> Result<Vec<Value>, PortError> {
    let found = if pointer.is_empty() {
        usual(body)
    } else {
        body.pointer(pointer).cloned()
    };
    match found {
        Some(Value::Array(items)) if items.iter().all(Value::is_object) => Ok(items),
        _ => Err(PortError::new(
            PortErrorKind::Permanent,
            format!(
                "{PROVIDER}: the answer holds no list of objects; set providers.mojo.items_at to where it stands"
            ),
        )),
    }
}

fn usual(body: Value) -> Option<Value> {
    match body {
        Value::Array(_) => Some(body),
        Value::Object(mut fields) => {
            let place = USUAL_PLACES
                .iter()
                .find(|place| fields.get(**place).is_some_and(Value::is_array))?;
            fields.remove(*place)
        }
        _ => None,
    }
}

/// How many there are in all, where the answer says so.
pub(super) fn total(body: &Value) -> Option<u64> {
    TOTAL.iter().find_map(|place| body.pointer(place)?.as_u64())
}

/// A list with an id; one without can't be chosen.
pub(super) fn list(item: &Value) -> Option<RemoteList> {
    let text = |names: &[&str]| {
        names.iter().find_map(|name| match item.get(*name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let id = text(&ID)?;
    Some(RemoteList {
        name: text(&NAME).unwrap_or_else(|| id.clone()),
        id,
        count: COUNT.iter().find_map(|name| item.get(*name)?.as_u64()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_found_where_services_put_them() {
        let lead = json!({"phone": "1"});
        for body in [
            json!([lead]),
            json!({"data": [lead], "total": 1}),
            json!({"count": 1, "results": [lead]}),
            json!({"leads": [lead]}),
        ] {
            assert_eq!(
                items(body.clone(), "").unwrap(),
                std::slice::from_ref(&lead),
                "{body}"
            );
        }
        let deep = json!({"answer": {"rows": [lead]}});
        assert_eq!(items(deep.clone(), "/answer/rows").unwrap(), [lead]);
        for none in [deep, json!({"data": [1]}), json!("x"), Value::Null] {
            assert!(items(none, "").is_err());
        }
    }

    #[test]
    fn a_list_needs_an_id_and_shows_a_name() {
        let shown = list(&json!({"list_id": 7, "title": "Expireds", "count": 12})).unwrap();
        assert_eq!(
            (shown.id.as_str(), shown.name.as_str(), shown.count),
            ("7", "Expireds", Some(12))
        );
        assert_eq!(list(&json!({"id": "a"})).unwrap().name, "a");
        assert!(list(&json!({"name": "Expireds"})).is_none());
    }
}
