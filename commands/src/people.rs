//! Contacts with their details in the clear, in memory only; and what a second source of the same person adds to the first.

use domain::{
    ContactId, Location, OrganizationId, PersonalDetails, PhoneIndex, Sealed,
    contact::{Contact, ContactRefusal},
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    ports::OpenError,
    stream::{Loaded, load_many},
};

/// Most further numbers of a person that are gathered from several sources: nobody has as many, and a list that gives one number a
/// new one in every row would make a contact without end.
const OTHER_PHONES_MAX: usize = 100;

/// A contact and its details; none when it was erased or the envelope is damaged.
#[derive(Debug)]
pub struct Person {
    /// Its id.
    pub id: ContactId,
    /// The aggregate.
    pub contact: Loaded<Contact>,
    /// The details, or why they can't be had.
    pub details: Result<PersonalDetails, OpenError>,
}

/// Loads contacts and opens their envelopes, in the order asked for: one look-up each for streams and keys.
pub async fn load_people(
    ports: &Ports,
    context: &CommandContext,
    ids: &[ContactId],
) -> Result<Vec<Person>, CommandError> {
    let contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, ids).await?;
    let details = opened(ports, context.organization, ids, &contacts).await?;
    let people = ids.iter().zip(contacts).zip(details);
    Ok(people
        .map(|((id, contact), details)| Person {
            id: *id,
            contact,
            details,
        })
        .collect())
}

/// The details of contacts, in the order asked for: one look-up each for streams and keys.
pub async fn details_of(
    ports: &Ports,
    organization: OrganizationId,
    ids: &[ContactId],
) -> Result<Vec<Result<PersonalDetails, OpenError>>, CommandError> {
    let contacts: Vec<Loaded<Contact>> = load_many(ports, organization, ids).await?;
    opened(ports, organization, ids, &contacts).await
}

async fn opened(
    ports: &Ports,
    organization: OrganizationId,
    ids: &[ContactId],
    contacts: &[Loaded<Contact>],
) -> Result<Vec<Result<PersonalDetails, OpenError>>, CommandError> {
    let sealed: Vec<_> = ids
        .iter()
        .zip(contacts)
        .filter_map(|(id, c)| Some((*id, c.state().envelope.as_ref()?)))
        .collect();
    let mut texts = ports.keys.open_many(organization, &sealed).await?.into_iter();
    let details = contacts.iter().map(|contact| {
        let text = match contact.state().envelope {
            Some(_) => texts.next(),
            None => None,
        };
        match text {
            Some(Ok(text)) => serde_json::from_str(&text).map_err(|_| OpenError::Damaged),
            Some(Err(error)) => Err(error),
            None => Err(OpenError::Erased),
        }
    });
    Ok(details.collect())
}

/// Seals texts about contacts, in their order, each with its contact's key.
///
/// # Errors
/// A contact that is not there or was erased.
pub async fn seal_about(
    ports: &Ports,
    context: &CommandContext,
    texts: &[(ContactId, &str)],
) -> Result<Vec<Sealed>, CommandError> {
    let ids = texts.iter().map(|(id, _)| *id);
    let contacts: Vec<Loaded<Contact>> = load_many(ports, context.organization, ids).await?;
    let mut to_seal = Vec::with_capacity(texts.len());
    for ((id, text), contact) in texts.iter().zip(&contacts) {
        let known = contact.state().envelope.as_ref();
        let known = known.ok_or_else(|| CommandError::from(ContactRefusal::NotFound))?;
        to_seal.push((*id, known, *text));
    }
    Ok(ports.keys.seal_many(context.organization, &to_seal).await?)
}

/// The contact that a number belongs to in an organization. That the id follows from the number is what makes a contact
/// unique: two imports of one number meet in one stream.
pub fn contact_id(organization: OrganizationId, index: &PhoneIndex) -> ContactId {
    ContactId::derived(organization.as_uuid(), index.as_str().as_bytes())
}

/// Fills blanks; never overwrites what is there. Answers whether there were any.
pub(crate) fn fill_blanks(known: &mut PersonalDetails, new: &PersonalDetails) -> bool {
    let mut is_changed = false;
    let names = [
        (&mut known.name, &new.name),
        (&mut known.first_name, &new.first_name),
        (&mut known.last_name, &new.last_name),
    ];
    for (known, new) in names {
        if known.is_empty() && !new.is_empty() {
            known.clone_from(new);
            is_changed = true;
        }
    }
    for (known, new) in [(&mut known.email, &new.email), (&mut known.street, &new.street)] {
        if known.is_none() && new.is_some() {
            known.clone_from(new);
            is_changed = true;
        }
    }
    for phone in &new.other_phones {
        if known.other_phones.len() < OTHER_PHONES_MAX
            && *phone != known.phone
            && !known.other_phones.contains(phone)
        {
            known.other_phones.push(phone.clone());
            is_changed = true;
        }
    }
    for (name, value) in &new.attributes {
        if !known.attributes.contains_key(name) {
            known.attributes.insert(name.clone(), value.clone());
            is_changed = true;
        }
    }
    is_changed
}

/// The same for the coarse location; the area code is the number's and stays.
pub(crate) fn fill_location(known: &Location, new: Location) -> Location {
    Location {
        area_code: known.area_code.clone(),
        state: known.state.or(new.state),
        zip: known.zip.clone().or(new.zip),
        city: known.city.clone().or(new.city),
    }
}
