//! What the rows of a list do to contacts: a number that nobody has makes one, a known one has its blanks filled, and what the
//! source says against contact is taken over.

use std::collections::HashSet;

use domain::{
    ContactId, ImportBatchId, PersonalDetails, PhoneIndex, Sealed, Subject,
    contact::{Contact, ContactCommand},
    import::ContactSource,
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    people::{fill_blanks, fill_location},
    ports::{ReadContact, StreamAppend},
    stream::{CommonMetadata, Loaded, json_text},
};

/// Why a contact is marked when its source says so.
const SOURCE_SAYS_SO: &str = "the imported list says so";

/// Room for most people's details as JSON text.
const DETAILS_BYTES: usize = 512;

/// A person of a list.
#[derive(Clone)]
pub(super) struct Newcomer {
    pub(super) id: ContactId,
    pub(super) index: PhoneIndex,
    pub(super) row: Box<ReadContact>,
}

/// What was decided.
#[derive(Default)]
pub(super) struct Decided {
    /// Contacts that are made.
    pub(super) created: HashSet<ContactId>,
    /// Contacts that had blanks filled.
    pub(super) filled: HashSet<ContactId>,
    /// What is appended to their streams.
    pub(super) appends: Vec<StreamAppend>,
}

/// A text to be sealed for a person, and by which key.
enum ToSeal {
    /// A key of its own.
    New(String),
    /// The key that the contact has.
    Known(Sealed, String),
    /// There is nothing new to record.
    Nothing,
}

/// Decides on people, each with its contact as loaded.
pub(super) async fn decide(
    ports: &Ports,
    context: &CommandContext,
    people: &[Newcomer],
    contacts: Vec<Loaded<Contact>>,
    (source, batch): (ContactSource, Option<ImportBatchId>),
) -> Result<Decided, CommandError> {
    let texts = texts(ports, context, people, &contacts).await?;
    let mut sealed = seal(ports, context, people, &texts).await?.into_iter();
    let common = CommonMetadata::new(ports, context)?;
    let mut decided = Decided {
        appends: Vec::with_capacity(people.len()),
        ..Decided::default()
    };
    for ((person, contact), text) in people.iter().zip(contacts).zip(&texts) {
        let envelope = match text {
            ToSeal::Nothing => None,
            ToSeal::New(_) | ToSeal::Known(..) => sealed.next(),
        };
        let mark = (person.row.do_not_contact && !contact.state().erased).then(|| {
            ContactCommand::MarkDoNotContact {
                reason: SOURCE_SAYS_SO.to_owned(),
                by: None,
            }
        });
        let (phone_index, location) = (person.index.clone(), person.row.location.clone());
        let change = envelope.map(|envelope| {
            if contact.state().is_there() {
                decided.filled.insert(person.id);
                let location = fill_location(&contact.state().location, location);
                return ContactCommand::ChangeDetails {
                    envelope,
                    phone_index,
                    location,
                    batch,
                };
            }
            decided.created.insert(person.id);
            ContactCommand::Create {
                id: person.id,
                envelope,
                phone_index,
                location,
                source,
                batch,
                listing_status: person.row.listing_status.clone(),
            }
        });
        let about = Subject {
            campaign: None,
            contact: Some(person.id),
        };
        let append = contact.conclude([change, mark].into_iter().flatten(), about, (ports, &common))?;
        decided.appends.extend(append);
    }
    Ok(decided)
}

/// The details to be sealed: all of them for a contact that is made, the union for a known one that had blanks. An erased
/// contact is left alone.
async fn texts(
    ports: &Ports,
    context: &CommandContext,
    people: &[Newcomer],
    contacts: &[Loaded<Contact>],
) -> Result<Vec<ToSeal>, CommandError> {
    let known: Vec<(ContactId, &Sealed)> = people
        .iter()
        .zip(contacts)
        .filter(|(_, contact)| contact.state().is_there())
        .filter_map(|(person, contact)| Some((person.id, contact.state().envelope.as_ref()?)))
        .collect();
    let mut opened = ports
        .keys
        .open_many(context.organization, &known)
        .await?
        .into_iter();
    let mut texts = Vec::with_capacity(people.len());
    for (person, contact) in people.iter().zip(contacts) {
        let state = contact.state();
        let text = match (&state.envelope, state.is_there()) {
            _ if state.erased => ToSeal::Nothing,
            (None, true) => ToSeal::Nothing,
            (None, false) => ToSeal::New(json(&person.row.details)?),
            // One that was taken out with its import keeps its key.
            (Some(envelope), false) => ToSeal::Known(envelope.clone(), json(&person.row.details)?),
            (Some(envelope), true) => {
                let before: Option<PersonalDetails> = opened
                    .next()
                    .and_then(Result::ok)
                    .and_then(|text| serde_json::from_str(&text).ok());
                match before.map(|before| (fill_blanks(before.clone(), &person.row.details), before)) {
                    Some((after, before)) if after != before => {
                        ToSeal::Known(envelope.clone(), json(&after)?)
                    }
                    _ => ToSeal::Nothing,
                }
            }
        };
        texts.push(text);
    }
    Ok(texts)
}

fn json(details: &PersonalDetails) -> Result<String, CommandError> {
    json_text(details, DETAILS_BYTES)
}

/// Seals what is to be sealed, in the people's order: one statement for the new keys, one look-up for the known ones.
async fn seal(
    ports: &Ports,
    context: &CommandContext,
    people: &[Newcomer],
    texts: &[ToSeal],
) -> Result<Vec<Sealed>, CommandError> {
    let mut new: Vec<(ContactId, &str)> = Vec::with_capacity(people.len());
    let mut known: Vec<(ContactId, &Sealed, &str)> = vec![];
    for (person, text) in people.iter().zip(texts) {
        match text {
            ToSeal::New(text) => new.push((person.id, text)),
            ToSeal::Known(envelope, text) => known.push((person.id, envelope, text)),
            ToSeal::Nothing => {}
        }
    }
    let mut of_new = sealed_or_none(ports.keys.seal_new(context.organization, &new).await?);
    let mut of_known = sealed_or_none(ports.keys.seal_many(context.organization, &known).await?);
    let missing = || CommandError::Journal("a text was not sealed".into());
    texts
        .iter()
        .filter_map(|text| match text {
            ToSeal::New(_) => Some(of_new.next()),
            ToSeal::Known(..) => Some(of_known.next()),
            ToSeal::Nothing => None,
        })
        .map(|sealed| sealed.ok_or_else(missing))
        .collect()
}

fn sealed_or_none(sealed: Vec<Sealed>) -> impl Iterator<Item = Sealed> {
    sealed.into_iter()
}
