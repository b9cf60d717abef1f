//! Accounts at other services are connected, looked at and disconnected. An account is its user's alone: for everybody else it is
//! not there. Secrets are only ever passed on to the register.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use domain::{
    ConnectionId, UserId,
    import::ContactSource,
    organization::{Organization, OrganizationCommand},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::{
    authorization::Denied,
    connected_account::{ConnectedAccount, refused, service_of},
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{Connection, PendingConsent, RemoteList, SourceTokens},
    stream::{Loaded, load},
};

/// Most accounts that one user connects.
pub const CONNECTIONS_MAX: usize = 20;
/// Most consents of one user that wait at once; the oldest gives way.
const CONSENTS_WAITING_MAX: u32 = 5;
/// How long a user may take to agree.
const CONSENT_PATIENCE: Duration = Duration::minutes(10);
/// Longest state and code that a service may send a user back with, bytes.
const ANSWER_BYTES_MAX: usize = 4_096;
/// Longest key of a service, bytes.
const KEY_BYTES_MAX: usize = 4_096;
/// Longest id of a user at a service, characters.
const ACCOUNT_CHARS_MAX: usize = 255;

/// Two secrets of 43 characters or more, new for each consent: whoever has randomness makes them.
#[derive(Debug)]
pub struct ConsentSecrets {
    /// Travels with the user and comes back.
    pub state: SecretString,
    /// The PKCE code verifier; stays here.
    pub verifier: SecretString,
}

/// What a user who was sent to a service came back with.
#[derive(Debug)]
pub struct ConsentAnswer {
    /// Our own state.
    pub state: SecretString,
    /// The service's code; nothing when the user did not agree.
    pub code: Option<SecretString>,
}

/// What came of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentOutcome {
    /// The account is connected.
    Connected(ConnectionId),
    /// The user did not agree; nothing was connected.
    Declined,
}

/// SHA-256 of a secret, hex: what is kept of it.
fn hash_of(secret: &SecretString) -> String {
    hex::encode(Sha256::digest(secret.expose_secret().as_bytes()))
}

/// Begins to connect an account: the address at the service to send the user to.
pub async fn begin_connection(
    ports: &Ports,
    context: &CommandContext,
    source: ContactSource,
    by: UserId,
    secrets: ConsentSecrets,
) -> Result<String, CommandError> {
    let service = service_of(ports, source)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(secrets.verifier.expose_secret().as_bytes()));
    let url = service
        .consent_url(secrets.state.expose_secret(), &challenge)
        .ok_or_else(|| {
            CommandError::invalid(
                "this service is connected by a key that it gives you, not by agreeing there",
            )
        })?;
    place_for(ports, context, source, by).await?;
    let now = ports.clock.now();
    let consent = PendingConsent {
        state_hash: hash_of(&secrets.state),
        organization: context.organization,
        user: by,
        source,
        verifier: secrets.verifier,
        created_at: now,
        expires_at: now + CONSENT_PATIENCE,
    };
    ports.consents.begin(consent, CONSENTS_WAITING_MAX).await?;
    Ok(url)
}

/// Takes a user back who was sent to a service. The state is good once, for ten minutes, and for the user it was made for.
pub async fn finish_connection(
    ports: &Ports,
    context: &CommandContext,
    by: UserId,
    answer: ConsentAnswer,
) -> Result<ConsentOutcome, CommandError> {
    let lengths = [Some(&answer.state), answer.code.as_ref()];
    let bounded = |secret: &SecretString| secret.expose_secret().len() <= ANSWER_BYTES_MAX;
    let now = ports.clock.now();
    let consent = if lengths.into_iter().flatten().all(bounded) {
        ports.consents.take(&hash_of(&answer.state), now).await?
    } else {
        None
    };
    let consent = consent
        .filter(|consent| consent.organization == context.organization && consent.user == by)
        .ok_or_else(|| {
            CommandError::invalid(
                "this link was used before, is older than ten minutes, or is somebody else's; begin to connect again",
            )
        })?;
    let Some(code) = answer.code else {
        return Ok(ConsentOutcome::Declined);
    };
    let service = service_of(ports, consent.source)?;
    let verifier = consent.verifier.expose_secret();
    let tokens = service.exchange(code.expose_secret(), verifier, now).await;
    let tokens = tokens.map_err(refused)?;
    let connection = connect(ports, context, consent.source, by, tokens).await?;
    Ok(ConsentOutcome::Connected(connection))
}

