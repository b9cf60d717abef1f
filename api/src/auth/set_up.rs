//! The first admin of an installation. While there is no organization, the server prints a link; whoever has it founds one and is its
//! admin. Once there is one, the link does nothing.

use std::time::Duration;

use commands::{
    CommandContext, CommandError,
    ports::{JournalError, PortError},
    use_cases::{Founder, MemberProfile, found_organization},
};
use domain::{CorrelationId, OrganizationId, UserId};
use projections::queries::QueryError;
use uuid::Uuid;

use super::{InvalidPassword, email_index, hash_password};
use crate::state::AppState;

/// Keeps the link's secret, and the id that follows from it, apart from other keyed MACs. It follows from the master key alone, so that
/// every process of an installation prints and takes the same link, and nothing has to be kept.
const PURPOSE: &str = "set up";
/// How long the read models get to learn of an organization.
const ORGANIZATION_WAIT: Duration = Duration::from_secs(2);
/// Longest name of a person, bytes.
const NAME_BYTES_MAX: usize = 200;
/// Longest e-mail address, bytes (RFC 5321, 4.5.3.1.3).
const EMAIL_BYTES_MAX: usize = 254;

/// Why an installation is not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// No such link.
    #[error("this is not the link that the server printed; copy it whole")]
    WrongLink,
    /// Somebody was quicker.
    #[error("this installation has its first admin; sign in, or ask them to let you in")]
    Done,
    /// Too many attempts.
    #[error("too many attempts; wait a quarter of an hour")]
    TooMany,
    /// A name is missing or too long.
    #[error("say what you are called, in at most {NAME_BYTES_MAX} characters")]
    Name,
    /// The address can't be one.
    #[error("give an e-mail address such as pat@example.com")]
    Email,
    /// The password is none that is taken.
    #[error(transparent)]
    Password(#[from] InvalidPassword),
    /// The organization was not founded.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Accounts can't be read or written.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Organizations can't be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Who sets an installation up, and what for.
pub struct FirstAdmin {
    /// The brokerage's name.
    pub organization: String,
    /// What the admin is called.
    pub name: String,
    /// Where the admin is written to, and signs in by.
    pub email: String,
    /// What the admin signs in with.
    pub password: String,
}

impl std::fmt::Debug for FirstAdmin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FirstAdmin([personal])")
    }
}

/// The link, while there is no organization.
pub async fn set_up_link(state: &AppState) -> Result<Option<String>, SetUpError> {
    let base = &state.settings.public_base_url;
    let secret = state.ports.keys.sign(PURPOSE, "link");
    Ok(is_first_run(state)
        .await?
        .then(|| format!("{base}/set-up/{secret}")))
}

/// Founds the first organization. `address` is where the request comes from; attempts are counted by it.
pub async fn set_up(
    state: &AppState,
    secret: &str,
    first: FirstAdmin,
    address: &str,
) -> Result<(OrganizationId, UserId), SetUpError> {
    if !state.sign_ins.admit(&format!("set up {address}"), state.now()) {
        return Err(SetUpError::TooMany);
    }
    let (ports, accounts) = (&state.ports, &state.accounts);
    if !ports.keys.verify(PURPOSE, "link", secret) {
        return Err(SetUpError::WrongLink);
    }
    if !is_first_run(state).await? {
        return Err(SetUpError::Done);
    }
    let profile = profile(first.name, &first.email)?;
    let hash = hash_password(first.password).await?;
    // Of two who are let through at once the journal takes one: the organization's id follows from the master key, the admin's from
    // the address. The same person again is the same admin.
    let seed = ports.keys.sign(PURPOSE, "organization");
    let organization = OrganizationId::derived(Uuid::nil(), seed.as_bytes());
    let admin = UserId::derived(organization.as_uuid(), profile.email.as_bytes());
    ports.keys.ensure_organization(organization).await?;
    let sealed = ports
        .keys
        .seal_for_organization(organization, &profile.email)
        .await?;
    let index = email_index(ports.keys.as_ref(), &profile.email);
    if !accounts.set_email(organization, admin, &index, &sealed).await? {
        return Err(SetUpError::Email);
    }
    accounts.set_password(admin, &hash, state.now()).await?;
    let correlation = CorrelationId::from_uuid(ports.ids.next());
    let context = CommandContext::system(organization, "set_up", correlation, None);
    let founder = Founder {
        organization,
        name: first.organization,
        demonstration: false,
        admin,
        profile,
    };
    // Last: until it is in the journal the account signs nobody in.
    let founded = found_organization(ports, &context, founder).await?;
    if let Some(position) = founded {
        state.queries.wait_for(position, ORGANIZATION_WAIT).await;
    }
    Ok((organization, admin))
}

/// Whether nobody has set it up yet. What is behind can't tell, and says no.
async fn is_first_run(state: &AppState) -> Result<bool, SetUpError> {
    let head = state.ports.journal.head().await?;
    let is_current = state.queries.wait_for(head, ORGANIZATION_WAIT).await;
    Ok(is_current && state.queries.organizations().await?.is_empty())
}

fn profile(name: String, email: &str) -> Result<MemberProfile, SetUpError> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(SetUpError::Name);
    }
    let email = email.trim().to_lowercase();
    if !email.contains('@') || email.len() > EMAIL_BYTES_MAX {
        return Err(SetUpError::Email);
    }
    Ok(MemberProfile { name, email })
}
