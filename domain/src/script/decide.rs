//! The rules of a script.

use super::{
    Attempt, AttemptState, Audio, CarrierReport, DeliveryStatus, FailureClass, GeneratedText,
    ReportedOutcome, Review, Script, ScriptCommand, ScriptEvent, ScriptRefusal, TEXT_CHARS_MAX,
    VoiceSettings,
};
use crate::{
    AttemptId, CampaignId, ContactId,
    aggregate::{Decider, Subject},
    compliance::{Decision, Verdict},
};

use ScriptEvent as E;
use ScriptRefusal as R;

type Decided = Result<Vec<E>, R>;

/// In place of a carrier's code, where a person says what became of it.
const SETTLED_BY_HAND: &str = "settled_by_hand";

impl Decider for Script {
    const KIND: &'static str = "script";
    type Command = ScriptCommand;
    type Event = ScriptEvent;
    type Refusal = ScriptRefusal;

    fn decide(&self, command: ScriptCommand) -> Decided {
        use ScriptCommand as C;
        if let C::Generate {
            campaign,
            contact,
            text,
        } = command
        {
            return self.generate(campaign, contact, text);
        }
        if self.version == 0 {
            return Err(R::NotFound);
        }
        match command {
            C::Generate { .. } => Ok(vec![]),
            C::Edit {
                text,
                characters,
                by,
                lint,
            } => {
                self.changeable()?;
                sensible(characters)?;
                Ok(vec![E::ScriptEdited {
                    version: self.version + 1,
                    text,
                    characters,
                    by,
                    lint: Some(lint),
                }])
            }
            C::Review { .. } | C::UndoReview { .. } => self.review(command),
            C::RequestAudio { .. }
            | C::RecordAudio { .. }
            | C::RecordAudioFailure { .. }
            | C::RemoveAudio { .. } => self.audio(command),
            C::Withhold { decision } => self.withhold(decision),
            C::HandOff {
                decision,
                attempt,
                idempotency_key,
                at: _,
            } => self.hand_off(decision, attempt, idempotency_key),
            C::ConfirmSubmission { .. } | C::RefuteSubmission { .. } | C::DoubtSubmission { .. } => {
                self.answer(command)
            }
            C::Lapse { reason } => match self.delivery {
                DeliveryStatus::NotSent | DeliveryStatus::Held => Ok(vec![E::SubmissionLapsed { reason }]),
                _ => Ok(vec![]),
            },
            C::SettleDoubt { delivered, report_id } => self.settle_doubt(delivered, report_id),
            C::Report(report) => self.report(report),
        }
    }

    fn evolve(&mut self, event: &ScriptEvent) {
        self.take_in(event);
    }

    fn subject(&self) -> Subject {
        Subject {
            campaign: self.campaign,
            contact: self.contact,
        }
    }
}

impl Script {
    fn generate(&self, campaign: CampaignId, contact: ContactId, text: GeneratedText) -> Decided {
        if self.version > 0 && (self.campaign, self.contact) != (Some(campaign), Some(contact)) {
            return Err(R::AnotherScript);
        }
        self.changeable()?;
        sensible(text.characters)?;
        Ok(vec![E::ScriptGenerated {
            campaign_id: campaign,
            contact_id: contact,
            version: self.version + 1,
            text: text.text,
            characters: text.characters,
            by: text.by,
            model: text.model,
            prompt_sha256: text.prompt_sha256,
            tokens: text.tokens,
            cost: text.cost,
            lint: Some(text.lint),
            batch_id: text.batch,
        }])
    }

    fn review(&self, command: ScriptCommand) -> Decided {
        self.changeable()?;
        match command {
            ScriptCommand::Review {
                version,
                review,
                notes,
                by,
            } => {
                self.newest(version)?;
                if self.review == Some(review) && notes.is_none() {
                    return Ok(vec![]);
                }
                if review == Review::Approved {
                    self.approvable()?;
                }
                Ok(vec![E::ScriptReviewed {
                    version,
                    review,
                    notes,
                    by,
                }])
            }
            ScriptCommand::UndoReview {
                version,
                said,
                before,
                by,
            } => {
                self.newest(version)?;
                if self.review == before {
                    return Ok(vec![]);
                }
                if self.review != Some(said) {
                    return Err(R::ReviewedSince);
                }
                if before == Some(Review::Approved) {
                    self.approvable()?;
                }
                Ok(vec![E::ReviewUndone {
                    version,
                    review: before,
                    by,
                }])
            }
            _ => Ok(vec![]),
        }
    }

