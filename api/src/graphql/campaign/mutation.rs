//! Setting a campaign up: made, changed, scheduled, written and spoken.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, NaiveTime, Utc};
use commands::{
    authorization::Action, context::CommandContext, execute::execute, scripts::compiled, use_cases,
};
use domain::{
    CampaignId, ContactId, OrganizationId, PhoneNumber, TeamId,
    campaign::{Campaign, CampaignCommand, CostOfWriting, DailyWindow, Schedule, ScriptEngine},
    organization::Organization,
};
use projections::queries::ScriptCondition;

use super::{
    super::{
        context::{Caller, caller},
        enums::{CampaignType, Weekday},
        error::Problem,
        node_id::{NodeKind, parse_all},
    },
    payload::{CampaignChanged, CampaignOutcome},
};

/// A template variable of the campaign's own.
#[derive(Debug, InputObject)]
pub struct TemplateValueInput {
    name: String,
    value: String,
}

fn variables(given: Vec<TemplateValueInput>) -> BTreeMap<String, String> {
    given.into_iter().map(|v| (v.name, v.value)).collect()
}

/// A new campaign.
#[derive(Debug, InputObject)]
pub struct NewCampaign {
    name: String,
    #[graphql(name = "type")]
    kind: CampaignType,
    neighborhood: Option<String>,
    script_template: Option<String>,
    script_variables: Option<Vec<TemplateValueInput>>,
    team_id: Option<ID>,
}

/// What to change; absent fields stay.
#[derive(Debug, InputObject)]
pub struct CampaignChange {
    name: Option<String>,
    neighborhood: Option<String>,
    script_template: Option<String>,
    script_variables: Option<Vec<TemplateValueInput>>,
}

/// A stretch of the recipient's day, `HH:MM`.
#[derive(Debug, InputObject)]
pub struct DailyWindowInput {
    start: String,
    end: String,
}

/// When a campaign may send.
#[derive(Debug, InputObject)]
pub struct ScheduleInput {
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    windows: Option<Vec<DailyWindowInput>>,
    days: Option<Vec<Weekday>>,
    /// Most hand-offs a minute.
    per_minute: Option<u32>,
    /// Most hand-offs in any 24 hours.
    per_day: Option<u32>,
}

impl ScheduleInput {
    fn parse(self) -> Result<Schedule, Problem> {
        let time = |text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| Problem::new("INVALID_SCHEDULE", "times are written HH:MM, such as 09:30"))
        };
        let windows = self.windows.unwrap_or_default();
        let windows = windows.iter().map(|w| {
            Ok(DailyWindow {
                start: time(&w.start)?,
                end: time(&w.end)?,
            })
        });
        Ok(Schedule {
            start: self.start,
            end: self.end,
            windows: windows.collect::<Result<_, Problem>>()?,
            days: self
                .days
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            per_minute: self.per_minute,
            per_day: self.per_day,
        })
    }
}

/// Who writes: the template, or a model when one is named.
#[derive(Debug, InputObject)]
pub struct ScriptEngineInput {
    /// Provider of a language model, such as `groq`; nothing for the template.
    provider: Option<String>,
    /// The provider's model id; nothing for the configured one.
    model: Option<String>,
    /// By the provider's batches: for less (`writers { batchPricePercent }`), and some time within a day in place of minutes. For whole
    /// campaigns, by a model.
    batch: Option<bool>,
}

