//! Tickets: what is asked for and by whom, signed, in a link that can be opened without headers for a while. The signature says that
//! voicedrop made the link for that person; what they may see is looked up again when it is opened. Refuses a ticket that was
//! changed, has expired, is for something else, or is of somebody who has left.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use commands::{access, authorization::Permit, authorization::Principal};
use domain::{OrganizationId, UserId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{HttpError, audio::LINK_SECONDS};
use crate::state::AppState;

/// Longest ticket that is looked at, bytes.
const TICKET_BYTES_MAX: usize = 8 << 10;
/// Length of a signature, hex.
const SIGNATURE_CHARS: usize = 64;

/// What is signed.
#[derive(Serialize, Deserialize)]
struct Claims<T> {
    organization: OrganizationId,
    user: UserId,
    /// Seconds since 1970 UTC.
    expires: i64,
    what: T,
}

/// A ticket and when it becomes void.
#[derive(Debug)]
pub struct Ticket {
    /// For a query string as it is.
    pub text: String,
    /// From here on it opens nothing.
    pub expires_at: DateTime<Utc>,
}

/// A query string with a ticket.
#[derive(Deserialize)]
pub struct Presented {
    ticket: String,
}

/// Makes a ticket for the holder of a permit; `purpose` keeps uses apart.
pub fn issue<T: Serialize>(state: &AppState, permit: &Permit, purpose: &str, what: T) -> Ticket {
    let expires = state.now().timestamp() + LINK_SECONDS;
    let claims = Claims {
        organization: permit.organization(),
        user: permit.user(),
        expires,
        what,
    };
    // Claims are plain structures of ours; what can't be written makes a ticket that opens nothing.
    let written = serde_json::to_vec(&claims).unwrap_or_default();
    let body = URL_SAFE_NO_PAD.encode(written);
    let signature = state.ports.keys.sign(purpose, &body);
    Ticket {
        text: format!("{body}.{signature}"),
        expires_at: DateTime::from_timestamp(expires, 0).unwrap_or_default(),
    }
}

/// Who presents a ticket, with the role of this moment, and what it is for.
pub async fn redeem<T: DeserializeOwned>(
    state: &AppState,
    purpose: &str,
    presented: &Presented,
) -> Result<(Principal, T), HttpError> {
    let void = HttpError::link_void;
    if presented.ticket.len() > TICKET_BYTES_MAX {
        return Err(void());
    }
    let (body, signature) = presented.ticket.split_once('.').ok_or_else(void)?;
    let good = state.ports.keys.verify(purpose, body, signature);
    if !good || signature.len() != SIGNATURE_CHARS {
        return Err(void());
    }
    let written = URL_SAFE_NO_PAD.decode(body).map_err(|_| void())?;
    let claims: Claims<T> = serde_json::from_slice(&written).map_err(|_| void())?;
    if claims.expires <= state.now().timestamp() {
        return Err(void());
    }
    let principal = access::principal(&state.ports, claims.organization, claims.user).await?;
    Ok((principal.ok_or_else(void)?, claims.what))
}
