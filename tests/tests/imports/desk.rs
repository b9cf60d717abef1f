//! What an agent does with a file, step by step, and files to do it with. All people are made up; every number is a fictional
//! 555-01xx.

use std::fmt::Write as _;

use serde_json::Value;

use crate::stage::{Person, text, until};

/// What a change of an import answers.
pub const CHANGED: &str = "ImportChanged { importId position }";

/// What a started import answers.
pub const BEGUN: &str = "ImportBegun { importId repeated }";

/// A list with two contacts, one repeated number and one number that is too short, in row 5.
pub const FARM: &str = "Owner Name,Property Address,City,State,ZIP,Phone,Email\n\
    \"MORENO, ADA\",100 Desert Falls Dr,Palm Desert,CA,92211,(760) 555-0120,ADA@Example.com\n\
    Ben Okafor,102 Desert Falls Dr,Palm Desert,CA,92211,760.555.0121,\n\
    Ada Moreno,,,,,760-555-0120,\n\
    Cleo Park,106 Desert Falls Dr,Palm Desert,CA,92211,555-01,\n";

/// A list of so many people, each with a number of their own; at most 10,000.
pub fn many_people(count: usize) -> String {
    let mut list = "Owner Name,City,State,Phone\n".to_owned();
    for n in 0..count {
        // Writing to a String does not fail.
        let _ = writeln!(
            list,
            "Owner{n} Example,Palm Desert,CA,({}) 555-01{:02}",
            AREA_CODES[n / 100],
            n % 100
        );
    }
    list
}

/// Area codes of the United States, one for each hundred fictional numbers.
const AREA_CODES: [u16; 100] = [
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 220, 223, 224, 225,
    228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 272, 276, 281, 301,
    302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330,
    331, 334, 336, 337, 339, 346, 347, 351, 352, 360, 361, 385, 386, 401, 402, 404, 405, 406, 407, 408, 409,
    410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432, 434, 435, 440, 442,
];

/// Begins an import of an uploaded file into the contact list.
pub async fn begins(agent: &Person, upload: &str, more: &str) -> Value {
    let call = format!("startImport(uploadId: {upload:?}, source: TITLE_REP {more})");
    agent.does(&call, BEGUN).await
}

/// Waits until an import is no longer running or being taken back, and answers these fields of it.
pub async fn ended(agent: &Person, import: &str, fields: &str) -> Value {
    let query = format!("import(id: {import:?}) {{ status {fields} }}");
    until("the import ends", async || {
        let found = agent.asks(&query).await;
        let at_work = found.is_null() || found["status"] == "RUNNING" || found["status"] == "UNDOING";
        (!at_work).then_some(found)
    })
    .await
}

/// Takes an import back and waits until that is done: how many contacts were removed and kept.
pub async fn taken_back(agent: &Person, import: &str) -> Value {
    agent
        .does(&format!("undoImport(importId: {import:?})"), CHANGED)
        .await;
    let query = format!("import(id: {import:?}) {{ status undone {{ removed kept }} }}");
    until("the import is taken back", async || {
        let found = agent.asks(&query).await;
        (found["status"] == "UNDONE").then(|| found["undone"].clone())
    })
    .await
}

/// The figures that every import answers.
pub const FIGURES: &str = "rows created duplicates rejected";

/// The four figures in their order.
pub fn figures(of: &Value) -> [u64; 4] {
    ["rows", "created", "duplicates", "rejected"].map(|name| of[name].as_u64().expect("a figure"))
}

/// Uploads a list, imports it into the contact list and waits for its end: the import's id.
pub async fn imports(agent: &Person, list: &str) -> String {
    let upload = agent.uploads("list.csv", list.as_bytes()).await;
    let begun = begins(agent, &upload, "").await;
    let import = text(&begun["importId"]).to_owned();
    assert_eq!(ended(agent, &import, "").await["status"], "COMPLETED");
    import
}
