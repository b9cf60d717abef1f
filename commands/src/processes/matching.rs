//! Which hand-off a report is about. A callback proves itself by its path, which only this installation can make. A signed report names
//! nothing of ours (the vendor's docs/concepts/webhooks): it is matched by the carrier's own id of the drop, once a callback has said
//! it, by the reference under which it was taken, and else by the number and the time. What fits two hand-offs is matched to neither.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use domain::{PhoneNumber, ScriptId};

use super::reports::CallbackToken;
use crate::{
    context::Ports,
    error::CommandError,
    ports::{HandedOver, InboundWebhook, WireReport},
};

/// How long after the call a report may tell of it: a carrier holds a drop over a night, and over a weekend where no calls are
/// allowed on it.
const REPORTED_WITHIN: Duration = Duration::hours(96);
/// How far the carrier's clock may be behind ours.
const CLOCKS_DIFFER: Duration = Duration::minutes(5);

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// This hand-off.
    Drop(CallbackToken),
    /// None, and why.
    None(&'static str),
}

const NO_DROP: Match = Match::None("it names no drop that was made here");

/// What each report is about, in their order; three look-ups for all of them together.
pub(super) async fn matched(
    ports: &Ports,
    reports: &[(InboundWebhook, WireReport)],
) -> Result<Vec<Match>, CommandError> {
    let named: Vec<Named> = reports.iter().map(|(w, r)| Named::of(ports, w, r)).collect();
    let known = Known {
        drops: ports.drops.by_drops(&owned(&named, Named::drop_id)).await?,
        messages: ports.drops.by_messages(&owned(&named, Named::message_id)).await?,
    };
    let numbers: Vec<PhoneNumber> = named
        .iter()
        .filter(|n| known.named(n).is_none())
        .filter_map(Named::number)
        .cloned()
        .collect();
    let called = if numbers.is_empty() {
        vec![]
    } else {
        ports.drops.by_numbers(&numbers).await?
    };
    let by_number: HashMap<PhoneNumber, Vec<HandedOver>> = numbers.into_iter().zip(called).collect();
    let matches: Vec<Match> = named.iter().map(|n| n.settle(&known, &by_number)).collect();
    bind(ports, reports, &matches).await?;
    Ok(matches)
}

fn owned<'r>(named: &[Named<'r>], id: impl Fn(&Named<'r>) -> Option<&'r str>) -> Vec<String> {
    named.iter().filter_map(id).map(str::to_owned).collect()
}

/// Hand-offs by what the carrier calls them.
#[derive(Debug, Default)]
struct Known {
    drops: HashMap<String, HandedOver>,
    messages: HashMap<String, HandedOver>,
}

impl Known {
    /// The hand-off that a report names.
    fn named(&self, report: &Named<'_>) -> Option<&HandedOver> {
        let by_drop = report.drop_id().and_then(|id| self.drops.get(id));
        by_drop.or_else(|| report.message_id().and_then(|id| self.messages.get(id)))
    }
}

/// Keeps the carrier's ids of drops that callbacks have told, so that signed reports are matched by them.
async fn bind(
    ports: &Ports,
    reports: &[(InboundWebhook, WireReport)],
    matches: &[Match],
) -> Result<(), CommandError> {
    let told = reports
        .iter()
        .zip(matches)
        .filter_map(|((webhook, report), found)| {
            let drop_id = webhook
                .token
                .is_some()
                .then_some(report.about.drop_id.as_ref()?)?;
            match found {
                Match::Drop(drop) => Some((drop.attempt, drop_id.clone())),
                Match::None(_) => None,
            }
        });
    let told: Vec<_> = told.collect();
    if !told.is_empty() {
        ports.drops.bind(told).await?;
    }
    Ok(())
}

/// What a report has to be known by.
enum Named<'r> {
    /// It is settled by itself.
    Alone(Match),
    /// It has to be looked up.
    ByCarrier {
        drop_id: Option<&'r str>,
        message_id: Option<&'r str>,
        number: Option<&'r PhoneNumber>,
        script: Option<ScriptId>,
        at: DateTime<Utc>,
    },
}

impl<'r> Named<'r> {
    fn of(ports: &Ports, webhook: &'r InboundWebhook, report: &'r WireReport) -> Self {
        if let Some(token) = &webhook.token {
            let drop = CallbackToken::verify(token, ports.keys.as_ref());
            return Self::Alone(drop.map_or(NO_DROP, Match::Drop));
        }
        // An echoed reference counts: the request's signature was checked at the door.
        if let Some(reference) = report.about.foreign_id.as_deref() {
            let drop = CallbackToken::parse_reference(reference);
            return Self::Alone(drop.map_or(NO_DROP, Match::Drop));
        }
        Self::ByCarrier {
            drop_id: report.about.drop_id.as_deref(),
            message_id: report.about.message_id.as_deref(),
            number: report.about.to.as_ref(),
            script: report.about.script,
            at: report.occurred_at,
        }
    }

