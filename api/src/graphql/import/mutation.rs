//! Starting an import of an uploaded file.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use commands::{
    authorization::{Action, Denied},
    use_cases::{ImportRequest, start_import},
};
use domain::{CampaignId, ImportBatchId, UploadId, import::ImportOrigin};

use super::{
    super::{
        context::{Caller, caller},
        enums::ContactSource,
        error::{Problem, outcome},
        node_id::NodeKind,
        scalars::Position,
    },
    Import,
};

/// A column of the file and the field that it is.
#[derive(Debug, InputObject)]
pub struct ColumnInput {
    /// Header text in the file.
    header: String,
    /// Our field, such as `phone`.
    field: String,
}

/// The import has begun, or the same file was imported into the campaign before.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ImportBegun {
    /// The import.
    import_id: ID,
    /// The same file was imported into this campaign before; nothing was begun.
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

outcome! {
    /// The import, or why not.
    ImportOutcome = ImportBegun;
}

impl Caller<'_> {
    async fn start_import(
        &self,
        campaign: &ID,
        upload: &ID,
        source: ContactSource,
        mapping: Vec<ColumnInput>,
    ) -> Result<ImportBegun, Problem> {
        let campaign = CampaignId::parse(campaign)?;
        self.permit(Action::WriteContacts)?;
        let (permit, _) = self.campaign(Action::WriteCampaign, campaign).await?;
        let id = UploadId::parse(upload)?;
        let found = self.state.uploads.find(permit.organization(), id).await?;
        let upload = found
            .filter(|u| u.user == permit.user())
            .ok_or(Denied::NotFound("upload"))?;
        let request = ImportRequest {
            campaign: Some(campaign),
            source: source.into(),
            file_name: Some(self.opened(&permit, &upload.file_name).await?),
            origin: ImportOrigin {
                blob_key: Some(upload.blob_key.clone()),
                sha256: Some(upload.sha256.clone()),
                mapping: mapping.into_iter().map(|c| (c.header, c.field)).collect(),
                ..ImportOrigin::default()
            },
        };
        let started = start_import(&self.state.ports, &self.command(&permit), request).await?;
        Ok(ImportBegun {
            import_id: started.batch.global(),
            repeated: started.repeated,
            position: self.reached(started.position).await?,
        })
    }
}

/// Everything that can be done about imports.
#[derive(Debug, Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports an uploaded file into a campaign. Without a mapping the columns are guessed.
    async fn start_import(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        upload_id: ID,
        source: ContactSource,
        mapping: Option<Vec<ColumnInput>>,
    ) -> Result<ImportOutcome, Problem> {
        let caller = caller(ctx)?;
        let started = caller.start_import(&campaign_id, &upload_id, source, mapping.unwrap_or_default());
        ImportOutcome::of(started.await)
    }
}
