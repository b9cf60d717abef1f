//! A brokerage's season: ten campaigns over 420,000 people, handed over one after another, and then the carrier's reports as a carrier
//! sends them: on its way, left or not, played by some much later, some of it twice. The same for the same numbers.

use std::{collections::HashMap, ops::AddAssign};

use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{AppendRequest, Expected, Journal, NewEvent, StreamAppend};
use domain::{
    Actor, AttemptId, CampaignId, ContactId, CorrelationId, Decider, EventId, IdGenerator, ImportBatchId,
    Metadata, MicroDollars, OrganizationId, ScriptId, Sealed, SequentialIds, StreamId, UserId,
    campaign::{Campaign, CampaignEvent, CampaignType},
    compliance::{Decision, Effect, Finding, Verdict},
    import::ContactSource,
    script::{Author, FailureClass, Script, ScriptEvent},
};
use projections::figures::Results;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Campaigns of the season.
pub const CAMPAIGNS: usize = 10;
/// Contacts that one event puts into a campaign.
const CONTACTS_PER_EVENT: usize = 1_000;
/// Scripts, or reports, of one request.
const PER_REQUEST: usize = 2_000;
/// Reports of one script, on average, as hundredths: on its way, left or not, and what follows.
const REPORTS_PER_SCRIPT_PERCENT: usize = 238;

/// Where people live, and by which clock.
const STATES: [(&str, &str); 8] = [
    ("CA", "America/Los_Angeles"),
    ("AZ", "America/Phoenix"),
    ("TX", "America/Chicago"),
    ("CO", "America/Denver"),
    ("FL", "America/New_York"),
    ("GA", "America/New_York"),
    ("WA", "America/Los_Angeles"),
    ("OH", "America/New_York"),
];

/// What a carrier says of one drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    Sent,
    Delivered,
    Failed,
    Listened,
}

/// One report, at its place among all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Report {
    at: u32,
    script: u32,
    fact: Fact,
    number: u32,
}

/// The season, and what must come of it.
pub struct Season {
    pub organization: OrganizationId,
    pub campaigns: Vec<CampaignId>,
    ids: SequentialIds,
    /// Campaign, script, sequence of its stream.
    scripts: Vec<(CampaignId, ContactId, u64)>,
    sealed: Sealed,
    owner: UserId,
}

impl Season {
    /// For about so many reports.
    pub fn of(reports: usize) -> Self {
        let ids = SequentialIds::seeded(11);
        let campaigns: Vec<_> = (0..CAMPAIGNS)
            .map(|_| CampaignId::from_uuid(ids.next()))
            .collect();
        let people = reports * 100 / REPORTS_PER_SCRIPT_PERCENT;
        let scripts = (0..people)
            .map(|n| (campaigns[n % CAMPAIGNS], ContactId::from_uuid(ids.next()), 0))
            .collect();
        Self {
            organization: OrganizationId::from_uuid(ids.next()),
            owner: UserId::from_uuid(ids.next()),
            campaigns,
            scripts,
            // As long as a script of half a minute is once it is sealed.
            sealed: Sealed::from_ciphertext("c".repeat(640)),
            ids,
        }
    }

    /// Records campaigns, people and scripts, and that all of these were handed over; returns how many there are.
    pub async fn hand_over(&mut self, journal: &dyn Journal) -> usize {
        for campaign in self.campaigns.clone() {
            self.begin(journal, campaign).await;
        }
        for first in (0..self.scripts.len()).step_by(PER_REQUEST) {
            let until = (first + PER_REQUEST).min(self.scripts.len());
            let mut streams = Vec::with_capacity(until - first);
            for n in first..until {
                let events = self.handed_over(n);
                let (campaign, contact, sequence) = &mut self.scripts[n];
                *sequence = events.len() as u64;
                streams.push((
                    StreamId::new(Script::KIND, ScriptId::of(*campaign, *contact)),
                    events,
                ));
            }
            let streams = streams.into_iter().map(|(stream, events)| StreamAppend {
                stream,
                expected: Expected::Sequence(0),
                events,
            });
            append(journal, self.organization, self.instant(first), streams.collect()).await;
        }
        self.scripts.len()
    }

