//! Imports are started, stopped and taken back: the batch and the campaign's status in one request. The same file into the
//! same place is the same import, however often it is asked for. Also keeps choices of columns under a name.

use std::collections::BTreeMap;

use domain::{
    CampaignId, ConnectionId, ImportBatchId, OrganizationId, Position, UserId,
    campaign::{Campaign, CampaignCommand},
    import::{ContactSource, ImportBatch, ImportCommand, ImportOrigin},
    organization::{Organization, OrganizationCommand},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::push::IDEMPOTENCY_KEY_CHARS_MAX;
use crate::{
    authorization::Denied,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::{execute, retrying},
    stream::{Batch, Loaded, load},
};

/// Most cells and rows that are corrected by hand.
pub const CORRECTIONS_MAX: usize = 10_000;
/// Longest corrected cell, bytes: the longest cell that is read, in four-byte characters.
const CORRECTED_CELL_BYTES_MAX: usize = 4 * 4_096;
/// How often a file is imported into one place after the import before was given up, stopped or taken back.
const ATTEMPTS_MAX: u32 = 100;
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
    /// Cells corrected and rows left out by hand; sealed before they are recorded.
    pub corrections: Corrections,
    /// The mapping is a guess that was shown: it does not make the import of a file another one.
    pub guessed: bool,
    /// What is read; its `file_name` and `corrections` are set from those above.
    pub origin: ImportOrigin,
}

/// What somebody corrected before the rows are read. Personal; its JSON is what an import keeps, sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrections {
    /// Row number, header text and the new value of each cell.
    #[serde(default)]
    pub cells: Vec<(u64, String, String)>,
    /// Numbers of the rows that are left out.
    #[serde(default)]
    pub left_out: Vec<u64>,
}

impl std::fmt::Debug for Corrections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Corrections({} cells, {} rows left out)",
            self.cells.len(),
            self.left_out.len()
        )
    }
}

impl Corrections {
    /// Nothing was corrected.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.left_out.is_empty()
    }

    /// Refuses more than [`CORRECTIONS_MAX`] and cells that no file may have.
    pub fn check(&self) -> Result<(), CommandError> {
        if self.cells.len() + self.left_out.len() > CORRECTIONS_MAX {
            return Err(CommandError::invalid(
                "at most 10,000 cells and rows are corrected by hand; mend the file itself and upload it again",
            ));
        }
        let too_long = |(_, header, value): &(u64, String, String)| {
            header.len() > CORRECTED_CELL_BYTES_MAX || value.len() > CORRECTED_CELL_BYTES_MAX
        };
        if self.cells.iter().any(too_long) {
            return Err(CommandError::invalid("a cell has at most 4,096 characters"));
        }
        Ok(())
    }
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

/// What makes an import another one: the file, and how its rows are read where somebody chose that.
fn identity(origin: &ImportOrigin, corrections: &Corrections, guessed: bool) -> Result<String, CommandError> {
    let sha256 = origin.sha256.as_deref().ok_or_else(|| {
        CommandError::invalid("an import needs the hash of what it reads; upload the file again")
    })?;
    let mapping = Some(&origin.mapping).filter(|mapping| !guessed && !mapping.is_empty());
    let chosen = (
        mapping,
        &origin.sheet,
        origin.header_row,
        &corrections.cells,
        &corrections.left_out,
    );
    if mapping.is_none() && origin.sheet.is_none() && origin.header_row.is_none() && corrections.is_empty() {
        return Ok(sha256.to_owned());
    }
    let chosen = serde_json::to_vec(&chosen).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let hash = Sha256::new().chain_update(sha256).chain_update(chosen);
    Ok(hex::encode(hash.finalize()))
}

/// The first import of this identity that is under way or came to its end; where there is none, the next one to begin. One
/// that failed, was stopped or was taken back does not stand in the way of the same file.
async fn place_for(
    ports: &Ports,
    organization: OrganizationId,
    campaign: Option<CampaignId>,
    identity: &str,
) -> Result<(ImportBatchId, Loaded<ImportBatch>), CommandError> {
    for attempt in 0..ATTEMPTS_MAX {
        let name = match attempt {
            0 => identity.to_owned(),
            again => format!("{identity}#{again}"),
        };
        let batch = import_id(organization, campaign, &name);
        let import: Loaded<ImportBatch> = load(ports, organization, batch).await?;
        if !import.state().status.is_void() {
            return Ok((batch, import));
        }
    }
    Err(CommandError::invalid(
        "this file was imported and taken back 100 times; change the file to import it once more",
    ))
}

