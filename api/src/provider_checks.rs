//! Whether each provider can be used with the keys that the server was started with: asked of the provider itself, on demand. The keys
//! are the operator's and never leave the configuration; what is said here has none of them.

use commands::{
    Ports,
    ports::{PortError, ReadinessFinding},
};

/// What was found of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCheck {
    /// Its name, or what it does: `groq`, `voice`, `carrier`.
    pub provider: String,
    /// How it can be used, or why it can't.
    pub finding: Result<String, String>,
}

fn text(error: &PortError) -> String {
    error.to_string()
}

/// Asks all of them, one after another.
pub async fn provider_checks(ports: &Ports) -> Vec<ProviderCheck> {
    let mut found = Vec::new();
    let mut note = |provider: &str, finding| {
        found.push(ProviderCheck {
            provider: provider.to_owned(),
            finding,
        });
    };
    for (provider, writer) in ports.writers.iter() {
        let checked = writer.check().await;
        note(
            provider,
            checked
                .map(|()| format!("writes by {}", writer.model()))
                .map_err(|e| text(&e)),
        );
    }
    note("voice", voice(ports).await);
    let draft = if ports.draft_voice.is_some() {
        "espeak-ng"
    } else {
        "none; install espeak-ng to hear drafts for nothing"
    };
    note("draft voice", Ok(draft.to_owned()));
    note("mail", mail(ports).await);
    note("carrier", carrier(ports).await);
    found
}

async fn voice(ports: &Ports) -> Result<String, String> {
    let voices = match ports.voice.check().await {
        Ok(()) => ports.voice.voices().await,
        Err(error) => Err(error),
    };
    voices
        .map(|voices| format!("{} voices", voices.len()))
        .map_err(|e| text(&e))
}

async fn mail(ports: &Ports) -> Result<String, String> {
    match &ports.mailer {
        Some(mailer) => mailer
            .check()
            .await
            .map(|()| "the server answers".to_owned())
            .map_err(|not| not.reason),
        None => Ok("no server is configured; digests are not mailed".to_owned()),
    }
}

async fn carrier(ports: &Ports) -> Result<String, String> {
    let readiness = ports.carrier.readiness().await.map_err(|e| text(&e))?;
    let told = |findings: Vec<&ReadinessFinding>| {
        let words: Vec<&str> = findings.into_iter().map(|f| f.message.as_str()).collect();
        words.join("; ")
    };
    if readiness.blockers().next().is_some() {
        Err(told(readiness.blockers().collect()))
    } else if readiness.findings.is_empty() {
        Ok("ready".to_owned())
    } else {
        Ok(format!(
            "ready, but {}",
            told(readiness.findings.iter().collect())
        ))
    }
}
