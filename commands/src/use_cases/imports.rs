//! Starting an import: the batch and the campaign's status in one request. The same file into the same place is the same
//! import, however often it is asked for.

use domain::{
    CampaignId, ImportBatchId, OrganizationId, Position, Sealed,
    campaign::{Campaign, CampaignCommand},
    import::{ContactSource, ImportBatch, ImportCommand, ImportOrigin},
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    stream::{Batch, Loaded, load},
};

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
