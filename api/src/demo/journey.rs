//! The journey without a browser: every step as the demonstration's admin, by the same use cases as the API. Each step first
//! looks whether it has been done.

use std::{sync::Arc, time::Duration as StdDuration};

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use commands::{
    CommandError, Ports,
    authorization::{Action, Permit},
    execute::{execute, retrying},
    stream::{Batch, Loaded, load, load_many},
    use_cases::{
        Corrections, ImportRequest, approve, record_consents, review_scripts, start_import, submit,
        unreviewed,
    },
};
use domain::{
    CampaignId, ContactId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus, CampaignType, Schedule, ScriptEngine},
    contact::{Consent, ConsentForm, Contact, ContactCommand},
    import::{ContactSource, ImportBatch, ImportOrigin, ImportStatus},
    organization::Organization,
    script::{Review, Script},
};
use sha2::{Digest, Sha256};

use super::{Cast, Figures};

/// A title company's list of expired listings, made up: every number is a fictional 555-01xx.
pub const SAMPLE_EXPIREDS: &[u8] = include_bytes!("sample_expireds.csv");
/// People the agent knows, made up likewise.
pub const SAMPLE_SPHERE: &[u8] = include_bytes!("sample_sphere.csv");

/// Hours until the demonstration's campaign ends: what is held beyond them stays unsent.
const CAMPAIGN_HOURS: i64 = 8;
/// One contact in so many has no recorded consent, and is blocked.
const WITHOUT_CONSENT: u8 = 12;
/// One contact in so many was reached by another campaign three days ago, and is held.
const REACHED_RECENTLY: u8 = 25;
/// Contacts changed in one request.
const CHUNK: usize = 500;
/// How often a step that others do is looked at.
const LOOK: StdDuration = StdDuration::from_millis(25);
/// Looks at the status between two counts of the scripts.
const LOOKS_PER_COUNT: u64 = 20;
/// Looks after which a step is given up: five minutes without anything moving.
const LOOKS_MAX: u32 = 12_000;

/// A step of the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the file.
    Importing,
    /// Writing scripts.
    Writing,
    /// Approving them.
    Reviewing,
    /// Speaking them.
    Speaking,
    /// Handing them over.
    Sending,
}

/// Told about every move, for a progress bar.
pub trait Progress: Send + Sync {
    /// `done` of `total` in this stage.
    fn moved(&self, stage: Stage, done: u64, total: u64);
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopAfter {
    /// To the digest.
    Completion,
    /// To a review of which half is done.
    HalfReview,
}

/// Why the demonstration did not get to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A use case failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The file was refused.
    #[error(
        "the file can't be imported: it is no contact list, or has no row with a usable number; see `voicedrop import --dry-run`"
    )]
    ImportFailed,
    /// The campaign failed or was stopped.
    #[error("the campaign is {0} and goes no further")]
    Stopped(CampaignStatus),
    /// Nothing has moved for a long time.
    #[error("nothing has moved for five minutes at {0:?}; see the log")]
    Stuck(Stage),
    /// No contact in the campaign.
    #[error("the file has no contact that could be reached")]
    NoContacts,
}

/// One file on its way to a digest.
#[derive(Clone)]
pub struct Journey {
    /// Everything it works with.
    pub ports: Ports,
    /// Who acts.
    pub cast: Cast,
    /// Who is told.
    pub progress: Arc<dyn Progress>,
}

impl std::fmt::Debug for Journey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journey")
            .field("cast", &self.cast)
            .finish_non_exhaustive()
    }
}

