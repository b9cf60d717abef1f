//! Questions about members and suppressions.

use std::sync::Arc;

use chrono::Duration;
use commands::ports::{PortErrorKind, SuppressionLookup as _};
use domain::{
    StreamId, SuppressionListId,
    organization::Role,
    suppression::{ListKind, SuppressionEvent},
};

use super::{Log, asked, asked_after, brokerage, catch_up, facts, open};
use crate::engines::on_both;

#[tokio::test]
async fn organizations_and_their_members_are_found() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, admin) = (facts::organization(0), facts::user(0, 0));
        assert_eq!(ask.organizations().await.unwrap().len(), 2);
        let row = ask.organization(organization).await.unwrap().unwrap();
        assert_eq!(row.name, "Brokerage 0");
        let member = ask.member(organization, admin).await.unwrap().unwrap();
        assert_eq!(member.role, Role::Admin);
        let memberships = ask.memberships(admin).await.unwrap();
        assert_eq!(memberships[0].organization, organization);
        assert_eq!(ask.members(organization, true).await.unwrap().len(), 1);
        assert_eq!(ask.teams(organization).await.unwrap(), []);
        assert_eq!(ask.state_switches(organization).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_on_the_lists_that_are_in_force() {
    on_both(|database| async move {
        let mut story = brokerage();
        let list_id = SuppressionListId::from_uuid(facts::uuid(0, 6, 0));
        for (n, expires_at) in [(1, None), (2, Some(facts::beginning()))] {
            let added = SuppressionEvent::SuppressionAdded {
                list_id,
                list: ListKind::Internal,
                phone_index: facts::phone(n),
                reason: "asked".to_owned(),
                expires_at,
            };
            let stream = StreamId::new("suppression_list", list_id);
            story.record(0, stream, (None, None), None, added);
        }
        let ask = asked_after(&database, &story.events).await;
        let now = facts::beginning() + Duration::days(1);
        let indexes = [facts::phone(2), facts::phone(1), facts::phone(3)];
        let organization = facts::organization(0);
        let on = ask.suppressions_of(organization, &indexes, now).await.unwrap();
        assert_eq!(on, [vec![], vec!["internal".to_owned()], vec![]]);
        assert_eq!(ask.suppression_lists(organization).await.unwrap()[0].added, 2);
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_not_made_on_lists_that_are_behind_the_journal() {
    on_both(|database| async move {
        let log = Arc::new(Log::of(&brokerage().events));
        let side = open(&database, &log, 100).await;
        let (organization, indexes) = (facts::organization(0), [facts::phone(1)]);
        let refused = side.lists_of(organization, &indexes).await.unwrap_err();
        assert_eq!(refused.kind, PortErrorKind::Retryable);
        catch_up(&side, &log).await;
        let on: Vec<Vec<String>> = side.lists_of(organization, &indexes).await.unwrap();
        assert_eq!(on, [Vec::<String>::new()]);
    })
    .await;
}
