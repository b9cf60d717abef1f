//! How a campaign went is told by signed webhooks and by e-mail: to whom, when the receiver fails, when it is replayed, and to nobody
//! who was removed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{
    Notification, NotificationLog, NotificationPlace, NotificationRecord, NotificationState, NotificationTry,
    PortError, PortErrorKind,
};
use domain::{EventId, NotificationId, OrganizationId};
use hmac::{Hmac, Mac};
use sandbox::{Faults, ReceivedWebhook, RequestFault, RequestFaults};
use serde_json::Value;
use sha2::Sha256;

use super::digests::completed;
use crate::{
    scripts::desk::{from_now_on, outside},
    stage::{Engine, Person, TestApp, in_a_running_system, text, until},
};

in_a_running_system! {
    a_completed_campaign_is_told_to_programs_and_by_mail;
    a_receiver_that_fails_is_told_again_and_again_until_it_takes_it;
    what_is_given_up_is_seen_and_replayed;
    nobody_is_told_who_was_removed_or_declined;
    only_an_admin_says_who_is_told;
    webhooks_of_a_sandbox_go_to_this_machine_alone;
    a_lost_answer_is_told_again_under_the_same_id;
}

const CHANGED: &str = "OrganizationChanged { position }";

/// Adds an endpoint of the sandbox: its id and its secret.
async fn add_endpoint(app: &TestApp, admin: &Person, name: &str) -> (String, String) {
    let call = format!("addWebhookEndpoint(url: {:?})", outside(app).receiver_url(name));
    let added = admin
        .does(&call, "WebhookEndpointAdded { secret endpoint { id origin } }")
        .await;
    let origin = text(&added["endpoint"]["origin"]);
    assert!(!origin.contains("receiver"), "the path may be a secret: {origin}");
    (
        text(&added["endpoint"]["id"]).to_owned(),
        text(&added["secret"]).to_owned(),
    )
}

fn received(app: &TestApp, name: &str) -> Vec<ReceivedWebhook> {
    let all = outside(app).webhooks();
    all.into_iter().filter(|w| w.receiver == name).collect()
}

async fn told(app: &TestApp, name: &str) -> ReceivedWebhook {
    until("the receiver is told", async || received(app, name).pop()).await
}

/// Checks a message as its receiver would: one signature by its secret is enough.
fn verifies(webhook: &ReceivedWebhook, secret: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let header = |name: &str| webhook.headers[name].as_str();
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").expect("a prefix"))
        .expect("base64");
    let mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    let signed = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        webhook.body
    );
    let signature = STANDARD.encode(mac.chain_update(signed).finalize().into_bytes());
    let mut given = header("webhook-signature").split(' ');
    given.any(|given| given == format!("v1,{signature}"))
}

#[track_caller]
fn is_signed(webhook: &ReceivedWebhook, secret: &str) {
    assert!(verifies(webhook, secret), "{:?}", webhook.headers);
}

async fn notifications(admin: &Person, filter: &str) -> Vec<Value> {
    let fields = "nodes { id channel targetId campaignId state tries status error nextTryAt }";
    let found = admin.asks(&format!("notifications{filter} {{ {fields} }}")).await;
    found["nodes"].as_array().expect("a list").clone()
}

/// Waits until the newest notification to a target stands so.
async fn stands(admin: &Person, target: &str, state: &str) -> Value {
    until(&format!("the notification is {state}"), async || {
        let all = notifications(admin, "").await;
        all.into_iter()
            .find(|n| n["targetId"] == target && n["state"] == state)
    })
    .await
}

/// Somebody of the story whose session does not end when the clock skips hours.
async fn lasting(admin: &Person) -> Person {
    let made = admin
        .does(
            "createApiToken(name: \"Watch\", scope: WRITE)",
            "TokenCreated { secret }",
        )
        .await;
    admin.with_token(text(&made["secret"]))
}

fn failing(times: usize) -> Faults {
    Faults {
        receiver: RequestFaults {
            script: vec![RequestFault::ServerError; times],
            ..RequestFaults::default()
        },
        ..Faults::default()
    }
}

