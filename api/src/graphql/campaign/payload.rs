//! What mutations of campaigns answer.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use domain::CampaignId;

use super::{
    super::{
        campaign::query::Precheck,
        context::{caller, visible},
        error::{Problem, outcome},
        node_id::NodeKind,
        scalars::Position,
    },
    Campaign,
};

/// The campaign was changed, or was so already.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct CampaignChanged {
    /// The campaign.
    pub campaign_id: ID,
    /// Pass it as `minPosition` to read what was written.
    pub position: Position,
}

#[ComplexObject]
impl CampaignChanged {
    /// The campaign as it is now; nothing when it was deleted.
    async fn campaign(&self, ctx: &Context<'_>) -> Result<Option<Campaign>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Read)?;
        caller.fresh(Some(self.position)).await;
        let id = CampaignId::parse(&self.campaign_id)?;
        let row = caller
            .state
            .queries
            .campaign(permit.organization(), &visible(&permit), id)
            .await?;
        Ok(row.map(Campaign::from))
    }
}

/// The campaign was approved.
#[derive(Debug, Clone, SimpleObject)]
pub struct CampaignApproved {
    /// What the approval rests on.
    pub precheck: Precheck,
    /// What was changed.
    pub change: CampaignChanged,
}

outcome! {
    /// The campaign, or why not.
    CampaignOutcome = CampaignChanged;
    /// The approval, or why not.
    ApprovalOutcome = CampaignApproved;
}
