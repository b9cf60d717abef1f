//! The sandbox carrier's own log: what really was put into mailboxes, whatever the system believes.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

/// How often each number got a drop.
pub fn drops_by_number(printed: &Value) -> BTreeMap<String, u32> {
    let path = printed["carrier_log"].as_str().expect("the sandbox has a log");
    let log = std::fs::read_to_string(path).expect("the log can be read");
    let mut drops = BTreeMap::new();
    // A kill can cut a line off; what was cut was never answered, and is followed by a whole line or by nothing.
    for line in log.lines().filter(|line| line.contains("\"type\":\"drop_made\"")) {
        let drop: Value = serde_json::from_str(line).expect("a whole line of the log");
        let number = drop["to"].as_str().expect("whose mailbox").to_owned();
        *drops.entry(number).or_insert(0) += 1;
    }
    drops
}

/// How many drops the carrier has made so far, of a demonstration that may be at work or killed; nothing before the first.
pub fn drops_so_far(kept: &Path) -> usize {
    let Ok(journals) = std::fs::read_dir(kept.join("sandbox")) else {
        return 0;
    };
    journals
        .flatten()
        .filter_map(|journal| std::fs::read_to_string(journal.path().join("carrier.jsonl")).ok())
        .map(|log| log.matches("\"type\":\"drop_made\"").count())
        .sum()
}

/// Nobody got two.
#[track_caller]
pub fn nobody_heard_twice(drops: &BTreeMap<String, u32>) {
    let twice: Vec<_> = drops.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "more than one drop: {twice:?}");
}
