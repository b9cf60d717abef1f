//! Scripts of a campaign with their words, as the review shows them.

use std::collections::HashMap;

use domain::{CampaignId, ScriptId};
use projections::{Code, models::ScriptRow, queries::ScriptFilter};

use super::{BrokenOff, ERASED, Source, Table, broken_off, cells::Line, readable, request};

pub(super) struct Scripts {
    pub(super) campaign: CampaignId,
    pub(super) filter: ScriptFilter,
}

impl Scripts {
    /// The words of scripts, in their order; nothing of those whose contact's data is gone.
    async fn words(source: &Source, rows: &[ScriptRow]) -> Result<Vec<Option<String>>, BrokenOff> {
        let wanted: Vec<_> = rows.iter().map(|row| (row.script_id, row.version)).collect();
        let versions = source
            .queries
            .script_versions_by_ids(source.organization, &wanted);
        let versions = versions.await.map_err(broken_off)?;
        let mut sealed: HashMap<_, _> = versions.iter().map(|v| (v.script_id, &v.text)).collect();
        let sealed = rows
            .iter()
            .filter_map(|row| Some((row, sealed.remove(&row.script_id)?)));
        let sealed: Vec<_> = sealed.collect();
        let under_keys: Vec<_> = sealed.iter().map(|(row, text)| (row.contact_id, *text)).collect();
        let opened = source
            .ports
            .keys
            .open_many(source.organization, &under_keys)
            .await;
        let mut words = HashMap::with_capacity(sealed.len());
        for ((row, _), text) in sealed.iter().zip(opened.map_err(broken_off)?) {
            words.insert(row.script_id, readable(text)?);
        }
        Ok(rows
            .iter()
            .map(|row| words.remove(&row.script_id).flatten())
            .collect())
    }
}

impl Table for Scripts {
    const HEADER: &'static str = "name,phone,script,version,author,model,characters,stopped_by_lint,review,review_notes,reviewed_at,\
         audio,voice,audio_seconds,delivery,writer_cost_dollars,voice_cost_dollars,written_at,script_id,contact_id";
    type Place = ScriptId;

    async fn page(
        &self,
        source: &Source,
        after: Option<ScriptId>,
    ) -> Result<(String, Option<ScriptId>), BrokenOff> {
        let (queries, organization) = (&source.queries, source.organization);
        let page = queries.scripts(organization, self.campaign, &self.filter, request(after));
        let page = page.await.map_err(broken_off)?;
        let end = page.end().copied().filter(|_| page.has_more);
        let rows = page.into_rows();
        let ids: Vec<_> = rows.iter().map(|row| row.contact_id).collect();
        let details = source.details(&ids).await?;
        let words = Self::words(source, &rows).await?;
        let mut lines = String::new();
        for ((row, details), words) in rows.iter().zip(details).zip(words) {
            let line = match &details {
                Some(d) => Line::default().text(&d.name).phone(&d.phone),
                None => Line::default().text(ERASED).text(ERASED),
            };
            line.text(words.as_deref().unwrap_or(ERASED))
                .number(i64::from(row.version))
                .text(row.author.code())
                .opt_text(row.model.as_deref())
                .number(i64::from(row.characters))
                .number(row.lint_blocking)
                .text(row.review.code())
                .opt_text(row.review_notes.as_deref())
                .instant(row.reviewed_at)
                .text(row.audio.code())
                .opt_text(row.voice.as_deref())
                .seconds(row.audio_duration_ms)
                .text(row.delivery.code())
                .dollars(Some(row.writer_cost))
                .dollars(Some(row.voice_cost))
                .instant(Some(row.created_at))
                .text(&row.script_id.to_string())
                .text(&row.contact_id.to_string())
                .end(&mut lines);
        }
        Ok((lines, end))
    }
}
