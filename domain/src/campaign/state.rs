//! What a campaign is after its events: a status that only its own steps change, and what later steps need to know.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use super::{CampaignEvent, CampaignType, ProductionStep, Schedule, ScriptBatching, ScriptEngine};
use crate::{CampaignId, ContactId, ImportBatchId, PhoneNumber, TeamId, UserId};

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStatus {
    /// Not made yet, or deleted.
    #[default]
    Absent,
    /// Being set up.
    Draft,
    /// An import runs into it.
    ImportingContacts,
    /// Scripts are being written.
    GeneratingScripts,
    /// A human reviews scripts and audio.
    Review,
    /// Audio is being made.
    GeneratingAudio,
    /// A human has approved it.
    Approved,
    /// With the dispatcher; nothing handed over yet.
    Submitted,
    /// Voicemails are being handed over.
    Active,
    /// Handing over is halted.
    Paused,
    /// Every script is settled.
    Completed,
    /// It could not go on.
    Failed,
    /// A human stopped it for good.
    Cancelled,
}

impl CampaignStatus {
    /// The status as stored and shown, such as `generating_scripts`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Draft => "draft",
            Self::ImportingContacts => "importing_contacts",
            Self::GeneratingScripts => "generating_scripts",
            Self::Review => "review",
            Self::GeneratingAudio => "generating_audio",
            Self::Approved => "approved",
            Self::Submitted => "submitted",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Nothing can happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Absent | Self::Completed | Self::Failed | Self::Cancelled
        )
    }
}

impl fmt::Display for CampaignStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stretch of writing or speaking: a run from its start or its last resumption on. Work of an earlier stretch is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductionRun {
    /// What is done.
    pub step: ProductionStep,
    /// Which generation or rendering, from 1.
    pub run: u32,
    /// How often it went on.
    pub resumption: u32,
}

/// The writing or speaking under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Production {
    /// Which stretch of which run.
    pub run: ProductionRun,
    /// How.
    pub order: ProductionOrder,
    /// A human halted it.
    pub is_paused: bool,
    /// A provider's trouble holds it up.
    pub held: Option<String>,
}

/// What was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProductionOrder {
    /// To write.
    Scripts {
        /// Who writes.
        engine: ScriptEngine,
        /// The agent's own instructions to the model.
        prompt: Option<String>,
    },
    /// To speak.
    Audio {
        /// The provider's voice id.
        voice: String,
    },
}

/// A campaign as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id, once made.
    pub id: Option<CampaignId>,
    /// Where it stands.
    pub status: CampaignStatus,
    /// Where it stood before an import or a pause, to return there.
    pub(super) before: CampaignStatus,
    /// Somebody let it go on after it was paused.
    #[serde(default)]
    pub resumed: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: Option<CampaignType>,
    /// The farm.
    pub neighborhood: Option<String>,
    /// Template of the scripts; nothing for the starter template of its type.
    pub script_template: Option<String>,
    /// Values for the template.
    pub script_variables: BTreeMap<String, String>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// The team that sees it.
    pub team: Option<TeamId>,
    /// When it may send.
    pub schedule: Schedule,
    /// The number that recipients see.
    pub caller_id: Option<PhoneNumber>,
    /// Who is in it.
    pub contacts: HashSet<ContactId>,
    /// The interval set for this campaign, days.
    pub min_interval_days: Option<u32>,
    /// The import that runs into it.
    pub(super) import: Option<ImportBatchId>,
    /// Counts script generations.
    pub(super) generation_run: u32,
    /// Counts audio renderings.
    pub(super) rendering_run: u32,
    /// It is out of sight.
    #[serde(default)]
    pub(super) is_archived: bool,
    /// Hand-offs in doubt, as they were told last.
    #[serde(default)]
    pub(super) doubts_told: u64,
    /// What is being written or spoken.
    #[serde(default)]
    pub(super) production: Option<Production>,
    /// What providers are writing by the batch.
    #[serde(default)]
    pub(super) batching: ScriptBatching,
    /// Recordings that are in the bill though no script has them, by their content hashes.
    #[serde(default)]
    pub wasted_clips: BTreeSet<String>,
}

impl Campaign {
    /// Number of the script generation that runs or ran last.
    pub const fn generation_run(&self) -> u32 {
        self.generation_run
    }

    /// Number of the audio rendering that runs or ran last.
    pub const fn rendering_run(&self) -> u32 {
        self.rendering_run
    }

    /// The writing or speaking under way.
    pub const fn production(&self) -> Option<&Production> {
        self.production.as_ref()
    }

    /// The order of this stretch, as long as it is the one under way and nobody has halted it.
    pub fn order(&self, run: ProductionRun) -> Option<&ProductionOrder> {
        let production = self.production.as_ref()?;
        (production.run == run && !production.is_paused).then_some(&production.order)
    }

    /// Whether voicemails may be handed over now, as far as the campaign is concerned.
    pub const fn is_sending(&self) -> bool {
        matches!(self.status, CampaignStatus::Submitted | CampaignStatus::Active)
    }

