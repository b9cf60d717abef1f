//! Voicemails of which nobody knows what became, ended by a person who has looked at the carrier's own record. None is ever sent again.

use async_graphql::{Context, ID, Object};
use commands::{authorization::Action, execute::execute};
use domain::{
    ScriptId,
    script::{Script, ScriptCommand},
};

use super::{
    super::{
        context::{Caller, caller},
        error::Problem,
        node_id::NodeKind,
    },
    mutation::{ScriptChanged, ScriptOutcome},
};

impl Caller<'_> {
    async fn settle_doubt(&self, id: &ID, delivered: bool) -> Result<ScriptChanged, Problem> {
        let script = ScriptId::parse(id)?;
        let (permit, _) = self.script(Action::SendCampaign, script).await?;
        let ports = &self.state.ports;
        let command = ScriptCommand::SettleDoubt {
            delivered,
            report_id: format!("by_hand:{}", ports.ids.next()),
        };
        let appended = execute::<Script>(ports, &self.command(&permit), script, command).await?;
        Ok(ScriptChanged {
            script_id: id.clone(),
            position: self.reached(appended).await?,
        })
    }
}

/// Ending doubts.
#[derive(Debug, Default)]
pub struct DoubtMutation;

#[Object]
impl DoubtMutation {
    /// Says what became of a voicemail in doubt, after a look at the carrier's own record. A later report of the carrier counts as well.
    async fn settle_doubt(
        &self,
        ctx: &Context<'_>,
        script_id: ID,
        #[graphql(desc = "It was left in the mailbox.")] delivered: bool,
    ) -> Result<ScriptOutcome, Problem> {
        ScriptOutcome::of(caller(ctx)?.settle_doubt(&script_id, delivered).await)
    }
}
