//! Makes a bundle of evidence in a file that goes with the process: what is read at once is bounded by the number of events and the size of a
//! recording, what lies in it by the limits below.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use commands::{
    CommandError, Ports,
    ports::{PortError, StoredEvent},
    transparency::{Manifest, Proof, collect, key_of, leaf_text, prove},
};
use domain::{ContactId, Event, OrganizationId, Position, compliance::RulePack, script::ScriptEvent};
use projections::queries::{QueryError, ReadModels};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    history::{self, Entry, RecordingNote},
    names::{
        AUDIO, CHECKPOINT, EVENTS, EventLine, HISTORY, KEY, MANIFEST, READ_ME, RULES, WHOLE_KINDS, written,
    },
    proof_scope,
};

/// Most bytes of recordings in a bundle; what is beyond is named, and left out.
const AUDIO_BYTES_MAX: usize = 200 << 20;

/// How to check a bundle, in the bundle.
const READ_ME_TEXT: &str = include_str!("read_me.txt");

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whose history.
    pub contact: ContactId,
    /// As of when; nothing for now.
    pub as_of: Option<DateTime<Utc>>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// No checkpoint was signed yet: nothing could be proven.
    #[error("no checkpoint of the journal has been signed yet; try again in a minute")]
    NoCheckpoint,
    /// Nothing happened, or nothing until then.
    #[error("nothing had happened by then")]
    NoHistory,
    /// The read models can't be asked.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A use case failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A recording can't be read.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The file can't be written.
    #[error("the bundle can't be written: {0}")]
    File(String),
}

impl From<io::Error> for BundleError {
    fn from(error: io::Error) -> Self {
        Self::File(error.kind().to_string())
    }
}

impl From<zip::result::ZipError> for BundleError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::File(error.to_string())
    }
}

/// Writes the bundle, and answers its file, read from its beginning.
pub async fn make_bundle(
    ports: &Ports,
    queries: &dyn ReadModels,
    organization: OrganizationId,
    wanted: Evidence,
    spool: &Path,
) -> Result<File, BundleError> {
    let standing = ports.log.standing().await?;
    let note = standing.newest.as_ref().map(|newest| newest.note.clone());
    let note = note.ok_or(BundleError::NoCheckpoint)?;
    let contact = wanted.contact;
    // The limit on events is asked before the history is read.
    let scope = proof_scope(queries, organization, contact).await?;
    let mut collected = collect(ports, &scope).await?;
    let mut entries = history::entries(queries, organization, contact, wanted.as_of).await?;
    if entries.is_empty() {
        return Err(BundleError::NoHistory);
    }
    if wanted.as_of.is_some() {
        cut_off(&mut collected.events, &entries);
    }
    let proof = prove(ports, standing, &collected).await?;
    history::with_words(ports, organization, contact, &mut entries, &collected.events).await?;
    let mut archive = Archive::begin(spool)?;
    let recordings = put_recordings(ports, &mut archive, &mut entries, &collected.events).await?;
    let head = head_of(ports, queries, organization, wanted, &proof).await?;
    let shown = json!({"about": head, "recordings": recordings, "entries": entries});
    archive.put_json(HISTORY, &shown).await?;
    archive
        .put(EVENTS, event_lines(&collected.events, &proof))
        .await?;
    archive.put(CHECKPOINT, note.into()).await?;
    archive
        .put(KEY, format!("{}\n", key_of(ports.signer.as_ref())).into())
        .await?;
    archive.put_json(RULES, &rules()).await?;
    archive
        .put(READ_ME, Bytes::from_static(READ_ME_TEXT.as_bytes()))
        .await?;
    Box::pin(archive.end(ports)).await
}

/// Leaves what had happened by then: of whole streams everything up to the last step that is shown, so that no hole is cut.
fn cut_off(events: &mut Vec<StoredEvent>, entries: &[Entry]) {
    let shown: BTreeSet<Position> = entries
        .iter()
        .map(|entry| Position::new(entry.position))
        .collect();
    let mut last = HashMap::new();
    for event in events.iter().filter(|event| shown.contains(&event.position)) {
        last.insert(event.stream.clone(), event.sequence);
    }
    events.retain(|event| {
        if WHOLE_KINDS.contains(&event.stream.kind.as_str()) {
            last.get(&event.stream)
                .is_some_and(|last| event.sequence <= *last)
        } else {
            shown.contains(&event.position)
        }
    });
}

async fn head_of(
    ports: &Ports,
    queries: &dyn ReadModels,
    organization: OrganizationId,
    wanted: Evidence,
    proof: &Proof,
) -> Result<Value, BundleError> {
    let contact = wanted.contact;
    let details = commands::people::details_of(ports, organization, &[contact]).await?;
    let details = details.into_iter().next().and_then(Result::ok);
    let row = queries.contact(organization, contact).await?;
    let name = queries.organization(organization).await?.map(|row| row.name);
    Ok(json!({
        "made_at": ports.clock.now(),
        "as_of": wanted.as_of,
        "organization": {"id": organization.to_string(), "name": name},
        "contact": {
            "id": contact.to_string(),
            "name": details.as_ref().map(|details| &details.name),
            "phone": details.as_ref().map(|details| &details.phone),
            "standing": row.map(|row| row.standing),
        },
        "proof": {
            "proven_events": proof.proven(),
            "newer_events": proof.newer,
            "broken": proof.broken.map(|broken| broken.to_string()),
        },
    }))
}

