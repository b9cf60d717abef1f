//! Opening what an import reads: the pull's file is made first, and how the file is read is recorded before its first row, so
//! that a resumed import reads it the same way.

use std::{collections::BTreeSet, io::SeekFrom};

use domain::import::{ImportBatch, ImportCommand};
use serde::Deserialize;

use super::pull::{Pull, pull};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::{FileContent, PortError, PortErrorKind, ReadLimits, TableChoice, TableReader, TableSummary},
    stream::{Batch, Loaded},
};

/// An open list.
pub(super) struct Opened {
    pub(super) reader: Box<dyn TableReader>,
}

/// What opening came to.
pub(super) enum Opening {
    /// There are rows to read.
    Opened(Opened),
    /// Nothing changed at the service since the last pull.
    NoRows,
    /// The import was stopped meanwhile.
    Stopped,
}

/// What was corrected by hand before the run, as it is sealed.
#[derive(Debug, Default, Deserialize)]
struct Corrections {
    /// Row, header text, value.
    #[serde(default)]
    cells: Vec<(u64, String, String)>,
    /// Rows that are left out.
    #[serde(default)]
    left_out: BTreeSet<u64>,
}

/// Opens the list of an import.
pub(super) async fn open(
    ports: &Ports,
    context: &CommandContext,
    import: &mut Loaded<ImportBatch>,
) -> Result<Opening, CommandError> {
    let pulled = import.state().connection;
    if let (Some(connection), None) = (pulled, &import.state().blob_key)
        && pull(ports, context, import, connection).await? == Pull::Stopped
    {
        return Ok(Opening::Stopped);
    }
    let key = import.state().blob_key.clone().unwrap_or_default();
    let mut content = ports.blobs.open(&key).await?.ok_or_else(|| {
        PortError::new(
            PortErrorKind::Permanent,
            "the file is gone; upload it or pull it again",
        )
    })?;
    let choice = choice(ports, context, import.state()).await?;
    let tables = ports.tables.clone();
    let open = move || {
        if pulled.is_some() && is_empty(content.as_mut())? {
            return Ok(None);
        }
        tables.open(content, &choice, ReadLimits::default()).map(Some)
    };
    let reader = tokio::task::spawn_blocking(open)
        .await
        .map_err(|e| CommandError::Journal(e.to_string()))??;
    let Some(reader) = reader else {
        return Ok(Opening::NoRows);
    };
    let summary = reader.summary().clone();
    record_mapping(ports, context, import, summary).await?;
    Ok(Opening::Opened(Opened { reader }))
}

fn is_empty(content: &mut dyn FileContent) -> Result<bool, PortError> {
    let bytes = content.seek(SeekFrom::End(0));
    bytes.map(|bytes| bytes == 0).map_err(|e| {
        PortError::new(
            PortErrorKind::Retryable,
            format!("reading what was pulled: {}", e.kind()),
        )
    })
}

async fn choice(
    ports: &Ports,
    context: &CommandContext,
    import: &ImportBatch,
) -> Result<TableChoice, CommandError> {
    let corrections = match &import.corrections {
        Some(sealed) => {
            let text = ports
                .keys
                .open_for_organization(context.organization, sealed)
                .await?;
            serde_json::from_str(&text)
                .map_err(|e| CommandError::Unreadable(format!("corrections: {:?}", e.classify())))?
        }
        None => Corrections::default(),
    };
    // What was chosen before serves a guess; there is none once the mapping is recorded or chosen.
    let remembered = if import.mapped || !import.mapping.is_empty() {
        vec![]
    } else {
        ports
            .records
            .mappings_chosen_before(context.organization, None)
            .await?
    };
    Ok(TableChoice {
        mapping: import.mapping.clone(),
        sheet: import.sheet.clone(),
        header_row: import.header_row,
        remembered,
        fixes: corrections
            .cells
            .into_iter()
            .map(|(row, header, value)| ((row, header), value))
            .collect(),
        left_out: corrections.left_out,
        // Of people at a service nobody may have a number: then every row says so.
        phone_to_be_chosen: import.connection.is_some(),
    })
}

async fn record_mapping(
    ports: &Ports,
    context: &CommandContext,
    import: &mut Loaded<ImportBatch>,
    summary: TableSummary,
) -> Result<(), CommandError> {
    if import.state().mapped {
        return Ok(());
    }
    import.decide(ImportCommand::RecordMapping {
        format: summary.format.as_str().to_owned(),
        sheet: summary.sheet,
        header_row: summary.header_row,
        mapping: summary.mapping,
    })?;
    let mut request = Batch::new(ports, context);
    request.extend(import.append(ports, context)?);
    request.commit().await?;
    import.settle();
    Ok(())
}