    pub(super) fn take_in(&mut self, event: &CampaignEvent) {
        use CampaignEvent as E;
        match event {
            E::CampaignCreated { .. }
            | E::CampaignDetailsChanged { .. }
            | E::ScheduleSet { .. }
            | E::CallerIdSet { .. } => {
                self.take_in_details(event);
            }
            E::ContactImportStarted { batch_id } => {
                self.before = self.status;
                self.status = CampaignStatus::ImportingContacts;
                self.import = Some(*batch_id);
            }
            E::ContactsImported { contact_ids, .. } => self.contacts.extend(contact_ids.iter().copied()),
            E::ContactImportFinished { .. } => {
                self.status = self.before;
                self.import = None;
            }
            E::ContactsRemoved { contact_ids, .. } => {
                for id in contact_ids {
                    self.contacts.remove(id);
                }
            }
            E::DuplicatesResolved {
                min_interval_days, ..
            } => self.min_interval_days = Some(*min_interval_days),
            E::ScriptGenerationStarted { .. }
            | E::AudioRenderingStarted { .. }
            | E::ScriptGenerationFinished { .. }
            | E::AudioRenderingFinished { .. }
            | E::ProductionPaused { .. }
            | E::ProductionResumed { .. }
            | E::ProductionHeld { .. }
            | E::ProductionReleased
            | E::ProductionStopped { .. } => self.take_in_production(event),
            E::ScriptBatchPlanned { .. }
            | E::ScriptBatchSubmitted { .. }
            | E::ScriptBatchProgressed { .. }
            | E::ScriptBatchEnded { .. } => self.take_in_batch(event),
            E::SpeakingWasted { content_hashes, .. } => {
                self.wasted_clips.extend(content_hashes.iter().cloned());
            }
            E::DuplicatesChecked { .. } | E::WritingWasted { .. } => {}
            E::SentToReview => self.status = CampaignStatus::Review,
            E::CampaignApproved { .. } => self.status = CampaignStatus::Approved,
            E::CampaignSubmitted { .. } => self.status = CampaignStatus::Submitted,
            E::CampaignActivated => self.status = CampaignStatus::Active,
            E::CampaignPaused { .. } => {
                self.before = self.status;
                self.status = CampaignStatus::Paused;
            }
            E::CampaignResumed => {
                self.status = self.before;
                self.resumed = true;
            }
            E::CampaignCancelled { .. } => self.end_as(CampaignStatus::Cancelled),
            E::CampaignCompleted { .. } => self.status = CampaignStatus::Completed,
            E::HandOffsInDoubt { hand_offs } => self.doubts_told = *hand_offs,
            E::CampaignFailed { .. } => self.end_as(CampaignStatus::Failed),
            E::CampaignDeleted => self.status = CampaignStatus::Absent,
            E::CampaignArchived => self.is_archived = true,
            E::CampaignUnarchived => self.is_archived = false,
        }
    }

    fn end_as(&mut self, status: CampaignStatus) {
        self.status = status;
        self.import = None;
        self.production = None;
    }

    fn take_in_production(&mut self, event: &CampaignEvent) {
        use CampaignEvent as E;
        match event {
            E::ScriptGenerationStarted {
                run, engine, prompt, ..
            } => {
                self.status = CampaignStatus::GeneratingScripts;
                self.generation_run = *run;
                self.batching.begin_run();
                self.begin(
                    ProductionStep::Scripts,
                    *run,
                    ProductionOrder::Scripts {
                        engine: engine.clone(),
                        prompt: prompt.clone(),
                    },
                );
            }
            E::AudioRenderingStarted { run, voice } => {
                self.status = CampaignStatus::GeneratingAudio;
                self.rendering_run = *run;
                let voice = voice.clone();
                self.begin(ProductionStep::Audio, *run, ProductionOrder::Audio { voice });
            }
            E::ScriptGenerationFinished { .. }
            | E::AudioRenderingFinished { .. }
            | E::ProductionStopped { .. } => self.production = None,
            _ => {}
        }
        let Some(production) = &mut self.production else {
            return;
        };
        match event {
            E::ProductionPaused { .. } => production.is_paused = true,
            E::ProductionResumed { resumption, .. } => {
                production.run.resumption = *resumption;
                production.is_paused = false;
                production.held = None;
            }
            E::ProductionHeld { reason } => production.held = Some(reason.clone()),
            E::ProductionReleased => production.held = None,
            _ => {}
        }
    }

    fn begin(&mut self, step: ProductionStep, run: u32, order: ProductionOrder) {
        let resumption = 0;
        self.production = Some(Production {
            run: ProductionRun {
                step,
                run,
                resumption,
            },
            order,
            is_paused: false,
            held: None,
        });
    }

    fn take_in_details(&mut self, event: &CampaignEvent) {
        match event {
            CampaignEvent::CampaignCreated {
                campaign_id,
                name,
                kind,
                neighborhood,
                script_template,
                script_variables,
                owner,
                team,
            } => {
                *self = Self {
                    id: Some(*campaign_id),
                    status: CampaignStatus::Draft,
                    name: name.clone(),
                    kind: Some(*kind),
                    neighborhood: neighborhood.clone(),
                    script_template: script_template.clone(),
                    script_variables: script_variables.clone(),
                    owner: Some(*owner),
                    team: *team,
                    ..Self::default()
                };
            }
            CampaignEvent::CampaignDetailsChanged {
                name,
                neighborhood,
                script_template,
                script_variables,
            } => {
                if let Some(name) = name {
                    self.name.clone_from(name);
                }
                if neighborhood.is_some() {
                    self.neighborhood.clone_from(neighborhood);
                }
                if script_template.is_some() {
                    self.script_template.clone_from(script_template);
                }
                if let Some(variables) = script_variables {
                    self.script_variables.clone_from(variables);
                }
            }
            CampaignEvent::ScheduleSet { schedule } => self.schedule = schedule.clone(),
            CampaignEvent::CallerIdSet { caller_id } => self.caller_id = Some(caller_id.clone()),
            _ => {}
        }
    }
}
