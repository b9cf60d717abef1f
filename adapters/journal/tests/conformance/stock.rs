//! The table stays one that the stock repository of postgres-es writes and reads.

use cqrs_es::persist::{PersistedEventRepository as _, SerializedEvent};
use domain::Position;
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};

use super::{
    requests::{Author, brokerage, campaign},
    stage::Stage,
};

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Campaign;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Renaming {
    CampaignRenamed { name: String },
}

impl cqrs_es::DomainEvent for Renaming {
    fn event_type(&self) -> String {
        "CampaignRenamed".to_owned()
    }
    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl cqrs_es::Aggregate for Campaign {
    const TYPE: &'static str = "campaign";
    type Command = ();
    type Event = Renaming;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        (): (),
        (): &(),
        _: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    fn apply(&mut self, _: Renaming) {}
}

fn serialized(id: &str, sequence: usize) -> SerializedEvent {
    SerializedEvent {
        aggregate_id: id.to_owned(),
        sequence,
        aggregate_type: "campaign".to_owned(),
        event_type: "CampaignRenamed".to_owned(),
        event_version: "1".to_owned(),
        payload: serde_json::json!({"CampaignRenamed": {"name": "Oak Street"}}),
        metadata: serde_json::json!({"actor": "carrier"}),
    }
}

#[tokio::test]
async fn the_stock_repository_and_the_journal_write_and_read_the_same_streams() {
    let stage = Stage::postgres().await;
    let pool = stage.pool(&brokerage().to_string()).await;
    let stock = PostgresEventRepository::new(pool.clone());
    let id = campaign(1).id;

    stage
        .journal
        .append(Author::new(60).one(campaign(1), 0, 2))
        .await
        .unwrap();
    let read = stock.get_events::<Campaign>(&id).await.unwrap();
    assert_eq!(
        read.iter().map(|event| event.sequence).collect::<Vec<_>>(),
        [1, 2]
    );

    stock
        .persist::<Campaign>(&[serialized(&id, 3)], None)
        .await
        .unwrap();
    stock
        .persist::<Campaign>(&[serialized(&id, 3)], None)
        .await
        .unwrap_err();
    stage
        .journal
        .append(Author::new(61).one(campaign(1), 3, 1))
        .await
        .unwrap();

    let slices = stage.journal.load(vec![campaign(1)]).await.unwrap();
    assert_eq!(slices[0].events.len(), 4);
    assert_eq!(slices[0].events[2].organization, brokerage());
    let page = stage.journal.read(Position::START, 10).await.unwrap();
    assert!(page.events.iter().map(AsRef::as_ref).eq(&slices[0].events));
    pool.close().await;
    stage.strike().await;
}
