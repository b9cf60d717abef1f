//! Addresses that other programs push contacts to. An address is shown once, when it is made; an admin sees whose there are.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::{Action, Permit},
    ports,
    use_cases::{self, AddressReach},
};
use domain::InboundAddressId;

use super::super::{
    context::{Caller, caller},
    enums::ContactSource,
    error::{Problem, outcome},
    node_id::NodeKind,
};
use crate::auth::{hash_of, new_secret};

/// An address that another program pushes contacts to, without its secret.
#[derive(Debug, SimpleObject)]
pub struct InboundAddress {
    id: ID,
    source: ContactSource,
    /// The campaign that the contacts go to; nothing for the contact list alone.
    campaign_id: Option<ID>,
    /// In whose name contacts come in.
    user_id: ID,
    created_at: DateTime<Utc>,
    /// To the minute.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<ports::InboundAddress> for InboundAddress {
    fn from(address: ports::InboundAddress) -> Self {
        Self {
            id: address.id.global(),
            source: address.source.into(),
            campaign_id: address.campaign.map(NodeKind::global),
            user_id: address.user.global(),
            created_at: address.created_at,
            last_used_at: address.last_used_at,
        }
    }
}

/// An address was made.
#[derive(SimpleObject)]
pub struct InboundAddressCreated {
    /// Shown once, known nowhere else: whoever has it can push.
    url: String,
    address: InboundAddress,
}

/// Nothing comes in by the address any more.
#[derive(Debug, SimpleObject)]
pub struct InboundAddressRevoked {
    address_id: ID,
}

outcome! {
    /// The address, or why not.
    InboundAddressOutcome = InboundAddressCreated;
    /// The end of an address, or why not.
    InboundRevocationOutcome = InboundAddressRevoked;
}

impl Caller<'_> {
    /// Whose addresses the caller deals with.
    fn reach(&self, permit: &Permit) -> AddressReach {
        if self.permit(Action::Administer).is_ok() {
            AddressReach::All
        } else {
            AddressReach::Own(permit.user())
        }
    }

    async fn create_inbound_address(
        &self,
        source: ContactSource,
        campaign: Option<&ID>,
    ) -> Result<InboundAddressCreated, Problem> {
        let (permit, campaign) = self.may_import_into(campaign).await?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let secret = new_secret();
        let hash = hash_of(&secret);
        let made =
            use_cases::create_inbound_address(ports, &context, source.into(), campaign, permit.user(), &hash);
        let address = made.await?;
        let base = &self.state.settings.public_base_url;
        Ok(InboundAddressCreated {
            url: format!("{base}/inbound/contacts/{secret}"),
            address: address.into(),
        })
    }

    async fn revoke_inbound_address(&self, address: &ID) -> Result<InboundAddressRevoked, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let id = InboundAddressId::parse(address)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        use_cases::revoke_inbound_address(ports, &context, id, self.reach(&permit)).await?;
        Ok(InboundAddressRevoked {
            address_id: id.global(),
        })
    }
}

/// Questions about inbound addresses.
#[derive(Debug, Default)]
pub struct InboundAddressQuery;

#[Object]
impl InboundAddressQuery {
    /// The inbound addresses of whoever asks, oldest first; an admin sees everybody's.
    async fn inbound_addresses(&self, ctx: &Context<'_>) -> Result<Vec<InboundAddress>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let (ports, context) = (&caller.state.ports, caller.command(&permit));
        let addresses = use_cases::inbound_addresses(ports, &context, caller.reach(&permit)).await?;
        Ok(addresses.into_iter().map(InboundAddress::from).collect())
    }
}

/// What can be done about inbound addresses.
#[derive(Debug, Default)]
pub struct InboundAddressMutation;

#[Object]
impl InboundAddressMutation {
    /// Makes an address that a program such as Zapier pushes contacts to, in the name of whoever makes it. At most 20 in an
    /// organization.
    async fn create_inbound_address(
        &self,
        ctx: &Context<'_>,
        source: ContactSource,
        #[graphql(desc = "The campaign that the contacts go to; nothing for the contact list alone.")]
        campaign_id: Option<ID>,
    ) -> Result<InboundAddressOutcome, Problem> {
        let caller = caller(ctx)?;
        let made = caller.create_inbound_address(source, campaign_id.as_ref());
        InboundAddressOutcome::of(made.await)
    }

    /// Revokes an address: a push to it is answered as if it had never been.
    async fn revoke_inbound_address(
        &self,
        ctx: &Context<'_>,
        address_id: ID,
    ) -> Result<InboundRevocationOutcome, Problem> {
        InboundRevocationOutcome::of(caller(ctx)?.revoke_inbound_address(&address_id).await)
    }
}
