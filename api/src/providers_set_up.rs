//! Which provider stands behind which port: the real ones by their keys, or the same clients pointed at the sandbox.

use std::{sync::Arc, time::Duration};

use commands::ports::{
    ContactSourcePort, ContactSources, Mailer, ScriptWriter, ScriptWriters, SpeechSynthesizer,
    VoicemailCarrier, WebhookSender,
};
use providers::{
    Anthropic, CallbackBase, DraftVoice, DropCowboy, DropCowboyConfig, DropCowboyV1, DropCowboyV1Config,
    ElevenLabs, GoogleConfig, GooglePeople, Groq, HttpWebhooks, InvalidProvider, MailConfig, MailSecurity,
    MojoConfig, MojoDialer, SmtpMailer, WebhookReach,
};
use sandbox::SandboxAddress;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{CarrierChoice, Config, ProvidersConfig, ProvidersMode};

/// Speeches at once that the sandbox's plan allows.
const SANDBOX_VOICES: usize = 10;
/// Who sends the sandbox's mail.
const SANDBOX_SENDER: &str = "voicedrop <digest@voicedrop.example>";
/// Longest wait for a sandbox on loopback.
const SANDBOX_TIME_OUT: Duration = Duration::from_secs(10);

/// Writer, voice, carrier and services that know contacts, and where callbacks go.
#[derive(Debug)]
pub struct Providers {
    /// Who writes.
    pub writers: ScriptWriters,
    /// Who speaks.
    pub voice: Arc<dyn SpeechSynthesizer>,
    /// Who speaks drafts, if the machine can.
    pub draft_voice: Option<Arc<dyn SpeechSynthesizer>>,
    /// Who delivers.
    pub carrier: Arc<dyn VoicemailCarrier>,
    /// Where contacts can be pulled from.
    pub sources: ContactSources,
    /// Who posts webhooks.
    pub webhooks: Arc<dyn WebhookSender>,
    /// Who sends mail, if there is a mail server.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Set when the server has its address, where it is not configured.
    pub callbacks: CallbackBase,
}

impl Providers {
    /// Prepares the clients; calls nothing.
    pub fn set_up(config: &Config, sandbox: Option<&SandboxAddress>) -> Result<Self, InvalidProvider> {
        let p = &config.providers;
        let mut voice = p.elevenlabs.clone();
        if let Some(sandbox) = sandbox {
            let keys = sandbox.credentials();
            sandbox.elevenlabs_url().clone_into(&mut voice.base_url);
            voice.api_key = keys.elevenlabs_api_key.clone().into();
            voice.time_out = SANDBOX_TIME_OUT;
            voice.concurrency = SANDBOX_VOICES;
        }
        let callbacks = CallbackBase::default();
        callbacks.set(&config.http.public_base_url);
        Ok(Self {
            writers: writers(p, sandbox)?,
            draft_voice: DraftVoice::find().map(|voice| Arc::new(voice) as Arc<dyn SpeechSynthesizer>),
            voice: Arc::new(ElevenLabs::new(voice)?),
            carrier: carrier(p, sandbox, &callbacks)?,
            sources: sources(p, sandbox, &callbacks)?,
            webhooks: Arc::new(HttpWebhooks::new(reach(config))?),
            mailer: mailer(config, sandbox)?,
            callbacks,
        })
    }
}

fn set(setting: &str) -> Option<String> {
    Some(setting.to_owned()).filter(|text| !text.is_empty())
}

fn carrier(
    settings: &ProvidersConfig,
    sandbox: Option<&SandboxAddress>,
    callbacks: &CallbackBase,
) -> Result<Arc<dyn VoicemailCarrier>, InvalidProvider> {
    let callbacks = callbacks.clone();
    Ok(match settings.carrier {
        CarrierChoice::DropCowboy => Arc::new(DropCowboy::new(second_api(settings, sandbox), callbacks)?),
        CarrierChoice::DropCowboyV1 => Arc::new(DropCowboyV1::new(first_api(settings, sandbox), callbacks)?),
    })
}