    async fn begin(&self, journal: &dyn Journal, campaign: CampaignId) {
        let mut events = vec![CampaignEvent::CampaignCreated {
            campaign_id: campaign,
            name: format!("Farm {campaign}"),
            kind: CampaignType::NeighborhoodExpireds,
            neighborhood: None,
            script_template: None,
            script_variables: Default::default(),
            owner: self.owner,
            team: None,
        }];
        let its: Vec<ContactId> = self
            .scripts
            .iter()
            .filter(|s| s.0 == campaign)
            .map(|s| s.1)
            .collect();
        let batch_id = ImportBatchId::from_uuid(self.ids.next());
        events.extend(its.chunks(CONTACTS_PER_EVENT).zip(1..).map(|(contacts, chunk)| {
            CampaignEvent::ContactsImported {
                batch_id,
                source: ContactSource::TitleRep,
                contact_ids: contacts.to_vec(),
                chunk,
            }
        }));
        events.push(CampaignEvent::CampaignSubmitted {
            scripts: its.len() as u64,
            listening_reported: true,
        });
        let at = self.instant(0);
        let events = events.iter().map(|event| NewEvent {
            event_id: EventId::from_uuid(self.ids.next()),
            name: event.name().to_owned(),
            version: event.version().to_owned(),
            payload: json(event),
            metadata: self.metadata(at, None, campaign, None),
            as_written: None,
        });
        let stream = StreamAppend {
            stream: StreamId::new(Campaign::KIND, campaign),
            expected: Expected::Sequence(0),
            events: events.collect(),
        };
        append(journal, self.organization, at, vec![stream]).await;
    }

    fn handed_over(&self, n: usize) -> Vec<NewEvent> {
        let (campaign_id, contact_id, _) = self.scripts[n];
        let (state, zone) = STATES[n % STATES.len()];
        let attempt_id = AttemptId::from_uuid(self.ids.next());
        let finding = Finding {
            rule: "US.WINDOW".to_owned(),
            effect: Effect::Passes,
            detail: "inside of calling hours".to_owned(),
        };
        let decision = Decision {
            verdict: Verdict::Cleared,
            findings: vec![finding],
            zones: vec![zone.to_owned()],
            states: vec![state.parse().unwrap()],
            pack_id: "us-1".to_owned(),
            pack_sha256: "44".repeat(32),
            engine_version: "1".to_owned(),
            next_allowed: None,
            inputs: None,
        };
        let happened = [
            ScriptEvent::ScriptGenerated {
                campaign_id,
                contact_id,
                version: 1,
                text: self.sealed.clone(),
                characters: 420,
                by: if n.is_multiple_of(3) {
                    Author::Template
                } else {
                    Author::Ai
                },
                model: (!n.is_multiple_of(3)).then(|| format!("model-{}", n % 3)),
                prompt_sha256: None,
                tokens: Some(300),
                cost: MicroDollars::from_micros(900),
                lint: None,
                batch_id: None,
            },
            ScriptEvent::SubmissionDecided { decision },
            ScriptEvent::SubmissionAttempted {
                attempt_id,
                idempotency_key: attempt_id.to_string(),
            },
            ScriptEvent::Submitted {
                attempt_id,
                message_id: format!("drop-{n}"),
            },
        ];
        let at = self.instant(n);
        let events = happened.iter().map(|event| self.event(event, n, at, None));
        events.collect()
    }

    /// Records so many reports, in the order in which a carrier sends them. Answers what the figures must say then.
    pub async fn report(&mut self, journal: &dyn Journal, count: usize) -> Results {
        let reports = self.reports(count);
        for part in reports.chunks(PER_REQUEST) {
            let at = self.instant(part[0].script as usize) + TimeDelta::minutes(3);
            let mut places = HashMap::new();
            let mut streams: Vec<StreamAppend> = Vec::new();
            for report in part {
                let n = report.script as usize;
                let event = self.event(&fact(*report), n, at, Some(at - TimeDelta::seconds(5)));
                let (campaign, contact, sequence) = &mut self.scripts[n];
                let place = *places.entry(n).or_insert_with(|| {
                    streams.push(StreamAppend {
                        stream: StreamId::new(Script::KIND, ScriptId::of(*campaign, *contact)),
                        expected: Expected::Sequence(*sequence),
                        events: vec![],
                    });
                    streams.len() - 1
                });
                streams[place].events.push(event);
                *sequence += 1;
            }
            append(journal, self.organization, at, streams).await;
        }
        self.expected(&reports)
    }

