//! The lint of a script, whoever wrote it: who is calling and for whom, how to opt out and how to call back, how long it takes, and
//! what must not be said. Pure: words, the agent's profile and the speed of the voice in, findings out. It quotes no words, only
//! where they stand, so that its report can be recorded beside sealed words. Rules: 47 CFR 64.1200(b) and 16 CFR 310.4(b)(1)(v)
//! (identity, opt-out within two seconds of it, a toll-free opt-out number), `phrases.csv` with the source of each phrase.

mod numbers;
mod phrases;
mod said;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};

pub use self::said::Said;
use self::{
    numbers::numbers,
    phrases::Meaning,
    words::{Words, phrase},
};
use crate::organization::AgentProfile;

/// Version of the rules; part of every report.
pub const LINT_VERSION: &str = "2";
/// Names of caller and business must have been said by then, milliseconds. Connecticut's 10 seconds, the strictest in force.
const OPENING_MS: u64 = 10_000;
/// Longest pause between the identification and the way to opt out, milliseconds: 47 CFR 64.1200(b)(3).
const OPT_OUT_GAP_MS: u64 = 2_000;
/// What a voicemail should take, seconds: the specification's target.
const TARGET_SECONDS: std::ops::RangeInclusive<u64> = 30..=45;
/// Longer ones are cut off by mailboxes and by patience, seconds.
const LONGEST_SECONDS: u64 = 90;
/// Most findings of one report; whoever has more has enough to do.
const FINDINGS_MAX: usize = 40;

/// How fast a voice speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeakingRate {
    characters_per_minute: u64,
}

impl Default for SpeakingRate {
    /// 150 words a minute of 5.8 characters, blanks and all: what is assumed of a voice that has not spoken yet.
    fn default() -> Self {
        Self {
            characters_per_minute: 870,
        }
    }
}

impl SpeakingRate {
    /// Slowest and fastest voice that is believed, characters a minute: a measurement beyond is one of something else.
    const CREDIBLE: std::ops::RangeInclusive<u64> = 400..=1_800;

    /// As measured: so many characters took so many milliseconds. Nothing measured, or what no voice does, is the default.
    pub fn measured(characters: u64, milliseconds: u64) -> Self {
        let a_minute = characters
            .saturating_mul(60_000)
            .checked_div(milliseconds)
            .filter(|rate| Self::CREDIBLE.contains(rate));
        a_minute.map_or_else(Self::default, |characters_per_minute| Self {
            characters_per_minute,
        })
    }

    /// Characters a minute, blanks and all.
    pub const fn characters_per_minute(self) -> u64 {
        self.characters_per_minute
    }

    /// How long so many characters take, milliseconds.
    pub const fn milliseconds(self, characters: u64) -> u64 {
        characters.saturating_mul(60_000) / self.characters_per_minute
    }
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LintRule {
    /// The settings do not say who calls, for whom, and under which numbers.
    ProfileIncomplete,
    /// The agent is not named at the start.
    CallerNotNamed,
    /// The brokerage is not named at the start.
    SellerNotNamed,
    /// No way to opt out is said.
    NoOptOut,
    /// The way to opt out comes too long after the identification.
    OptOutLate,
    /// The number of the opt-out line is not said.
    NoOptOutNumber,
    /// The number for calling back is not said.
    NoCallbackNumber,
    /// A telephone number is said that is not the agent's.
    OtherNumber,
    /// An address of the web: nobody can follow it by ear, and no script needs it.
    Link,
    /// Shorter than a voicemail should be.
    TooShort,
    /// Longer than a voicemail should be.
    TooLong,
    /// Something that should have been filled in.
    Placeholder,
    /// Words that nobody wants to hear.
    Profanity,
    /// A claim that is deceptive or that an agent must not make.
    ForbiddenClaim,
    /// A preference that the Fair Housing Act forbids.
    FairHousing,
    /// Pressure that makes a voicemail sound like a fraud.
    Pressure,
}

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It can't be approved.
    Blocking,
    /// Somebody should look.
    Warning,
}

