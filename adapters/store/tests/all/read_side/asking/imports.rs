//! Questions about imports, their rows, and which contacts are there.

use domain::{
    ContactId, ImportBatchId, Recorded, StreamId,
    contact::ContactEvent,
    import::{ContactSource, FoldedRowRecord, ImportEvent, ImportStatus, ImportTotals, RejectedRowRecord},
};
use projections::queries::{ContactFilter, ImportFilter, PageRequest, Visible};

use super::{asked, asked_after, brokerage, facts};
use crate::engines::on_both;

#[tokio::test]
async fn imports_and_what_became_of_their_rows_are_found() {
    on_both(|database| async move {
        let ask = asked_after(&database, &after_an_import()).await;
        let organization = facts::organization(0);
        let batch = ImportBatchId::from_uuid(facts::uuid(0, 4, 0));
        let filter = ImportFilter {
            campaign: Some(facts::campaign(0, 0)),
            statuses: vec![ImportStatus::Completed],
        };
        let page = ask
            .imports(organization, &Visible::All, &filter, PageRequest::first(5))
            .await
            .unwrap();
        assert_eq!(page.into_rows()[0].rejected, 3);
        assert!(ask.import(organization, batch).await.unwrap().is_some());
        assert!(ask.import_of_file(organization, "22").await.unwrap().is_some());
        assert!(ask.import_of_file(organization, "23").await.unwrap().is_none());
        let rejected = ask
            .rejected_rows(organization, batch, PageRequest::first(2))
            .await
            .unwrap();
        assert!(rejected.has_more);
        assert_eq!(rejected.end(), Some(&3));
        let folded = ask
            .folded_rows(organization, batch, PageRequest::first(2))
            .await
            .unwrap();
        assert!(!folded.has_more);
        let rows = folded.into_rows();
        assert_eq!(
            (rows[0].row_number, rows[0].in_file, rows[0].filled),
            (5, true, false)
        );
    })
    .await;
}

/// An import of a file with three rejected rows.
fn after_an_import() -> Vec<Recorded> {
    let mut story = brokerage();
    let batch_id = ImportBatchId::from_uuid(facts::uuid(0, 4, 0));
    let totals = ImportTotals {
        rows: 7,
        created: 3,
        duplicates: 1,
        rejected: 3,
        ..ImportTotals::default()
    };
    let rejected = |row| RejectedRowRecord {
        row,
        field: "phone".to_owned(),
        error: "too short".to_owned(),
        value: None,
    };
    for event in [
        ImportEvent::ImportStarted {
            batch_id,
            source: ContactSource::TitleRep,
            blob_key: None,
            file_name: None,
            sha256: Some("22".to_owned()),
            mapping: std::collections::BTreeMap::new(),
            campaign_id: Some(facts::campaign(0, 0)),
            sheet: None,
            header_row: None,
            corrections: None,
            connection_id: None,
            list: None,
        },
        ImportEvent::RowsRejected {
            chunk: 1,
            rows: vec![rejected(2), rejected(3), rejected(9)],
        },
        ImportEvent::RowsFolded {
            chunk: 1,
            rows: vec![FoldedRowRecord {
                row: 5,
                contact: facts::contact(0, 0),
                in_file: true,
                filled: false,
            }],
        },
        ImportEvent::ImportCompleted { totals },
    ] {
        let stream = StreamId::new("import_batch", batch_id);
        story.record(0, stream, (Some(facts::campaign(0, 0)), None), None, event);
    }
    story.events
}

#[tokio::test]
async fn imports_of_campaigns_that_somebody_does_not_see_are_left_out() {
    on_both(|database| async move {
        let ask = asked_after(&database, &after_an_import()).await;
        let organization = facts::organization(0);
        let stranger = Visible::OwnedBy {
            user: facts::user(0, 9),
            teams: vec![],
        };
        let all = ImportFilter::default();
        let seen = ask
            .imports(organization, &stranger, &all, PageRequest::first(5))
            .await
            .unwrap();
        assert_eq!(seen.into_rows(), []);
        let failed = ImportFilter {
            statuses: vec![ImportStatus::Failed, ImportStatus::Running],
            ..ImportFilter::default()
        };
        let page = ask
            .imports(organization, &Visible::All, &failed, PageRequest::first(5))
            .await
            .unwrap();
        assert_eq!(page.into_rows(), []);
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_was_taken_out_is_not_there() {
    on_both(|database| async move {
        let mut story = brokerage();
        let removed = ContactEvent::ContactRemoved {
            batch_id: ImportBatchId::from_uuid(facts::uuid(0, 4, 0)),
        };
        story.on_contact(0, facts::contact(0, 1), removed);
        let ask = asked_after(&database, &story.events).await;
        let unknown = ContactId::from_uuid(facts::uuid(0, 4, 9));
        let wanted = [facts::contact(0, 0), facts::contact(0, 1), unknown];
        let organization = facts::organization(0);
        let there = ask.contacts_there(organization, &wanted).await.unwrap();
        assert_eq!(there, [facts::contact(0, 0)]);
        assert_eq!(ask.contacts_there(organization, &[]).await.unwrap(), []);
        assert!(ask.has_contacts(organization).await.unwrap());
        let (all, page) = (ContactFilter::default(), PageRequest::first(2));
        let ids = ask
            .contact_ids(organization, &Visible::All, &all, page)
            .await
            .unwrap();
        assert!(ids.has_more, "three of four are there");
        let first = *ids.end().unwrap();
        let after = PageRequest {
            after: Some(first),
            limit: 2,
        };
        let rest = ask
            .contact_ids(organization, &Visible::All, &all, after)
            .await
            .unwrap();
        assert_eq!((rest.rows.len(), rest.has_more), (1, false));
        let seen = ask
            .contacts_seen(organization, &Visible::All, &wanted)
            .await
            .unwrap();
        assert_eq!(seen.len(), 2);
        let stranger = Visible::OwnedBy {
            user: facts::user(0, 9),
            teams: vec![],
        };
        let seen = ask.contacts_seen(organization, &stranger, &wanted).await.unwrap();
        assert_eq!(seen, [], "all are in campaigns of somebody else");
    })
    .await;
}

#[tokio::test]
async fn an_organization_without_contacts_has_none() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        assert!(!ask.has_contacts(facts::organization(7)).await.unwrap());
    })
    .await;
}
