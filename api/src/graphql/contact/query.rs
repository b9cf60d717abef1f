//! Questions about contacts. An auditor's look-up is recorded before it is answered.

use async_graphql::{Context, ID, InputObject, Object, connection::Connection};
use chrono::{DateTime, Utc};
use commands::{
    authorization::{Action, Denied},
    people::contact_id,
};
use domain::{CampaignId, ContactId, ImportBatchId, PhoneNumber};
use projections::queries::{ContactFilter, Page};

use super::{
    super::{
        context::{Caller, caller, visible},
        enums::{CampaignType, ContactStanding},
        error::Problem,
        loaders::{open_contacts, rows},
        node_id::NodeKind,
        paging::{connection, cost, page},
        scalars::Position,
    },
    Contact,
};

/// Which contacts are wanted; absent fields leave all.
#[derive(Debug, Default, InputObject)]
pub struct ContactFilterInput {
    campaign_id: Option<ID>,
    campaign_type: Option<CampaignType>,
    contacted_from: Option<DateTime<Utc>>,
    contacted_until: Option<DateTime<Utc>>,
    #[graphql(default)]
    never_contacted: bool,
    standings: Option<Vec<ContactStanding>>,
    import_id: Option<ID>,
    /// With this number, E.164.
    phone: Option<String>,
}

impl Caller<'_> {
    /// The filter as the read models take it; a number is looked up by its index.
    pub(in crate::graphql) async fn contact_filter(
        &self,
        given: ContactFilterInput,
    ) -> Result<ContactFilter, Problem> {
        let indexes = match given.phone {
            None => vec![],
            Some(phone) => {
                let number: PhoneNumber = phone
                    .parse()
                    .map_err(|e: domain::InvalidPhone| Problem::new("INVALID_PHONE", e.to_string()))?;
                let keys = &self.state.ports.keys;
                keys.phone_indexes(self.organization(), &[number]).await?
            }
        };
        Ok(ContactFilter {
            campaign: given.campaign_id.as_ref().map(CampaignId::parse).transpose()?,
            campaign_kind: given.campaign_type.map(Into::into),
            contacted_from: given.contacted_from,
            contacted_until: given.contacted_until,
            never_contacted: given.never_contacted,
            standings: given
                .standings
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            batch: given.import_id.as_ref().map(ImportBatchId::parse).transpose()?,
            ids: indexes
                .iter()
                .map(|index| contact_id(self.organization(), index))
                .collect(),
            with_merged: false,
        })
    }
}

/// Questions about contacts.
#[derive(Debug, Default)]
pub struct ContactQuery;

#[Object]
impl ContactQuery {
    /// Contacts that the caller sees, newest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ContactFilterInput>,
        first: Option<i32>,
        after: Option<String>,
        min_position: Option<Position>,
    ) -> Result<Connection<String, Contact>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let given = filter.unwrap_or_default();
        let subject = if given.phone.is_some() {
            "contacts-by-number"
        } else {
            "contacts"
        };
        caller.looks_at(&permit, subject.to_owned()).await?;
        let filter = caller.contact_filter(given).await?;
        let request = page(first, after)?;
        let started = request.after.is_some();
        let found = caller
            .state
            .queries
            .contacts(permit.organization(), &visible(&permit), &filter, request)
            .await?;
        let (places, found_rows): (Vec<_>, Vec<_>) = found
            .rows
            .into_iter()
            .map(|(place, summary)| (place, summary.contact))
            .unzip();
        let known = open_contacts(caller.state, &permit, found_rows).await?;
        let opened = Page {
            rows: places.into_iter().zip(known).collect(),
            has_more: found.has_more,
        };
        Ok(connection(opened, started, Contact))
    }

    /// One contact; nothing when it is not there or not the caller's.
    async fn contact(
        &self,
        ctx: &Context<'_>,
        id: ID,
        min_position: Option<Position>,
    ) -> Result<Option<Contact>, Problem> {
        let caller = caller(ctx)?;
        let id = ContactId::parse(&id)?;
        caller.fresh(min_position).await;
        let permit = match caller.contact(Action::Read, id).await {
            Ok((permit, _)) => permit,
            Err(problem) if problem == Problem::from(Denied::NotFound("contact")) => return Ok(None),
            Err(problem) => return Err(problem),
        };
        caller.looks_at(&permit, format!("contact:{id}")).await?;
        Ok(rows(ctx)?.load_one(id).await?.map(Contact))
    }
}