impl LintRule {
    /// The rule as stored and shown, such as `no_opt_out`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProfileIncomplete => "profile_incomplete",
            Self::CallerNotNamed => "caller_not_named",
            Self::SellerNotNamed => "seller_not_named",
            Self::NoOptOut => "no_opt_out",
            Self::OptOutLate => "opt_out_late",
            Self::NoOptOutNumber => "no_opt_out_number",
            Self::NoCallbackNumber => "no_callback_number",
            Self::OtherNumber => "other_number",
            Self::Link => "link",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Placeholder => "placeholder",
            Self::Profanity => "profanity",
            Self::ForbiddenClaim => "forbidden_claim",
            Self::FairHousing => "fair_housing",
            Self::Pressure => "pressure",
        }
    }

    /// What is wrong and what to do, for people.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::ProfileIncomplete => {
                "the settings lack the agent's name, the brokerage, the number for calling back or the opt-out number; fill them in"
            }
            Self::CallerNotNamed => "say the agent's name in the first ten seconds",
            Self::SellerNotNamed => "say the brokerage's licensed name in the first ten seconds",
            Self::NoOptOut => "say how to opt out, such as \"to opt out of these messages, call ...\"",
            Self::OptOutLate => "say how to opt out within two seconds of the names of agent and brokerage",
            Self::NoOptOutNumber => "say the number of the opt-out line",
            Self::NoCallbackNumber => "say the agent's number",
            Self::OtherNumber => {
                "a telephone number is not the agent's and not the opt-out line's; take it out"
            }
            Self::Link => "take the web or e-mail address out; nobody can follow it by ear",
            Self::TooShort => "it takes less than 30 seconds; 30 to 45 are heard best",
            Self::TooLong => {
                "it takes more than 45 seconds; 30 to 45 are heard best, and more than 90 are not sent"
            }
            Self::Placeholder => "something was not filled in; replace it",
            Self::Profanity => "take the swear word out",
            Self::ForbiddenClaim => "take the claim out; it is deceptive or against the code of ethics",
            Self::FairHousing => "take it out; it states a preference that the Fair Housing Act forbids",
            Self::Pressure => "it sounds like pressure; say it more calmly",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LintFinding {
    /// What.
    pub rule: LintRule,
    /// What follows.
    pub severity: Severity,
    /// First character it concerns, from 0, and the one after the last; nothing for the whole text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<(u32, u32)>,
}

/// What the lint says of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lint {
    /// Version of the rules.
    pub version: String,
    /// How long it takes to say, estimated, milliseconds.
    pub estimated_ms: u64,
    /// What is wrong, the blocking ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<LintFinding>,
    /// What is said when; nothing in reports of version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

impl Lint {
    /// Findings that stop an approval.
    pub fn blocking(&self) -> impl Iterator<Item = &LintFinding> {
        self.findings.iter().filter(|f| f.severity == Severity::Blocking)
    }

    /// Whether it may be approved.
    pub fn is_passed(&self) -> bool {
        self.blocking().next().is_none()
    }
}

/// Checks scripts of one agent and one voice.
#[derive(Debug, Clone)]
pub struct Linter {
    rate: SpeakingRate,
    is_profile_complete: bool,
    caller: Box<[Box<str>]>,
    seller: Box<[Box<str>]>,
    /// The opt-out line's number and the agent's, with what is wrong when it is not said; empty where there is none.
    numbers: [(String, LintRule); 2],
}

/// Words of a company's name that people leave out when they speak.
const LEGAL_FORMS: &[&str] = &[
    "inc",
    "llc",
    "ltd",
    "corp",
    "co",
    "the",
    "incorporated",
    "corporation",
    "company",
];

/// Titles, which nobody introduces themselves by and which streets are full of.
const TITLES: &[&str] = &[
    "dr", "mr", "mrs", "ms", "miss", "mx", "prof", "rev", "sir", "capt", "col", "judge",
];

/// Words that a greeting begins with.
const GREETINGS: &[&str] = &["hi", "hello", "hey", "dear"];

/// What programs write where a value is missing.
const LEFT_OVERS: &[&str] = &[
    "undefined",
    "null",
    "nan",
    "tbd",
    "todo",
    "xxx",
    "xxxx",
    "lorem",
    "placeholder",
];

