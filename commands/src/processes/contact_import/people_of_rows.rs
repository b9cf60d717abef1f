//! What the rows of a list do to contacts: a number that nobody has makes one, a known one has its blanks filled, and what the
//! source says against contact is taken over.

use std::{borrow::Cow, collections::HashSet};

use domain::{
    ContactId, ImportBatchId, Location, PersonalDetails, PhoneIndex, PhoneNumber, Sealed, Subject,
    contact::{Contact, ContactCommand},
    import::{ContactSource, FoldedRowRecord},
};

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    people::{fill_blanks, fill_location},
    ports::{ReadContact, StreamAppend},
    stream::{CommonMetadata, Loaded, json_text},
};

/// Why a contact is marked, or a number suppressed, when its source says so.
pub(super) const SOURCE_SAYS_SO: &str = "the imported list says so";

/// Room for most people's details as JSON text.
const DETAILS_BYTES: usize = 512;

/// A person's details: many people are held at once, so that most are held as the text that will be sealed, a third of the size.
#[derive(Clone)]
enum Details {
    Text(String),
    /// Into which more rows may fold.
    Open(Box<PersonalDetails>),
}

impl Details {
    fn text(&self) -> Result<Cow<'_, str>, CommandError> {
        match self {
            Self::Text(text) => Ok(Cow::Borrowed(text)),
            Self::Open(details) => json(details).map(Cow::Owned),
        }
    }

    fn read(&self) -> Result<Cow<'_, PersonalDetails>, CommandError> {
        match self {
            Self::Text(text) => {
                let read = serde_json::from_str(text);
                read.map(Cow::Owned)
                    .map_err(|e| CommandError::Unreadable(format!("details: {:?}", e.classify())))
            }
            Self::Open(details) => Ok(Cow::Borrowed(details)),
        }
    }
}

/// A person of a list.
#[derive(Clone)]
pub(super) struct Newcomer {
    pub(super) id: ContactId,
    pub(super) index: PhoneIndex,
    /// Number of the row in the file, from 1.
    pub(super) row: u64,
    pub(super) location: Location,
    pub(super) listing_status: Option<String>,
    /// Rows whose source marks the person as not to be contacted.
    pub(super) marks: u32,
    /// Further numbers of theirs that the source marks as not to be called.
    pub(super) forbidden: Vec<PhoneNumber>,
    /// Later rows of its number that folded into it.
    pub(super) folded: Vec<FoldedRowRecord>,
    details: Details,
    /// Bytes of text that will be sealed, about: what later rows fill in is little.
    pub(super) text_bytes: usize,
}

impl Newcomer {
    pub(super) fn new(id: ContactId, index: PhoneIndex, row: ReadContact) -> Result<Self, CommandError> {
        let details = json(&row.details)?;
        Ok(Self {
            id,
            index,
            row: row.row,
            location: row.location,
            listing_status: row.listing_status,
            marks: u32::from(row.do_not_contact),
            forbidden: row.forbidden_phones,
            folded: vec![],
            text_bytes: details.len(),
            details: Details::Text(details),
        })
    }

    /// Takes in a later row of the same number: it fills blanks, and its mark against contact counts for both.
    pub(super) fn fold_in(&mut self, row: &ReadContact) -> Result<(), CommandError> {
        let filled = self.fill(&row.details)?;
        self.marks += u32::from(row.do_not_contact);
        self.forbidden.extend_from_slice(&row.forbidden_phones);
        self.folded.push(FoldedRowRecord {
            row: row.row,
            contact: self.id,
            in_file: true,
            filled,
        });
        Ok(())
    }

    /// Takes in another person of the same number, without its rows.
    pub(super) fn fold_in_person(&mut self, other: &Self) -> Result<(), CommandError> {
        self.fill(other.details.read()?.as_ref())?;
        self.marks += other.marks;
        Ok(())
    }

    fn fill(&mut self, new: &PersonalDetails) -> Result<bool, CommandError> {
        let mut known = match std::mem::replace(&mut self.details, Details::Text(String::new())) {
            Details::Open(details) => details,
            text @ Details::Text(_) => Box::new(text.read()?.into_owned()),
        };
        let is_changed = fill_blanks(&mut known, new);
        self.details = Details::Open(known);
        Ok(is_changed)
    }
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
enum ToSeal<'a> {
    /// A key of its own.
    New(Cow<'a, str>),
    /// The key that the contact has.
    Known(Sealed, Cow<'a, str>),
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
        let mark = (person.marks > 0 && !contact.state().erased).then(|| ContactCommand::MarkDoNotContact {
            reason: SOURCE_SAYS_SO.to_owned(),
            by: None,
        });
        let (phone_index, location) = (person.index.clone(), person.location.clone());
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
                listing_status: person.listing_status.clone(),
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
async fn texts<'a>(
    ports: &Ports,
    context: &CommandContext,
    people: &'a [Newcomer],
    contacts: &[Loaded<Contact>],
) -> Result<Vec<ToSeal<'a>>, CommandError> {
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
            (None, false) => ToSeal::New(person.details.text()?),
            // One that was taken out with its import keeps its key.
            (Some(envelope), false) => ToSeal::Known(envelope.clone(), person.details.text()?),
            (Some(envelope), true) => {
                let known = opened.next().and_then(Result::ok);
                match known.and_then(|text| serde_json::from_str::<PersonalDetails>(&text).ok()) {
                    Some(mut known) => {
                        if fill_blanks(&mut known, person.details.read()?.as_ref()) {
                            ToSeal::Known(envelope.clone(), Cow::Owned(json(&known)?))
                        } else {
                            ToSeal::Nothing
                        }
                    }
                    None => ToSeal::Nothing,
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
    texts: &[ToSeal<'_>],
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
