//! Questions about campaigns.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, connection::Connection};
use chrono::{DateTime, Utc};
use commands::{
    authorization::Action,
    scripts::{KNOWN_VARIABLES, columns_of_lists, starter_template},
    use_cases,
};
use domain::{CampaignId, ContactId, UserId};
use projections::queries::CampaignFilter;

use super::{
    super::{
        context::{caller, visible},
        enums::{CampaignStatus, CampaignType},
        error::Problem,
        node_id::NodeKind,
        paging::{connection, cost, page},
        scalars::{Money, Position},
        script::Lint,
    },
    Campaign,
    outlook::Forecast,
};

/// Which campaigns are wanted; absent fields leave all.
#[derive(Debug, Default, InputObject)]
pub struct CampaignFilterInput {
    statuses: Option<Vec<CampaignStatus>>,
    types: Option<Vec<CampaignType>>,
    /// With this in the name, in any case.
    name: Option<String>,
    created_from: Option<DateTime<Utc>>,
    created_until: Option<DateTime<Utc>>,
    owner_id: Option<ID>,
    /// With voicemails of which nobody knows what became, or without.
    in_doubt: Option<bool>,
    /// Those in the archive, or those that are not.
    archived: Option<bool>,
}

impl CampaignFilterInput {
    fn parse(self) -> Result<CampaignFilter, Problem> {
        Ok(CampaignFilter {
            statuses: self
                .statuses
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            kinds: self
                .types
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            name: self.name,
            created_from: self.created_from,
            created_until: self.created_until,
            owner: self.owner_id.as_ref().map(UserId::parse).transpose()?,
            in_doubt: self.in_doubt,
            archived: self.archived,
        })
    }
}

/// How many campaigns are in a status.
#[derive(Debug, SimpleObject)]
pub struct CampaignStatusCount {
    status: CampaignStatus,
    campaigns: i64,
}

/// How often a rule stands in the way.
#[derive(Debug, Clone, SimpleObject)]
pub struct RuleCount {
    /// The rule's id.
    rule: String,
    contacts: u64,
    /// When the first of those is released that it holds; nothing when it only blocks.
    earliest_release: Option<DateTime<Utc>>,
}

/// What submitting now would come to.
#[derive(Debug, Clone, SimpleObject)]
pub struct Precheck {
    contacts: u64,
    /// With an approved script and finished audio.
    ready: u64,
    /// Approved scripts that the lint stops by now, because the agent's name or numbers have changed.
    stopped: u64,
    /// Could be handed over now.
    eligible: u64,
    /// Would wait.
    held: u64,
    /// Would never be handed over.
    blocked: u64,
    obstacles: Vec<RuleCount>,
    /// When the first of the held is released.
    earliest_release: Option<DateTime<Utc>>,
    cost_estimate: Money,
    /// When it would be through, submitted now.
    forecast: Forecast,
}

impl From<use_cases::Precheck> for Precheck {
    fn from(found: use_cases::Precheck) -> Self {
        let obstacles = found.obstacles.into_iter();
        Self {
            contacts: found.contacts,
            ready: found.ready,
            stopped: found.stopped,
            eligible: found.eligible,
            held: found.held,
            blocked: found.blocked,
            obstacles: obstacles
                .map(|(rule, obstacle)| RuleCount {
                    rule,
                    contacts: obstacle.contacts,
                    earliest_release: obstacle.earliest_release,
                })
                .collect(),
            earliest_release: found.earliest_release,
            cost_estimate: found.cost_estimate.into(),
            forecast: found.forecast.into(),
        }
    }
}

/// A name that a template may use.
#[derive(Debug, SimpleObject)]
pub struct TemplateVariable {
    name: String,
    meaning: String,
}

/// What a template comes to for one contact.
#[derive(Debug, SimpleObject)]
pub struct TemplatePreview {
    /// The script; nothing when the template can't be used.
    text: Option<String>,
    /// What the lint says of the script.
    lint: Option<Lint>,
    /// Why not, and what to do.
    error: Option<String>,
}

