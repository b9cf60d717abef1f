//! What became of the voicemails of a campaign, contact by contact. Whether one was played is not guessed where the carrier does not say.

use domain::{ContactId, script::DeliveryStatus};
use projections::{
    Code,
    digest::{failure_words, rule_words},
    models::CampaignRow,
    queries::{CampaignContact, CampaignContactFilter},
};

use super::{BrokenOff, ERASED, NOT_REPORTED, Source, Table, broken_off, cells::Line, request};

pub(super) struct Deliveries {
    pub(super) campaign: CampaignRow,
    pub(super) filter: CampaignContactFilter,
}

impl Deliveries {
    /// Whether it was played: nothing while it does not lie in the mailbox.
    const fn listened(&self, delivery: DeliveryStatus) -> &'static str {
        match delivery {
            DeliveryStatus::Listened => "yes",
            DeliveryStatus::Delivered if self.campaign.listening_reported => "no",
            DeliveryStatus::Delivered => NOT_REPORTED,
            _ => "",
        }
    }

    /// The cells of what the carrier did.
    fn carrier(&self, line: Line, contact: &CampaignContact) -> Line {
        let (delivery, script) = (contact.delivery(), contact.script.as_ref());
        let failed = script.filter(|_| delivery == DeliveryStatus::Failed);
        line.text(delivery.code())
            .instant(contact.place.contacted_at)
            .instant(script.and_then(|s| s.delivered_at))
            .text(self.listened(delivery))
            .instant(script.and_then(|s| s.listened_at))
            .seconds(script.and_then(|s| s.listen_ms))
            .instant(failed.and_then(|s| s.failed_at))
            .opt_text(failed.and_then(|s| s.failure_code.as_deref()))
            .opt_text(failed.and_then(|s| s.failure_class).map(failure_words))
            .opt_text(failed.and_then(|s| s.failure_reason.as_deref()))
    }
}

impl Table for Deliveries {
    const HEADER: &'static str = "name,phone,state,delivery,handed_over_at,left_at,listened,listened_at,listened_seconds,failed_at,\
         failure_code,failure,failure_reason,rule,rule_detail,held_until,review,audio,carrier_cost_dollars,script_id,contact_id";
    type Place = ContactId;

    async fn page(
        &self,
        source: &Source,
        after: Option<ContactId>,
    ) -> Result<(String, Option<ContactId>), BrokenOff> {
        let (queries, organization) = (&source.queries, source.organization);
        let campaign = self.campaign.campaign_id;
        let page = queries.campaign_contacts(organization, campaign, &self.filter, request(after));
        let page = page.await.map_err(broken_off)?;
        let end = page.end().copied().filter(|_| page.has_more);
        let rows = page.into_rows();
        let contacts: Vec<_> = rows.iter().map(|row| row.place.contact_id).collect();
        let details = source.details(&contacts).await?;
        let mut lines = String::new();
        for (row, details) in rows.iter().zip(details) {
            let script = row.script.as_ref();
            let line = match &details {
                Some(d) => Line::default().text(&d.name).phone(&d.phone),
                None => Line::default().text(ERASED).text(ERASED),
            };
            let state = script.and_then(|s| s.state.as_ref()).map(domain::UsState::code);
            let rule = script.and_then(|s| s.obstacle_rule.as_deref()).map(rule_words);
            self.carrier(line.opt_text(state), row)
                .opt_text(rule.as_deref())
                .opt_text(script.and_then(|s| s.obstacle_detail.as_deref()))
                .instant(script.and_then(|s| s.held_until))
                .opt_text(row.review().map(Code::code))
                .text(row.audio().code())
                .dollars(script.and_then(|s| s.carrier_cost))
                .text(&row.place.script_id.to_string())
                .text(&row.place.contact_id.to_string())
                .end(&mut lines);
        }
        Ok((lines, end))
    }
}