impl Linter {
    /// Prepares for an agent and the speed of a voice.
    pub fn new(agent: &AgentProfile, rate: SpeakingRate) -> Self {
        let profile = [&agent.name, &agent.brokerage, &agent.phone, &agent.opt_out_phone];
        let spoken = phrase(&agent.brokerage);
        Self {
            rate,
            is_profile_complete: !profile.iter().any(|p| p.trim().is_empty()),
            caller: introduced_as(&agent.name),
            seller: spoken
                .into_iter()
                .filter(|w| !LEGAL_FORMS.contains(&&**w))
                .collect(),
            numbers: [
                (numbers::national(&agent.opt_out_phone), LintRule::NoOptOutNumber),
                (numbers::national(&agent.phone), LintRule::NoCallbackNumber),
            ],
        }
    }

    /// Checks a text. `names` are the contact's own, which are never profanity, whatever they are.
    pub fn check(&self, text: &str, names: &[&str]) -> Lint {
        let characters = text.chars().count() as u64;
        let length_ms = self.rate.milliseconds(characters);
        let mut check = Check {
            linter: self,
            said: Words::of(text),
            findings: Vec::new(),
            instants: Said {
                length_ms,
                ..Said::default()
            },
        };
        check.identification(names);
        check.ways_back();
        check.length(characters);
        check.left_over(text);
        let mut findings = check.findings;
        findings.sort_unstable_by_key(|f| (f.severity, f.at, f.rule));
        findings.dedup();
        findings.truncate(FINDINGS_MAX);
        Lint {
            version: LINT_VERSION.to_owned(),
            estimated_ms: length_ms,
            findings,
            said: Some(check.instants),
        }
    }
}

/// People introduce themselves by their first name, whatever title stands before it.
fn introduced_as(name: &str) -> Box<[Box<str>]> {
    let mut words = phrase(name).into_vec();
    let given = words.iter().position(|word| !TITLES.contains(&&**word));
    words.drain(..given.unwrap_or(0));
    words.truncate(1);
    words.into()
}

/// One run over one text.
struct Check<'a> {
    linter: &'a Linter,
    said: Words,
    findings: Vec<LintFinding>,
    instants: Said,
}

