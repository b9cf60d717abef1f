//! Who listened, by how long: a table of its own, so that playing a voicemail touches none of the indexes of the scripts, which are many.

use domain::{CampaignId, OrganizationId, ScriptId};

use super::ScriptRow;
use crate::{Rows, model::read_model};

read_model! {
    /// A voicemail that was played, of which it is known for how long.
    pub struct ListenerRow in "listeners" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The campaign.
            campaign_id: CampaignId,
            /// For how long, milliseconds.
            listen_ms: i64,
            /// The script.
            script_id: ScriptId,
        }
        all {}
    }
}

fn listener_of(script: &ScriptRow) -> Option<ListenerRow> {
    Some(ListenerRow {
        organization_id: script.organization_id,
        campaign_id: script.campaign_id,
        listen_ms: script.listen_ms?,
        script_id: script.script_id,
    })
}

/// Puts the script where it belongs now. It only ever moves up, so where it goes it has never been.
pub(super) fn follow_script(rows: &mut Rows, before: Option<&ScriptRow>, after: &ScriptRow) {
    let (before, after) = (before.and_then(listener_of), listener_of(after));
    if before == after {
        return;
    }
    if let Some(was) = before {
        rows.listeners
            .remove(&(was.organization_id, was.campaign_id, was.listen_ms, was.script_id));
    }
    if let Some(is) = after {
        rows.listeners.begin(is);
    }
}