    /// Nothing that must not be said is in it, as far as the lint can see.
    fn approvable(&self) -> Result<(), R> {
        let lint = self.lint.as_ref().ok_or(R::Unchecked)?;
        if lint.is_passed() {
            Ok(())
        } else {
            Err(R::LintBlocks(lint.blocking().map(|f| f.rule).collect()))
        }
    }

    fn changeable(&self) -> Result<(), R> {
        if self.is_handed_over() || self.delivery.is_settled() {
            Err(R::AlreadyHandedOver)
        } else {
            Ok(())
        }
    }

    fn newest(&self, version: u32) -> Result<(), R> {
        if version == self.version {
            Ok(())
        } else {
            Err(R::StaleVersion {
                given: version,
                newest: self.version,
            })
        }
    }

    fn audio(&self, command: ScriptCommand) -> Decided {
        match command {
            ScriptCommand::RequestAudio {
                voice,
                settings,
                content_hash,
            } => self.request_audio(voice, settings, content_hash.as_deref()),
            ScriptCommand::RecordAudio {
                version,
                storage_key,
                sha256,
                duration_ms,
                characters,
                provider_id,
                cost,
                content_hash,
            } => {
                self.newest(version)?;
                // Also when the review was taken back while it was spoken: it is paid for, and is handed over only once approved again.
                match &self.audio {
                    Audio::Rendered { sha256: known, .. } if *known == sha256 => Ok(vec![]),
                    Audio::Requested { .. } | Audio::Failed { .. } => Ok(vec![E::AudioRendered {
                        version,
                        storage_key,
                        sha256,
                        duration_ms,
                        characters,
                        provider_id,
                        cost,
                        content_hash,
                    }]),
                    Audio::Rendered { .. } | Audio::Removed { .. } | Audio::None => Err(R::AudioNotRequested),
                }
            }
            ScriptCommand::RecordAudioFailure {
                version,
                error,
                retryable,
                cost,
                characters,
            } => {
                self.newest(version)?;
                match self.audio {
                    Audio::Requested { .. } => Ok(vec![E::AudioFailed {
                        version,
                        error,
                        retryable,
                        cost,
                        characters,
                    }]),
                    Audio::Failed { .. } | Audio::Rendered { .. } | Audio::Removed { .. } => Ok(vec![]),
                    Audio::None => Err(R::AudioNotRequested),
                }
            }
            ScriptCommand::RemoveAudio { reason } => Ok(self.remove_audio(reason)),
            _ => Ok(vec![]),
        }
    }

    fn request_audio(&self, voice: String, settings: VoiceSettings, content_hash: Option<&str>) -> Decided {
        self.changeable()?;
        if self.review != Some(Review::Approved) {
            return Err(R::NotApproved);
        }
        let wanted = Audio::Requested {
            voice: voice.clone(),
            settings,
        };
        if self.audio == wanted || self.is_spoken(content_hash) {
            return Ok(vec![]);
        }
        Ok(vec![E::AudioRequested {
            version: self.version,
            voice,
            settings,
        }])
    }

    /// There is a recording that says the same in the same way. Of an old one, and of words that can't be opened, that is supposed.
    fn is_spoken(&self, wanted: Option<&str>) -> bool {
        match &self.audio {
            Audio::Rendered { content_hash, .. } => {
                let known = content_hash.as_deref();
                known.zip(wanted).is_none_or(|(known, wanted)| known == wanted)
            }
            Audio::None | Audio::Requested { .. } | Audio::Failed { .. } | Audio::Removed { .. } => false,
        }
    }

    fn remove_audio(&self, reason: String) -> Vec<E> {
        match &self.audio {
            Audio::Rendered { storage_key, .. } => vec![E::AudioRemoved {
                storage_key: storage_key.clone(),
                reason,
            }],
            Audio::None | Audio::Requested { .. } | Audio::Failed { .. } | Audio::Removed { .. } => vec![],
        }
    }

    fn withhold(&self, decision: Decision) -> Decided {
        if decision.verdict == Verdict::Cleared {
            return Err(R::Cleared);
        }
        if self.is_handed_over() {
            return Ok(vec![]);
        }
        if self.delivery.is_settled() {
            let same = decision.verdict == Verdict::Blocked && self.delivery == DeliveryStatus::Blocked;
            return if same {
                Ok(vec![])
            } else {
                Err(R::Settled(self.delivery))
            };
        }
        let same = self.decision.as_ref() == Some(&decision);
        Ok(if same {
            vec![]
        } else {
            vec![E::SubmissionDecided { decision }]
        })
    }