impl Check<'_> {
    fn block(&mut self, rule: LintRule, at: Option<(u32, u32)>) {
        let severity = Severity::Blocking;
        self.findings.push(LintFinding { rule, severity, at });
    }

    fn warn(&mut self, rule: LintRule) {
        let (severity, at) = (Severity::Warning, None);
        self.findings.push(LintFinding { rule, severity, at });
    }

    /// Caller and business by name at the start, right after them the way to opt out; and phrases of all kinds.
    fn identification(&mut self, names: &[&str]) {
        if !self.linter.is_profile_complete {
            self.block(LintRule::ProfileIncomplete, None);
        }
        let rate = self.linter.rate;
        let ms = |character: u32| rate.milliseconds(u64::from(character));
        let greeting = self.words_of_greeting(names);
        let mentions = [
            self.said.find_from(greeting, &self.linter.caller),
            self.said.find(&self.linter.seller),
        ];
        self.instants.caller_ms = mentions[0].map(|(_, end)| ms(end));
        self.instants.seller_ms = mentions[1].map(|(_, end)| ms(end));
        let last = mentions[0].and_then(|_| self.said.find_last(&self.linter.caller));
        self.instants.caller_last_ms = last.map(|(from, _)| ms(from));
        let in_time = |at: &(u32, u32)| rate.milliseconds(u64::from(at.0)) <= OPENING_MS;
        let [caller, seller] = mentions.map(|mention| mention.filter(in_time));
        if caller.is_none() {
            self.block(LintRule::CallerNotNamed, None);
        }
        if seller.is_none() {
            self.block(LintRule::SellerNotNamed, None);
        }
        match (self.phrases(names), caller.max(seller)) {
            (None, _) => self.block(LintRule::NoOptOut, None),
            (Some(at), Some((_, end))) => {
                let gap = rate.milliseconds(u64::from(at.0.saturating_sub(end)));
                if gap > OPT_OUT_GAP_MS {
                    self.block(LintRule::OptOutLate, Some(at));
                }
            }
            (Some(_), None) => {}
        }
    }

    /// How many words greet the contact at the start: `Hi Jane` does not say that a Jane calls.
    fn words_of_greeting(&self, names: &[&str]) -> usize {
        let mut words = self.said.iter().map(|(word, _)| word);
        let before = match words.next() {
            Some("good") => words.next().map_or(1, |_| 2),
            Some(word) if GREETINGS.contains(&word) => 1,
            Some(_) | None => return 0,
        };
        let is_name = |word: &&str| names.iter().any(|n| Words::of(n).iter().any(|(w, _)| w == *word));
        before + words.take_while(is_name).count()
    }

    /// Notes what must not be said; answers where it is first said how to opt out.
    fn phrases(&mut self, names: &[&str]) -> Option<(u32, u32)> {
        let (mut opt_out, mut artificial_voice, mut against) = (None, None, Vec::new());
        for (meaning, at, word) in phrases::said_in(&self.said) {
            match meaning {
                Meaning::OptOut => opt_out = opt_out.or(Some(at)),
                Meaning::ArtificialVoice => artificial_voice = artificial_voice.or(Some(at)),
                Meaning::Against(rule, severity) => {
                    let is_name = || names.iter().any(|n| Words::of(n).iter().any(|(w, _)| w == word));
                    if rule != LintRule::Profanity || !is_name() {
                        let at = Some(at);
                        against.push(LintFinding { rule, severity, at });
                    }
                }
            }
        }
        self.findings.extend(against);
        let ms = |(_, end): (u32, u32)| self.linter.rate.milliseconds(u64::from(end));
        self.instants.opt_out_ms = opt_out.map(ms);
        self.instants.artificial_voice_ms = artificial_voice.map(ms);
        opt_out
    }

    /// The numbers: the opt-out line's and the agent's are said, and no other.
    fn ways_back(&mut self) {
        let said = numbers(&self.said);
        let known = &self.linter.numbers;
        let rate = self.linter.rate;
        let ms = |character: u32| rate.milliseconds(u64::from(character));
        let [_, (callback, _)] = known;
        let mut mentions = said.iter().filter(|n| n.is(callback));
        let (first, last) = (mentions.clone().next(), mentions.next_back());
        self.instants.callback_ms = first.map(|n| ms(n.at.1));
        self.instants.callback_last_ms = last.map(|n| ms(n.at.0));
        for (wanted, missing) in known.iter().filter(|(wanted, _)| !wanted.is_empty()) {
            if !said.iter().any(|n| n.is(wanted)) {
                self.block(*missing, None);
            }
        }
        for other in said.iter().filter(|n| !known.iter().any(|(k, _)| n.is(k))) {
            self.block(LintRule::OtherNumber, Some(other.at));
        }
    }

    fn length(&mut self, characters: u64) {
        let seconds = self.linter.rate.milliseconds(characters) / 1_000;
        if seconds > LONGEST_SECONDS {
            self.block(LintRule::TooLong, None);
        } else if seconds > *TARGET_SECONDS.end() {
            self.warn(LintRule::TooLong);
        } else if seconds < *TARGET_SECONDS.start() {
            self.warn(LintRule::TooShort);
        }
    }

    /// Brackets and words that a template or a model leaves where a value is missing; addresses of the web.
    fn left_over(&mut self, text: &str) {
        let is_bracket = |c: char| matches!(c, '{' | '}' | '[' | ']' | '<' | '>' | '_' | '|');
        if text.contains(is_bracket) {
            for (at, _) in text.chars().enumerate().filter(|(_, c)| is_bracket(*c)) {
                self.block(LintRule::Placeholder, Some((at as u32, at as u32 + 1)));
            }
        }
        let (mut left, mut links) = (Vec::new(), Vec::new());
        for (word, place) in self.said.iter() {
            // "none" is a word; with a capital, as programs write it, it is not one.
            if LEFT_OVERS.contains(&word) || (word == "none" && place.is_capital) {
                left.push(place.at);
            }
            if place.is_address {
                links.push(place.at);
            }
        }
        for at in left {
            self.block(LintRule::Placeholder, Some(at));
        }
        for at in links {
            self.block(LintRule::Link, Some(at));
        }
    }
}
