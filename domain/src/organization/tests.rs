//! The rules of an organization, given/when/then.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    HaltedBy, OrganizationCommand as Command, OrganizationEvent as Event, OrganizationRefusal as Refusal, *,
};
use crate::{
    Decider as _, DigestRecipientId, OrganizationId, Sealed, TeamId, UsState, UserId, WebhookEndpointId,
    WebhookSecretId,
    compliance::{Emergency, PermitKind, PermitStanding},
    testing::{self, Given, uuid},
};

const ORGANIZATION: OrganizationId = OrganizationId::from_uuid(uuid(1));
const ADA: UserId = UserId::from_uuid(uuid(2));
const DANA: UserId = UserId::from_uuid(uuid(3));
const TEAM: TeamId = TeamId::from_uuid(uuid(4));

fn given(events: impl IntoIterator<Item = Event>) -> Given<Organization> {
    testing::given(events)
}

fn profile() -> Sealed {
    Sealed::from_ciphertext("p".to_owned())
}

fn found(name: &str, admin: UserId) -> Command {
    Command::Found {
        id: ORGANIZATION,
        name: name.to_owned(),
        demonstration: false,
        admin,
        admin_profile: profile(),
    }
}

fn founded() -> Event {
    Event::OrganizationFounded {
        organization_id: ORGANIZATION,
        name: "Desert Realty".to_owned(),
        demonstration: false,
        admin: ADA,
        admin_profile: profile(),
    }
}

fn add(role: Role) -> Command {
    Command::AddMember {
        user: DANA,
        role,
        profile: profile(),
    }
}

fn added(role: Role) -> Event {
    Event::MemberAdded {
        user_id: DANA,
        role,
        profile: profile(),
    }
}

fn california() -> UsState {
    "CA".parse().unwrap()
}

#[test]
fn it_is_founded_once_with_its_first_admin() {
    given([]).when(found("Desert Realty", ADA)).then([founded()]);
    given([]).when(found("", ADA)).then_refused(Refusal::InvalidName);
    given([founded()])
        .when(found("Desert Realty", ADA))
        .then_nothing();
    given([founded()])
        .when(found("Desert Realty", DANA))
        .then_refused(Refusal::AlreadyExists);
    given([]).when(add(Role::Agent)).then_refused(Refusal::NotFound);
}

#[test]
fn a_person_is_a_member_once_in_one_role() {
    given([founded()])
        .when(add(Role::Agent))
        .then([added(Role::Agent)]);
    given([founded(), added(Role::Agent)])
        .when(add(Role::Agent))
        .then_nothing();
    given([founded(), added(Role::Agent)])
        .when(add(Role::Viewer))
        .then_refused(Refusal::AlreadyAMember);
    let change = |role| Command::ChangeRole { user: DANA, role };
    given([founded()])
        .when(change(Role::Viewer))
        .then_refused(Refusal::NotAMember);
    given([founded(), added(Role::Agent)])
        .when(change(Role::Agent))
        .then_nothing();
    given([founded(), added(Role::Agent)])
        .when(change(Role::Viewer))
        .then([Event::MemberRoleChanged {
            user_id: DANA,
            role: Role::Viewer,
        }]);
}

#[test]
fn there_is_always_an_admin() {
    let leave = || Command::RemoveMember { user: ADA };
    let step_down = || Command::ChangeRole {
        user: ADA,
        role: Role::Agent,
    };
    given([founded(), added(Role::Agent)])
        .when(leave())
        .then_refused(Refusal::LastAdmin);
    given([founded(), added(Role::Agent)])
        .when(step_down())
        .then_refused(Refusal::LastAdmin);
    given([founded(), added(Role::Admin)])
        .when(leave())
        .then([Event::MemberRemoved { user_id: ADA }]);
}

#[test]
fn a_team_has_members_of_the_organization_only_and_loses_who_leaves_it() {
    let team_created = || Event::TeamCreated {
        team_id: TEAM,
        name: "Farm".to_owned(),
    };
    let join = || Command::JoinTeam {
        team: TEAM,
        user: DANA,
    };
    let joined = || Event::TeamMemberAdded {
        team_id: TEAM,
        user_id: DANA,
    };
    given([founded()]).when(join()).then_refused(Refusal::UnknownTeam);
    given([founded(), team_created()])
        .when(join())
        .then_refused(Refusal::NotAMember);
    given([founded(), team_created(), added(Role::Agent)])
        .when(join())
        .then([joined()]);
    let past = [founded(), team_created(), added(Role::Agent), joined()];
    given(past.clone()).when(join()).then_nothing();
    let removed = Event::MemberRemoved { user_id: DANA };
    let organization = given(past)
        .when(Command::RemoveMember { user: DANA })
        .then([removed]);
    assert_eq!(organization.teams_of(DANA).count(), 0);
}