/// Connects an account by a key that its service gave the user. Refuses a key that the service does not take.
pub async fn connect_with_key(
    ports: &Ports,
    context: &CommandContext,
    source: ContactSource,
    by: UserId,
    key: SecretString,
    account: Option<String>,
) -> Result<ConnectionId, CommandError> {
    let service = service_of(ports, source)?;
    if service.consent_url("", "").is_some() {
        return Err(CommandError::invalid(
            "this service is connected by agreeing there, not by a key",
        ));
    }
    let key = SecretString::from(key.expose_secret().trim());
    let account = account.map(|a| a.trim().to_owned()).filter(|a| !a.is_empty());
    if key.expose_secret().is_empty() || key.expose_secret().len() > KEY_BYTES_MAX {
        return Err(CommandError::invalid(
            "a key of 1 to 4,096 characters is needed: copy it from the settings of the service",
        ));
    }
    if account
        .as_ref()
        .is_some_and(|a| a.chars().count() > ACCOUNT_CHARS_MAX)
    {
        return Err(CommandError::invalid(
            "the account's id has at most 255 characters",
        ));
    }
    place_for(ports, context, source, by).await?;
    let tokens = SourceTokens {
        access: key,
        refresh: None,
        expires_at: None,
        account,
    };
    service.lists(&tokens).await.map_err(refused)?;
    connect(ports, context, source, by, tokens).await
}

/// The id for an account of this source: that of the user's oldest one that must be connected again, else a new one. Which account
/// at the service it is can't be told, so a new one begins from the start.
async fn place_for(
    ports: &Ports,
    context: &CommandContext,
    source: ContactSource,
    by: UserId,
) -> Result<ConnectionId, CommandError> {
    let mine = ports.connections.of_user(context.organization, by).await?;
    let broken = mine.iter().find(|c| c.source == source && c.broken.is_some());
    match broken {
        Some(broken) => Ok(broken.id),
        None if mine.len() >= CONNECTIONS_MAX => Err(CommandError::invalid(
            "at most 20 accounts are connected at once; disconnect one that is not needed",
        )),
        None => Ok(ConnectionId::from_uuid(ports.ids.next())),
    }
}

/// Records the connection, then keeps its secrets: none are ever kept that no event tells of.
async fn connect(
    ports: &Ports,
    context: &CommandContext,
    source: ContactSource,
    by: UserId,
    tokens: SourceTokens,
) -> Result<ConnectionId, CommandError> {
    let id = place_for(ports, context, source, by).await?;
    let command = OrganizationCommand::ConnectSource {
        connection: id,
        source,
        by,
    };
    execute::<Organization>(ports, context, context.organization, command).await?;
    let connection = Connection {
        id,
        organization: context.organization,
        user: by,
        source,
        connected_at: ports.clock.now(),
        broken: None,
        sync_cursor: None,
    };
    ports.connections.save(connection, tokens).await?;
    Ok(id)
}

/// Ends a connection and destroys its secrets. Asked again after a crash, it does what was left undone.
pub async fn disconnect(
    ports: &Ports,
    context: &CommandContext,
    connection: ConnectionId,
    by: UserId,
) -> Result<(), CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let recorded = organization.state().connections.get(&connection);
    let kept = ports.connections.find(context.organization, connection).await?;
    let owner = kept.map(|c| c.user).or(recorded.map(|c| c.by));
    if owner != Some(by) {
        return Err(Denied::NotFound("connection").into());
    }
    let command = OrganizationCommand::DisconnectSource {
        connection,
        by,
        reason: "disconnected by its user".to_owned(),
    };
    execute::<Organization>(ports, context, context.organization, command).await?;
    ports.connections.remove(context.organization, connection).await?;
    Ok(())
}

/// The lists of an account that can be chosen.
pub async fn remote_lists(
    ports: &Ports,
    context: &CommandContext,
    connection: ConnectionId,
    by: UserId,
) -> Result<Vec<RemoteList>, CommandError> {
    let mut account = ConnectedAccount::open(ports, context.organization, connection).await?;
    if account.connection.user != by {
        return Err(Denied::NotFound("connection").into());
    }
    account.lists().await
}
