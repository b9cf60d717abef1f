//! Contacts, as the list of contacts shows them.

use projections::{
    Code,
    queries::{ContactFilter, ContactPlace},
};

use super::{BrokenOff, ERASED, Source, Table, broken_off, cells::Line, request};

pub(super) struct Contacts {
    pub(super) filter: ContactFilter,
}

impl Table for Contacts {
    const HEADER: &'static str = "name,first_name,last_name,phone,email,street,city,state,zip,source,listing_status,standing,\
         do_not_contact_reason,consent,consent_seller,consent_given_at,consent_revoked,last_contacted_at,campaigns,added_at,contact_id";
    type Place = ContactPlace;

    async fn page(
        &self,
        source: &Source,
        after: Option<ContactPlace>,
    ) -> Result<(String, Option<ContactPlace>), BrokenOff> {
        let found =
            source
                .queries
                .contacts(source.organization, &source.visible, &self.filter, request(after));
        let page = found.await.map_err(broken_off)?;
        let end = page.end().cloned().filter(|_| page.has_more);
        let rows = page.into_rows();
        let ids: Vec<_> = rows.iter().map(|row| row.contact.contact_id).collect();
        let details = source.details(&ids).await?;
        let mut lines = String::new();
        for (row, details) in rows.iter().zip(details) {
            let c = &row.contact;
            let line = match &details {
                Some(d) => Line::default()
                    .text(&d.name)
                    .text(&d.first_name)
                    .text(&d.last_name)
                    .phone(&d.phone)
                    .opt_text(d.email.as_deref())
                    .opt_text(d.street.as_deref()),
                None => (0..6).fold(Line::default(), |line, _| line.text(ERASED)),
            };
            line.opt_text(c.city.as_deref())
                .opt_text(c.state.as_ref().map(domain::UsState::code))
                .opt_text(c.zip.as_deref())
                .text(c.source.code())
                .opt_text(c.listing_status.as_deref())
                .text(c.standing.code())
                .opt_text(c.do_not_contact_reason.as_deref())
                .opt_text(c.consent_form.map(Code::code))
                .opt_text(c.consent_seller.as_deref())
                .instant(c.consent_at)
                .text(if c.consent_revoked { "yes" } else { "no" })
                .instant(c.last_contacted_at)
                .number(row.campaigns)
                .instant(Some(c.created_at))
                .text(&c.contact_id.to_string())
                .end(&mut lines);
        }
        Ok((lines, end))
    }
}