#[test]
fn settings_out_of_bounds_are_refused_by_name() {
    given([founded()])
        .when(Command::ChangeSettings(Settings::default()))
        .then_nothing();
    let refused = |settings: Settings, setting, bounds| {
        given([founded()])
            .when(Command::ChangeSettings(settings))
            .then_refused(Refusal::InvalidSetting { setting, bounds });
    };
    let default = Settings::default;
    refused(
        Settings {
            min_interval_days: 0,
            ..default()
        },
        "min_interval_days",
        "1 to 365",
    );
    refused(
        Settings {
            audio_retention_days: 3_651,
            ..default()
        },
        "audio_retention_days",
        "1 to 3,650",
    );
    refused(
        Settings {
            default_voice: " ".to_owned(),
            ..default()
        },
        "default_voice",
        "a voice id",
    );
}

#[test]
fn a_caller_id_needs_proof() {
    let caller_id = || CallerId {
        number: "+17605550100".parse().unwrap(),
        label: "Office".to_owned(),
    };
    let add = |proof: &str| Command::AddCallerId {
        caller_id: caller_id(),
        proof: proof.to_owned(),
    };
    given([founded()]).when(add("")).then_refused(Refusal::NoReason);
    let caller_id_added = Event::CallerIdAdded {
        caller_id: caller_id(),
        proof: "letter".to_owned(),
    };
    given([founded()])
        .when(add("letter"))
        .then([caller_id_added.clone()]);
    given([founded(), caller_id_added])
        .when(add("letter"))
        .then_nothing();
    let remove = Command::RemoveCallerId {
        number: caller_id().number,
    };
    given([founded()])
        .when(remove)
        .then_refused(Refusal::UnknownCallerId);
}

#[test]
fn a_state_is_switched_on_by_someone_who_says_why() {
    let switch_on = |reason: &str| Command::SwitchStateOn {
        state: california(),
        reason: reason.to_owned(),
    };
    let switched_on = || Event::StateSwitchedOn {
        state: california(),
        reason: "letter".to_owned(),
    };
    given([founded()])
        .when(switch_on(" "))
        .then_refused(Refusal::NoReason);
    given([founded()]).when(switch_on("letter")).then([switched_on()]);
    given([founded(), switched_on()])
        .when(switch_on("letter"))
        .then_nothing();
    let switch_off = || Command::SwitchStateOff {
        state: california(),
        reason: "new law".to_owned(),
    };
    given([founded()]).when(switch_off()).then_nothing();
    let organization = given([founded(), switched_on()])
        .when(switch_off())
        .then([Event::StateSwitchedOff {
            state: california(),
            reason: "new law".to_owned(),
        }]);
    assert!(organization.states_on.is_empty());
}

#[test]
fn a_halt_is_lifted_by_those_whose_it_is() {
    let halt = |by| Command::HaltSending {
        by,
        reason: "a fault".to_owned(),
    };
    let halted = |by| Event::SendingHalted {
        by,
        reason: "a fault".to_owned(),
    };
    let allow = |by| Command::AllowSending {
        by,
        reason: "mended".to_owned(),
    };
    let allowed = |by| Event::SendingAllowed {
        by,
        reason: "mended".to_owned(),
    };
    let (ours, operators) = (HaltedBy::Organization, HaltedBy::Operator);
    given([founded()])
        .when(Command::HaltSending {
            by: ours,
            reason: String::new(),
        })
        .then_refused(Refusal::NoReason);
    let organization = given([founded()]).when(halt(ours)).then([halted(ours)]);
    assert!(organization.is_halted());
    given([founded(), halted(ours)]).when(halt(ours)).then_nothing();
    let organization = given([founded(), halted(ours), halted(operators)])
        .when(allow(ours))
        .then([allowed(ours)]);
    assert!(organization.is_halted(), "the operator's halt stays");
    given([founded(), halted(operators)])
        .when(allow(ours))
        .then_nothing();
    let organization = given([founded(), halted(operators)])
        .when(allow(operators))
        .then([allowed(operators)]);
    assert!(!organization.is_halted());
}

