//! Drop Cowboy's API v2 as the carrier. A 202 proves nothing: what became of a drop comes by callback and signed webhook.
//! Wire facts: the vendor's repository `Drop-Cowboy/dropcowboy` (docs/concepts, examples/api).

mod report;
mod result_codes;
mod signature;
mod wire;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use commands::ports::{
    CarrierReadiness, Drop, DropAnswer, PortError, PortErrorKind, VoicemailCarrier, WireReport,
};
use reqwest::{Method, RequestBuilder, Url, header::CONTENT_TYPE};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    config::DropCowboyConfig,
    http::{HttpClient, InvalidProvider, Repeat, json as parse},
};

const PROVIDER: &str = "drop_cowboy";
/// Path of the callback route, to which the drop's token is added.
const CALLBACK_PATH: &str = "/webhooks/drop-cowboy/callback/";

/// How the carrier reaches this installation; known once the server has bound its address.
#[derive(Debug, Clone, Default)]
pub struct CallbackBase(Arc<RwLock<String>>);

impl CallbackBase {
    /// Sets the public base address, without a slash at the end.
    pub fn set(&self, base: &str) {
        base.clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn url(&self, token: &str) -> String {
        format!(
            "{}{CALLBACK_PATH}{token}",
            self.0.read().unwrap_or_else(PoisonError::into_inner)
        )
    }
}

/// Drop Cowboy, by its key and secret.
#[derive(Debug)]
pub struct DropCowboy {
    http: HttpClient,
    config: DropCowboyConfig,
    callbacks: CallbackBase,
}

impl DropCowboy {
    /// Prepares the client; calls nothing.
    pub fn new(config: DropCowboyConfig, callbacks: CallbackBase) -> Result<Self, InvalidProvider> {
        let http = HttpClient::new(PROVIDER, &config.base_url, config.concurrency, config.time_out)?;
        Ok(Self {
            http,
            config,
            callbacks,
        })
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, path)
            .header("x-key", self.config.key.expose_secret())
            .header("x-secret", self.config.secret.expose_secret())
    }

    /// Step 2 of an upload: the bytes, with exactly the media type that was signed and without our credentials.
    async fn put_audio(&self, slot: &wire::UploadSlot, audio: Bytes) -> Result<(), PortError> {
        let url = Url::parse(&slot.url).map_err(|_| {
            PortError::new(
                PortErrorKind::Unknown,
                "drop_cowboy gave an upload address that is none",
            )
        })?;
        let put = self
            .http
            .request_to(Method::PUT, url)
            .header(CONTENT_TYPE, &slot.content_type)
            .body(audio);
        let answer = self.http.send("media upload", put, Repeat::Harmless).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        // 403: the address has expired or the type is wrong; a fresh upload may do.
        let message = format!("drop_cowboy did not take the audio: {}", answer.status.as_u16());
        Err(PortError::new(PortErrorKind::Retryable, message))
    }
}

#[async_trait]
impl VoicemailCarrier for DropCowboy {
    async fn readiness(&self) -> Result<CarrierReadiness, PortError> {
        let request = self.call(Method::GET, "register/public/integration-readiness");
        let answer = self.http.send("readiness", request, Repeat::Harmless).await?;
        wire::refused(&answer)?;
        let ready: wire::Envelope<wire::Readiness> = parse(PROVIDER, "readiness", &answer)?;
        let problems = ready.data.problems();
        Ok(CarrierReadiness {
            ready: problems.is_empty(),
            problems,
        })
    }

    async fn upload(&self, name: &str, audio: Bytes, media_type: &str) -> Result<String, PortError> {
        let body = json!({ "name": name, "type": "rvm", "signed_upload": true });
        let request = self.call(Method::POST, "media/public/media").json(&body);
        let answer = self.http.send("media", request, Repeat::Harmless).await?;
        wire::refused(&answer)?;
        let media: wire::Envelope<wire::Media> = parse(PROVIDER, "media", &answer)?;
        let slot = if media_type == "audio/mpeg" {
            &media.data.upload.mp3
        } else {
            &media.data.upload.wav
        };
        self.put_audio(slot, audio).await?;
        let path = format!(
            "media/public/media/{}/complete",
            wire::path_segment(&media.data.media_id)?
        );
        let request = self.call(Method::POST, &path).json(&json!({}));
        wire::refused(
            &self
                .http
                .send("media complete", request, Repeat::Harmless)
                .await?,
        )?;
        Ok(media.data.media_id)
    }

    async fn hand_over(&self, drop: Drop) -> Result<DropAnswer, PortError> {
        let body = wire::Rvm {
            to: drop.to.as_e164(),
            caller_id: drop.caller_id.as_e164(),
            media_id: &drop.media_id,
            phone_line_id: self.config.phone_line_id.as_deref(),
            foreign_id: &drop.foreign_id,
            callback_url: &self.callbacks.url(&drop.callback_token),
            postal_code: drop.postal_code.as_deref(),
        };
        let request = self
            .call(Method::POST, "rvm")
            .header("Idempotency-Key", &drop.idempotency_key)
            .json(&body);
        // The key would make a repeat harmless, but when to repeat is the hand-off's own rule.
        let answer = self.http.send("rvm", request, Repeat::Matters).await?;
        wire::refused(&answer)?;
        let taken: wire::Queued = parse(PROVIDER, "rvm", &answer)?;
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
