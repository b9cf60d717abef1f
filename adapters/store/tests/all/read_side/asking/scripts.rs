//! Questions about scripts and the contacts that they are for.

use domain::{ScriptId, script::DeliveryStatus};
use projections::{
    ReviewState,
    queries::{CampaignContactFilter, PageRequest, ScriptCondition, ScriptFilter},
};

use super::{asked, attempt, facts};
use crate::engines::on_both;

#[tokio::test]
async fn a_campaigns_contacts_are_found_by_where_they_stand() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (facts::organization(0), facts::campaign(0, 0));
        let found = async |narrow: &dyn Fn(&mut CampaignContactFilter)| {
            let mut filter = CampaignContactFilter::default();
            narrow(&mut filter);
            let request = PageRequest::first(10);
            let page = ask
                .campaign_contacts(organization, first, &filter, request)
                .await
                .unwrap();
            page.into_rows()
        };
        let blocked = found(&|f| f.deliveries = vec![DeliveryStatus::Blocked]).await;
        assert_eq!(blocked[0].place.contact_id, facts::contact(0, 2));
        let stopped = blocked[0].script.as_ref().unwrap();
        assert_eq!(stopped.obstacle_rule.as_deref(), Some("US.WINDOW"));
        assert_eq!(found(&|f| f.review = Some(ReviewState::Approved)).await.len(), 3);
        assert_eq!(found(&|f| f.without_script = true).await.len(), 0);
        assert_eq!(found(&|f| f.phone_indexes = vec![facts::phone(3)]).await.len(), 1);

        let second = facts::campaign(0, 1);
        let without = ask
            .contacts_without_script(organization, second, None, 3)
            .await
            .unwrap();
        assert_eq!(without.len(), 3);
        let last = without.last().copied();
        let rest = ask
            .contacts_without_script(organization, second, last, 3)
            .await
            .unwrap();
        assert_eq!(rest, [facts::contact(0, 3)]);
    })
    .await;
}

#[tokio::test]
async fn scripts_are_found_for_each_step_of_a_process() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let (organization, first) = (facts::organization(0), facts::campaign(0, 0));
        let pending = ScriptFilter {
            review: Some(ReviewState::Pending),
            ..ScriptFilter::default()
        };
        let request = PageRequest::first(10);
        let page = ask.scripts(organization, first, &pending, request).await.unwrap();
        assert_eq!(page.rows.len(), 1);
        for (condition, count) in [
            (ScriptCondition::All, 4),
            (ScriptCondition::Pending, 1),
            (ScriptCondition::AudioRequested, 3),
            (ScriptCondition::Unsettled, 1),
            (ScriptCondition::NeedsAudio, 0),
            (ScriptCondition::ReadyToSend, 0),
            (ScriptCondition::AwaitingReport, 0),
            (ScriptCondition::WithAudio, 0),
            (ScriptCondition::OnceSpoken, 3),
        ] {
            let found = ask
                .scripts_of(organization, first, condition, None, 10)
                .await
                .unwrap();
            assert_eq!(found.len(), count, "{condition:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_script_is_found_by_its_hand_off_and_by_its_contact() {
    on_both(|database| async move {
        let ask = asked(&database).await;
        let organization = facts::organization(0);
        let script = ScriptId::of(facts::campaign(0, 0), facts::contact(0, 0));
        let versions = ask.script_versions(organization, script).await.unwrap();
        assert_eq!(versions.len(), 1);
        let wanted = [(script, versions[0].version), (script, 99)];
        let found = ask.script_versions_by_ids(organization, &wanted).await;
        assert_eq!(found.unwrap(), versions, "and one that is not there is left out");
        assert_eq!(
            ask.scripts_by_ids(organization, &[script]).await.unwrap().len(),
            1
        );
        let found = ask.script_of_attempt(attempt(0)).await.unwrap().unwrap();
        assert_eq!(
            (found.script_id, found.delivery),
            (script, DeliveryStatus::Listened)
        );
        let found = ask.script_of_message("m0").await.unwrap().unwrap();
        assert_eq!(found.script_id, script);
        for (which, unsettled) in [(0, 0), (3, 1)] {
            let contact = facts::contact(0, which);
            let found = ask
                .unsettled_scripts_of_contact(organization, contact)
                .await
                .unwrap();
            assert_eq!(found.len(), unsettled);
        }
    })
    .await;
}
