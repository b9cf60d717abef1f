//! How often a campaign's voicemails failed, and why, and how often a rule stands in the way of one: kept as it happens, so that nobody
//! counts a hundred thousand scripts to show a list of ten reasons.

use domain::{
    CampaignId, OrganizationId,
    script::{DeliveryStatus, FailureClass},
};

use super::ScriptRow;
use crate::{
    Rows,
    model::{Tally, read_model},
};

read_model! {
    /// How often voicemails of a campaign failed in one way.
    pub struct FailureTallyRow in "failure_tallies" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// The carrier's code.
            code: String,
            /// What follows from it.
            class: FailureClass,
            /// In the carrier's words; empty when it gave none.
            reason: String,
        }
        given {}
        /// How often.
        count: i64,
    }
}

read_model! {
    /// How often a rule holds or blocks contacts of a campaign now.
    pub struct ObstacleTallyRow in "obstacle_tallies" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// The rule's id.
            rule: String,
            /// `held` or `blocked`.
            status: DeliveryStatus,
        }
        given {}
        /// How often.
        count: i64,
    }
}

macro_rules! counted {
    ($follow:ident, $set:ident, $row:ty, $of:ident) => {
        impl Tally for $row {
            fn add(&mut self, other: &Self) {
                self.count += other.count;
            }

            fn is_empty(&self) -> bool {
                self.count == 0
            }
        }

        /// Takes what was counted from where it was to where it belongs now.
        pub(super) fn $follow(rows: &mut Rows, before: Option<&ScriptRow>, after: Option<&ScriptRow>) {
            let (before, after) = (before.and_then($of), after.and_then($of));
            if before == after {
                return;
            }
            let moves = before
                .map(|b| (b, -1))
                .into_iter()
                .chain(after.map(|a| (a, 1)));
            for (mut row, count) in moves {
                row.count = count;
                rows.$set.count(row);
            }
        }
    };
}

counted!(follow_failure, failure_tallies, FailureTallyRow, failure_of);
counted!(follow_obstacle, obstacle_tallies, ObstacleTallyRow, obstacle_of);

fn failure_of(script: &ScriptRow) -> Option<FailureTallyRow> {
    if script.delivery != DeliveryStatus::Failed {
        return None;
    }
    Some(FailureTallyRow::blank(
        script.organization_id,
        script.campaign_id,
        script.failure_code.clone()?,
        script.failure_class?,
        script.failure_reason.clone().unwrap_or_default(),
    ))
}

fn obstacle_of(script: &ScriptRow) -> Option<ObstacleTallyRow> {
    if !script.in_campaign || !matches!(script.delivery, DeliveryStatus::Held | DeliveryStatus::Blocked) {
        return None;
    }
    Some(ObstacleTallyRow::blank(
        script.organization_id,
        script.campaign_id,
        script.obstacle_rule.clone()?,
        script.delivery,
    ))
}
