//! Whoever delivers the voicemail, and what it reports.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use domain::{MicroDollars, PhoneNumber, ScriptId, script::FailureClass};

use super::PortError;

/// The recording of a voicemail, as the carrier gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropAudio {
    /// It lies at the carrier: its reference, from [`VoicemailCarrier::upload`].
    Media(String),
    /// The carrier fetches it from this address.
    Address {
        /// Where, for a while.
        address: String,
        /// `audio/mpeg` or `audio/wav`.
        media_type: String,
    },
    /// The carrier fetches it from this server.
    Path {
        /// The path, signed, which begins with a slash.
        path: String,
        /// `audio/mpeg` or `audio/wav`.
        media_type: String,
    },
}

/// One voicemail to one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop {
    /// The recipient.
    pub to: PhoneNumber,
    /// The number shown, which the organization is entitled to.
    pub caller_id: PhoneNumber,
    /// What is played.
    pub audio: DropAudio,
    /// Our reference, echoed by the callback: the attempt id.
    pub foreign_id: String,
    /// Makes a repeat harmless, where the carrier remembers keys.
    pub idempotency_key: String,
    /// Unguessable part of the callback's path.
    pub callback_token: String,
    /// ZIP code of the recipient, for the carrier's own calling-hours check.
    pub postal_code: Option<String>,
}

/// The carrier has taken the drop into its queue. It proves nothing about delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropAnswer {
    /// The carrier's reference of the request.
    pub message_id: String,
}

/// What became of a drop, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropOutcome {
    /// On its way at the carrier.
    Sent,
    /// Left in the mailbox.
    Delivered {
        /// What the carrier charged, if it said so.
        cost: Option<MicroDollars>,
    },
    /// Played by the recipient; only some carriers report it.
    Listened {
        /// How long, in milliseconds, if known.
        listen_ms: Option<u64>,
    },
    /// Not left.
    Failed {
        /// The class that decides what follows.
        class: FailureClass,
        /// In plain words.
        reason: String,
    },
}

/// How a report names the drop it is about; adapters give what the wire has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportMatch {
    /// The secret part of the callback's path.
    pub callback_token: Option<String>,
    /// Our reference, echoed.
    pub foreign_id: Option<String>,
    /// The carrier's reference of the drop.
    pub drop_id: Option<String>,
    /// The carrier's reference of the request, as it answered it.
    pub message_id: Option<String>,
    /// The recipient's number.
    pub to: Option<PhoneNumber>,
    /// Our own id of the script, where whoever reports was told it.
    pub script: Option<ScriptId>,
}

/// A carrier's report, parsed from the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireReport {
    /// The carrier's id of the report, or one made from its content; equal reports have equal ids.
    pub report_id: String,
    /// Which drop it is about.
    pub about: ReportMatch,
    /// What happened.
    pub outcome: DropOutcome,
    /// The carrier's numeric or textual code, as it came.
    pub code: String,
    /// The carrier asks never to contact the number again.
    pub suppress: bool,
    /// When it happened by the carrier's clock.
    pub occurred_at: DateTime<Utc>,
}

/// What of a carrier's account, or of our own set-up, a finding of the readiness check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadinessSubject {
    /// The carrier can't be asked.
    Carrier,
    /// Key, secret or their scopes.
    Credentials,
    /// Money on the account.
    Funds,
    /// The account may send to its own test numbers only.
    TestNumbers,
    /// Numbers to send from.
    Numbers,
    /// The line to send from.
    Line,
    /// The registered brand.
    Brand,
    /// The pool of numbers to send from.
    Pool,
    /// Where calls back are forwarded to.
    Forwarding,
    /// How the carrier reaches this installation.
    CallbackAddress,
    /// What the carrier signs its webhooks with.
    WebhookSecret,
    /// The number that recipients see.
    CallerId,
    /// Somebody has halted all sending.
    Halt,
    /// A list of numbers that grows old.
    SuppressionList,
}

impl ReadinessSubject {
    /// As shown to programs, such as `callback_address`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Credentials => "credentials",
            Self::Funds => "funds",
            Self::TestNumbers => "test_numbers",
            Self::Numbers => "numbers",
            Self::Line => "line",
            Self::Brand => "brand",
            Self::Pool => "pool",
            Self::Forwarding => "forwarding",
            Self::CallbackAddress => "callback_address",
            Self::WebhookSecret => "webhook_secret",
            Self::CallerId => "caller_id",
            Self::Halt => "halt",
            Self::SuppressionList => "suppression_list",
        }
    }
}

/// Something that keeps a campaign from being sent well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessFinding {
    /// What it is about.
    pub about: ReadinessSubject,
    /// No campaign is taken as long as it is so; otherwise it is said and no more.
    pub blocks: bool,
    /// What is wrong and what to do, in words for the user.
    pub message: String,
}

impl ReadinessFinding {
    /// What must be put right first.
    pub fn blocker(about: ReadinessSubject, message: impl Into<String>) -> Self {
        Self {
            about,
            blocks: true,
            message: message.into(),
        }
    }

    /// What should be known.
    pub fn warning(about: ReadinessSubject, message: impl Into<String>) -> Self {
        Self {
            blocks: false,
            ..Self::blocker(about, message)
        }
    }
}

/// Whether a campaign can be sent at all, as far as the carrier knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarrierReadiness {
    /// What is wrong or should be known; nothing when all is well.
    pub findings: Vec<ReadinessFinding>,
    /// Money that can be spent, where the carrier says it.
    pub funds: Option<MicroDollars>,
}

impl CarrierReadiness {
    /// What keeps every campaign from being sent.
    pub fn blockers(&self) -> impl Iterator<Item = &ReadinessFinding> {
        self.findings.iter().filter(|finding| finding.blocks)
    }
}

/// A ringless-voicemail carrier.
#[async_trait]
pub trait VoicemailCarrier: Send + Sync + std::fmt::Debug {
    /// Checks what a campaign needs: credentials, funds, where it is sent from, and how reports come back. Wrong credentials are an error.
    async fn readiness(&self) -> Result<CarrierReadiness, PortError>;

    /// Whether it says who listened. Of what a carrier does not report nothing is known.
    fn reports_listening(&self) -> bool;

    /// Whether it takes audio by [`VoicemailCarrier::upload`]; otherwise it fetches each recording from an address.
    fn takes_uploads(&self) -> bool;

    /// For how long a repeat under the same key is the same drop. Nothing where a repeat would be a second voicemail: then a hand-over
    /// whose answer is lost is in doubt at once.
    fn remembers_keys(&self) -> Option<Duration>;

    /// Gives the carrier an audio file; repeating it is harmless. Returns the carrier's reference.
    async fn upload(&self, name: &str, audio: Bytes, media_type: &str) -> Result<String, PortError>;

    /// Hands one voicemail over. A repeat with the same key is the same drop as long as the carrier remembers keys.
    async fn hand_over(&self, drop: Drop) -> Result<DropAnswer, PortError>;

    /// Parses a webhook or callback body that has been stored. `token` is the secret part of the path it came on.
    fn parse_report(&self, body: &[u8], token: Option<&str>) -> Result<WireReport, PortError>;

    /// Checks the signature of a webhook: headers by lower-case name, the raw body, and now.
    fn verify_signature(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), PortError>;
}
