//! Which provider stands behind which port: the real ones by their keys, or the same clients pointed at the sandbox.

use std::{sync::Arc, time::Duration};

use commands::ports::{ContactSourcePort, ContactSources, ScriptWriter, SpeechSynthesizer, VoicemailCarrier};
use providers::{
    CallbackBase, DropCowboy, DropCowboyConfig, ElevenLabs, ElevenLabsConfig, GoogleConfig, GooglePeople,
    Groq, GroqConfig, InvalidProvider, MojoConfig, MojoDialer,
};
use sandbox::RunningSandbox;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, ProvidersConfig};

/// Longest wait for a sandbox on loopback.
const SANDBOX_TIME_OUT: Duration = Duration::from_secs(10);

/// Writer, voice, carrier and services that know contacts, and where callbacks go.
#[derive(Debug)]
pub struct Providers {
    /// Who writes.
    pub writer: Arc<dyn ScriptWriter>,
    /// Who speaks.
    pub voice: Arc<dyn SpeechSynthesizer>,
    /// Who delivers.
    pub carrier: Arc<dyn VoicemailCarrier>,
    /// Where contacts can be pulled from.
    pub sources: ContactSources,
    /// To be set when the server has its address.
    pub callbacks: CallbackBase,
}

impl Providers {
    /// Prepares the clients; calls nothing.
    pub fn set_up(config: &Config, sandbox: Option<&RunningSandbox>) -> Result<Self, InvalidProvider> {
        let p = &config.providers;
        let mut groq = GroqConfig::new(p.groq.api_key.clone(), &p.groq.model);
        let mut voice = ElevenLabsConfig::new(p.elevenlabs.api_key.clone(), &p.elevenlabs.model);
        voice.concurrency = p.elevenlabs.concurrency;
        let mut carrier = DropCowboyConfig::new(p.drop_cowboy.key.clone(), p.drop_cowboy.secret.clone());
        carrier.phone_line_id = Some(p.drop_cowboy.phone_line_id.clone()).filter(|l| !l.is_empty());
        let secrets = p
            .drop_cowboy
            .webhook_secrets
            .expose_secret()
            .split(',')
            .map(str::trim);
        carrier.webhook_secrets = secrets
            .filter(|s| !s.is_empty())
            .map(SecretString::from)
            .collect();
        if let Some(sandbox) = sandbox {
            let keys = sandbox.credentials();
            sandbox.groq_url().clone_into(&mut groq.base_url);
            groq.api_key = keys.groq_api_key.clone().into();
            groq.time_out = SANDBOX_TIME_OUT;
            sandbox.elevenlabs_url().clone_into(&mut voice.base_url);
            voice.api_key = keys.elevenlabs_api_key.clone().into();
            voice.time_out = SANDBOX_TIME_OUT;
            sandbox.drop_cowboy_url().clone_into(&mut carrier.base_url);
            carrier.key = keys.drop_cowboy_key.clone().into();
            carrier.secret = keys.drop_cowboy_secret.clone().into();
            carrier.time_out = SANDBOX_TIME_OUT;
        }
        let callbacks = CallbackBase::default();
        Ok(Self {
            writer: Arc::new(Groq::new(groq)?),
            voice: Arc::new(ElevenLabs::new(voice)?),
            carrier: Arc::new(DropCowboy::new(carrier, callbacks.clone())?),
            sources: sources(p, sandbox, &callbacks)?,
            callbacks,
        })
    }
}

/// A service without its settings is not offered.
fn sources(
    settings: &ProvidersConfig,
    sandbox: Option<&RunningSandbox>,
    callbacks: &CallbackBase,
) -> Result<ContactSources, InvalidProvider> {
    let (mut google, mut mojo) = (settings.google.clone(), settings.mojo.clone());
    if let Some(sandbox) = sandbox {
        let keys = sandbox.credentials();
        let base = sandbox.google_url();
        google = GoogleConfig::new(&keys.google_client_id, keys.google_client_secret.clone().into());
        (google.accounts_url, google.token_url, google.people_url) = (base.clone(), base.clone(), base);
        google.time_out = SANDBOX_TIME_OUT;
        mojo = MojoConfig::new(sandbox.mojo_url());
        mojo.time_out = SANDBOX_TIME_OUT;
        mojo.requests_per_minute = None;
    }
    let mut services: Vec<Arc<dyn ContactSourcePort>> = Vec::new();
    if !google.client_id.is_empty() {
        services.push(Arc::new(GooglePeople::new(&google, callbacks.clone())?));
    }
    if !mojo.base_url.is_empty() {
        services.push(Arc::new(MojoDialer::new(mojo)?));
    }
    Ok(ContactSources::new(services))
}
