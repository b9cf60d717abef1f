//! Who acts, for which organization, because of what. A context for a person exists only through a permit, so a use case
//! that forgot to ask for permission does not compile.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{Actor, Clock, CorrelationId, EventId, IdGenerator, OrganizationId};

use crate::{
    authorization::Permit,
    ports::{
        AudioCache, AudioRetention, BlobStore, ContactSources, Journal, KeyRing, ProcessState, ScriptWriters,
        SpeakingRates, SpeechSynthesizer, VoicemailCarrier, WebhookInbox, WorkQueue,
    },
};

/// Everything outside that use cases and processes work with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The event store.
    pub journal: Arc<dyn Journal>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Keys of personal fields.
    pub keys: Arc<dyn KeyRing>,
    /// The outbox.
    pub queue: Arc<dyn WorkQueue>,
    /// Checkpoints of process managers.
    pub processes: Arc<dyn ProcessState>,
    /// Files and audio.
    pub blobs: Arc<dyn BlobStore>,
    /// Audio that was bought.
    pub clips: Arc<dyn AudioCache>,
    /// Audio that has outlived its time.
    pub retention: Arc<dyn AudioRetention>,
    /// Hand-offs without an end.
    pub open: Arc<dyn crate::ports::OpenHandOffs>,
    /// Raw webhooks.
    pub inbox: Arc<dyn WebhookInbox>,
    /// Which hand-off called which number.
    pub drops: Arc<dyn crate::ports::DropRegister>,
    /// How fast campaigns hand over.
    pub pace: Arc<dyn crate::ports::SendPace>,
    /// Who writes scripts.
    pub writers: ScriptWriters,
    /// How fast voices have spoken so far.
    pub rates: Arc<dyn SpeakingRates>,
    /// Who speaks them.
    pub voice: Arc<dyn SpeechSynthesizer>,
    /// Who speaks drafts on this machine, for nothing; nobody where the machine can't.
    pub draft_voice: Option<Arc<dyn SpeechSynthesizer>>,
    /// Who delivers them.
    pub carrier: Arc<dyn VoicemailCarrier>,
    /// Lists of numbers that must not be contacted.
    pub suppressions: Arc<dyn crate::ports::SuppressionLookup>,
    /// Numbers of lists that came as files.
    pub listed: Arc<dyn crate::ports::ListedNumbers>,
    /// Reads such files.
    pub lists: Arc<dyn crate::ports::ListFiles>,
    /// What is known of earlier imports.
    pub records: Arc<dyn crate::ports::ImportRecords>,
    /// Opens contact lists.
    pub tables: Arc<dyn crate::ports::TableOpener>,
    /// Connected accounts and their secrets.
    pub connections: Arc<dyn crate::ports::Connections>,
    /// Consents that are being asked for.
    pub consents: Arc<dyn crate::ports::Consents>,
    /// Addresses that other programs push contacts to.
    pub inbound: Arc<dyn crate::ports::InboundAddresses>,
    /// Endpoints of other programs.
    pub webhook_endpoints: Arc<dyn crate::ports::WebhookEndpoints>,
    /// What was told to whom.
    pub notifications: Arc<dyn crate::ports::NotificationLog>,
    /// Who posts webhooks.
    pub webhooks: Arc<dyn crate::ports::WebhookSender>,
    /// Who sends mail; nobody where no mail server is configured.
    pub mailer: Option<Arc<dyn crate::ports::Mailer>>,
    /// Who writes digests for the outside.
    pub digests: Arc<dyn crate::ports::CampaignDigests>,
    /// Proofs that the journal was not changed.
    pub log: Arc<dyn crate::ports::TransparencyLog>,
    /// The installation's signature.
    pub signer: Arc<dyn crate::ports::NoteSigner>,
    /// The services that contacts are pulled from.
    pub sources: ContactSources,
    /// Where a file lies while it is written; best on the blob store's file system.
    pub spool: Arc<Path>,
}

/// Who acts, and why.
#[derive(Debug, Clone)]
pub struct CommandContext {
    /// The tenant.
    pub organization: OrganizationId,
    /// Who.
    pub actor: Actor,
    /// The request or job.
    pub correlation: CorrelationId,
    /// The event that it follows from.
    pub causation: Option<EventId>,
    /// When the fact happened, where that is older than now.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl CommandContext {
    /// A person acts, as permitted.
    pub fn of(permit: &Permit, correlation: CorrelationId) -> Self {
        Self {
            organization: permit.organization(),
            actor: permit.actor(),
            correlation,
            causation: None,
            occurred_at: None,
        }
    }

    /// voicedrop itself acts, because of an event or a job.
    pub fn system(
        organization: OrganizationId,
        process: &str,
        correlation: CorrelationId,
        causation: Option<EventId>,
    ) -> Self {
        Self {
            organization,
            actor: Actor::system(process),
            correlation,
            causation,
            occurred_at: None,
        }
    }

    /// The carrier reported something.
    pub const fn carrier(
        organization: OrganizationId,
        correlation: CorrelationId,
        occurred_at: DateTime<Utc>,
    ) -> Self {
        Self {
            organization,
            actor: Actor::Carrier,
            correlation,
            causation: None,
            occurred_at: Some(occurred_at),
        }
    }
}
