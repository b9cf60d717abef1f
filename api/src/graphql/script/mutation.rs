//! Reviewing scripts, editing them, having them written again.

use async_graphql::{Context, ID, Object, SimpleObject};
use commands::{authorization::Action, use_cases};
use domain::{CampaignId, ScriptId};

use super::{
    super::{
        context::{Caller, caller},
        enums::Review,
        error::{Problem, Refusal, outcome},
        node_id::{NodeKind, parse_all},
        scalars::Position,
    },
    Script,
};

/// Most scripts that one review names; all pending ones of a campaign can be more.
const NAMED_MAX: usize = 1_000;
/// Refusals listed in the answer of a bulk review.
const REFUSALS_SHOWN: usize = 100;

/// The script was changed.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ScriptChanged {
    /// The script.
    pub script_id: ID,
    /// Pass it as `minPosition` to read what was written.
    pub position: Position,
}

#[async_graphql::ComplexObject]
impl ScriptChanged {
    /// The script as it is now.
    async fn script(&self, ctx: &Context<'_>) -> Result<Option<Script>, Problem> {
        let caller = caller(ctx)?;
        let id = ScriptId::parse(&self.script_id)?;
        let (permit, _) = caller.script(Action::Read, id).await?;
        caller.fresh(Some(self.position)).await;
        let row = caller.state.queries.script(permit.organization(), id).await?;
        Ok(row.map(Script::from))
    }
}

/// A script that the review did not take.
#[derive(Debug, SimpleObject)]
pub struct RefusedReview {
    script_id: ID,
    refusal: Refusal,
}

/// What a review came to.
#[derive(Debug, SimpleObject)]
pub struct ScriptsReviewed {
    reviewed: u64,
    /// How many were refused.
    refused_count: u64,
    /// The first hundred of them.
    refused: Vec<RefusedReview>,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

outcome! {
    /// The script, or why not.
    ScriptOutcome = ScriptChanged;
    /// The review, or why not.
    ReviewOutcome = ScriptsReviewed;
}

impl Caller<'_> {
    async fn edit_script(&self, id: &ID, version: u32, text: &str) -> Result<ScriptChanged, Problem> {
        let script = ScriptId::parse(id)?;
        let (permit, _) = self.script(Action::WriteCampaign, script).await?;
        let context = self.command(&permit);
        let ports = &self.state.ports;
        let appended = use_cases::edit_script(ports, &permit, &context, script, version, text).await?;
        Ok(ScriptChanged {
            script_id: id.clone(),
            position: self.reached(appended).await?,
        })
    }

    async fn regenerate_script(&self, id: &ID, prompt: Option<&str>) -> Result<ScriptChanged, Problem> {
        let script = ScriptId::parse(id)?;
        let (permit, _) = self.script(Action::WriteCampaign, script).await?;
        let context = self.command(&permit);
        let appended = use_cases::regenerate_script(&self.state.ports, &context, script, prompt).await?;
        Ok(ScriptChanged {
            script_id: id.clone(),
            position: self.reached(appended).await?,
        })
    }

    async fn review_scripts(
        &self,
        campaign: &ID,
        named: Option<Vec<ID>>,
        all_pending: bool,
        review: Review,
        notes: Option<&str>,
    ) -> Result<ScriptsReviewed, Problem> {
        let campaign = CampaignId::parse(campaign)?;
        let (permit, state) = self.campaign(Action::WriteCampaign, campaign).await?;
        let ports = &self.state.ports;
        let scripts: Vec<ScriptId> = match named {
            Some(ids) if !all_pending => parse_all(&ids)?,
            None if all_pending => use_cases::unreviewed(ports, &permit, campaign).await?,
            _ => return Err(Problem::new("INVALID", "give either scriptIds or allPending")),
        };
        if !all_pending {
            if scripts.len() > NAMED_MAX {
                return Err(Problem::new(
                    "TOO_MANY_SCRIPTS",
                    "at most 1,000 scripts by name; use allPending",
                ));
            }
            // The permit is for this campaign, so every script must be one of its own.
            let own: std::collections::HashSet<ScriptId> = state
                .contacts
                .iter()
                .map(|c| ScriptId::of(campaign, *c))
                .collect();
            if !scripts.iter().all(|s| own.contains(s)) {
                return Err(commands::authorization::Denied::NotFound("script").into());
            }
        }
        let context = self.command(&permit);
        let done =
            use_cases::review_scripts(ports, &permit, &context, &scripts, review.into(), notes).await?;
        let refused = done
            .refused
            .iter()
            .take(REFUSALS_SHOWN)
            .map(|(id, refusal)| RefusedReview {
                script_id: id.global(),
                refusal: Problem::from(commands::CommandError::from(refusal.clone())).into(),
            });
        Ok(ScriptsReviewed {
            reviewed: done.reviewed,
            refused_count: done.refused.len() as u64,
            refused: refused.collect(),
            position: self.reached(done.position).await?,
        })
    }
}

/// Everything that can be done to scripts.
#[derive(Debug, Default)]
pub struct ScriptMutation;

#[Object]
impl ScriptMutation {
    /// Changes the words by hand; a new version that waits for review. `version` is the one that was read.
    async fn edit_script(
        &self,
        ctx: &Context<'_>,
        id: ID,
        version: u32,
        text: String,
    ) -> Result<ScriptOutcome, Problem> {
        ScriptOutcome::of(caller(ctx)?.edit_script(&id, version, &text).await)
    }

    /// Has one script written again: by the template, or by the model when a prompt is given.
    async fn regenerate_script(
        &self,
        ctx: &Context<'_>,
        id: ID,
        prompt: Option<String>,
    ) -> Result<ScriptOutcome, Problem> {
        ScriptOutcome::of(caller(ctx)?.regenerate_script(&id, prompt.as_deref()).await)
    }

    /// Says of scripts whether they may be spoken and sent: the named ones, or all that nothing was said of yet.
    #[graphql(complexity = "100 + child_complexity")]
    async fn review_scripts(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        script_ids: Option<Vec<ID>>,
        #[graphql(default)] all_pending: bool,
        review: Review,
        notes: Option<String>,
    ) -> Result<ReviewOutcome, Problem> {
        let caller = caller(ctx)?;
        let reviewed = caller.review_scripts(&campaign_id, script_ids, all_pending, review, notes.as_deref());
        ReviewOutcome::of(reviewed.await)
    }
}
