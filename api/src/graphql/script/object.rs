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
    loaders::{ERASED, Words, rows},
    node_id::NodeKind,
    scalars::Money,
};
use crate::http::audio_link;

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
        let words = Words {
            contact: self.0.contact_id,
            text: self.0.text.clone(),
        };
        Ok(rows(ctx)?
            .load_one(words)
            .await?
            .unwrap_or_else(|| ERASED.to_owned()))
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
    async fn review(&self) -> ReviewState {
        self.0.review.into()
    }
    async fn review_notes(&self) -> Option<&str> {
        self.0.review_notes.as_deref()
    }
    async fn reviewed_at(&self) -> Option<DateTime<Utc>> {
        self.0.reviewed_at
    }
    async fn audio_state(&self) -> AudioState {
        self.0.audio.into()
    }
    /// The audio, once it is made.
    async fn audio(&self, ctx: &Context<'_>) -> Result<Option<ScriptAudio>, Problem> {
        if self.0.audio_key.is_none() {
            return Ok(None);
        }
        let state = caller(ctx)?.state;
        Ok(Some(ScriptAudio {
            url: audio_link(state, self.0.organization_id, self.0.script_id),
            sha256: self.0.audio_sha256.clone(),
            duration_ms: self.0.audio_duration_ms,
            voice: self.0.voice.clone(),
        }))
    }
    async fn audio_error(&self) -> Option<&str> {
        self.0.audio_error.as_deref()
    }
    async fn delivery(&self) -> DeliveryStatus {
        self.0.delivery.into()
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
        let words = Words {
            contact: self.contact,
            text: self.row.text.clone(),
        };
        Ok(rows(ctx)?
            .load_one(words)
            .await?
            .unwrap_or_else(|| ERASED.to_owned()))
    }
    async fn author(&self) -> Author {
        self.row.author.into()
    }
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}