impl ScriptEngineInput {
    /// Who writes one script again.
    pub(in super::super) fn rewriter<'a>(
        &'a self,
        prompt: Option<&'a str>,
    ) -> Result<use_cases::Rewriter<'a>, Problem> {
        if self.is_batch() {
            return Err(no_batch("one script is written at once; leave batch out"));
        }
        Ok(match &self.provider {
            None => use_cases::Rewriter::Template,
            Some(provider) => use_cases::Rewriter::Model {
                provider: Some(provider),
                model: self.model.as_deref(),
                prompt,
            },
        })
    }

    fn is_batch(&self) -> bool {
        self.batch.unwrap_or(false)
    }

    /// What writing is paid by.
    pub(super) fn cost_of_writing(&self) -> Result<CostOfWriting, Problem> {
        match (&self.provider, self.is_batch()) {
            (None, false) => Ok(CostOfWriting::Nothing),
            (None, true) => Err(no_batch(TEMPLATES_NEED_NONE)),
            (Some(_), false) => Ok(CostOfWriting::ByScript),
            (Some(_), true) => Ok(CostOfWriting::ByBatch),
        }
    }

    fn engine(self) -> Result<ScriptEngine, Problem> {
        let batch = self.is_batch();
        match self.provider {
            None if batch => Err(no_batch(TEMPLATES_NEED_NONE)),
            None => Ok(ScriptEngine::Template),
            Some(provider) => Ok(ScriptEngine::Model {
                provider,
                model: self.model,
                batch,
            }),
        }
    }
}

const TEMPLATES_NEED_NONE: &str =
    "a template writes at once and for nothing; name a provider, or leave batch out";

fn no_batch(why: &'static str) -> Problem {
    Problem::new("NO_BATCH", why)
}

