//! Scripts.

use async_trait::async_trait;
use domain::{AttemptId, CampaignId, ContactId, OrganizationId, ScriptId};
use projections::{
    Cell, ColumnValue,
    models::{ScriptRow, ScriptVersionRow},
    queries::{
        Page, PageRequest, QueryError, ScriptCondition, ScriptFilter, ScriptQueries, ScriptSums,
        SpokenOtherwise,
    },
};

use super::{
    Queries, ROWS_MAX,
    campaigns::ITS_SCRIPT,
    of_organization,
    select::{Order, Select},
    value,
};

/// The condition over a script `t`. The settled statuses are those of `DeliveryStatus::is_settled`.
const fn meets(condition: ScriptCondition) -> &'static str {
    match condition {
        ScriptCondition::All => "t.in_campaign = 1",
        ScriptCondition::Pending => "t.in_campaign = 1 AND t.review = 'pending'",
        ScriptCondition::NeedsAudio => {
            "t.in_campaign = 1 AND t.review = 'approved' AND t.audio IN ('none', 'failed')"
        }
        ScriptCondition::AudioRequested => "t.in_campaign = 1 AND t.audio = 'requested'",
        ScriptCondition::ReadyToSend => {
            "t.in_campaign = 1 AND t.review = 'approved' AND t.audio = 'rendered'
             AND t.delivery IN ('not_sent', 'held')"
        }
        ScriptCondition::Unsettled => {
            "t.in_campaign = 1 AND t.delivery IN ('not_sent', 'held', 'queued', 'sent')"
        }
        ScriptCondition::AwaitingReport => "t.in_campaign = 1 AND t.delivery IN ('queued', 'sent')",
        // Also of contacts that were taken out: their audio is deleted like that of the others.
        ScriptCondition::WithAudio => "t.audio_key IS NOT NULL",
        ScriptCondition::OnceSpoken => "t.audio_key IS NULL AND t.voice IS NOT NULL AND t.audio <> 'removed'",
    }
}

fn pairs<A: ColumnValue, B: ColumnValue>(rows: Vec<Vec<Cell>>) -> Result<Vec<(A, B)>, QueryError> {
    rows.into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            Ok((value(cells.next())?, value(cells.next())?))
        })
        .collect()
}

#[async_trait]
impl ScriptQueries for Queries {
    async fn scripts(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        filter: &ScriptFilter,
        page: PageRequest<ScriptId>,
    ) -> Result<Page<ScriptRow, ScriptId>, QueryError> {
        let mut select = of_organization::<ScriptRow>(organization);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and("t.in_campaign = 1", []);
        select.and_is("t.review", filter.review.as_ref());
        select.and_is("t.audio", filter.audio.as_ref());
        select.and_one_of("t.delivery", &filter.deliveries);
        select.and_is("t.author", filter.author.as_ref());
        select.and_is("t.review_request", filter.review_request.as_ref());
        match filter.stopped {
            Some(true) => select.and("t.lint_blocking > 0", []),
            Some(false) => select.and("t.lint_blocking = 0", []),
            None => {}
        }
        select.page(&["t.script_id"], Order::Ascending, &page);
        self.page(select, &page, |row: &ScriptRow| row.script_id).await
    }

