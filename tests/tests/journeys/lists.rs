//! Lists of numbers that must not be called, by the command line: loaded from files of every form, and shown with their age.

use std::{path::PathBuf, process::Output};

use serde_json::Value;
use voicedrop::{
    application::{Application, Surroundings},
    config::Config,
    demo::Cast,
};

use crate::stage::{Place, on_both_engines, voicedrop};

on_both_engines! {
    a_list_is_loaded_from_a_file_and_shown;
    a_file_that_is_no_list_is_refused_with_what_to_do;
}

/// An organization and nothing else.
pub(super) fn founded(place: &Place) {
    inside(place, async |application| {
        let cast = Cast::default();
        cast.appear(&application.ports)
            .await
            .expect("the organization is founded");
    });
}

/// What a story does in the database itself, while no command runs.
pub(super) fn inside<T>(place: &Place, does: impl AsyncFnOnce(&Application) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut config = Config::read(None).expect("the defaults");
        config.database.url.clone_from(&place.url);
        config.data.directory = place.kept().display().to_string();
        let application = Application::open(config, Surroundings::inside_only()).await;
        let application = application.expect("it opens");
        let done = does(&application).await;
        application.close().await;
        done
    })
}

fn file(place: &Place, name: &str, content: &[u8]) -> PathBuf {
    let path = place.directory().join(name);
    std::fs::write(&path, content).expect("a file of the story");
    path
}

fn loaded(place: &Place, path: &std::path::Path, more: &[&str]) -> Output {
    let path = path.display().to_string();
    let mut arguments = vec!["lists", "load", &path, "--json"];
    arguments.extend_from_slice(more);
    voicedrop(place, &arguments)
}

#[track_caller]
fn printed(output: &Output) -> Value {
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, (name, number)) in [
        ("Name", "Phone"),
        ("A plaintiff", "(760) 555-0142"),
        ("Another", "212-555-0143"),
    ]
    .into_iter()
    .enumerate()
    {
        let row = u32::try_from(row).expect("few rows");
        sheet.write_string(row, 0, name).expect("a cell");
        sheet.write_string(row, 1, number).expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

fn a_list_is_loaded_from_a_file_and_shown(place: Place) {
    founded(&place);
    let federal = [
        "--kind",
        "federal-dnc",
        "--version",
        "2026-10",
        "--obtained",
        "2025-10-01",
    ];
    let registry = file(&place, "dnc.txt", b"760,5550142\n212,5550143\n2125550144\n");
    let refused = loaded(&place, &registry, &federal);
    assert!(!refused.status.success());
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("SAN"),
        "{refused:?}"
    );
    let with_san = [&federal[..], &["--san", "10000-0000-1"]].concat();
    let list = printed(&loaded(&place, &registry, &with_san));
    assert_eq!(
        (&list["numbers"], &list["version"]),
        (&3.into(), &"2026-10".into()),
        "{list}"
    );
    let again = printed(&loaded(&place, &registry, &with_san));
    assert_eq!(again, list, "the same file again is the same version");

    let litigators = file(&place, "litigators.xlsx", &workbook());
    let of_litigators = [
        "--kind",
        "litigator",
        "--version",
        "v7",
        "--obtained",
        "2025-11-01T08:00:00Z",
    ];
    let list = printed(&loaded(&place, &litigators, &of_litigators));
    assert_eq!(
        (&list["list"], &list["numbers"]),
        (&"litigator".into(), &2.into()),
        "{list}"
    );

    let shown = printed(&voicedrop(&place, &["lists", "show", "--json"]));
    let kinds: Vec<&Value> = shown
        .as_array()
        .expect("a list")
        .iter()
        .map(|l| &l["list"])
        .collect();
    assert!(
        kinds.contains(&&"federal_dnc".into()) && kinds.contains(&&"litigator".into()),
        "{shown}"
    );
    assert!(shown[0]["age_days"].as_i64() > Some(30), "{shown}");
    let verified = voicedrop(&place, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

fn a_file_that_is_no_list_is_refused_with_what_to_do(place: Place) {
    founded(&place);
    let letter = file(
        &place,
        "letter.txt",
        b"Dear agent,\nplease find the numbers attached.\n",
    );
    let state = [
        "--kind",
        "state-dnc",
        "--state",
        "TX",
        "--version",
        "1",
        "--obtained",
        "2025-11-01",
    ];
    let refused = loaded(&place, &letter, &state);
    assert!(!refused.status.success());
    let complaints = String::from_utf8_lossy(&refused.stderr);
    assert!(complaints.contains("number"), "{complaints}");
    let shown = printed(&voicedrop(&place, &["lists", "show", "--json"]));
    assert_eq!(
        (&shown[0]["state"], &shown[0]["version"]),
        (&"TX".into(), &Value::Null),
        "{shown}"
    );
    assert!(shown[0]["error"].is_string(), "{shown}");
}
