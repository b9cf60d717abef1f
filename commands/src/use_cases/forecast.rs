//! When a campaign will have handed everything over: everybody who is still to be called, decided as a real hand-off would be, and then
//! run ahead. In a dry run it comes with the rest; for a running campaign it is asked by itself.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, Utc};
use domain::{
    CampaignId, Location, UsState,
    campaign::{Campaign, Forecast, Pacing, Waiting, forecast as run_ahead},
    compliance::{CallingHours, ConsentStanding, Decision, RulePack, Verdict, candidates},
    contact::Contact,
    organization::Organization,
    script::Script,
};

use super::dry_run::DryRun;
use crate::{authorization::Permit, context::Ports, error::CommandError};

/// Most hand-offs of the last day that are looked at.
const RECENT_MAX: u32 = 100_000;

/// The rest of a campaign run ahead from this moment on.
pub async fn forecast(ports: &Ports, permit: &Permit, id: CampaignId) -> Result<Forecast, CommandError> {
    let organization = permit.organization();
    let run = DryRun::of(ports, organization, id).await?;
    let campaign = run.campaign.state();
    if campaign.status.is_final() {
        return Ok(Forecast::default());
    }
    let mut outlook = Outlook::of(campaign, run.organization.state(), run.now);
    for part in run.parts() {
        for looked in run.look(organization, &part, is_to_be_sent).await? {
            outlook.add(looked.contact.state(), &looked.decision);
        }
    }
    outlook.run(ports, campaign).await
}

/// Neither handed over nor settled.
pub(super) fn is_to_be_sent(script: &Script) -> bool {
    !script.is_handed_over() && !script.delivery.is_settled()
}

/// Zones, states and consent: what hours depend on.
type Place = (Vec<&'static str>, Vec<UsState>, ConsentStanding);

/// Who is still to be called, by the instant from which on they may be and the hours in which.
pub(super) struct Outlook<'a> {
    campaign: &'a Campaign,
    organization: &'a Organization,
    now: DateTime<Utc>,
    /// By what a contact is known to be at.
    known: HashMap<(Location, ConsentStanding), Option<usize>>,
    /// By what that comes to: few hours for many places.
    places: HashMap<Place, usize>,
    hours: Vec<CallingHours<'a>>,
    waiting: BTreeMap<(DateTime<Utc>, usize), u64>,
}

impl<'a> Outlook<'a> {
    pub(super) fn of(campaign: &'a Campaign, organization: &'a Organization, now: DateTime<Utc>) -> Self {
        Self {
            campaign,
            organization,
            now,
            known: HashMap::new(),
            places: HashMap::new(),
            hours: vec![],
            waiting: BTreeMap::new(),
        }
    }

    /// Takes one person in, unless the decision says that they are never called.
    pub(super) fn add(&mut self, contact: &Contact, decision: &Decision) {
        let from = match decision.verdict {
            Verdict::Cleared => self.now,
            Verdict::HeldUntil(until) => until,
            Verdict::Blocked => return,
        };
        let Some(hours) = self.hours_of(contact) else {
            return;
        };
        *self.waiting.entry((from, hours)).or_default() += 1;
    }

    /// Few places and kinds of consent stand for many people.
    fn hours_of(&mut self, contact: &Contact) -> Option<usize> {
        let location = Location {
            city: None,
            ..contact.location.clone()
        };
        let key = (
            location,
            ConsentStanding::of(contact, &self.organization.seller_names()),
        );
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let pack = RulePack::us();
        let place = candidates(&key.0, pack).ok();
        let hours = place.map(|place| {
            let zones = place.zones.iter().map(|zone| zone.name()).collect();
            let alike = (zones, place.states.clone(), key.1);
            *self.places.entry(alike).or_insert_with(|| {
                let hours = CallingHours::of(&place, key.1, &self.campaign.schedule, pack);
                self.hours.push(hours);
                self.hours.len() - 1
            })
        });
        self.known.insert(key, hours);
        hours
    }

    /// Runs them ahead, behind what has gone out in the last day.
    pub(super) async fn run(self, ports: &Ports, campaign: &Campaign) -> Result<Forecast, CommandError> {
        let schedule = &campaign.schedule;
        let recent = match campaign.id {
            Some(id) if schedule.per_day.is_some() || schedule.per_minute.is_some() => {
                let most = schedule.per_day.unwrap_or(1).min(RECENT_MAX);
                let day_before = self.now - Duration::days(1);
                ports.pace.taken(id, day_before, self.now, most).await?
            }
            _ => vec![],
        };
        let waiting = self
            .waiting
            .into_iter()
            .map(|((from, hours), people)| Waiting { from, hours, people });
        let hours = self.hours;
        Ok(run_ahead(waiting, Pacing::of(schedule, recent), |n, at| {
            hours.get(n)?.next_open(at)
        }))
    }
}
