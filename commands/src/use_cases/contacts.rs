//! Contacts by hand, and consents in bulk. What somebody types in goes the way of a row of a list, so that there is one
//! normaliser; a contact that is there already is answered as such, its blanks filled and nothing overwritten.

use std::{collections::BTreeMap, io::Cursor};

use domain::{
    ContactId, Location, PersonalDetails, Position, Sealed,
    contact::{Consent, Contact, ContactCommand, ContactRefusal},
    import::ContactSource,
};

use crate::{
    context::{CommandContext, Ports},
    error::{CommandError, Refusal},
    execute::retrying,
    people::{contact_id, fill_blanks, fill_location},
    ports::{PortError, PortErrorKind, ReadContact, ReadLimits, RowOutcome, TableChoice},
    stream::{Batch, Loaded, load, load_many},
};

/// A contact as somebody typed it.
#[derive(Clone, Default)]
pub struct NewContact {
    /// The number, in any way of writing a US number.
    pub phone: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Street line of the property.
    pub street: Option<String>,
    /// City of the property.
    pub city: Option<String>,
    /// Postal code or name of the state.
    pub state: Option<String>,
    /// ZIP code.
    pub zip: Option<String>,
    /// Listing status of the property.
    pub listing_status: Option<String>,
}

impl std::fmt::Debug for NewContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewContact([personal])")
    }
}

/// Why what was typed in makes no contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableContact {
    /// A field is not what it should be.
    #[error("{reason}")]
    Field {
        /// Which: `phone`, `email`, `state` or `zip`.
        field: &'static str,
        /// Why, and what to do; without the value.
        reason: String,
    },
    /// It could not be read at all.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A contact by hand: made, or there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddedContact {
    /// The contact.
    pub id: ContactId,
    /// One with this number was there already.
    pub duplicate: bool,
    /// Blanks of the one that was there were filled.
    pub filled: bool,
    /// Where it was recorded; nothing when there was nothing to record.
    pub position: Option<Position>,
}

/// Normalises what somebody typed in, as an import does. Refuses a field that an import would leave out, because here
/// somebody can mend it.
pub async fn read_contact(ports: &Ports, new: &NewContact) -> Result<ReadContact, UnreadableContact> {
    let cells = [
        ("phone", Some(&new.phone)),
        ("first_name", Some(&new.first_name)),
        ("last_name", Some(&new.last_name)),
        ("email", new.email.as_ref()),
        ("street", new.street.as_ref()),
        ("city", new.city.as_ref()),
        ("state", new.state.as_ref()),
        ("zip", new.zip.as_ref()),
        ("listing_status", new.listing_status.as_ref()),
    ];
    let given: BTreeMap<&str, &String> = cells
        .into_iter()
        .filter_map(|(field, value)| Some((field, value?)))
        .filter(|(field, value)| *field == "phone" || !value.trim().is_empty())
        .collect();
    let contact = match read_row(ports, &given).await? {
        Some(RowOutcome::Contact(contact)) => *contact,
        Some(RowOutcome::Rejected(row)) => return Err(wrong("phone", row.error)),
        None => return Err(wrong("phone", "give a US number, such as (760) 555-0120")),
    };
    let kept = [
        (
            "email",
            contact.details.email.is_some(),
            "this is no e-mail address; mend it or leave it out",
        ),
        (
            "state",
            contact.location.state.is_some(),
            "give the state by its postal code, such as CA, or by its name",
        ),
        (
            "zip",
            contact.location.zip.is_some(),
            "give the ZIP code by its five digits",
        ),
    ];
    match kept
        .into_iter()
        .find(|(field, kept, _)| given.contains_key(field) && !kept)
    {
        Some((field, _, reason)) => Err(wrong(field, reason)),
        None => Ok(contact),
    }
}

fn wrong(field: &'static str, reason: impl Into<String>) -> UnreadableContact {
    let reason = reason.into();
    UnreadableContact::Field { field, reason }
}

/// Reads the one row of a list that has these columns, each called as its field.
async fn read_row(ports: &Ports, cells: &BTreeMap<&str, &String>) -> Result<Option<RowOutcome>, PortError> {
    let broken = |e: String| PortError::new(PortErrorKind::Retryable, e);
    let line = serde_json::to_vec(cells).map_err(|e| broken(e.to_string()))?;
    let choice = TableChoice {
        mapping: cells
            .keys()
            .map(|field| ((*field).to_owned(), (*field).to_owned()))
            .collect(),
        ..TableChoice::default()
    };
    let tables = ports.tables.clone();
    let read = move || {
        let mut reader = tables.open(Box::new(Cursor::new(line)), &choice, ReadLimits::default())?;
        reader.next_row().transpose()
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|e| broken(e.to_string()))?
}

