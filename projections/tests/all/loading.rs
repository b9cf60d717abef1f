//! What a batch looks for in the store. An import brings a thousand new people at a time, and a report comes for every voicemail: what
//! is not needed of them is not loaded.

use std::{collections::BTreeMap, convert::Infallible};

use async_trait::async_trait;
use domain::{
    AttemptId, ImportBatchId, Recorded, campaign::CampaignEvent, import::ContactSource, script::ScriptEvent,
};
use futures::FutureExt as _;
use projections::{Cell, Table, batch, batch::RowSource};

use crate::{
    facts::{campaign, contact, contact_created, created, generated, report, uuid},
    memory_tables::MemoryTables,
    story::Story,
};

/// Tables that note how many keys were asked for.
#[derive(Default)]
struct Watched {
    tables: MemoryTables,
    asked: BTreeMap<&'static str, usize>,
}

#[async_trait]
impl RowSource for Watched {
    type Error = Infallible;

    async fn load(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<Vec<Cell>>, Infallible> {
        *self.asked.entry(table.name).or_default() += keys.len();
        self.tables.load(table, keys).await
    }
}

impl Watched {
    /// Takes in a batch; answers how many rows of which tables were looked for.
    fn taken_in(&mut self, events: &[Recorded]) -> BTreeMap<&'static str, usize> {
        self.asked.clear();
        let changes = batch::apply(events, self).now_or_never().unwrap().unwrap();
        for change in changes {
            self.tables.write(change);
        }
        self.asked.clone()
    }
}

fn put_in(story: &mut Story, people: std::ops::Range<u64>) {
    let event = CampaignEvent::ContactsImported {
        batch_id: ImportBatchId::from_uuid(uuid(0, 4, 0)),
        source: ContactSource::TitleRep,
        contact_ids: people.map(|n| contact(0, n)).collect(),
        chunk: 1,
    };
    story.on_campaign(0, campaign(0, 0), event);
}

#[test]
fn of_people_who_are_new_nothing_is_looked_for() {
    let mut store = Watched::default();
    let mut story = Story::default();
    story.on_campaign(0, campaign(0, 0), created(0, 0));
    store.taken_in(&story.events);
    let before = story.events.len();
    for n in 0..100 {
        story.on_contact(0, contact(0, n), contact_created(0, n));
    }
    put_in(&mut story, 0..100);
    let asked = store.taken_in(&story.events[before..]);
    for table in ["contacts", "campaign_contacts", "scripts"] {
        assert_eq!(asked.get(table), None, "{table}");
    }

    // Whoever was there before may be in the campaign already.
    let before = story.events.len();
    put_in(&mut story, 50..150);
    let asked = store.taken_in(&story.events[before..]);
    assert_eq!((asked["campaign_contacts"], asked["scripts"]), (100, 100));
}

#[test]
fn a_report_asks_for_its_script_and_not_for_the_place_in_the_campaign() {
    let mut store = Watched::default();
    let mut story = Story::default();
    let about = (campaign(0, 0), contact(0, 0));
    story.on_campaign(0, campaign(0, 0), created(0, 0));
    story.on_contact(0, contact(0, 0), contact_created(0, 0));
    put_in(&mut story, 0..1);
    story.on_script(0, about, None, generated(about, 1));
    let handed_over = ScriptEvent::SubmissionAttempted {
        attempt_id: AttemptId::from_uuid(uuid(0, 6, 1)),
        idempotency_key: "key".to_owned(),
    };
    story.on_script(0, about, None, handed_over);
    store.taken_in(&story.events);
    let before = story.events.len();
    story.on_script(0, about, None, report(1, 1));
    let asked = store.taken_in(&story.events[before..]);
    assert_eq!((asked["scripts"], asked.get("campaign_contacts")), (1, None));
}