impl Journey {
    /// Goes from the file to the end, or to where it was to stop. Returns the campaign.
    pub async fn run(
        &self,
        name: &str,
        kind: CampaignType,
        file_name: &str,
        file: Bytes,
        stop: StopAfter,
    ) -> Result<CampaignId, DemoError> {
        self.cast.appear(&self.ports).await?;
        let sha256 = hex::encode(Sha256::digest(&file));
        let id = self.cast.campaign(&sha256);
        self.create(id, name, kind).await?;
        let status = self.campaign(id).await?.status;
        if status == CampaignStatus::Draft || status == CampaignStatus::ImportingContacts {
            self.import(id, file_name, file, sha256).await?;
            self.prepare_contacts(id).await?;
            self.write(id).await?;
        }
        self.wait(id, Stage::Writing, |s| s != CampaignStatus::GeneratingScripts)
            .await?;
        if stop == StopAfter::HalfReview {
            self.review(id, 2).await?;
            return Ok(id);
        }
        self.speak(id).await?;
        self.send(id).await?;
        Ok(id)
    }

    /// What came of it, counted from the streams themselves.
    pub async fn figures(&self, id: CampaignId) -> Result<Figures, DemoError> {
        Ok(Figures::count(&self.ports, self.cast.organization, id).await?)
    }

    async fn campaign(&self, id: CampaignId) -> Result<Campaign, CommandError> {
        let loaded: Loaded<Campaign> = load(&self.ports, self.cast.organization, id).await?;
        Ok(loaded.state().clone())
    }

    async fn permit(&self, action: Action) -> Result<Permit, CommandError> {
        self.cast.permit(&self.ports, action).await
    }

    async fn command(&self, id: CampaignId, command: CampaignCommand) -> Result<(), CommandError> {
        let permit = self.permit(Action::SendCampaign).await?;
        let context = self.cast.context(&self.ports, &permit);
        execute::<Campaign>(&self.ports, &context, id, command)
            .await
            .map(|_| ())
    }

    async fn create(&self, id: CampaignId, name: &str, kind: CampaignType) -> Result<(), CommandError> {
        if self.campaign(id).await?.id.is_none() {
            let create = CampaignCommand::Create {
                id,
                name: name.to_owned(),
                kind,
                neighborhood: None,
                script_template: None,
                script_variables: std::collections::BTreeMap::new(),
                owner: self.cast.admin,
                team: None,
            };
            self.command(id, create).await?;
        }
        let campaign = self.campaign(id).await?;
        if campaign.status == CampaignStatus::Draft && campaign.schedule.start.is_none() {
            let now = self.ports.clock.now();
            let schedule = Schedule {
                start: Some(now),
                end: Some(now + Duration::hours(CAMPAIGN_HOURS)),
                ..Schedule::default()
            };
            self.command(id, CampaignCommand::SetSchedule(schedule)).await?;
        }
        if campaign.status == CampaignStatus::Draft && campaign.caller_id.is_none() {
            self.command(id, CampaignCommand::SetCallerId(Cast::caller_id()?))
                .await?;
        }
        Ok(())
    }

    async fn import(
        &self,
        id: CampaignId,
        file_name: &str,
        file: Bytes,
        sha256: String,
    ) -> Result<(), DemoError> {
        let permit = self.permit(Action::WriteContacts).await?;
        let context = self.cast.context(&self.ports, &permit);
        let blob_key = format!("uploads/{}/{sha256}", self.cast.organization);
        self.ports
            .blobs
            .put(&blob_key, file)
            .await
            .map_err(CommandError::from)?;
        let request = ImportRequest {
            campaign: Some(id),
            source: ContactSource::TitleRep,
            file_name: Some(file_name.to_owned()),
            corrections: Corrections::default(),
            guessed: false,
            origin: ImportOrigin {
                blob_key: Some(blob_key),
                sha256: Some(sha256),
                ..ImportOrigin::default()
            },
        };
        let started = start_import(&self.ports, &context, request).await?;
        let mut still = Stillness::default();
        loop {
            let import: Loaded<ImportBatch> =
                load(&self.ports, self.cast.organization, started.batch).await?;
            let state = import.state();
            self.progress
                .moved(Stage::Importing, state.totals.rows, state.totals.rows);
            match state.status {
                ImportStatus::Completed => break,
                ImportStatus::Failed
                | ImportStatus::Cancelled
                | ImportStatus::Undoing
                | ImportStatus::Undone => return Err(DemoError::ImportFailed),
                ImportStatus::Running | ImportStatus::Absent => {
                    still.look(Stage::Importing, state.totals.rows).await?;
                }
            }
        }
        if self.campaign(id).await?.contacts.is_empty() {
            Err(DemoError::NoContacts)
        } else {
            Ok(())
        }
    }