    async fn scripts_of(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        condition: ScriptCondition,
        after: Option<ScriptId>,
        limit: u32,
    ) -> Result<Vec<(ScriptId, ContactId)>, QueryError> {
        let mut select = Select::new("SELECT t.script_id, t.contact_id FROM scripts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and(meets(condition), []);
        let request = PageRequest { after, limit };
        select.page(&["t.script_id"], Order::Ascending, &request);
        let mut found = pairs(self.cells(select).await?)?;
        found.truncate(request.rows() as usize);
        Ok(found)
    }

    async fn contacts_without_script(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ContactId>, QueryError> {
        let mut select = Select::new("SELECT t.contact_id FROM campaign_contacts AS t");
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and(&format!("NOT EXISTS (SELECT 1 {ITS_SCRIPT})"), []);
        let request = PageRequest { after, limit };
        select.page(&["t.contact_id"], Order::Ascending, &request);
        let rows = self.cells(select).await?;
        rows.into_iter()
            .take(request.rows() as usize)
            .map(|row| value(row.into_iter().next()))
            .collect()
    }

    async fn script(
        &self,
        organization: OrganizationId,
        script: ScriptId,
    ) -> Result<Option<ScriptRow>, QueryError> {
        self.row(&(organization, script)).await
    }

    async fn scripts_by_ids(
        &self,
        organization: OrganizationId,
        scripts: &[ScriptId],
    ) -> Result<Vec<ScriptRow>, QueryError> {
        let keys: Vec<_> = scripts.iter().map(|id| (organization, *id)).collect();
        self.rows_by_key(&keys).await
    }

    async fn script_sums(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
    ) -> Result<ScriptSums, QueryError> {
        let mut select = Select::new(
            "SELECT CAST(coalesce(sum(CASE WHEN t.audio IN ('none', 'requested', 'failed')
                       AND t.review IN ('pending', 'approved') THEN t.characters ELSE 0 END), 0) AS bigint),
               CAST(coalesce(sum(CASE WHEN t.audio = 'rendered' THEN t.audio_duration_ms ELSE 0 END), 0) AS bigint),
               CAST(coalesce(sum(CASE WHEN t.writer_cost > 0 THEN 1 ELSE 0 END), 0) AS bigint)
             FROM scripts AS t",
        );
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and("t.in_campaign = 1", []);
        let mut cells = self.cells(select).await?.pop().unwrap_or_default().into_iter();
        let mut sum = || Ok::<u64, QueryError>(value::<i64>(cells.next())?.max(0).cast_unsigned());
        Ok(ScriptSums {
            characters_to_speak: sum()?,
            audio_ms: sum()?,
            bought: sum()?,
        })
    }

    async fn spoken_otherwise(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        voice: &str,
    ) -> Result<SpokenOtherwise, QueryError> {
        let mut select = Select::new(
            "SELECT count(*), CAST(coalesce(sum(t.characters), 0) AS bigint),
               CAST(coalesce(sum(t.audio_duration_ms), 0) AS bigint) FROM scripts AS t",
        );
        select.and("t.organization_id = ?", [organization.to_cell()]);
        select.and("t.campaign_id = ?", [campaign.to_cell()]);
        select.and("t.in_campaign = 1", []);
        select.and("t.audio = 'rendered' AND t.review = 'approved'", []);
        select.and("t.delivery IN ('not_sent', 'held')", []);
        select.and("t.voice <> ?", [voice.to_owned().to_cell()]);
        let mut cells = self.cells(select).await?.pop().unwrap_or_default().into_iter();
        let mut next = || Ok::<u64, QueryError>(value::<i64>(cells.next())?.max(0).cast_unsigned());
        Ok(SpokenOtherwise {
            recordings: next()?,
            characters: next()?,
            audio_ms: next()?,
        })
    }

    async fn script_versions(
        &self,
        organization: OrganizationId,
        script: ScriptId,
    ) -> Result<Vec<ScriptVersionRow>, QueryError> {
        let mut select = of_organization::<ScriptVersionRow>(organization);
        select.and("t.script_id = ?", [script.to_cell()]);
        select.add(
            " ORDER BY t.version DESC LIMIT ?",
            [Cell::Int(i64::from(ROWS_MAX))],
        );
        self.rows(select).await
    }

    async fn script_versions_by_ids(
        &self,
        organization: OrganizationId,
        versions: &[(ScriptId, u32)],
    ) -> Result<Vec<ScriptVersionRow>, QueryError> {
        let keys: Vec<_> = versions
            .iter()
            .map(|(script, version)| (organization, *script, *version))
            .collect();
        self.rows_by_key(&keys).await
    }

    async fn script_of_attempt(&self, attempt: AttemptId) -> Result<Option<ScriptRow>, QueryError> {
        let mut select = Select::rows_of(<ScriptRow as projections::ReadModel>::TABLE);
        select.and("t.attempt_id = ?", [attempt.to_cell()]);
        select.add(" LIMIT 1", []);
        Ok(self.rows(select).await?.pop())
    }

    async fn script_of_message(&self, message_id: &str) -> Result<Option<ScriptRow>, QueryError> {
        let mut select = Select::rows_of(<ScriptRow as projections::ReadModel>::TABLE);
        select.and("t.message_id = ?", [Cell::Text(message_id.to_owned())]);
        select.add(" LIMIT 1", []);
        Ok(self.rows(select).await?.pop())
    }

    async fn unsettled_scripts_of_contact(
        &self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<Vec<ScriptRow>, QueryError> {
        let mut select = of_organization::<ScriptRow>(organization);
        select.and("t.contact_id = ?", [contact.to_cell()]);
        select.and("t.delivery IN ('not_sent', 'held')", []);
        select.add(" ORDER BY t.script_id LIMIT ?", [Cell::Int(i64::from(ROWS_MAX))]);
        self.rows(select).await
    }
}

#[cfg(test)]
mod tests {
    use domain::script::DeliveryStatus;
    use projections::Code;

    use super::*;

    #[test]
    fn what_is_unsettled_in_sql_is_unsettled_in_the_domain() {
        let sql = meets(ScriptCondition::Unsettled);
        for status in DeliveryStatus::ALL {
            let named = sql.contains(&format!("'{}'", status.code()));
            assert_eq!(named, !status.is_settled(), "{status}");
        }
    }
}
