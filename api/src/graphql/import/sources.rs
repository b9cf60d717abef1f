//! Imports of what is no file: a pick of contacts that are there, a pull out of a connected account, a push by a program.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use bytes::Bytes;
use commands::{
    authorization::{Action, Denied},
    use_cases::{
        ContactPush, PICKED_CONTACTS_MAX, PullRequested, pick_contacts, push_contacts,
        start_import_from_connection,
    },
};
use domain::{ConnectionId, ContactId, ImportBatchId, import::ContactSource as Source};
use projections::queries::{ContactFilter, PageRequest};
use serde_json::{Map, Value};

use super::{
    super::{
        contact::ContactFilterInput,
        context::{Caller, caller, visible},
        enums::ContactSource,
        error::{Problem, outcome},
        node_id::{NodeKind, parse_all},
        scalars::Position,
    },
    Import,
    mutation::ImportOutcome,
};

/// Most contacts that are named one by one.
const NAMED_MAX: usize = 10_000;
/// Contacts whose sight is checked at once.
const SEEN_AT_ONCE: usize = 1_000;
/// Ids fetched at once when a filter says which.
const IDS_AT_ONCE: u32 = 500;

/// Contacts were put into a campaign.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ContactsPicked {
    /// The import that it is recorded as.
    import_id: ID,
    /// Contacts that were named: the sum of the next three.
    rows: u64,
    /// Contacts that are new in the campaign.
    added: u64,
    /// Contacts that were in the campaign already.
    duplicates: u64,
    /// Contacts that are not there.
    rejected: u64,
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

#[ComplexObject]
impl ContactsPicked {
    /// The import as it is now.
    #[graphql(name = "import")]
    async fn import_now(&self, ctx: &Context<'_>) -> Result<Option<Import>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(Some(self.position)).await;
        caller.import(ImportBatchId::parse(&self.import_id)?).await
    }
}

outcome! {
    /// What was picked, or why nothing was.
    PickOutcome = ContactsPicked;
}

/// A contact that a program pushes. At least one phone is needed.
#[derive(Default, InputObject)]
pub struct PushedContactInput {
    /// In any way of writing a US number.
    phone: Option<String>,
    mobile_phone: Option<String>,
    home_phone: Option<String>,
    work_phone: Option<String>,
    /// The full name; first and last name are better where they are known.
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    listing_status: Option<String>,
    /// The person must not be contacted.
    #[graphql(default)]
    do_not_contact: bool,
    /// What else is known, by template variable.
    #[graphql(default)]
    attributes: Vec<AttributeInput>,
}

/// Something that is known of a contact, for a template variable.
#[derive(InputObject)]
pub struct AttributeInput {
    /// 1 to 40 letters a-z, digits and underscores.
    name: String,
    value: String,
}

impl PushedContactInput {
    /// As a row: fields by the names that a mapping has for them.
    fn into_row(self) -> Map<String, Value> {
        let forbidden = self.do_not_contact.then(|| "yes".to_owned());
        let cells = [
            ("phone", self.phone),
            ("mobile_phone", self.mobile_phone),
            ("home_phone", self.home_phone),
            ("work_phone", self.work_phone),
            ("owner_name", self.name),
            ("first_name", self.first_name),
            ("last_name", self.last_name),
            ("email", self.email),
            ("street", self.street),
            ("city", self.city),
            ("state", self.state),
            ("zip", self.zip),
            ("listing_status", self.listing_status),
            ("do_not_contact", forbidden),
        ];
        let attributes = self.attributes.into_iter().map(|a| (a.name, a.value.into()));
        let fields = cells
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
        // A field of ours is not overwritten by an attribute of its name.
        attributes.chain(fields).collect()
    }
}

