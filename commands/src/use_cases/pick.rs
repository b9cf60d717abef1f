//! Contacts that are there already, put into a campaign: an import of its own whose rows are the contacts, with the same
//! figures as a file's, all in one journal request. A contact that is not there is a rejected row; one that is in the campaign
//! already is a duplicate.

use std::collections::HashSet;

use domain::{
    CampaignId, ContactId, ImportBatchId, Position,
    campaign::{CONTACTS_PER_EVENT_MAX, Campaign, CampaignCommand},
    contact::Contact,
    import::{
        ContactSource, FoldedRowRecord, ImportBatch, ImportChunk, ImportCommand, ImportOrigin, ImportTotals,
        RejectedRowRecord,
    },
    organization::Organization,
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    stream::{Batch, Loaded, load, load_many},
};

/// Most contacts that are named at once.
pub const PICKED_CONTACTS_MAX: usize = 100_000;

/// What became of the contacts that were picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickedContacts {
    /// The import that it is recorded as.
    pub batch: ImportBatchId,
    /// Contacts that are new in the campaign are `created`.
    pub totals: ImportTotals,
    /// Where it was recorded.
    pub position: Option<Position>,
}

/// Puts contacts into a campaign. Refuses none at all, more than [`PICKED_CONTACTS_MAX`], and a campaign that would grow
/// beyond the organization's limit. Which of the contacts the caller may see is for the caller to have asked.
pub async fn pick_contacts(
    ports: &Ports,
    context: &CommandContext,
    campaign: CampaignId,
    ids: &[ContactId],
) -> Result<PickedContacts, CommandError> {
    if ids.is_empty() || ids.len() > PICKED_CONTACTS_MAX {
        return Err(CommandError::invalid("pick 1 to 100,000 contacts"));
    }
    let there = there(ports, context, ids).await?;
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let limit = organization.state().settings.contacts_per_campaign_max;
    let batch = ImportBatchId::from_uuid(ports.ids.next());
    retrying(|| async {
        let mut target: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, batch).await?;
        import.decide(ImportCommand::Start {
            id: batch,
            source: ContactSource::Database,
            campaign: Some(campaign),
            origin: ImportOrigin::default(),
        })?;
        target.decide(CampaignCommand::StartImport(batch))?;
        fill(&mut target, &mut import, batch, ids, &there)?;
        if target.state().contacts.len() > limit as usize {
            return Err(CommandError::invalid(format!(
                "a campaign has at most {limit} contacts; pick fewer or ask an admin to raise the limit"
            )));
        }
        target.decide(CampaignCommand::FinishImport(batch))?;
        import.decide(ImportCommand::Complete)?;
        let totals = import.state().totals;
        let mut requests = Batch::new(ports, context);
        requests.add(target)?.add(import)?;
        let position = requests.commit().await?;
        Ok(PickedContacts {
            batch,
            totals,
            position,
        })
    })
    .await
}

/// Those that can be in a campaign: made, not taken out since, and not erased.
async fn there(
    ports: &Ports,
    context: &CommandContext,
    ids: &[ContactId],
) -> Result<HashSet<ContactId>, CommandError> {
    let mut there = HashSet::with_capacity(ids.len());
    for chunk in ids.chunks(CONTACTS_PER_EVENT_MAX) {
        let contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, chunk).await?;
        let found = chunk.iter().zip(&contacts);
        there.extend(
            found
                .filter(|(_, c)| c.state().is_there() && !c.state().erased)
                .map(|(id, _)| *id),
        );
    }
    Ok(there)
}

/// Decides chunk by chunk, as an import of a file does.
fn fill(
    target: &mut Loaded<Campaign>,
    import: &mut Loaded<ImportBatch>,
    batch: ImportBatchId,
    ids: &[ContactId],
    there: &HashSet<ContactId>,
) -> Result<(), CommandError> {
    let mut picked = HashSet::with_capacity(ids.len());
    let mut totals = ImportTotals::default();
    for (number, chunk) in (1_u32..).zip(ids.chunks(CONTACTS_PER_EVENT_MAX)) {
        let (mut new, mut folded, mut rejected) = (vec![], vec![], vec![]);
        for contact in chunk {
            totals.rows += 1;
            let row = totals.rows;
            if !there.contains(contact) {
                rejected.push(RejectedRowRecord {
                    row,
                    field: "contact".to_owned(),
                    error: "there is no such contact; it was erased or taken out, or never was".to_owned(),
                    value: None,
                });
            } else if picked.contains(contact) || target.state().contacts.contains(contact) {
                folded.push(FoldedRowRecord {
                    row,
                    contact: *contact,
                    in_file: picked.contains(contact),
                    filled: false,
                });
            } else {
                picked.insert(*contact);
                new.push(*contact);
            }
        }
        totals.created += new.len() as u64;
        totals.duplicates += folded.len() as u64;
        totals.rejected += rejected.len() as u64;
        if !new.is_empty() {
            target.decide(CampaignCommand::AddContacts {
                batch,
                source: ContactSource::Database,
                contacts: new,
                chunk: number,
            })?;
        }
        import.decide(ImportCommand::RecordChunk(ImportChunk {
            number,
            totals,
            rejected,
            folded,
            done_millionths: None,
        }))?;
    }
    Ok(())
}
