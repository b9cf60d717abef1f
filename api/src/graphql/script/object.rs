//! A script as clients see it: words, review, audio by a signed link, and what became of the voicemail.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::models::{ScriptRow, ScriptVersionRow};

use super::super::{
    campaign::Campaign,
    contact::Contact,
    context::caller,
    enums::{AudioState, Author, DeliveryStatus, FailureClass, ReviewState, Verdict},
    error::Problem,
    loaders::{ERASED, VersionOf, Words, rows},
    node_id::NodeKind,
    scalars::Money,
};
use super::{
    difference::{DifferencePart, difference},
    lint::Lint,
};
use crate::http::{audio_link, draft_link};

/// The text for one contact in one campaign.
#[derive(Debug, Clone)]
pub struct Script(pub Arc<ScriptRow>);

impl From<ScriptRow> for Script {
    fn from(row: ScriptRow) -> Self {
        Self(Arc::new(row))
    }
}

/// The audio of the newest version.
#[derive(Debug, Clone, SimpleObject)]
pub struct ScriptAudio {
    /// Where it can be fetched for a while.
    url: String,
    sha256: Option<String>,
    duration_ms: Option<i64>,
    voice: Option<String>,
}

/// Why a voicemail was not left.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryFailure {
    /// The carrier's code.
    code: Option<String>,
    class: Option<FailureClass>,
    /// In plain words.
    reason: Option<String>,
}

/// What the last compliance decision said.
#[derive(Debug, Clone, SimpleObject)]
pub struct ScriptDecision {
    verdict: Verdict,
    held_until: Option<DateTime<Utc>>,
    /// The rule that holds or blocks it.
    rule: Option<String>,
    detail: Option<String>,
    decided_at: Option<DateTime<Utc>>,
}

#[Object]
impl Script {
    async fn id(&self) -> ID {
        self.0.script_id.global()
    }
    async fn campaign_id(&self) -> ID {
        self.0.campaign_id.global()
    }
    async fn campaign(&self, ctx: &Context<'_>) -> Result<Option<Campaign>, Problem> {
        Ok(rows(ctx)?.load_one(self.0.campaign_id).await?.map(Campaign))
    }
    async fn contact_id(&self) -> ID {
        self.0.contact_id.global()
    }
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Problem> {
        Ok(rows(ctx)?.load_one(self.0.contact_id).await?.map(Contact))
    }
    /// The newest version, from 1.
    async fn version(&self) -> u32 {
        self.0.version
    }
    /// The newest words; `[erased]` once the contact was erased.
    async fn text(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        match self.newest(ctx).await? {
            Some(newest) => words_of(ctx, self.0.contact_id, &newest).await,
            None => Ok(ERASED.to_owned()),
        }
    }
    async fn characters(&self) -> u32 {
        self.0.characters
    }
    async fn author(&self) -> Author {
        self.0.author.into()
    }
    async fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }
    /// What the lint says of the newest words; nothing of words from before there was one.
    async fn lint(&self, ctx: &Context<'_>) -> Result<Option<Lint>, Problem> {
        let newest = self.newest(ctx).await?;
        Ok(newest.and_then(|newest| newest.lint.as_ref().map(|lint| (&lint.0).into())))
    }
    async fn review(&self) -> ReviewState {
        self.0.review.into()
    }
    async fn review_notes(&self) -> Option<&str> {
        self.0.review_notes.as_deref()
    }
    /// Name of who reviewed it.
    async fn reviewer(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        match self.0.reviewer {
            Some(user) => Ok(rows(ctx)?.load_one(user).await?.map(|p| p.name.clone())),
            None => Ok(None),
        }
    }
    /// The review that said it; pass it to `undoReview` to take it back from all its scripts.
    async fn review_request(&self) -> Option<&str> {
        self.0.review_request.as_deref()
    }
    async fn reviewed_at(&self) -> Option<DateTime<Utc>> {
        self.0.reviewed_at
    }
    async fn audio_state(&self) -> AudioState {
        self.0.audio.into()
    }
    /// The audio, once it is made.
    async fn audio(&self, ctx: &Context<'_>) -> Result<Option<ScriptAudio>, Problem> {
        let Some(key) = &self.0.audio_key else {
            return Ok(None);
        };
        let state = caller(ctx)?.state;
        let url = audio_link(state, self.0.organization_id, self.0.script_id, key).await;
        Ok(Some(ScriptAudio {
            url: url.map_err(commands::CommandError::from)?,
            sha256: self.0.audio_sha256.clone(),
            duration_ms: self.0.audio_duration_ms,
            voice: self.0.voice.clone(),
        }))
    }
    /// The newest words in the computer's own voice, for nothing; nothing where this machine has none.
    async fn draft_audio(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let state = caller(ctx)?.state;
        let link = || draft_link(state, self.0.organization_id, self.0.script_id);
        Ok(state.ports.draft_voice.is_some().then(link))
    }
    async fn audio_error(&self) -> Option<&str> {
        self.0.audio_error.as_deref()
    }
    async fn delivery(&self) -> DeliveryStatus {
        self.0.delivery.into()
    }
    /// Why it is in doubt or lapsed.
    async fn delivery_reason(&self) -> Option<&str> {
        self.0.delivery_reason.as_deref()
    }
    async fn decision(&self) -> Option<ScriptDecision> {
        let r = &self.0;
        r.verdict.map(|verdict| ScriptDecision {
            verdict: verdict.into(),
            held_until: r.held_until,
            rule: r.obstacle_rule.clone(),
            detail: r.obstacle_detail.clone(),
            decided_at: r.decided_at,
        })
    }
    async fn failure(&self) -> Option<DeliveryFailure> {
        let r = &self.0;
        r.failed_at.map(|_| DeliveryFailure {
            code: r.failure_code.clone(),
            class: r.failure_class.map(Into::into),
            reason: r.failure_reason.clone(),
        })
    }
    /// What writing cost, all versions.
    async fn writer_cost(&self) -> Money {
        self.0.writer_cost.into()
    }
    /// What speaking cost, all versions.
    async fn voice_cost(&self) -> Money {
        self.0.voice_cost.into()
    }
    async fn carrier_cost(&self) -> Option<Money> {
        self.0.carrier_cost.map(Into::into)
    }
    async fn attempted_at(&self) -> Option<DateTime<Utc>> {
        self.0.attempted_at
    }
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }
    async fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.0.delivered_at
    }
    async fn listened_at(&self) -> Option<DateTime<Utc>> {
        self.0.listened_at
    }
    async fn listen_ms(&self) -> Option<i64> {
        self.0.listen_ms
    }
    /// Every version, newest first.
    #[graphql(complexity = "20 + child_complexity * 5")]
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<ScriptVersion>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Read)?;
        let versions = caller
            .state
            .queries
            .script_versions(permit.organization(), self.0.script_id)
            .await?;
        let contact = self.0.contact_id;
        Ok(versions
            .into_iter()
            .map(|row| ScriptVersion { row, contact })
            .collect())
    }
    /// What changed from one version to another, word by word; without numbers, from the last but one to the newest.
    #[graphql(complexity = "30 + child_complexity")]
    async fn difference(
        &self,
        ctx: &Context<'_>,
        from: Option<u32>,
        to: Option<u32>,
    ) -> Result<Vec<DifferencePart>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(commands::authorization::Action::Read)?;
        let queries = &caller.state.queries;
        let versions = queries
            .script_versions(permit.organization(), self.0.script_id)
            .await?;
        let to = to.unwrap_or(self.0.version);
        let from = from.unwrap_or(to.saturating_sub(1));
        let find = |wanted: u32| {
            let unknown = || Problem::new("UNKNOWN_VERSION", format!("the script has no version {wanted}"));
            versions.iter().find(|v| v.version == wanted).ok_or_else(unknown)
        };
        let before = match from {
            0 => String::new(),
            from => words_of(ctx, self.0.contact_id, find(from)?).await?,
        };
        let after = words_of(ctx, self.0.contact_id, find(to)?).await?;
        Ok(difference(&before, &after))
    }
}

