//! The vendor's JSON, as far as it is used.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// `{"data": …, "meta": …}`, around every answer but that of `/rvm`.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
}

#[derive(Deserialize)]
pub(super) struct Readiness {
    #[serde(default)]
    test_numbers_only: bool,
    #[serde(default)]
    funds: Funds,
    #[serde(default)]
    numbers: Numbers,
    #[serde(default)]
    byoc: Byoc,
}

#[derive(Deserialize, Default)]
struct Funds {
    funds_ok: Option<bool>,
}

#[derive(Deserialize, Default)]
struct Numbers {
    count: Option<u64>,
}

/// "Bring your own carrier": the account sends by numbers of another carrier.
#[derive(Deserialize, Default)]
struct Byoc {
    connected: Option<bool>,
}

impl Readiness {
    /// What is missing, in words for the user. What the answer does not speak of is no problem.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = vec![];
        if self.funds.funds_ok == Some(false) {
            problems.push("the carrier account has no funds; top it up in the dashboard".to_owned());
        }
        if self.test_numbers_only {
            problems.push("the carrier account may only send to its test numbers".to_owned());
        }
        if self.numbers.count == Some(0) && self.byoc.connected != Some(true) {
            problems
                .push("the carrier account has no number to send from; add one in the dashboard".to_owned());
        }
        problems
    }
}

#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) media_id: String,
    pub(super) upload: Upload,
}

#[derive(Deserialize)]
pub(super) struct Upload {
    pub(super) mp3: Option<UploadSlot>,
    pub(super) wav: Option<UploadSlot>,
}

#[derive(Deserialize)]
pub(super) struct UploadSlot {
    pub(super) url: String,
    pub(super) content_type: String,
}

/// Body of `POST /rvm`.
#[derive(Serialize)]
pub(super) struct Rvm<'a> {
    pub(super) to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) caller_id: Option<&'a str>,
    pub(super) media_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone_line_id: Option<&'a str>,
    pub(super) foreign_id: &'a str,
    pub(super) callback_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) postal_code: Option<&'a str>,
}

/// The unwrapped 202 of `POST /rvm`.
#[derive(Deserialize)]
pub(super) struct Queued {
    pub(super) message_id: String,
}

/// Body of `POST /register/public/webhooks`.
#[derive(Serialize)]
pub(super) struct NewWebhook<'a> {
    pub(super) hook_url: &'a str,
    pub(super) event_types: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
}

/// Its 201, the only answer that shows the secret.
#[derive(Deserialize)]
pub(super) struct Webhook {
    pub(super) webhook_id: String,
    pub(super) signing_secret: SecretString,
}
