//! The vendor's JSON, as far as it is used.

use commands::ports::{ReadinessFinding, ReadinessSubject as Subject};
use domain::MicroDollars;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Lines that a finding names at most.
const LINES_NAMED_MAX: usize = 5;

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
    /// Dollars.
    available: Option<f64>,
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
    /// What is missing. What the answer does not speak of is no problem.
    pub(super) fn findings(&self) -> Vec<ReadinessFinding> {
        let mut findings = vec![];
        if self.funds.funds_ok == Some(false) {
            findings.push(ReadinessFinding::blocker(
                Subject::Funds,
                "the carrier account has no funds; top it up in the dashboard",
            ));
        }
        if self.test_numbers_only {
            findings.push(ReadinessFinding::blocker(
                Subject::TestNumbers,
                "the carrier account may only send to its test numbers; have the carrier lift that",
            ));
        }
        if self.numbers.count == Some(0) && !self.is_byoc() {
            findings.push(ReadinessFinding::blocker(
                Subject::Numbers,
                "the carrier account has no number to send from; add one in the dashboard",
            ));
        }
        findings
    }

    pub(super) fn is_byoc(&self) -> bool {
        self.byoc.connected == Some(true)
    }

    pub(super) fn available(&self) -> Option<MicroDollars> {
        micros(self.funds.available?).map(MicroDollars::from_micros)
    }
}

/// Dollars to whole micro-dollars; nothing for what is no amount.
pub(super) fn micros(dollars: f64) -> Option<i64> {
    let dollars = Some(dollars).filter(|d| (0.0..1_000_000_000.0).contains(d))?;
    Some((dollars * 1_000_000.0).round() as i64)
}

/// A line of the account. The vendor's specification names the flag `default`, its answers `is_default`.
#[derive(Deserialize)]
pub(super) struct Line {
    ivr_id: String,
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    is_default: bool,
    #[serde(default)]
    default: bool,
}

impl Line {
    fn is_voice(&self) -> bool {
        self.kind == "voice"
    }
}

/// The lines in an answer, which lie there bare or under a name; nothing where it is not as documented.
pub(super) fn lines(data: &Value) -> Option<Vec<Line>> {
    let list = data.as_array().or_else(|| {
        ["lines", "items", "ivrs"]
            .iter()
            .find_map(|name| data.get(name)?.as_array())
    })?;
    serde_json::from_value(Value::Array(list.clone())).ok()
}

/// Whether there is the line that is to be sent from: the configured one, or the account's default.
pub(super) fn line_finding(lines: &[Line], configured: Option<&str>) -> Option<ReadinessFinding> {
    let message = match configured {
        Some(id) => match lines.iter().find(|line| line.ivr_id == id) {
            Some(line) if line.is_voice() => return None,
            Some(line) => format!(
                "the line that is set (providers.drop_cowboy.phone_line_id) is for {}, not for voice; set one of: {}",
                line.kind,
                named(lines)
            ),
            None => format!(
                "the line that is set (providers.drop_cowboy.phone_line_id) is none of the carrier account's; set one of: {}",
                named(lines)
            ),
        },
        None if lines.iter().any(|l| l.is_voice() && (l.is_default || l.default)) => return None,
        None => format!(
            "the carrier account has no default voice line; choose one there, or set providers.drop_cowboy.phone_line_id to one of: {}",
            named(lines)
        ),
    };
    Some(ReadinessFinding::blocker(Subject::Line, message))
}

fn named(lines: &[Line]) -> String {
    let voice: Vec<String> = (lines.iter())
        .filter(|line| line.is_voice())
        .take(LINES_NAMED_MAX)
        .map(|line| format!("{} ({})", line.ivr_id, line.name))
        .collect();
    if voice.is_empty() {
        "none there yet".to_owned()
    } else {
        voice.join(", ")
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brand_id: Option<&'a str>,
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