/// Questions about campaigns.
#[derive(Debug, Default)]
pub struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// Campaigns that the caller sees, newest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        filter: Option<CampaignFilterInput>,
        first: Option<i32>,
        after: Option<String>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Campaign>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let (filter, request) = (filter.unwrap_or_default().parse()?, page(first, after)?);
        let started = request.after.is_some();
        let found = &caller.state.queries;
        let found = found
            .campaigns(permit.organization(), &visible(&permit), &filter, request)
            .await?;
        Ok(connection(found, started, Campaign::from))
    }

    /// How many campaigns the filter leaves, by status.
    async fn campaign_counts(
        &self,
        ctx: &Context<'_>,
        filter: Option<CampaignFilterInput>,
        min_position: Option<Position>,
    ) -> Result<Vec<CampaignStatusCount>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let filter = filter.unwrap_or_default().parse()?;
        let counts = caller
            .state
            .queries
            .campaigns_by_status(permit.organization(), &visible(&permit), &filter)
            .await?;
        let count = |c: projections::queries::StatusCount| CampaignStatusCount {
            status: c.status.into(),
            campaigns: c.campaigns,
        };
        Ok(counts.into_iter().map(count).collect())
    }

    /// One campaign; nothing when it is not there or not the caller's.
    async fn campaign(
        &self,
        ctx: &Context<'_>,
        id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Campaign>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let id = CampaignId::parse(&id)?;
        caller.fresh(min_position).await;
        caller.looks_at(&permit, format!("campaign:{id}")).await?;
        let row = caller
            .state
            .queries
            .campaign(permit.organization(), &visible(&permit), id)
            .await?;
        Ok(row.map(Campaign::from))
    }

    /// What submitting it now would come to: the same decision as a real hand-off, without one.
    #[graphql(complexity = "200 + child_complexity")]
    async fn precheck(&self, ctx: &Context<'_>, campaign_id: ID) -> Result<Precheck, Problem> {
        let caller = caller(ctx)?;
        let id = CampaignId::parse(&campaign_id)?;
        let (permit, _) = caller.campaign(Action::Read, id).await?;
        Ok(use_cases::precheck(&caller.state.ports, &permit, id)
            .await?
            .into())
    }

    /// Names that a template may use besides the campaign's own: also the columns of the organization's lists.
    async fn template_variables(&self, ctx: &Context<'_>) -> Result<Vec<TemplateVariable>, Problem> {
        let caller = caller(ctx)?;
        let organization = caller.permit(Action::Read)?.organization();
        let listed = columns_of_lists(&caller.state.ports, organization).await?;
        let known = KNOWN_VARIABLES
            .iter()
            .map(|(name, meaning)| ((*name).to_owned(), *meaning));
        let variables = known.chain(listed.into_iter().map(|name| (name, "a column of your lists")));
        Ok(variables
            .map(|(name, meaning)| TemplateVariable {
                name,
                meaning: meaning.to_owned(),
            })
            .collect())
    }

    /// The template that a campaign of this type begins with.
    async fn starter_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type")] kind: CampaignType,
    ) -> Result<&'static str, Problem> {
        caller(ctx)?.permit(Action::Read)?;
        Ok(starter_template(kind.into()))
    }

    /// What a template comes to for any contact that the caller sees: the campaign's own when none is given. Nothing is recorded.
    async fn template_preview(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        contact_id: ID,
        template: Option<String>,
    ) -> Result<TemplatePreview, Problem> {
        let caller = caller(ctx)?;
        let campaign = CampaignId::parse(&campaign_id)?;
        let (permit, _) = caller.campaign(Action::Read, campaign).await?;
        let contact = ContactId::parse(&contact_id)?;
        caller.contact(Action::Read, contact).await?;
        let context = caller.command(&permit);
        let ports = &caller.state.ports;
        let previewed = use_cases::preview_script(ports, &context, campaign, contact, template.as_deref());
        match previewed.await {
            Ok(preview) => Ok(TemplatePreview {
                lint: Some((&preview.lint).into()),
                text: Some(preview.text),
                error: None,
            }),
            Err(commands::CommandError::Refused(refusal)) => Ok(TemplatePreview {
                text: None,
                lint: None,
                error: Some(refusal.to_string()),
            }),
            Err(error) => Err(error.into()),
        }
    }
}
