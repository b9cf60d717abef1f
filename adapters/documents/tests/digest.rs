//! A digest on paper and as a page, of a made-up campaign.
#![expect(
    clippy::unwrap_used,
    reason = "a made-up campaign that is none is a failed test"
)]

use chrono::{DateTime, NaiveDate, Utc};
use documents::{DigestDocument, Listener, digest_html, digest_mail_html, digest_pdf, digest_text};
use domain::{
    CampaignId, MicroDollars, OrganizationId, UserId,
    campaign::{CampaignStatus, CampaignType},
    script::FailureClass,
};
use projections::{
    digest::{CampaignReport, Day},
    figures::Results,
    models::{CampaignRow, FailureTallyRow},
    queries::{HourResults, StateResults},
};
use uuid::Uuid;

fn results(attempted: i64, delivered: i64, listened: i64) -> Results {
    Results {
        attempted,
        delivered,
        listened,
        failed: attempted - delivered,
        listenable: delivered,
        listening_reported: true,
        timed: listened,
        listen_ms: listened * 21_400,
    }
}

fn report(name: &str) -> CampaignReport {
    let id = CampaignId::from_uuid(Uuid::from_u128(2));
    let organization = OrganizationId::from_uuid(Uuid::from_u128(1));
    let mut campaign = CampaignRow::blank(organization, id, UserId::from_uuid(Uuid::from_u128(3)));
    name.clone_into(&mut campaign.name);
    campaign.kind = CampaignType::NeighborhoodExpireds;
    campaign.neighborhood = Some("Indian Wells".to_owned());
    campaign.status = CampaignStatus::Completed;
    campaign.listening_reported = true;
    (campaign.contacts, campaign.attempted) = (412, 380);
    (campaign.blocked, campaign.lapsed) = (21, 11);
    campaign.writer_cost = MicroDollars::from_micros(1_120_000);
    campaign.voice_cost = MicroDollars::from_micros(18_400_000);
    campaign.carrier_cost = MicroDollars::from_micros(15_200_000);
    let day = |n: u32, attempted, delivered| Day {
        day: NaiveDate::from_ymd_opt(2026, 11, n).unwrap(),
        attempted,
        delivered,
        listened: delivered / 3,
        failed: attempted - delivered,
    };
    let hour = |weekday, hour, results| HourResults {
        weekday,
        hour,
        results,
    };
    let state = |state: &str, results| StateResults {
        state: state.to_owned(),
        results,
    };
    let mut failure = FailureTallyRow::blank(
        organization,
        id,
        "302".to_owned(),
        FailureClass::BadNumber,
        "not a mobile number".to_owned(),
    );
    failure.count = 46;
    CampaignReport {
        results: results(380, 322, 121),
        days: vec![
            day(16, 140, 120),
            day(17, 130, 108),
            day(18, 80, 70),
            day(19, 30, 24),
        ],
        hours: vec![
            hour(1, 9, results(80, 70, 14)),
            hour(1, 10, results(90, 78, 52)),
            hour(2, 11, results(60, 50, 30)),
            hour(2, 14, results(90, 74, 15)),
            hour(3, 17, results(60, 50, 10)),
        ],
        states: vec![
            state("CA", results(330, 282, 110)),
            state("AZ", results(50, 40, 11)),
        ],
        failures: vec![failure],
        obstacles: vec![],
        others: Some(results(900, 700, 180)),
        listeners: vec![],
        campaign,
    }
}

fn document(name: &str) -> DigestDocument {
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let listeners = [
        Listener {
            name: "Maria S.".to_owned(),
            listen_ms: 41_200,
        },
        Listener {
            name: "Thomas & Ana Ø.".to_owned(),
            listen_ms: 38_900,
        },
    ];
    DigestDocument::of(&report(name), "Coachella Realty", &listeners, as_of)
}

#[test]
fn a_digest_is_set_as_a_tagged_pdf_the_same_every_time() {
    let pdf = digest_pdf(&document("Fall expireds")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1."));
    let has = |what: &[u8]| pdf.windows(what.len()).any(|w| w == what);
    assert!(has(b"/StructTreeRoot"), "no tags for screen readers");
    assert_eq!(digest_pdf(&document("Fall expireds")).unwrap(), pdf);
    // Left behind to be looked at.
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/digest.pdf"), &pdf).unwrap();
}

#[test]
fn names_are_text_in_both_templates_whatever_they_say() {
    let hostile = r#"<script>alert(1)</script> #panic("x") {{ organization }} $x^2$ \ *"#;
    assert!(digest_pdf(&document(hostile)).is_ok());
    let page = digest_html(&document(hostile)).unwrap();
    assert!(!page.contains("<script>"), "{page}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; #panic"),
        "{page}"
    );
    assert!(page.contains("{{ organization }}"));
}

