//! What became of the voicemails of a campaign, contact by contact. Whether one was played is not guessed where the carrier does not say.

use std::collections::HashMap;

use domain::{ContactId, ScriptId, script::DeliveryStatus};
use projections::{
    Code,
    digest::{failure_words, rule_words},
    models::{CampaignContactRow, CampaignRow, ScriptRow},
    queries::CampaignContactFilter,
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
    fn carrier(&self, line: Line, row: &CampaignContactRow, script: Option<&ScriptRow>) -> Line {
        let failed = script.filter(|_| row.delivery == DeliveryStatus::Failed);
        line.text(row.delivery.code())
            .instant(row.contacted_at)
            .instant(script.and_then(|s| s.delivered_at))
            .text(self.listened(row.delivery))
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
        let contacts: Vec<_> = rows.iter().map(|row| row.contact_id).collect();
        let details = source.details(&contacts).await?;
        let scripts: Vec<_> = rows.iter().map(|row| row.script_id).collect();
        let scripts = queries.scripts_by_ids(organization, &scripts).await;
        let scripts: HashMap<ScriptId, ScriptRow> = scripts
            .map_err(broken_off)?
            .into_iter()
            .map(|row| (row.script_id, row))
            .collect();
        let mut lines = String::new();
        for (row, details) in rows.iter().zip(details) {
            let script = scripts.get(&row.script_id);
            let line = match &details {
                Some(d) => Line::default().text(&d.name).phone(&d.phone),
                None => Line::default().text(ERASED).text(ERASED),
            };
            let state = script.and_then(|s| s.state.as_ref()).map(domain::UsState::code);
            let rule = row.obstacle_rule.as_deref().map(rule_words);
            self.carrier(line.opt_text(state), row, script)
                .opt_text(rule.as_deref())
                .opt_text(row.obstacle_detail.as_deref())
                .instant(row.held_until)
                .opt_text(row.review.map(Code::code))
                .text(row.audio.code())
                .dollars(script.and_then(|s| s.carrier_cost))
                .text(&row.script_id.to_string())
                .text(&row.contact_id.to_string())
                .end(&mut lines);
        }
        Ok((lines, end))
    }
}
