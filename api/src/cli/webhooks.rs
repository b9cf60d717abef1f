//! `voicedrop webhooks`: what carriers sent and what became of it, looking at it again, and having the carrier sign what it sends.
//! Prints no number and no body.

use chrono::{DateTime, Utc};
use clap::{Subcommand, ValueEnum};
use commands::{
    CommandError,
    ports::{WebhookCounts, WebhookReplay, WebhookStanding},
    processes::{Processes, StepOutcome},
};
use serde::Serialize;

use super::{CliError, output};
use crate::{
    application::{Application, Surroundings},
    config::Config,
};

/// Reports that are read at once.
const PAGE: usize = 500;

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Webhooks {
    /// Shows how many stand where, and lists those that stand in one place.
    List {
        /// Which.
        #[arg(long, value_enum, default_value_t = Standing::Unmatched)]
        standing: Standing,
        /// Most that are listed.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Looks at stored reports again: after a mistake of ours was mended, or a drop became known late. What is recorded already is not
    /// recorded twice. What was refused at the door is checked again with the secrets of today, as of when it came.
    Replay {
        /// Which.
        #[arg(long, value_enum, default_value_t = Standing::Unmatched)]
        standing: Standing,
        /// Received from here on, RFC 3339.
        #[arg(long, value_name = "INSTANT")]
        from: Option<DateTime<Utc>>,
        /// Received before this instant, RFC 3339.
        #[arg(long, value_name = "INSTANT")]
        until: Option<DateTime<Utc>>,
    },
}

/// Where reports stand.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Standing {
    /// Stored, not yet looked at.
    Waiting,
    /// Recorded.
    Applied,
    /// Without a drop of ours.
    Unmatched,
    /// Not understood.
    Unreadable,
    /// Refused at the door.
    Rejected,
}

impl From<Standing> for WebhookStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Waiting => Self::Waiting,
            Standing::Applied => Self::Applied,
            Standing::Unmatched => Self::Unmatched,
            Standing::Unreadable => Self::Unreadable,
            Standing::Rejected => Self::Rejected,
        }
    }
}

#[derive(Debug, Serialize)]
struct Printed {
    waiting: u64,
    applied: u64,
    unmatched: u64,
    unreadable: u64,
    rejected: u64,
    reports: Vec<PrintedReport>,
}

#[derive(Debug, Serialize)]
struct PrintedReport {
    id: String,
    received_at: DateTime<Utc>,
    event_id: Option<String>,
    signed: bool,
    reason: Option<String>,
}

pub(super) async fn run(config: Config, what: Webhooks) -> Result<(), CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let done = match what {
        Webhooks::List {
            standing,
            limit,
            json,
        } => list(&application, standing.into(), limit, json).await,
        Webhooks::Replay {
            standing,
            from,
            until,
        } => replay(&application, standing.into(), from, until).await,
    };
    application.close().await;
    done
}

async fn list(
    application: &Application,
    standing: WebhookStanding,
    limit: usize,
    json: bool,
) -> Result<(), CliError> {
    let inbox = &application.ports.inbox;
    let counts = inbox.counts().await.map_err(CommandError::from)?;
    let (mut reports, mut after) = (Vec::new(), None);
    while reports.len() < limit {
        let wanted = PAGE.min(limit - reports.len());
        let page = inbox.filed(standing, after, wanted).await;
        let page = page.map_err(CommandError::from)?;
        let is_last = page.len() < wanted;
        after = page.last().map(|last| (last.received_at, last.id));
        reports.extend(page.into_iter().map(|filed| PrintedReport {
            id: filed.id.to_string(),
            received_at: filed.received_at,
            event_id: filed.event_id,
            signed: !filed.is_callback,
            reason: filed.reason,
        }));
        if is_last {
            break;
        }
    }
    if json {
        return output::json(&Printed {
            waiting: counts.waiting,
            applied: counts.applied,
            unmatched: counts.unmatched,
            unreadable: counts.unreadable,
            rejected: counts.rejected,
            reports,
        });
    }
    print_counts(&counts)?;
    for report in reports {
        output::line(&format!(
            "{}  {}  {}  {}",
            report.received_at.to_rfc3339(),
            report.id,
            if report.signed { "signed  " } else { "callback" },
            report.reason.unwrap_or_default()
        ))?;
    }
    Ok(())
}

fn print_counts(counts: &WebhookCounts) -> Result<(), CliError> {
    output::line(&format!(
        "{} waiting, {} applied, {} unmatched, {} unreadable, {} rejected",
        counts.waiting, counts.applied, counts.unmatched, counts.unreadable, counts.rejected
    ))
}

/// Works them off here, so that it works without a server; a server that runs beside takes its share.
async fn replay(
    application: &Application,
    standing: WebhookStanding,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(), CliError> {
    let ports = &application.ports;
    let processes = Processes::new(ports.clone(), application.settings());
    let (from, until) = (
        from.unwrap_or(DateTime::<Utc>::MIN_UTC),
        until.unwrap_or(DateTime::<Utc>::MAX_UTC),
    );
    let again = if standing == WebhookStanding::Rejected {
        let checked = processes.readmit(from, until).await?;
        let others = checked.looked_at - checked.admitted;
        output::line(&format!(
            "{others} stay refused: neither a secret of providers.drop_cowboy.webhook_secrets nor a key of ours fits them"
        ))?;
        checked.admitted
    } else {
        let which = WebhookReplay {
            standing,
            from,
            until,
        };
        ports.inbox.replay(which).await.map_err(CommandError::from)?
    };
    output::line(&format!("{again} reports are looked at again"))?;
    while processes.reports_step().await? == StepOutcome::Worked {}
    print_counts(&ports.inbox.counts().await.map_err(CommandError::from)?)
}