    const fn drop_id(&self) -> Option<&'r str> {
        match self {
            Self::Alone(_) => None,
            Self::ByCarrier { drop_id, .. } => *drop_id,
        }
    }

    const fn message_id(&self) -> Option<&'r str> {
        match self {
            Self::Alone(_) => None,
            Self::ByCarrier { message_id, .. } => *message_id,
        }
    }

    const fn number(&self) -> Option<&'r PhoneNumber> {
        match self {
            Self::Alone(_) => None,
            Self::ByCarrier { number, .. } => *number,
        }
    }

    fn settle(&self, known: &Known, by_number: &HashMap<PhoneNumber, Vec<HandedOver>>) -> Match {
        let (number, script, at) = match self {
            Self::Alone(settled) => return *settled,
            Self::ByCarrier {
                number, script, at, ..
            } => (number, script, at),
        };
        if let Some(drop) = known.named(self) {
            return Match::Drop(token(drop));
        }
        let called = number.and_then(|number| by_number.get(number));
        let fitting = called
            .into_iter()
            .flatten()
            .filter(|drop| drop.called_at <= *at + CLOCKS_DIFFER && *at <= drop.called_at + REPORTED_WITHIN)
            .filter(|drop| script.is_none_or(|script| drop.script == script));
        match newest_of_each_script(fitting).as_slice() {
            [] => NO_DROP,
            [only] => Match::Drop(token(only)),
            [_, ..] => {
                Match::None("its number was called twice in that time: it can't be said which is meant")
            }
        }
    }
}

/// A script is attempted anew only when the attempt before it provably did not happen, so of each only the newest can be meant.
fn newest_of_each_script<'d>(drops: impl Iterator<Item = &'d HandedOver>) -> Vec<&'d HandedOver> {
    let mut newest: Vec<&HandedOver> = Vec::new();
    for drop in drops {
        match newest.iter_mut().find(|known| known.script == drop.script) {
            Some(known) if known.called_at < drop.called_at => *known = drop,
            Some(_) => {}
            None => newest.push(drop),
        }
    }
    newest
}

const fn token(drop: &HandedOver) -> CallbackToken {
    CallbackToken {
        organization: drop.organization,
        script: drop.script,
        attempt: drop.attempt,
    }
}

#[cfg(test)]
mod tests {
    use domain::{AttemptId, OrganizationId};
    use uuid::Uuid;

    use super::*;

    fn handed_over(script: u128, attempt: u128, minute: i64) -> HandedOver {
        HandedOver {
            organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
            script: ScriptId::from_uuid(Uuid::from_u128(script)),
            attempt: AttemptId::from_uuid(Uuid::from_u128(attempt)),
            called_at: DateTime::UNIX_EPOCH + Duration::minutes(minute),
        }
    }

    fn meant(called: Vec<HandedOver>) -> Match {
        meant_of(None, called)
    }

    fn meant_of(script: Option<u128>, called: Vec<HandedOver>) -> Match {
        let number: PhoneNumber = "+17605550120".parse().unwrap();
        let report = Named::ByCarrier {
            drop_id: None,
            message_id: None,
            number: Some(&number),
            script: script.map(|n| ScriptId::from_uuid(Uuid::from_u128(n))),
            at: DateTime::UNIX_EPOCH + Duration::hours(1),
        };
        report.settle(&Known::default(), &HashMap::from([(number.clone(), called)]))
    }

    #[test]
    fn of_a_script_that_was_attempted_again_the_last_attempt_is_meant() {
        let (first, second) = (handed_over(5, 1, 1), handed_over(5, 2, 3));
        for called in [vec![first, second], vec![second, first]] {
            assert_eq!(meant(called), Match::Drop(token(&second)));
        }
        let other = handed_over(6, 3, 2);
        assert!(matches!(meant(vec![first, second, other]), Match::None(_)));
        assert_eq!(meant(vec![]), NO_DROP);
        let named = |script| meant_of(Some(script), vec![first, second, other]);
        assert_eq!(named(5), Match::Drop(token(&second)));
        assert_eq!(named(6), Match::Drop(token(&other)));
        assert_eq!(named(7), NO_DROP);
    }
}
