//! A contact list becomes contacts. A chunk's contacts, its place in the campaign and the import's progress are one journal
//! request, so a crash loses nothing and a repeat makes nothing twice.

use std::collections::HashSet;

use domain::{
    ContactId, PersonalDetails, PhoneNumber,
    campaign::{CONTACTS_PER_EVENT_MAX, Campaign, CampaignCommand},
    contact::{Contact, ContactCommand},
    import::{
        ContactSource, ImportBatch, ImportChunk, ImportCommand, ImportStatus, ImportTotals, RejectedRowRecord,
    },
    organization::Organization,
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    people::{contact_id, fill_blanks, fill_location},
    ports::{
        PortErrorKind, ReadContact, ReadLimits, RejectedRow, RowOutcome, TableChoice, TableReader, WorkEnd,
        WorkItem,
    },
    stream::{Batch, Loaded, load, load_many},
};

/// Rows a chunk: as many contacts as one campaign event names.
const CHUNK_ROWS: usize = CONTACTS_PER_EVENT_MAX;

/// Runs one import to its end.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let id = &item.dedup_key;
    let batch: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
    if batch.state().status != ImportStatus::Running {
        return Ok(WorkEnd::Done);
    }
    let reader = match open(ports, batch.state()).await {
        Ok(reader) => reader,
        Err(CommandError::Port(e)) if e.kind == PortErrorKind::Permanent => {
            return fail(ports, context, id, e.message).await;
        }
        Err(other) => return Err(other),
    };
    match read_all(ports, context, id, reader).await {
        Ok(()) => finish(ports, context, id).await,
        Err(CommandError::Port(e)) if e.kind == PortErrorKind::Permanent => {
            fail(ports, context, id, e.message).await
        }
        Err(CommandError::Refused(refusal)) => fail(ports, context, id, refusal.to_string()).await,
        Err(other) => Err(other),
    }
}

async fn open(ports: &Ports, batch: &ImportBatch) -> Result<Box<dyn TableReader>, CommandError> {
    let key = batch.blob_key.as_deref().unwrap_or_default();
    let content = ports.blobs.open(key).await?.ok_or_else(|| {
        crate::ports::PortError::new(
            PortErrorKind::Permanent,
            "the uploaded file is gone; upload it again",
        )
    })?;
    let tables = ports.tables.clone();
    let choice = TableChoice {
        mapping: batch.mapping.clone(),
        ..TableChoice::default()
    };
    let open = move || tables.open(content, &choice, ReadLimits::default());
    Ok(tokio::task::spawn_blocking(open)
        .await
        .map_err(|e| CommandError::Journal(e.to_string()))??)
}

async fn read_all(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    mut reader: Box<dyn TableReader>,
) -> Result<(), CommandError> {
    let mut seen = HashSet::new();
    let mut number = 0;
    loop {
        let (back, rows) = next_chunk(reader).await?;
        reader = back;
        if rows.is_empty() {
            return Ok(());
        }
        number += 1;
        let chunk = Chunk::prepare(ports, context, number, rows, &mut seen).await?;
        retrying(|| chunk.record(ports, context, id)).await?;
    }
}

type Rows = Vec<RowOutcome>;

async fn next_chunk(mut reader: Box<dyn TableReader>) -> Result<(Box<dyn TableReader>, Rows), CommandError> {
    tokio::task::spawn_blocking(move || {
        let mut rows = Vec::with_capacity(CHUNK_ROWS);
        while rows.len() < CHUNK_ROWS {
            match reader.next_row() {
                Some(Ok(row)) => rows.push(row),
                Some(Err(e)) => return Err(e.into()),
                None => break,
            }
        }
        Ok((reader, rows))
    })
    .await
    .map_err(|e| CommandError::Journal(e.to_string()))?
}

/// Rows with their contacts found out: what does not depend on the state of any stream.
struct Chunk {
    number: u32,
    /// First row of each number in the file.
    people: Vec<(ContactId, domain::PhoneIndex, ReadContact)>,
    /// Rows that repeat a number of this file.
    repeats: u64,
    rejected: Vec<RejectedRowRecord>,
}

