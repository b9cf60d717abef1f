//! A running system in this process: everything as in production but the clock, which skips waiting, and the sandbox's pace.
//! One organization with an admin is founded; others are let in through the API.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use commands::Ports;
use domain::{ManualClock, OrganizationId, UserId};
use futures::FutureExt;
use sandbox::{Delays, Faults, PendingCallbacks, RunningSandbox, VoiceEngine};
use serde_json::Value;
use uuid::Uuid;
use voicedrop::{
    application::{Application, Running, Surroundings},
    auth::make_sign_in_link,
    config::{CarrierChoice, Config, Role, StorageConfig, StorageKind},
    demo::{Cast, SkippingClock, start_instant},
};

use super::{Engine, Person, Place, bucket::Bucket};

/// Between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);
/// Looks until a condition counts as never coming: two minutes, or as many times that as `VOICEDROP_TESTS_PATIENCE` says.
const LOOKS_MAX: u32 = 6_000;
/// An afternoon on which every story takes place: the Thursday before it is the story's day.
const TODAY_SECONDS: i64 = 1_768_600_000;

/// What the carrier's webhooks are signed with.
pub const WEBHOOK_SECRET: &str = "test-signing-secret-0001";

/// A running system.
#[derive(Debug)]
pub struct TestApp {
    running: Running,
    /// The organization that the story is about, and its admin.
    pub cast: Cast,
    /// The system's clock, for stories in which it stands still.
    pub clock: ManualClock,
}

/// How a system is set up for a story.
#[derive(Debug)]
struct Setting {
    carrier: CarrierChoice,
    faults: Faults,
    /// The clock moves only when the story says so.
    stands_still: bool,
    /// The cast's organization is there when the story begins.
    founded: bool,
    /// Files and recordings lie in a bucket.
    in_a_bucket: bool,
    /// What recordings are made by.
    voice: VoiceEngine,
}

impl Setting {
    const fn amid(faults: Faults) -> Self {
        Self {
            carrier: CarrierChoice::DropCowboy,
            faults,
            stands_still: false,
            founded: true,
            in_a_bucket: false,
            voice: VoiceEngine::Auto,
        }
    }
}

impl TestApp {
    /// Starts a system, tells the story and stops it, also when the story fails.
    pub fn tell(engine: Engine, story: impl AsyncFnOnce(&Self)) {
        Self::tell_amid(engine, Faults::default(), story);
    }

    /// The same, with providers that get things wrong.
    pub fn tell_amid(engine: Engine, faults: Faults, story: impl AsyncFnOnce(&Self)) {
        Self::tell_through(engine, faults, |ports| ports, story);
    }

    /// The same on an empty database: no organization, nobody in it.
    pub fn tell_before_anybody(engine: Engine, story: impl AsyncFnOnce(&Self)) {
        let setting = Setting {
            founded: false,
            ..Setting::amid(Faults::default())
        };
        Self::tell_all(engine, setting, |ports| ports, story);
    }

    /// The same, with files and recordings in a bucket.
    pub fn tell_in_a_bucket(engine: Engine, story: impl AsyncFnOnce(&Self)) {
        let setting = Setting {
            in_a_bucket: true,
            ..Setting::amid(Faults::default())
        };
        Self::tell_all(engine, setting, |ports| ports, story);
    }

    /// The same, where recordings are MP3.
    pub fn tell_in_mp3(engine: Engine, story: impl AsyncFnOnce(&Self)) {
        let setting = Setting {
            voice: VoiceEngine::Mp3,
            ..Setting::amid(Faults::default())
        };
        Self::tell_all(engine, setting, |ports| ports, story);
    }

    /// The same, with a carrier that remembers no keys and fetches its recordings.
    pub fn tell_by_the_first_api(engine: Engine, faults: Faults, story: impl AsyncFnOnce(&Self)) {
        let setting = Setting {
            carrier: CarrierChoice::DropCowboyV1,
            ..Setting::amid(faults)
        };
        Self::tell_all(engine, setting, |ports| ports, story);
    }

    /// The same, with a clock that the story moves.
    pub fn tell_at_a_standstill(engine: Engine, faults: Faults, story: impl AsyncFnOnce(&Self)) {
        let setting = Setting {
            stands_still: true,
            ..Setting::amid(faults)
        };
        Self::tell_all(engine, setting, |ports| ports, story);
    }

    /// The same, where something comes between the system and a port of its own.
    pub fn tell_through(
        engine: Engine,
        faults: Faults,
        between: impl FnOnce(Ports) -> Ports,
        story: impl AsyncFnOnce(&Self),
    ) {
        Self::tell_all(engine, Setting::amid(faults), between, story);
    }

