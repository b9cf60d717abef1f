//! Where digests are sent: endpoints of other programs, and people by e-mail. A secret is shown once, when it is made.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::{Action, Permit},
    use_cases,
};
use domain::{DigestRecipientId, WebhookEndpointId, organization::OrganizationCommand};
use secrecy::ExposeSecret;

use super::{
    super::{
        context::{Caller, caller},
        error::{Problem, outcome},
        node_id::NodeKind,
        scalars::Position,
    },
    mutation::{OrganizationChanged, OrganizationOutcome},
};

/// An endpoint of another program, without its secrets.
#[derive(Debug, SimpleObject)]
pub struct WebhookEndpoint {
    id: ID,
    /// Scheme, host and port; the rest of the address may be a secret and is not shown.
    origin: String,
    /// Until when its messages are signed with an earlier secret, too; nothing when only the newest signs.
    earlier_secrets_until: Option<DateTime<Utc>>,
}

/// An endpoint was added.
#[derive(SimpleObject)]
pub struct WebhookEndpointAdded {
    endpoint: WebhookEndpoint,
    /// Shown once, known nowhere else: what the signatures of its messages are checked with.
    secret: String,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

/// An endpoint's messages are signed with a new secret from here on.
#[derive(SimpleObject)]
pub struct WebhookSecretRotated {
    /// Shown once, known nowhere else: what the signatures of its messages are checked with.
    secret: String,
    /// Until when the secret before it signs beside it.
    earlier_secrets_until: Option<DateTime<Utc>>,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

/// Somebody who gets every digest.
#[derive(Debug, SimpleObject)]
pub struct DigestRecipient {
    id: ID,
    address: Option<String>,
}

/// Somebody gets every digest from here on.
#[derive(Debug, SimpleObject)]
pub struct DigestRecipientAdded {
    recipient_id: ID,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

/// Who gets digests by e-mail.
#[derive(Debug, SimpleObject)]
pub struct DigestMail {
    /// There is a mail server: without one nobody gets any.
    configured: bool,
    /// The owner of a campaign gets its digest.
    to_owners: bool,
    /// Whoever asks wants those of their own campaigns.
    own: bool,
    /// Others who get every digest; only an admin sees them.
    recipients: Vec<DigestRecipient>,
}

outcome! {
    /// The endpoint, or why not.
    WebhookEndpointOutcome = WebhookEndpointAdded;
    /// The new secret, or why not.
    WebhookSecretOutcome = WebhookSecretRotated;
    /// The recipient, or why not.
    DigestRecipientOutcome = DigestRecipientAdded;
}

impl Caller<'_> {
    async fn add_webhook_endpoint(&self, url: &str) -> Result<WebhookEndpointAdded, Problem> {
        let permit = self.permit(Action::Administer)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let added = use_cases::add_webhook_endpoint(ports, &context, url).await?;
        Ok(WebhookEndpointAdded {
            endpoint: WebhookEndpoint {
                id: added.id.global(),
                origin: added.origin,
                earlier_secrets_until: None,
            },
            secret: added.secret.expose_secret().to_owned(),
            position: self.reached(added.position).await?,
        })
    }

    async fn rotate_webhook_secret(&self, id: &ID) -> Result<WebhookSecretRotated, Problem> {
        let permit = self.permit(Action::Administer)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let id = WebhookEndpointId::parse(id)?;
        let rotated = use_cases::rotate_webhook_secret(ports, &context, id).await?;
        Ok(WebhookSecretRotated {
            secret: rotated.secret.expose_secret().to_owned(),
            earlier_secrets_until: rotated.earlier_until,
            position: self.reached(rotated.position).await?,
        })
    }

    async fn add_digest_recipient(&self, address: &str) -> Result<DigestRecipientAdded, Problem> {
        let permit = self.permit(Action::Administer)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let (id, position) = use_cases::add_digest_recipient(ports, &context, address).await?;
        Ok(DigestRecipientAdded {
            recipient_id: id.global(),
            position: self.reached(position).await?,
        })
    }

    async fn digest_mail(&self) -> Result<DigestMail, Problem> {
        let permit = self.permit(Action::Read)?;
        let is_admin = self.permit(Action::Administer).is_ok();
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let settings = use_cases::digest_mail_settings(ports, &context, permit.user(), is_admin).await?;
        let recipients = settings.recipients.into_iter();
        Ok(DigestMail {
            configured: settings.is_configured,
            to_owners: settings.to_owners,
            own: settings.own,
            recipients: recipients
                .map(|r| DigestRecipient {
                    id: r.id.global(),
                    address: r.address,
                })
                .collect(),
        })
    }