async fn a_completed_campaign_is_told_to_programs_and_by_mail(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, agent_id) = app.member(&admin, "AGENT").await;
    let (endpoint, secret) = add_endpoint(app, &admin, "crm").await;
    let added = "addDigestRecipient(address: \"Broker@Example.com \")";
    admin.does(added, "DigestRecipientAdded { recipientId }").await;
    let settings = admin
        .asks("digestMail { configured toOwners own recipients { address } }")
        .await;
    assert_eq!(
        settings["recipients"][0]["address"], "broker@example.com",
        "{settings}"
    );
    assert_eq!(
        (&settings["configured"], &settings["toOwners"]),
        (&true.into(), &true.into())
    );
    let admin = lasting(&admin).await;
    let campaign = completed(&agent).await;

    let webhook = told(app, "crm").await;
    is_signed(&webhook, &secret);
    let message: Value = serde_json::from_str(&webhook.body).expect("JSON");
    assert_eq!(message["type"], "campaign.completed");
    assert_eq!(message["data"]["campaign"]["id"], campaign.id);
    assert_eq!(message["data"]["results"]["handed_over"], 12, "{message}");
    assert!(!text(&message["data"]["summary"][0]).is_empty());
    assert!(
        !webhook.body.contains("555-01") && !webhook.body.contains("Owner"),
        "nobody's data: {message}"
    );

    let mails = until("both mails have come", async || {
        let mails = outside(app).mails();
        let to = |address: &str| mails.iter().any(|m| m.to == [address]);
        (to("agent@example.com") && to("broker@example.com")).then_some(mails)
    })
    .await;
    for mail in &mails {
        let said = &mail.message;
        assert!(said.contains("Subject: Digest: Desert expireds"), "{said}");
        assert!(said.contains("text/plain") && said.contains("text/html"));
        // `%PDF-` in base64.
        assert!(
            said.contains("application/pdf") && said.contains("JVBERi0"),
            "no document"
        );
        assert!(said.contains("Desert-expireds-digest.pdf"));
    }
    let taken = stands(&admin, &endpoint, "DELIVERED").await;
    assert_eq!(
        (&taken["status"], &taken["campaignId"]),
        (&204.into(), &campaign.id.clone().into())
    );
    assert_eq!(
        taken["id"],
        format!("notification:{}", webhook.headers["webhook-id"])
    );
    let mailed = stands(&admin, &agent_id, "DELIVERED").await;
    assert_eq!(
        (&mailed["channel"], &mailed["status"]),
        (&"MAIL".into(), &250.into())
    );
}

async fn a_receiver_that_fails_is_told_again_and_again_until_it_takes_it(app: &TestApp) {
    let admin = lasting(&app.admin().await).await;
    let (endpoint, secret) = add_endpoint(app, &admin, "slow").await;
    from_now_on(app, failing(3));
    let test = format!("testWebhookEndpoint(id: {endpoint:?})");
    admin.does(&test, CHANGED).await;
    let taken = stands(&admin, &endpoint, "DELIVERED").await;
    assert_eq!(taken["tries"], 4, "{taken}");
    let webhook = told(app, "slow").await;
    is_signed(&webhook, &secret);
    let message: Value = serde_json::from_str(&webhook.body).expect("JSON");
    assert_eq!(message["type"], "test");
}

async fn what_is_given_up_is_seen_and_replayed(app: &TestApp) {
    let admin = lasting(&app.admin().await).await;
    let (endpoint, _) = add_endpoint(app, &admin, "down").await;
    from_now_on(app, failing(10));
    admin
        .does(&format!("testWebhookEndpoint(id: {endpoint:?})"), CHANGED)
        .await;
    let dead = stands(&admin, &endpoint, "DEAD").await;
    assert_eq!(
        (&dead["tries"], &dead["status"]),
        (&10.into(), &500.into()),
        "{dead}"
    );
    assert_eq!(dead["error"], "the receiver answered 500");
    assert!(received(app, "down").is_empty());
    assert_eq!(notifications(&admin, "(state: DEAD)").await.len(), 1);

    let id = text(&dead["id"]);
    let replay = format!("replayNotification(id: {id:?})");
    admin
        .does(&replay, "NotificationReplayed { notificationId position }")
        .await;
    let taken = stands(&admin, &endpoint, "DELIVERED").await;
    assert_eq!((&taken["id"], &taken["tries"]), (&dead["id"], &11.into()));
    let webhook = told(app, "down").await;
    assert_eq!(format!("notification:{}", webhook.headers["webhook-id"]), id);
    // What was taken can be sent again, too.
    admin
        .does(&replay, "NotificationReplayed { notificationId }")
        .await;
    until("it comes again", async || {
        (received(app, "down").len() == 2).then_some(())
    })
    .await;
    let unknown = "replayNotification(id: \"notification:019b7666-d800-7001-8000-000000000001\")";
    assert_eq!(
        admin
            .is_denied(unknown, "NotificationReplayed { position }")
            .await,
        "NOT_FOUND"
    );
}