impl Caller<'_> {
    async fn pick_contacts(
        &self,
        campaign: &ID,
        named: Option<Vec<ID>>,
        filter: Option<ContactFilterInput>,
    ) -> Result<ContactsPicked, Problem> {
        let (permit, campaign) = self.may_import_into(Some(campaign)).await?;
        let campaign = campaign.ok_or(Denied::NotFound("campaign"))?;
        let ids = match (named, filter) {
            (Some(named), None) => self.seen_of(parse_all(&named)?).await?,
            (None, Some(filter)) => self.all_of(&self.contact_filter(filter).await?).await?,
            _ => {
                return Err(Problem::new(
                    "INVALID",
                    "say which contacts: either by contactIds or by a filter",
                ));
            }
        };
        let context = self.command(&permit);
        let picked = pick_contacts(&self.state.ports, &context, campaign, &ids).await?;
        Ok(ContactsPicked {
            import_id: picked.batch.global(),
            rows: picked.totals.rows,
            added: picked.totals.created,
            duplicates: picked.totals.duplicates,
            rejected: picked.totals.rejected,
            position: self.reached(picked.position).await?,
        })
    }

    /// The named contacts; one that the caller does not see becomes one that nobody has, which is answered alike.
    async fn seen_of(&self, named: Vec<ContactId>) -> Result<Vec<ContactId>, Problem> {
        if named.len() > NAMED_MAX {
            let message = "name at most 10,000 contacts, or say by a filter which";
            return Err(Problem::new("INVALID", message));
        }
        let permit = self.permit(Action::Read)?;
        let sight = visible(&permit);
        let mut seen = std::collections::HashSet::with_capacity(named.len());
        for some in named.chunks(SEEN_AT_ONCE) {
            let queries = &self.state.queries;
            seen.extend(queries.contacts_seen(permit.organization(), &sight, some).await?);
        }
        let nobody = |id: ContactId| ContactId::derived(id.as_uuid(), b"not seen");
        Ok(named
            .into_iter()
            .map(|id| if seen.contains(&id) { id } else { nobody(id) })
            .collect())
    }

    /// All contacts that the caller sees and the filter leaves.
    async fn all_of(&self, filter: &ContactFilter) -> Result<Vec<ContactId>, Problem> {
        let permit = self.permit(Action::Read)?;
        let sight = visible(&permit);
        let (mut ids, mut page) = (vec![], PageRequest::first(IDS_AT_ONCE));
        loop {
            let queries = &self.state.queries;
            let found = queries
                .contact_ids(permit.organization(), &sight, filter, page)
                .await?;
            let (end, more) = (found.end().copied(), found.has_more);
            ids.extend(found.into_rows());
            if !more || end.is_none() || ids.len() > PICKED_CONTACTS_MAX {
                return Ok(ids);
            }
            page = PageRequest {
                after: end,
                limit: IDS_AT_ONCE,
            };
        }
    }

    async fn push_contacts(
        &self,
        contacts: Vec<PushedContactInput>,
        idempotency_key: String,
        campaign: Option<&ID>,
        source: Option<ContactSource>,
    ) -> Result<super::mutation::ImportBegun, Problem> {
        let (permit, campaign) = self.may_import_into(campaign).await?;
        let mut lines = Vec::new();
        for contact in contacts {
            let line = serde_json::to_vec(&contact.into_row()).map_err(Problem::fault)?;
            lines.extend(line);
            lines.push(b'\n');
        }
        let push = ContactPush {
            source: source.map_or(Source::ApiIntegration, Into::into),
            campaign,
            contacts_ndjson: Bytes::from(lines),
            idempotency_key,
            started_by: permit.user(),
        };
        let started = push_contacts(&self.state.ports, &self.command(&permit), push).await?;
        self.begun(started).await
    }

    async fn start_pull(
        &self,
        connection: &ID,
        list: Option<String>,
        campaign: Option<&ID>,
        pull_key: String,
        full: bool,
    ) -> Result<super::mutation::ImportBegun, Problem> {
        let (permit, campaign) = self.may_import_into(campaign).await?;
        let connection = ConnectionId::parse(connection)?;
        let pull = PullRequested {
            campaign,
            connection,
            list,
            pull_key,
            full,
        };
        let context = self.command(&permit);
        let started = start_import_from_connection(&self.state.ports, &context, pull, permit.user()).await?;
        self.begun(started).await
    }
}

/// What can be imported without a file.
#[derive(Debug, Default)]
pub struct SourceMutation;

#[Object]
impl SourceMutation {
    /// Puts contacts that are there into a campaign: up to 10,000 by id, or all that a filter leaves, up to 100,000. It is
    /// recorded as an import of the source `DATABASE`.
    #[graphql(complexity = "100 + child_complexity")]
    async fn pick_contacts(
        &self,
        ctx: &Context<'_>,
        campaign_id: ID,
        contact_ids: Option<Vec<ID>>,
        filter: Option<ContactFilterInput>,
    ) -> Result<PickOutcome, Problem> {
        PickOutcome::of(
            caller(ctx)?
                .pick_contacts(&campaign_id, contact_ids, filter)
                .await,
        )
    }

    /// Pulls the contacts of a connected account, or of one of its lists, and imports them. Where earlier pulls into the same
    /// place stand, only what changed since. The same key again is the same pull.
    async fn start_import_from_connection(
        &self,
        ctx: &Context<'_>,
        connection_id: ID,
        list: Option<String>,
        campaign_id: Option<ID>,
        pull_key: String,
        #[graphql(
            default,
            desc = "All contacts, and not only what changed since the last pull."
        )]
        full: bool,
    ) -> Result<ImportOutcome, Problem> {
        let caller = caller(ctx)?;
        let pull = caller.start_pull(&connection_id, list, campaign_id.as_ref(), pull_key, full);
        ImportOutcome::of(pull.await)
    }

    /// Imports contacts that a program sends, at most 1,000. The same key again is the same push: send it again until an
    /// answer comes.
    #[graphql(complexity = "100 + child_complexity")]
    async fn push_contacts(
        &self,
        ctx: &Context<'_>,
        contacts: Vec<PushedContactInput>,
        idempotency_key: String,
        campaign_id: Option<ID>,
        source: Option<ContactSource>,
    ) -> Result<ImportOutcome, Problem> {
        let caller = caller(ctx)?;
        let push = caller.push_contacts(contacts, idempotency_key, campaign_id.as_ref(), source);
        ImportOutcome::of(push.await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pushed_contact_is_a_row_of_our_own_fields() {
        let contact = PushedContactInput {
            phone: Some("760-555-0120".to_owned()),
            name: Some("Ada Moreno".to_owned()),
            do_not_contact: true,
            attributes: vec![
                AttributeInput {
                    name: "pool".to_owned(),
                    value: "yes".to_owned(),
                },
                AttributeInput {
                    name: "phone".to_owned(),
                    value: "1".to_owned(),
                },
            ],
            ..PushedContactInput::default()
        };
        let row = Value::Object(contact.into_row());
        assert_eq!(
            row,
            serde_json::json!({
                "phone": "760-555-0120", "owner_name": "Ada Moreno", "do_not_contact": "yes", "pool": "yes"
            })
        );
    }
}
