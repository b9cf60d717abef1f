//! A campaign of so many people on a running system, written and spoken step by step.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use commands::{
    CommandContext,
    authorization::Action,
    execute::execute,
    people::load_people,
    processes::{Kind, Processes, StepOutcome},
    scripts::{Template, Variables, template_of},
    stream::{Loaded, load, load_many},
    use_cases::{Corrections, ImportRequest, review_scripts, start_generation, start_import},
};
use domain::{
    CampaignId, ContactId, ScriptId,
    campaign::{Campaign, CampaignCommand, CampaignStatus, CampaignType, ScriptEngine},
    import::{ContactSource, ImportOrigin},
    organization::Organization,
    script::{Audio, Review, Script},
};
use sandbox::{Delays, Faults, VoiceEngine};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use voicedrop::{
    application::{Application, Surroundings},
    config::Config,
    demo::Cast,
};

use crate::{baseline, title_rep};

/// Names the house, so that no two scripts are the same: who has the same words as another shares the recording.
const TEMPLATE: &str = "Hello {{ first_name | default: \"neighbor\" }}, this is {{ agent_name }} with {{ brokerage }}. \
    To opt out of these messages, call {{ opt_out_phone }}. This is an AI voice. I noticed that the home at {{ street | default: \"your address\" }} \
    {% if neighborhood %}in {{ neighborhood }} {% endif %}is no longer on the market. Often it is not the home but the plan \
    behind it, and I have a fresh idea or two about how to bring the right buyers. If you would still like to sell, I would be \
    glad to share them in ten minutes. My number is {{ agent_phone }}. Once more, {{ agent_phone }}. Thank you.";
/// Rows of a title company's list for so many people: some fold, some have no number.
const ROWS_FOR_A_PERSON: f64 = 1.12;
/// People that are loaded together.
const CHUNK: usize = 500;

/// A campaign with people in it.
pub struct Studio {
    application: Application,
    processes: Arc<Processes>,
    cast: Cast,
    campaign: CampaignId,
    people: Vec<ContactId>,
    cancel: CancellationToken,
    database: String,
    directory: TempDir,
}

