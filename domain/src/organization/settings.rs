//! What an organization sets for all its campaigns, with defaults that are safe.

use serde::{Deserialize, Serialize};

use crate::{MicroDollars, PhoneNumber, script::VoiceSettings};

/// A number that the organization is entitled to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerId {
    /// The number; the organization's, not a person's.
    pub number: PhoneNumber,
    /// What it is called.
    pub label: String,
}

/// What things cost, for estimates; actuals come from the providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateCard {
    /// One script by a model.
    pub script: MicroDollars,
    /// One script that is written in a batch; nothing for half the price of one by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_by_batch: Option<MicroDollars>,
    /// A thousand characters spoken.
    pub thousand_characters: MicroDollars,
    /// One delivered voicemail.
    pub delivery: MicroDollars,
    /// A gigabyte of audio kept for a month.
    #[serde(default = "gigabyte_month", skip_serializing_if = "is_gigabyte_month")]
    pub gigabyte_month: MicroDollars,
}

/// The spec's figure: $0.023.
const fn gigabyte_month() -> MicroDollars {
    MicroDollars::from_micros(23_000)
}

/// The default is not written: so was no price before there was one.
fn is_gigabyte_month(price: &MicroDollars) -> bool {
    *price == gigabyte_month()
}

impl RateCard {
    /// What one script costs that is written in a batch: as set, else half, which is what the providers' lists say.
    pub fn script_by_batch(&self) -> MicroDollars {
        let half = MicroDollars::from_micros(self.script.micros().saturating_add(1) / 2);
        self.script_by_batch.unwrap_or(half)
    }
}

/// How a voice is to say something that it would say wrong, such as the name of a street.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pronunciation {
    /// As it is written, whole words, letters large or small.
    pub written: String,
    /// As it is given to the voice.
    pub spoken: String,
}

/// Most pronunciations of an organization.
pub const PRONUNCIATIONS_MAX: usize = 500;

/// Longest text of a pronunciation, characters.
pub(super) const PRONUNCIATION_CHARS_MAX: usize = 100;

/// The words as they are given to a voice: what is pronounced otherwise is replaced, the longest first, each stretch once.
pub fn spoken(text: &str, pronunciations: &[Pronunciation]) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_word_start = true;
    while let Some(c) = rest.chars().next() {
        let found = pronunciations
            .iter()
            .filter(|p| is_word_start && begins_with(rest, &p.written))
            .max_by_key(|p| p.written.len());
        if let Some(p) = found {
            said.push_str(&p.spoken);
            rest = &rest[p.written.len()..];
            is_word_start = false;
            continue;
        }
        said.push(c);
        is_word_start = !c.is_alphanumeric();
        rest = &rest[c.len_utf8()..];
    }
    said
}

/// Whether the text begins with these whole words, letters large or small.
fn begins_with(text: &str, written: &str) -> bool {
    let (Some(head), Some(tail)) = (text.get(..written.len()), text.get(written.len()..)) else {
        return false;
    };
    let same = head == written || head.to_lowercase() == written.to_lowercase();
    !written.is_empty() && same && !tail.starts_with(char::is_alphanumeric)
}

impl Default for RateCard {
    /// The spec's figures: $0.001 a script, $0.30 per 1,000 characters, $0.10 a delivered voicemail.
    fn default() -> Self {
        Self {
            script: MicroDollars::from_micros(1_000),
            script_by_batch: None,
            thousand_characters: MicroDollars::from_micros(300_000),
            delivery: MicroDollars::from_micros(100_000),
            gigabyte_month: gigabyte_month(),
        }
    }
}

/// Who speaks in the scripts: the agent's public face, not a contact's data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    /// The agent's name.
    pub name: String,
    /// The brokerage's licensed name.
    pub brokerage: String,
    /// Number for calling back, as spoken.
    pub phone: String,
    /// Toll-free number of the automated opt-out line, as spoken.
    pub opt_out_phone: String,
}

/// Settings of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Days between two voicemails to one person.
    pub min_interval_days: u32,
    /// Most campaigns made a day.
    pub campaigns_per_day_max: u32,
    /// Most contacts in a campaign.
    pub contacts_per_campaign_max: u32,
    /// Days that audio is kept after a campaign completed.
    pub audio_retention_days: u32,
    /// The provider's voice id that is offered first.
    pub default_voice: String,
    /// How the voice is set.
    pub voice_settings: VoiceSettings,
    /// What voices would say wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pronunciations: Vec<Pronunciation>,
    /// Prices for estimates.
    pub rate_card: RateCard,
    /// Who speaks.
    pub agent: AgentProfile,
    /// The organization's own subscription account number at the national do-not-call registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_account_number: Option<String>,
}

/// Longest subscription account number, characters.
pub(super) const ACCOUNT_NUMBER_CHARS_MAX: usize = 40;

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_interval_days: 14,
            campaigns_per_day_max: 20,
            contacts_per_campaign_max: 100_000,
            audio_retention_days: 90,
            // The spec's `professional_male`.
            default_voice: "21m00Tcm4TlvDq8ikWAM".to_owned(),
            voice_settings: VoiceSettings::default(),
            pronunciations: vec![],
            rate_card: RateCard::default(),
            agent: AgentProfile::default(),
            subscription_account_number: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> String {
        let pronunciation = |written: &str, spoken: &str| Pronunciation {
            written: written.to_owned(),
            spoken: spoken.to_owned(),
        };
        let known = [
            pronunciation("PDCC", "P D C C"),
            pronunciation("La Quinta", "la keenta"),
            pronunciation("La", "lah"),
            pronunciation("St.", "Saint"),
        ];
        spoken(text, &known)
    }

    #[test]
    fn whole_words_are_pronounced_as_set_the_longest_first() {
        assert_eq!(
            say("Homes in PDCC, near la quinta."),
            "Homes in P D C C, near la keenta."
        );
        assert_eq!(say("La Jolla"), "lah Jolla");
        assert_eq!(say("St. Clair"), "Saint Clair");
        assert_eq!(say("Lake PDCCs éLa"), "Lake PDCCs éLa");
    }

    #[test]
    fn what_is_put_in_is_not_read_again() {
        let twice = [Pronunciation {
            written: "a".into(),
            spoken: "a a".into(),
        }];
        assert_eq!(spoken("a b a", &twice), "a a b a a");
        assert_eq!(spoken("a", &[]), "a");
    }
}
