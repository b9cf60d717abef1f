//! What happened, for people: a short line an event, without personal data and without what people typed. Events of single
//! scripts are left out; a campaign has a hundred thousand of them, and its counters tell the same.

use chrono::{DateTime, Utc};
use domain::{
    Actor, CampaignId, ContactId, OrganizationId, Position, Recorded,
    campaign::{CampaignEvent, DuplicateResolution, ScriptBatchOutcome},
    contact::ContactEvent,
    import::ImportEvent,
    organization::OrganizationEvent,
    suppression::SuppressionEvent,
};

use super::organization_of;
use crate::{Rows, model::read_model};

read_model! {
    /// One line of the activity feed.
    pub struct ActivityRow in "activity" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// Position of the event.
            position: Position,
        }
        all {
            /// The event's name, such as `CampaignApproved`.
            kind: String,
            /// The line.
            line: String,
            /// Who did it.
            actor: Actor,
            /// When.
            at: DateTime<Utc>,
            /// The campaign that it is about.
            campaign_id: Option<CampaignId>,
            /// The contact that it is about.
            contact_id: Option<ContactId>,
        }
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let line = match &event.event {
        domain::Event::CampaignEvent(e) => campaign_line(e),
        domain::Event::ContactEvent(e) => contact_line(e),
        domain::Event::ImportEvent(e) => import_line(e),
        domain::Event::SuppressionEvent(e) => suppression_line(e),
        domain::Event::OrganizationEvent(e) => Some(organization_line(e)),
        domain::Event::ScriptEvent(_) | domain::Event::Unknown { .. } => None,
    };
    let Some(line) = line else { return };
    rows.activity.begin(ActivityRow {
        organization_id: organization_of(event),
        position: event.position,
        kind: event.event.name().to_owned(),
        line,
        actor: event.metadata.actor.clone(),
        at: event.metadata.recorded_at,
        campaign_id: event.metadata.campaign_id,
        contact_id: event.metadata.contact_id,
    });
}

fn campaign_line(event: &CampaignEvent) -> Option<String> {
    use CampaignEvent as E;
    Some(match event {
        E::CampaignCreated { .. } => "Campaign created".to_owned(),
        E::CampaignDetailsChanged { .. } => "Campaign details changed".to_owned(),
        E::ScheduleSet { .. } => "Schedule set".to_owned(),
        E::CallerIdSet { .. } => "Caller ID set".to_owned(),
        // The import itself has its lines.
        E::ContactImportStarted { .. }
        | E::ContactImportFinished { .. }
        | E::ScriptBatchPlanned { .. }
        | E::ScriptBatchProgressed { .. }
        | E::SentToReview => return None,
        E::ContactsImported { contact_ids, .. } => format!("{} contacts added", contact_ids.len()),
        E::ContactsRemoved { contact_ids, .. } => format!("{} contacts removed", contact_ids.len()),
        E::DuplicatesChecked { report } => format!("Duplicate check found {}", report.duplicates),
        E::DuplicatesResolved { resolution, .. } => match resolution {
            DuplicateResolution::Removed => "Duplicates removed".to_owned(),
            DuplicateResolution::Kept { .. } => "Duplicates kept".to_owned(),
        },
        E::ScriptGenerationStarted { .. } => "Script generation started".to_owned(),
        E::ScriptGenerationFinished {
            generated, failed, ..
        } => {
            format!("{generated} scripts generated, {failed} failed")
        }
        E::WritingWasted { texts, .. } => format!("{texts} texts were billed and could not be used"),
        E::SpeakingWasted { recordings, .. } => {
            format!("{recordings} recordings were billed of words that were edited meanwhile")
        }
        E::ScriptBatchSubmitted { .. } => "A batch of scripts was given to the provider".to_owned(),
        E::ScriptBatchEnded { outcome, written, .. } => batch_line(*outcome, *written),
        E::AudioRenderingStarted { .. } => "Audio rendering started".to_owned(),
        E::AudioRenderingFinished { rendered, failed, .. } => {
            format!("{rendered} audio files rendered, {failed} failed")
        }
        E::ProductionPaused { .. } => "Work on scripts paused".to_owned(),
        E::ProductionResumed { .. } => "Work on scripts resumed".to_owned(),
        E::ProductionHeld { .. } => "Work on scripts waits for a provider".to_owned(),
        E::ProductionReleased => "The provider is back; work on scripts goes on".to_owned(),
        E::ProductionStopped { .. } => "Work on scripts ended early".to_owned(),
        E::CampaignApproved { contacts, .. } => format!("Campaign approved for {contacts} contacts"),
        E::CampaignSubmitted { scripts, .. } => format!("Campaign submitted with {scripts} voicemails"),
        E::CampaignActivated => "First voicemail handed over".to_owned(),
        E::CampaignPaused { .. } => "Campaign paused".to_owned(),
        E::CampaignResumed => "Campaign resumed".to_owned(),
        E::CampaignCancelled { .. } => "Campaign cancelled".to_owned(),
        E::CampaignCompleted { totals } => format!(
            "Campaign completed: {} delivered, {} failed",
            totals.delivered, totals.failed
        ),
        E::HandOffsInDoubt { hand_offs: 0 } => "No voicemail is in doubt any more".to_owned(),
        E::HandOffsInDoubt { hand_offs } => format!(
            "{hand_offs} voicemails in doubt: the carrier never said what became of them, and they are not sent again"
        ),
        E::CampaignFailed { .. } => "Campaign failed".to_owned(),
        E::CampaignDeleted => "Campaign deleted".to_owned(),
        E::CampaignArchived => "Campaign archived".to_owned(),
        E::CampaignUnarchived => "Campaign taken out of the archive".to_owned(),
    })
}

