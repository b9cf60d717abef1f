//! The look-up of suppression lists with something that happens right after a look: what a story needs that is about the moment between
//! looking and doing.

use std::sync::Arc;

use async_trait::async_trait;
use commands::{
    Ports,
    ports::{ListInForce, PortError, SuppressionLookup},
};
use domain::{OrganizationId, PhoneIndex};

/// What happens meanwhile.
#[async_trait]
pub trait Meanwhile: Send + Sync + std::fmt::Debug + 'static {
    /// Numbers were looked up and are about to be answered for.
    async fn looked_up(&self, ports: &Ports, organization: OrganizationId, indexes: &[PhoneIndex]);
}

/// The real look-up, and what happens after each look.
#[derive(Debug)]
pub struct OnceLookedUp<M> {
    ports: Ports,
    meanwhile: M,
}

impl<M: Meanwhile> OnceLookedUp<M> {
    /// The ports with this look-up in between.
    pub fn between(ports: Ports, meanwhile: M) -> Ports {
        let suppressions = Arc::new(Self {
            ports: ports.clone(),
            meanwhile,
        });
        Ports {
            suppressions,
            ..ports
        }
    }
}

#[async_trait]
impl<M: Meanwhile> SuppressionLookup for OnceLookedUp<M> {
    async fn in_force(&self, organization: OrganizationId) -> Result<Vec<ListInForce>, PortError> {
        self.ports.suppressions.in_force(organization).await
    }

    async fn lists_of(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError> {
        let found = self.ports.suppressions.lists_of(organization, indexes).await?;
        self.meanwhile.looked_up(&self.ports, organization, indexes).await;
        Ok(found)
    }

    async fn lists_known(
        &self,
        organization: OrganizationId,
        indexes: &[PhoneIndex],
    ) -> Result<Vec<Vec<String>>, PortError> {
        self.ports.suppressions.lists_known(organization, indexes).await
    }
}
