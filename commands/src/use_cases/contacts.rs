//! Contacts by hand, and consents in bulk.

use domain::{
    ContactId, Location, PersonalDetails, PhoneNumber, Position,
    contact::{Consent, Contact, ContactCommand},
    import::ContactSource,
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    people::contact_id,
    stream::{Batch, Loaded, load, load_many},
};

/// A contact that somebody typed in.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// The number, normalised.
    pub phone: PhoneNumber,
    /// Everything personal; its `phone` is set to the number.
    pub details: PersonalDetails,
    /// The coarse location; its area code is set to the number's.
    pub location: Location,
    /// Listing status of the property.
    pub listing_status: Option<String>,
}

/// Adds a contact. One with the same number is answered as it is.
pub async fn add_contact(
    ports: &Ports,
    context: &CommandContext,
    new: NewContact,
) -> Result<(ContactId, Option<Position>), CommandError> {
    let numbers = [new.phone.clone()];
    let index = ports
        .keys
        .phone_indexes(context.organization, &numbers)
        .await?
        .pop();
    let index = index.ok_or_else(|| CommandError::Journal("no index for a number".into()))?;
    let id = contact_id(context.organization, &index);
    ports
        .keys
        .create_contact_keys(context.organization, &[id])
        .await?;
    let mut details = new.details;
    new.phone.as_e164().clone_into(&mut details.phone);
    let text = serde_json::to_string(&details).map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let sealed = ports
        .keys
        .seal_many(context.organization, &[(id, &text)])
        .await?
        .pop();
    let envelope = sealed.ok_or_else(|| CommandError::Journal("nothing was sealed".into()))?;
    let location = Location {
        area_code: new.phone.area_code().to_owned(),
        ..new.location
    };
    let position = retrying(|| async {
        let mut contact: Loaded<Contact> = load(ports, context.organization, id).await?;
        contact.decide(ContactCommand::Create {
            id,
            envelope: envelope.clone(),
            phone_index: index.clone(),
            location: location.clone(),
            source: ContactSource::Manual,
            batch: None,
            listing_status: new.listing_status.clone(),
        })?;
        let mut batch = Batch::new(ports, context);
        batch.add(contact)?;
        Ok(batch.commit().await?)
    })
    .await?;
    Ok((id, position))
}

/// Records one consent for many contacts, in one request; at most 1,000.
pub async fn record_consents(
    ports: &Ports,
    context: &CommandContext,
    contacts: &[ContactId],
    consent: &Consent,
) -> Result<Option<Position>, CommandError> {
    retrying(|| async {
        let loaded: Vec<Loaded<Contact>> = load_many(ports, context.organization, contacts).await?;
        let mut batch = Batch::new(ports, context);
        for mut contact in loaded {
            contact.decide(ContactCommand::RecordConsent(consent.clone()))?;
            batch.add(contact)?;
        }
        Ok(batch.commit().await?)
    })
    .await
}
