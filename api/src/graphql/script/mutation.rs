//! Reviewing scripts, editing them, having them written again.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use commands::{
    authorization::{Action, Permit},
    use_cases,
};
use domain::{CampaignId, ScriptId};
use projections::{
    models::ScriptRow,
    queries::{PAGE_ROWS_MAX, PageRequest, ScriptFilter},
};

use super::{
    super::{
        campaign::ScriptEngineInput,
        context::{Caller, caller},
        enums::{AudioState, Author, Review, ReviewState},
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

/// What a review, or taking one back, came to.
#[derive(Debug, SimpleObject)]
pub struct ScriptsReviewed {
    reviewed: u64,
    /// Pass it to `undoReview` to take all of this back.
    request: String,
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

/// Which scripts of a campaign are meant; absent fields leave all.
#[derive(Debug, Default, InputObject)]
pub struct ScriptFilterInput {
    review: Option<ReviewState>,
    audio: Option<AudioState>,
    author: Option<Author>,
    /// With findings of the lint that stop an approval, or without.
    stopped: Option<bool>,
}

impl ScriptFilterInput {
    fn parse(self) -> ScriptFilter {
        ScriptFilter {
            review: self.review.map(Into::into),
            audio: self.audio.map(Into::into),
            author: self.author.map(Into::into),
            stopped: self.stopped,
            ..ScriptFilter::default()
        }
    }
}

/// Scripts that a review is of.
#[derive(Debug)]
enum Meant {
    Named(Vec<ID>),
    Chosen(ScriptFilter),
}

impl Meant {
    fn of(
        named: Option<Vec<ID>>,
        all_pending: bool,
        filter: Option<ScriptFilterInput>,
    ) -> Result<Self, Problem> {
        let pending = || ScriptFilterInput {
            review: Some(ReviewState::Pending),
            ..ScriptFilterInput::default()
        };
        match (named, all_pending, filter) {
            (Some(ids), false, None) => Ok(Self::Named(ids)),
            (None, true, None) => Ok(Self::Chosen(pending().parse())),
            (None, false, Some(filter)) => Ok(Self::Chosen(filter.parse())),
            _ => Err(Problem::new(
                "INVALID",
                "give one of scriptIds, allPending and filter",
            )),
        }
    }
}

impl Caller<'_> {
    /// Every script of a campaign that the filter leaves.
    async fn chosen(
        &self,
        permit: &Permit,
        campaign: CampaignId,
        filter: &ScriptFilter,
    ) -> Result<Vec<ScriptRow>, Problem> {
        // What the caller has just written is among it.
        let head = self.state.ports.journal.head().await?;
        self.fresh(Some(head.into())).await;
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest {
                after,
                limit: PAGE_ROWS_MAX,
            };
            let queries = &self.state.queries;
            let page = queries
                .scripts(permit.organization(), campaign, filter, request)
                .await?;
            after = page
                .rows
                .last()
                .map(|(place, _)| *place)
                .filter(|_| page.has_more);
            rows.extend(page.rows.into_iter().map(|(_, row)| row));
            if after.is_none() {
                return Ok(rows);
            }
            if rows.len() >= use_cases::BULK_REVIEW_MAX {
                return Err(Problem::new(
                    "TOO_MANY_SCRIPTS",
                    "at most 100,000 scripts at a time",
                ));
            }
        }
    }

    async fn undo_review(&self, campaign: &ID, request: &str) -> Result<ScriptsReviewed, Problem> {
        let campaign = CampaignId::parse(campaign)?;
        let (permit, _) = self.campaign(Action::WriteCampaign, campaign).await?;
        let filter = ScriptFilter {
            review_request: Some(request.to_owned()),
            ..ScriptFilter::default()
        };
        let rows = self.chosen(&permit, campaign, &filter).await?;
        let reviews: Vec<use_cases::ReviewToUndo> = rows
            .iter()
            .filter_map(|row| {
                Some(use_cases::ReviewToUndo {
                    script: row.script_id,
                    version: row.version,
                    said: Option::<domain::script::Review>::from(row.review)?,
                    before: row.review_before?.into(),
                })
            })
            .collect();
        let context = self.command(&permit);
        let done = use_cases::undo_reviews(&self.state.ports, &permit, &context, &reviews).await?;
        self.reviewed(&context, done).await
    }

    async fn reviewed(
        &self,
        context: &commands::context::CommandContext,
        done: use_cases::BulkReview,
    ) -> Result<ScriptsReviewed, Problem> {
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
            request: context.correlation.to_string(),
            refused_count: done.refused.len() as u64,
            refused: refused.collect(),
            position: self.reached(done.position).await?,
        })
    }

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

    async fn regenerate_script(
        &self,
        id: &ID,
        engine: Option<&ScriptEngineInput>,
        prompt: Option<&str>,
    ) -> Result<ScriptChanged, Problem> {
        let script = ScriptId::parse(id)?;
        let (permit, _) = self.script(Action::WriteCampaign, script).await?;
        let context = self.command(&permit);
        let by = match (engine, prompt) {
            (None, None) => use_cases::Rewriter::Template,
            (None, prompt) => use_cases::Rewriter::Model {
                provider: None,
                model: None,
                prompt,
            },
            (Some(engine), prompt) => engine.rewriter(prompt)?,
        };
        let appended = use_cases::regenerate_script(&self.state.ports, &context, script, by).await?;
        Ok(ScriptChanged {
            script_id: id.clone(),
            position: self.reached(appended).await?,
        })
    }

    async fn review_scripts(
        &self,
        campaign: &ID,
        meant: Meant,
        review: Review,
        notes: Option<&str>,
    ) -> Result<ScriptsReviewed, Problem> {
        let campaign = CampaignId::parse(campaign)?;
        let (permit, state) = self.campaign(Action::WriteCampaign, campaign).await?;
        let ports = &self.state.ports;
        let scripts: Vec<ScriptId> = match meant {
            Meant::Named(ids) => own_scripts(campaign, &state, &ids)?,
            Meant::Chosen(filter) => {
                let rows = self.chosen(&permit, campaign, &filter).await?;
                rows.iter().map(|row| row.script_id).collect()
            }
        };
        let context = self.command(&permit);
        let done =
            use_cases::review_scripts(ports, &permit, &context, &scripts, review.into(), notes).await?;
        self.reviewed(&context, done).await
    }
}

