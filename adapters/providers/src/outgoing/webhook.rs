//! Webhooks as Standard Webhooks has them (github.com/standard-webhooks/standard-webhooks, 1.0.0): the headers `webhook-id`,
//! `webhook-timestamp` and `webhook-signature: v1,<base64>`, an HMAC-SHA256 over `<id>.<timestamp>.<body>` under the bytes that the
//! secret `whsec_<base64>` stands for; while several secrets sign, a signature each with a space between them. No redirect is followed,
//! nothing of an answer but its status is read, and no answer's text goes anywhere.

use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use commands::ports::{AllowedUrl, NotTaken, WebhookMessage, WebhookSender};
use hmac::{Hmac, Mac};
use rand::RngCore;
use reqwest::{StatusCode, header::CONTENT_TYPE};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use super::{WebhookReach, reach::OutOfReach};
use crate::http::{HttpClient, InvalidProvider};

/// Longest wait for an answer: a receiver puts the message aside and answers.
const TIME_OUT: Duration = Duration::from_secs(15);
/// Longest address.
const URL_CHARS_MAX: usize = 2_000;
/// Largest body; one of ours has some kilobytes.
const BODY_BYTES_MAX: usize = 256 << 10;
/// What a secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// Sends webhooks over HTTP.
#[derive(Debug)]
pub struct HttpWebhooks {
    client: HttpClient,
    reach: WebhookReach,
}

impl HttpWebhooks {
    /// With a client that goes nowhere else.
    pub fn new(reach: WebhookReach) -> Result<Self, InvalidProvider> {
        Ok(Self {
            client: HttpClient::within(reach)?,
            reach,
        })
    }
}

/// The signature of a message, as in `webhook-signature`; nothing for a secret that is none.
pub fn sign_webhook(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    let mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    let mac = mac.chain_update(format!("{id}.{timestamp}.")).chain_update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// A signature by each secret, as in `webhook-signature`; nothing without a secret that can sign.
fn signatures(message: &WebhookMessage<'_>, id: &str, timestamp: i64) -> Option<String> {
    let signed = message.secrets.iter();
    let signed = signed.filter_map(|s| sign_webhook(s.expose_secret(), id, timestamp, message.body));
    let signed = signed.collect::<Vec<_>>().join(" ");
    (!signed.is_empty()).then_some(signed)
}

fn not_taken(status: Option<StatusCode>, is_final: bool, reason: impl Into<String>) -> NotTaken {
    NotTaken {
        status: status.map(|s| s.as_u16()),
        reason: reason.into(),
        is_final,
    }
}

/// The error's own text could quote the address.
fn transport(error: &reqwest::Error) -> NotTaken {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(out) = inner.downcast_ref::<OutOfReach>() {
            return not_taken(None, true, out.to_string());
        }
        cause = inner.source();
    }
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "can't connect"
    } else {
        "the connection broke"
    };
    not_taken(None, false, what)
}

/// What the receiver's status says. A redirect is not followed: the message must reach the address that was given.
fn verdict(status: StatusCode) -> Result<u16, NotTaken> {
    if status.is_success() {
        return Ok(status.as_u16());
    }
    let gone = status == StatusCode::GONE;
    let reason = if status.is_redirection() {
        format!(
            "the receiver answered {}, and redirects are not followed",
            status.as_u16()
        )
    } else {
        format!("the receiver answered {}", status.as_u16())
    };
    Err(not_taken(Some(status), gone, reason))
}

#[async_trait]
impl WebhookSender for HttpWebhooks {
    fn allow(&self, url: &str) -> Result<AllowedUrl, String> {
        let wanted = match self.reach {
            WebhookReach::Public => "an https:// address on the internet",
            WebhookReach::Anywhere => "an https:// or http:// address",
            WebhookReach::ThisMachine => {
                "an address on this machine, such as http://127.0.0.1:8080/hook, because providers.mode is \"sandbox\""
            }
        };
        let refused = |why: &str| format!("{why}; give {wanted}");
        if url.chars().count() > URL_CHARS_MAX {
            return Err(refused("the address is too long"));
        }
        let parsed = Url::parse(url.trim()).map_err(|_| refused("this is no address"))?;
        if !self.reach.allows_scheme(parsed.scheme()) {
            return Err(refused("webhooks do not go to such an address"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(refused("an address with a name or password in it is not taken"));
        }
        if !self.reach.allows_host(&parsed) {
            return Err(refused("webhooks do not go to this host"));
        }
        let host = parsed.host_str().ok_or_else(|| refused("this is no address"))?;
        let port = parsed.port().map_or_else(String::new, |port| format!(":{port}"));
        Ok(AllowedUrl {
            origin: format!("{}://{host}{port}", parsed.scheme()),
            url: SecretString::from(parsed.to_string()),
        })
    }

    fn new_secret(&self) -> SecretString {
        let mut bytes = [0_u8; SECRET_BYTES];
        rand::rngs::OsRng.fill_bytes(&mut bytes);
        SecretString::from(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)))
    }

