//! `voicedrop serve`: API, page and workers, until a signal. With `--demo`, the demonstration is made first.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use clap::Args;
use domain::campaign::CampaignType;

use super::{
    CliError,
    demo::{Demonstration, Silent},
    output,
};
use crate::{
    application::{Application, Running, Surroundings},
    auth,
    config::{Config, Role},
    demo::{Cast, SAMPLE_EXPIREDS, SAMPLE_SPHERE, StopAfter},
};

/// How to serve.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// What this process does; overrides the configuration.
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// Address and port; overrides the configuration.
    #[arg(long)]
    bind: Option<String>,
    /// Make the demonstration organization first: one completed and one half-reviewed campaign.
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(mut config: Config, args: ServeArgs) -> Result<(), CliError> {
    if let Some(bind) = args.bind {
        config.http.bind = bind;
    }
    let bind: SocketAddr =
        config.http.bind.parse().map_err(|_| {
            CliError::Usage("--bind takes an address and a port, such as 127.0.0.1:8080".into())
        })?;
    let role = args.role.unwrap_or(config.processes.role);
    if args.demo {
        Box::pin(make_demonstration(config.clone())).await?;
    }
    let application = Application::open(config, Surroundings::default()).await?;
    if matches!(
        application.config.database_url()?,
        database::DatabaseUrl::Sqlite(_)
    ) {
        // SQLite has one process at work: what an earlier one had in hand is nobody's now.
        let now = application.ports.clock.now();
        application
            .ports
            .queue
            .take_over(now)
            .await
            .map_err(commands::CommandError::from)?;
    }
    let running = application.start(bind, role).await?;
    announce(&running, args.demo, role).await?;
    stop_signal().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Plays the demonstration on its own clock; what is there already stays as it is.
async fn make_demonstration(config: Config) -> Result<(), CliError> {
    let demonstration = Box::pin(Demonstration::start(config)).await?;
    let quiet = || Arc::new(Silent);
    let played = async {
        let expireds = Bytes::from_static(SAMPLE_EXPIREDS);
        let kind = CampaignType::NeighborhoodExpireds;
        demonstration
            .play(
                "desert_expireds.csv",
                expireds,
                kind,
                StopAfter::Completion,
                quiet(),
            )
            .await?;
        let sphere = Bytes::from_static(SAMPLE_SPHERE);
        let kind = CampaignType::SphereOfInfluence;
        demonstration
            .play("my_sphere.csv", sphere, kind, StopAfter::HalfReview, quiet())
            .await
    }
    .await;
    demonstration.end().await;
    played.map(|_| ())
}

async fn announce(running: &Running, demo: bool, role: Role) -> Result<(), CliError> {
    output::line(&format!("voicedrop serves at {}", running.public))?;
    if running.application.sandbox.is_some() {
        output::line("Providers are the sandbox: nothing leaves this machine.")?;
    }
    let state = running.application.state(&running.public);
    if demo {
        let (link, _) = auth::make_sign_in_link(&state, Cast::default().admin)
            .await
            .map_err(commands::CommandError::from)?;
        output::line(&format!("Sign in once as the demonstration's admin: {link}"))?;
    } else if role != Role::Worker {
        match auth::set_up_link(&state).await {
            Ok(Some(link)) => output::line(&format!("Nobody is here yet. Make the first admin: {link}"))?,
            Ok(None) => {}
            Err(error) => tracing::warn!("whether there is an admin could not be told: {error}"),
        }
    }
    Ok(())
}

/// Ctrl-C, or the polite request of a service manager.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
