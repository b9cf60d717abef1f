//! The compliance decision with what it is made of: the same for a real hand-off and for a dry run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    ScriptId, UsState,
    campaign::{Campaign, CampaignType},
    compliance::{
        Attempt, Case, ConsentStanding, Content, Decision, ListStanding, Relationship, RulePack, decide,
    },
    contact::{Contact, Slot},
    organization::Organization,
    script::Script,
};

/// A voicemail that somebody wants to hand over.
#[derive(Debug)]
pub struct Submission<'a> {
    /// Its id; the slot that it holds itself does not count against it.
    pub id: ScriptId,
    /// Its words, as far as there are any.
    pub script: &'a Script,
    /// Whom it is for.
    pub contact: &'a Contact,
    /// For which campaign.
    pub campaign: &'a Campaign,
    /// For whom.
    pub organization: &'a Organization,
    /// The suppression lists in force.
    pub lists: &'a [ListStanding],
}

/// May this voicemail be handed over at `now`?
pub fn decide_submission(now: DateTime<Utc>, submission: &Submission<'_>) -> Decision {
    let Submission {
        id,
        script,
        contact,
        campaign,
        organization,
        lists,
    } = *submission;
    let others = || contact.slots.iter().filter(|s| s.script != id);
    let attempts: Vec<Attempt> = others().map(attempt).collect();
    let states_on: BTreeMap<UsState, String> = (organization.states_on.iter())
        .map(|(state, switch)| (*state, switch.reason.clone()))
        .collect();
    let case = Case {
        now,
        location: &contact.location,
        consent: ConsentStanding::of(contact, &organization.seller_names()),
        do_not_contact: contact.do_not_contact || contact.erased || contact.id.is_none(),
        voicemail_opt_out: contact.opted_out,
        lists,
        states_on: &states_on,
        emergencies: &organization.emergencies,
        permits: &organization.permits,
        // No source of contacts says when somebody bought or asked, so no rule is lifted by it.
        relationship: Relationship::default(),
        last_contact_at: others().map(|s| s.at).max(),
        min_interval_days: campaign
            .min_interval_days
            .unwrap_or(organization.settings.min_interval_days),
        attempts: &attempts,
        subject: campaign.kind.map(CampaignType::as_str),
        schedule: &campaign.schedule,
        listing_status: contact.listing_status.as_deref(),
        content: content(script),
    };
    decide(&case, RulePack::us())
}

/// A contact's id follows from its number, so every attempt on it was on the same number.
fn attempt(slot: &Slot) -> Attempt {
    Attempt {
        at: slot.at,
        on_another_number: false,
        subject: slot.subject.map(|subject| subject.as_str().to_owned()),
    }
}

fn content(script: &Script) -> Content {
    match (&script.text, &script.lint) {
        (None, _) => Content::Unwritten,
        (Some(_), lint) => lint
            .as_ref()
            .and_then(|lint| lint.said)
            .map_or(Content::Unknown, Content::Known),
    }
}
