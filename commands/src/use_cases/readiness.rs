//! What keeps a campaign from being sent that is no matter of single contacts: the carrier's account, how its reports come back, the
//! number shown. Asked before approval and submission, and shown before either. A carrier that can't be asked takes no campaign.

use domain::{
    Decider, MicroDollars, OrganizationId,
    campaign::{Campaign, CampaignCommand},
    organization::Organization,
};

use crate::{
    context::Ports,
    error::{CommandError, Refusal},
    ports::{CarrierReadiness, PortError, PortErrorKind, ReadinessFinding, ReadinessSubject as Subject},
    stream::{Loaded, load},
};

/// Everything that keeps the campaign from being sent, or should be known before; blockers first.
pub async fn readiness(
    ports: &Ports,
    organization: OrganizationId,
    campaign: &Campaign,
) -> Result<Vec<ReadinessFinding>, CommandError> {
    let organization: Loaded<Organization> = load(ports, organization, organization).await?;
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
