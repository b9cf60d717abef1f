//! Checks a bundle of evidence by nothing but itself and a key. Believes nothing that it says: sizes are bounded, every fingerprint, path and
//! signature is computed again, and each claim stands or falls by itself, so that a forgery is named for what it is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{Read, Seek},
};

use commands::transparency::{Checkpoint, Leaf, Manifest, NoteKey, check_record, record_hash};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::names::{
    AUDIO, CHECKPOINT, EVENTS, EventLine, HISTORY, KEY, MANIFEST, RENDERED, WHOLE_KINDS, read,
};

/// Most files of a bundle.
const FILES_MAX: usize = 10_000;
/// Most bytes of a file of text, unpacked: all of it is held.
const TEXT_BYTES_MAX: u64 = 512 << 20;
/// Most bytes of a recording, unpacked.
const AUDIO_BYTES_MAX: u64 = 512 << 20;
/// Examples that a claim which fails gives.
const EXAMPLES_MAX: usize = 5;

/// Something that a bundle claims, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its name, such as `events`.
    pub name: &'static str,
    /// What holds, or what does not.
    pub finding: Result<String, String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every claim.
    pub claims: Vec<Claim>,
    /// Events that are newer than the checkpoint, which proves nothing of them.
    pub newer: u64,
    /// The key that it was checked by.
    pub key: String,
}

impl Report {
    /// Whether all of it holds.
    pub fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.finding.is_ok())
    }
}

/// The file is no bundle that could be checked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableBundle {
    /// No archive, or a damaged one.
    #[error("this is no bundle of evidence, or it is damaged")]
    Archive,
    /// More than is looked at.
    #[error("the bundle has more files, or larger ones, than a bundle has")]
    TooLarge,
    /// A file that every bundle has.
    #[error("the bundle has no {0}")]
    Missing(&'static str),
    /// The key.
    #[error("the bundle's key can't be read")]
    Key,
}

/// Checks a bundle, by a key that is known from elsewhere, or else by its own.
pub fn check_bundle(file: impl Read + Seek, known: Option<NoteKey>) -> Result<Report, UnreadableBundle> {
    let bundle = Bundle::unpack(file)?;
    let own = NoteKey::read(bundle.text(KEY)?);
    let key_claim = match &known {
        Some(known) => Claim {
            name: "key",
            finding: match &own {
                Ok(own) if own.id() == known.id() => Ok("the bundle names the key that you gave".to_owned()),
                _ => Err("the bundle names another key than the one that you gave".to_owned()),
            },
        },
        None => Claim {
            name: "key",
            finding: Ok("the bundle's own: compare it with one that you have from elsewhere".to_owned()),
        },
    };
    let key = known.map_or(own, Ok).map_err(|_| UnreadableBundle::Key)?;
    let events = Events::read(bundle.text(EVENTS)?);
    let opened = Checkpoint::open(bundle.text(CHECKPOINT)?, &key);
    let mut claims = vec![
        key_claim,
        claim("manifest", bundle.manifest(&key)?),
        Claim {
            name: "checkpoint",
            finding: opened.as_ref().map(told).map_err(ToString::to_string),
        },
    ];
    let checkpoint = opened.ok();
    claims.push(claim("events", events.included(checkpoint.as_ref())));
    claims.push(claim("sequences", events.complete()));
    claims.push(claim("history", events.told_by(bundle.text(HISTORY)?)));
    claims.push(claim("recordings", events.recordings(&bundle)));
    Ok(Report {
        claims,
        newer: events.newer(checkpoint.as_ref()),
        key: key.id(),
    })
}

fn told(checkpoint: &Checkpoint) -> String {
    format!(
        "{} events up to position {}, signed {}",
        checkpoint.size,
        checkpoint.position,
        checkpoint.signed_at.to_rfc3339()
    )
}

/// What holds when nothing is wrong; else the first things that are.
struct Finding {
    holds: String,
    wrong: Vec<String>,
}

fn claim(name: &'static str, finding: Finding) -> Claim {
    let Finding { holds, mut wrong } = finding;
    if wrong.is_empty() {
        let finding = Ok(holds);
        return Claim { name, finding };
    }
    let more = wrong.len().saturating_sub(EXAMPLES_MAX);
    wrong.truncate(EXAMPLES_MAX);
    let mut text = wrong.join("; ");
    if more > 0 {
        text = format!("{text}; and {more} more");
    }
    Claim {
        name,
        finding: Err(text),
    }
}

