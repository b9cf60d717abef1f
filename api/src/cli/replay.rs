//! `voicedrop replay contact`: everything that ever touched a contact, in order, as of any instant, straight from the journal's
//! read model, decoded by nothing: what is printed is what was recorded.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use commands::CommandError;
use domain::{ContactId, OrganizationId};
use projections::queries::{HistoryUntil, PageRequest};
use serde::Serialize;

use super::{CliError, output};
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
};

/// Events read at once.
const PAGE: u32 = 500;

/// What is replayed.
#[derive(Debug, Subcommand)]
pub enum Replay {
    /// A contact, by id or by number.
    Contact {
        /// Id, or number in any usual spelling.
        contact: String,
        /// As it was known then, RFC 3339.
        #[arg(long, value_name = "INSTANT")]
        as_of: Option<DateTime<Utc>>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
        /// The organization, when there are several.
        #[arg(long, value_name = "ID")]
        organization: Option<OrganizationId>,
    },
}

#[derive(Debug, Serialize)]
struct Printed {
    contact: String,
    organization: String,
    as_of: Option<DateTime<Utc>>,
    events: Vec<PrintedEvent>,
}

#[derive(Debug, Serialize)]
struct PrintedEvent {
    position: u64,
    recorded_at: DateTime<Utc>,
    occurred_at: Option<DateTime<Utc>>,
    actor: String,
    event: String,
    what: serde_json::Value,
}

pub(super) async fn run(config: Config, what: Replay) -> Result<(), CliError> {
    let Replay::Contact {
        contact,
        as_of,
        json,
        organization,
    } = what;
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let found = find(&application, &contact, organization, as_of).await;
    application.close().await;
    let printed = found?;
    if json {
        return output::json(&printed);
    }
    output::line(&format!("contact {}", printed.contact))?;
    for event in &printed.events {
        let late = event
            .occurred_at
            .map(|at| format!(" (happened {})", at.to_rfc3339()))
            .unwrap_or_default();
        output::line(&format!(
            "{:>8}  {}{late}  {:<24} {}",
            event.position,
            event.recorded_at.to_rfc3339(),
            event.event,
            event.actor
        ))?;
        output::line(&format!("          {}", event.what))?;
    }
    Ok(())
}

async fn find(
    application: &Application,
    text: &str,
    organization: Option<OrganizationId>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Printed, CliError> {
    let head = application
        .ports
        .journal
        .head()
        .await
        .map_err(CommandError::from)?;
    application
        .read_side
        .step_until(head)
        .await
        .map_err(StartError::from)?;
    let queries = application.read_side.queries();
    let asked = |e: projections::queries::QueryError| CliError::Usage(e.to_string());
    let organization = match organization {
        Some(id) => id,
        None => super::acting::only_organization(application).await?,
    };
    let contact = contact_id(application, organization, text).await?;
    let until = as_of.map_or(HistoryUntil::Now, HistoryUntil::Recorded);
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: PAGE, after };
        let page = queries
            .contact_history(organization, contact, until, request)
            .await
            .map_err(asked)?;
        after = page.rows.last().map(|(place, _)| *place);
        for (_, row) in page.rows {
            events.push(PrintedEvent {
                position: row.position.number(),
                recorded_at: row.recorded_at,
                occurred_at: row.occurred_at,
                actor: row.actor.to_string(),
                event: row.event_type,
                what: serde_json::from_str(&row.summary).unwrap_or_default(),
            });
        }
        if !page.has_more {
            break;
        }
    }
    if events.is_empty() {
        return Err(CliError::Usage(
            "there is no such contact, or nothing was known of it then".into(),
        ));
    }
    Ok(Printed {
        contact: contact.to_string(),
        organization: organization.to_string(),
        as_of,
        events,
    })
}

async fn contact_id(
    application: &Application,
    organization: OrganizationId,
    text: &str,
) -> Result<ContactId, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let number = import_files::normalise_phone(text)
        .map_err(|_| CliError::Usage("neither a contact id nor a US phone number".into()))?
        .number;
    let numbers = [number];
    let indexes = application
        .ports
        .keys
        .phone_indexes(organization, &numbers)
        .await
        .map_err(CommandError::from)?;
    let index = indexes
        .first()
        .ok_or_else(|| CliError::Usage("the number can't be looked up".into()))?;
    Ok(commands::people::contact_id(organization, index))
}
