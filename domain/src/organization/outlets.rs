//! Where an organization has its digests sent: endpoints of other programs, and people by e-mail. Addresses and secrets are not here but
//! under keys; an endpoint shows its origin alone, because the rest of an address may be a secret.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Organization, OrganizationCommand as C, OrganizationEvent as E, OrganizationRefusal as R};
use crate::{DigestRecipientId, Sealed, UserId, WebhookEndpointId, WebhookSecretId};

/// Most endpoints of an organization.
pub const WEBHOOK_ENDPOINTS_MAX: usize = 10;

/// Most people besides the owners of campaigns who get digests.
pub const DIGEST_RECIPIENTS_MAX: usize = 20;

/// How long a secret signs beside the one that follows it: a receiver takes the new one over meanwhile.
pub const WEBHOOK_SECRETS_OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Most secrets of an endpoint that sign at once; each is a signature in the header of every message.
const WEBHOOK_SECRETS_MAX: usize = 3;

/// What messages to an endpoint are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningSecret {
    /// The secret, which lies under the organization's key.
    pub id: WebhookSecretId,
    /// Until when it signs; nothing for the newest.
    pub until: Option<DateTime<Utc>>,
}

impl SigningSecret {
    fn signs(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// An endpoint of another program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Scheme, host and port.
    pub origin: String,
    /// Its secrets, newest first.
    pub secrets: Vec<SigningSecret>,
}

impl Webhook {
    /// What a message of this moment is signed with, newest first.
    pub fn signing(&self, now: DateTime<Utc>) -> impl Iterator<Item = WebhookSecretId> {
        self.secrets.iter().filter(move |s| s.signs(now)).map(|s| s.id)
    }

    /// What signs no more.
    pub fn ended(&self, now: DateTime<Utc>) -> impl Iterator<Item = WebhookSecretId> {
        self.secrets.iter().filter(move |s| !s.signs(now)).map(|s| s.id)
    }

    /// Until when secrets before the newest sign; nothing when none does.
    pub fn earlier_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let signing = self.secrets.iter().filter(|s| s.signs(now));
        signing.filter_map(|s| s.until).max()
    }

    fn rotate(&mut self, secret: WebhookSecretId, earlier_until: DateTime<Utc>) {
        for earlier in &mut self.secrets {
            earlier.until.get_or_insert(earlier_until);
        }
        self.secrets.insert(
            0,
            SigningSecret {
                id: secret,
                until: None,
            },
        );
        // No more than these can sign at once, so what is older has ended.
        self.secrets.truncate(WEBHOOK_SECRETS_MAX);
    }
}

/// Who gets digests, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlets {
    /// Endpoints of other programs.
    pub webhooks: BTreeMap<WebhookEndpointId, Webhook>,
    /// The owner of a campaign gets its digest by e-mail.
    pub mail_to_owners: bool,
    /// Owners who do not want it.
    pub declined: BTreeSet<UserId>,
    /// Others who get every digest: their sealed addresses.
    pub recipients: BTreeMap<DigestRecipientId, Sealed>,
}

impl Default for Outlets {
    /// The owner of a campaign is told how it went.
    fn default() -> Self {
        Self {
            webhooks: BTreeMap::new(),
            mail_to_owners: true,
            declined: BTreeSet::new(),
            recipients: BTreeMap::new(),
        }
    }
}

impl Outlets {
    /// Whether the owner of a campaign gets its digest by e-mail.
    pub fn mails_owner(&self, owner: UserId) -> bool {
        self.mail_to_owners && !self.declined.contains(&owner)
    }

    pub(super) fn take_in(&mut self, event: &E) {
        match event {
            E::WebhookEndpointAdded { endpoint_id, origin } => {
                let first = SigningSecret {
                    id: WebhookSecretId::first_of(*endpoint_id),
                    until: None,
                };
                let webhook = Webhook {
                    origin: origin.clone(),
                    secrets: vec![first],
                };
                self.webhooks.insert(*endpoint_id, webhook);
            }
            E::WebhookSecretRotated {
                endpoint_id,
                secret_id,
                earlier_until,
            } => {
                if let Some(webhook) = self.webhooks.get_mut(endpoint_id) {
                    webhook.rotate(*secret_id, *earlier_until);
                }
            }
            E::WebhookEndpointRemoved { endpoint_id } => {
                self.webhooks.remove(endpoint_id);
            }
            E::DigestRecipientAdded {
                recipient_id,
                address,
            } => {
                self.recipients.insert(*recipient_id, address.clone());
            }
            E::DigestRecipientRemoved { recipient_id } => {
                self.recipients.remove(recipient_id);
            }
            E::DigestMailToOwnersSet { wanted } => self.mail_to_owners = *wanted,
            E::OwnDigestMailSet { user_id, wanted } => {
                if *wanted {
                    self.declined.remove(user_id);
                } else {
                    self.declined.insert(*user_id);
                }
            }
            _ => {}
        }
    }
}

