//! The history of a contact as evidence: one archive with what the screen shows, every event as it lies in the journal with its proof, the
//! recordings and the rules; and the check of such an archive, which needs no database, no network and no trust in whoever made it.

mod bundle;
mod check;
mod history;
mod names;

pub use bundle::{BundleError, Evidence, make_bundle};
pub use check::{Claim, Report, UnreadableBundle, check_bundle};

use commands::transparency::{PROOF_EVENTS_MAX, ProofScope};
use domain::{ContactId, OrganizationId};
use projections::queries::{QueryError, ReadModels};

/// What the proof of a contact's history looks at; one more than can be proven, so that it is noticed.
pub async fn proof_scope(
    queries: &dyn ReadModels,
    organization: OrganizationId,
    contact: ContactId,
) -> Result<ProofScope, QueryError> {
    let limit = PROOF_EVENTS_MAX as u32 + 1;
    let places = queries.history_places(organization, contact, limit).await?;
    Ok(ProofScope {
        streams: places.streams,
        positions: places.positions,
    })
}
