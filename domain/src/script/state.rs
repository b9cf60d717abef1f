//! What a script is after its events.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    Attempt, AttemptState, DeliveryStatus, FailureClass, REPORTS_REMEMBERED_MAX, Review, ScriptEvent,
    VoiceSettings, delivery::HeldUntil, lint::Lint,
};
use crate::{
    CampaignId, ContactId, ScriptBatchId, Sealed,
    compliance::{Decision, Verdict},
};

/// Where the audio of the newest version stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audio {
    /// Not asked for.
    #[default]
    None,
    /// Asked for.
    Requested {
        /// The provider's voice id.
        voice: String,
        /// How the voice is set.
        settings: VoiceSettings,
    },
    /// Made.
    Rendered {
        /// Where the file lies.
        storage_key: String,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// Length, milliseconds.
        duration_ms: u64,
        /// What was spoken how, hashed; nothing in old recordings.
        #[serde(default)]
        content_hash: Option<String>,
    },
    /// Could not be made.
    Failed {
        /// Whether trying again may help.
        retryable: bool,
    },
    /// Made, sent, and deleted after its time.
    Removed {
        /// SHA-256 of the file that was, hex.
        sha256: String,
    },
}

/// A script as its events made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The campaign, once there is a text.
    pub campaign: Option<CampaignId>,
    /// The contact, once there is a text.
    pub contact: Option<ContactId>,
    /// The newest version; 0 before the first.
    pub version: u32,
    /// The newest words.
    pub text: Option<Sealed>,
    /// Number of characters of the newest words.
    pub characters: u32,
    /// What the lint said of the newest version; nothing before scripts were checked.
    #[serde(default)]
    pub lint: Option<Lint>,
    /// The last batch that wrote a version: what it wrote is not recorded twice.
    #[serde(default)]
    pub batch: Option<ScriptBatchId>,
    /// What the reviewer said of the newest version.
    pub review: Option<Review>,
    /// Audio of the newest version.
    pub audio: Audio,
    /// The last decision about handing it over.
    pub decision: Option<Decision>,
    /// When a held script is looked at again.
    pub held_until: HeldUntil,
    /// The last hand-off.
    pub attempt: Option<Attempt>,
    /// How far it has got.
    pub delivery: DeliveryStatus,
    /// Reports taken in, oldest first.
    pub(super) reports: VecDeque<String>,
}

impl Script {
    /// It may be handed over, as far as words, review and audio go.
    pub fn is_ready(&self) -> bool {
        self.review == Some(Review::Approved) && matches!(self.audio, Audio::Rendered { .. })
    }

    /// It has left the house, or may have.
    pub fn is_handed_over(&self) -> bool {
        self.attempt
            .as_ref()
            .is_some_and(|a| a.state != AttemptState::DidNotHappen)
    }

    pub(super) fn take_in(&mut self, event: &ScriptEvent) {
        use ScriptEvent as E;
        match event {
            E::ScriptGenerated {
                campaign_id,
                contact_id,
                version,
                text,
                characters,
                lint,
                batch_id,
                ..
            } => {
                self.batch = batch_id.or(self.batch);
                self.campaign = Some(*campaign_id);
                self.contact = Some(*contact_id);
                self.take_words(*version, text, *characters, lint.as_ref());
            }
            E::ScriptEdited {
                version,
                text,
                characters,
                lint,
                ..
            } => self.take_words(*version, text, *characters, lint.as_ref()),
            E::ScriptReviewed { review, .. } => self.review = Some(*review),
            E::ReviewUndone { review, .. } => self.review = *review,
            E::AudioRequested { voice, settings, .. } => {
                self.audio = Audio::Requested {
                    voice: voice.clone(),
                    settings: *settings,
                };
            }
            E::AudioRendered {
                storage_key,
                sha256,
                duration_ms,
                content_hash,
                ..
            } => {
                self.audio = Audio::Rendered {
                    storage_key: storage_key.clone(),
                    sha256: sha256.clone(),
                    duration_ms: *duration_ms,
                    content_hash: content_hash.clone(),
                };
            }
            E::AudioFailed { retryable, .. } => {
                self.audio = Audio::Failed {
                    retryable: *retryable,
                }
            }
            E::AudioRemoved { .. } => {
                if let Audio::Rendered { sha256, .. } = &mut self.audio {
                    self.audio = Audio::Removed {
                        sha256: std::mem::take(sha256),
                    };
                }
            }
            E::SubmissionDecided { .. }
            | E::SubmissionAttempted { .. }
            | E::Submitted { .. }
            | E::SubmissionInDoubt { .. }
            | E::SubmissionFailed { .. }
            | E::SubmissionLapsed { .. } => self.take_submission(event),
            E::Sent { report_id } => self.take_report(report_id, DeliveryStatus::Sent),
            E::Delivered { report_id, .. } => self.take_report(report_id, DeliveryStatus::Delivered),
            E::Listened { report_id, .. } => self.take_report(report_id, DeliveryStatus::Listened),
            E::DeliveryFailed { report_id, .. } => self.take_report(report_id, DeliveryStatus::Failed),
        }
    }

