//! The words the sandbox's writer answers: a voicemail of 30 to 45 seconds made of the facts in the prompt. It is plausible,
//! not clever; the same facts and seed give the same words. It takes nothing from a fact but its text, cut short.

use serde_json::{Map, Value, json};

use crate::faults::share;

/// Words of a script: 30 to 45 seconds at 150 words a minute.
pub(crate) const WORDS: std::ops::RangeInclusive<usize> = 75..=112;
/// Longest fact that is spoken; longer ones are cut at a word.
const MAX_FACT: usize = 80;
/// Facts looked at in one prompt.
const MAX_FACTS: usize = 200;

const OPENINGS: [&str; 3] = [
    "I was looking at recent sales around {place} this morning and thought of you.",
    "I work with owners around {place} every week, and I wanted to reach out to you myself.",
    "I have been following the market around {place} closely, and your home came to mind.",
];
const REASONS: [&str; 3] = [
    "Homes like yours have been drawing serious buyers, and a few of them missed out on the last one that sold nearby.",
    "There are more buyers than homes for sale here right now, and the ones I speak with are ready to move before the season ends.",
    "Two homes close to yours changed hands lately, and the prices surprised a lot of the neighbors, me included.",
];
const OFFERS: [&str; 3] = [
    "I put together a short summary of what your home could bring today, and I would be glad to walk you through it, with no obligation at all.",
    "If you have ever wondered what your home would sell for, I can give you an honest number in about ten minutes, free of charge.",
    "Whether you plan to sell soon or just like to know where you stand, I am happy to share what I am seeing and answer any questions.",
];
const EXTRA: [&str; 3] = [
    "There is no rush and no pressure, it is simply good to know your options.",
    "Even if the timing is not right, it never hurts to have a current number in hand.",
    "I know your time is valuable, so I will keep it short and to the point.",
];

/// Facts by lower-case name.
pub(crate) type Facts = Vec<(String, String)>;

/// Reads the facts out of prompt texts: a JSON object anywhere in them, else lines of `name: value`.
pub(crate) fn facts(texts: &[&str]) -> Facts {
    let mut found = Facts::new();
    for text in texts {
        match embedded_json(text) {
            Some(value) => flatten("", &value, &mut found),
            None => found.extend(text.lines().filter_map(named_line)),
        }
    }
    found.truncate(MAX_FACTS);
    found
}

fn embedded_json(text: &str) -> Option<Value> {
    let within = |open: char, close: char| text.get(text.find(open)?..=text.rfind(close)?);
    let object = within('{', '}').and_then(|span| serde_json::from_str(span).ok());
    object.or_else(|| within('[', ']').and_then(|span| serde_json::from_str(span).ok()))
}