    /// Records what real contacts bring along: consent for most of them, and that some were reached days ago.
    async fn prepare_contacts(&self, id: CampaignId) -> Result<(), CommandError> {
        let permit = self.permit(Action::WriteContacts).await?;
        let context = self.cast.context(&self.ports, &permit);
        let campaign = self.campaign(id).await?;
        let start = campaign.schedule.start.unwrap_or_else(|| self.ports.clock.now());
        let mut members: Vec<ContactId> = campaign.contacts.iter().copied().collect();
        members.sort_unstable();
        let consent = synthetic_consent(start);
        for chunk in members.chunks(CHUNK) {
            let consenting: Vec<ContactId> = chunk
                .iter()
                .copied()
                .filter(|c| !one_in(*c, 0, WITHOUT_CONSENT))
                .collect();
            record_consents(&self.ports, &context, &consenting, &consent).await?;
            let reached: Vec<ContactId> = chunk
                .iter()
                .copied()
                .filter(|c| one_in(*c, 1, REACHED_RECENTLY) && !one_in(*c, 0, WITHOUT_CONSENT))
                .collect();
            retrying(|| self.reach(&reached, start - Duration::days(3))).await?;
        }
        Ok(())
    }

    /// An earlier campaign, of which only the contact's side is told, reached them.
    async fn reach(&self, contacts: &[ContactId], at: DateTime<Utc>) -> Result<(), CommandError> {
        let campaign = self.cast.campaign("an earlier campaign");
        let context = self.cast.system(&self.ports);
        let loaded: Vec<Loaded<Contact>> = load_many(&self.ports, self.cast.organization, contacts).await?;
        let mut batch = Batch::new(&self.ports, &context);
        for (id, mut contact) in contacts.iter().zip(loaded) {
            let script = ScriptId::of(campaign, *id);
            let reserve = ContactCommand::ReserveSlot {
                campaign,
                script,
                at,
                subject: None,
                min_interval_days: 0,
            };
            // Who must not be contacted was not.
            if contact.decide(reserve).is_ok() {
                batch.add(contact)?;
            }
        }
        batch.commit().await?;
        Ok(())
    }

    async fn write(&self, id: CampaignId) -> Result<(), CommandError> {
        let start = CampaignCommand::StartScriptGeneration {
            engine: ScriptEngine::Template,
            prompt: None,
            prompt_sha256: None,
        };
        self.command(id, start).await
    }

    /// Approves one of every `part` scripts that nobody has reviewed.
    async fn review(&self, id: CampaignId, part: usize) -> Result<(), CommandError> {
        let permit = self.permit(Action::WriteCampaign).await?;
        let context = self.cast.context(&self.ports, &permit);
        let pending: Vec<ScriptId> = unreviewed(&self.ports, &permit, id)
            .await?
            .into_iter()
            .step_by(part)
            .collect();
        let total = pending.len() as u64;
        let outcome =
            review_scripts(&self.ports, &permit, &context, &pending, Review::Approved, None).await?;
        self.progress.moved(Stage::Reviewing, outcome.reviewed, total);
        Ok(())
    }

    async fn speak(&self, id: CampaignId) -> Result<(), DemoError> {
        if self.campaign(id).await?.status == CampaignStatus::Review {
            self.drop_unwritten(id).await?;
            self.review(id, 1).await?;
            let organization: Loaded<Organization> =
                load(&self.ports, self.cast.organization, self.cast.organization).await?;
            if !self.is_spoken(id).await? {
                let voice = organization.state().settings.default_voice.clone();
                self.command(id, CampaignCommand::StartAudioRendering { voice })
                    .await?;
            }
        }
        self.wait(id, Stage::Speaking, |s| s != CampaignStatus::GeneratingAudio)
            .await
    }

