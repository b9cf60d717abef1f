//! What carriers sent becomes delivery facts. The raw request is stored before; here it is read, matched to a hand-off, and recorded
//! once, in whatever order it came.

use chrono::{DateTime, Duration, Utc};
use domain::{
    AttemptId, CorrelationId, OrganizationId, ScriptId,
    campaign::{Campaign, CampaignCommand},
    contact::{Contact, ContactCommand},
    script::{CarrierReport, FailureClass, ReportedOutcome, Script, ScriptCommand},
};
use futures::{FutureExt, StreamExt};
use uuid::Uuid;

use super::{
    engine::StepOutcome,
    matching::{self, Match},
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{DropOutcome, InboundWebhook, KeyRing, WebhookFate, WireReport},
    stream::{Loaded, load},
};

/// Requests looked at together.
const BATCH: usize = 512;
/// Of these at once: what runs together is loaded and committed together.
const AT_ONCE: usize = 128;
/// How long they are this worker's: those of a worker that died are looked at by another then.
const LEASE: Duration = Duration::seconds(30);
/// Keeps callback tokens apart from other signatures.
const PURPOSE: &str = "carrier-callback";
/// Characters of the signature in a token: 128 bits.
const MAC_CHARS: usize = 32;

/// Which hand-off a callback is about. Its signed form is the unguessable part of the callback's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackToken {
    /// The tenant.
    pub organization: OrganizationId,
    /// The script.
    pub script: ScriptId,
    /// The hand-off.
    pub attempt: AttemptId,
}

/// A text that is no token of this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a callback of a drop that was made here")]
pub struct InvalidToken;

impl CallbackToken {
    /// The reference that the carrier echoes: three ids, 98 characters.
    pub fn reference(&self) -> String {
        let hex = |id: Uuid| id.simple().to_string();
        format!(
            "{}.{}.{}",
            hex(self.organization.as_uuid()),
            hex(self.script.as_uuid()),
            hex(self.attempt.as_uuid())
        )
    }

    /// The reference and its signature.
    pub fn signed(&self, keys: &dyn KeyRing) -> String {
        let reference = self.reference();
        let mac = keys.sign(PURPOSE, &reference);
        format!("{reference}.{}", mac.get(..MAC_CHARS).unwrap_or_default())
    }

    /// Reads a reference; it proves nothing.
    pub fn parse_reference(text: &str) -> Result<Self, InvalidToken> {
        let mut parts = text
            .split('.')
            .map(|part| Uuid::try_parse(part).map_err(|_| InvalidToken));
        let mut next = || parts.next().unwrap_or(Err(InvalidToken));
        let token = Self {
            organization: OrganizationId::from_uuid(next()?),
            script: ScriptId::from_uuid(next()?),
            attempt: AttemptId::from_uuid(next()?),
        };
        if parts.next().is_some() {
            Err(InvalidToken)
        } else {
            Ok(token)
        }
    }

    /// Reads a signed reference and checks the signature.
    pub fn verify(text: &str, keys: &dyn KeyRing) -> Result<Self, InvalidToken> {
        let (reference, mac) = text.rsplit_once('.').ok_or(InvalidToken)?;
        if mac.len() != MAC_CHARS || !keys.verify(PURPOSE, reference, mac) {
            return Err(InvalidToken);
        }
        Self::parse_reference(reference)
    }
}

/// Looks at the oldest stored requests.
pub(super) async fn step(ports: &Ports) -> Result<StepOutcome, CommandError> {
    let claimed = ports.inbox.claim(BATCH, ports.clock.now(), LEASE).await?;
    if claimed.is_empty() {
        return Ok(StepOutcome::Idle);
    }
    let mut fates = Vec::with_capacity(claimed.len());
    let mut read = Vec::with_capacity(claimed.len());
    for webhook in claimed {
        match ports
            .carrier
            .parse_report(&webhook.body, webhook.token.as_deref())
        {
            Ok(mut report) => {
                // A report without a time, or with one to come, happened when it came in, however late it is looked at.
                report.occurred_at = report.occurred_at.min(webhook.received_at);
                read.push((webhook, report));
            }
            Err(error) => fates.push((
                webhook.id,
                WebhookFate::Unreadable {
                    reason: error.message,
                },
            )),
        }
    }
    let about = matching::matched(ports, &read).await?;
    let looks: Vec<_> = read
        .iter()
        .zip(about)
        .map(|((webhook, report), about)| {
            async move { (webhook.id, apply(ports, webhook, report, about).await) }.boxed()
        })
        .collect();
    let looked_at: Vec<_> = futures::stream::iter(looks)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (id, outcome) in looked_at {
        match outcome {
            Ok(fate) => fates.push((id, fate)),
            // It stays where it is and is looked at again when the lease has ended.
            Err(error) => {
                tracing::error!(webhook.id = %id, "a carrier report could not be recorded: {error}");
            }
        }
    }
    let done = !fates.is_empty();
    ports.inbox.mark(fates).await?;
    Ok(if done {
        StepOutcome::Worked
    } else {
        StepOutcome::Idle
    })
}