    fn take_words(&mut self, version: u32, text: &Sealed, characters: u32, lint: Option<&Lint>) {
        self.version = version;
        self.text = Some(text.clone());
        self.characters = characters;
        self.lint = lint.cloned();
        self.review = None;
        self.audio = Audio::None;
    }

    fn take_submission(&mut self, event: &ScriptEvent) {
        match event {
            ScriptEvent::SubmissionDecided { decision } => {
                self.held_until = match decision.verdict {
                    Verdict::Cleared => None,
                    Verdict::HeldUntil(until) => {
                        self.rise(DeliveryStatus::Held);
                        Some(until)
                    }
                    Verdict::Blocked => {
                        self.rise(DeliveryStatus::Blocked);
                        None
                    }
                };
                self.decision = Some(decision.clone());
            }
            ScriptEvent::SubmissionAttempted {
                attempt_id,
                idempotency_key,
            } => {
                self.attempt = Some(Attempt {
                    id: *attempt_id,
                    idempotency_key: idempotency_key.clone(),
                    state: AttemptState::Calling,
                });
                self.rise(DeliveryStatus::Queued);
            }
            ScriptEvent::Submitted { message_id, .. } => {
                self.attempt_is(AttemptState::Taken {
                    message_id: message_id.clone(),
                });
                // The doubt is over; what is known now is that it is in the carrier's queue.
                if self.delivery == DeliveryStatus::InDoubt {
                    self.delivery = DeliveryStatus::Queued;
                }
            }
            ScriptEvent::SubmissionInDoubt { .. } => {
                self.attempt_is(AttemptState::InDoubt);
                self.rise(DeliveryStatus::InDoubt);
            }
            ScriptEvent::SubmissionFailed {
                class: FailureClass::NotSent,
                ..
            } => {
                self.attempt_is(AttemptState::DidNotHappen);
                self.delivery = DeliveryStatus::NotSent;
            }
            ScriptEvent::SubmissionFailed { .. } => {
                self.attempt_is(AttemptState::Reported);
                self.rise(DeliveryStatus::Failed);
            }
            ScriptEvent::SubmissionLapsed { .. } => self.rise(DeliveryStatus::Lapsed),
            _ => {}
        }
    }

    fn take_report(&mut self, report_id: &str, status: DeliveryStatus) {
        self.reports.push_back(report_id.to_owned());
        if self.reports.len() > REPORTS_REMEMBERED_MAX {
            self.reports.pop_front();
        }
        self.attempt_is(AttemptState::Reported);
        self.rise(status);
    }

    fn attempt_is(&mut self, state: AttemptState) {
        if let Some(attempt) = &mut self.attempt {
            attempt.state = state;
        }
    }

    fn rise(&mut self, status: DeliveryStatus) {
        self.delivery = self.delivery.max(status);
    }
}