fn second_api(settings: &ProvidersConfig, sandbox: Option<&SandboxAddress>) -> DropCowboyConfig {
    let given = &settings.drop_cowboy;
    let mut carrier = DropCowboyConfig::new(given.key.clone(), given.secret.clone());
    carrier.phone_line_id = set(&given.phone_line_id);
    carrier.brand_id = set(&given.brand_id);
    let secrets = given.webhook_secrets.expose_secret().split(',').map(str::trim);
    carrier.webhook_secrets = secrets
        .filter(|s| !s.is_empty())
        .map(SecretString::from)
        .collect();
    if let Some(sandbox) = sandbox {
        let keys = sandbox.credentials();
        sandbox.drop_cowboy_url().clone_into(&mut carrier.base_url);
        // The rehearsal plays listening, too.
        carrier.reports_listening = true;
        carrier.key = keys.drop_cowboy_key.clone().into();
        carrier.secret = keys.drop_cowboy_secret.clone().into();
        carrier.time_out = SANDBOX_TIME_OUT;
    }
    carrier
}

fn first_api(settings: &ProvidersConfig, sandbox: Option<&SandboxAddress>) -> DropCowboyV1Config {
    let given = &settings.drop_cowboy_v1;
    let mut carrier = DropCowboyV1Config::new(given.team_id.clone(), given.secret.clone(), &given.brand_id);
    carrier.pool_id = set(&given.pool_id);
    carrier.forwarding_number = set(&given.forwarding_number);
    if let Some(sandbox) = sandbox {
        let keys = sandbox.credentials();
        let (brand, pool) = sandbox.drop_cowboy_brand_and_pool();
        carrier.base_url = sandbox.drop_cowboy_v1_url();
        // The rehearsal plays listening, too.
        carrier.reports_listening = true;
        carrier.team_id = keys.drop_cowboy_team_id.clone().into();
        carrier.secret = keys.drop_cowboy_secret.clone().into();
        (carrier.brand_id, carrier.pool_id) = (brand.to_owned(), Some(pool.to_owned()));
        carrier.time_out = SANDBOX_TIME_OUT;
    }
    carrier
}

/// Nothing leaves the machine of a sandbox.
const fn reach(config: &Config) -> WebhookReach {
    match (config.providers.mode, config.webhooks.private_addresses) {
        (ProvidersMode::Sandbox, _) => WebhookReach::ThisMachine,
        (ProvidersMode::Live, true) => WebhookReach::Anywhere,
        (ProvidersMode::Live, false) => WebhookReach::Public,
    }
}

/// The sandbox's mail server, or the configured one; without either no mail is sent.
fn mailer(
    config: &Config,
    sandbox: Option<&SandboxAddress>,
) -> Result<Option<Arc<dyn Mailer>>, InvalidProvider> {
    let server = match (config.providers.mode, sandbox) {
        (ProvidersMode::Live, _) => Some(config.mail.clone()),
        (ProvidersMode::Sandbox, None) => None,
        (ProvidersMode::Sandbox, Some(sandbox)) => sandbox.smtp_port().map(|port| MailConfig {
            host: "127.0.0.1".to_owned(),
            port,
            security: MailSecurity::None,
            ca_file: String::new(),
            user: String::new(),
            password: SecretString::from(""),
            from: SANDBOX_SENDER.to_owned(),
        }),
    };
    let Some(server) = server.filter(|server| !server.host.is_empty()) else {
        return Ok(None);
    };
    Ok(Some(Arc::new(SmtpMailer::new(&server)?)))
}

/// A writer without a key is not offered.
fn writers(
    settings: &ProvidersConfig,
    sandbox: Option<&SandboxAddress>,
) -> Result<ScriptWriters, InvalidProvider> {
    let (mut groq, mut anthropic) = (settings.groq.clone(), settings.anthropic.clone());
    if let Some(sandbox) = sandbox {
        let keys = sandbox.credentials();
        sandbox.groq_url().clone_into(&mut groq.base_url);
        groq.api_key = keys.groq_api_key.clone().into();
        groq.time_out = SANDBOX_TIME_OUT;
        // No plan limits what runs on this machine.
        (groq.requests_per_minute, anthropic.requests_per_minute) = (None, None);
        anthropic.base_url = sandbox.anthropic_url();
        anthropic.api_key = keys.anthropic_api_key.clone().into();
        anthropic.time_out = SANDBOX_TIME_OUT;
    }
    let mut writers: Vec<(&'static str, Arc<dyn ScriptWriter>)> = Vec::new();
    if !groq.api_key.expose_secret().is_empty() {
        writers.push(("groq", Arc::new(Groq::new(groq)?)));
    }
    if !anthropic.api_key.expose_secret().is_empty() {
        writers.push(("anthropic", Arc::new(Anthropic::new(anthropic)?)));
    }
    Ok(ScriptWriters::new(writers))
}

/// A service without its settings is not offered.
fn sources(
    settings: &ProvidersConfig,
    sandbox: Option<&SandboxAddress>,
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
