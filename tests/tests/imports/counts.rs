//! The command line counts what an import would make, without a server or an organization, and says the same as the run.

use std::path::PathBuf;

use serde_json::Value;

use super::desk::{FARM, many_people};
use crate::stage::{Place, on_both_engines, voicedrop};

on_both_engines! {
    a_dry_run_counts_without_an_organization;
    a_dry_run_reads_as_it_is_told;
    a_dry_run_warns_of_a_cell_that_is_cut;
    a_file_that_cannot_be_read_ends_with_1_and_says_why;
}

pub fn file(place: &Place, name: &str, content: &[u8]) -> PathBuf {
    let path = place.directory().join(name);
    std::fs::write(&path, content).expect("a file");
    path
}

/// What a dry run of a file prints.
pub fn counted(place: &Place, file: &std::path::Path, more: &[&str]) -> Value {
    let path = file.display().to_string();
    let mut arguments = vec!["import", &path, "--dry-run", "--json"];
    arguments.extend(more);
    let ran = voicedrop(place, &arguments);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).expect("one JSON object")
}

fn figures(of: &Value) -> [u64; 4] {
    ["rows", "created", "duplicates", "rejected"].map(|name| of[name].as_u64().expect("a figure"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a story")]
fn a_dry_run_counts_without_an_organization(place: Place) {
    let farm = counted(&place, &file(&place, "farm.csv", FARM.as_bytes()), &[]);
    assert_eq!(figures(&farm), [4, 2, 1, 1], "{farm}");
    assert_eq!(farm["mapping"]["Phone"], "phone");
    assert_eq!(farm["errors"][0]["row"], 5, "{farm}");
    assert_eq!(farm["errors"][0]["field"], "phone");

    let mut list = many_people(4_000);
    list.push_str(&many_people(2_500).replace("Owner Name,City,State,Phone\n", ""));
    list.push_str(&"Nobody,Palm Desert,CA,none\n".repeat(500));
    list.push_str(",,,\n");
    let many = counted(&place, &file(&place, "many.csv", list.as_bytes()), &[]);
    assert_eq!(figures(&many), [7_000, 4_000, 2_500, 500], "{}", many["mapping"]);
    assert_eq!(many["errors"].as_array().map(Vec::len), Some(500));
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a story")]
fn a_dry_run_warns_of_a_cell_that_is_cut(place: Place) {
    let long = "a very long remark ".repeat(300);
    let list = format!("Owner Name,Phone,Notes\nAda Moreno,7605550120,{long}\n");
    let path = file(&place, "notes.csv", list.as_bytes());
    let read = counted(&place, &path, &[]);
    assert_eq!(figures(&read), [1, 1, 0, 0], "{read}");
    let warned = &read["warnings"][0];
    assert_eq!(
        (&warned["row"], &warned["column"]),
        (&2.into(), &"Notes".into()),
        "{read}"
    );
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a story")]
fn a_dry_run_reads_as_it_is_told(place: Place) {
    let list = "Farm list of March\n\nWho,Reach them\nAda Moreno,7605550120\n";
    let path = file(&place, "told.csv", list.as_bytes());
    let told = [
        "--header-row",
        "3",
        "--map",
        "Who=owner_name",
        "--map",
        "Reach them=phone",
    ];
    let read = counted(&place, &path, &told);
    assert_eq!(figures(&read), [1, 1, 0, 0], "{read}");
    assert_eq!(
        read["mapping"],
        serde_json::json!({"Who": "owner_name", "Reach them": "phone"})
    );
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a story")]
fn a_file_that_cannot_be_read_ends_with_1_and_says_why(place: Place) {
    for (name, content, code) in [
        (
            "a.pdf",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".as_slice(),
            "file_format_unsupported",
        ),
        ("empty.csv", b"", "file_empty"),
    ] {
        let path = file(&place, name, content).display().to_string();
        let ran = voicedrop(&place, &["import", &path, "--dry-run", "--json"]);
        assert_eq!(ran.status.code(), Some(1), "{name}");
        let told: Value = serde_json::from_slice(&ran.stdout).expect("one JSON object");
        assert_eq!(told["error"]["code"], code, "{told}");
        assert!(
            told["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert!(!ran.stderr.is_empty(), "a person is told, too");
    }
    let missing = place.directory().join("missing.csv").display().to_string();
    let ran = voicedrop(&place, &["import", &missing, "--dry-run"]);
    assert_eq!(ran.status.code(), Some(1));
}