fn event_lines(events: &[StoredEvent], proof: &Proof) -> Bytes {
    let mut lines = Vec::new();
    for (event, inclusion) in events.iter().zip(&proof.inclusions) {
        let line = EventLine {
            leaf: leaf_text(event),
            index: inclusion.as_ref().map(|inclusion| inclusion.index),
            path: inclusion.as_ref().map(|inclusion| written(&inclusion.path)),
        };
        // Numbers and texts always serialise, and a vector takes all.
        let _ = serde_json::to_writer(&mut lines, &line);
        lines.push(b'\n');
    }
    lines.into()
}

fn rules() -> Value {
    let pack = RulePack::us();
    let rules = pack.rules().iter().flat_map(|rule| {
        rule.jurisdictions.iter().map(|jurisdiction| {
            json!({
                "id": rule.id(*jurisdiction),
                "kind": rule.test.kind(),
                "effective_from": rule.effective_from,
                "effective_to": rule.effective_to,
                "citation": rule.provenance.citation,
                "source": rule.provenance.source,
                "read_on": rule.provenance.read_on,
            })
        })
    });
    json!({
        "id": pack.id(),
        "sha256": pack.sha256(),
        "reviewed_on": pack.head().reviewed_on,
        "next_review_on": pack.head().next_review_on,
        "rules": rules.collect::<Vec<_>>(),
    })
}

/// Puts each recording that is mentioned into the archive once, and says at each step which it is, or why it is not there.
async fn put_recordings(
    ports: &Ports,
    archive: &mut Archive,
    entries: &mut [Entry],
    events: &[StoredEvent],
) -> Result<Vec<RecordingNote>, BundleError> {
    let rendered: HashMap<u64, (String, String)> = events
        .iter()
        .filter_map(|event| match event.decode().ok()?.event {
            Event::ScriptEvent(ScriptEvent::AudioRendered {
                storage_key, sha256, ..
            }) => Some((event.position.number(), (storage_key, sha256))),
            _ => None,
        })
        .collect();
    let mut notes: BTreeMap<String, RecordingNote> = BTreeMap::new();
    let mut room = AUDIO_BYTES_MAX;
    for entry in entries {
        let Some((key, sha256)) = rendered.get(&entry.position) else {
            continue;
        };
        // The same recording may lie in several places, of which some are gone.
        let known = notes.get(sha256).filter(|note| note.file.is_some());
        let note = match known {
            Some(note) => note.clone(),
            None => put_recording(ports, archive, key, sha256, &mut room).await?,
        };
        notes.insert(sha256.clone(), note.clone());
        entry.recording = Some(note);
    }
    Ok(notes.into_values().collect())
}

async fn put_recording(
    ports: &Ports,
    archive: &mut Archive,
    key: &str,
    sha256: &str,
    room: &mut usize,
) -> Result<RecordingNote, BundleError> {
    let gone = |why| RecordingNote {
        sha256: sha256.to_owned(),
        file: None,
        gone: Some(why),
    };
    let Some(content) = ports.blobs.get(key).await? else {
        return Ok(gone("it is not kept any more: it was deleted after its time"));
    };
    if hex::encode(Sha256::digest(&content)) != sha256 {
        return Ok(gone("it is not kept any more: a later one lies in its place"));
    }
    if content.len() > *room {
        return Ok(gone("it was left out: the bundle would become too large"));
    }
    *room -= content.len();
    let extension = key.rsplit_once('.').map_or("bin", |(_, extension)| extension);
    let name = format!("{AUDIO}{sha256}.{extension}");
    archive.put(&name, content).await?;
    Ok(RecordingNote {
        sha256: sha256.to_owned(),
        file: Some(name),
        gone: None,
    })
}

/// An archive that is written file by file, off the threads that answer requests.
struct Archive {
    writer: Option<ZipWriter<File>>,
    manifest: Manifest,
}

impl Archive {
    fn begin(spool: &Path) -> Result<Self, BundleError> {
        std::fs::create_dir_all(spool)?;
        Ok(Self {
            writer: Some(ZipWriter::new(tempfile::tempfile_in(spool)?)),
            manifest: Manifest::default(),
        })
    }

    async fn put_json(&mut self, name: &str, value: &Value) -> Result<(), BundleError> {
        let text = serde_json::to_vec_pretty(value).map_err(|e| BundleError::File(e.to_string()))?;
        self.put(name, text.into()).await
    }

    async fn put(&mut self, name: &str, content: Bytes) -> Result<(), BundleError> {
        let sha256 = hex::encode(Sha256::digest(&content));
        self.manifest.0.insert(name.to_owned(), sha256);
        self.append(name, content).await
    }

    async fn append(&mut self, name: &str, content: Bytes) -> Result<(), BundleError> {
        let cut_short = || BundleError::File("writing was cut short".to_owned());
        let mut writer = self.writer.take().ok_or_else(cut_short)?;
        let name = name.to_owned();
        let written = tokio::task::spawn_blocking(move || {
            writer.start_file(name, SimpleFileOptions::default())?;
            writer.write_all(&content)?;
            Ok::<_, BundleError>(writer)
        });
        self.writer = Some(written.await.map_err(|_| cut_short())??);
        Ok(())
    }

    /// Signs the table of contents and closes the archive.
    async fn end(mut self, ports: &Ports) -> Result<File, BundleError> {
        let note = self.manifest.signed(ports.signer.as_ref());
        let note = note.map_err(|error| BundleError::File(error.to_string()))?;
        self.append(MANIFEST, note.into()).await?;
        let cut_short = || BundleError::File("writing was cut short".to_owned());
        let writer = self.writer.ok_or_else(cut_short)?;
        let mut file = writer.finish()?;
        file.rewind()?;
        Ok(file)
    }
}
