//! Drop Cowboy's API v1, for accounts that have keys of it alone. It takes no uploads and remembers no keys: the carrier fetches each
//! recording from an address, and a hand-over whose answer is lost is never made again. Wire facts: `legacy/README.md` of the vendor's
//! repository, `openapi-spec.yaml` of its command line, its gitbook; the three disagree on what is required, so everything is sent.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{
    CarrierReadiness, Drop, DropAnswer, DropAudio, PortError, PortErrorKind, ReadinessFinding,
    ReadinessSubject, VoicemailCarrier, WireReport,
};
use domain::PhoneNumber;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::{CALLBACK_PATH, error, report};
use crate::{
    callback_base::CallbackBase,
    config::DropCowboyV1Config,
    http::{
        Answer, HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, Refusal, Repeat, Route, code_at,
        credentials,
    },
};

const PROVIDER: &str = "drop_cowboy_v1";
/// Brands or pools that a finding names at most.
const NAMED_MAX: usize = 5;
/// What the vendor answers to nearly everything.
const QUEUED: &str = "queued";

const BRANDS: Route = Route {
    name: "brand",
    repeat: Repeat::Harmless,
    answer_bytes_max: JSON_BYTES_MAX,
    refusal,
    understood: &[],
};
const POOLS: Route = Route {
    name: "pool",
    ..BRANDS
};
/// There is no key by which a repeat could be known for one.
const RVM: Route = Route {
    name: "rvm",
    repeat: Repeat::Matters,
    ..BRANDS
};

fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    let code = code_at(&body, &["/code", "/error"]);
    match answer.status.as_u16() {
        402 => Refusal::new(PortErrorKind::Exhausted, code, "top up the carrier account"),
        401 | 403 => Refusal::new(
            PortErrorKind::Unauthorised,
            code,
            "check providers.drop_cowboy_v1.team_id and its secret",
        ),
        _ => Refusal::by_status(answer, code),
    }
}

/// Drop Cowboy v1, by its team and secret.
#[derive(Debug)]
pub struct DropCowboyV1 {
    client: HttpClient,
    call: ProviderCall,
    config: DropCowboyV1Config,
    forwarding: Option<PhoneNumber>,
    callbacks: CallbackBase,
}

/// Body of `POST /rvm`. The credentials must stand in it: without them the vendor answers as ever and sends nothing.
#[derive(Serialize)]
struct Rvm<'a> {
    team_id: &'a str,
    secret: &'a str,
    brand_id: &'a str,
    phone_number: &'a str,
    foreign_id: &'a str,
    audio_url: &'a str,
    audio_type: &'a str,
    forwarding_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pool_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    callback_url: &'a str,
}

#[derive(Deserialize)]
struct Taken {
    status: String,
}

#[derive(Deserialize)]
struct Brand {
    #[serde(rename = "brand_id")]
    id: String,
    #[serde(default)]
    company_name: String,
    registered: Option<bool>,
    api_allowed: Option<bool>,
}

#[derive(Deserialize)]
struct Pool {
    #[serde(rename = "pool_id")]
    id: String,
    #[serde(default)]
    name: String,
    number_count: Option<u64>,
}

impl DropCowboyV1 {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: DropCowboyV1Config, callbacks: CallbackBase) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config, callbacks)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(
        client: &HttpClient,
        config: DropCowboyV1Config,
        callbacks: CallbackBase,
    ) -> Result<Self, InvalidProvider> {
        let keys = [
            ("x-team-id", config.team_id.clone()),
            ("x-secret", config.secret.clone()),
        ];
        let credentials = credentials(PROVIDER, &keys)?;
        let forwarding = match config.forwarding_number.as_deref() {
            None => None,
            Some(number) => Some(number.parse().map_err(|_| InvalidProvider {
                provider: PROVIDER,
                reason: "providers.drop_cowboy_v1.forwarding_number must be +1 and ten digits".into(),
            })?),
        };
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, credentials, config.limits())?;
        Ok(Self {
            client: client.clone(),
            call,
            config,
            forwarding,
            callbacks,
        })
    }

    async fn brand(&self) -> Result<Option<ReadinessFinding>, PortError> {
        let request = self.call.request(Method::GET, "brand");
        let brands: Vec<Brand> = self.call.send(&BRANDS, request).await?.json()?;
        let brand = brands.iter().find(|brand| brand.id == self.config.brand_id);
        let about = ReadinessSubject::Brand;
        Ok(match brand {
            None => {
                let there = named(brands.iter().map(|b| (&b.id, &b.company_name)));
                let message = format!(
                    "the brand that is set (providers.drop_cowboy_v1.brand_id) is none of the carrier account's; set one of: {there}"
                );
                Some(ReadinessFinding::blocker(about, message))
            }
            Some(brand) if brand.api_allowed == Some(false) => Some(ReadinessFinding::blocker(
                about,
                "the brand that is set may not be sent for by program; have the carrier allow it",
            )),
            Some(brand) if brand.registered == Some(false) => Some(ReadinessFinding::warning(
                about,
                "the brand that is set is not registered yet; the carrier may not send for it",
            )),
            Some(_) => None,
        })
    }

    async fn pool(&self) -> Result<Option<ReadinessFinding>, PortError> {
        let Some(id) = &self.config.pool_id else {
            return Ok(None);
        };
        let request = self.call.request(Method::GET, "pool");
        let pools: Vec<Pool> = self.call.send(&POOLS, request).await?.json()?;
        let message = match pools.iter().find(|pool| pool.id == *id) {
            Some(pool) if pool.number_count == Some(0) => {
                "the pool that is set has no numbers to send from; add some in the dashboard".to_owned()
            }
            Some(_) => return Ok(None),
            None => format!(
                "the pool that is set (providers.drop_cowboy_v1.pool_id) is none of the carrier account's; set one of: {}",
                named(pools.iter().map(|p| (&p.id, &p.name)))
            ),
        };
        Ok(Some(ReadinessFinding::blocker(ReadinessSubject::Pool, message)))
    }

    /// Where the carrier fetches the recording, and as what.
    fn recording(&self, audio: &DropAudio) -> Result<(String, &'static str), PortError> {
        let (address, media_type) = match audio {
            DropAudio::Address { address, media_type } => (Some(address.clone()), media_type),
            DropAudio::Path { path, media_type } => (self.callbacks.url(path), media_type),
            DropAudio::Media(_) => {
                let message = "drop_cowboy_v1 rvm: it takes recordings from an address only";
                return Err(PortError::new(PortErrorKind::Permanent, message));
            }
        };
        let audio_type = match media_type.as_str() {
            "audio/mpeg" => "mp3",
            "audio/wav" => "wav",
            _ => return Err(error::wrong_media_type()),
        };
        Ok((address.ok_or_else(error::no_callback_address)?, audio_type))
    }
}

