//! Starting an import: the batch and the campaign's status in one request. The same file into the same campaign is the same
//! import, however often it is asked for.

use std::collections::BTreeMap;

use domain::{
    CampaignId, ImportBatchId, Position,
    campaign::{Campaign, CampaignCommand},
    import::{ContactSource, ImportBatch, ImportCommand},
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
    /// The campaign that the contacts go to.
    pub campaign: CampaignId,
    /// Where the contacts come from.
    pub source: ContactSource,
    /// Key of the stored file.
    pub blob_key: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Name of the file; sealed before it is recorded.
    pub file_name: String,
    /// The user's own choice of columns; empty for a guess.
    pub mapping: BTreeMap<String, String>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartedImport {
    /// The import.
    pub batch: ImportBatchId,
    /// The file was imported into this campaign before; nothing was started.
    pub repeated: bool,
    /// Where it was recorded.
    pub position: Option<Position>,
}

/// The import of a file into a campaign: the same, however often it is asked for.
pub fn import_id(campaign: CampaignId, file_sha256: &str) -> ImportBatchId {
    ImportBatchId::derived(campaign.as_uuid(), file_sha256.as_bytes())
}

/// Starts the import.
pub async fn start_import(
    ports: &Ports,
    context: &CommandContext,
    request: ImportRequest,
) -> Result<StartedImport, CommandError> {
    let batch = import_id(request.campaign, &request.sha256);
    let file_name = ports
        .keys
        .seal_for_organization(context.organization, &request.file_name)
        .await?;
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
            blob_key: Some(request.blob_key.clone()),
            file_name: Some(file_name.clone()),
            sha256: Some(request.sha256.clone()),
            mapping: request.mapping.clone(),
            campaign: Some(request.campaign),
        })?;
        let mut campaign: Loaded<Campaign> = load(ports, context.organization, request.campaign).await?;
        campaign.decide(CampaignCommand::StartImport(batch))?;
        let mut requests = Batch::new(ports, context);
        requests.add(campaign)?.add(import)?;
        let position = requests.commit().await?;
        Ok(StartedImport {
            batch,
            repeated: false,
            position,
        })
    })
    .await
}
