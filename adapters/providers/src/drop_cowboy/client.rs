//! The calls to the carrier. A 202 proves nothing: what became of a drop comes by callback and signed webhook. Refuses to hand over
//! what could not be repeated safely or reported back.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{
    CarrierReadiness, Drop, DropAnswer, DropAudio, PortError, PortErrorKind, ReadinessFinding,
    ReadinessSubject, VoicemailCarrier, WireReport,
};
use reqwest::{Method, header::CONTENT_TYPE};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{CALLBACK_PATH, PROVIDER, error, report, signature, wire};
use crate::{
    callback_base::CallbackBase,
    config::DropCowboyConfig,
    http::{
        HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, Repeat, Route, credentials, path_segment,
    },
};

/// What a webhook is registered for: the results of voicemails.
const WEBHOOK_EVENTS: [&str; 1] = ["contact.rvm.status"];
/// How long a key is kept, by the vendor's docs/concepts/idempotency.
const KEY_REMEMBERED_HOURS: i64 = 24;
/// Longest idempotency key, by the vendor's docs/concepts/idempotency.
const IDEMPOTENCY_KEY_MAX: usize = 255;

const READINESS: Route = Route {
    name: "readiness",
    repeat: Repeat::Harmless,
    answer_bytes_max: JSON_BYTES_MAX,
    refusal: error::refusal,
    understood: &[],
};
const LINES: Route = Route {
    name: "lines",
    ..READINESS
};
/// A repeat makes another media of the same audio, which costs nothing.
const MEDIA: Route = Route {
    name: "media",
    ..READINESS
};
const MEDIA_UPLOAD: Route = Route {
    name: "media upload",
    refusal: error::upload_refusal,
    ..READINESS
};
const MEDIA_COMPLETE: Route = Route {
    name: "media complete",
    ..READINESS
};
/// The key would make a repeat harmless, but when to repeat is the hand-off's own rule.
const RVM: Route = Route {
    name: "rvm",
    repeat: Repeat::Matters,
    ..READINESS
};
/// A repeat makes a second webhook, and its secret is shown only once.
const WEBHOOKS: Route = Route {
    name: "webhooks",
    repeat: Repeat::Matters,
    ..READINESS
};

/// Drop Cowboy, by its key and secret.
#[derive(Debug)]
pub struct DropCowboy {
    client: HttpClient,
    call: ProviderCall,
    config: DropCowboyConfig,
    callbacks: CallbackBase,
}

/// A webhook that the carrier has just made.
#[derive(Debug)]
pub struct RegisteredWebhook {
    /// The carrier's id of it.
    pub webhook_id: String,
    /// What its requests are signed with. The carrier shows it only now.
    pub signing_secret: SecretString,
}

impl DropCowboy {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: DropCowboyConfig, callbacks: CallbackBase) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config, callbacks)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(
        client: &HttpClient,
        config: DropCowboyConfig,
        callbacks: CallbackBase,
    ) -> Result<Self, InvalidProvider> {
        let keys = [("x-key", config.key.clone()), ("x-secret", config.secret.clone())];
        let credentials = credentials(PROVIDER, &keys)?;
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, credentials, config.limits())?;
        Ok(Self {
            client: client.clone(),
            call,
            config,
            callbacks,
        })
    }

    /// Makes a webhook that reports results to `hook_url`, and returns its signing secret, which belongs in
    /// `providers.drop_cowboy.webhook_secrets`. Each call makes another one; an account has at most 50.
    pub async fn register_webhook(
        &self,
        hook_url: &str,
        name: Option<&str>,
    ) -> Result<RegisteredWebhook, PortError> {
        let body = wire::NewWebhook {
            hook_url,
            event_types: &WEBHOOK_EVENTS,
            name,
        };
        let request = self
            .call
            .request(Method::POST, "register/public/webhooks")
            .json(&body);
        let made: wire::Envelope<wire::Webhook> = self.call.send(&WEBHOOKS, request).await?.json()?;
        Ok(RegisteredWebhook {
            webhook_id: made.data.webhook_id,
            signing_secret: made.data.signing_secret,
        })
    }

    /// Whether there is a line to send from. An account that sends by another carrier's numbers needs none, and a key that may not read
    /// the lines proves nothing.
    async fn line(&self, is_byoc: bool) -> Result<Option<ReadinessFinding>, PortError> {
        let configured = self.config.phone_line_id.as_deref();
        if is_byoc && configured.is_none() {
            return Ok(None);
        }
        let request = self.call.request(Method::GET, "phone/public/lines");
        let answer = match self.call.send(&LINES, request).await {
            Ok(answer) => answer,
            Err(error) if matches!(error.kind, PortErrorKind::Unauthorised | PortErrorKind::Permanent) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let data: wire::Envelope<Value> = answer.json()?;
        let lines = wire::lines(&data.data);
        Ok(lines.and_then(|lines| wire::line_finding(&lines, configured)))
    }

    /// Step 2 of an upload: the bytes, with exactly the media type that was signed and without our credentials.
    async fn put_audio(&self, slot: &wire::UploadSlot, audio: Bytes) -> Result<(), PortError> {
        let put = self
            .call
            .request_to(Method::PUT, &slot.url)
            .ok_or_else(|| error::not_as_documented("media", "its upload address can't be used"))?
            .header(CONTENT_TYPE, &slot.content_type)
            .body(audio);
        self.call
            .send(&MEDIA_UPLOAD, put)
            .await
            .map(drop)
            .map_err(error::begin_anew)
    }
}