impl Organization {
    pub(super) fn outlet(&self, command: C) -> Result<Vec<E>, R> {
        let outlets = &self.outlets;
        match command {
            C::AddWebhookEndpoint { .. }
            | C::RemoveWebhookEndpoint { .. }
            | C::RotateWebhookSecret { .. }
            | C::TestWebhookEndpoint { .. } => self.webhook(command),
            C::AddDigestRecipient { .. } | C::RemoveDigestRecipient { .. } => self.recipient(command),
            C::SetDigestMailToOwners { wanted } => {
                let changes = outlets.mail_to_owners != wanted;
                let set = E::DigestMailToOwnersSet { wanted };
                Ok(if changes { vec![set] } else { vec![] })
            }
            C::SetOwnDigestMail { user, wanted } => {
                if !self.members.contains_key(&user) {
                    return Err(R::NotAMember);
                }
                let changes = outlets.declined.contains(&user) == wanted;
                let set = E::OwnDigestMailSet {
                    user_id: user,
                    wanted,
                };
                Ok(if changes { vec![set] } else { vec![] })
            }
            C::TestDigestMail { user } => {
                if !self.members.contains_key(&user) {
                    return Err(R::NotAMember);
                }
                Ok(vec![E::DigestMailTestRequested { user_id: user }])
            }
            C::ReplayNotification { notification } => Ok(vec![E::NotificationReplayRequested {
                notification_id: notification,
            }]),
            _ => Ok(vec![]),
        }
    }

    fn webhook(&self, command: C) -> Result<Vec<E>, R> {
        let webhooks = &self.outlets.webhooks;
        match command {
            C::AddWebhookEndpoint { endpoint, origin } => {
                if webhooks.contains_key(&endpoint) {
                    return Ok(vec![]);
                }
                if webhooks.len() >= WEBHOOK_ENDPOINTS_MAX {
                    return Err(R::TooManyWebhookEndpoints);
                }
                Ok(vec![E::WebhookEndpointAdded {
                    endpoint_id: endpoint,
                    origin,
                }])
            }
            C::RemoveWebhookEndpoint { endpoint } => {
                let known = webhooks.contains_key(&endpoint);
                let removed = E::WebhookEndpointRemoved {
                    endpoint_id: endpoint,
                };
                Ok(if known { vec![removed] } else { vec![] })
            }
            C::RotateWebhookSecret { endpoint, secret, at } => {
                let webhook = webhooks.get(&endpoint).ok_or(R::UnknownWebhookEndpoint)?;
                if webhook.secrets.iter().any(|known| known.id == secret) {
                    return Ok(vec![]);
                }
                if webhook.signing(at).count() >= WEBHOOK_SECRETS_MAX {
                    return Err(R::TooManyWebhookSecrets);
                }
                Ok(vec![E::WebhookSecretRotated {
                    endpoint_id: endpoint,
                    secret_id: secret,
                    earlier_until: at + WEBHOOK_SECRETS_OVERLAP,
                }])
            }
            C::TestWebhookEndpoint { endpoint } => {
                if !webhooks.contains_key(&endpoint) {
                    return Err(R::UnknownWebhookEndpoint);
                }
                Ok(vec![E::WebhookTestRequested {
                    endpoint_id: endpoint,
                }])
            }
            _ => Ok(vec![]),
        }
    }

    fn recipient(&self, command: C) -> Result<Vec<E>, R> {
        let recipients = &self.outlets.recipients;
        match command {
            C::AddDigestRecipient { recipient, address } => {
                if recipients.contains_key(&recipient) {
                    return Ok(vec![]);
                }
                if recipients.len() >= DIGEST_RECIPIENTS_MAX {
                    return Err(R::TooManyDigestRecipients);
                }
                Ok(vec![E::DigestRecipientAdded {
                    recipient_id: recipient,
                    address,
                }])
            }
            C::RemoveDigestRecipient { recipient } => {
                let known = recipients.contains_key(&recipient);
                let removed = E::DigestRecipientRemoved {
                    recipient_id: recipient,
                };
                Ok(if known { vec![removed] } else { vec![] })
            }
            _ => Ok(vec![]),
        }
    }
}
