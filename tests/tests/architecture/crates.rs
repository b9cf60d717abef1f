//! Edges between crates, read from `cargo metadata`: of all kinds, so that a test can't smuggle one in either.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, MetadataCommand};

/// Crates of the workspace and the crates of the workspace that each may know.
const ALLOWED_EDGES: &[(&str, &[&str])] = &[
    ("voicedrop-domain", &[]),
    ("voicedrop-commands", &["voicedrop-domain"]),
    ("voicedrop-projections", &["voicedrop-domain"]),
    (
        "voicedrop-database",
        &["voicedrop-domain", "voicedrop-commands", "voicedrop-projections"],
    ),
    ("voicedrop-journal", BEHIND_PORTS),
    ("voicedrop-store", BEHIND_PORTS),
    (
        "voicedrop-providers",
        &["voicedrop-domain", "voicedrop-commands", "voicedrop-projections"],
    ),
    (
        "voicedrop-import-files",
        &["voicedrop-domain", "voicedrop-commands", "voicedrop-projections"],
    ),
    (
        "voicedrop-documents",
        &["voicedrop-domain", "voicedrop-projections"],
    ),
    // The providers' wire protocols from the other side: it must not share a line with the clients it tests.
    ("voicedrop-sandbox", &[]),
    ("voicedrop", EVERYTHING_BELOW_THE_API),
    ("voicedrop-tests", EVERYTHING),
];

/// Adapters with a database of their own stand on the one that opens databases.
const BEHIND_PORTS: &[&str] = &[
    "voicedrop-domain",
    "voicedrop-commands",
    "voicedrop-projections",
    "voicedrop-database",
];

const EVERYTHING_BELOW_THE_API: &[&str] = &[
    "voicedrop-domain",
    "voicedrop-commands",
    "voicedrop-projections",
    "voicedrop-database",
    "voicedrop-journal",
    "voicedrop-store",
    "voicedrop-providers",
    "voicedrop-import-files",
    "voicedrop-documents",
    "voicedrop-sandbox",
];

const EVERYTHING: &[&str] = &[
    "voicedrop-domain",
    "voicedrop-commands",
    "voicedrop-projections",
    "voicedrop-database",
    "voicedrop-journal",
    "voicedrop-store",
    "voicedrop-providers",
    "voicedrop-import-files",
    "voicedrop-documents",
    "voicedrop-sandbox",
    "voicedrop",
];

/// Crates from outside that only these crates may name.
const CONFINED: &[(&str, &[&str])] = &[
    (
        "sqlx",
        &[
            "voicedrop-database",
            "voicedrop-journal",
            "voicedrop-store",
            "voicedrop-tests",
        ],
    ),
    (
        "rusqlite",
        &[
            "voicedrop-database",
            "voicedrop-journal",
            "voicedrop-store",
            "voicedrop-tests",
        ],
    ),
    ("postgres-es", &["voicedrop-journal", "voicedrop-tests"]),
    ("sqlite-es", &["voicedrop-journal", "voicedrop-tests"]),
    (
        "reqwest",
        &["voicedrop-providers", "voicedrop-sandbox", "voicedrop-tests"],
    ),
    ("axum", &["voicedrop", "voicedrop-sandbox", "voicedrop-tests"]),
    ("async-graphql", &["voicedrop"]),
    ("async-graphql-axum", &["voicedrop"]),
    ("clap", &["voicedrop"]),
];

/// What would let the pure core wait, look at the clock or speak to anybody.
const NOT_IN_THE_DOMAIN: &[&str] = &[
    "tokio",
    "tokio-util",
    "futures",
    "async-trait",
    "sqlx",
    "rusqlite",
    "reqwest",
    "axum",
    "async-graphql",
    "tracing",
    "rand",
];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(super::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata reads the workspace")
}

/// Every crate of the workspace with all that it names, for building, testing or benchmarking.
fn named_crates() -> BTreeMap<String, BTreeSet<String>> {
    workspace()
        .packages
        .into_iter()
        .map(|package| {
            let named = package.dependencies.into_iter().map(|d| d.name).collect();
            (package.name, named)
        })
        .collect()
}

#[test]
fn crates_know_only_the_crates_below_them() {
    let allowed: BTreeMap<_, _> = ALLOWED_EDGES.iter().copied().collect();
    let crates = named_crates();
    for (name, named) in &crates {
        let may_know = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} is new: say in ALLOWED_EDGES what it may know"));
        for other in named.iter().filter(|other| crates.contains_key(*other)) {
            assert!(
                may_know.contains(&other.as_str()),
                "{name} must not depend on {other}"
            );
        }
    }
}

#[test]
fn databases_http_and_graphql_stay_where_they_belong() {
    for (name, named) in named_crates() {
        for (confined, places) in CONFINED {
            assert!(
                !named.contains(*confined) || places.contains(&name.as_str()),
                "{name} must not depend on {confined}; only {} may",
                places.join(", ")
            );
        }
    }
}

#[test]
fn the_domain_can_neither_wait_nor_speak() {
    let crates = named_crates();
    let named = crates
        .get("voicedrop-domain")
        .expect("the domain is a crate of the workspace");
    for foreign in NOT_IN_THE_DOMAIN {
        assert!(
            !named.contains(*foreign),
            "the domain must not depend on {foreign}"
        );
    }
}