#[async_trait]
impl VoicemailCarrier for DropCowboy {
    async fn readiness(&self) -> Result<CarrierReadiness, PortError> {
        let request = self
            .call
            .request(Method::GET, "register/public/integration-readiness");
        let ready: wire::Envelope<wire::Readiness> = self.call.send(&READINESS, request).await?.json()?;
        let mut findings = ready.data.findings();
        findings.extend(self.line(ready.data.is_byoc()).await?);
        findings.extend(self.callbacks.findings(&self.client, self.call.is_local()).await);
        if self.config.webhook_secrets.is_empty() && !self.call.is_local() {
            findings.push(ReadinessFinding::warning(
                ReadinessSubject::WebhookSecret,
                "no signing secret of the carrier's webhooks is set (providers.drop_cowboy.webhook_secrets), so what becomes of a voicemail \
                 comes by callbacks alone, which the carrier sends once and never again",
            ));
        }
        Ok(CarrierReadiness {
            findings,
            funds: ready.data.available(),
        })
    }

    fn reports_listening(&self) -> bool {
        self.config.reports_listening
    }

    fn takes_uploads(&self) -> bool {
        true
    }

    fn remembers_keys(&self) -> Option<Duration> {
        Some(Duration::hours(KEY_REMEMBERED_HOURS))
    }

    async fn upload(&self, name: &str, audio: Bytes, media_type: &str) -> Result<String, PortError> {
        let body = json!({ "name": name, "type": "rvm", "signed_upload": true });
        let request = self.call.request(Method::POST, "media/public/media").json(&body);
        let media: wire::Envelope<wire::Media> = self.call.send(&MEDIA, request).await?.json()?;
        let media = media.data;
        let slot = match media_type {
            "audio/mpeg" => media.upload.mp3,
            "audio/wav" => media.upload.wav,
            _ => return Err(error::wrong_media_type()),
        };
        let slot = slot.ok_or_else(|| error::not_as_documented("media", "it has no upload address"))?;
        let id = path_segment(&media.media_id)
            .ok_or_else(|| error::not_as_documented("media", "its id is none"))?;
        self.put_audio(&slot, audio).await?;
        let request = self
            .call
            .request(Method::POST, &format!("media/public/media/{id}/complete"))
            .json(&json!({}));
        self.call.send(&MEDIA_COMPLETE, request).await?;
        Ok(media.media_id)
    }

    async fn hand_over(&self, drop: Drop) -> Result<DropAnswer, PortError> {
        let key = idempotency_key(&drop.idempotency_key)?;
        let DropAudio::Media(media_id) = &drop.audio else {
            let message = "drop_cowboy rvm: the recording was not uploaded";
            return Err(PortError::new(PortErrorKind::Permanent, message));
        };
        let callback_url = self
            .callbacks
            .url(&format!("{CALLBACK_PATH}{}", drop.callback_token))
            .ok_or_else(error::no_callback_address)?;
        let line = self.config.phone_line_id.as_deref();
        let body = wire::Rvm {
            to: drop.to.as_e164(),
            // The vendor's recipes name either the line or the caller id.
            caller_id: Some(drop.caller_id.as_e164()).filter(|_| line.is_none()),
            phone_line_id: line,
            brand_id: self.config.brand_id.as_deref(),
            media_id,
            foreign_id: &drop.foreign_id,
            callback_url: &callback_url,
            postal_code: drop.postal_code.as_deref(),
        };
        let request = self
            .call
            .request(Method::POST, "rvm")
            .header("Idempotency-Key", key)
            .json(&body);
        let taken: wire::Queued = self.call.send(&RVM, request).await?.json()?;
        Ok(DropAnswer {
            message_id: taken.message_id,
        })
    }

    fn parse_report(&self, body: &[u8], token: Option<&str>) -> Result<WireReport, PortError> {
        report::parse(body, token)
    }

    fn verify_signature(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), PortError> {
        signature::verify(&self.config.webhook_secrets, headers, body, now)
    }
}

/// The vendor takes an empty key for none, and then a repeat would be a second voicemail.
fn idempotency_key(key: &str) -> Result<&str, PortError> {
    let fine = !key.trim().is_empty()
        && key.len() <= IDEMPOTENCY_KEY_MAX
        && key.bytes().all(|b| (b' '..=b'~').contains(&b));
    fine.then_some(key).ok_or_else(|| {
        let message = "drop_cowboy rvm: the idempotency key must be 1 to 255 printable ASCII characters";
        PortError::new(PortErrorKind::Permanent, message)
    })
}