/// Scripts by name: the permit is for this campaign, so every one must be its own.
fn own_scripts(
    campaign: CampaignId,
    state: &domain::campaign::Campaign,
    ids: &[ID],
) -> Result<Vec<ScriptId>, Problem> {
    if ids.len() > NAMED_MAX {
        return Err(Problem::new(
            "TOO_MANY_SCRIPTS",
            "at most 1,000 scripts by name; use allPending or filter",
        ));
    }
    let scripts: Vec<ScriptId> = parse_all(ids)?;
    let own: std::collections::HashSet<ScriptId> = state
        .contacts
        .iter()
        .map(|c| ScriptId::of(campaign, *c))
        .collect();
    if scripts.iter().all(|s| own.contains(s)) {
        Ok(scripts)
    } else {
        Err(commands::authorization::Denied::NotFound("script").into())
    }
}

/// Everything that can be done to scripts.
#[derive(Debug, Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
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

    /// Has one script written again: by the template, or by a model when one is named or a prompt is given.
    async fn regenerate_script(
        &self,
        ctx: &Context<'_>,
        id: ID,
        engine: Option<ScriptEngineInput>,
        prompt: Option<String>,
    ) -> Result<ScriptOutcome, Problem> {
        let caller = caller(ctx)?;
        let rewritten = caller.regenerate_script(&id, engine.as_ref(), prompt.as_deref());
        ScriptOutcome::of(rewritten.await)
    }

    /// Says of scripts whether they may be spoken and sent: the named ones, all that nothing was said of yet, or those that a filter
    /// leaves.
    #[expect(clippy::too_many_arguments, reason = "arguments of a GraphQL field")]
    #[graphql(complexity = "100 + child_complexity")]
    async fn review_scripts(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        script_ids: Option<Vec<ID>>,
        #[graphql(default)] all_pending: bool,
        filter: Option<ScriptFilterInput>,
        review: Review,
        notes: Option<String>,
    ) -> Result<ReviewOutcome, Problem> {
        let caller = caller(ctx)?;
        let reviewed = async {
            let meant = Meant::of(script_ids, all_pending, filter)?;
            caller
                .review_scripts(&campaign_id, meant, review, notes.as_deref())
                .await
        };
        ReviewOutcome::of(reviewed.await)
    }

    /// Takes a review back: what was said before holds again. `request` is in the answer of the review. Scripts of which something
    /// else was said since stay as they are.
    #[graphql(complexity = "100 + child_complexity")]
    async fn undo_review(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        request: String,
    ) -> Result<ReviewOutcome, Problem> {
        ReviewOutcome::of(caller(ctx)?.undo_review(&campaign_id, &request).await)
    }
}