    fn reports(&self, count: usize) -> Vec<Report> {
        let mut dice = StdRng::seed_from_u64(5);
        let mut reports = Vec::with_capacity(count + count / 8);
        for script in 0..self.scripts.len() as u32 {
            let handed_over = script * REPORTS_PER_SCRIPT_PERCENT as u32 / 100;
            let mut add = |at: u32, fact| {
                let number = reports.len() as u32;
                reports.push(Report {
                    at,
                    script,
                    fact,
                    number,
                });
            };
            let sent = handed_over + dice.gen_range(0..500);
            add(sent, Fact::Sent);
            let ended = sent + dice.gen_range(10..3_000);
            let fact = if dice.gen_bool(0.07) {
                Fact::Failed
            } else {
                Fact::Delivered
            };
            add(ended, fact);
            if dice.gen_bool(0.03) {
                add(ended + dice.gen_range(0..20_000), fact);
            }
            if fact == Fact::Delivered && dice.gen_bool(0.4) {
                add(ended + dice.gen_range(1_000..200_000), Fact::Listened);
            }
        }
        reports.sort_unstable();
        reports.truncate(count);
        reports
    }

    fn expected(&self, reports: &[Report]) -> Results {
        let mut last = vec![Fact::Sent; self.scripts.len()];
        for report in reports {
            let known = &mut last[report.script as usize];
            *known = (*known).max(report.fact);
        }
        let mut results = Results {
            attempted: self.scripts.len() as i64,
            ..Results::default()
        };
        for fact in last {
            let counted = match fact {
                Fact::Sent => continue,
                Fact::Failed => &mut results.failed,
                Fact::Delivered => &mut results.delivered,
                Fact::Listened => {
                    results.delivered += 1;
                    &mut results.listened
                }
            };
            counted.add_assign(1);
        }
        results
    }

    /// When a script was handed over: afternoons of thirty days.
    fn instant(&self, script: usize) -> DateTime<Utc> {
        let day = script * 30 / self.scripts.len().max(1);
        let second = (script % 14_400) as i64;
        DateTime::from_timestamp(1_768_000_000 + day as i64 * 86_400 + second, 0).unwrap()
    }

    fn event(
        &self,
        event: &ScriptEvent,
        script: usize,
        at: DateTime<Utc>,
        occurred_at: Option<DateTime<Utc>>,
    ) -> NewEvent {
        let (campaign, contact, _) = self.scripts[script];
        NewEvent {
            event_id: EventId::from_uuid(self.ids.next()),
            name: event.name().to_owned(),
            version: event.version().to_owned(),
            payload: json(event),
            metadata: self.metadata(at, occurred_at, campaign, Some(contact)),
            as_written: None,
        }
    }

    fn metadata(
        &self,
        recorded_at: DateTime<Utc>,
        occurred_at: Option<DateTime<Utc>>,
        campaign: CampaignId,
        contact_id: Option<ContactId>,
    ) -> String {
        json(&Metadata {
            organization_id: self.organization,
            actor: Actor::Carrier,
            correlation_id: CorrelationId::from_uuid(self.ids.next()),
            causation_id: None,
            recorded_at,
            occurred_at,
            campaign_id: Some(campaign),
            contact_id,
        })
    }
}

fn fact(report: Report) -> ScriptEvent {
    let report_id = format!("report-{}", report.number);
    match report.fact {
        Fact::Sent => ScriptEvent::Sent { report_id },
        Fact::Delivered => ScriptEvent::Delivered {
            report_id,
            carrier_id: Some(format!("carrier-{}", report.script)),
            code: "200".to_owned(),
            cost: Some(MicroDollars::from_micros(4_000)),
        },
        Fact::Failed => ScriptEvent::DeliveryFailed {
            report_id,
            code: "302".to_owned(),
            reason: "mailbox full".to_owned(),
            class: FailureClass::Final,
        },
        Fact::Listened => ScriptEvent::Listened {
            report_id,
            listen_ms: Some(9_000),
        },
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

async fn append(
    journal: &dyn Journal,
    organization: OrganizationId,
    recorded_at: DateTime<Utc>,
    streams: Vec<StreamAppend>,
) {
    let request = AppendRequest {
        organization,
        recorded_at,
        streams,
    };
    journal.append(request).await.unwrap();
}