    async fn send(&self, message: &WebhookMessage<'_>) -> Result<u16, NotTaken> {
        let url = Url::parse(message.url.expose_secret());
        // What was allowed once may not be any more: the configuration can have changed since.
        let url = url
            .ok()
            .filter(|u| self.reach.allows_scheme(u.scheme()) && self.reach.allows_host(u));
        let url = url.ok_or_else(|| not_taken(None, true, OutOfReach.to_string()))?;
        if message.body.len() > BODY_BYTES_MAX {
            return Err(not_taken(None, true, "the message is too large"));
        }
        let (id, timestamp) = (message.id.to_string(), message.sent_at.timestamp());
        let signatures = signatures(message, &id, timestamp).ok_or_else(|| {
            not_taken(
                None,
                true,
                "the endpoint's secret can't be used; give it a new one",
            )
        })?;
        let request = self
            .client
            .post(url)
            .timeout(TIME_OUT)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures)
            .body(message.body.to_owned());
        match request.send().await {
            // The answer's body is not read: dropping it closes the connection.
            Ok(answer) => verdict(answer.status()),
            Err(error) => Err(transport(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_has_it() {
        // The example of the standard's own libraries.
        let signature = sign_webhook(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(
            signature.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        assert_eq!(sign_webhook("other", "1", 1, ""), None);
    }

    #[test]
    fn each_secret_that_signs_has_a_signature_of_its_own() {
        let (newer, earlier) = ("whsec_bmV3ZXI=".into(), "whsec_ZWFybGllcg==".into());
        let url = "https://hooks.example.com/".into();
        let signed = |secrets: Vec<&SecretString>| {
            let message = WebhookMessage {
                url: &url,
                secrets,
                id: domain::NotificationId::from_uuid(uuid::Uuid::from_u128(3)),
                sent_at: chrono::DateTime::UNIX_EPOCH,
                body: "{}",
            };
            signatures(&message, "1", 7)
        };
        let by = |secret: &SecretString| sign_webhook(secret.expose_secret(), "1", 7, "{}").unwrap();
        assert_eq!(
            signed(vec![&newer, &earlier]),
            Some(format!("{} {}", by(&newer), by(&earlier)))
        );
        assert_eq!(signed(vec![&earlier]), Some(by(&earlier)));
        assert_eq!(signed(vec![]), None);
    }

    #[test]
    fn addresses_that_lead_elsewhere_are_not_taken() {
        let webhooks = HttpWebhooks::new(WebhookReach::Public).unwrap();
        for wrong in [
            "",
            "hook",
            "http://example.com/hook",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://user:pw@example.com/",
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
        ] {
            assert!(webhooks.allow(wrong).is_err(), "{wrong}");
        }
        let allowed = webhooks
            .allow("https://hooks.example.com:8443/services/T0/B0/x?y=1")
            .unwrap();
        assert_eq!(allowed.origin, "https://hooks.example.com:8443");
    }

    #[tokio::test]
    async fn a_name_that_stands_for_this_machine_is_not_called() {
        let webhooks = HttpWebhooks::new(WebhookReach::Public).unwrap();
        // A name, so that only its look-up tells.
        let (url, secret) = ("https://localhost:1/hook".into(), webhooks.new_secret());
        let message = WebhookMessage {
            url: &url,
            secrets: vec![&secret],
            id: domain::NotificationId::from_uuid(uuid::Uuid::from_u128(3)),
            sent_at: chrono::DateTime::UNIX_EPOCH,
            body: "{}",
        };
        let refused = webhooks.send(&message).await.unwrap_err();
        assert_eq!(refused.reason, OutOfReach.to_string());
        assert!(refused.is_final);
    }
}
