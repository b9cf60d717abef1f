//! Which hand-off called which number, for reports that name no reference of ours.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AttemptId, OrganizationId, PhoneNumber, ScriptId};

use super::PortError;

/// A hand-off, as a report may be about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOver {
    /// The tenant.
    pub organization: OrganizationId,
    /// The script.
    pub script: ScriptId,
    /// The hand-off.
    pub attempt: AttemptId,
    /// When the carrier was first called for it.
    pub called_at: DateTime<Utc>,
}

/// The register of hand-offs by number and by the carrier's own id. Holds no number that can be read.
#[async_trait]
pub trait DropRegister: Send + Sync + std::fmt::Debug {
    /// Enters a hand-off before the carrier is called; entering it again changes nothing.
    async fn enter(&self, drop: HandedOver, number: &PhoneNumber) -> Result<(), PortError>;

    /// Takes a hand-off out that provably did not happen; no report can be about it.
    async fn withdraw(&self, attempt: AttemptId) -> Result<(), PortError>;

    /// Notes the reference under which the carrier took a hand-off.
    async fn taken_as(&self, attempt: AttemptId, message_id: &str) -> Result<(), PortError>;

    /// Notes the carrier's own ids of drops, once it has said them; a hand-off keeps the first.
    async fn bind(&self, drops: Vec<(AttemptId, String)>) -> Result<(), PortError>;

    /// The hand-offs of which the carrier has said these ids; an id that fits two is left out.
    async fn by_drops(&self, drop_ids: &[String]) -> Result<HashMap<String, HandedOver>, PortError>;

    /// The hand-offs that the carrier took under these references; one that fits two is left out.
    async fn by_messages(&self, message_ids: &[String]) -> Result<HashMap<String, HandedOver>, PortError>;

    /// All hand-offs that called each number, in the order of the numbers.
    async fn by_numbers(&self, numbers: &[PhoneNumber]) -> Result<Vec<Vec<HandedOver>>, PortError>;
}
