//! Contacts that a program pushes: the body is kept as a file, one JSON object a line, and read like any other list. The same
//! key from the same source is the same push, however often it comes; what is too large, or no list of objects, is refused
//! before anything is kept.

use bytes::Bytes;
use domain::{
    Actor, CampaignId, ImportBatchId, UserId,
    import::{ContactSource, ImportBatch, ImportOrigin},
};
use sha2::{Digest, Sha256};

use super::imports::{Corrections, ImportRequest, StartedImport, import_id, start_import};
use crate::{
    access,
    authorization::{Action, Denied},
    context::{CommandContext, Ports},
    error::CommandError,
    stream::{Loaded, load},
};

/// Most contacts of one push.
pub const PUSHED_CONTACTS_MAX: usize = 1_000;
/// Largest body of one push, bytes.
pub const PUSHED_BYTES_MAX: usize = 1 << 20;
/// Longest idempotency key, characters.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// Contacts that a program pushes.
#[derive(Debug, Clone)]
pub struct ContactPush {
    /// Where they come from.
    pub source: ContactSource,
    /// The campaign that they go to; nothing for the contact list alone.
    pub campaign: Option<CampaignId>,
    /// The contacts, one JSON object a line.
    pub contacts_ndjson: Bytes,
    /// What the sender calls this push; the same again is the same push.
    pub idempotency_key: String,
    /// In whose name it is done: what they may do is read afresh.
    pub started_by: UserId,
}

/// Starts the import of pushed contacts. Refuses more than 1,000 contacts or 1 MiB, a line that is no JSON object, and a
/// missing key; denies what the person in whose name it comes may not do.
pub async fn push_contacts(
    ports: &Ports,
    context: &CommandContext,
    push: ContactPush,
) -> Result<StartedImport, CommandError> {
    let contacts = check_body(&push.contacts_ndjson)?;
    let key = check_key(&push.idempotency_key)?;
    may_push(ports, context, &push).await?;
    let sha256 = push_hash(push.source, key);
    let batch = import_id(context.organization, push.campaign, &sha256);
    if stands(ports, context, batch).await? {
        return Ok(StartedImport {
            batch,
            repeated: true,
            position: None,
        });
    }
    let content = hex::encode(Sha256::digest(&push.contacts_ndjson));
    let blob_key = format!("pushed/{}/{content}", context.organization);
    ports.blobs.put(&blob_key, push.contacts_ndjson).await?;
    tracing::debug!(contacts, source = push.source.as_str(), "contacts were pushed");
    let request = ImportRequest {
        campaign: push.campaign,
        source: push.source,
        file_name: None,
        corrections: Corrections::default(),
        guessed: false,
        origin: ImportOrigin {
            blob_key: Some(blob_key),
            sha256: Some(sha256),
            ..ImportOrigin::default()
        },
    };
    let context = CommandContext {
        actor: Actor::User(push.started_by),
        ..context.clone()
    };
    start_import(ports, &context, request).await
}

/// The hash that stands for a push in place of its file's, hex.
fn push_hash(source: ContactSource, key: &str) -> String {
    // The zero byte keeps a source and a key apart.
    let hash = Sha256::new()
        .chain_update(b"push\0")
        .chain_update(source.as_str())
        .chain_update(b"\0")
        .chain_update(key);
    hex::encode(hash.finalize())
}

fn check_key(key: &str) -> Result<&str, CommandError> {
    let key = key.trim();
    if key.is_empty() || key.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX {
        return Err(CommandError::invalid(
            "an idempotency key of 1 to 255 characters is needed: any text that is new for each push, and the same when \
             it is sent again",
        ));
    }
    Ok(key)
}

/// How many contacts the body holds.
fn check_body(body: &[u8]) -> Result<usize, CommandError> {
    if body.len() > PUSHED_BYTES_MAX {
        return Err(CommandError::invalid(
            "a push has at most 1 MiB; send the contacts in several pushes, each with its own key",
        ));
    }
    let mut contacts = 0;
    for (at, line) in body.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_slice(line);
        if object.is_err() {
            return Err(CommandError::invalid(format!(
                "contact {} is no JSON object; send one object for each contact",
                at + 1
            )));
        }
        contacts += 1;
    }
    match contacts {
        0 => Err(CommandError::invalid(
            "there is no contact in the push; send at least one JSON object",
        )),
        1..=PUSHED_CONTACTS_MAX => Ok(contacts),
        _ => Err(CommandError::invalid(
            "a push has at most 1,000 contacts; send them in several pushes, each with its own key",
        )),
    }
}

async fn may_push(ports: &Ports, context: &CommandContext, push: &ContactPush) -> Result<(), CommandError> {
    let principal = access::principal(ports, context.organization, push.started_by)
        .await?
        .ok_or(Denied::SignedOut)?;
    access::on_organization(&principal, Action::WriteContacts)?;
    if let Some(campaign) = push.campaign {
        access::on_campaign(ports, &principal, Action::WriteCampaign, campaign).await?;
    }
    Ok(())
}

/// Whether the push was taken before and is under way or came to its end. Of one that failed, was stopped or was taken back nothing
/// is left: it is started anew.
async fn stands(ports: &Ports, context: &CommandContext, batch: ImportBatchId) -> Result<bool, CommandError> {
    let import: Loaded<ImportBatch> = load(ports, context.organization, batch).await?;
    Ok(import.exists() && !import.state().status.is_void())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> String {
        check_body(body).unwrap_err().to_string()
    }

    #[test]
    fn a_push_is_a_list_of_objects_and_blank_lines_are_none() {
        assert_eq!(
            check_body(b"{\"phone\":\"7605550120\"}\n\n{\"phone\":\"1\"}\r\n"),
            Ok(2)
        );
        assert!(refusal(b" \n").contains("no contact"));
        assert!(refusal(b"{}\n[1]").contains("contact 2 is no JSON object"));
        assert!(refusal(b"\xff").contains("contact 1"));
    }

    #[test]
    fn a_push_over_the_limits_is_refused_with_what_to_do() {
        let most = "{}\n".repeat(PUSHED_CONTACTS_MAX);
        assert_eq!(check_body(most.as_bytes()), Ok(PUSHED_CONTACTS_MAX));
        assert!(refusal(format!("{most}{{}}").as_bytes()).contains("several pushes"));
        assert!(refusal(&vec![b' '; PUSHED_BYTES_MAX + 1]).contains("1 MiB"));
    }

    #[test]
    fn keys_of_different_sources_do_not_meet() {
        let (google, mojo) = (ContactSource::GoogleContacts, ContactSource::MojoDialer);
        assert_ne!(push_hash(google, "a"), push_hash(mojo, "a"));
        assert_ne!(push_hash(google, "a"), push_hash(google, "b"));
        assert_eq!(push_hash(google, "a"), push_hash(google, "a"));
        assert!(check_key(" ").is_err() && check_key(&"k".repeat(256)).is_err());
        assert_eq!(check_key(" a "), Ok("a"));
    }
}
