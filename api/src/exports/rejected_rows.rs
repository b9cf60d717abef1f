//! Rows that became no contact, to mend and send again.

use domain::ImportBatchId;

use super::{BrokenOff, Source, Table, broken_off, cells::Line, readable, request};

pub(super) struct RejectedRows {
    pub(super) import: ImportBatchId,
}

impl Table for RejectedRows {
    const HEADER: &'static str = "row,field,reason,value";
    type Place = i64;

    async fn page(&self, source: &Source, after: Option<i64>) -> Result<(String, Option<i64>), BrokenOff> {
        let (queries, organization) = (&source.queries, source.organization);
        let page = queries.rejected_rows(organization, self.import, request(after));
        let page = page.await.map_err(broken_off)?;
        let end = page.end().copied().filter(|_| page.has_more);
        let mut lines = String::new();
        for row in page.into_rows() {
            let value = match &row.value {
                Some(sealed) => {
                    let keys = &source.ports.keys;
                    readable(keys.open_for_organization(organization, sealed).await)?
                }
                None => None,
            };
            Line::default()
                .number(row.row_number)
                .text(&row.field)
                .text(&row.error)
                .opt_text(value.as_deref())
                .end(&mut lines);
        }
        Ok((lines, end))
    }
}
