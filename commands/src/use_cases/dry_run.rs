//! The decision of a real hand-off for many people at once, without a hand-off.

use chrono::{DateTime, Utc};
use domain::{
    CampaignId, ContactId, OrganizationId, ScriptId, campaign::Campaign, compliance::Decision,
    contact::Contact, organization::Organization, script::Script,
};

use crate::{
    compliance::{Submission, decide_submission},
    context::Ports,
    error::CommandError,
    stream::{Loaded, load, load_many},
    suppression::standings,
};

/// Contacts looked at together.
const CHUNK: usize = 1_000;

/// A campaign as it stands, for deciding about its people.
pub(super) struct DryRun<'a> {
    pub(super) ports: &'a Ports,
    pub(super) id: CampaignId,
    pub(super) campaign: Loaded<Campaign>,
    pub(super) organization: Loaded<Organization>,
    pub(super) now: DateTime<Utc>,
}

/// One person, and what would be decided.
pub(super) struct Looked {
    pub(super) id: ScriptId,
    pub(super) script: Loaded<Script>,
    pub(super) contact: Loaded<Contact>,
    pub(super) decision: Decision,
}

impl<'a> DryRun<'a> {
    pub(super) async fn of(
        ports: &'a Ports,
        organization: OrganizationId,
        id: CampaignId,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            ports,
            id,
            campaign: load(ports, organization, id).await?,
            organization: load(ports, organization, organization).await?,
            now: ports.clock.now(),
        })
    }

    /// The campaign's people, in parts that are looked at together.
    pub(super) fn parts(&self) -> Vec<Vec<ContactId>> {
        let members: Vec<ContactId> = self.campaign.state().contacts.iter().copied().collect();
        members.chunks(CHUNK).map(<[ContactId]>::to_vec).collect()
    }

    /// Decides about those of them whose scripts are wanted.
    pub(super) async fn look(
        &self,
        organization: OrganizationId,
        members: &[ContactId],
        wanted: impl Fn(&Script) -> bool,
    ) -> Result<Vec<Looked>, CommandError> {
        let ids: Vec<ScriptId> = members.iter().map(|c| ScriptId::of(self.id, *c)).collect();
        let scripts: Vec<Loaded<Script>> = load_many(self.ports, organization, &ids).await?;
        let (chosen, members): (Vec<_>, Vec<ContactId>) = ids
            .into_iter()
            .zip(scripts)
            .zip(members.iter().copied())
            .filter(|((_, script), _)| wanted(script.state()))
            .unzip();
        let contacts: Vec<Loaded<Contact>> = load_many(self.ports, organization, members).await?;
        let indexes = contacts.iter().map(|c| c.state().phone_index.clone());
        let indexes: Vec<_> = indexes.flatten().collect();
        let mut lists = standings(self.ports, organization, &indexes).await?.into_iter();
        let looked = chosen.into_iter().zip(contacts).map(|((id, script), contact)| {
            let index = contact.state().phone_index.as_ref();
            let on = index.and_then(|_| lists.next()).unwrap_or_default();
            let submission = Submission {
                id,
                script: script.state(),
                contact: contact.state(),
                campaign: self.campaign.state(),
                organization: self.organization.state(),
                lists: &on,
            };
            let decision = decide_submission(self.now, &submission);
            Looked {
                id,
                script,
                contact,
                decision,
            }
        });
        Ok(looked.collect())
    }
}
