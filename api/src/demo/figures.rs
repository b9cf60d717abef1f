//! The figures of one campaign's journey, counted from the streams, not from a read model: what was created is accounted for
//! to the last contact.

use commands::{
    CommandError, Ports,
    stream::{Loaded, load, load_many},
};
use domain::{
    CampaignId, ContactId, ImportBatchId, OrganizationId, ScriptId,
    campaign::{Campaign, CampaignStatus},
    import::{ImportBatch, ImportTotals},
    script::{Audio, DeliveryStatus, Review, Script},
};
use serde::Serialize;

use super::Stage;

/// Scripts counted at once.
const CHUNK: usize = 1_000;

/// What came of a campaign. `created` + contacts matched to known ones − removed = `scripts` = `blocked` + `held` +
/// `submitted` (+ `waiting` while it runs); `submitted` = `delivered` + `failed` + `in_doubt` (+ `queued`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Data rows of the file that are not blank.
    pub rows: u64,
    /// Contacts made.
    pub created: u64,
    /// Rows that fold into a contact of the file or a known one.
    pub duplicates: u64,
    /// Rows without a usable number.
    pub rejected: u64,
    /// Contacts in the campaign.
    pub contacts: u64,
    /// Scripts written.
    pub scripts: u64,
    /// Of these reviewed.
    pub reviewed: u64,
    /// Audios made.
    pub audio: u64,
    /// Held, and not sent before the campaign's end.
    pub held: u64,
    /// Forbidden by a rule.
    pub blocked: u64,
    /// Handed to the carrier.
    pub submitted: u64,
    /// Left in the mailbox, listened ones included.
    pub delivered: u64,
    /// Played.
    pub listened: u64,
    /// Handed over, but not left.
    pub failed: u64,
    /// Handed over, outcome unknown.
    pub in_doubt: u64,
    /// Handed over, no report yet.
    pub queued: u64,
    /// Not decided yet.
    pub waiting: u64,
    /// Where the campaign stands.
    pub status: String,
}

impl Figures {
    /// Counts.
    pub async fn count(
        ports: &Ports,
        organization: OrganizationId,
        id: CampaignId,
    ) -> Result<Self, CommandError> {
        let campaign: Loaded<Campaign> = load(ports, organization, id).await?;
        let members: Vec<ContactId> = campaign.state().contacts.iter().copied().collect();
        let status = campaign.state().status;
        let mut figures = Self {
            contacts: members.len() as u64,
            status: status.as_str().to_owned(),
            ..Self::default()
        };
        for chunk in members.chunks(CHUNK) {
            let ids = chunk.iter().map(|c| ScriptId::of(id, *c));
            let scripts: Vec<Loaded<Script>> = load_many(ports, organization, ids).await?;
            for script in scripts.iter().filter(|s| s.exists()) {
                figures.add(script.state(), status);
            }
        }
        Ok(figures)
    }

    /// Takes the import's figures in.
    pub async fn with_import(
        mut self,
        ports: &Ports,
        organization: OrganizationId,
        batch: ImportBatchId,
    ) -> Result<Self, CommandError> {
        let import: Loaded<ImportBatch> = load(ports, organization, batch).await?;
        let ImportTotals {
            rows,
            created,
            duplicates,
            rejected,
            ..
        } = import.state().totals;
        (self.rows, self.created, self.duplicates, self.rejected) = (rows, created, duplicates, rejected);
        Ok(self)
    }

    fn add(&mut self, script: &Script, campaign: CampaignStatus) {
        self.scripts += 1;
        self.reviewed += u64::from(script.review == Some(Review::Approved));
        self.audio += u64::from(matches!(script.audio, Audio::Rendered { .. }));
        self.submitted += u64::from(script.is_handed_over());
        match script.delivery {
            DeliveryStatus::Lapsed => self.held += 1,
            // While the campaign runs, what waits may still be sent.
            DeliveryStatus::Held if campaign.is_final() => self.held += 1,
            DeliveryStatus::NotSent | DeliveryStatus::Held => self.waiting += 1,
            DeliveryStatus::Blocked => self.blocked += 1,
            DeliveryStatus::Queued | DeliveryStatus::Sent => self.queued += 1,
            DeliveryStatus::InDoubt => self.in_doubt += 1,
            DeliveryStatus::Failed => self.failed += 1,
            DeliveryStatus::Delivered => self.delivered += 1,
            DeliveryStatus::Listened => {
                self.delivered += 1;
                self.listened += 1;
            }
        }
    }

    /// How far a stage is: done, of how many.
    pub const fn progress(&self, stage: Stage) -> (u64, u64) {
        match stage {
            Stage::Importing => (self.rows, self.rows),
            Stage::Writing => (self.scripts, self.contacts),
            Stage::Reviewing => (self.reviewed, self.scripts),
            Stage::Speaking => (self.audio, self.reviewed),
            Stage::Sending => (self.scripts - self.waiting - self.queued, self.scripts),
        }
    }
}