impl Caller<'_> {
    /// A template that can't be used is refused when it is written, not when it is needed.
    async fn usable(
        &self,
        organization: OrganizationId,
        template: Option<&String>,
        own: &BTreeMap<String, String>,
    ) -> Result<(), Problem> {
        let Some(template) = template else { return Ok(()) };
        compiled(&self.state.ports, organization, template, own)
            .await?
            .map(drop)
            .map_err(|e| Problem::new("INVALID_TEMPLATE", e.to_string()))
    }

    /// Runs one command on a campaign.
    pub(super) async fn change_campaign(
        &self,
        action: Action,
        id: &ID,
        command: CampaignCommand,
    ) -> Result<CampaignChanged, Problem> {
        let id = CampaignId::parse(id)?;
        let (permit, _) = self.campaign(action, id).await?;
        self.run_on_campaign(&self.command(&permit), id, command).await
    }

    pub(super) async fn run_on_campaign(
        &self,
        context: &CommandContext,
        id: CampaignId,
        command: CampaignCommand,
    ) -> Result<CampaignChanged, Problem> {
        let appended = execute::<Campaign>(&self.state.ports, context, id, command).await?;
        Ok(CampaignChanged {
            campaign_id: id.global(),
            position: self.reached(appended).await?,
        })
    }

    async fn create_campaign(&self, new: NewCampaign) -> Result<CampaignChanged, Problem> {
        let permit = self.permit(Action::WriteCampaign)?;
        let organization = permit.organization();
        let ports = &self.state.ports;
        let loaded = commands::stream::load::<Organization>(ports, organization, organization).await?;
        let most = loaded.state().settings.campaigns_per_day_max;
        let today = self.state.now().date_naive().and_time(NaiveTime::MIN).and_utc();
        let made = self
            .state
            .queries
            .campaigns_made_since(organization, today)
            .await?;
        if made >= u64::from(most) {
            return Err(Problem::new(
                "TOO_MANY_CAMPAIGNS",
                format!(
                    "{made} campaigns were made today and {most} are allowed; go on tomorrow or change the setting"
                ),
            ));
        }
        let team = new.team_id.as_ref().map(TeamId::parse).transpose()?;
        if team.is_some_and(|t| !self.principal().teams.contains(&t)) {
            return Err(Problem::new(
                "UNKNOWN_TEAM",
                "you are not in this team; pick one of your own",
            ));
        }
        let id = CampaignId::from_uuid(ports.ids.next());
        let script_variables = variables(new.script_variables.unwrap_or_default());
        self.usable(
            permit.organization(),
            new.script_template.as_ref(),
            &script_variables,
        )
        .await?;
        let command = CampaignCommand::Create {
            id,
            name: new.name,
            kind: new.kind.into(),
            neighborhood: new.neighborhood,
            script_template: new.script_template,
            script_variables,
            owner: permit.user(),
            team,
        };
        self.run_on_campaign(&self.command(&permit), id, command).await
    }

    async fn change_details(&self, id: &ID, change: CampaignChange) -> Result<CampaignChanged, Problem> {
        let campaign = CampaignId::parse(id)?;
        let (permit, state) = self.campaign(Action::WriteCampaign, campaign).await?;
        let own = change.script_variables.map(variables);
        let after = own.as_ref().unwrap_or(&state.script_variables);
        self.usable(
            permit.organization(),
            change.script_template.as_ref().or(state.script_template.as_ref()),
            after,
        )
        .await?;
        let command = CampaignCommand::ChangeDetails {
            name: change.name,
            neighborhood: change.neighborhood,
            script_template: change.script_template,
            script_variables: own,
        };
        self.run_on_campaign(&self.command(&permit), campaign, command)
            .await
    }

    async fn generate_scripts(
        &self,
        id: &ID,
        engine: Option<ScriptEngineInput>,
        prompt: Option<String>,
    ) -> Result<CampaignChanged, Problem> {
        let engine = engine.map_or(Ok(ScriptEngine::Template), ScriptEngineInput::engine)?;
        let campaign = CampaignId::parse(id)?;
        let (permit, _) = self.campaign(Action::WriteCampaign, campaign).await?;
        let context = self.command(&permit);
        let started = use_cases::start_generation(&self.state.ports, &context, campaign, engine, prompt);
        Ok(CampaignChanged {
            campaign_id: id.clone(),
            position: self.reached(started.await?).await?,
        })
    }

    async fn set_caller_id(&self, id: &ID, number: &str) -> Result<CampaignChanged, Problem> {
        let number: PhoneNumber = number
            .parse()
            .map_err(|e: domain::InvalidPhone| Problem::new("INVALID_PHONE", e.to_string()))?;
        let permit = self.permit(Action::WriteCampaign)?;
        let organization = permit.organization();
        let loaded =
            commands::stream::load::<Organization>(&self.state.ports, organization, organization).await?;
        if !loaded.state().caller_ids.iter().any(|c| c.number == number) {
            return Err(Problem::new(
                "UNKNOWN_CALLER_ID",
                "the number is not one of the organization's caller ids; an admin adds it in the settings",
            ));
        }
        self.change_campaign(Action::WriteCampaign, id, CampaignCommand::SetCallerId(number))
            .await
    }

    async fn remove_contacts(
        &self,
        id: &ID,
        contacts: &[ID],
        reason: String,
    ) -> Result<CampaignChanged, Problem> {
        let contacts: Vec<ContactId> = parse_all(contacts)?;
        let command = CampaignCommand::RemoveContacts { contacts, reason };
        self.change_campaign(Action::WriteCampaign, id, command).await
    }

    async fn set_schedule(&self, id: &ID, schedule: ScheduleInput) -> Result<CampaignChanged, Problem> {
        let command = CampaignCommand::SetSchedule(schedule.parse()?);
        self.change_campaign(Action::WriteCampaign, id, command).await
    }

    async fn render_audio(&self, id: &ID, voice: Option<String>) -> Result<CampaignChanged, Problem> {
        let voice = match voice {
            Some(voice) => voice,
            None => match self.voice_of(CampaignId::parse(id)?).await? {
                Some(voice) => voice,
                None => self.default_voice().await?,
            },
        };
        let command = CampaignCommand::StartAudioRendering { voice };
        self.change_campaign(Action::WriteCampaign, id, command).await
    }
}

