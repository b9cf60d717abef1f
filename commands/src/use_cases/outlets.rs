//! Where an organization has its digests sent, and sending something again. A secret is durable before the event that speaks of it, and
//! gone after the one that ends it.

use chrono::{DateTime, Utc};
use domain::{
    DigestRecipientId, NotificationId, Position, UserId, WebhookEndpointId, WebhookSecretId,
    organization::{Organization, OrganizationCommand, OrganizationRefusal},
};
use secrecy::SecretString;

use crate::{
    authorization::Denied,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{OpenError, WebhookEndpoint},
    stream::{Loaded, load},
};

/// An endpoint that was added.
#[derive(Debug)]
pub struct AddedEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Scheme, host and port.
    pub origin: String,
    /// What signs: shown once.
    pub secret: SecretString,
    /// Where the event stands.
    pub position: Option<Position>,
}

/// A new secret of an endpoint.
#[derive(Debug)]
pub struct RotatedSecret {
    /// What signs from here on: shown once.
    pub secret: SecretString,
    /// Until when the secrets before it sign, too.
    pub earlier_until: Option<DateTime<Utc>>,
    /// Where the event stands.
    pub position: Option<Position>,
}

/// Somebody who gets every digest.
#[derive(Debug, Clone)]
pub struct DigestRecipient {
    /// Their id.
    pub id: DigestRecipientId,
    /// Their address; nothing when it can't be read.
    pub address: Option<String>,
}

/// Who gets digests by e-mail.
#[derive(Debug, Clone)]
pub struct DigestMailSettings {
    /// There is a mail server: without one nobody gets any.
    pub is_configured: bool,
    /// The owner of a campaign gets its digest.
    pub to_owners: bool,
    /// Whoever asks wants those of their own campaigns.
    pub own: bool,
    /// Others who get every digest.
    pub recipients: Vec<DigestRecipient>,
}

/// An endpoint as it may be shown.
#[derive(Debug, Clone)]
pub struct KnownEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Scheme, host and port.
    pub origin: String,
    /// Until when secrets before the newest sign, too.
    pub earlier_until: Option<DateTime<Utc>>,
}

async fn run(
    ports: &Ports,
    context: &CommandContext,
    command: OrganizationCommand,
) -> Result<Option<Position>, CommandError> {
    execute::<Organization>(ports, context, context.organization, command).await
}

async fn organization(ports: &Ports, context: &CommandContext) -> Result<Loaded<Organization>, CommandError> {
    load(ports, context.organization, context.organization).await
}

/// Adds an endpoint with a secret of its own.
pub async fn add_webhook_endpoint(
    ports: &Ports,
    context: &CommandContext,
    url: &str,
) -> Result<AddedEndpoint, CommandError> {
    let allowed = ports.webhooks.allow(url).map_err(CommandError::invalid)?;
    let id = WebhookEndpointId::from_uuid(ports.ids.next());
    let secret = ports.webhooks.new_secret();
    let endpoint = WebhookEndpoint {
        id,
        organization: context.organization,
        url: allowed.url,
        secrets: [(WebhookSecretId::first_of(id), secret.clone())].into(),
        added_at: ports.clock.now(),
    };
    ports.webhook_endpoints.save(endpoint).await?;
    let command = OrganizationCommand::AddWebhookEndpoint {
        endpoint: id,
        origin: allowed.origin.clone(),
    };
    match run(ports, context, command).await {
        Ok(position) => Ok(AddedEndpoint {
            id,
            origin: allowed.origin,
            secret,
            position,
        }),
        Err(error) => {
            ports.webhook_endpoints.remove(context.organization, id).await?;
            Err(error)
        }
    }
}

/// Removes an endpoint: nothing is sent to it from here on, what waits included.
pub async fn remove_webhook_endpoint(
    ports: &Ports,
    context: &CommandContext,
    id: WebhookEndpointId,
) -> Result<Option<Position>, CommandError> {
    let position = run(
        ports,
        context,
        OrganizationCommand::RemoveWebhookEndpoint { endpoint: id },
    )
    .await?;
    ports.webhook_endpoints.remove(context.organization, id).await?;
    Ok(position)
}

