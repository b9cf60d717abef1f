//! Where an organization has its digests sent: endpoints of other programs, and people by e-mail. Addresses and secrets are not here but
//! under keys; an endpoint shows its origin alone, because the rest of an address may be a secret.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Organization, OrganizationCommand as C, OrganizationEvent as E, OrganizationRefusal as R};
use crate::{DigestRecipientId, Sealed, UserId, WebhookEndpointId};

/// Most endpoints of an organization.
pub const WEBHOOK_ENDPOINTS_MAX: usize = 10;

/// Most people besides the owners of campaigns who get digests.
pub const DIGEST_RECIPIENTS_MAX: usize = 20;

/// Who gets digests, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlets {
    /// Endpoints of other programs: scheme and host.
    pub webhooks: BTreeMap<WebhookEndpointId, String>,
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
                self.webhooks.insert(*endpoint_id, origin.clone());
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
            C::AddWebhookEndpoint { endpoint, origin } => {
                if outlets.webhooks.contains_key(&endpoint) {
                    return Ok(vec![]);
                }
                if outlets.webhooks.len() >= WEBHOOK_ENDPOINTS_MAX {
                    return Err(R::TooManyWebhookEndpoints);
                }
                Ok(vec![E::WebhookEndpointAdded {
                    endpoint_id: endpoint,
                    origin,
                }])
            }
            C::RemoveWebhookEndpoint { endpoint } => {
                let known = outlets.webhooks.contains_key(&endpoint);
                let removed = E::WebhookEndpointRemoved {
                    endpoint_id: endpoint,
                };
                Ok(if known { vec![removed] } else { vec![] })
            }
            C::TestWebhookEndpoint { endpoint } => {
                if !outlets.webhooks.contains_key(&endpoint) {
                    return Err(R::UnknownWebhookEndpoint);
                }
                Ok(vec![E::WebhookTestRequested {
                    endpoint_id: endpoint,
                }])
            }
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
