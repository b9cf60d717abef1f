//! Imports are started, stopped and taken back: the batch and the campaign's status in one request. The same file into the
//! same place is the same import, however often it is asked for. Also keeps choices of columns under a name.

use std::collections::BTreeMap;

use domain::{
    CampaignId, ConnectionId, ImportBatchId, OrganizationId, Position, Sealed, UserId,
    campaign::{Campaign, CampaignCommand},
    import::{ContactSource, ImportBatch, ImportCommand, ImportOrigin},
    organization::{Organization, OrganizationCommand},
};
use sha2::{Digest, Sha256};

use crate::{
    authorization::Denied,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    stream::{Batch, Loaded, load},
};

/// Most columns of a kept choice, as many as a file may have.
const MAPPED_COLUMNS_MAX: usize = 256;
/// Longest header and field of one column together, bytes.
const MAPPED_COLUMN_BYTES_MAX: usize = 1_024;

/// A file on its way in.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The campaign that the contacts go to; nothing for the contact list alone.
    pub campaign: Option<CampaignId>,
    /// Where the contacts come from.
    pub source: ContactSource,
    /// Name of the file in the clear; sealed before it is recorded.
    pub file_name: Option<String>,
    /// What is read; its `file_name` is set from the name above.
    pub origin: ImportOrigin,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartedImport {
    /// The import.
    pub batch: ImportBatchId,
    /// The file was imported into this place before; nothing was started.
    pub repeated: bool,
    /// Where it was recorded.
    pub position: Option<Position>,
}

/// The import of a file into a campaign, or into the contact list: the same, however often it is asked for.
pub fn import_id(
    organization: OrganizationId,
    campaign: Option<CampaignId>,
    file_sha256: &str,
) -> ImportBatchId {
    let place = campaign.map_or_else(|| organization.as_uuid(), CampaignId::as_uuid);
    ImportBatchId::derived(place, file_sha256.as_bytes())
}

/// Starts the import of a file that lies in the blob store.
pub async fn start_import(
    ports: &Ports,
    context: &CommandContext,
    request: ImportRequest,
) -> Result<StartedImport, CommandError> {
    let sha256 = request.origin.sha256.as_deref().ok_or_else(|| {
        CommandError::invalid("an import needs the hash of what it reads; upload the file again")
    })?;
    let batch = import_id(context.organization, request.campaign, sha256);
    let file_name: Option<Sealed> = match &request.file_name {
        Some(name) => Some(
            ports
                .keys
                .seal_for_organization(context.organization, name)
                .await?,
        ),
        None => None,
    };
    let origin = ImportOrigin {
        file_name,
        ..request.origin
    };
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, batch).await?;
        if import.exists() {
            return Ok(StartedImport {
                batch,
                repeated: true,
                position: None,
            });
        }
        import.decide(ImportCommand::Start {
            id: batch,
            source: request.source,
            campaign: request.campaign,
            origin: origin.clone(),
        })?;
        let mut requests = Batch::new(ports, context);
        if let Some(campaign) = request.campaign {
            let mut campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            campaign.decide(CampaignCommand::StartImport(batch))?;
            requests.add(campaign)?;
        }
        requests.add(import)?;
        let position = requests.commit().await?;
        Ok(StartedImport {
            batch,
            repeated: false,
            position,
        })
    })
    .await
}

/// A pull of contacts out of a connected account.
#[derive(Debug, Clone)]
pub struct PullRequested {
    /// The campaign that the contacts go to; nothing for the contact list alone.
    pub campaign: Option<CampaignId>,
    /// The account.
    pub connection: ConnectionId,
    /// The list of that account; nothing for all of it.
    pub list: Option<String>,
    /// What the asker calls this pull; the same again is the same pull.
    pub pull_key: String,
}

/// Starts a pull: the import waits for its file, which the process fetches. Whether the account is the caller's to use is
/// for the caller to have asked.
pub async fn start_import_from_connection(
    ports: &Ports,
    context: &CommandContext,
    pull: PullRequested,
) -> Result<StartedImport, CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let connections = &organization.state().connections;
    let source = *connections
        .get(&pull.connection)
        .ok_or(Denied::NotFound("connection"))?;
    let hash = Sha256::new()
        .chain_update(b"pull\0")
        .chain_update(pull.connection.as_uuid().as_bytes())
        .chain_update(pull.list.as_deref().unwrap_or_default())
        .chain_update(b"\0")
        .chain_update(&pull.pull_key);
    let request = ImportRequest {
        campaign: pull.campaign,
        source,
        file_name: None,
        origin: ImportOrigin {
            sha256: Some(hex::encode(hash.finalize())),
            connection: Some(pull.connection),
            list: pull.list,
            ..ImportOrigin::default()
        },
    };
    start_import(ports, context, request).await
}

/// Stops an import and frees its campaign, in one request. What it made so far stays; it can be taken back.
pub async fn cancel_import(
    ports: &Ports,
    context: &CommandContext,
    batch: ImportBatchId,
    by: UserId,
) -> Result<Option<Position>, CommandError> {
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, batch).await?;
        import.decide(ImportCommand::Cancel { by })?;
        let mut requests = Batch::new(ports, context);
        if let Some(campaign) = import.state().campaign {
            let mut campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            // Refused when it is gone, or has gone on to another import: then it is not this one's to free.
            if campaign.decide(CampaignCommand::FinishImport(batch)).is_ok() {
                requests.add(campaign)?;
            }
        }
        requests.add(import)?;
        Ok(requests.commit().await?)
    })
    .await
}

/// Asks for what an import made to be taken back; a process does it. Only what has ended can be taken back.
pub async fn request_undo(
    ports: &Ports,
    context: &CommandContext,
    batch: ImportBatchId,
    by: UserId,
) -> Result<Option<Position>, CommandError> {
    execute::<ImportBatch>(ports, context, batch, ImportCommand::RequestUndo { by }).await
}

/// Keeps a choice of columns under a name, for everyone in the organization; a kept one of that name is replaced.
pub async fn save_mapping_template(
    ports: &Ports,
    context: &CommandContext,
    name: &str,
    mapping: BTreeMap<String, String>,
    by: UserId,
) -> Result<Option<Position>, CommandError> {
    let bounded = mapping.len() <= MAPPED_COLUMNS_MAX
        && mapping
            .iter()
            .all(|(header, field)| header.len() + field.len() <= MAPPED_COLUMN_BYTES_MAX);
    if !bounded {
        return Err(CommandError::invalid(
            "a mapping names at most 256 columns, each with at most 1,024 bytes of header and field",
        ));
    }
    let name = name.to_owned();
    let command = OrganizationCommand::SaveMappingTemplate { name, mapping, by };
    execute::<Organization>(ports, context, context.organization, command).await
}

/// Removes a kept choice of columns; that there is none of that name is no failure.
pub async fn remove_mapping_template(
    ports: &Ports,
    context: &CommandContext,
    name: &str,
    by: UserId,
) -> Result<Option<Position>, CommandError> {
    let name = name.to_owned();
    let command = OrganizationCommand::RemoveMappingTemplate { name, by };
    execute::<Organization>(ports, context, context.organization, command).await
}