fn batch_line(outcome: ScriptBatchOutcome, written: u64) -> String {
    match outcome {
        ScriptBatchOutcome::Completed => format!("A batch of scripts came back: {written} written"),
        ScriptBatchOutcome::Expired => {
            format!("A batch of scripts ran out of its provider's time: {written} written")
        }
        ScriptBatchOutcome::Cancelled => format!("A batch of scripts was cancelled: {written} written"),
        ScriptBatchOutcome::Refused => "The provider did not work on a batch of scripts".to_owned(),
        ScriptBatchOutcome::Lost => "A batch of scripts was lost at the provider".to_owned(),
        ScriptBatchOutcome::NotSubmitted => "A batch of scripts was not submitted".to_owned(),
    }
}

fn contact_line(event: &ContactEvent) -> Option<String> {
    use ContactEvent as E;
    let line = match event {
        E::ContactsMerged { .. } => "Contacts merged",
        E::ConsentRecorded { .. } => "Consent recorded",
        E::ConsentRevoked { .. } => "Consent revoked",
        E::VoicemailOptedOut { .. } => "A contact opted out of voicemails",
        E::MarkedDoNotContact { .. } => "A contact was marked do-not-contact",
        E::DoNotContactLifted { .. } => "A do-not-contact mark was lifted",
        E::ContactErased { .. } => "A contact was erased",
        E::ContactCreated { .. }
        | E::ContactRemoved { .. }
        | E::ContactDetailsChanged { .. }
        | E::ListingStatusChanged { .. }
        | E::SlotReserved { .. }
        | E::SlotReleased { .. } => return None,
    };
    Some(line.to_owned())
}

fn import_line(event: &ImportEvent) -> Option<String> {
    Some(match event {
        ImportEvent::ImportStarted { .. } => "Import started".to_owned(),
        ImportEvent::ImportPulled { contacts, .. } => format!("{contacts} contacts pulled"),
        ImportEvent::ImportMapped { .. }
        | ImportEvent::ImportProgressed { .. }
        | ImportEvent::RowsRejected { .. }
        | ImportEvent::RowsFolded { .. } => return None,
        ImportEvent::ImportCancelled { .. } => "Import cancelled".to_owned(),
        ImportEvent::ImportUndoRequested { .. } => "Import is being undone".to_owned(),
        ImportEvent::ImportCompleted { totals } => format!(
            "Import completed: {} contacts, {} duplicates, {} rejected",
            totals.created, totals.duplicates, totals.rejected
        ),
        ImportEvent::ImportFailed { .. } => "Import failed".to_owned(),
        ImportEvent::ImportUndone { removed, .. } => format!("Import undone: {removed} contacts removed"),
    })
}