    fn hand_off(&self, decision: Decision, attempt_id: AttemptId, idempotency_key: String) -> Decided {
        if let Some(Attempt { id, state, .. }) = &self.attempt
            && *state != AttemptState::DidNotHappen
        {
            return if *id == attempt_id {
                Ok(vec![])
            } else {
                Err(R::AlreadyAttempted(*id))
            };
        }
        if self.delivery.is_settled() {
            return Err(R::Settled(self.delivery));
        }
        if decision.verdict != Verdict::Cleared {
            return Err(R::NotCleared);
        }
        if self.review != Some(Review::Approved) {
            return Err(R::NotApproved);
        }
        if !matches!(self.audio, Audio::Rendered { .. }) {
            return Err(R::NoAudio);
        }
        Ok(vec![
            E::SubmissionDecided { decision },
            E::SubmissionAttempted {
                attempt_id,
                idempotency_key,
            },
        ])
    }

    fn answer(&self, command: ScriptCommand) -> Decided {
        let (attempt_id, event) = match command {
            ScriptCommand::ConfirmSubmission { attempt, message_id } => (
                attempt,
                E::Submitted {
                    attempt_id: attempt,
                    message_id,
                },
            ),
            ScriptCommand::RefuteSubmission { attempt, code, class } => (
                attempt,
                E::SubmissionFailed {
                    attempt_id: attempt,
                    code,
                    class,
                },
            ),
            ScriptCommand::DoubtSubmission { attempt, reason } => (
                attempt,
                E::SubmissionInDoubt {
                    attempt_id: attempt,
                    reason,
                },
            ),
            _ => return Ok(vec![]),
        };
        let Some(Attempt { state, .. }) = self.attempt.as_ref().filter(|a| a.id == attempt_id) else {
            return Err(R::UnknownAttempt(attempt_id));
        };
        let news = match state {
            AttemptState::Calling => true,
            // A doubt may be lifted either way. A queued drop whose report never comes may fall into doubt.
            AttemptState::InDoubt => !matches!(event, E::SubmissionInDoubt { .. }),
            AttemptState::Taken { .. } => matches!(event, E::SubmissionInDoubt { .. }),
            // On its way is no end; of one that is never reported nobody knows.
            AttemptState::Reported if self.delivery == DeliveryStatus::Sent => {
                matches!(event, E::SubmissionInDoubt { .. })
            }
            // The report overtook the answer: it proves more than the answer says.
            AttemptState::Reported | AttemptState::DidNotHappen => false,
        };
        Ok(if news { vec![event] } else { vec![] })
    }

    fn settle_doubt(&self, delivered: bool, report_id: String) -> Decided {
        if self.reports.contains(&report_id) {
            return Ok(vec![]);
        }
        if self
            .attempt
            .as_ref()
            .is_none_or(|attempt| attempt.state != AttemptState::InDoubt)
        {
            return Err(R::NotInDoubt);
        }
        let code = SETTLED_BY_HAND.to_owned();
        Ok(vec![if delivered {
            E::Delivered {
                report_id,
                carrier_id: None,
                code,
                cost: None,
            }
        } else {
            E::DeliveryFailed {
                report_id,
                code,
                reason: "somebody looked it up at the carrier: it was not left".to_owned(),
                class: FailureClass::Final,
            }
        }])
    }

    fn report(&self, report: CarrierReport) -> Decided {
        let CarrierReport {
            report_id,
            carrier_id,
            code,
            outcome,
        } = report;
        if self.reports.contains(&report_id) {
            return Ok(vec![]);
        }
        if !self.is_handed_over() {
            return Err(R::NeverAttempted);
        }
        Ok(vec![match outcome {
            ReportedOutcome::Sent => E::Sent { report_id },
            ReportedOutcome::Delivered { cost } => E::Delivered {
                report_id,
                carrier_id,
                code,
                cost,
            },
            ReportedOutcome::Listened { listen_ms } => E::Listened { report_id, listen_ms },
            ReportedOutcome::Failed { reason, class } => E::DeliveryFailed {
                report_id,
                code,
                reason,
                class,
            },
        }])
    }
}

fn sensible(characters: u32) -> Result<(), R> {
    if characters == 0 || characters as usize > TEXT_CHARS_MAX {
        Err(R::InvalidText)
    } else {
        Ok(())
    }
}