#[test]
fn a_permit_is_held_until_it_is_replaced_or_withdrawn() {
    let permit = |number: &str| PermitStanding {
        state: california(),
        permit: PermitKind::Device,
        number: number.to_owned(),
        expires_on: "2027-08-31".parse().unwrap(),
    };
    let recorded = |number: &str| Event::PermitRecorded {
        permit: permit(number),
    };
    let withdraw = || Command::WithdrawPermit {
        state: california(),
        permit: PermitKind::Device,
        reason: "not renewed".to_owned(),
    };
    given([founded()])
        .when(Command::RecordPermit(permit("  ")))
        .then_refused(Refusal::InvalidPermitNumber);
    given([founded(), recorded("A-1")])
        .when(Command::RecordPermit(permit(" A-1 ")))
        .then_nothing();
    let organization = given([founded(), recorded("A-1")])
        .when(Command::RecordPermit(permit("A-2")))
        .then([recorded("A-2")]);
    assert_eq!(organization.permits, [permit("A-2")]);
    given([founded()]).when(withdraw()).then_nothing();
    let organization = given([founded(), recorded("A-1")])
        .when(withdraw())
        .then([Event::PermitWithdrawn {
            state: california(),
            permit: PermitKind::Device,
            reason: "not renewed".to_owned(),
        }]);
    assert!(organization.permits.is_empty());
}

#[test]
fn an_emergency_lasts_until_it_is_ended() {
    let emergency = |reason: &str| Emergency {
        state: california(),
        until: None,
        reason: reason.to_owned(),
    };
    let declared = Event::EmergencyDeclared {
        emergency: emergency("wildfire"),
    };
    given([founded()])
        .when(Command::DeclareEmergency(emergency(" ")))
        .then_refused(Refusal::NoReason);
    let organization = given([founded()])
        .when(Command::DeclareEmergency(emergency("wildfire")))
        .then([declared.clone()]);
    assert_eq!(organization.emergencies, [emergency("wildfire")]);
    let organization = given([founded(), declared])
        .when(Command::EndEmergency {
            state: california(),
            reason: "contained".to_owned(),
        })
        .then([Event::EmergencyEnded {
            state: california(),
            reason: "contained".to_owned(),
        }]);
    assert!(organization.emergencies.is_empty());
}

#[test]
fn every_look_up_of_an_auditor_is_recorded() {
    let look_up = || Command::RecordLookUp {
        user: ADA,
        subject: "contact/1".to_owned(),
    };
    let looked_up = || Event::AuditorLookedUp {
        user_id: ADA,
        subject: "contact/1".to_owned(),
    };
    given([founded(), looked_up()])
        .when(look_up())
        .then([looked_up()]);
}

const fn endpoint(n: u8) -> WebhookEndpointId {
    WebhookEndpointId::from_uuid(uuid(100 + n))
}

fn add_endpoint(n: u8) -> Command {
    Command::AddWebhookEndpoint {
        endpoint: endpoint(n),
        origin: "https://hooks.example.com".to_owned(),
    }
}

fn endpoint_added(n: u8) -> Event {
    Event::WebhookEndpointAdded {
        endpoint_id: endpoint(n),
        origin: "https://hooks.example.com".to_owned(),
    }
}

#[test]
fn an_organization_has_a_few_webhooks_and_each_only_once() {
    given([founded()]).when(add_endpoint(0)).then([endpoint_added(0)]);
    given([founded(), endpoint_added(0)])
        .when(add_endpoint(0))
        .then_nothing();
    let full = (0..10).map(endpoint_added);
    given(std::iter::once(founded()).chain(full))
        .when(add_endpoint(10))
        .then_refused(Refusal::TooManyWebhookEndpoints);
}

#[test]
fn only_a_webhook_that_is_there_is_tested_and_what_is_gone_is_gone() {
    let test = Command::TestWebhookEndpoint {
        endpoint: endpoint(0),
    };
    let remove = Command::RemoveWebhookEndpoint {
        endpoint: endpoint(0),
    };
    let removed = Event::WebhookEndpointRemoved {
        endpoint_id: endpoint(0),
    };
    given([founded(), endpoint_added(0)])
        .when(test.clone())
        .then([Event::WebhookTestRequested {
            endpoint_id: endpoint(0),
        }]);
    given([founded(), endpoint_added(0)])
        .when(remove.clone())
        .then([removed.clone()]);
    given([founded(), endpoint_added(0), removed.clone()])
        .when(test)
        .then_refused(Refusal::UnknownWebhookEndpoint);
    given([founded(), endpoint_added(0), removed])
        .when(remove)
        .then_nothing();
}

