//! What keeps a campaign from being sent that is no matter of single contacts: the carrier's account, how its reports come back, the
//! number shown. Asked before approval and submission, and shown before either. A carrier that can't be asked takes no campaign.

use chrono::{DateTime, Utc};
use domain::{
    Decider, MicroDollars, OrganizationId,
    campaign::{Campaign, CampaignCommand},
    organization::Organization,
    suppression::{ListAge, ListKind},
};

use crate::{
    context::Ports,
    error::{CommandError, Refusal},
    ports::{
        CarrierReadiness, ListInForce, PortError, PortErrorKind, ReadinessFinding,
        ReadinessSubject as Subject,
    },
    stream::{Loaded, load},
};

/// Everything that keeps the campaign from being sent, or should be known before; blockers first.
pub async fn readiness(
    ports: &Ports,
    organization: OrganizationId,
    campaign: &Campaign,
) -> Result<Vec<ReadinessFinding>, CommandError> {
    let tenant = organization;
    let organization: Loaded<Organization> = load(ports, tenant, tenant).await?;
    let organization = organization.state();
    let carrier = match ports.carrier.readiness().await {
        Ok(carrier) => carrier,
        Err(error) => unanswered(&error),
    };
    let contacts = i64::try_from(campaign.contacts.len()).unwrap_or(i64::MAX);
    let most = organization.settings.rate_card.delivery.times(contacts);
    let mut findings = caller_id(campaign, organization);
    findings.extend(funds(&carrier, most));
    findings.extend(carrier.findings);
    if organization.is_halted() {
        let message = "all sending is halted; voicemails wait until it is allowed again";
        findings.push(ReadinessFinding::warning(Subject::Halt, message));
    }
    let lists = ports.suppressions.in_force(tenant).await?;
    findings.extend(lists.iter().filter_map(|list| ageing(list, ports.clock.now())));
    findings.sort_by_key(|finding| (!finding.blocks, finding.about));
    Ok(findings)
}

/// Refuses a step on a campaign while something keeps it from being sent. What the campaign itself lacks is its own rules' to say, and
/// they say it first.
pub(super) async fn require_ready(
    ports: &Ports,
    organization: OrganizationId,
    campaign: &Campaign,
    step: CampaignCommand,
) -> Result<(), CommandError> {
    if campaign.decide(step)?.is_empty() {
        return Ok(());
    }
    let mut blockers = readiness(ports, organization, campaign).await?;
    blockers.retain(|finding| finding.blocks);
    if blockers.is_empty() {
        Ok(())
    } else {
        Err(Refusal::NotReadyToSend(blockers).into())
    }
}

/// The carrier answers nothing that helps: what that means.
fn unanswered(error: &PortError) -> CarrierReadiness {
    tracing::warn!("the carrier could not be asked whether it is ready: {error}");
    let (about, message) = match error.kind {
        PortErrorKind::Unauthorised => (
            Subject::Credentials,
            "the carrier does not accept the credentials; an operator sets good ones in the carrier's section of the settings",
        ),
        PortErrorKind::Exhausted => (
            Subject::Funds,
            "the carrier account has no funds; top it up in the carrier's dashboard",
        ),
        PortErrorKind::Retryable
        | PortErrorKind::Limited { .. }
        | PortErrorKind::Unknown
        | PortErrorKind::Permanent => (
            Subject::Carrier,
            "the carrier can't be asked at this moment; try again shortly",
        ),
    };
    CarrierReadiness {
        findings: vec![ReadinessFinding::blocker(about, message)],
        funds: None,
    }
}

fn caller_id(campaign: &Campaign, organization: &Organization) -> Vec<ReadinessFinding> {
    let message = match &campaign.caller_id {
        None => "the campaign has no caller id; choose one of the organization's",
        Some(number)
            if !organization
                .caller_ids
                .iter()
                .any(|known| known.number == *number) =>
        {
            "the campaign's caller id is none of the organization's any more; choose another"
        }
        Some(_) => return vec![],
    };
    vec![ReadinessFinding::blocker(Subject::CallerId, message)]
}

/// A federal list that is to be replaced soon. A warning, even when it may not be used any more: whom that stops the decision says.
fn ageing(list: &ListInForce, now: DateTime<Utc>) -> Option<ReadinessFinding> {
    let obtained_at = list.obtained_at.filter(|_| list.kind == ListKind::FederalDnc)?;
    let age = now - obtained_at;
    let what = match ListAge::of(age) {
        ListAge::Fresh => return None,
        ListAge::Ageing => "may be used for 31 days; load a newer one soon",
        ListAge::Expiring => "may be used for 31 days, and this is its last; load a newer one now",
        ListAge::Stale => "may not be used any more after 31 days; load a newer one",
    };
    let days = age.num_days();
    let message = format!("the national registry's list was obtained {days} days ago: it {what}");
    Some(ReadinessFinding::warning(Subject::SuppressionList, message))
}

/// What everybody's voicemail would cost, beside what there is. Only a warning: not everybody may be called, and only what is
/// delivered is charged.
fn funds(carrier: &CarrierReadiness, most: MicroDollars) -> Option<ReadinessFinding> {
    let available = carrier.funds.filter(|available| *available < most)?;
    let message = format!(
        "the carrier account holds {available}, and all of the campaign's voicemails would cost {most} by the rate card; when the money runs \
         out, the campaign is paused"
    );
    Some(ReadinessFinding::warning(Subject::Funds, message))
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn a_federal_list_is_warned_of_from_its_twenty_fifth_day_on() {
        let obtained_at = DateTime::UNIX_EPOCH;
        let list = |kind| ListInForce {
            kind,
            state: None,
            version: Some("November".to_owned()),
            obtained_at: Some(obtained_at),
            load: None,
        };
        let said = |kind, days| {
            let finding = ageing(&list(kind), obtained_at + Duration::days(days))?;
            assert!(!finding.blocks);
            Some(finding.message)
        };
        assert_eq!(said(ListKind::FederalDnc, 24), None);
        for (days, words) in [(25, "soon"), (30, "its last"), (32, "not be used")] {
            let told = said(ListKind::FederalDnc, days).unwrap();
            assert!(told.contains(words) && told.contains(&days.to_string()), "{told}");
        }
        assert_eq!(
            said(ListKind::Litigator, 400),
            None,
            "no law says how old it may be"
        );
    }
}