/// Adds a contact. One with the same number is answered as a duplicate, with its blanks filled; one that was taken out with
/// its import is made again; one that was erased is refused.
pub async fn add_contact(
    ports: &Ports,
    context: &CommandContext,
    new: &ReadContact,
) -> Result<AddedContact, CommandError> {
    let numbers = [new.phone.clone()];
    let index = ports
        .keys
        .phone_indexes(context.organization, &numbers)
        .await?
        .pop();
    let index = index.ok_or_else(|| CommandError::Journal("no index for a number".into()))?;
    let id = contact_id(context.organization, &index);
    retrying(|| async {
        let mut contact: Loaded<Contact> = load(ports, context.organization, id).await?;
        if contact.state().erased {
            return Err(ContactRefusal::Erased.into());
        }
        let duplicate = contact.state().is_there();
        if duplicate {
            fill(ports, context, id, &mut contact, new).await?;
        } else {
            // One that was taken out with its import keeps its key.
            let known = contact.state().envelope.clone();
            contact.decide(ContactCommand::Create {
                id,
                envelope: seal(ports, context, id, known.as_ref(), &new.details).await?,
                phone_index: index.clone(),
                location: new.location.clone(),
                source: ContactSource::Manual,
                batch: None,
                listing_status: new.listing_status.clone(),
            })?;
        }
        let filled = duplicate && contact.is_changed();
        let mut batch = Batch::new(ports, context);
        batch.add(contact)?;
        Ok(AddedContact {
            id,
            duplicate,
            filled,
            position: batch.commit().await?,
        })
    })
    .await
}

/// Fills blanks of a contact that is there.
async fn fill(
    ports: &Ports,
    context: &CommandContext,
    id: ContactId,
    contact: &mut Loaded<Contact>,
    new: &ReadContact,
) -> Result<(), CommandError> {
    let state = contact.state();
    let (Some(envelope), Some(phone_index)) = (state.envelope.clone(), state.phone_index.clone()) else {
        return Ok(());
    };
    let opened = ports
        .keys
        .open_many(context.organization, &[(id, &envelope)])
        .await?
        .pop();
    let text = opened.ok_or_else(|| CommandError::Journal("nothing was opened".into()))??;
    let mut details: PersonalDetails =
        serde_json::from_str(&text).map_err(|e| CommandError::Unreadable(format!("{:?}", e.classify())))?;
    let is_filled = fill_blanks(&mut details, &new.details);
    let location: Location = fill_location(&state.location, new.location.clone());
    if is_filled || location != state.location {
        contact.decide(ContactCommand::ChangeDetails {
            envelope: seal(ports, context, id, Some(&envelope), &details).await?,
            phone_index,
            location,
            batch: None,
        })?;
    }
    if let (None, Some(status)) = (&contact.state().listing_status, &new.listing_status) {
        let status = status.clone();
        contact.decide(ContactCommand::ChangeListingStatus { status })?;
    }
    Ok(())
}

async fn seal(
    ports: &Ports,
    context: &CommandContext,
    id: ContactId,
    known: Option<&Sealed>,
    details: &PersonalDetails,
) -> Result<Sealed, CommandError> {
    let text = serde_json::to_string(details).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let (keys, organization) = (&ports.keys, context.organization);
    let mut sealed = match known {
        Some(known) => {
            keys.seal_many(organization, &[(id, known, text.as_str())])
                .await?
        }
        None => keys.seal_new(organization, &[(id, text.as_str())]).await?,
    };
    let sealed = sealed.pop();
    sealed.ok_or_else(|| CommandError::Journal("nothing was sealed".into()))
}

/// Records one consent for many contacts, in one request; at most 1,000. Refused as a whole, and said of whom, where somebody revoked
/// consent after it was given.
pub async fn record_consents(
    ports: &Ports,
    context: &CommandContext,
    contacts: &[ContactId],
    consent: &Consent,
) -> Result<Option<Position>, CommandError> {
    retrying(|| async {
        let loaded: Vec<Loaded<Contact>> = load_many(ports, context.organization, contacts).await?;
        let mut batch = Batch::new(ports, context);
        let mut revoked_since = Vec::new();
        for (id, mut contact) in contacts.iter().zip(loaded) {
            let record = ContactCommand::RecordConsent {
                consent: consent.clone(),
                now: ports.clock.now(),
            };
            match contact.decide(record) {
                Ok(()) => {
                    batch.add(contact)?;
                }
                Err(ContactRefusal::ConsentBeforeRevocation { .. }) => revoked_since.push(*id),
                Err(other) => return Err(other.into()),
            }
        }
        if !revoked_since.is_empty() {
            return Err(Refusal::ConsentsBeforeRevocation(revoked_since).into());
        }
        Ok(batch.commit().await?)
    })
    .await
}