impl Studio {
    /// Opens a system on an empty database and imports the people.
    pub async fn open(engine: &str, people: usize, latency: Duration, faults: Faults) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = match engine {
            "sqlite" => format!("sqlite:{}", directory.path().join("rows").display()),
            _ => tokio::task::spawn_blocking(baseline::new_database).await.unwrap(),
        };
        let mut config = Config::read(None).unwrap();
        config.database.url.clone_from(&database);
        config.data.directory = directory.path().join("kept").display().to_string();
        let around = Surroundings {
            delays: Delays::short(),
            latency,
            // A tone costs nothing to make, so that what is timed is ours.
            voice: VoiceEngine::Tone,
            faults,
            ..Surroundings::default()
        };
        let application = Application::open(config, around).await.unwrap();
        let cancel = CancellationToken::new();
        let (read_side, token) = (application.read_side.clone(), cancel.clone());
        let runtime = tokio::runtime::Handle::current();
        std::thread::spawn(move || runtime.block_on(read_side.run(token)));
        let processes = Arc::new(Processes::new(application.ports.clone(), application.settings()));
        application.ports.voice.check().await.unwrap();
        let mut studio = Self {
            campaign: CampaignId::from_uuid(application.ports.ids.next()),
            cast: Cast::default(),
            processes,
            people: vec![],
            cancel,
            database,
            directory,
            application,
        };
        studio.begin(people).await;
        studio
    }

    async fn begin(&mut self, people: usize) {
        let ports = &self.application.ports;
        self.cast.appear(ports).await.unwrap();
        let create = CampaignCommand::Create {
            id: self.campaign,
            name: "Ten thousand neighbors".into(),
            kind: CampaignType::NeighborhoodExpireds,
            neighborhood: Some("PDCC".into()),
            script_template: Some(TEMPLATE.into()),
            script_variables: std::collections::BTreeMap::new(),
            owner: self.cast.admin,
            team: None,
        };
        self.command(create).await;
        let list = self.directory.path().join("title_rep.csv");
        title_rep::write_csv(&list, (people as f64 * ROWS_FOR_A_PERSON) as u64);
        ports.blobs.put_file("uploads/list", list).await.unwrap();
        let request = ImportRequest {
            campaign: Some(self.campaign),
            source: ContactSource::TitleRep,
            file_name: Some("title_rep.csv".into()),
            corrections: Corrections::default(),
            guessed: false,
            origin: ImportOrigin {
                blob_key: Some("uploads/list".into()),
                sha256: Some("00".repeat(32)),
                ..ImportOrigin::default()
            },
        };
        start_import(ports, &self.context().await, request).await.unwrap();
        self.until(Kind::Import, CampaignStatus::Draft, true).await;
        let state = self.state().await;
        self.people = state.contacts.into_iter().collect();
        self.people.sort_unstable();
        // Exactly so many: the rest leaves.
        let surplus: Vec<ContactId> = self.people.split_off(people.min(self.people.len()));
        for contacts in surplus.chunks(1_000) {
            let contacts = contacts.to_vec();
            let reason = "too many".to_owned();
            self.command(CampaignCommand::RemoveContacts { contacts, reason })
                .await;
        }
        self.caught_up().await;
    }

    pub const fn people(&self) -> usize {
        self.people.len()
    }

    async fn context(&self) -> CommandContext {
        let ports = &self.application.ports;
        let permit = self.cast.permit(ports, Action::SendCampaign).await.unwrap();
        self.cast.context(ports, &permit)
    }

    async fn command(&self, command: CampaignCommand) {
        let context = self.context().await;
        execute::<Campaign>(&self.application.ports, &context, self.campaign, command)
            .await
            .unwrap();
    }

    async fn state(&self) -> Campaign {
        let loaded: Loaded<Campaign> = load(&self.application.ports, self.cast.organization, self.campaign)
            .await
            .unwrap();
        loaded.state().clone()
    }

    async fn caught_up(&self) {
        let head = self.application.ports.journal.head().await.unwrap();
        assert!(
            self.application
                .read_side
                .wait_for(head, Duration::from_mins(5))
                .await
        );
    }

    /// Plans and works until the campaign is there.
    async fn until(&self, kind: Kind, status: CampaignStatus, begins_there: bool) {
        let mut worked = !begins_there;
        loop {
            while self.processes.plan_step().await.unwrap() == StepOutcome::Worked {}
            worked |= self.processes.work_step(kind).await.unwrap() == StepOutcome::Worked;
            if worked && self.state().await.status == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Has everybody's script written: how long it took until the last was durable.
    pub async fn write(&self, engine: ScriptEngine) -> Duration {
        let context = self.context().await;
        let began = Instant::now();
        start_generation(&self.application.ports, &context, self.campaign, engine, None)
            .await
            .unwrap();
        self.until(Kind::ScriptGeneration, CampaignStatus::Review, false)
            .await;
        let took = began.elapsed();
        let written = self.scripts().await.iter().filter(|s| s.version > 0).count();
        assert_eq!(written, self.people.len(), "scripts are missing");
        took
    }

    /// Sends every script back and has the template write it.
    pub async fn write_again_by_template(&self) {
        self.review(Review::NeedsRevision).await;
        self.write(ScriptEngine::Template).await;
    }

    async fn review(&self, review: Review) {
        let ports = &self.application.ports;
        let permit = self.cast.permit(ports, Action::SendCampaign).await.unwrap();
        let context = self.cast.context(ports, &permit);
        let ids: Vec<ScriptId> = self
            .people
            .iter()
            .map(|p| ScriptId::of(self.campaign, *p))
            .collect();
        let done = review_scripts(ports, &permit, &context, &ids, review, None)
            .await
            .unwrap();
        assert_eq!(done.refused, vec![]);
    }

    /// Approves every script and has it spoken: how long the speaking took, and how many recordings were bought. Who has the same words
    /// as another shares theirs.
    pub async fn speak(&self) -> (Duration, usize) {
        self.review(Review::Approved).await;
        self.caught_up().await;
        let voice = "21m00Tcm4TlvDq8ikWAM".to_owned();
        let began = Instant::now();
        self.command(CampaignCommand::StartAudioRendering { voice }).await;
        self.until(Kind::AudioRendering, CampaignStatus::Review, false)
            .await;
        let took = began.elapsed();
        let spoken = self.scripts().await;
        let spoken = spoken
            .iter()
            .filter(|s| matches!(s.audio, Audio::Rendered { .. }))
            .count();
        assert_eq!(spoken, self.people.len(), "recordings are missing");
        let bill = self.application.sandbox.as_ref().unwrap().bill();
        (took, bill["speech_requests"].as_u64().unwrap() as usize)
    }

    async fn scripts(&self) -> Vec<Script> {
        let ids = self.people.iter().map(|p| ScriptId::of(self.campaign, *p));
        let loaded: Vec<Loaded<Script>> = load_many(&self.application.ports, self.cast.organization, ids)
            .await
            .unwrap();
        loaded.iter().map(|s| s.state().clone()).collect()
    }

    /// What we have recorded as spent and what the sandbox would bill, millionths of a dollar.
    pub async fn bills(&self) -> [(&'static str, i64, i64); 2] {
        self.caught_up().await;
        let row = self
            .application
            .read_side
            .queries()
            .campaign(
                self.cast.organization,
                &projections::queries::Visible::All,
                self.campaign,
            )
            .await
            .unwrap()
            .unwrap();
        let bill = self.application.sandbox.as_ref().unwrap().bill();
        let theirs = |what: &str| bill["micro_dollars"][what].as_i64().unwrap();
        [
            ("scripts   ", row.writer_cost.micros(), theirs("scripts")),
            ("recordings", row.voice_cost.micros(), theirs("speech")),
        ]
    }

    /// Stops everything and drops the database.
    pub async fn close(self) {
        self.cancel.cancel();
        self.application.close().await;
        if !self.database.starts_with("sqlite:") {
            tokio::task::spawn_blocking(move || baseline::drop_database(&self.database))
                .await
                .unwrap();
        }
    }
}

/// What rendering the same scripts takes by itself: the template engine with the values in hand, and with looking the contacts up and
/// opening their details.
pub async fn rendering_alone(studio: &Studio) -> (Duration, Duration) {
    let ports = &studio.application.ports;
    let campaign = studio.state().await;
    let template: Template = template_of(ports, studio.cast.organization, &campaign)
        .await
        .unwrap();
    let organization: Loaded<Organization> = load(ports, studio.cast.organization, studio.cast.organization)
        .await
        .unwrap();
    let agent = &organization.state().settings.agent;
    let context = studio.context().await;
    let mut variables = Vec::with_capacity(studio.people.len());
    let looked_up = Instant::now();
    for chunk in studio.people.chunks(CHUNK) {
        for person in load_people(ports, &context, chunk).await.unwrap() {
            let contact = person.contact.state();
            let details = person.details.as_ref().unwrap();
            let listing = contact.listing_status.as_deref();
            variables.push(Variables::of(
                details,
                &contact.location,
                listing,
                &campaign,
                agent,
            ));
        }
    }
    let began = Instant::now();
    let mut characters = 0;
    for one in &variables {
        characters += template.render(one).unwrap().len();
    }
    assert!(characters > 0);
    (began.elapsed(), looked_up.elapsed())
}
