//! CSV files of what lists show, by the filters of the lists: links that can be opened without headers for a while.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::authorization::{Action, Permit};
use domain::{CampaignId, ContactId};
use projections::queries::ResultFilter;

use super::{
    campaign::{contact_filter, script_filter},
    contact::ContactFilterInput,
    context::{Caller, caller},
    enums::{AudioState, CampaignType, DeliveryStatus, ReviewState},
    error::Problem,
    node_id::NodeKind,
};
use crate::{
    evidence::{BundleError, Evidence},
    exports::Export,
    http::{evidence_link, evidence_name, export_link},
};

/// A file to be fetched.
#[derive(Debug, SimpleObject)]
pub struct ExportLink {
    /// Where it can be fetched, on this server. The rows are read when it is.
    url: String,
    /// From here on the link opens nothing.
    expires_at: DateTime<Utc>,
    file_name: String,
}

impl Caller<'_> {
    fn export(&self, permit: &Permit, export: &Export) -> ExportLink {
        let (url, ticket) = export_link(self.state, permit, export);
        ExportLink {
            url,
            expires_at: ticket.expires_at,
            file_name: export.file_name().to_owned(),
        }
    }
}

/// Questions whose answer is a file.
#[derive(Debug, Default)]
pub struct ExportQuery;

#[Object]
impl ExportQuery {
    /// The contacts that `contacts` answers, as CSV.
    async fn contacts_export(
        &self,
        ctx: &Context<'_>,
        filter: Option<ContactFilterInput>,
    ) -> Result<ExportLink, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let filter = caller.contact_filter(filter.unwrap_or_default()).await?;
        Ok(caller.export(&permit, &Export::Contacts { filter }))
    }

    /// The scripts that `campaign.scripts` answers, with their words, as CSV.
    async fn scripts_export(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        review: Option<ReviewState>,
        audio: Option<AudioState>,
        deliveries: Option<Vec<DeliveryStatus>>,
        stopped: Option<bool>,
    ) -> Result<ExportLink, Problem> {
        let caller = caller(ctx)?;
        let (permit, row) = caller.campaign_row(CampaignId::parse(&campaign_id)?).await?;
        let export = Export::Scripts {
            campaign: row.campaign_id,
            filter: script_filter(review, audio, deliveries, stopped),
        };
        Ok(caller.export(&permit, &export))
    }

    /// What became of the voicemails of the contacts that `campaign.contacts` answers, as CSV.
    async fn deliveries_export(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        review: Option<ReviewState>,
        audio: Option<AudioState>,
        deliveries: Option<Vec<DeliveryStatus>>,
        without_script: Option<bool>,
    ) -> Result<ExportLink, Problem> {
        let caller = caller(ctx)?;
        let (permit, row) = caller.campaign_row(CampaignId::parse(&campaign_id)?).await?;
        let export = Export::Deliveries {
            campaign: row.campaign_id,
            filter: contact_filter(review, audio, deliveries, without_script),
        };
        Ok(caller.export(&permit, &export))
    }

    /// The history of a contact as evidence: an archive with what `contact.history` answers, every event with its proof, the recordings and
    /// the rules; as of an instant when one is given. For admins and auditors.
    async fn contact_evidence(
        &self,
        ctx: &Context<'_>,
        contact_id: ID,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<ExportLink, Problem> {
        let caller = caller(ctx)?;
        let contact = ContactId::parse(&contact_id)?;
        let (permit, _) = caller.contact(Action::Audit, contact).await?;
        let standing = caller.state.ports.log.standing().await?;
        if standing.newest.is_none() {
            let missing = BundleError::NoCheckpoint;
            return Err(Problem::new("NO_CHECKPOINT", missing.to_string()));
        }
        let (url, ticket) = evidence_link(caller.state, &permit, Evidence { contact, as_of });
        Ok(ExportLink {
            url,
            expires_at: ticket.expires_at,
            file_name: evidence_name(contact),
        })
    }

    /// The figures of a campaign as CSV, or of all campaigns that the caller sees, or of those among them that are for one of these
    /// purposes.
    async fn analytics_export(
        &self,
        ctx: &Context<'_>,
        campaign_id: Option<ID>,
        types: Option<Vec<CampaignType>>,
    ) -> Result<ExportLink, Problem> {
        let caller = caller(ctx)?;
        let id = campaign_id.as_ref().map(CampaignId::parse).transpose()?;
        let permit = match id {
            Some(id) => caller.campaign_row(id).await?.0,
            None => caller.permit(Action::Read)?,
        };
        let filter = ResultFilter {
            kinds: types.unwrap_or_default().into_iter().map(Into::into).collect(),
            ..ResultFilter::default()
        };
        let export = Export::Analytics { campaign: id, filter };
        Ok(caller.export(&permit, &export))
    }
}