/// Starts the import of a file that lies in the blob store.
pub async fn start_import(
    ports: &Ports,
    context: &CommandContext,
    request: ImportRequest,
) -> Result<StartedImport, CommandError> {
    request.corrections.check()?;
    let identity = identity(&request.origin, &request.corrections, request.guessed)?;
    let origin = sealed_origin(ports, context.organization, &request).await?;
    retrying(|| async {
        let (batch, mut import) = place_for(ports, context.organization, request.campaign, &identity).await?;
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

async fn sealed_origin(
    ports: &Ports,
    organization: OrganizationId,
    request: &ImportRequest,
) -> Result<ImportOrigin, CommandError> {
    let mut origin = request.origin.clone();
    if let Some(name) = &request.file_name {
        origin.file_name = Some(ports.keys.seal_for_organization(organization, name).await?);
    }
    if !request.corrections.is_empty() {
        let text = serde_json::to_string(&request.corrections)
            .map_err(|e| CommandError::Unreadable(e.to_string()))?;
        origin.corrections = Some(ports.keys.seal_for_organization(organization, &text).await?);
    }
    Ok(origin)
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
    /// All contacts, and not only what changed since the last pull.
    pub full: bool,
}

/// Starts a pull: the import waits for its file, which the process fetches. An account is its user's alone; another's is not
/// found.
pub async fn start_import_from_connection(
    ports: &Ports,
    context: &CommandContext,
    pull: PullRequested,
    by: UserId,
) -> Result<StartedImport, CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let connected = organization.state().connections.get(&pull.connection);
    let connected = connected
        .filter(|account| account.by == by)
        .ok_or(Denied::NotFound("connection"))?;
    if pull.pull_key.trim().is_empty() || pull.pull_key.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX {
        return Err(CommandError::invalid(
            "a pull key of 1 to 255 characters is needed: any text that is new for each pull",
        ));
    }
    if pull.full {
        let register = &ports.connections;
        register
            .set_sync_cursor(context.organization, pull.connection, None)
            .await?;
    }
    let hash = Sha256::new()
        .chain_update(b"pull\0")
        .chain_update(pull.connection.as_uuid().as_bytes())
        .chain_update(pull.list.as_deref().unwrap_or_default())
        .chain_update(b"\0")
        .chain_update(&pull.pull_key);
    let request = ImportRequest {
        campaign: pull.campaign,
        source: connected.source,
        file_name: None,
        corrections: Corrections::default(),
        guessed: false,
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

/// Asks for what an import made to be taken back; a process does it. Only what has ended can be taken back, and not a pick of
/// contacts: it made none.
pub async fn request_undo(
    ports: &Ports,
    context: &CommandContext,
    batch: ImportBatchId,
    by: UserId,
) -> Result<Option<Position>, CommandError> {
    let import: Loaded<ImportBatch> = load(ports, context.organization, batch).await?;
    if import.state().source == Some(ContactSource::Database) {
        return Err(CommandError::invalid(
            "these contacts were there before; remove them from the campaign instead",
        ));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(mapping: &[(&str, &str)]) -> ImportOrigin {
        ImportOrigin {
            sha256: Some("ab".to_owned()),
            mapping: mapping
                .iter()
                .map(|(h, f)| ((*h).to_owned(), (*f).to_owned()))
                .collect(),
            ..ImportOrigin::default()
        }
    }

    #[test]
    fn the_same_file_read_in_another_way_is_another_import() {
        let as_found = Corrections::default();
        let plain = identity(&origin(&[]), &as_found, false).unwrap();
        assert_eq!(plain, "ab");
        let mapped = identity(&origin(&[("Tel", "phone")]), &as_found, false).unwrap();
        let guessed = identity(&origin(&[("Tel", "phone")]), &as_found, true).unwrap();
        assert_eq!(guessed, plain, "what was guessed is not chosen");
        let corrections = Corrections {
            left_out: vec![3],
            ..Corrections::default()
        };
        let corrected = identity(&origin(&[]), &corrections, false).unwrap();
        assert!(mapped != plain && corrected != plain && corrected != mapped);
        assert_eq!(identity(&origin(&[]), &corrections, false).unwrap(), corrected);
        assert!(identity(&ImportOrigin::default(), &corrections, false).is_err());
    }

    #[test]
    fn corrections_are_kept_in_the_form_that_the_import_reads_and_bounded() {
        let corrections = Corrections {
            cells: vec![(4, "Phone".to_owned(), "7605550120".to_owned())],
            left_out: vec![9],
        };
        let text = serde_json::to_string(&corrections).unwrap();
        assert_eq!(text, r#"{"cells":[[4,"Phone","7605550120"]],"left_out":[9]}"#);
        assert!(!format!("{corrections:?}").contains("760"));
        assert!(corrections.check().is_ok());
        let many = Corrections {
            left_out: (0..=CORRECTIONS_MAX as u64).collect(),
            ..Corrections::default()
        };
        assert!(many.check().is_err());
    }
}
