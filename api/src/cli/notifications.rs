//! `voicedrop notifications`: what was told to other programs and by e-mail, and telling it again; the endpoints of other programs, and new
//! secrets for them. Prints no address, and a secret once.

use chrono::{DateTime, Utc};
use clap::{Subcommand, ValueEnum};
use commands::{
    CommandContext, CommandError,
    ports::{NotificationRecord, NotificationState, NotificationTarget},
    use_cases::{replay_notification, rotate_webhook_secret, webhook_endpoints},
};
use domain::{CorrelationId, NotificationId, OrganizationId, WebhookEndpointId};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::{CliError, output};
use crate::{
    application::{Application, Surroundings},
    config::Config,
};

/// Read at once.
const PAGE: usize = 500;

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Notifications {
    /// Lists what was told, newest first.
    List {
        /// Only those that stand there.
        #[arg(long, value_enum)]
        state: Option<State>,
        /// Most that are listed.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Has notifications sent again by the server's workers, under their own ids.
    Replay {
        /// Which; all that are dead when none is named.
        ids: Vec<NotificationId>,
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// Lists the endpoints of other programs, and until when earlier secrets of theirs sign.
    Endpoints {
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
    /// Gives an endpoint a new secret and prints it; the one before it signs beside it for 24 hours.
    RotateSecret {
        /// Which endpoint.
        endpoint: WebhookEndpointId,
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
}

/// Where a notification stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum State {
    /// It is to be sent.
    Pending,
    /// It was taken.
    Delivered,
    /// It is given up.
    Dead,
}

impl From<State> for NotificationState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Delivered => Self::Delivered,
            State::Dead => Self::Dead,
        }
    }
}

#[derive(Debug, Serialize)]
struct Printed {
    id: String,
    target: String,
    state: &'static str,
    tries: u32,
    status: Option<u16>,
    error: Option<String>,
    created_at: DateTime<Utc>,
    next_try_at: Option<DateTime<Utc>>,
}

impl From<NotificationRecord> for Printed {
    fn from(record: NotificationRecord) -> Self {
        let n = record.notification;
        Self {
            id: n.id.to_string(),
            target: match n.target {
                NotificationTarget::Webhook(id) => format!("webhook {id}"),
                NotificationTarget::Member(id) => format!("mail to member {id}"),
                NotificationTarget::Recipient(id) => format!("mail to recipient {id}"),
            },
            state: record.state.as_str(),
            tries: record.tries,
            status: record.status,
            error: record.error,
            created_at: n.created_at,
            next_try_at: record.next_try_at,
        }
    }
}

pub(super) async fn run(config: Config, what: Notifications) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let done = match what {
        Notifications::List {
            state,
            limit,
            organization,
            json,
        } => list(&application, state, limit, organization, json).await,
        Notifications::Replay { ids, organization } => replay(&application, ids, organization).await,
        Notifications::Endpoints { organization } => endpoints(&application, organization).await,
        Notifications::RotateSecret {
            endpoint,
            organization,
        } => rotate(&application, endpoint, organization).await,
    };
    application.close().await;
    done
}

async fn organization(
    application: &Application,
    named: Option<OrganizationId>,
) -> Result<OrganizationId, CliError> {
    match named {
        Some(id) => Ok(id),
        None => super::acting::only_organization(application).await,
    }
}

async fn found(
    application: &Application,
    organization: OrganizationId,
    state: Option<NotificationState>,
    limit: usize,
) -> Result<Vec<NotificationRecord>, CliError> {
    let (mut all, mut after) = (Vec::new(), None);
    while all.len() < limit {
        let wanted = PAGE.min(limit - all.len());
        let page = application
            .ports
            .notifications
            .list(organization, state, after, wanted);
        let page = page.await.map_err(CommandError::from)?;
        let is_last = page.len() < wanted;
        after = page
            .last()
            .map(|last| (last.notification.created_at, last.notification.id));
        all.extend(page);
        if is_last {
            break;
        }
    }
    Ok(all)
}

async fn list(
    application: &Application,
    state: Option<State>,
    limit: usize,
    named: Option<OrganizationId>,
    json: bool,
) -> Result<(), CliError> {
    let organization = organization(application, named).await?;
    let records = found(application, organization, state.map(Into::into), limit).await?;
    let printed: Vec<Printed> = records.into_iter().map(Into::into).collect();
    if json {
        return output::json(&serde_json::json!({ "notifications": printed }));
    }
    for n in printed {
        output::line(&format!(
            "{}  {}  {:<9} {} tries  {}  {}",
            n.created_at.to_rfc3339(),
            n.id,
            n.state,
            n.tries,
            n.target,
            n.error.unwrap_or_default()
        ))?;
    }
    Ok(())
}

async fn replay(
    application: &Application,
    ids: Vec<NotificationId>,
    named: Option<OrganizationId>,
) -> Result<(), CliError> {
    let organization = organization(application, named).await?;
    let ports = &application.ports;
    let ids = if ids.is_empty() {
        let dead = found(
            application,
            organization,
            Some(NotificationState::Dead),
            usize::MAX,
        )
        .await?;
        dead.into_iter().map(|record| record.notification.id).collect()
    } else {
        ids
    };
    let context = by_the_operator(application, organization);
    for id in &ids {
        replay_notification(ports, &context, *id).await?;
    }
    output::line(&format!("{} notifications are sent again", ids.len()))
}

fn by_the_operator(application: &Application, organization: OrganizationId) -> CommandContext {
    let correlation = CorrelationId::from_uuid(application.ports.ids.next());
    CommandContext::system(organization, "operator", correlation, None)
}

async fn endpoints(application: &Application, named: Option<OrganizationId>) -> Result<(), CliError> {
    let organization = organization(application, named).await?;
    let context = by_the_operator(application, organization);
    for endpoint in webhook_endpoints(&application.ports, &context).await? {
        let until = endpoint.earlier_until.map_or_else(String::new, |until| {
            format!("  an earlier secret signs until {}", until.to_rfc3339())
        });
        output::line(&format!("{}  {}{until}", endpoint.id, endpoint.origin))?;
    }
    Ok(())
}

async fn rotate(
    application: &Application,
    endpoint: WebhookEndpointId,
    named: Option<OrganizationId>,
) -> Result<(), CliError> {
    let organization = organization(application, named).await?;
    let context = by_the_operator(application, organization);
    let rotated = rotate_webhook_secret(&application.ports, &context, endpoint).await?;
    if let Some(until) = rotated.earlier_until {
        output::complain(&format!(
            "the secret before it signs until {}",
            until.to_rfc3339()
        ));
    }
    output::line(rotated.secret.expose_secret())
}
