//! Imports are started, stopped and taken back.

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use commands::{
    authorization::{Action, Denied, Permit},
    ports::PortErrorKind,
    stream::{Loaded, load},
    use_cases::{self, ImportRequest, StartedImport, start_import},
};
use domain::{
    CampaignId, ImportBatchId,
    import::{ImportBatch, ImportOrigin},
};

use super::{
    super::{
        context::{Caller, caller},
        enums::ContactSource,
        error::{Problem, outcome},
        node_id::NodeKind,
        scalars::Position,
    },
    Import,
    inputs::{ColumnInput, CorrectionsInput, header_row_of, mapping_of},
};
use crate::contact_lists::open_stored;

/// What is imported, where to, and how it is read.
struct StartInput {
    upload_id: ID,
    campaign_id: Option<ID>,
    source: ContactSource,
    mapping: Option<Vec<ColumnInput>>,
    sheet: Option<String>,
    header_row: Option<i64>,
    corrections: Option<CorrectionsInput>,
    save_mapping_as: Option<String>,
}

/// The import has begun, or it had before.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ImportBegun {
    /// The import.
    import_id: ID,
    /// The same was imported into this place before; nothing was begun.
    repeated: bool,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

#[ComplexObject]
impl ImportBegun {
    /// The import as it is now.
    #[graphql(name = "import")]
    async fn import_now(&self, ctx: &Context<'_>) -> Result<Option<Import>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(Some(self.position)).await;
        caller.import(ImportBatchId::parse(&self.import_id)?).await
    }
}

/// The import was changed, or was so already.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ImportChanged {
    /// The import.
    import_id: ID,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

#[ComplexObject]
impl ImportChanged {
    /// The import as it is now.
    #[graphql(name = "import")]
    async fn import_now(&self, ctx: &Context<'_>) -> Result<Option<Import>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(Some(self.position)).await;
        caller.import(ImportBatchId::parse(&self.import_id)?).await
    }
}

outcome! {
    /// The import, or why not.
    ImportOutcome = ImportBegun;
    /// The import, or why it stays as it is.
    ImportChangeOutcome = ImportChanged;
}

