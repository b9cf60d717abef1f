//! From approval to the end: every step that lets voicemails out, or stops them.

use async_graphql::{Context, ID, Object};
use commands::{authorization::Action, use_cases};
use domain::{CampaignId, campaign::CampaignCommand};

use super::{
    super::{
        context::{Caller, caller},
        error::Problem,
        node_id::NodeKind,
    },
    payload::{ApprovalOutcome, CampaignApproved, CampaignChanged, CampaignOutcome},
};

impl Caller<'_> {
    async fn approve_campaign(&self, id: &ID) -> Result<CampaignApproved, Problem> {
        let id = CampaignId::parse(id)?;
        let (permit, _) = self.campaign(Action::SendCampaign, id).await?;
        let context = self.command(&permit);
        let (found, appended) = use_cases::approve(&self.state.ports, &permit, &context, id).await?;
        Ok(CampaignApproved {
            precheck: found.into(),
            change: CampaignChanged {
                campaign_id: id.global(),
                position: self.reached(appended).await?,
            },
        })
    }

    async fn submit_campaign(&self, id: &ID) -> Result<CampaignChanged, Problem> {
        let id = CampaignId::parse(id)?;
        let (permit, _) = self.campaign(Action::SendCampaign, id).await?;
        let appended = use_cases::submit(&self.state.ports, &self.command(&permit), id).await?;
        Ok(CampaignChanged {
            campaign_id: id.global(),
            position: self.reached(appended).await?,
        })
    }

    async fn step(&self, id: &ID, command: CampaignCommand) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(self.change_campaign(Action::SendCampaign, id, command).await)
    }
}

/// From approval to the end.
#[derive(Debug, Default)]
pub struct LifeCycleMutation;

#[Object]
impl LifeCycleMutation {
    /// Takes responsibility for sending it: the pre-check runs over every contact, and what it found is recorded.
    #[graphql(complexity = "200 + child_complexity")]
    async fn approve_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<ApprovalOutcome, Problem> {
        ApprovalOutcome::of(caller(ctx)?.approve_campaign(&id).await)
    }

    /// Gives it to the dispatcher.
    async fn submit_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.submit_campaign(&id).await)
    }

    /// Hands nothing more over for now.
    async fn pause_campaign(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.step(&id, CampaignCommand::Pause { reason }).await
    }

    /// Goes on handing over.
    async fn resume_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.step(&id, CampaignCommand::Resume).await
    }

    /// Hands nothing more over, ever.
    async fn cancel_campaign(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.step(&id, CampaignCommand::Cancel { reason }).await
    }

    /// Puts one that has ended into the archive, out of the lists; all of it is kept.
    async fn archive_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.step(&id, CampaignCommand::Archive).await
    }

    /// Takes one out of the archive.
    async fn unarchive_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.step(&id, CampaignCommand::Unarchive).await
    }
}
