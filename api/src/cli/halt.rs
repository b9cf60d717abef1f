//! `voicedrop halt` and `voicedrop allow`: the operator's switch for all organizations at once. Each organization's journal says who and
//! why; an admin can't lift it.

use clap::Args;
use commands::{CommandContext, CommandError, execute::execute};
use domain::{
    CorrelationId,
    organization::{HaltedBy, Organization, OrganizationCommand},
};

use super::{CliError, output};
use crate::{
    application::{Application, StartError, Surroundings},
    config::Config,
};

/// Why.
#[derive(Debug, Args)]
pub struct HaltArgs {
    /// Why; it stands in every organization's history.
    #[arg(long)]
    reason: String,
}

pub(super) async fn halt(config: Config, args: HaltArgs) -> Result<(), CliError> {
    let halting = OrganizationCommand::HaltSending {
        by: HaltedBy::Operator,
        reason: args.reason,
    };
    let halted = on_all(config, halting).await?;
    output::line(&format!(
        "{halted} organizations hand nothing over from now on; `voicedrop allow` lifts it"
    ))
}

pub(super) async fn allow(config: Config, args: HaltArgs) -> Result<(), CliError> {
    let allowing = OrganizationCommand::AllowSending {
        by: HaltedBy::Operator,
        reason: args.reason,
    };
    let allowed = on_all(config, allowing).await?;
    output::line(&format!("the operator halts none of the {allowed} organizations"))
}

/// All of them; one that can't be reached is named by the error, and those before it are done.
async fn on_all(config: Config, command: OrganizationCommand) -> Result<usize, CliError> {
    let application = Application::open(config, Surroundings::inside_only()).await?;
    let done = record(&application, command).await;
    application.close().await;
    done
}

async fn record(application: &Application, command: OrganizationCommand) -> Result<usize, CliError> {
    let ports = &application.ports;
    let head = ports.journal.head().await.map_err(CommandError::from)?;
    application
        .read_side
        .step_until(head)
        .await
        .map_err(StartError::from)?;
    let known = application.read_side.queries().organizations().await;
    let known = known.map_err(|e| CliError::Usage(e.to_string()))?;
    for organization in &known {
        let id = organization.organization_id;
        let correlation = CorrelationId::from_uuid(ports.ids.next());
        let context = CommandContext::system(id, "operator", correlation, None);
        execute::<Organization>(ports, &context, id, command.clone()).await?;
    }
    Ok(known.len())
}