/// What was unpacked: texts whole, recordings by their fingerprints alone.
struct Bundle {
    texts: BTreeMap<String, String>,
    /// Fingerprints of everything but the manifest, by name.
    fingerprints: BTreeMap<String, String>,
}

impl Bundle {
    fn unpack(file: impl Read + Seek) -> Result<Self, UnreadableBundle> {
        let damaged = |_| UnreadableBundle::Archive;
        let mut archive = ZipArchive::new(file).map_err(damaged)?;
        if archive.len() > FILES_MAX {
            return Err(UnreadableBundle::TooLarge);
        }
        let mut bundle = Self {
            texts: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
        };
        for at in 0..archive.len() {
            let part = archive.by_index(at).map_err(damaged)?;
            let name = part.name().map_err(damaged)?.into_owned();
            bundle.take(name, part)?;
        }
        Ok(bundle)
    }

    fn take(&mut self, name: String, part: impl Read) -> Result<(), UnreadableBundle> {
        if self.fingerprints.contains_key(&name) || self.texts.contains_key(&name) {
            // Programs that unpack would choose one of the two, and not all the same.
            return Err(UnreadableBundle::Archive);
        }
        let is_audio = name.starts_with(AUDIO);
        let most = if is_audio { AUDIO_BYTES_MAX } else { TEXT_BYTES_MAX };
        let mut content = Vec::new();
        let read = part.take(most + 1).read_to_end(&mut content);
        let read = read.map_err(|_| UnreadableBundle::Archive)?;
        if read as u64 > most {
            return Err(UnreadableBundle::TooLarge);
        }
        if name != MANIFEST {
            let sha256 = hex::encode(Sha256::digest(&content));
            self.fingerprints.insert(name.clone(), sha256);
        }
        if !is_audio {
            let text = String::from_utf8(content).map_err(|_| UnreadableBundle::Archive)?;
            self.texts.insert(name, text);
        }
        Ok(())
    }

    fn text(&self, name: &'static str) -> Result<&str, UnreadableBundle> {
        let text = self.texts.get(name).ok_or(UnreadableBundle::Missing(name))?;
        Ok(text)
    }

    /// No file was changed, added or taken out.
    fn manifest(&self, key: &NoteKey) -> Result<Finding, UnreadableBundle> {
        let signed = match Manifest::open(self.text(MANIFEST)?, key) {
            Ok(Manifest(signed)) => signed,
            Err(error) => {
                return Ok(Finding {
                    holds: String::new(),
                    wrong: vec![error.to_string()],
                });
            }
        };
        let names: BTreeSet<&String> = signed.keys().chain(self.fingerprints.keys()).collect();
        let wrong =
            names
                .into_iter()
                .filter_map(|name| match (signed.get(name), self.fingerprints.get(name)) {
                    (Some(signed), Some(found)) if signed == found => None,
                    (Some(_), Some(_)) => Some(format!("{name} was changed")),
                    (Some(_), None) => Some(format!("{name} was taken out")),
                    (None, _) => Some(format!("{name} was put in")),
                });
        Ok(Finding {
            wrong: wrong.collect(),
            holds: format!("{} files are as they were signed", signed.len()),
        })
    }
}

/// The events of a bundle.
struct Events {
    lines: Vec<(EventLine, Leaf)>,
    unreadable: Vec<String>,
}

