//! Ids and facts that histories are made of: each says one thing that can happen, with as little in it as may be.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, ImportBatchId, Location, MicroDollars, OrganizationId, PhoneIndex, Sealed, UserId,
    campaign::{CampaignEvent, CampaignType},
    compliance::{Decision, Effect, Finding, Verdict},
    contact::ContactEvent,
    import::{ContactSource, FoldedRowRecord, ImportEvent, ImportTotals, RejectedRowRecord},
    script::{
        Author, FailureClass, ScriptEvent,
        lint::{Lint, LintFinding, LintRule, Severity},
    },
};
use uuid::Uuid;

/// The instant at which every history begins.
pub fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

/// The `n`th id of kind `kind` in organization `organization`.
pub fn uuid(organization: u64, kind: u8, n: u64) -> Uuid {
    let mut bytes = [0_u8; 16];
    bytes[0] = 1;
    bytes[5] = organization as u8;
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    bytes[9] = kind;
    bytes[12..].copy_from_slice(&(n as u32).to_be_bytes());
    Uuid::from_bytes(bytes)
}

/// The `n`th organization.
pub fn organization(n: u64) -> OrganizationId {
    OrganizationId::from_uuid(uuid(n, 0, n))
}

/// A campaign of an organization.
pub fn campaign(organization: u64, n: u64) -> CampaignId {
    CampaignId::from_uuid(uuid(organization, 1, n))
}

/// A contact of an organization.
pub fn contact(organization: u64, n: u64) -> ContactId {
    ContactId::from_uuid(uuid(organization, 2, n))
}

/// A user of an organization.
pub fn user(organization: u64, n: u64) -> UserId {
    UserId::from_uuid(uuid(organization, 3, n))
}

/// A number's index.
pub fn phone(n: u64) -> PhoneIndex {
    PhoneIndex::from_hex(format!("{n:064x}"))
}

pub fn sealed(n: u64) -> Sealed {
    Sealed::from_ciphertext(format!("sealed-{n}"))
}

/// A campaign is made.
pub fn created(n: u64, which: u64) -> CampaignEvent {
    CampaignEvent::CampaignCreated {
        campaign_id: campaign(n, which),
        name: format!("Expireds {which}"),
        kind: CampaignType::NeighborhoodExpireds,
        neighborhood: Some("PDCC".to_owned()),
        script_template: None,
        script_variables: BTreeMap::new(),
        owner: user(n, which % 2),
        team: None,
    }
}

/// A contact is made.
pub fn contact_created(n: u64, which: u64) -> ContactEvent {
    ContactEvent::ContactCreated {
        contact_id: contact(n, which),
        envelope: sealed(which),
        phone_index: phone(which),
        location: Location {
            area_code: "760".to_owned(),
            state: "CA".parse().ok(),
            zip: Some("92260".to_owned()),
            city: Some("Palm Desert".to_owned()),
        },
        source: ContactSource::TitleRep,
        batch_id: None,
        listing_status: Some("Expired".to_owned()),
    }
}

/// A script is written.
pub fn generated((campaign_id, contact_id): (CampaignId, ContactId), version: u32) -> ScriptEvent {
    ScriptEvent::ScriptGenerated {
        campaign_id,
        contact_id,
        version,
        text: sealed(u64::from(version)),
        characters: 200,
        by: Author::Ai,
        model: Some("m".to_owned()),
        prompt_sha256: prompt_sha256(version),
        tokens: Some(300),
        cost: MicroDollars::from_micros(1_000),
        lint: linted(version),
        batch_id: None,
    }
}

/// What a model was told to do: two prompts, and every third version was written before it was noted.
pub fn prompt_sha256(version: u32) -> Option<String> {
    let prompt = if version.is_multiple_of(2) { "b2" } else { "a1" };
    (!version.is_multiple_of(3)).then(|| prompt.repeat(32))
}

/// What the lint says: every second version was written before there was one, every fifth is stopped.
pub fn linted(version: u32) -> Option<Lint> {
    let finding = LintFinding {
        rule: LintRule::NoOptOut,
        severity: Severity::Blocking,
        at: None,
    };
    (!version.is_multiple_of(2)).then(|| Lint {
        version: "1".to_owned(),
        estimated_ms: 34_000,
        findings: if version.is_multiple_of(5) {
            vec![finding]
        } else {
            vec![]
        },
        said: None,
    })
}