/// Has an endpoint's messages signed with a new secret; the one before it signs beside it until the receiver has had time to change.
pub async fn rotate_webhook_secret(
    ports: &Ports,
    context: &CommandContext,
    id: WebhookEndpointId,
) -> Result<RotatedSecret, CommandError> {
    let (endpoints, now) = (&ports.webhook_endpoints, ports.clock.now());
    let loaded = organization(ports, context).await?;
    let known = loaded.state().outlets.webhooks.get(&id);
    let known = known.ok_or(OrganizationRefusal::UnknownWebhookEndpoint)?;
    let ended: Vec<_> = known.ended(now).collect();
    endpoints.forget_secrets(context.organization, id, &ended).await?;
    let (secret_id, secret) = (
        WebhookSecretId::from_uuid(ports.ids.next()),
        ports.webhooks.new_secret(),
    );
    endpoints
        .add_secret(context.organization, id, secret_id, secret.clone())
        .await?;
    let command = OrganizationCommand::RotateWebhookSecret {
        endpoint: id,
        secret: secret_id,
        at: now,
    };
    let position = match run(ports, context, command).await {
        // Only a refusal says that no event names it: what went wrong otherwise may have been recorded.
        Err(refused @ CommandError::Refused(_)) => {
            endpoints
                .forget_secrets(context.organization, id, &[secret_id])
                .await?;
            return Err(refused);
        }
        other => other?,
    };
    let loaded = organization(ports, context).await?;
    let rotated = loaded.state().outlets.webhooks.get(&id);
    Ok(RotatedSecret {
        secret,
        earlier_until: rotated.and_then(|webhook| webhook.earlier_until(now)),
        position,
    })
}

/// The endpoints, by id, oldest first.
pub async fn webhook_endpoints(
    ports: &Ports,
    context: &CommandContext,
) -> Result<Vec<KnownEndpoint>, CommandError> {
    let (loaded, now) = (organization(ports, context).await?, ports.clock.now());
    let known = loaded.state().outlets.webhooks.iter();
    Ok(known
        .map(|(id, webhook)| KnownEndpoint {
            id: *id,
            origin: webhook.origin.clone(),
            earlier_until: webhook.earlier_until(now),
        })
        .collect())
}

/// Has a test sent to an endpoint.
pub async fn test_webhook_endpoint(
    ports: &Ports,
    context: &CommandContext,
    id: WebhookEndpointId,
) -> Result<Option<Position>, CommandError> {
    run(
        ports,
        context,
        OrganizationCommand::TestWebhookEndpoint { endpoint: id },
    )
    .await
}

fn no_server() -> CommandError {
    CommandError::invalid("no mail server is configured; set mail.host, then try again")
}

/// Lets somebody have every digest by e-mail.
pub async fn add_digest_recipient(
    ports: &Ports,
    context: &CommandContext,
    address: &str,
) -> Result<(DigestRecipientId, Option<Position>), CommandError> {
    let mailer = ports.mailer.as_ref().ok_or_else(no_server)?;
    let address = mailer.address(address).ok_or_else(|| {
        CommandError::invalid("this is no e-mail address; give one such as name@example.com")
    })?;
    let sealed = ports
        .keys
        .seal_for_organization(context.organization, &address)
        .await?;
    let id = DigestRecipientId::from_uuid(ports.ids.next());
    let command = OrganizationCommand::AddDigestRecipient {
        recipient: id,
        address: sealed,
    };
    Ok((id, run(ports, context, command).await?))
}

/// Lets somebody have digests no longer.
pub async fn remove_digest_recipient(
    ports: &Ports,
    context: &CommandContext,
    id: DigestRecipientId,
) -> Result<Option<Position>, CommandError> {
    run(
        ports,
        context,
        OrganizationCommand::RemoveDigestRecipient { recipient: id },
    )
    .await
}

/// Has a test sent to whoever asks.
pub async fn test_digest_mail(
    ports: &Ports,
    context: &CommandContext,
    user: UserId,
) -> Result<Option<Position>, CommandError> {
    ports.mailer.as_ref().ok_or_else(no_server)?;
    run(ports, context, OrganizationCommand::TestDigestMail { user }).await
}

/// Who gets digests, with the addresses of others for whoever may see them.
pub async fn digest_mail_settings(
    ports: &Ports,
    context: &CommandContext,
    user: UserId,
    with_recipients: bool,
) -> Result<DigestMailSettings, CommandError> {
    let loaded = organization(ports, context).await?;
    let outlets = &loaded.state().outlets;
    let mut recipients = Vec::new();
    if with_recipients {
        for (id, sealed) in &outlets.recipients {
            let address = match ports
                .keys
                .open_for_organization(context.organization, sealed)
                .await
            {
                Ok(address) => Some(address),
                Err(OpenError::Erased | OpenError::Damaged) => None,
                Err(OpenError::Port(error)) => return Err(error.into()),
            };
            recipients.push(DigestRecipient { id: *id, address });
        }
    }
    Ok(DigestMailSettings {
        is_configured: ports.mailer.is_some(),
        to_owners: outlets.mail_to_owners,
        own: !outlets.declined.contains(&user),
        recipients,
    })
}

/// Has a notification sent again, whatever came of it.
pub async fn replay_notification(
    ports: &Ports,
    context: &CommandContext,
    id: NotificationId,
) -> Result<Option<Position>, CommandError> {
    let known = ports.notifications.find(context.organization, id).await?;
    known.ok_or(Denied::NotFound("notification"))?;
    run(
        ports,
        context,
        OrganizationCommand::ReplayNotification { notification: id },
    )
    .await
}