impl Caller<'_> {
    /// Permission to put contacts into a campaign, or into the contact list alone.
    pub(super) async fn may_import_into(
        &self,
        campaign: Option<&ID>,
    ) -> Result<(Permit, Option<CampaignId>), Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        match campaign.map(CampaignId::parse).transpose()? {
            None => Ok((permit, None)),
            Some(id) => {
                let (permit, _) = self.campaign(Action::WriteCampaign, id).await?;
                Ok((permit, Some(id)))
            }
        }
    }

    /// What became of asking for an import.
    pub(super) async fn begun(&self, started: StartedImport) -> Result<ImportBegun, Problem> {
        self.state.previews.forget(self.organization());
        Ok(ImportBegun {
            import_id: started.batch.global(),
            repeated: started.repeated,
            position: self.reached(started.position).await?,
        })
    }

    async fn start_import(&self, input: StartInput) -> Result<ImportBegun, Problem> {
        let (permit, campaign) = self.may_import_into(input.campaign_id.as_ref()).await?;
        let (_, upload) = self.upload(&input.upload_id).await?;
        let corrections = input.corrections.unwrap_or_default().checked()?;
        let mut origin = ImportOrigin {
            blob_key: Some(upload.blob_key.clone()),
            sha256: Some(upload.sha256.clone()),
            mapping: mapping_of(input.mapping),
            sheet: input.sheet,
            header_row: header_row_of(input.header_row)?,
            ..ImportOrigin::default()
        };
        let guessed = origin.mapping.is_empty();
        if guessed {
            origin.mapping = self.guessed_mapping(&permit, &upload.blob_key, &origin).await?;
        }
        if let Some(name) = input.save_mapping_as {
            let (ports, context, kept) = (&self.state.ports, self.command(&permit), origin.mapping.clone());
            use_cases::save_mapping_template(ports, &context, &name, kept, permit.user()).await?;
        }
        let request = ImportRequest {
            campaign,
            source: input.source.into(),
            file_name: Some(self.opened(&permit, &upload.file_name).await?),
            corrections,
            guessed,
            origin,
        };
        let started = start_import(&self.state.ports, &self.command(&permit), request).await?;
        self.begun(started).await
    }

    /// The columns as they are guessed for this person, which is what a preview showed. Nothing for a file that can't be
    /// read: its import fails, and says why.
    async fn guessed_mapping(
        &self,
        permit: &Permit,
        blob_key: &str,
        origin: &ImportOrigin,
    ) -> Result<BTreeMap<String, String>, Problem> {
        let (sheet, nothing) = (origin.sheet.clone(), use_cases::Corrections::default());
        let choice = self
            .choice(permit, BTreeMap::new(), sheet, origin.header_row, nothing)
            .await?;
        match open_stored(&self.state.ports, blob_key, &choice).await {
            Ok(reader) => Ok(reader.summary().mapping.clone()),
            Err(error) if error.kind == PortErrorKind::Permanent => Ok(BTreeMap::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Permission to stop an import or take it back: as for starting it.
    async fn import_to_change(&self, id: &ID) -> Result<(Permit, ImportBatchId), Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let id = ImportBatchId::parse(id)?;
        let import: Loaded<ImportBatch> = load(&self.state.ports, permit.organization(), id).await?;
        if import.state().id.is_none() {
            return Err(Denied::NotFound("import").into());
        }
        if let Some(campaign) = import.state().campaign {
            let reached = self.campaign(Action::WriteCampaign, campaign).await;
            reached.map_err(|problem| {
                if problem == Problem::from(Denied::NotFound("campaign")) {
                    Denied::NotFound("import").into()
                } else {
                    problem
                }
            })?;
        }
        Ok((permit, id))
    }

    async fn changed(
        &self,
        id: ImportBatchId,
        position: Option<domain::Position>,
    ) -> Result<ImportChanged, Problem> {
        self.state.previews.forget(self.organization());
        Ok(ImportChanged {
            import_id: id.global(),
            position: self.reached(position).await?,
        })
    }

    async fn cancel_import(&self, id: &ID) -> Result<ImportChanged, Problem> {
        let (permit, id) = self.import_to_change(id).await?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let position = use_cases::cancel_import(ports, &context, id, permit.user()).await?;
        self.changed(id, position).await
    }

    async fn undo_import(&self, id: &ID) -> Result<ImportChanged, Problem> {
        let (permit, id) = self.import_to_change(id).await?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let position = use_cases::request_undo(ports, &context, id, permit.user()).await?;
        self.changed(id, position).await
    }
}

/// What can be done about imports of files.
#[derive(Debug, Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports an uploaded file into a campaign, or into the contact list alone. The same file, read in the same way, into
    /// the same place is the same import, unless that failed, was stopped or was taken back.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each choice that a client can make"
    )]
    async fn start_import(
        &self,
        ctx: &Context<'_>,
        upload_id: ID,
        #[graphql(desc = "The campaign that the contacts go to; nothing for the contact list alone.")]
        campaign_id: Option<ID>,
        source: ContactSource,
        #[graphql(desc = "The columns; without any they are guessed.")] mapping: Option<Vec<ColumnInput>>,
        #[graphql(desc = "Name of the sheet; nothing for the first that holds a list.")] sheet: Option<
            String,
        >,
        #[graphql(
            desc = "Number of the header row, from 1; 0 when no row names the columns; nothing for a guess."
        )]
        header_row: Option<i64>,
        #[graphql(desc = "Cells corrected and rows left out by hand.")] corrections: Option<CorrectionsInput>,
        #[graphql(desc = "Keep the columns under this name.")] save_mapping_as: Option<String>,
    ) -> Result<ImportOutcome, Problem> {
        let input = StartInput {
            upload_id,
            campaign_id,
            source,
            mapping,
            sheet,
            header_row,
            corrections,
            save_mapping_as,
        };
        ImportOutcome::of(caller(ctx)?.start_import(input).await)
    }

    /// Stops a running import. What it made so far stays, and can be taken back.
    async fn cancel_import(&self, ctx: &Context<'_>, import_id: ID) -> Result<ImportChangeOutcome, Problem> {
        ImportChangeOutcome::of(caller(ctx)?.cancel_import(&import_id).await)
    }

    /// Takes back what an import made, as far as it was not used since; follow it by the import's status.
    async fn undo_import(&self, ctx: &Context<'_>, import_id: ID) -> Result<ImportChangeOutcome, Problem> {
        ImportChangeOutcome::of(caller(ctx)?.undo_import(&import_id).await)
    }
}
