//! Who takes part in the demonstration, always under the same ids, so that running it again finds what is there.

use commands::{
    CommandContext, CommandError, Ports,
    access::principal,
    authorization::{Action, Permit, Principal},
    execute::execute,
    use_cases::{Founder, MemberProfile, found_organization},
};
use domain::{
    CampaignId, CorrelationId, OrganizationId, PhoneNumber, UsState, UserId,
    organization::{AgentProfile, CallerId, Organization, OrganizationCommand},
};
use uuid::Uuid;

/// Why the demonstration's states are on: said in every decision.
const REASON: &str = "demonstration";
/// Root of the demonstration's ids: a v7 id of 1 January 2026.
const ROOT: Uuid = Uuid::from_u128(0x019b_76da_a800_7000_8000_0000_0000_0001);
/// The number that the demonstration shows; fictional.
const CALLER_ID: &str = "+17605550100";

/// The demonstration's organization and its admin.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The organization.
    pub organization: OrganizationId,
    /// Its admin.
    pub admin: UserId,
}

impl Default for Cast {
    fn default() -> Self {
        Self {
            organization: OrganizationId::derived(ROOT, b"organization"),
            admin: UserId::derived(ROOT, b"admin"),
        }
    }
}

impl Cast {
    /// The campaign for one file.
    pub fn campaign(&self, file_sha256: &str) -> CampaignId {
        CampaignId::derived(self.organization.as_uuid(), file_sha256.as_bytes())
    }

    /// The admin's address; a domain that is reserved for examples.
    pub const fn email() -> &'static str {
        "ada.agent@example.com"
    }

    /// Founds the organization, with settings, a caller id and every state switched on; what is there stays.
    pub async fn appear(&self, ports: &Ports) -> Result<(), CommandError> {
        let context = self.system(ports);
        let profile = MemberProfile {
            name: "Ada Agent".into(),
            email: Self::email().into(),
        };
        let founder = Founder {
            organization: self.organization,
            name: "Demonstration Realty".into(),
            demonstration: true,
            admin: self.admin,
            profile,
        };
        found_organization(ports, &context, founder).await?;
        let permit = self.permit(ports, Action::Administer).await?;
        let context = self.context(ports, &permit);
        for command in Self::set_up(ports, self.organization).await? {
            execute::<Organization>(ports, &context, self.organization, command).await?;
        }
        Ok(())
    }

    async fn set_up(ports: &Ports, id: OrganizationId) -> Result<Vec<OrganizationCommand>, CommandError> {
        let organization = commands::stream::load::<Organization>(ports, id, id).await?;
        let mut settings = organization.state().settings.clone();
        settings.agent = AgentProfile {
            name: "Ada Agent".into(),
            brokerage: "Demonstration Realty".into(),
            phone: "760-555-0100".into(),
            opt_out_phone: "800-555-0199".into(),
        };
        let number: PhoneNumber = CALLER_ID
            .parse()
            .map_err(|e: domain::InvalidPhone| CommandError::invalid(e.to_string()))?;
        let caller_id = CallerId {
            number,
            label: "Front desk".into(),
        };
        let mut commands = vec![
            OrganizationCommand::ChangeSettings(settings),
            OrganizationCommand::AddCallerId {
                caller_id,
                proof: REASON.into(),
            },
        ];
        commands.extend(UsState::all().map(|state| OrganizationCommand::SwitchStateOn {
            state,
            reason: REASON.into(),
        }));
        Ok(commands)
    }

    /// The number that the demonstration shows.
    pub fn caller_id() -> Result<PhoneNumber, CommandError> {
        CALLER_ID
            .parse()
            .map_err(|e: domain::InvalidPhone| CommandError::invalid(e.to_string()))
    }

    /// The admin as a signed-in person.
    pub async fn principal(&self, ports: &Ports) -> Result<Principal, CommandError> {
        principal(ports, self.organization, self.admin)
            .await?
            .ok_or_else(|| commands::authorization::Denied::NotFound("member").into())
    }

    /// The admin's permission.
    pub async fn permit(&self, ports: &Ports, action: Action) -> Result<Permit, CommandError> {
        commands::access::on_organization(&self.principal(ports).await?, action)
    }

    /// The admin at work.
    pub fn context(&self, ports: &Ports, permit: &Permit) -> CommandContext {
        CommandContext::of(permit, CorrelationId::from_uuid(ports.ids.next()))
    }

    /// voicedrop itself, founding.
    pub fn system(&self, ports: &Ports) -> CommandContext {
        CommandContext::system(
            self.organization,
            REASON,
            CorrelationId::from_uuid(ports.ids.next()),
            None,
        )
    }
}
