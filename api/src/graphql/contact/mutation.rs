//! Contacts by hand: made, consents, opt-outs, marks.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{authorization::Action, execute::execute, use_cases};
use domain::{
    ContactId,
    contact::{Consent, Contact as Aggregate, ContactCommand},
};

use super::{
    super::{
        context::{Caller, caller},
        enums::{ConsentForm, OptOutChannel},
        error::{Problem, outcome},
        loaders::rows,
        node_id::{NodeKind, parse_all},
        scalars::Position,
    },
    Contact,
};

/// Most contacts that one recorded consent covers.
const CONSENTS_MAX: usize = 1_000;

/// A contact by hand.
#[derive(InputObject)]
pub struct NewContactInput {
    /// In any way of writing a US number.
    phone: String,
    #[graphql(default)]
    first_name: String,
    #[graphql(default)]
    last_name: String,
    email: Option<String>,
    street: Option<String>,
    city: Option<String>,
    /// Postal code or name of the state.
    state: Option<String>,
    zip: Option<String>,
    listing_status: Option<String>,
}

/// A consent with what an auditor asks about it.
#[derive(Debug, InputObject)]
pub struct ConsentInput {
    form: ConsentForm,
    /// The seller that it names.
    seller: String,
    /// SHA-256 of the disclosure that was shown, hex.
    disclosure_sha256: String,
    captured_at: DateTime<Utc>,
    /// By what means, such as `web form`.
    how: String,
    /// Where the proof lies; a reference, no personal data.
    evidence: Option<String>,
}

/// The contact was changed, or was so already.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ContactChanged {
    /// The contact.
    pub contact_id: ID,
    /// Pass it as `minPosition` to read what was written.
    pub position: Position,
}

#[ComplexObject]
impl ContactChanged {
    /// The contact as it is now.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(Some(self.position)).await;
        let id = ContactId::parse(&self.contact_id)?;
        caller.contact(Action::Read, id).await?;
        Ok(rows(ctx)?.load_one(id).await?.map(Contact))
    }
}

/// The contact was made, or one with its number was there already.
#[derive(Debug, SimpleObject)]
pub struct ContactAdded {
    /// One with this number was there already.
    duplicate: bool,
    /// Blanks of the one that was there were filled; nothing is ever overwritten.
    filled: bool,
    /// The contact, made or found.
    change: ContactChanged,
}

/// Consents were recorded.
#[derive(Debug, SimpleObject)]
pub struct ConsentsRecorded {
    contacts: u64,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

outcome! {
    /// The contact, or why not.
    ContactOutcome = ContactChanged;
    /// The contact that was added, or why not.
    AddContactOutcome = ContactAdded;
    /// The consents, or why not.
    ConsentOutcome = ConsentsRecorded;
}

impl Caller<'_> {
    async fn add_contact(&self, new: NewContactInput) -> Result<ContactAdded, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let typed = use_cases::NewContact {
            phone: new.phone,
            first_name: new.first_name,
            last_name: new.last_name,
            email: new.email,
            street: new.street,
            city: new.city,
            state: new.state,
            zip: new.zip,
            listing_status: new.listing_status,
        };
        let read = use_cases::read_contact(&self.state.ports, &typed).await?;
        let context = self.command(&permit);
        let added = use_cases::add_contact(&self.state.ports, &context, &read).await?;
        Ok(ContactAdded {
            duplicate: added.duplicate,
            filled: added.filled,
            change: ContactChanged {
                contact_id: added.id.global(),
                position: self.reached(added.position).await?,
            },
        })
    }

    async fn change_contact(&self, id: &ID, command: ContactCommand) -> Result<ContactOutcome, Problem> {
        let changed = async {
            let contact = ContactId::parse(id)?;
            let (permit, _) = self.contact(Action::WriteContacts, contact).await?;
            let context = self.command(&permit);
            let appended = execute::<Aggregate>(&self.state.ports, &context, contact, command).await?;
            Ok(ContactChanged {
                contact_id: id.clone(),
                position: self.reached(appended).await?,
            })
        };
        ContactOutcome::of(changed.await)
    }

    async fn record_consent(&self, ids: &[ID], given: ConsentInput) -> Result<ConsentsRecorded, Problem> {
        let contacts: Vec<ContactId> = parse_all(ids)?;
        if contacts.is_empty() || contacts.len() > CONSENTS_MAX {
            return Err(Problem::new("INVALID", "name 1 to 1,000 contacts"));
        }
        for contact in &contacts {
            self.contact(Action::WriteContacts, *contact).await?;
        }
        let permit = self.permit(Action::WriteContacts)?;
        let consent = Consent {
            form: given.form.into(),
            seller: given.seller,
            disclosure_sha256: given.disclosure_sha256,
            captured_at: given.captured_at,
            how: given.how,
            evidence: given.evidence,
        };
        let context = self.command(&permit);
        let appended = use_cases::record_consents(&self.state.ports, &context, &contacts, &consent).await?;
        Ok(ConsentsRecorded {
            contacts: contacts.len() as u64,
            position: self.reached(appended).await?,
        })
    }
}

/// Everything that can be done to contacts.
#[derive(Debug, Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Makes a contact. The same number again is the same contact: its blanks are filled, nothing is overwritten.
    async fn add_contact(
        &self,
        ctx: &Context<'_>,
        input: NewContactInput,
    ) -> Result<AddContactOutcome, Problem> {
        AddContactOutcome::of(caller(ctx)?.add_contact(input).await)
    }

    /// Records one consent of each of these contacts; at most 1,000 at a time. Refused for all of them, with the contacts in the
    /// refusal's details, when some revoked consent after this one was given.
    #[graphql(complexity = "100 + child_complexity")]
    async fn record_consent(
        &self,
        ctx: &Context<'_>,
        contact_ids: Vec<ID>,
        consent: ConsentInput,
    ) -> Result<ConsentOutcome, Problem> {
        ConsentOutcome::of(caller(ctx)?.record_consent(&contact_ids, consent).await)
    }

    /// Records that consent ended.
    async fn revoke_consent(
        &self,
        ctx: &Context<'_>,
        id: ID,
        how: String,
    ) -> Result<ContactOutcome, Problem> {
        let caller = caller(ctx)?;
        let at = caller.state.ports.clock.now();
        caller
            .change_contact(&id, ContactCommand::RevokeConsent { how, at })
            .await
    }

    /// Records that the person wants no more voicemails.
    async fn opt_out(
        &self,
        ctx: &Context<'_>,
        id: ID,
        channel: OptOutChannel,
    ) -> Result<ContactOutcome, Problem> {
        let channel = channel.into();
        caller(ctx)?
            .change_contact(&id, ContactCommand::OptOut { channel })
            .await
    }

    /// Forbids all contact.
    async fn mark_do_not_contact(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<ContactOutcome, Problem> {
        let caller = caller(ctx)?;
        let by = Some(caller.principal().user);
        caller
            .change_contact(&id, ContactCommand::MarkDoNotContact { reason, by })
            .await
    }

    /// Allows contact again.
    async fn lift_do_not_contact(
        &self,
        ctx: &Context<'_>,
        id: ID,
        reason: String,
    ) -> Result<ContactOutcome, Problem> {
        let caller = caller(ctx)?;
        let by = caller.principal().user;
        caller
            .change_contact(&id, ContactCommand::LiftDoNotContact { reason, by })
            .await
    }
}
