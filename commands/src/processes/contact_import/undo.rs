//! Taking an import back: every contact that it made and that was not used since is taken out, of its campaign too. What was
//! used stays, and is counted. Runs in pages, each one request; a repeat finds only what is left.

use domain::{
    ContactId, ImportBatchId,
    campaign::{Campaign, CampaignCommand, CampaignStatus},
    contact::{Contact, ContactCommand, ContactRefusal},
    import::{ImportBatch, ImportCommand, ImportStatus, KEPT_NAMED_MAX},
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    ports::{ImportedContact, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load, load_many},
};

/// Contacts taken out by one request.
const PAGE: usize = 1_000;

/// Why contacts leave a campaign.
const REASON: &str = "the import that brought them was undone";

/// Takes one import back.
pub(in crate::processes) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let id = &item.dedup_key;
    let import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
    let (ImportStatus::Undoing, Some(batch)) = (import.state().status, import.state().id) else {
        return Ok(WorkEnd::Done);
    };
    let head = ports.journal.head().await?;
    let (mut after, mut kept) = (None, Kept::default());
    loop {
        let page = ports
            .records
            .contacts_of(context.organization, batch, after, PAGE, head)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.contact);
        kept.add(retrying(|| take_out(ports, context, import.state(), batch, &page)).await?);
    }
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
        // Whatever it made is either gone by now or kept.
        let removed = import.state().totals.created.saturating_sub(kept.count);
        import.decide(ImportCommand::Undo {
            removed,
            kept: kept.count,
            kept_because_used: kept.named.clone(),
        })?;
        let mut request = Batch::new(ports, context);
        request.add(import)?;
        request.commit().await?;
        Ok(WorkEnd::Done)
    })
    .await
}

#[derive(Default)]
struct Kept {
    count: u64,
    named: Vec<ContactId>,
}

impl Kept {
    fn add(&mut self, contacts: Vec<ContactId>) {
        self.count += contacts.len() as u64;
        let room = KEPT_NAMED_MAX.saturating_sub(self.named.len());
        self.named.extend(contacts.into_iter().take(room));
    }
}

/// Takes a page of contacts out; answers those that stay.
async fn take_out(
    ports: &Ports,
    context: &CommandContext,
    import: &ImportBatch,
    batch: ImportBatchId,
    page: &[ImportedContact],
) -> Result<Vec<ContactId>, CommandError> {
    let mut campaign: Option<Loaded<Campaign>> = match import.campaign {
        Some(campaign) => Some(load(ports, context.organization, campaign).await?),
        None => None,
    };
    let everything_is_used = campaign
        .as_ref()
        .is_some_and(|c| is_past_review(c.state().status));
    let ids = page.iter().map(|found| found.contact);
    let contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, ids).await?;
    let (mut kept, mut gone, mut request) = (vec![], vec![], Batch::new(ports, context));
    for (found, mut contact) in page.iter().zip(contacts) {
        if found.used || everything_is_used {
            kept.push(found.contact);
            continue;
        }
        match contact.decide(ContactCommand::Remove { batch }) {
            Ok(()) => {
                gone.push(found.contact);
                request.add(contact)?;
            }
            Err(ContactRefusal::UsedSince | ContactRefusal::NotOfThisImport) => kept.push(found.contact),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    if let Some(campaign) = campaign.as_mut().filter(|_| !gone.is_empty()) {
        campaign.decide(CampaignCommand::RemoveContacts {
            contacts: gone,
            reason: REASON.to_owned(),
        })?;
        request.extend(campaign.append(ports, context)?);
    }
    request.commit().await?;
    Ok(kept)
}

/// Whether a campaign has gone further than its contacts can leave it: then all of them are in use.
const fn is_past_review(status: CampaignStatus) -> bool {
    !matches!(
        status,
        CampaignStatus::Draft | CampaignStatus::Review | CampaignStatus::Absent
    )
}
