//! Whatever people and workers ask of a script, in whatever order: it is handed over only when somebody approved the very
//! words that are spoken, and never again while an earlier hand-off may have happened. Judged by a second reading of the
//! events that shares no line with the aggregate's own state.

use domain::{
    AttemptId, CampaignId, ContactId, MicroDollars, Sealed, UserId,
    aggregate::Decider,
    compliance::{Decision, Verdict},
    script::{
        Author, FailureClass, GeneratedText, Review, Script, ScriptCommand as Command, ScriptEvent as Event,
        VoiceSettings,
        lint::{Lint, LintFinding, LintRule, Severity},
    },
};
use proptest::prelude::*;
use uuid::Uuid;

/// Commands in one life.
const COMMANDS_MAX: usize = 60;
const VOICE: VoiceSettings = VoiceSettings {
    stability: 50,
    similarity: 75,
};

const fn uuid(n: u8) -> Uuid {
    Uuid::from_bytes([1, 0x9b, 0x76, 0x66, 0xd8, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n])
}

fn words(characters: u32) -> Sealed {
    Sealed::from_ciphertext("w".repeat(characters as usize))
}

fn generate() -> Command {
    generate_with(linted(true))
}

fn generate_with(lint: Lint) -> Command {
    Command::Generate {
        campaign: CampaignId::from_uuid(uuid(1)),
        contact: ContactId::from_uuid(uuid(2)),
        text: GeneratedText {
            text: words(5),
            characters: 5,
            by: Author::Template,
            model: None,
            prompt_sha256: None,
            tokens: None,
            cost: MicroDollars::ZERO,
            lint,
            batch: None,
        },
    }
}

/// A lint that lets the words pass, or stops them.
fn linted(passed: bool) -> Lint {
    let finding = LintFinding {
        rule: LintRule::NoOptOut,
        severity: Severity::Blocking,
        at: None,
    };
    Lint {
        version: "1".into(),
        estimated_ms: 35_000,
        findings: if passed { vec![] } else { vec![finding] },
        said: None,
    }
}

fn decision(verdict: Verdict) -> Decision {
    Decision {
        verdict,
        findings: vec![],
        zones: vec![],
        states: vec![],
        pack_id: "pack".into(),
        pack_sha256: String::new(),
        engine_version: "1".into(),
        next_allowed: None,
        inputs: None,
    }
}

fn hand_off(attempt: u8, verdict: Verdict) -> Command {
    Command::HandOff {
        decision: decision(verdict),
        attempt: AttemptId::from_uuid(uuid(attempt)),
        idempotency_key: format!("key {attempt}"),
        at: chrono::DateTime::UNIX_EPOCH,
    }
}

/// What a person may ask.
fn by_people() -> impl Strategy<Value = Command> {
    let review = prop_oneof![
        4 => Just(Review::Approved),
        1 => Just(Review::Rejected),
        1 => Just(Review::NeedsRevision)
    ];
    prop_oneof![
        2 => any::<bool>().prop_map(|passed| generate_with(linted(passed))),
        2 => (1_u32..20, any::<bool>()).prop_map(|(characters, passed)| Command::Edit {
            text: words(characters),
            characters,
            by: UserId::from_uuid(uuid(3)),
            lint: linted(passed),
        }),
        6 => (1_u32..4, review.clone()).prop_map(|(version, review)| Command::Review {
            version,
            review,
            notes: None,
            by: UserId::from_uuid(uuid(3)),
        }),
        2 => (1_u32..4, review.clone(), prop::option::of(review)).prop_map(|(version, said, before)| {
            Command::UndoReview {
                version,
                said,
                before,
                by: UserId::from_uuid(uuid(3)),
            }
        }),
        4 => prop_oneof![Just("rachel"), Just("adam")].prop_map(|voice| Command::RequestAudio {
            voice: voice.into(),
            settings: VOICE,
            content_hash: Some(voice.into()),
        }),
    ]
}

/// What workers and the carrier ask.
fn by_workers() -> impl Strategy<Value = Command> {
    let attempt = || (10_u8..13).prop_map(|n| AttemptId::from_uuid(uuid(n)));
    prop_oneof![
        6 => (1_u32..4, prop_oneof![Just("rachel"), Just("adam")]).prop_map(|(version, voice)| Command::RecordAudio {
            version,
            storage_key: format!("audio/{version}"),
            sha256: format!("{version} by {voice}"),
            duration_ms: 9_000,
            characters: 5,
            provider_id: "request".into(),
            cost: MicroDollars::ZERO,
            content_hash: Some(voice.into()),
        }),
        1 => (1_u32..4).prop_map(|version| Command::RecordAudioFailure {
            version,
            error: "the voice is gone".into(),
            retryable: true,
            cost: MicroDollars::ZERO,
            characters: 0,
        }),
        8 => (10_u8..13).prop_map(|n| hand_off(n, Verdict::Cleared)),
        1 => (10_u8..13).prop_map(|n| hand_off(n, Verdict::Blocked)),
        1 => attempt().prop_map(|attempt| Command::RefuteSubmission {
            attempt,
            code: "422".into(),
            class: FailureClass::NotSent,
        }),
        1 => attempt().prop_map(|attempt| Command::DoubtSubmission {
            attempt,
            reason: "no answer".into(),
        }),
        1 => attempt().prop_map(|attempt| Command::ConfirmSubmission {
            attempt,
            message_id: "message".into(),
        }),
    ]
}