/// A decision about a recipient in California.
pub fn decision(verdict: Verdict) -> Decision {
    let effect = match verdict {
        Verdict::Cleared => Effect::Passes,
        Verdict::HeldUntil(until) => Effect::Holds(until),
        Verdict::Blocked => Effect::Blocks,
    };
    Decision {
        verdict,
        findings: vec![Finding {
            rule: "US.WINDOW".to_owned(),
            effect,
            detail: "outside of calling hours".to_owned(),
        }],
        zones: vec!["America/Los_Angeles".to_owned()],
        states: vec!["CA".parse().unwrap()],
        pack_id: "us-1".to_owned(),
        pack_sha256: "44".to_owned(),
        engine_version: "1".to_owned(),
        next_allowed: None,
        inputs: None,
    }
}

/// A carrier's report of one of five kinds.
pub fn report(which: u64, n: u64) -> ScriptEvent {
    let report_id = format!("r{n}");
    match which {
        0 => ScriptEvent::Sent { report_id },
        1 => ScriptEvent::Delivered {
            report_id,
            carrier_id: Some("c".to_owned()),
            code: "200".to_owned(),
            cost: Some(MicroDollars::from_micros(40_000)),
        },
        2 => ScriptEvent::Listened {
            report_id,
            listen_ms: Some(9_000),
        },
        3 => ScriptEvent::DeliveryFailed {
            report_id,
            code: "302".to_owned(),
            reason: "mailbox full".to_owned(),
            class: FailureClass::Final,
        },
        _ => ScriptEvent::DeliveryFailed {
            report_id,
            code: "408".to_owned(),
            reason: "number not in service".to_owned(),
            class: FailureClass::BadNumber,
        },
    }
}

/// One of the things that can happen to an import.
pub fn import_event(n: u64, batch_id: ImportBatchId, roll: u64) -> ImportEvent {
    let totals = ImportTotals {
        rows: 10,
        created: 7,
        duplicates: 1,
        rejected: 2,
        ..ImportTotals::default()
    };
    match roll {
        0 | 1 => ImportEvent::ImportStarted {
            batch_id,
            source: ContactSource::TitleRep,
            blob_key: Some("uploads/1".to_owned()),
            file_name: Some(sealed(4)),
            sha256: Some("22".to_owned()),
            mapping: BTreeMap::new(),
            campaign_id: Some(campaign(n, 0)),
            sheet: Some("Farm".to_owned()),
            header_row: Some(4),
            corrections: None,
            connection_id: None,
            list: None,
        },
        2 => ImportEvent::ImportProgressed {
            chunk: 1,
            totals,
            done_millionths: Some(500_000),
        },
        3 => ImportEvent::RowsRejected {
            chunk: 1,
            rows: (1..4)
                .map(|row| RejectedRowRecord {
                    row,
                    field: "phone".to_owned(),
                    error: "too short".to_owned(),
                    value: Some(sealed(row)),
                })
                .collect(),
        },
        4 => ImportEvent::ImportCompleted { totals },
        5 => ImportEvent::ImportMapped {
            format: "csv".to_owned(),
            sheet: None,
            header_row: 1,
            mapping: BTreeMap::from([("Phone 1".to_owned(), "phone".to_owned())]),
        },
        6 => ImportEvent::RowsFolded {
            chunk: 1,
            rows: vec![FoldedRowRecord {
                row: 5,
                contact: contact(n, 1),
                in_file: false,
                filled: true,
            }],
        },
        7 => ImportEvent::ImportCancelled { by: user(n, 0) },
        8 => ImportEvent::ImportUndoRequested { by: user(n, 0) },
        9 => ImportEvent::ImportPulled {
            blob_key: "pulled/1".to_owned(),
            sha256: "33".to_owned(),
            contacts: 10,
        },
        _ => ImportEvent::ImportUndone {
            by: user(n, 0),
            kept: 1,
            removed: 6,
            kept_because_used: vec![contact(n, 1)],
        },
    }
}
