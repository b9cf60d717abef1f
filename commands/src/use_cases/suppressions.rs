//! Suppression lists: a file to load, a number to put on or take off.

use chrono::{DateTime, Utc};
use domain::{
    ListLoadId, PhoneNumber, Position, UsState,
    organization::Organization,
    suppression::{ListKind, ListLoad, SuppressionCommand, SuppressionList},
};

use crate::{
    authorization::Permit,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{PortError, PortErrorKind},
    stream::{Loaded, load},
};

/// A file of numbers that somebody wants in force.
#[derive(Debug, Clone)]
pub struct ListFile {
    /// Which list.
    pub kind: ListKind,
    /// Whose registry, for a state's.
    pub state: Option<UsState>,
    /// Where the file lies.
    pub blob_key: String,
    /// SHA-256 of it, hex.
    pub sha256: String,
    /// The publisher's name of the version.
    pub version: String,
    /// When it was obtained.
    pub obtained_at: DateTime<Utc>,
    /// The organization's own subscription account number; nothing for the one in its settings.
    pub san: Option<String>,
    /// It holds changes, not all numbers.
    pub is_change: bool,
}

/// Starts loading a file. The same file of the same version again does nothing.
///
/// # Errors
/// What the list refuses, such as a federal list without a subscription account number or an older version than the one in force.
pub async fn load_suppression_list(
    ports: &Ports,
    permit: &Permit,
    context: &CommandContext,
    file: ListFile,
) -> Result<Option<Position>, CommandError> {
    let list = file.kind.list_of(context.organization, file.state);
    let san = match (file.san, file.kind) {
        (None, ListKind::FederalDnc) => {
            let organization = context.organization;
            let organization: Loaded<Organization> = load(ports, organization, organization).await?;
            organization.state().settings.subscription_account_number.clone()
        }
        (given, _) => given,
    };
    let name = format!(
        "{}\0{}\0{}",
        file.sha256,
        file.version,
        file.obtained_at.to_rfc3339()
    );
    let loading = ListLoad {
        id: ListLoadId::derived(list.as_uuid(), name.as_bytes()),
        blob_key: file.blob_key,
        sha256: file.sha256,
        version: file.version,
        obtained_at: file.obtained_at,
        state: file.state,
        san,
        is_change: file.is_change,
        by: permit.user(),
    };
    let command = SuppressionCommand::StartLoad {
        id: list,
        list: file.kind,
        load: loading,
        now: ports.clock.now(),
    };
    execute::<SuppressionList>(ports, context, list, command).await
}

/// Puts a number on the organization's own list, or takes it off. Numbers that a file brought stay until a file takes them off.
///
/// # Errors
/// Without a reason.
pub async fn set_suppressed(
    ports: &Ports,
    context: &CommandContext,
    number: &PhoneNumber,
    is_suppressed: bool,
    reason: String,
) -> Result<Option<Position>, CommandError> {
    let indexes = ports
        .keys
        .phone_indexes(context.organization, std::slice::from_ref(number))
        .await?;
    let phone_index = indexes
        .into_iter()
        .next()
        .ok_or_else(|| PortError::new(PortErrorKind::Retryable, "no index for a number"))?;
    let list = ListKind::Internal;
    let id = list.list_of(context.organization, None);
    let command = if is_suppressed {
        SuppressionCommand::Add {
            id,
            list,
            phone_index,
            reason,
            expires_at: None,
        }
    } else {
        SuppressionCommand::Expire {
            id,
            phone_index,
            reason,
        }
    };
    execute::<SuppressionList>(ports, context, id, command).await
}