fn suppression_line(event: &SuppressionEvent) -> Option<String> {
    match event {
        SuppressionEvent::SuppressionsLoaded { list, loaded, .. } => Some(format!(
            "Suppression list {} loaded: {} in, {} out",
            list.as_str(),
            loaded.added,
            loaded.removed
        )),
        SuppressionEvent::SuppressionLoadStarted { list, load, .. } => Some(format!(
            "Suppression list {} {} is being loaded",
            list.as_str(),
            load.version
        )),
        SuppressionEvent::SuppressionLoadFailed { .. } => {
            Some("A suppression list could not be loaded".to_owned())
        }
        SuppressionEvent::SuppressionAdded { .. } | SuppressionEvent::SuppressionExpired { .. } => None,
    }
}

fn organization_line(event: &OrganizationEvent) -> String {
    use OrganizationEvent as E;
    match event {
        E::OrganizationFounded { .. } => "Organization founded".to_owned(),
        E::MemberAdded { role, .. } => format!("A member was added as {}", role.as_str()),
        E::MemberRoleChanged { role, .. } => format!("A member's role was changed to {}", role.as_str()),
        E::MemberRemoved { .. } => "A member was removed".to_owned(),
        E::TeamCreated { .. } => "A team was created".to_owned(),
        E::TeamMemberAdded { .. } => "A member joined a team".to_owned(),
        E::TeamMemberRemoved { .. } => "A member left a team".to_owned(),
        E::SettingsChanged { .. } => "Settings changed".to_owned(),
        E::CallerIdAdded { .. } => "A caller ID was added".to_owned(),
        E::CallerIdRemoved { .. } => "A caller ID was removed".to_owned(),
        E::StateSwitchedOn { state, .. } => format!("{} switched on", state.name()),
        E::StateSwitchedOff { state, .. } => format!("{} switched off", state.name()),
        E::SendingHalted { .. } => "All sending was halted".to_owned(),
        E::SendingAllowed { .. } => "Sending is allowed again".to_owned(),
        E::PermitRecorded { permit } => format!(
            "A {} permit for {} was recorded",
            permit.permit.as_str(),
            permit.state.name()
        ),
        E::PermitWithdrawn { state, permit, .. } => {
            format!(
                "The {} permit for {} is no longer held",
                permit.as_str(),
                state.name()
            )
        }
        E::EmergencyDeclared { emergency } => {
            format!("An emergency was declared for {}", emergency.state.name())
        }
        E::EmergencyEnded { state, .. } => format!("The emergency for {} is over", state.name()),
        E::SourceConnected { source, .. } => format!("An account was connected: {}", source.as_str()),
        E::SourceDisconnected { .. } => "An account was disconnected".to_owned(),
        E::MappingTemplateSaved { .. } => "A column mapping was saved".to_owned(),
        E::MappingTemplateRemoved { .. } => "A column mapping was removed".to_owned(),
        E::WebhookEndpointAdded { origin, .. } => format!("A webhook to {origin} was added"),
        E::WebhookEndpointRemoved { .. } => "A webhook was removed".to_owned(),
        E::WebhookSecretRotated { .. } => "A webhook got a new secret".to_owned(),
        E::WebhookTestRequested { .. } => "A webhook is tested".to_owned(),
        E::DigestRecipientAdded { .. } => "Digests are sent to one more person".to_owned(),
        E::DigestRecipientRemoved { .. } => "Digests are sent to one person less".to_owned(),
        E::DigestMailToOwnersSet { wanted: true } => "Owners get their digests by e-mail".to_owned(),
        E::DigestMailToOwnersSet { wanted: false } => "Owners get no digests by e-mail".to_owned(),
        E::OwnDigestMailSet { wanted: true, .. } => "A member wants digests by e-mail".to_owned(),
        E::OwnDigestMailSet { wanted: false, .. } => "A member wants no digests by e-mail".to_owned(),
        E::DigestMailTestRequested { .. } => "A test mail is sent".to_owned(),
        E::NotificationReplayRequested { .. } => "A notification is sent again".to_owned(),
        E::AuditorLookedUp { .. } => "An auditor looked something up".to_owned(),
    }
}