fn named<'a>(list: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let names: Vec<String> = list
        .take(NAMED_MAX)
        .map(|(id, name)| format!("{id} ({name})"))
        .collect();
    if names.is_empty() {
        "none there yet".to_owned()
    } else {
        names.join(", ")
    }
}

#[async_trait]
impl VoicemailCarrier for DropCowboyV1 {
    async fn readiness(&self) -> Result<CarrierReadiness, PortError> {
        let mut findings: Vec<ReadinessFinding> = self.brand().await?.into_iter().collect();
        findings.extend(self.pool().await?);
        findings.extend(self.callbacks.findings(&self.client, self.call.is_local()).await);
        Ok(CarrierReadiness {
            findings,
            funds: None,
        })
    }

    fn reports_listening(&self) -> bool {
        self.config.reports_listening
    }

    fn takes_uploads(&self) -> bool {
        false
    }

    fn remembers_keys(&self) -> Option<Duration> {
        None
    }

    /// Said to exist and seen to ignore the audio: what went out was another recording.
    async fn upload(&self, _: &str, _: Bytes, _: &str) -> Result<String, PortError> {
        let message = "drop_cowboy_v1 takes no uploads";
        Err(PortError::new(PortErrorKind::Permanent, message))
    }

    async fn hand_over(&self, drop: Drop) -> Result<DropAnswer, PortError> {
        let (audio_url, audio_type) = self.recording(&drop.audio)?;
        let callback_url = self
            .callbacks
            .url(&format!("{CALLBACK_PATH}{}", drop.callback_token))
            .ok_or_else(error::no_callback_address)?;
        let body = Rvm {
            team_id: self.config.team_id.expose_secret(),
            secret: self.config.secret.expose_secret(),
            brand_id: &self.config.brand_id,
            phone_number: drop.to.as_e164(),
            foreign_id: &drop.foreign_id,
            audio_url: &audio_url,
            audio_type,
            // Who calls back is to reach the number that the campaign stands for.
            forwarding_number: self.forwarding.as_ref().unwrap_or(&drop.caller_id).as_e164(),
            pool_id: self.config.pool_id.as_deref(),
            postal_code: drop.postal_code.as_deref(),
            callback_url: &callback_url,
        };
        let request = self.call.request(Method::POST, "rvm").json(&body);
        let taken: Taken = self.call.send(&RVM, request).await?.json()?;
        if taken.status != QUEUED {
            return Err(PortError::new(
                PortErrorKind::Unknown,
                "drop_cowboy_v1 rvm: the answer is not as documented: it does not say that the drop is queued",
            ));
        }
        // The answer names nothing; our own reference is what its report will name.
        Ok(DropAnswer {
            message_id: drop.foreign_id,
        })
    }

    fn parse_report(&self, body: &[u8], token: Option<&str>) -> Result<WireReport, PortError> {
        report::parse(body, token)
    }

    /// It signs nothing, so nothing that claims to be signed is its.
    fn verify_signature(&self, _: &[(String, String)], _: &[u8], _: DateTime<Utc>) -> Result<(), PortError> {
        let message =
            "this version of the carrier signs nothing; its reports come on the callback of each drop";
        Err(PortError::new(PortErrorKind::Unauthorised, message))
    }
}