impl Script {
    /// The newest version as this row knows it.
    async fn newest(&self, ctx: &Context<'_>) -> Result<Option<Arc<ScriptVersionRow>>, Problem> {
        let newest = VersionOf {
            script: self.0.script_id,
            version: self.0.version,
        };
        rows(ctx)?.load_one(newest).await
    }
}

/// Opens the words of a version.
async fn words_of(
    ctx: &Context<'_>,
    contact: domain::ContactId,
    row: &ScriptVersionRow,
) -> Result<String, Problem> {
    let words = Words {
        contact,
        text: row.text.clone(),
    };
    let opened = rows(ctx)?.load_one(words).await?;
    Ok(opened.unwrap_or_else(|| ERASED.to_owned()))
}

/// One version of a script.
#[derive(Debug, Clone)]
pub struct ScriptVersion {
    row: ScriptVersionRow,
    contact: domain::ContactId,
}

#[Object]
impl ScriptVersion {
    async fn version(&self) -> u32 {
        self.row.version
    }
    async fn text(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        words_of(ctx, self.contact, &self.row).await
    }
    async fn author(&self) -> Author {
        self.row.author.into()
    }
    /// Name of the person who wrote it, if one did.
    async fn editor(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        match self.row.editor {
            Some(user) => Ok(rows(ctx)?.load_one(user).await?.map(|p| p.name.clone())),
            None => Ok(None),
        }
    }
    async fn model(&self) -> Option<&str> {
        self.row.model.as_deref()
    }
    /// SHA-256 of the instructions that the model was given, hex.
    async fn prompt_sha256(&self) -> Option<&str> {
        self.row.prompt_sha256.as_deref()
    }
    /// Tokens read and written.
    async fn tokens(&self) -> Option<i64> {
        self.row.tokens
    }
    async fn cost(&self) -> Money {
        self.row.cost.into()
    }
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}
