//! What the use cases need from the outside, each named by its role. Vendors' names appear only in `adapters`.

mod accounts;
mod audio_cache;
mod audio_retention;
mod blob_store;
mod connections;
mod consents;
mod contact_source;
mod drop_register;
mod error;
mod import_records;
mod inbound_addresses;
mod journal;
mod key_ring;
mod listed_numbers;
mod note_signer;
mod notifications;
mod open_hand_offs;
mod process_state;
mod script_batches;
mod script_writer;
mod send_pace;
mod speaking_rates;
mod speech_synthesizer;
mod suppression_lookup;
mod table_reader;
mod transparency_log;
mod uploads;
mod voicemail_carrier;
mod webhook_inbox;
mod work_queue;

pub use accounts::{Accounts, ApiToken, Session};
pub use audio_cache::{AudioCache, Clip, ClipClaim, OldClip};
pub use audio_retention::AudioRetention;
pub use blob_store::BlobStore;
pub use connections::{Connection, Connections, SourceTokens};
pub use consents::{Consents, PendingConsent};
pub use contact_source::{ContactSourcePort, ContactSources, PullRequest, Pulled, RemoteList, SourceFailure};
pub use drop_register::{DropRegister, HandedOver};
pub use error::{PortError, PortErrorKind};
pub use import_records::{ImportRecords, ImportedContact};
pub use inbound_addresses::{InboundAddress, InboundAddresses};
pub use journal::{
    AppendRequest, Appended, AsWritten, Expected, Feed, FeedPage, Journal, JournalError, NewEvent,
    StoredEvent, StreamAppend, StreamSlice,
};
pub use key_ring::{KeyRing, OpenError};
pub use listed_numbers::{ListFigures, ListFiles, ListLine, ListProgress, ListSink, ListedNumbers};
pub use note_signer::NoteSigner;
pub use notifications::{
    AllowedUrl, CampaignDigests, DigestMail, Mail, Mailer, NotTaken, Notification, NotificationLog,
    NotificationPlace, NotificationRecord, NotificationState, NotificationSubject, NotificationTarget,
    NotificationTry, WebhookEndpoint, WebhookEndpoints, WebhookMessage, WebhookSender,
};
pub use open_hand_offs::{OpenCampaign, OpenHandOffs};
pub use process_state::{ProcessState, ProcessStep};
pub use script_batches::{BatchKey, BatchResult, BatchSearch, BatchStanding, BatchedScript, ScriptBatches};
pub use script_writer::{
    ScriptPrompt, ScriptWriter, ScriptWriters, UnknownWriter, WrittenScript, unpriced_model,
};
pub use send_pace::{Pace, SendPace};
pub use speaking_rates::SpeakingRates;
pub use speech_synthesizer::{Speech, SpeechRequest, SpeechSynthesizer, Voice, VoiceSettings};
pub use suppression_lookup::{ListInForce, SuppressionLookup};
pub use table_reader::{
    ColumnGuess, FileContent, ReadContact, ReadLimits, ReadProgress, RejectedRow, RowOutcome, TableChoice,
    TableColumn, TableFormat, TableOpener, TableReader, TableSummary,
};
pub use transparency_log::{
    KeptCheckpoint, LogReach, LogRefusal, LogStanding, LogTile, TilePlace, TransparencyLog,
};
pub use uploads::{Upload, Uploads};
pub use voicemail_carrier::{
    CarrierReadiness, Drop, DropAnswer, DropAudio, DropOutcome, ReadinessFinding, ReadinessSubject,
    ReportMatch, VoicemailCarrier, WireReport,
};
pub use webhook_inbox::{
    FiledWebhook, InboundWebhook, WebhookCounts, WebhookFate, WebhookInbox, WebhookReplay, WebhookStanding,
};
pub use work_queue::{PlannedWork, Safety, WorkCounts, WorkEnd, WorkItem, WorkQueue};
