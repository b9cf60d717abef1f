//! The words for what is stored as a code: types of campaigns, rules, failures, money and days.

use chrono::NaiveDate;
use domain::{MicroDollars, UsState, campaign::CampaignType, script::FailureClass};

use crate::rate::Rate;

/// A share in whole per cent; nothing of nothing is said as such.
pub fn share(rate: Rate) -> String {
    rate.percent()
        .map_or_else(|| "of none".to_owned(), |p| format!("{p} %"))
}

/// An amount to the cent, or to a tenth of a cent below ten cents: `$1,234.50`, `$0.042`.
pub fn dollars(amount: MicroDollars) -> String {
    let micros = amount.micros();
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    if micros > 0 && micros < 100_000 {
        return format!("{sign}$0.{:03}", (micros + 500) / 1_000);
    }
    let cents = (micros + 5_000) / 10_000;
    let whole = super::number((cents / 100).cast_signed());
    format!("{sign}${whole}.{:02}", cents % 100)
}

/// `March 4, 2026`.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// What a type of campaign is, as part of a sentence.
pub const fn type_words(kind: CampaignType) -> &'static str {
    match kind {
        CampaignType::SphereOfInfluence => "a sphere-of-influence campaign",
        CampaignType::PastClients => "a past-clients campaign",
        CampaignType::NeighborhoodExpireds => "an expired-listings campaign",
        CampaignType::HighEquity => "a high-equity campaign",
        CampaignType::Custom => "a campaign",
    }
}

/// What follows from a failure, in words for the agent.
pub const fn failure_words(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Final => "The voicemail could not be left; trying this number again would not help.",
        FailureClass::Later => "It did not work this time; another day it may.",
        FailureClass::Suppress => {
            "The number must not be contacted again; it is on your do-not-contact list now."
        }
        FailureClass::PausesCampaign => {
            "The carrier stopped the campaign: look at the account's funds and limits."
        }
        FailureClass::Configuration => {
            "Something is set up wrong at the carrier: the caller ID, the line or the audio."
        }
        FailureClass::BadNumber => "The number takes no voicemail: it is out of service, or no mobile phone.",
        FailureClass::NotSent => "The carrier did not take it, so nobody was called.",
    }
}

/// A rule's id in words: `US-FL.CAP.24H` is `Florida: attempts in 24 hours`.
pub fn rule_words(id: &str) -> String {
    let (of, name) = id.split_once('.').unwrap_or((id, ""));
    if of == "LIST" {
        return if name.is_empty() {
            "do-not-call lists".to_owned()
        } else {
            format!("on the list {}", name.replace(['.', '_'], " "))
        };
    }
    let state = of
        .strip_prefix("US-")
        .and_then(|code| code.parse::<UsState>().ok());
    let whose = match (state, of) {
        (Some(state), _) => state.name(),
        (None, "US") => "federal law",
        (None, "HOUSE") => "house rule",
        (None, "CAMPAIGN") => "this campaign",
        (None, other) => other,
    };
    format!("{whose}: {}", subject(name))
}

fn subject(name: &str) -> String {
    let known = match name {
        "WINDOW" => "hours",
        "HOLIDAY" => "holidays",
        "CONSENT" => "written consent",
        "CONTENT" => "what the words must say",
        "STATE_OFF" => "not switched on",
        "INTERVAL" => "contacted too recently",
        "LISTING" => "listed with a broker",
        "DO_NOT_CONTACT" => "do not contact",
        "VOICEMAIL_OPT_OUT" => "opted out of voicemails",
        "LOCATION" => "where the phone is",
        "LIST_AGE" => "age of the do-not-call list",
        "EBR" => "business relationship",
        "REVIEW" => "review of the rules is due",
        "START" => "not started yet",
        "END" => "the end has come",
        "PERMIT.DEVICE" => "permit for a dialing device",
        "PERMIT.REGISTRATION" => "registration as a telephone solicitor",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if let Some(hours) = name.strip_prefix("CAP.").and_then(|cap| cap.strip_suffix('H')) {
        return format!("attempts in {hours} hours");
    }
    if name.starts_with("EMERGENCY") {
        return "emergency".to_owned();
    }
    name.to_lowercase().replace(['.', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_as_on_a_bill() {
        let said = [1_234_500_000, 42_000, 99_999, 100_000, 0, -5_000_000]
            .map(|m| dollars(MicroDollars::from_micros(m)));
        assert_eq!(
            said,
            ["$1,234.50", "$0.042", "$0.100", "$0.10", "$0.00", "-$5.00"]
        );
    }

    #[test]
    fn rules_are_said_in_words() {
        let said = [
            "US-FL.CAP.24H",
            "US.WINDOW",
            "HOUSE.INTERVAL",
            "LIST.FEDERAL_DNC",
            "LIST",
            "US-TX.SOMETHING_NEW",
        ]
        .map(rule_words);
        assert_eq!(
            said,
            [
                "Florida: attempts in 24 hours",
                "federal law: hours",
                "house rule: contacted too recently",
                "on the list FEDERAL DNC",
                "do-not-call lists",
                "Texas: something new"
            ]
        );
    }
}