impl Chunk {
    async fn prepare(
        ports: &Ports,
        context: &CommandContext,
        number: u32,
        rows: Rows,
        seen: &mut HashSet<ContactId>,
    ) -> Result<Self, CommandError> {
        let mut chunk = Self {
            number,
            people: vec![],
            repeats: 0,
            rejected: vec![],
        };
        let mut contacts = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                RowOutcome::Contact(contact) => contacts.push(*contact),
                RowOutcome::Rejected(rejected) => {
                    chunk.rejected.push(seal_row(ports, context, rejected).await?);
                }
            }
        }
        let numbers: Vec<PhoneNumber> = contacts.iter().map(|c| c.phone.clone()).collect();
        let indexes = ports.keys.phone_indexes(context.organization, &numbers).await?;
        for (contact, index) in contacts.into_iter().zip(indexes) {
            let id = contact_id(context.organization, &index);
            if seen.insert(id) {
                chunk.people.push((id, index, contact));
            } else {
                chunk.repeats += 1;
            }
        }
        Ok(chunk)
    }

    /// Decides on the present state of all streams that the chunk touches and appends all or nothing.
    async fn record(&self, ports: &Ports, context: &CommandContext, id: &str) -> Result<(), CommandError> {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
        if import.state().chunk >= self.number {
            return Ok(());
        }
        let source = import.state().source.unwrap_or(ContactSource::CsvImport);
        let ids = self.people.iter().map(|(id, ..)| *id);
        let mut contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, ids).await?;
        let created = contacts.iter().filter(|c| !c.exists()).count() as u64;
        self.change_contacts(ports, context, source, import.state().id, &mut contacts)
            .await?;

        let before = import.state().totals;
        let rows = self.people.len() as u64 + self.repeats + self.rejected.len() as u64;
        let totals = ImportTotals {
            rows: before.rows + rows,
            created: before.created + created,
            duplicates: before.duplicates + self.people.len() as u64 - created + self.repeats,
            rejected: before.rejected + self.rejected.len() as u64,
            ..before
        };
        let batch_id = import.state().id;
        import.decide(ImportCommand::RecordChunk(ImportChunk {
            number: self.number,
            totals,
            rejected: self.rejected.clone(),
            ..ImportChunk::default()
        }))?;

        let mut batch = Batch::new(ports, context);
        if let (Some(campaign), Some(batch_id)) = (import.state().campaign, batch_id) {
            let mut campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            let members = self.people.iter().map(|(id, ..)| *id).collect();
            campaign.decide(CampaignCommand::AddContacts {
                batch: batch_id,
                source,
                contacts: members,
                chunk: self.number,
            })?;
            within_limit(ports, context, campaign.state()).await?;
            batch.add(campaign)?;
        }
        batch.add(import)?;
        for contact in contacts {
            batch.add(contact)?;
        }
        batch.commit().await?;
        Ok(())
    }

    async fn change_contacts(
        &self,
        ports: &Ports,
        context: &CommandContext,
        source: ContactSource,
        batch: Option<domain::ImportBatchId>,
        contacts: &mut [Loaded<Contact>],
    ) -> Result<(), CommandError> {
        let merged = merge_blanks(ports, context, &self.people, contacts).await?;
        let new: Vec<ContactId> = self
            .people
            .iter()
            .zip(&*contacts)
            .filter(|(_, c)| !c.exists())
            .map(|((id, ..), _)| *id)
            .collect();
        // Keys are durable before the first event that needs them; an unused key does no harm.
        ports.keys.create_contact_keys(context.organization, &new).await?;
        let texts = merged
            .iter()
            .map(|details| details.as_ref().map(serde_json::to_string).transpose())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| CommandError::Unreadable(e.to_string()))?;
        let to_seal: Vec<(ContactId, &str)> = self
            .people
            .iter()
            .zip(&texts)
            .filter_map(|((id, ..), text)| Some((*id, text.as_deref()?)))
            .collect();
        let mut sealed = ports
            .keys
            .seal_many(context.organization, &to_seal)
            .await?
            .into_iter();
        for (((id, index, row), contact), text) in self.people.iter().zip(contacts).zip(&texts) {
            let envelope = if text.is_some() { sealed.next() } else { None };
            let (phone_index, location) = (index.clone(), row.location.clone());
            match envelope {
                Some(envelope) if contact.exists() => {
                    let location = fill_location(&contact.state().location, location);
                    contact.decide(ContactCommand::ChangeDetails {
                        envelope,
                        phone_index,
                        location,
                    })?;
                }
                Some(envelope) => {
                    let listing_status = row.listing_status.clone();
                    contact.decide(ContactCommand::Create {
                        id: *id,
                        envelope,
                        phone_index,
                        location,
                        source,
                        batch,
                        listing_status,
                    })?;
                }
                None => {}
            }
            if row.do_not_contact && !contact.state().erased {
                let reason = "the imported list says so".to_owned();
                contact.decide(ContactCommand::MarkDoNotContact { reason, by: None })?;
            }
        }
        Ok(())
    }
}

