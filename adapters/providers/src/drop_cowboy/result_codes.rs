//! Numeric reason codes of results, as the vendor's documents show them, to what follows. The vendor's full list was not read:
//! a code that is not here is final and is shown as it came.

use domain::script::FailureClass;

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) class: FailureClass,
    pub(super) words: &'static str,
}

/// Left in the mailbox.
pub(super) const DELIVERED: i64 = 0;

/// What a failure's code means.
pub(super) const fn meaning(code: i64) -> Meaning {
    use FailureClass as F;
    let (class, words) = match code {
        3000 => (F::PausesCampaign, "the carrier account has no funds"),
        3007 => (F::PausesCampaign, "the carrier did not accept the credentials"),
        3001 => (F::Configuration, "the carrier can't use the audio"),
        // What the account or the set-up lacks, everybody behind this one would meet: the campaign waits until it is mended.
        3033 => (
            F::PausesCampaign,
            "the recording is not ready at the carrier; look at its media library",
        ),
        3002 | 3015 | 3021 => (F::Configuration, "the carrier can't speak the text"),
        3011 | 3012 => (F::BadNumber, "the number is not valid"),
        3013 | 4010 => (F::PausesCampaign, "the carrier account has no such line"),
        3014 => (
            F::PausesCampaign,
            "the carrier account may not send audio by address",
        ),
        3016..=3018 => (
            F::PausesCampaign,
            "the carrier account's own numbers are not set up",
        ),
        3019 => (F::PausesCampaign, "the carrier can't reach the callback address"),
        3022 | 3040 => (
            F::PausesCampaign,
            "the carrier account may only send to test numbers",
        ),
        3027 | 3028 => (F::Configuration, "the carrier refused the idempotency key"),
        4000 => (F::Later, "no voicemail answered"),
        4001 => (F::Final, "the mailbox is not set up"),
        4002 => (F::Final, "the mailbox is full"),
        4004 => (F::Later, "the phone could not be reached"),
        4005 => (F::Later, "nobody answered"),
        4006 => (F::Later, "the line was busy"),
        4013 => (F::Later, "the carrier's own frequency cap was reached"),
        4016 => (F::Suppress, "the number is on the carrier's do-not-contact list"),
        4017 => (F::Suppress, "the number belongs to a known litigator"),
        4019 => (F::Suppress, "the number was reassigned to someone else"),
        4021 => (F::Later, "the reassigned-numbers look-up failed"),
        6000..=6003 => (
            F::PausesCampaign,
            "the carrier has suspended or not readied the sending numbers",
        ),
        6004 | 6006 | 6011 => (F::Final, "the carrier has no opt-in for the number"),
        6005 => (F::Suppress, "the recipient revoked the opt-in"),
        _ => (F::Final, "the carrier gave a code that is not known here"),
    };
    Meaning { class, words }
}