#[test]
fn a_page_says_what_the_figures_say() {
    let page = digest_html(&document("Fall expireds")).unwrap();
    for said in [
        "85 % of 380 handed over, likely 81 to 88 %",
        "38 % of 322 left, likely 32 to 43 %",
        "Send more between 9 am and noon",
        "$34.72",
        "Maria S.",
        "11 out of time",
        "<b>121</b> listened",
        "of 412 contacts",
        "<th scope=\"row\">Mon</th>",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    // Left behind to be looked at.
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/digest.html"), &page).unwrap();
}

#[test]
fn a_campaign_of_which_nothing_was_handed_over_has_a_digest_too() {
    let mut report = report("Rained off");
    report.results = Results::default();
    (report.days, report.hours, report.states) = (vec![], vec![], vec![]);
    (report.failures, report.others) = (vec![], None);
    report.campaign.listening_reported = false;
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let document = DigestDocument::of(&report, "Coachella Realty", &[], as_of);
    assert!(digest_pdf(&document).unwrap().starts_with(b"%PDF"));
    let page = digest_html(&document).unwrap();
    assert!(page.contains("not reported"), "{page}");
    assert!(!page.contains("0 %"), "{page}");
}

#[test]
fn a_mail_says_the_same_and_has_no_drawings() {
    let document = document("Fall <expireds>");
    let (mail, text) = (digest_mail_html(&document).unwrap(), digest_text(&document));
    for said in [
        "85 % of 380 handed over",
        "Send more between 9 am and noon",
        "Coachella Realty",
    ] {
        assert!(mail.contains(said) && text.contains(said), "{said}");
    }
    assert!(!mail.contains("<svg") && mail.contains("Fall &lt;expireds&gt;"));
    assert!(text.starts_with("Fall <expireds>\n"));
}

#[test]
fn a_small_campaign_shows_no_pattern_of_hours() {
    let mut small = report("Two neighbors");
    small.results = results(12, 10, 4);
    small.hours = vec![HourResults {
        weekday: 1,
        hour: 9,
        results: results(12, 10, 4),
    }];
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let document = DigestDocument::of(&small, "Coachella Realty", &[], as_of);
    assert_eq!((document.week.is_none(), document.hours.len()), (true, 0));
    assert!(digest_pdf(&document).is_ok());
}

#[test]
fn a_cell_of_few_is_marked_and_does_not_set_the_shades() {
    let mut few = report("Fall expireds");
    few.hours.push(HourResults {
        weekday: 3,
        hour: 19,
        results: results(4, 4, 4),
    });
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let week = DigestDocument::of(&few, "Coachella Realty", &[], as_of)
        .week
        .unwrap();
    let ends = (week.hours.first(), week.hours.last());
    assert_eq!(ends, (Some(&"9 am".to_owned()), Some(&"7 pm".to_owned())));
    assert!(week.rows[2].cells[10].as_ref().unwrap().small);
    assert!(week.most < 1.0, "{}", week.most);
}

#[test]
fn what_carriers_do_not_report_is_no_part_of_the_bar() {
    let mut quiet = report("Fall expireds");
    quiet.results.listening_reported = false;
    quiet.campaign.listening_reported = false;
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let document = DigestDocument::of(&quiet, "Coachella Realty", &[], as_of);
    let labels: Vec<_> = document.outcomes.iter().map(|o| o.label).collect();
    assert_eq!(labels, ["left in the mailbox", "not left", "never sent"]);
    assert!(digest_html(&document).unwrap().contains("not reported"));
}

#[test]
fn a_digest_of_long_names_and_many_days_is_set_all_the_same() {
    let mut long = report(&"An unusually long name of a campaign ".repeat(3));
    let days = (1..=30).filter_map(|n| NaiveDate::from_ymd_opt(2026, 11, n));
    long.days = days
        .map(|day| Day {
            day,
            attempted: 1_200,
            delivered: 1_100,
            listened: 300,
            failed: 100,
        })
        .collect();
    let as_of: DateTime<Utc> = "2026-11-23T17:00:00Z".parse().unwrap();
    let long_name = Listener {
        name: "Maximiliana-Theodora-Alexandrina W.".to_owned(),
        listen_ms: 41_200,
    };
    let listeners = vec![long_name; 5];
    let document = DigestDocument::of(&long, &"Coachella Valley Realty ".repeat(5), &listeners, as_of);
    assert_eq!(document.days_note, "The last 21 of 30 days.");
    let pdf = digest_pdf(&document).unwrap();
    // Left behind to be looked at.
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/digest-long.pdf"), &pdf).unwrap();
}