impl Caller<'_> {
    /// Whose voice the campaign has been spoken in so far: who adds to it wants the rest in the same.
    async fn voice_of(&self, campaign: CampaignId) -> Result<Option<String>, Problem> {
        let organization = self.permit(Action::WriteCampaign)?.organization();
        let queries = &self.state.queries;
        let spoken = queries
            .scripts_of(organization, campaign, ScriptCondition::WithAudio, None, 1)
            .await?;
        let Some((script, _)) = spoken.first() else {
            return Ok(None);
        };
        let script = queries.script(organization, *script).await?;
        Ok(script.and_then(|script| script.voice))
    }

    async fn default_voice(&self) -> Result<String, Problem> {
        let organization = self.permit(Action::WriteCampaign)?.organization();
        let organization = self.state.queries.organization(organization).await?;
        Ok(organization
            .map(|o| o.settings.0.default_voice.clone())
            .unwrap_or_default())
    }

    async fn produce(&self, id: &ID, command: CampaignCommand) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(self.change_campaign(Action::WriteCampaign, id, command).await)
    }
}

/// Setting campaigns up.
#[derive(Debug, Default)]
pub struct SetUpMutation;

#[Object]
impl SetUpMutation {
    /// Makes a draft.
    async fn create_campaign(
        &self,
        ctx: &Context<'_>,
        input: NewCampaign,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.create_campaign(input).await)
    }

    /// Changes name, neighbourhood, template or variables.
    async fn change_campaign(
        &self,
        ctx: &Context<'_>,
        id: ID,
        change: CampaignChange,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.change_details(&id, change).await)
    }

    /// Sets when it may send.
    async fn set_schedule(
        &self,
        ctx: &Context<'_>,
        id: ID,
        schedule: ScheduleInput,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.set_schedule(&id, schedule).await)
    }

    /// Sets the number that recipients see: one of the organization's caller ids, E.164.
    async fn set_caller_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
        number: String,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.set_caller_id(&id, &number).await)
    }

    /// Takes contacts out; at most 1,000 at a time.
    async fn remove_contacts(
        &self,
        ctx: &Context<'_>,
        id: ID,
        contact_ids: Vec<ID>,
        reason: String,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.remove_contacts(&id, &contact_ids, reason).await)
    }

    /// Has the scripts written.
    async fn generate_scripts(
        &self,
        ctx: &Context<'_>,
        id: ID,
        engine: Option<ScriptEngineInput>,
        prompt: Option<String>,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.generate_scripts(&id, engine, prompt).await)
    }

    /// Has the approved scripts spoken, by this voice; without one, by the voice of what is spoken already, or the organization's
    /// default one. What is spoken otherwise than it would be now, by another voice, other settings or another pronunciation, is
    /// spoken anew; what is equal is not.
    async fn render_audio(
        &self,
        ctx: &Context<'_>,
        id: ID,
        voice: Option<String>,
    ) -> Result<CampaignOutcome, Problem> {
        CampaignOutcome::of(caller(ctx)?.render_audio(&id, voice).await)
    }

    /// Halts the writing or speaking of scripts; what is under way is finished.
    async fn pause_production(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?
            .produce(&id, CampaignCommand::PauseProduction { reason })
            .await
    }

    /// Goes on with the writing or speaking of scripts, or tries a provider again at once.
    async fn resume_production(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?.produce(&id, CampaignCommand::ResumeProduction).await
    }

    /// Ends the writing or speaking of scripts; what is made stays, and the campaign goes to review.
    async fn stop_production(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<CampaignOutcome, Problem> {
        caller(ctx)?
            .produce(&id, CampaignCommand::StopProduction { reason })
            .await
    }

    /// Throws a draft away.
    async fn delete_campaign(&self, ctx: &Context<'_>, id: ID) -> Result<CampaignOutcome, Problem> {
        let deleted = caller(ctx)?
            .change_campaign(Action::WriteCampaign, &id, CampaignCommand::Delete)
            .await;
        CampaignOutcome::of(deleted)
    }
}