    fn tell_all(
        engine: Engine,
        setting: Setting,
        between: impl FnOnce(Ports) -> Ports,
        story: impl AsyncFnOnce(&Self),
    ) {
        let place = Place::make(engine);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let bucket = if setting.in_a_bucket {
                Some(Bucket::serve().await)
            } else {
                None
            };
            let app = Self::start(&place, setting, bucket.as_ref(), between).await;
            let told = AssertUnwindSafe(story(&app)).catch_unwind().await;
            app.running.stop().await;
            if let Err(failure) = told {
                std::panic::resume_unwind(failure);
            }
        });
    }

    /// The system itself, for stories that look behind the API.
    pub const fn application(&self) -> &Application {
        &self.running.application
    }

    async fn start(
        place: &Place,
        setting: Setting,
        bucket: Option<&Bucket>,
        between: impl FnOnce(Ports) -> Ports,
    ) -> Self {
        let mut config = Config::read(None).expect("the defaults");
        if let Some(bucket) = bucket {
            config.storage = StorageConfig {
                kind: StorageKind::S3,
                s3: bucket.config.clone(),
            };
        }
        config.database.url.clone_from(&place.url);
        config.data.directory = place.kept().display().to_string();
        config.providers.carrier = setting.carrier;
        config.providers.drop_cowboy.webhook_secrets = WEBHOOK_SECRET.into();
        let today = chrono::DateTime::from_timestamp(TODAY_SECONDS, 0).expect("an instant");
        let clock = ManualClock::starting_at(start_instant(today));
        let around = Surroundings {
            clock: Arc::new(clock.clone()),
            delays: Delays::short(),
            faults: setting.faults,
            voice: setting.voice,
            ..Surroundings::default()
        };
        let mut application = Application::open(config, around).await.expect("it opens");
        application.ports = between(application.ports);
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = application.start(any_port, Role::All).await.expect("it starts");
        let outside = running.application.sandbox.as_ref().map(RunningSandbox::pending);
        let look = move || outside.as_ref().map_or(0, PendingCallbacks::count);
        let ports = running.application.ports.clone();
        if !setting.stands_still {
            running.beside(SkippingClock::new(clock.clone()).run(ports, look, running.token()));
        }
        let cast = Cast::default();
        let app = Self { running, cast, clock };
        if setting.founded {
            let appeared = app.cast.appear(&app.running.application.ports).await;
            appeared.expect("the organization is founded");
        }
        app
    }

    /// Another organization with its admin, on the same system.
    pub async fn another_organization(&self) -> Cast {
        let root = Uuid::from_u128(0x019b_76da_a800_7000_8000_0000_0000_0002);
        let cast = Cast {
            organization: OrganizationId::derived(root, b"another organization"),
            admin: UserId::derived(root, b"another admin"),
        };
        cast.appear(&self.running.application.ports)
            .await
            .expect("another organization is founded");
        cast
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.running.public
    }

    /// Somebody who is not signed in.
    pub fn anybody(&self) -> Person {
        Person::at(self.address())
    }

    /// The address of a one-time link for a user.
    pub async fn link_for(&self, user: UserId) -> String {
        let state = self.running.application.state(self.address());
        let (link, _) = make_sign_in_link(&state, user).await.expect("a link");
        link
    }

    /// The admin of an organization, signed in.
    pub async fn admin_of(&self, cast: &Cast) -> Person {
        Person::by_link(self.address(), &self.link_for(cast.admin).await).await
    }

    /// The admin of the story's organization, signed in.
    pub async fn admin(&self) -> Person {
        self.admin_of(&self.cast).await
    }

    /// A new member with this role (as GraphQL names it), let in by the admin and signed in by the link of the answer.
    /// Also answers the member's id.
    pub async fn member(&self, admin: &Person, role: &str) -> (Person, String) {
        let name = role.to_lowercase();
        let call = format!(
            "addMember(input: {{name: \"The {name}\", email: \"{name}@example.com\", role: {role}}})"
        );
        let added = admin.does(&call, "MemberAdded { userId signInLink }").await;
        let person = Person::by_link(self.address(), text(&added["signInLink"])).await;
        (person, text(&added["userId"]).to_owned())
    }

    /// So much time passes, at once.
    pub fn minutes_pass(&self, minutes: i64) {
        self.clock.advance(chrono::Duration::minutes(minutes));
    }

    /// How many events there are, whoever recorded them.
    pub async fn events(&self) -> u64 {
        let journal = &self.running.application.ports.journal;
        journal.head().await.expect("the journal answers").number()
    }

    /// The names of the events after so many, oldest first.
    pub async fn events_since(&self, before: u64) -> Vec<String> {
        let journal = &self.running.application.ports.journal;
        let page = journal.read(domain::Position::new(before), 1_000).await;
        let events = page.expect("the journal answers").events;
        events.iter().map(|e| e.name.clone()).collect()
    }

    /// The carrier has nothing more to say, and what it said is recorded.
    pub async fn everything_is_reported(&self) {
        let sandbox = self.running.application.sandbox.as_ref();
        let outside = sandbox.expect("a sandbox").pending();
        until("everything is reported", async || {
            (outside.count() == 0 && self.reports().await.waiting == 0).then_some(())
        })
        .await;
    }

    /// Reports of the carrier by what became of them.
    pub async fn reports(&self) -> commands::ports::WebhookCounts {
        let inbox = &self.running.application.ports.inbox;
        inbox.counts().await.expect("the inbox answers")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "long forms of stories are asked for, and given their time, by the environment"
)]
fn patience_minutes() -> u32 {
    let minutes = std::env::var("VOICEDROP_TESTS_PATIENCE").ok();
    minutes.map_or(1, |minutes| minutes.parse().expect("minutes of patience"))
}

/// Looks until it is so, and answers what was seen.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS_MAX * patience_minutes() {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(LOOK).await;
    }
    panic!("it never happened: {what}")
}

/// A text of an answer.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
