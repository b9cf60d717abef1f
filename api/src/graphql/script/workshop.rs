//! What scripts are written and spoken with: writers, voices, starter templates, filters.

use async_graphql::{Context, Object, SimpleObject};
use commands::{
    authorization::Action,
    ports::ScriptBatches,
    scripts::{FILTERS, starter_template},
};

use super::super::{context::caller, enums::CampaignType, error::Problem};
use crate::provider_checks::provider_checks;

/// A language model that writes scripts.
#[derive(Debug, SimpleObject)]
pub struct Writer {
    /// Name of the provider, such as `groq`.
    provider: &'static str,
    /// The model that is asked unless another one is named.
    model: String,
    /// What a script costs that it writes in a batch, in hundredths of one that it writes at once; nothing where it takes no batches.
    batch_price_percent: Option<u8>,
}

/// A voice that speaks scripts.
#[derive(Debug, SimpleObject)]
pub struct Voice {
    /// The provider's id.
    id: String,
    name: String,
    category: Option<String>,
    labels: Vec<VoiceLabel>,
    /// Address of a sample.
    preview_url: Option<String>,
    /// Characters a minute, measured from what it has spoken here; assumed of a voice that has not spoken yet.
    characters_per_minute: u64,
}

/// What is said of a voice, such as its accent.
#[derive(Debug, SimpleObject)]
pub struct VoiceLabel {
    name: String,
    value: String,
}

/// A template to begin with.
#[derive(Debug, SimpleObject)]
pub struct StarterTemplate {
    #[graphql(name = "type")]
    kind: CampaignType,
    text: &'static str,
}

/// A filter that a template may use.
#[derive(Debug, SimpleObject)]
pub struct TemplateFilter {
    name: &'static str,
    /// What it does, or an example.
    meaning: &'static str,
}

/// Whether a provider can be used with the key that the server has.
#[derive(Debug, SimpleObject)]
pub struct ProviderCheck {
    /// Its name, or what it does, such as `groq`, `voice` or `carrier`.
    provider: String,
    works: bool,
    /// How it can be used, or why it can't.
    said: String,
}

/// Questions about what scripts are written and spoken with.
#[derive(Debug, Default)]
pub struct WorkshopQuery;

#[Object]
impl WorkshopQuery {
    /// Language models that are set up.
    async fn writers(&self, ctx: &Context<'_>) -> Result<Vec<Writer>, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Read)?;
        let writers = caller.state.ports.writers.iter();
        Ok(writers
            .map(|(provider, writer)| Writer {
                provider,
                model: writer.model().to_owned(),
                batch_price_percent: writer.batches().map(ScriptBatches::price_percent),
            })
            .collect())
    }

    /// Asks every provider now whether it can be used; an admin's to ask, as each is asked over the network.
    #[graphql(complexity = "2000 + child_complexity")]
    async fn provider_checks(&self, ctx: &Context<'_>) -> Result<Vec<ProviderCheck>, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Administer)?;
        let checks = provider_checks(&caller.state.ports).await;
        Ok(checks
            .into_iter()
            .map(|check| ProviderCheck {
                provider: check.provider,
                works: check.finding.is_ok(),
                said: check.finding.unwrap_or_else(|why_not| why_not),
            })
            .collect())
    }

    /// Voices of the speech account, at most 500.
    #[graphql(complexity = "50 + child_complexity * 10")]
    async fn voices(&self, ctx: &Context<'_>) -> Result<Vec<Voice>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let ports = &caller.state.ports;
        let rates = ports.rates.of_all(permit.organization()).await;
        let rates = rates.map_err(commands::CommandError::from)?;
        let mut voices = Vec::new();
        for voice in ports.voice.voices().await.map_err(commands::CommandError::from)? {
            let rate = rates.get(&voice.id).copied().unwrap_or_default();
            let labels = voice.labels.into_iter();
            voices.push(Voice {
                id: voice.id,
                name: voice.name,
                category: voice.category,
                labels: labels.map(|(name, value)| VoiceLabel { name, value }).collect(),
                preview_url: voice.preview_url,
                characters_per_minute: rate.characters_per_minute(),
            });
        }
        Ok(voices)
    }

    /// A template for each type of campaign.
    async fn starter_templates(&self, ctx: &Context<'_>) -> Result<Vec<StarterTemplate>, Problem> {
        caller(ctx)?.permit(Action::Read)?;
        let kinds = [
            CampaignType::SphereOfInfluence,
            CampaignType::PastClients,
            CampaignType::NeighborhoodExpireds,
            CampaignType::HighEquity,
            CampaignType::Custom,
        ];
        Ok(kinds
            .into_iter()
            .map(|kind| StarterTemplate {
                kind,
                text: starter_template(kind.into()),
            })
            .collect())
    }

    /// Filters that a template may use.
    async fn template_filters(&self, ctx: &Context<'_>) -> Result<Vec<TemplateFilter>, Problem> {
        caller(ctx)?.permit(Action::Read)?;
        let filters = FILTERS.iter();
        Ok(filters
            .map(|(name, meaning)| TemplateFilter { name, meaning })
            .collect())
    }
}
