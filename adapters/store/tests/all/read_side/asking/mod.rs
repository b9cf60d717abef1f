//! The questions, on both engines: each is asked, and what it should leave out is left out.

mod analytics;
mod campaigns;
mod contacts;
mod imports;
mod organizations;
mod scripts;

use std::sync::Arc;

use chrono::Duration;
use database::Database;
use domain::{
    AttemptId, CampaignId, ContactId, ImportBatchId, Recorded, ScriptId,
    campaign::{CampaignEvent, CampaignTotals},
    compliance::Verdict,
    contact::ContactEvent,
    import::ContactSource,
    organization::OrganizationEvent,
    script::{Review, ScriptEvent, VoiceSettings},
};
use projections::queries::ReadModels;

use super::{Log, catch_up, facts, open, story::Story};

const CONTACTS: u64 = 4;

/// Organization 0 with two campaigns over the same four contacts: in the first, the contacts' voicemails end delivered and played,
/// failed, blocked and not sent; the second is a draft. Organization 1 has a campaign of its own.
fn brokerage() -> Story {
    let mut story = Story::default();
    let (first, second) = (facts::campaign(0, 0), facts::campaign(0, 1));
    for n in 0..2 {
        let founded = OrganizationEvent::OrganizationFounded {
            organization_id: facts::organization(n),
            name: format!("Brokerage {n}"),
            demonstration: false,
            admin: facts::user(n, 0),
            admin_profile: domain::Sealed::from_ciphertext("sealed".to_owned()),
        };
        let stream = domain::StreamId::new("organization", facts::organization(n));
        story.record(n, stream, (None, None), None, founded);
        story.on_contact(n, facts::contact(n, 0), facts::contact_created(n, 0));
        story.on_campaign(n, facts::campaign(n, 0), facts::created(n, 0));
    }
    for which in 1..CONTACTS {
        story.on_contact(0, facts::contact(0, which), facts::contact_created(0, which));
    }
    story.on_campaign(0, second, facts::created(0, 1));
    for campaign in [first, second] {
        story.on_campaign(0, campaign, imported());
    }
    for which in 0..CONTACTS {
        send(&mut story, (first, facts::contact(0, which)), which);
    }
    let totals = CampaignTotals {
        delivered: 1,
        failed: 1,
        blocked: 1,
        ..CampaignTotals::default()
    };
    story.on_campaign(
        0,
        first,
        CampaignEvent::CampaignSubmitted {
            scripts: CONTACTS,
            listening_reported: true,
        },
    );
    story.on_campaign(0, first, CampaignEvent::CampaignCompleted { totals });
    story
}

fn imported() -> CampaignEvent {
    CampaignEvent::ContactsImported {
        batch_id: ImportBatchId::from_uuid(facts::uuid(0, 4, 0)),
        source: ContactSource::TitleRep,
        contact_ids: (0..CONTACTS).map(|n| facts::contact(0, n)).collect(),
        chunk: 1,
    }
}

fn attempt(which: u64) -> AttemptId {
    AttemptId::from_uuid(facts::uuid(0, 5, which))
}

/// Contact 0: delivered and played; 1: failed; 2: blocked; 3: a script that nobody has reviewed.
fn send(story: &mut Story, about: (CampaignId, ContactId), which: u64) {
    story.on_script(0, about, None, facts::generated(about, 1));
    if which == 3 {
        return;
    }
    let verdict = if which == 2 {
        Verdict::Blocked
    } else {
        Verdict::Cleared
    };
    for event in [
        ScriptEvent::ScriptReviewed {
            version: 1,
            review: Review::Approved,
            notes: None,
            by: facts::user(0, 0),
        },
        ScriptEvent::AudioRequested {
            version: 1,
            voice: "v".to_owned(),
            settings: VoiceSettings::default(),
        },
        ScriptEvent::SubmissionDecided {
            decision: facts::decision(verdict),
        },
    ] {
        story.on_script(0, about, None, event);
    }
    if which == 2 {
        return;
    }
    let at = facts::beginning() + Duration::hours(18);
    let slot = ContactEvent::SlotReserved {
        campaign_id: about.0,
        script_id: ScriptId::of(about.0, about.1),
        at,
        subject: None,
    };
    story.on_contact(0, about.1, slot);
    let attempted = ScriptEvent::SubmissionAttempted {
        attempt_id: attempt(which),
        idempotency_key: "k".to_owned(),
    };
    story.on_script(0, about, None, attempted);
    let submitted = ScriptEvent::Submitted {
        attempt_id: attempt(which),
        message_id: format!("m{which}"),
    };
    story.on_script(0, about, None, submitted);
    for kind in if which == 0 { vec![1, 2] } else { vec![3] } {
        let n = story.events.len() as u64;
        story.on_script(0, about, Some(at), facts::report(kind, n));
    }
}

/// What can be asked once the read models have taken in these events.
async fn asked_after(database: &Database, events: &[Recorded]) -> Arc<dyn ReadModels> {
    let log = Arc::new(Log::of(events));
    let side = open(database, &log, 100).await;
    catch_up(&side, &log).await;
    side.queries()
}

async fn asked(database: &Database) -> Arc<dyn ReadModels> {
    asked_after(database, &brokerage().events).await
}
