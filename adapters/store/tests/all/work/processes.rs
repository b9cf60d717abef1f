//! Checkpoint, planned work and counts move together.

use commands::ports::{ProcessState, ProcessStep, Safety, WorkQueue};
use domain::{CampaignId, OrganizationId, Position, ScriptId};

use super::outbox::drop_of;
use crate::engines::{id, minute, on_both, open};

fn campaign(n: u128) -> CampaignId {
    CampaignId::from_uuid(id(n))
}

fn organization() -> OrganizationId {
    OrganizationId::from_uuid(id(90))
}

fn of_ours(campaigns: &[u128]) -> Vec<(OrganizationId, CampaignId)> {
    campaigns.iter().map(|n| (organization(), campaign(*n))).collect()
}

fn script(n: u128) -> ScriptId {
    ScriptId::from_uuid(id(n))
}

#[tokio::test]
async fn of_two_steps_from_the_same_place_only_the_first_plans() {
    on_both(|database| async move {
        let store = open(&database).await;
        let processes = &store.processes;
        let step = |key: &str| ProcessStep {
            plan: vec![drop_of(key, Safety::Unsafe)],
            ..ProcessStep::default()
        };
        let (from, to) = (Position::START, Position::new(7));
        assert_eq!(processes.checkpoint("drops").await, Ok(from));
        let first = processes.advance("drops", from, to, step("a"), minute(0)).await;
        assert_eq!(first, Ok(Some(vec![])));
        let second = processes.advance("drops", from, to, step("b"), minute(0)).await;
        assert_eq!(second, Ok(None));
        assert_eq!(processes.checkpoint("drops").await, Ok(to));
        assert_eq!(processes.checkpoint("other").await, Ok(from));
        assert_eq!(store.queue.counts("drop", None).await.unwrap().ready, 1);
    })
    .await;
}

#[tokio::test]
async fn a_campaign_is_complete_when_each_script_has_settled_once_in_any_order() {
    on_both(|database| async move {
        let store = open(&database).await;
        let processes = &store.processes;
        let step = |opened: &[(u128, u64)], settled: &[(u128, u128)]| ProcessStep {
            plan: vec![],
            opened: opened
                .iter()
                .map(|(c, total)| (organization(), campaign(*c), *total))
                .collect(),
            settled: settled.iter().map(|(c, s)| (campaign(*c), script(*s))).collect(),
        };
        for (at, (opened, settled, complete)) in (0..).zip([
            (vec![], vec![(1, 11)], vec![]),
            (vec![(1, 2), (2, 1)], vec![(1, 11)], vec![]),
            (vec![(3, 0)], vec![(2, 21)], of_ours(&[2, 3])),
            (vec![], vec![(1, 12), (1, 12)], of_ours(&[1])),
        ]) {
            let answer = processes
                .advance(
                    "totals",
                    Position::new(at),
                    Position::new(at + 1),
                    step(&opened, &settled),
                    minute(0),
                )
                .await;
            assert_eq!(answer, Ok(Some(complete)));
        }
        assert_eq!(processes.unclosed().await, Ok(of_ours(&[1, 2, 3])));
        processes.close(campaign(2)).await.unwrap();
        assert_eq!(processes.unclosed().await, Ok(of_ours(&[1, 3])));
    })
    .await;
}
