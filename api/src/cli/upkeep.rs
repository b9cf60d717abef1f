//! `voicedrop migrate` and `voicedrop rebuild`.

use store::read_side::Unreadable;

use super::{CliError, output};
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
};

/// Opening is migrating: journal, work side and read models are brought up to date, nothing else is done.
pub(super) async fn migrate(config: Config) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let identity = application.journal_identity;
    application.close().await;
    output::line(&format!("the database is up to date; its journal is {identity}"))
}

/// Fills new tables while the old ones serve, then switches. An event that can't be read stops it.
pub(super) async fn rebuild(config: Config) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let rebuilt = application
        .read_side
        .rebuild(Unreadable::Stop)
        .await
        .map_err(StartError::from);
    application.close().await;
    output::line(&format!("generation {} of the read models serves", rebuilt?))
}