/// What the events alone say, read in order.
#[derive(Debug, Default)]
struct Reading {
    newest: u32,
    passed: bool,
    approved: Option<u32>,
    /// What was bought, or may be: ordered while it was approved.
    ordered: Option<u32>,
    spoken: Option<u32>,
    under_way: Option<AttemptId>,
    hand_offs: u32,
}

impl Reading {
    /// Nothing is approved that the lint stops, nor any words but the newest.
    fn is_lawful(&self) -> Result<(), String> {
        match self.approved {
            Some(version) if version != self.newest || !self.passed => {
                Err(format!("approved what must not be: {self:?}"))
            }
            _ => Ok(()),
        }
    }

    /// Takes an event in; an event that breaks the law is answered with why.
    fn take_in(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::ScriptGenerated { version, lint, .. } | Event::ScriptEdited { version, lint, .. } => {
                self.newest = *version;
                self.passed = lint.as_ref().is_some_and(|l| l.findings.is_empty());
            }
            Event::ScriptReviewed { version, review, .. } => {
                self.approved = (*review == Review::Approved).then_some(*version);
                self.is_lawful()?;
            }
            Event::ReviewUndone { version, review, .. } => {
                self.approved = (*review == Some(Review::Approved)).then_some(*version);
                self.is_lawful()?;
            }
            Event::AudioRequested { version, .. } => {
                if self.approved != Some(self.newest) || *version != self.newest {
                    return Err(format!("ordered with nothing approved: {self:?}"));
                }
                (self.ordered, self.spoken) = (Some(*version), None);
            }
            // A review that came too late does not undo what is paid for. It is not handed over all the same.
            Event::AudioRendered { version, .. } => {
                if self.ordered != Some(*version) || *version != self.newest {
                    return Err(format!("spoken without having been approved: {self:?}"));
                }
                self.spoken = Some(*version);
            }
            Event::SubmissionAttempted { attempt_id, .. } => {
                if self.approved != Some(self.newest) {
                    return Err(format!("handed over with nothing approved: {self:?}"));
                }
                if self.spoken != Some(self.newest) {
                    return Err(format!("handed over with other words spoken: {self:?}"));
                }
                if self.under_way.is_some() {
                    return Err(format!("handed over twice: {self:?}"));
                }
                self.under_way = Some(*attempt_id);
                self.hand_offs += 1;
            }
            Event::SubmissionFailed { attempt_id, .. } if self.under_way == Some(*attempt_id) => {
                self.under_way = None;
            }
            _ => {}
        }
        Ok(())
    }
}

fn lived(commands: Vec<Command>) -> Result<Reading, TestCaseError> {
    let (mut script, mut reading) = (Script::default(), Reading::default());
    for command in commands {
        let Ok(events) = script.decide(command) else {
            continue;
        };
        for event in events {
            script.evolve(&event);
            reading.take_in(&event).map_err(TestCaseError::fail)?;
        }
    }
    Ok(reading)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_approved_words_are_spoken_and_handed_over_and_only_once(
        commands in prop::collection::vec(prop_oneof![by_people(), by_workers()], 0..COMMANDS_MAX),
    ) {
        lived(std::iter::once(generate()).chain(commands).collect())?;
    }
}

#[test]
fn the_reading_does_see_hand_offs() {
    let review = Command::Review {
        version: 1,
        review: Review::Approved,
        notes: None,
        by: UserId::from_uuid(uuid(3)),
    };
    let request = Command::RequestAudio {
        voice: "rachel".into(),
        settings: VOICE,
        content_hash: Some("rachel".into()),
    };
    let record = Command::RecordAudio {
        version: 1,
        storage_key: "audio/1".into(),
        sha256: "1".into(),
        duration_ms: 9_000,
        characters: 5,
        provider_id: "request".into(),
        cost: MicroDollars::ZERO,
        content_hash: Some("rachel".into()),
    };
    let life = vec![
        generate(),
        review,
        request,
        record,
        hand_off(10, Verdict::Cleared),
        hand_off(11, Verdict::Cleared),
    ];
    assert_eq!(lived(life).expect("the law holds").hand_offs, 1);
}