    async fn outlet_changed(
        &self,
        changed: Result<Option<domain::Position>, Problem>,
    ) -> Result<OrganizationOutcome, Problem> {
        OrganizationOutcome::of(match changed {
            Ok(position) => Ok(OrganizationChanged {
                position: self.reached(position).await?,
            }),
            Err(problem) => Err(problem),
        })
    }
}

/// Questions about where digests are sent.
#[derive(Debug, Default)]
pub struct OutletQuery;

#[Object]
impl OutletQuery {
    /// The organization's endpoints, oldest first. For admins.
    async fn webhook_endpoints(&self, ctx: &Context<'_>) -> Result<Vec<WebhookEndpoint>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let known = use_cases::webhook_endpoints(&caller.state.ports, &caller.command(&permit)).await?;
        let shown = |e: use_cases::KnownEndpoint| WebhookEndpoint {
            id: e.id.global(),
            origin: e.origin,
            earlier_secrets_until: e.earlier_until,
        };
        Ok(known.into_iter().map(shown).collect())
    }

    /// Who gets digests by e-mail.
    async fn digest_mail(&self, ctx: &Context<'_>) -> Result<DigestMail, Problem> {
        caller(ctx)?.digest_mail().await
    }
}

/// What can be done about where digests are sent.
#[derive(Debug, Default)]
pub struct OutletMutation;

#[Object]
impl OutletMutation {
    /// Has a signed message posted to an address whenever a campaign completes. At most 10 in an organization.
    async fn add_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        url: String,
    ) -> Result<WebhookEndpointOutcome, Problem> {
        WebhookEndpointOutcome::of(caller(ctx)?.add_webhook_endpoint(&url).await)
    }

    /// Signs an endpoint's messages with a new secret. The one before it signs beside it for 24 hours, so that the endpoint has time to
    /// change, and then no more; three can sign at once.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<WebhookSecretOutcome, Problem> {
        WebhookSecretOutcome::of(caller(ctx)?.rotate_webhook_secret(&id).await)
    }

    /// Sends nothing more to an endpoint, what waits included.
    async fn remove_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<OrganizationOutcome, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let (ports, context) = (&caller.state.ports, caller.command(&permit));
        let changed = async {
            let id = WebhookEndpointId::parse(&id)?;
            Ok(use_cases::remove_webhook_endpoint(ports, &context, id).await?)
        };
        caller.outlet_changed(changed.await).await
    }

    /// Has a test message sent to an endpoint; `notifications` says what came of it.
    async fn test_webhook_endpoint(&self, ctx: &Context<'_>, id: ID) -> Result<OrganizationOutcome, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let (ports, context) = (&caller.state.ports, caller.command(&permit));
        let changed = async {
            let id = WebhookEndpointId::parse(&id)?;
            Ok(use_cases::test_webhook_endpoint(ports, &context, id).await?)
        };
        caller.outlet_changed(changed.await).await
    }

    /// Sends every digest to somebody by e-mail. At most 20 in an organization.
    async fn add_digest_recipient(
        &self,
        ctx: &Context<'_>,
        address: String,
    ) -> Result<DigestRecipientOutcome, Problem> {
        DigestRecipientOutcome::of(caller(ctx)?.add_digest_recipient(&address).await)
    }

    /// Sends somebody digests no longer.
    async fn remove_digest_recipient(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<OrganizationOutcome, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let (ports, context) = (&caller.state.ports, caller.command(&permit));
        let changed = async {
            let id = DigestRecipientId::parse(&id)?;
            Ok(use_cases::remove_digest_recipient(ports, &context, id).await?)
        };
        caller.outlet_changed(changed.await).await
    }

    /// Whether the owners of campaigns get their digests by e-mail.
    async fn set_digest_mail_to_owners(
        &self,
        ctx: &Context<'_>,
        wanted: bool,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |_: &Permit| Ok(OrganizationCommand::SetDigestMailToOwners { wanted });
        caller(ctx)?.administer(Action::Administer, command).await
    }

    /// Whether whoever asks wants the digests of their own campaigns by e-mail.
    async fn set_own_digest_mail(
        &self,
        ctx: &Context<'_>,
        wanted: bool,
    ) -> Result<OrganizationOutcome, Problem> {
        let command = |permit: &Permit| {
            Ok(OrganizationCommand::SetOwnDigestMail {
                user: permit.user(),
                wanted,
            })
        };
        caller(ctx)?.administer(Action::ManageOwnMail, command).await
    }

    /// Has a test mail sent to whoever asks; `notifications` says what came of it.
    async fn test_digest_mail(&self, ctx: &Context<'_>) -> Result<OrganizationOutcome, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Administer)?;
        let (ports, context) = (&caller.state.ports, caller.command(&permit));
        let tested = use_cases::test_digest_mail(ports, &context, permit.user()).await;
        caller.outlet_changed(tested.map_err(Problem::from)).await
    }
}
