//! Where stories are told: an engine with a database of the story's own, the command line as it is shipped, and a running
//! system with people who talk to it over HTTP.

mod app;
mod binary;
mod bucket;
mod engine;
mod live;
mod office;
mod person;
mod suppressions;

pub use app::{TestApp, WEBHOOK_SECRET, text, until};
pub use binary::{AtWork, Worker, fixture, random, voicedrop};
pub use engine::{Engine, Place};
pub use office::{Office, Pace};
pub use person::Person;
pub use suppressions::{Meanwhile, OnceLookedUp};

/// Makes a test of each story for each engine: `on_both_engines! { a_story; another_story; }` with `fn a_story(Place)`.
macro_rules! on_both_engines {
    ($($story:ident;)+) => {
        mod on_sqlite {
            $(#[test] fn $story() { super::$story($crate::stage::Place::make($crate::stage::Engine::Sqlite)); })+
        }
        mod on_postgres {
            $(#[test] fn $story() { super::$story($crate::stage::Place::make($crate::stage::Engine::Postgres)); })+
        }
    };
}

/// The same for stories of a running system, `async fn a_story(&TestApp)`.
macro_rules! in_a_running_system {
    ($($story:ident;)+) => {
        mod on_sqlite {
            $(#[test] fn $story() {
                $crate::stage::TestApp::tell($crate::stage::Engine::Sqlite, async |app| super::$story(app).await);
            })+
        }
        mod on_postgres {
            $(#[test] fn $story() {
                $crate::stage::TestApp::tell($crate::stage::Engine::Postgres, async |app| super::$story(app).await);
            })+
        }
    };
}
pub(crate) use in_a_running_system;
pub(crate) use on_both_engines;