fn noon(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_316_800, 0).unwrap() + TimeDelta::hours(hours)
}

const fn secret(n: u8) -> WebhookSecretId {
    WebhookSecretId::from_uuid(uuid(120 + n))
}

fn rotate(n: u8, hours: i64) -> Command {
    Command::RotateWebhookSecret {
        endpoint: endpoint(0),
        secret: secret(n),
        at: noon(hours),
    }
}

fn rotated(n: u8, hours: i64) -> Event {
    Event::WebhookSecretRotated {
        endpoint_id: endpoint(0),
        secret_id: secret(n),
        earlier_until: noon(hours + 24),
    }
}

#[test]
fn a_new_secret_signs_beside_the_one_before_it_for_a_day() {
    given([founded()])
        .when(rotate(1, 0))
        .then_refused(Refusal::UnknownWebhookEndpoint);
    given([founded(), endpoint_added(0)])
        .when(rotate(1, 0))
        .then([rotated(1, 0)]);
    given([founded(), endpoint_added(0), rotated(1, 0)])
        .when(rotate(1, 0))
        .then_nothing();

    let mut organization = Organization::default();
    for event in [founded(), endpoint_added(0), rotated(1, 0), rotated(2, 5)] {
        organization.evolve(&event);
    }
    let webhook = &organization.outlets.webhooks[&endpoint(0)];
    let signing = |hours| webhook.signing(noon(hours)).collect::<Vec<_>>();
    let first = WebhookSecretId::first_of(endpoint(0));
    assert_eq!(signing(23), [secret(2), secret(1), first]);
    assert_eq!(signing(24), [secret(2), secret(1)], "each has its own day");
    assert_eq!(signing(29), [secret(2)]);
    assert_eq!(webhook.ended(noon(29)).collect::<Vec<_>>(), [secret(1), first]);
    assert_eq!(webhook.earlier_until(noon(23)), Some(noon(29)));
    assert_eq!(webhook.earlier_until(noon(29)), None);
}

#[test]
fn no_more_than_three_secrets_sign_at_once() {
    let twice = || [founded(), endpoint_added(0), rotated(1, 0), rotated(2, 5)];
    given(twice())
        .when(rotate(3, 23))
        .then_refused(Refusal::TooManyWebhookSecrets);
    given(twice()).when(rotate(3, 24)).then([rotated(3, 24)]);
}

#[test]
fn owners_get_their_digests_until_they_or_the_organization_say_otherwise() {
    let mut organization = Organization::default();
    let decline = Command::SetOwnDigestMail {
        user: ADA,
        wanted: false,
    };
    let declined = Event::OwnDigestMailSet {
        user_id: ADA,
        wanted: false,
    };
    given([founded()]).when(decline.clone()).then([declined.clone()]);
    given([founded(), declined.clone()]).when(decline).then_nothing();
    for (event, wanted) in [
        (founded(), true),
        (declined, false),
        (
            Event::OwnDigestMailSet {
                user_id: ADA,
                wanted: true,
            },
            true,
        ),
        (Event::DigestMailToOwnersSet { wanted: false }, false),
    ] {
        crate::Decider::evolve(&mut organization, &event);
        assert_eq!(organization.outlets.mails_owner(ADA), wanted, "{event:?}");
    }
    given([founded()])
        .when(Command::SetOwnDigestMail {
            user: DANA,
            wanted: false,
        })
        .then_refused(Refusal::NotAMember);
}

#[test]
fn digests_go_to_a_few_others_too() {
    let recipient = |n: u8| DigestRecipientId::from_uuid(uuid(200 + n));
    let add = |n| Command::AddDigestRecipient {
        recipient: recipient(n),
        address: profile(),
    };
    let added = |n| Event::DigestRecipientAdded {
        recipient_id: recipient(n),
        address: profile(),
    };
    given([founded()]).when(add(0)).then([added(0)]);
    given([founded(), added(0)])
        .when(Command::RemoveDigestRecipient {
            recipient: recipient(0),
        })
        .then([Event::DigestRecipientRemoved {
            recipient_id: recipient(0),
        }]);
    given(std::iter::once(founded()).chain((0..20).map(added)))
        .when(add(20))
        .then_refused(Refusal::TooManyDigestRecipients);
}