impl Events {
    fn read(text: &str) -> Self {
        let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let read = serde_json::from_str::<EventLine>(line).ok();
            match read.and_then(|line| Leaf::read(&line.leaf).map(|leaf| (line, leaf))) {
                Some(read) => lines.push(read),
                None => unreadable.push(format!("line {number} of {EVENTS} can't be read")),
            }
        }
        Self { lines, unreadable }
    }

    /// Every event that the checkpoint covers is in its tree, each at a place of its own, in the order of positions.
    fn included(&self, checkpoint: Option<&Checkpoint>) -> Finding {
        let mut wrong = self.unreadable.clone();
        let Some(checkpoint) = checkpoint else {
            wrong.push("without a checkpoint nothing is proven".to_owned());
            return Finding {
                holds: String::new(),
                wrong,
            };
        };
        let (mut proven, mut before) = (0_u64, None);
        for (line, leaf) in &self.lines {
            let place = (leaf.position, line.index);
            if before.is_some_and(|(position, index)| {
                leaf.position <= position || (line.index.is_some() && line.index <= index)
            }) {
                wrong.push(format!("the event at position {} is out of order", leaf.position));
            }
            before = Some(place);
            if leaf.position > checkpoint.position {
                continue;
            }
            if is_in(line, checkpoint) {
                proven += 1;
            } else {
                wrong.push(format!(
                    "the event at position {} ({}) is not in the tree that was signed",
                    leaf.position, leaf.name
                ));
            }
        }
        Finding {
            holds: format!("{proven} events are in the tree that was signed"),
            wrong,
        }
    }

    fn newer(&self, checkpoint: Option<&Checkpoint>) -> u64 {
        let Some(checkpoint) = checkpoint else {
            return self.lines.len() as u64;
        };
        let newer = self
            .lines
            .iter()
            .filter(|(_, leaf)| leaf.position > checkpoint.position);
        newer.count() as u64
    }

    /// The streams of the contact and of its scripts have every event from the first on.
    fn complete(&self) -> Finding {
        let mut next: HashMap<_, u64> = HashMap::new();
        let mut wrong = Vec::new();
        for (_, leaf) in &self.lines {
            if !WHOLE_KINDS.contains(&leaf.stream.kind.as_str()) {
                continue;
            }
            let expected = next.entry(&leaf.stream).or_insert(1);
            if leaf.sequence != *expected {
                wrong.push(format!(
                    "of {} event {expected} is missing before position {}",
                    leaf.stream, leaf.position
                ));
            }
            *expected = leaf.sequence + 1;
        }
        if next.is_empty() {
            wrong.push("there is no stream".to_owned());
        }
        Finding {
            holds: format!("{} streams are whole", next.len()),
            wrong,
        }
    }

    /// Each step of the history is one of the events.
    fn told_by(&self, history: &str) -> Finding {
        #[derive(Deserialize)]
        struct History {
            entries: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            event_id: String,
            position: u64,
            event_type: String,
        }
        let Ok(history) = serde_json::from_str::<History>(history) else {
            return Finding {
                holds: String::new(),
                wrong: vec![format!("{HISTORY} can't be read")],
            };
        };
        let events: HashMap<&str, &Leaf> = self
            .lines
            .iter()
            .map(|(_, leaf)| (leaf.event_id.as_str(), leaf))
            .collect();
        let strange = history.entries.iter().filter(|entry| {
            let leaf = events.get(entry.event_id.as_str());
            leaf.is_none_or(|leaf| leaf.position.number() != entry.position || leaf.name != entry.event_type)
        });
        Finding {
            wrong: strange
                .map(|entry| format!("the step at position {} is none of the events", entry.position))
                .collect(),
            holds: format!("{} steps, each of them one of the events", history.entries.len()),
        }
    }

    /// Each recording is one that an event names.
    fn recordings(&self, bundle: &Bundle) -> Finding {
        let rendered = self.lines.iter().filter(|(_, leaf)| leaf.name == RENDERED);
        let named: BTreeSet<String> = rendered
            .filter_map(|(_, leaf)| {
                let payload: Value = serde_json::from_str(&leaf.payload).ok()?;
                Some(payload.get(RENDERED)?.get("sha256")?.as_str()?.to_owned())
            })
            .collect();
        let files = bundle
            .fingerprints
            .iter()
            .filter(|(name, _)| name.starts_with(AUDIO));
        let (mut kept, mut wrong) = (0, Vec::new());
        for (name, sha256) in files {
            if named.contains(sha256) {
                kept += 1;
            } else {
                wrong.push(format!("{name} is not a recording that an event names"));
            }
        }
        Finding {
            holds: format!("{kept} of {} recordings are here, as they were made", named.len()),
            wrong,
        }
    }
}

fn is_in(line: &EventLine, checkpoint: &Checkpoint) -> bool {
    let proof = line.path.as_deref().and_then(read).zip(line.index);
    proof.is_some_and(|(path, index)| {
        let leaf = record_hash(line.leaf.as_bytes());
        check_record(&path, checkpoint.size, checkpoint.root, index, leaf).is_ok()
    })
}
