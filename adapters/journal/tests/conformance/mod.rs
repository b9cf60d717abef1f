//! The stories, by what they are about.

mod appending;
mod bulk;
mod chaos;
mod model;
mod opening;
mod reading;
mod requests;
mod stage;
mod stock;
mod tables;

/// Makes one test a journal out of each story: `story(stage)` runs on memory, SQLite and PostgreSQL.
macro_rules! on_every_journal {
    ($($story:ident),+ $(,)?) => {
        mod on_memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let stage = crate::conformance::stage::Stage::memory();
                super::$story(&stage).await;
                stage.strike().await;
            })+
        }
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let stage = crate::conformance::stage::Stage::sqlite().await;
                super::$story(&stage).await;
                stage.strike().await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let stage = crate::conformance::stage::Stage::postgres().await;
                super::$story(&stage).await;
                stage.strike().await;
            })+
        }
    };
}
pub(crate) use on_every_journal;