async fn nobody_is_told_who_was_removed_or_declined(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, agent_id) = app.member(&admin, "AGENT").await;
    let (gone, _) = add_endpoint(app, &admin, "gone").await;
    let (stays, _) = add_endpoint(app, &admin, "stays").await;
    let admin = lasting(&admin).await;
    admin
        .does(&format!("removeWebhookEndpoint(id: {gone:?})"), CHANGED)
        .await;
    let test = format!("testWebhookEndpoint(id: {gone:?})");
    assert_eq!(admin.is_refused(&test, CHANGED).await["code"], "UNKNOWN_WEBHOOK");
    agent.does("setOwnDigestMail(wanted: false)", CHANGED).await;
    assert_eq!(agent.asks("digestMail { own }").await["own"], false);
    completed(&agent).await;
    stands(&admin, &stays, "DELIVERED").await;
    assert!(received(app, "gone").is_empty());
    let all = notifications(&admin, "").await;
    assert!(all.iter().all(|n| n["targetId"] != agent_id.as_str()), "{all:?}");
    assert!(outside(app).mails().is_empty());
}

async fn only_an_admin_says_who_is_told(app: &TestApp) {
    let admin = app.admin().await;
    let (agent, _) = app.member(&admin, "AGENT").await;
    let (endpoint, _) = add_endpoint(app, &admin, "crm").await;
    let add = format!("addWebhookEndpoint(url: {:?})", outside(app).receiver_url("mine"));
    assert_eq!(
        agent.is_denied(&add, "WebhookEndpointAdded { secret }").await,
        "FORBIDDEN"
    );
    for call in [
        format!("removeWebhookEndpoint(id: {endpoint:?})"),
        format!("testWebhookEndpoint(id: {endpoint:?})"),
        "setDigestMailToOwners(wanted: false)".to_owned(),
        "testDigestMail".to_owned(),
    ] {
        assert_eq!(agent.is_denied(&call, CHANGED).await, "FORBIDDEN", "{call}");
    }
    for field in ["webhookEndpoints { id }", "notifications { nodes { id } }"] {
        assert_eq!(agent.is_not_answered(field).await, "FORBIDDEN", "{field}");
    }
    assert_eq!(
        agent.asks("digestMail { recipients { id } }").await["recipients"],
        serde_json::json!([])
    );
    // Another organization neither sees nor replays what is not theirs.
    admin
        .does(&format!("testWebhookEndpoint(id: {endpoint:?})"), CHANGED)
        .await;
    let ours = stands(&admin, &endpoint, "DELIVERED").await;
    let stranger = app.admin_of(&app.another_organization().await).await;
    assert!(notifications(&stranger, "").await.is_empty());
    assert_eq!(
        stranger.asks("webhookEndpoints { id }").await,
        serde_json::json!([])
    );
    let replay = format!("replayNotification(id: {})", ours["id"]);
    assert_eq!(
        stranger
            .is_denied(&replay, "NotificationReplayed { position }")
            .await,
        "NOT_FOUND"
    );
    let test = format!("testWebhookEndpoint(id: {endpoint:?})");
    assert_eq!(
        stranger.is_refused(&test, CHANGED).await["code"],
        "UNKNOWN_WEBHOOK"
    );
}

async fn webhooks_of_a_sandbox_go_to_this_machine_alone(app: &TestApp) {
    let admin = app.admin().await;
    for url in [
        "https://hooks.example.com/x",
        "http://10.0.0.1/x",
        "file:///etc/passwd",
        "hook",
    ] {
        let add = format!("addWebhookEndpoint(url: {url:?})");
        let refused = admin.is_refused(&add, "WebhookEndpointAdded { secret }").await;
        assert!(
            text(&refused["message"]).contains("this machine"),
            "{url}: {refused}"
        );
    }
    assert_eq!(admin.asks("webhookEndpoints { id }").await, serde_json::json!([]));
}

