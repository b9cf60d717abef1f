//! Addresses that other programs push contacts to, in the name of whoever made them. An address whose owner has left, or may no
//! longer write, answers like one that never was.

use bytes::Bytes;
use domain::{Actor, CampaignId, CorrelationId, InboundAddressId, UserId, import::ContactSource};
use sha2::{Digest, Sha256};

use super::{ContactPush, IDEMPOTENCY_KEY_CHARS_MAX, StartedImport, push_contacts};
use crate::{
    authorization::Denied,
    context::{CommandContext, Ports},
    error::CommandError,
    ports::InboundAddress,
};

/// Most addresses of an organization.
pub const INBOUND_ADDRESSES_MAX: u32 = 20;

/// Whose addresses somebody deals with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressReach {
    /// Their own.
    Own(UserId),
    /// Everybody's in the organization.
    All,
}

impl AddressReach {
    fn covers(self, address: &InboundAddress) -> bool {
        match self {
            Self::Own(user) => address.user == user,
            Self::All => true,
        }
    }
}

/// Makes an address; `token_hash` is SHA-256 of its secret, hex, which is known nowhere else.
pub async fn create_inbound_address(
    ports: &Ports,
    context: &CommandContext,
    source: ContactSource,
    campaign: Option<CampaignId>,
    by: UserId,
    token_hash: &str,
) -> Result<InboundAddress, CommandError> {
    let address = InboundAddress {
        id: InboundAddressId::from_uuid(ports.ids.next()),
        organization: context.organization,
        user: by,
        campaign,
        source,
        created_at: ports.clock.now(),
        last_used_at: None,
    };
    let added = ports
        .inbound
        .add(token_hash, address.clone(), INBOUND_ADDRESSES_MAX);
    if added.await? {
        Ok(address)
    } else {
        Err(CommandError::invalid(
            "an organization has at most 20 inbound addresses; revoke one that is not used",
        ))
    }
}

/// The addresses within reach, oldest first.
pub async fn inbound_addresses(
    ports: &Ports,
    context: &CommandContext,
    reach: AddressReach,
) -> Result<Vec<InboundAddress>, CommandError> {
    let mut addresses = ports.inbound.of_organization(context.organization).await?;
    addresses.retain(|address| reach.covers(address));
    Ok(addresses)
}

/// Revokes an address: nothing comes in by it from here on. One out of reach is not found.
pub async fn revoke_inbound_address(
    ports: &Ports,
    context: &CommandContext,
    id: InboundAddressId,
    reach: AddressReach,
) -> Result<(), CommandError> {
    let within = inbound_addresses(ports, context, reach).await?;
    let known = within.iter().any(|address| address.id == id);
    if known && ports.inbound.remove(context.organization, id).await? {
        return Ok(());
    }
    Err(Denied::NotFound("inbound address").into())
}

/// Takes contacts that come in by an address, one JSON object a line. Without a key the same contacts again are the same push.
pub async fn push_to_address(
    ports: &Ports,
    token_hash: &str,
    contacts_ndjson: Bytes,
    key: Option<&str>,
    correlation: CorrelationId,
) -> Result<(InboundAddress, StartedImport), CommandError> {
    let address = ports.inbound.find(token_hash, ports.clock.now()).await?;
    let address = address.ok_or(Denied::NotFound("inbound address"))?;
    let push = ContactPush {
        source: address.source,
        campaign: address.campaign,
        idempotency_key: push_key(&address, key, &contacts_ndjson)?,
        contacts_ndjson,
        started_by: address.user,
    };
    let context = CommandContext {
        organization: address.organization,
        actor: Actor::User(address.user),
        correlation,
        causation: None,
        occurred_at: None,
    };
    match push_contacts(ports, &context, push).await {
        Ok(started) => Ok((address, started)),
        // Why it may not is its owner's business, not the sender's.
        Err(CommandError::Denied(_)) => Err(Denied::NotFound("inbound address").into()),
        Err(other) => Err(other),
    }
}

/// Two addresses never share a key: their senders do not know of each other.
fn push_key(address: &InboundAddress, key: Option<&str>, content: &[u8]) -> Result<String, CommandError> {
    let hash = Sha256::new()
        .chain_update(b"inbound\0")
        .chain_update(address.id.as_uuid().as_bytes());
    let hash = match key.map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) if key.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX => {
            return Err(CommandError::invalid(
                "an idempotency key has at most 255 characters; leave it out or make it shorter",
            ));
        }
        Some(key) => hash.chain_update(b"key\0").chain_update(key),
        None => hash.chain_update(b"content\0").chain_update(content),
    };
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::OrganizationId;
    use uuid::Uuid;

    use super::*;

    fn address(n: u128) -> InboundAddress {
        InboundAddress {
            id: InboundAddressId::from_uuid(Uuid::from_u128(n)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
            user: UserId::from_uuid(Uuid::from_u128(2)),
            campaign: None,
            source: ContactSource::MojoDialer,
            created_at: DateTime::UNIX_EPOCH,
            last_used_at: None,
        }
    }

    #[test]
    fn a_push_is_told_apart_by_its_address_and_by_its_key_or_content() {
        let key = |n, key, content: &[u8]| push_key(&address(n), key, content).unwrap();
        assert_eq!(key(1, Some("7"), b"a"), key(1, Some(" 7 "), b"b"));
        assert_ne!(key(1, Some("7"), b"a"), key(2, Some("7"), b"a"));
        assert_eq!(key(1, None, b"a"), key(1, Some(" "), b"a"));
        assert_ne!(key(1, None, b"a"), key(1, None, b"b"));
        assert_ne!(key(1, None, b"a"), key(1, Some("a"), b"a"));
        assert!(push_key(&address(1), Some(&"k".repeat(256)), b"a").is_err());
    }
}
