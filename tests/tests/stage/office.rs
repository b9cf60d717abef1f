//! A system whose worker is a process of its own and can be killed, while its API and its sandbox serve in this process: what providers and
//! receivers saw is at hand, and outlives each worker. On PostgreSQL: SQLite has one process alone.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::Clock;
use sandbox::{Delays, RunningSandbox};
use store::system::SystemClock;
use voicedrop::{
    application::{Application, Running, Surroundings},
    auth::make_sign_in_link,
    config::{Config, Role},
    demo::Cast,
};

use super::{Engine, Person, Place, Worker, text, until};

/// The machine's time, or so many seconds ahead of it.
#[derive(Debug, Default)]
struct AheadClock(AtomicI64);

impl Clock for AheadClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + chrono::Duration::seconds(self.0.load(Ordering::SeqCst))
    }
}

/// How long the providers of a story take.
#[derive(Debug)]
pub struct Pace {
    /// The carrier, and batches.
    pub delays: Delays,
    /// Writers and the voice.
    pub latency: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            delays: Delays::short(),
            latency: Duration::ZERO,
        }
    }
}

/// The system.
#[derive(Debug)]
pub struct Office {
    place: Place,
    running: Running,
    clock: Arc<AheadClock>,
    settings: Vec<(&'static str, String)>,
}

impl Office {
    /// Tells a story and stops the system; what it leaves is answered. Its workers have these settings besides the story's own.
    pub fn tell(pace: Pace, settings: &[(&'static str, &str)], story: impl AsyncFnOnce(&Self)) -> Place {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let office = Self::open(pace, settings).await;
            story(&office).await;
            office.running.stop().await;
            office.place
        })
    }

    async fn open(pace: Pace, settings: &[(&'static str, &str)]) -> Self {
        let place = Place::make(Engine::Postgres);
        let mut config = Config::read(None).expect("the defaults");
        config.database.url.clone_from(&place.url);
        config.data.directory = place.kept().display().to_string();
        let clock = Arc::new(AheadClock::default());
        let around = Surroundings {
            clock: clock.clone(),
            delays: pace.delays,
            latency: pace.latency,
            ..Surroundings::default()
        };
        let application = Application::open(config, around).await.expect("it opens");
        Cast::default()
            .appear(&application.ports)
            .await
            .expect("the organization is founded");
        let sandbox = application.sandbox.as_ref().expect("a sandbox");
        let mut settings: Vec<_> = settings
            .iter()
            .map(|(name, set)| (*name, (*set).to_owned()))
            .collect();
        settings.push(("VOICEDROP__SANDBOX__URL", sandbox.base_url().to_owned()));
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = application.start(any_port, Role::Api).await.expect("it starts");
        settings.push(("VOICEDROP__HTTP__PUBLIC_BASE_URL", running.public.clone()));
        Self {
            place,
            running,
            clock,
            settings,
        }
    }

    /// Its admin, by a token: time goes by faster than a session lasts. A worker must be there, which makes them known.
    pub async fn agent(&self) -> Person {
        let queries = self.running.application.read_side.queries();
        until("a worker makes the admin known", async || {
            let known = queries.memberships(Cast::default().admin).await;
            (!known.expect("the read models answer").is_empty()).then_some(())
        })
        .await;
        let state = self.running.application.state(&self.running.public);
        let (link, _) = make_sign_in_link(&state, Cast::default().admin)
            .await
            .expect("a link");
        let agent = Person::by_link(&self.running.public, &link).await;
        let made = agent
            .does(
                "createApiToken(name: \"Office\", scope: WRITE)",
                "TokenCreated { secret }",
            )
            .await;
        agent.with_token(text(&made["secret"]))
    }

    /// Starts a worker, at the system's time.
    pub fn worker(&self) -> Worker {
        let ahead = self.clock.0.load(Ordering::SeqCst);
        let mut settings = self.settings.clone();
        settings.push(("VOICEDROP__SANDBOX__CLOCK_OFFSET_SECONDS", ahead.to_string()));
        Worker::start(&self.place, &settings)
    }

    /// So much time passes, at once, for the system and for workers that start afterwards.
    pub fn minutes_pass(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    /// The providers and receivers on loopback.
    pub fn sandbox(&self) -> &RunningSandbox {
        self.running.application.sandbox.as_ref().expect("a sandbox")
    }
}