async fn a_lost_answer_is_told_again_under_the_same_id(app: &TestApp) {
    let admin = lasting(&app.admin().await).await;
    let (endpoint, _) = add_endpoint(app, &admin, "deaf").await;
    let lost = Faults {
        receiver: RequestFaults {
            script: vec![RequestFault::LostAnswer],
            ..RequestFaults::default()
        },
        mail: RequestFaults {
            script: vec![RequestFault::ServerError, RequestFault::Overloaded],
            ..RequestFaults::default()
        },
        ..Faults::default()
    };
    from_now_on(app, lost);
    admin
        .does(&format!("testWebhookEndpoint(id: {endpoint:?})"), CHANGED)
        .await;
    stands(&admin, &endpoint, "DELIVERED").await;
    let came = received(app, "deaf");
    assert_eq!(came.len(), 2);
    assert_eq!(came[0].headers["webhook-id"], came[1].headers["webhook-id"]);
    assert_eq!(came[0].body, came[1].body);
    // A mail server that is busy is asked again; one that refuses the mailbox is not.
    admin.does("testDigestMail", CHANGED).await;
    let me = text(&admin.asks("viewer { userId }").await["userId"]).to_owned();
    assert_eq!(stands(&admin, &me, "DELIVERED").await["tries"], 3);
    let added = admin
        .does(
            "addDigestRecipient(address: \"nobody@example.com\")",
            "DigestRecipientAdded { recipientId }",
        )
        .await;
    completed(&app.admin().await).await;
    let refused = stands(&admin, text(&added["recipientId"]), "DEAD").await;
    assert_eq!(
        (&refused["tries"], &refused["status"]),
        (&1.into(), &550.into()),
        "{refused}"
    );
}

/// Gives an endpoint a new secret.
async fn rotated(admin: &Person, endpoint: &str) -> Value {
    let call = format!("rotateWebhookSecret(id: {endpoint:?})");
    let done = "WebhookSecretRotated { secret earlierSecretsUntil position }";
    admin.does(&call, done).await
}

/// Has a test sent to an endpoint: the message as it came.
async fn tested(app: &TestApp, admin: &Person, endpoint: &str, name: &str) -> ReceivedWebhook {
    let before = received(app, name).len();
    admin
        .does(&format!("testWebhookEndpoint(id: {endpoint:?})"), CHANGED)
        .await;
    until("the test comes", async || {
        received(app, name).into_iter().nth(before)
    })
    .await
}

async fn either_secret_verifies_until_the_earlier_one_ends(app: &TestApp) {
    let admin = lasting(&app.admin().await).await;
    let (endpoint, first) = add_endpoint(app, &admin, "rotated").await;
    let alone = tested(app, &admin, &endpoint, "rotated").await;
    assert!(verifies(&alone, &first));
    assert!(!alone.headers["webhook-signature"].contains(' '));

    let made = rotated(&admin, &endpoint).await;
    let second = text(&made["secret"]).to_owned();
    assert!(second.starts_with("whsec_") && second != first);
    let shown = "webhookEndpoints { id earlierSecretsUntil }";
    let known = admin.asks(shown).await;
    assert_eq!(
        known[0]["earlierSecretsUntil"], made["earlierSecretsUntil"],
        "{known}"
    );
    let during = tested(app, &admin, &endpoint, "rotated").await;
    assert!(verifies(&during, &first) && verifies(&during, &second));

    app.minutes_pass(23 * 60);
    let late = tested(app, &admin, &endpoint, "rotated").await;
    assert!(verifies(&late, &first) && verifies(&late, &second));
    app.minutes_pass(60);
    let after = tested(app, &admin, &endpoint, "rotated").await;
    assert!(!verifies(&after, &first), "the earlier secret has ended");
    assert!(verifies(&after, &second));
    let known = admin.asks(shown).await;
    assert!(known[0]["earlierSecretsUntil"].is_null(), "{known}");

    // Whoever rotates again and again does not end a secret sooner, and is stopped before the header grows.
    let third = text(&rotated(&admin, &endpoint).await["secret"]).to_owned();
    let fourth = text(&rotated(&admin, &endpoint).await["secret"]).to_owned();
    let all = tested(app, &admin, &endpoint, "rotated").await;
    assert!(
        [&second, &third, &fourth]
            .iter()
            .all(|secret| verifies(&all, secret))
    );
    let again = format!("rotateWebhookSecret(id: {endpoint:?})");
    let refused = admin.is_refused(&again, "WebhookSecretRotated { secret }").await;
    assert_eq!(refused["code"], "TOO_MANY_SECRETS", "{refused}");

    let (agent, _) = app.member(&admin, "AGENT").await;
    let stranger = app.admin_of(&app.another_organization().await).await;
    let done = "WebhookSecretRotated { secret }";
    assert_eq!(agent.is_denied(&again, done).await, "FORBIDDEN");
    assert_eq!(stranger.is_refused(&again, done).await["code"], "UNKNOWN_WEBHOOK");
}

