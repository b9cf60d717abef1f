//! Settings of an organization, out and in.

use async_graphql::{InputObject, SimpleObject};
use domain::MicroDollars;

use super::super::scalars::Money;

/// How a voice says something that it would say wrong.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "PronunciationInput")]
pub struct Pronunciation {
    /// As it is written: whole words, letters large or small.
    written: String,
    /// As it is given to the voice.
    spoken: String,
}

/// Settings of all campaigns of an organization.
#[derive(Debug, Clone, SimpleObject)]
pub struct Settings {
    min_interval_days: u32,
    campaigns_per_day_max: u32,
    contacts_per_campaign_max: u32,
    audio_retention_days: u32,
    /// The provider's voice id that is offered first.
    default_voice: String,
    /// 0 to 100.
    voice_stability: u8,
    /// 0 to 100.
    voice_similarity: u8,
    script_rate: Money,
    /// One script that is written in a batch; half of the other unless it is set.
    script_by_batch_rate: Money,
    thousand_characters_rate: Money,
    delivery_rate: Money,
    gigabyte_month_rate: Money,
    pronunciations: Vec<Pronunciation>,
    agent_name: String,
    brokerage: String,
    agent_phone: String,
    opt_out_phone: String,
    /// The organization's own subscription account number at the national do-not-call registry.
    subscription_account_number: Option<String>,
}

impl From<&domain::organization::Settings> for Settings {
    fn from(s: &domain::organization::Settings) -> Self {
        Self {
            min_interval_days: s.min_interval_days,
            campaigns_per_day_max: s.campaigns_per_day_max,
            contacts_per_campaign_max: s.contacts_per_campaign_max,
            audio_retention_days: s.audio_retention_days,
            default_voice: s.default_voice.clone(),
            voice_stability: s.voice_settings.stability,
            voice_similarity: s.voice_settings.similarity,
            script_rate: s.rate_card.script.into(),
            script_by_batch_rate: s.rate_card.script_by_batch().into(),
            thousand_characters_rate: s.rate_card.thousand_characters.into(),
            delivery_rate: s.rate_card.delivery.into(),
            gigabyte_month_rate: s.rate_card.gigabyte_month.into(),
            pronunciations: s
                .pronunciations
                .iter()
                .map(|p| Pronunciation {
                    written: p.written.clone(),
                    spoken: p.spoken.clone(),
                })
                .collect(),
            agent_name: s.agent.name.clone(),
            brokerage: s.agent.brokerage.clone(),
            agent_phone: s.agent.phone.clone(),
            opt_out_phone: s.agent.opt_out_phone.clone(),
            subscription_account_number: s.subscription_account_number.clone(),
        }
    }
}

/// What to change; absent fields stay.
#[derive(Debug, InputObject)]
pub struct SettingsChange {
    min_interval_days: Option<u32>,
    campaigns_per_day_max: Option<u32>,
    contacts_per_campaign_max: Option<u32>,
    audio_retention_days: Option<u32>,
    default_voice: Option<String>,
    voice_stability: Option<u8>,
    voice_similarity: Option<u8>,
    script_rate: Option<Money>,
    script_by_batch_rate: Option<Money>,
    thousand_characters_rate: Option<Money>,
    delivery_rate: Option<Money>,
    gigabyte_month_rate: Option<Money>,
    /// All of them, as they are from now on.
    pronunciations: Option<Vec<Pronunciation>>,
    agent_name: Option<String>,
    brokerage: Option<String>,
    agent_phone: Option<String>,
    opt_out_phone: Option<String>,
    /// The organization's own at the national do-not-call registry; an empty one takes it away.
    subscription_account_number: Option<String>,
}

impl SettingsChange {
    /// The settings with the changes.
    pub fn onto(self, mut to: domain::organization::Settings) -> domain::organization::Settings {
        fn put<T>(to: &mut T, given: Option<T>) {
            if let Some(given) = given {
                *to = given;
            }
        }
        let money = |given: Option<Money>| given.map(|m| MicroDollars::from_micros(m.0));
        put(&mut to.min_interval_days, self.min_interval_days);
        put(&mut to.campaigns_per_day_max, self.campaigns_per_day_max);
        put(&mut to.contacts_per_campaign_max, self.contacts_per_campaign_max);
        put(&mut to.audio_retention_days, self.audio_retention_days);
        put(&mut to.default_voice, self.default_voice);
        put(&mut to.voice_settings.stability, self.voice_stability);
        put(&mut to.voice_settings.similarity, self.voice_similarity);
        put(&mut to.rate_card.script, money(self.script_rate));
        if let Some(by_batch) = money(self.script_by_batch_rate) {
            to.rate_card.script_by_batch = Some(by_batch);
        }
        put(
            &mut to.rate_card.thousand_characters,
            money(self.thousand_characters_rate),
        );
        put(&mut to.rate_card.delivery, money(self.delivery_rate));
        put(&mut to.rate_card.gigabyte_month, money(self.gigabyte_month_rate));
        let pronunciation = |p: Pronunciation| domain::organization::Pronunciation {
            written: p.written,
            spoken: p.spoken,
        };
        let pronunciations = self
            .pronunciations
            .map(|all| all.into_iter().map(pronunciation).collect());
        put(&mut to.pronunciations, pronunciations);
        put(&mut to.agent.name, self.agent_name);
        put(&mut to.agent.brokerage, self.brokerage);
        put(&mut to.agent.phone, self.agent_phone);
        put(&mut to.agent.opt_out_phone, self.opt_out_phone);
        let san = self.subscription_account_number;
        put(
            &mut to.subscription_account_number,
            san.map(|san| Some(san).filter(|san| !san.is_empty())),
        );
        to
    }
}