/// For each person the details to be sealed: all of them for a new contact, the union for a known one that had blanks,
/// nothing when there is nothing new to record. An erased contact is left alone.
async fn merge_blanks(
    ports: &Ports,
    context: &CommandContext,
    people: &[(ContactId, domain::PhoneIndex, ReadContact)],
    contacts: &[Loaded<Contact>],
) -> Result<Vec<Option<PersonalDetails>>, CommandError> {
    let known: Vec<(ContactId, &domain::Sealed)> = people
        .iter()
        .zip(contacts)
        .filter_map(|((id, ..), c)| Some((*id, c.state().envelope.as_ref()?)))
        .collect();
    let mut opened = ports
        .keys
        .open_many(context.organization, &known)
        .await?
        .into_iter();
    let mut merged = Vec::with_capacity(people.len());
    for ((_, _, row), contact) in people.iter().zip(contacts) {
        if !contact.exists() {
            merged.push(Some(row.details.clone()));
            continue;
        }
        if contact.state().envelope.is_none() {
            merged.push(None);
            continue;
        }
        let before: Option<PersonalDetails> = opened
            .next()
            .and_then(Result::ok)
            .and_then(|text| serde_json::from_str(&text).ok());
        merged.push(before.and_then(|before| {
            let after = fill_blanks(before.clone(), &row.details);
            (after != before).then_some(after)
        }));
    }
    Ok(merged)
}

async fn seal_row(
    ports: &Ports,
    context: &CommandContext,
    rejected: RejectedRow,
) -> Result<RejectedRowRecord, CommandError> {
    let value = match rejected.value.filter(|v| !v.is_empty()) {
        Some(value) => Some(
            ports
                .keys
                .seal_for_organization(context.organization, &value)
                .await?,
        ),
        None => None,
    };
    Ok(RejectedRowRecord {
        row: rejected.row,
        field: rejected.field,
        error: rejected.error,
        value,
    })
}

async fn within_limit(
    ports: &Ports,
    context: &CommandContext,
    campaign: &Campaign,
) -> Result<(), CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let limit = organization.state().settings.contacts_per_campaign_max;
    if campaign.contacts.len() > limit as usize {
        return Err(CommandError::invalid(format!(
            "a campaign has at most {limit} contacts; split the list or ask an admin to raise the limit"
        )));
    }
    Ok(())
}

async fn finish(ports: &Ports, context: &CommandContext, id: &str) -> Result<WorkEnd, CommandError> {
    end(ports, context, id, &ImportCommand::Complete).await
}

/// Gives an import up, and frees its campaign.
pub(super) async fn fail(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    error: String,
) -> Result<WorkEnd, CommandError> {
    end(ports, context, id, &ImportCommand::Fail { error }).await
}

/// Closes the import and frees the campaign, in one request.
async fn end(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    command: &ImportCommand,
) -> Result<WorkEnd, CommandError> {
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
        import.decide(command.clone())?;
        let mut batch = Batch::new(ports, context);
        if let (Some(campaign), Some(batch_id)) = (import.state().campaign, import.state().id) {
            let mut campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            if campaign.exists() && !campaign.state().status.is_final() {
                campaign.decide(CampaignCommand::FinishImport(batch_id))?;
                batch.add(campaign)?;
            }
        }
        batch.add(import)?;
        batch.commit().await?;
        Ok(WorkEnd::Done)
    })
    .await
}