    /// Takes out contacts for whom no script could be written; they would hold the rest up.
    async fn drop_unwritten(&self, id: CampaignId) -> Result<(), CommandError> {
        let members: Vec<ContactId> = self.campaign(id).await?.contacts.iter().copied().collect();
        for chunk in members.chunks(CHUNK) {
            let ids = chunk.iter().map(|c| ScriptId::of(id, *c));
            let scripts: Vec<Loaded<Script>> = load_many(&self.ports, self.cast.organization, ids).await?;
            let without: Vec<ContactId> = chunk
                .iter()
                .zip(&scripts)
                .filter(|(_, s)| !s.exists())
                .map(|(c, _)| *c)
                .collect();
            if !without.is_empty() {
                let reason = "no script could be written".to_owned();
                self.command(
                    id,
                    CampaignCommand::RemoveContacts {
                        contacts: without,
                        reason,
                    },
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn is_spoken(&self, id: CampaignId) -> Result<bool, CommandError> {
        let members: Vec<ContactId> = self.campaign(id).await?.contacts.iter().copied().collect();
        for chunk in members.chunks(CHUNK) {
            let ids = chunk.iter().map(|c| ScriptId::of(id, *c));
            let scripts: Vec<Loaded<Script>> = load_many(&self.ports, self.cast.organization, ids).await?;
            if scripts.iter().any(|s| !s.state().is_ready()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn send(&self, id: CampaignId) -> Result<(), DemoError> {
        if self.campaign(id).await?.status == CampaignStatus::Review {
            let permit = self.permit(Action::SendCampaign).await?;
            let context = self.cast.context(&self.ports, &permit);
            approve(&self.ports, &permit, &context, id).await?;
        }
        if self.campaign(id).await?.status == CampaignStatus::Approved {
            let permit = self.permit(Action::SendCampaign).await?;
            let context = self.cast.context(&self.ports, &permit);
            submit(&self.ports, &context, id).await?;
        }
        self.wait(id, Stage::Sending, CampaignStatus::is_final).await
    }

    /// Waits until the campaign's status is as wanted, telling how far it is.
    async fn wait(
        &self,
        id: CampaignId,
        stage: Stage,
        reached: impl Fn(CampaignStatus) -> bool,
    ) -> Result<(), DemoError> {
        let mut still = Stillness::default();
        let mut done = 0;
        for look in 0_u64.. {
            let status = self.campaign(id).await?.status;
            if matches!(status, CampaignStatus::Failed | CampaignStatus::Cancelled) {
                return Err(DemoError::Stopped(status));
            }
            let there = reached(status);
            if there || look % LOOKS_PER_COUNT == 0 {
                let figures = Figures::count(&self.ports, self.cast.organization, id).await?;
                let total;
                (done, total) = figures.progress(stage);
                self.progress.moved(stage, done, total);
            }
            if there {
                break;
            }
            still.look(stage, done).await?;
        }
        Ok(())
    }
}

/// Notices when nothing moves any more.
#[derive(Debug, Default)]
struct Stillness {
    last: u64,
    looks: u32,
}

impl Stillness {
    async fn look(&mut self, stage: Stage, done: u64) -> Result<(), DemoError> {
        self.looks = if done == self.last { self.looks + 1 } else { 0 };
        self.last = done;
        if self.looks > LOOKS_MAX {
            return Err(DemoError::Stuck(stage));
        }
        tokio::time::sleep(LOOK).await;
        Ok(())
    }
}

fn synthetic_consent(start: DateTime<Utc>) -> Consent {
    Consent {
        form: ConsentForm::Written,
        seller: "Demonstration Realty".to_owned(),
        disclosure_sha256: hex::encode(Sha256::digest(b"demonstration disclosure")),
        captured_at: start - Duration::days(30),
        how: "demonstration".to_owned(),
        evidence: Some("synthetic, made for the demonstration".to_owned()),
    }
}

/// A fixed share of the contacts, the same each time.
fn one_in(contact: ContactId, byte: usize, share: u8) -> bool {
    let digest = Sha256::digest(contact.as_uuid().as_bytes());
    digest[byte] % share == 0
}