#[test]
fn either_secret_verifies_until_the_earlier_one_ends_on_sqlite() {
    TestApp::tell_at_a_standstill(Engine::Sqlite, Faults::default(), async |app| {
        either_secret_verifies_until_the_earlier_one_ends(app).await;
    });
}

#[test]
fn either_secret_verifies_until_the_earlier_one_ends_on_postgres() {
    TestApp::tell_at_a_standstill(Engine::Postgres, Faults::default(), async |app| {
        either_secret_verifies_until_the_earlier_one_ends(app).await;
    });
}

/// A log that can't be written the first time, as after a crash: what was sent is not known to have been.
#[derive(Debug)]
struct Forgetful {
    log: Arc<dyn NotificationLog>,
    has_forgotten: AtomicBool,
}

#[async_trait]
impl NotificationLog for Forgetful {
    async fn open(&self, notifications: Vec<Notification>) -> Result<(), PortError> {
        self.log.open(notifications).await
    }

    async fn find(
        &self,
        organization: OrganizationId,
        id: NotificationId,
    ) -> Result<Option<NotificationRecord>, PortError> {
        self.log.find(organization, id).await
    }

    async fn reopen(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        because_of: EventId,
    ) -> Result<bool, PortError> {
        self.log.reopen(organization, id, because_of).await
    }

    async fn tried(
        &self,
        organization: OrganizationId,
        id: NotificationId,
        outcome: NotificationTry,
        now: DateTime<Utc>,
    ) -> Result<(), PortError> {
        if !self.has_forgotten.swap(true, Ordering::SeqCst) {
            return Err(PortError::new(PortErrorKind::Retryable, "killed in the middle"));
        }
        self.log.tried(organization, id, outcome, now).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        state: Option<NotificationState>,
        after: Option<NotificationPlace>,
        limit: usize,
    ) -> Result<Vec<NotificationRecord>, PortError> {
        self.log.list(organization, state, after, limit).await
    }

    async fn forget_before(&self, before: DateTime<Utc>) -> Result<u64, PortError> {
        self.log.forget_before(before).await
    }
}

fn killed_after_the_call(engine: Engine) {
    let forgetful = |ports: commands::Ports| commands::Ports {
        notifications: Arc::new(Forgetful {
            log: ports.notifications.clone(),
            has_forgotten: AtomicBool::new(false),
        }),
        ..ports
    };
    TestApp::tell_through(engine, Faults::default(), forgetful, async |app| {
        let admin = lasting(&app.admin().await).await;
        let (endpoint, _) = add_endpoint(app, &admin, "twice").await;
        admin
            .does(&format!("testWebhookEndpoint(id: {endpoint:?})"), CHANGED)
            .await;
        let taken = stands(&admin, &endpoint, "DELIVERED").await;
        assert_eq!(taken["tries"], 1, "the first is not known: {taken}");
        let came = received(app, "twice");
        assert_eq!(came.len(), 2);
        assert_eq!(came[0].headers["webhook-id"], came[1].headers["webhook-id"]);
    });
}

#[test]
fn what_was_sent_when_the_process_died_is_sent_again_under_its_id_on_sqlite() {
    killed_after_the_call(Engine::Sqlite);
}

#[test]
fn what_was_sent_when_the_process_died_is_sent_again_under_its_id_on_postgres() {
    killed_after_the_call(Engine::Postgres);
}