/// What a second look at requests came to that were refused at the door.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readmitted {
    /// Requests that were looked at.
    pub looked_at: u64,
    /// Of these, those that are the carrier's after all, and wait now.
    pub admitted: u64,
}

/// Checks requests again that were refused at the door, with the secrets and keys of today and against the time at which they came: the
/// carrier may have signed them with a secret that was set here late. What is not the carrier's stays refused.
pub(super) async fn readmit(
    ports: &Ports,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Readmitted, CommandError> {
    let (mut readmitted, mut after) = (Readmitted::default(), None);
    loop {
        let page = ports.inbox.refused(from, until, after, BATCH).await?;
        let Some(last) = page.last() else {
            return Ok(readmitted);
        };
        after = Some((last.received_at, last.id));
        readmitted.looked_at += page.len() as u64;
        let genuine = page.iter().filter(|webhook| is_genuine(ports, webhook));
        let genuine: Vec<Uuid> = genuine.map(|webhook| webhook.id).collect();
        if !genuine.is_empty() {
            readmitted.admitted += ports.inbox.admit(genuine).await?;
        }
    }
}

/// By the secret part of its path, or by its signature.
fn is_genuine(ports: &Ports, webhook: &InboundWebhook) -> bool {
    match &webhook.token {
        Some(token) => CallbackToken::verify(token, ports.keys.as_ref()).is_ok(),
        None => ports
            .carrier
            .verify_signature(&webhook.headers, &webhook.body, webhook.received_at)
            .is_ok(),
    }
}

/// Records one report in the stream of its script.
async fn apply(
    ports: &Ports,
    webhook: &InboundWebhook,
    report: &WireReport,
    about: Match,
) -> Result<WebhookFate, CommandError> {
    let drop = match about {
        Match::Drop(drop) => drop,
        Match::None(reason) => {
            return Ok(WebhookFate::Unmatched {
                reason: reason.to_owned(),
            });
        }
    };
    let context = CommandContext::carrier(
        drop.organization,
        CorrelationId::from_uuid(webhook.id),
        report.occurred_at,
    );
    let script: Loaded<Script> = load(ports, drop.organization, drop.script).await?;
    if script
        .state()
        .attempt
        .as_ref()
        .is_none_or(|a| a.id != drop.attempt)
    {
        return Ok(WebhookFate::Unmatched {
            reason: "the attempt that it names is not the script's".into(),
        });
    }
    let command = ScriptCommand::Report(carrier_report(report));
    match execute::<Script>(ports, &context, drop.script, command).await {
        Ok(_) => {}
        Err(CommandError::Refused(refusal)) => {
            return Ok(WebhookFate::Unmatched {
                reason: refusal.to_string(),
            });
        }
        Err(other) => return Err(other),
    }
    follow_up(ports, &context, script.state(), report).await?;
    Ok(WebhookFate::Applied)
}

fn carrier_report(report: &WireReport) -> CarrierReport {
    CarrierReport {
        report_id: report.report_id.clone(),
        carrier_id: report.about.drop_id.clone(),
        code: report.code.clone(),
        outcome: match &report.outcome {
            DropOutcome::Sent => ReportedOutcome::Sent,
            DropOutcome::Delivered { cost } => ReportedOutcome::Delivered { cost: *cost },
            DropOutcome::Listened { listen_ms } => ReportedOutcome::Listened {
                listen_ms: *listen_ms,
            },
            DropOutcome::Failed { class, reason } => ReportedOutcome::Failed {
                reason: reason.clone(),
                class: *class,
            },
        },
    }
}

/// Some codes say more than that one drop failed.
async fn follow_up(
    ports: &Ports,
    context: &CommandContext,
    script: &Script,
    report: &WireReport,
) -> Result<(), CommandError> {
    let class = match &report.outcome {
        DropOutcome::Failed { class, .. } => Some(*class),
        DropOutcome::Sent | DropOutcome::Delivered { .. } | DropOutcome::Listened { .. } => None,
    };
    if let (true, Some(contact)) = (
        report.suppress || class == Some(FailureClass::Suppress),
        script.contact,
    ) {
        let reason = format!("the carrier reported code {}", report.code);
        tolerant(
            execute::<Contact>(
                ports,
                context,
                contact,
                ContactCommand::MarkDoNotContact { reason, by: None },
            )
            .await,
        )?;
    }
    if let (Some(FailureClass::PausesCampaign), Some(campaign)) = (class, script.campaign) {
        let reason = format!("the carrier reported code {}", report.code);
        tolerant(execute::<Campaign>(ports, context, campaign, CampaignCommand::Pause { reason }).await)?;
    }
    Ok(())
}

/// A campaign that has ended can't be paused, an erased contact not marked: nothing to do then.
fn tolerant<T>(outcome: Result<T, CommandError>) -> Result<(), CommandError> {
    match outcome {
        Ok(_) | Err(CommandError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
