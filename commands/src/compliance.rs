//! The compliance decision with what it is made of: the same for a real hand-off and for a dry run.

use chrono::{DateTime, Utc};
use domain::{
    ScriptId,
    campaign::Campaign,
    compliance::{Case, ConsentStanding, Decision, RulePack, decide},
    contact::{ConsentForm, Contact},
    organization::Organization,
};

/// May this voicemail be handed over at `now`? The slot that the script itself holds does not count against it.
pub fn decide_submission(
    now: DateTime<Utc>,
    script: ScriptId,
    contact: &Contact,
    campaign: &Campaign,
    organization: &Organization,
    lists: &[String],
) -> Decision {
    let others = || contact.slots.iter().filter(|s| s.script != script).map(|s| s.at);
    let recent: Vec<DateTime<Utc>> = others().collect();
    let states_on = organization
        .states_on
        .iter()
        .map(|(state, switch)| (*state, switch.reason.clone()))
        .collect();
    let case = Case {
        now,
        location: &contact.location,
        consent: match (&contact.consent, contact.consent_revoked) {
            (_, true) => ConsentStanding::Revoked,
            (Some(consent), false) => match consent.form {
                ConsentForm::Written => ConsentStanding::Written,
                ConsentForm::Oral => ConsentStanding::Oral,
            },
            (None, false) => ConsentStanding::None,
        },
        do_not_contact: contact.do_not_contact || contact.erased || contact.id.is_none(),
        voicemail_opt_out: contact.opted_out,
        suppressed_by: lists.to_vec(),
        states_on: &states_on,
        last_contact_at: others().max(),
        min_interval_days: campaign
            .min_interval_days
            .unwrap_or(organization.settings.min_interval_days),
        recent_attempts: &recent,
        schedule: &campaign.schedule,
        listing_status: contact.listing_status.as_deref(),
    };
    decide(&case, RulePack::us())
}