fn flatten(path: &str, value: &Value, found: &mut Facts) {
    match value {
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            if let (Some(name), Some(value), 2) = (text("name"), text("value"), fields.len()) {
                return found.push((name.to_lowercase(), spoken(value)));
            }
            for (key, inner) in fields {
                flatten(&format!("{path} {}", key.to_lowercase()), inner, found);
            }
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), Value::String(value)] => found.push((name.to_lowercase(), spoken(value))),
            _ => items.iter().for_each(|item| flatten(path, item, found)),
        },
        Value::String(text) => found.push((path.trim().to_owned(), spoken(text))),
        Value::Number(number) => found.push((path.trim().to_owned(), number.to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}

fn named_line(line: &str) -> Option<(String, String)> {
    let (name, value) = line.trim_start_matches(['-', '*', ' ']).split_once([':', '='])?;
    (name.len() <= MAX_FACT).then(|| (name.trim().to_lowercase(), spoken(value)))
}

/// One line, no control characters, cut at a word.
fn spoken(text: &str) -> String {
    let mut kept = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if kept.len() + word.len() + 1 > MAX_FACT {
            break;
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Writes the script.
pub(crate) fn write(seed: u64, facts: &Facts) -> String {
    let contact = first_name(facts);
    let agent = agent_name(facts);
    let brokerage = fact(facts, &["brokerage", "company", "office"], &[]);
    let place = fact(
        facts,
        &["address", "street", "property"],
        &["email", "type", "agent"],
    )
    .or_else(|| fact(facts, &["neighborhood", "subdivision", "city", "area"], &["code"]))
    .unwrap_or("your neighborhood");
    let phone = fact(
        facts,
        &["callback", "agent phone", "agent_phone", "my phone", "phone"],
        &["contact", "opt"],
    );
    let opt_out = fact(facts, &["opt_out", "opt-out", "opt out"], &[]);

    let line = |choices: &[&'static str; 3], salt: &str| {
        let drawn = share(
            seed,
            &["script", salt, contact.as_deref().unwrap_or_default(), place],
        );
        choices[((drawn * 3.0) as usize).min(2)]
    };
    let mut said = vec![
        contact
            .as_ref()
            .map_or_else(|| "Hi there,".to_owned(), |name| format!("Hi {name},")),
        match (&agent, brokerage) {
            (Some(name), Some(house)) => format!("this is {name} with {house}."),
            (Some(name), None) => format!("this is {name}, a local real estate agent."),
            (None, Some(house)) => format!("I am calling from {house}."),
            (None, None) => "this is your local real estate agent.".to_owned(),
        },
        // As the instructions of a voicemail that must be lawful ask for it.
        opt_out.map_or_else(String::new, |number| {
            format!("To opt out of these messages, call {number}. This is an AI voice.")
        }),
        line(&OPENINGS, "opening").replace("{place}", place),
        line(&REASONS, "reason").to_owned(),
        line(&OFFERS, "offer").to_owned(),
    ];
    let close = phone.map_or_else(
        || "Call me back whenever it suits you, I would love to hear from you. Have a great day!".to_owned(),
        |number| {
            format!("Call me back any time at {number}, I would love to hear from you. Have a great day!")
        },
    );
    // Long names leave no room for the reason.
    if words(&said) + close.split_whitespace().count() > *WORDS.end() {
        said.retain(|part| !REASONS.contains(&part.as_str()));
    }
    for extra in EXTRA {
        if words(&said) + close.split_whitespace().count() >= *WORDS.start() {
            break;
        }
        said.push(extra.to_owned());
    }
    said.push(close);
    said.retain(|part| !part.is_empty());
    said.join(" ")
}

/// The script as a JSON object: every text property of the schema is the script.
pub(crate) fn in_schema(script: &str, schema: &Value) -> String {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields: Map<String, Value> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let value = match schema.get("type").and_then(Value::as_str) {
                Some("integer" | "number") => json!(script.split_whitespace().count()),
                Some("boolean") => json!(true),
                Some("array") => json!([]),
                Some("object") => json!({}),
                _ => json!(script),
            };
            (name.clone(), value)
        })
        .collect();
    Value::Object(fields).to_string()
}

fn words(said: &[String]) -> usize {
    said.iter().map(|part| part.split_whitespace().count()).sum()
}

fn first_name(facts: &Facts) -> Option<String> {
    let others = [
        "agent",
        "my ",
        "brokerage",
        "company",
        "last",
        "campaign",
        "list",
        "office",
    ];
    let name = fact(
        facts,
        &["first_name", "first name", "firstname", "given"],
        &others,
    )
    .or_else(|| fact(facts, &["name", "contact"], &others))?;
    name.split_whitespace().next().map(str::to_owned)
}

fn agent_name(facts: &Facts) -> Option<String> {
    let others = ["phone", "email", "brokerage", "company", "license", "office"];
    fact(
        facts,
        &["agent name", "agent_name", "agentname", "agent"],
        &others,
    )
    .map(str::to_owned)
}

/// The first fact whose name holds one of `names` (the earlier the better) and none of `others`.
fn fact<'f>(facts: &'f Facts, names: &[&str], others: &[&str]) -> Option<&'f str> {
    names.iter().find_map(|wanted| {
        let hit = facts.iter().find(|(name, value)| {
            !value.is_empty() && name.contains(wanted) && !others.iter().any(|other| name.contains(other))
        });
        hit.map(|(_, value)| value.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_json_and_from_lines() {
        let json =
            facts(&[r#"Facts: {"contact":{"first_name":"Dana"},"list":[["city","Palm Desert"]]} end"#]);
        assert_eq!(fact(&json, &["first_name"], &[]), Some("Dana"));
        assert_eq!(fact(&json, &["city"], &[]), Some("Palm Desert"));
        let lines = facts(&["- First name: Dana\n- City: Indio\nno fact"]);
        assert_eq!(fact(&lines, &["city"], &[]), Some("Indio"));
    }

    #[test]
    fn every_script_is_30_to_45_seconds_long() {
        let rich = "agent name: Maria Lopez\nbrokerage: Desert Sun Realty of the Greater Coachella Valley\n\
                    first name: Dana\naddress: 48 100 Palm View Drive, Palm Desert\nagent phone: (760) 555-0186\n\
                    opt_out_phone: (800) 555-0199";
        for text in ["", "first name: Dana", rich] {
            for seed in 0..50 {
                let script = write(seed, &facts(&[text]));
                let count = script.split_whitespace().count();
                assert!(WORDS.contains(&count), "{count} words: {script}");
            }
        }
    }
}
