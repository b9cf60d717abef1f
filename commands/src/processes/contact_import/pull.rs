//! The file of a pull is made: page after page from the service into a local file, which is moved into the blob store whole and
//! only then recorded. A crash before that begins anew under the same key; nothing is left behind by an import that has ended.

use domain::{
    ConnectionId, ImportBatchId,
    import::{ImportBatch, ImportCommand, ImportStatus},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::{
    authorization::Denied,
    connected_account::ConnectedAccount,
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    ports::{PortError, PortErrorKind},
    stream::{Batch, Loaded, load, load_many},
};

/// Most contacts of one pull.
const PULLED_CONTACTS_MAX: u64 = 1_000_000;
/// Largest file of one pull, bytes.
const PULLED_BYTES_MAX: u64 = 512 << 20;
/// Most pages of one pull: a service that never comes to an end is left.
const PULLED_PAGES_MAX: u32 = 100_000;
/// Pulls of changes after which everything is pulled again.
const INCREMENTS_MAX: usize = 30;
/// What is held in memory of one file, bytes.
const BUFFER_BYTES: usize = 256 << 10;
/// The last line: of a single person it makes a list, and it is no row.
const END_OF_LIST: &[u8] = b"{}\n";

/// Whether there is a file to read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pull {
    /// The file is recorded.
    Recorded,
    /// The import was stopped meanwhile.
    Stopped,
}

/// Where the last complete pull ended, and what had been pulled by then: changes since then are all that is missing only where
/// each of these imports stands.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    cursor: String,
    pulls: Vec<ImportBatchId>,
}

/// A file that is written page by page; gone when it is dropped.
struct Written {
    path: TempPath,
    contacts: u64,
    sha256: String,
    /// Where a later pull can go on from.
    cursor: Option<String>,
}

/// How writing ended.
enum Writing {
    Complete(Written),
    CursorExpired,
    Stopped,
}

/// Where the file of a pull lies: the same place however often it is made.
fn blob_key(context: &CommandContext, import: &Loaded<ImportBatch>) -> String {
    format!("pulled/{}/{}", context.organization, import.stream_id())
}

/// Removes what a pull that was never recorded may have left.
pub(super) async fn clear(
    ports: &Ports,
    context: &CommandContext,
    import: &Loaded<ImportBatch>,
) -> Result<(), CommandError> {
    let state = import.state();
    if state.connection.is_some() && state.blob_key.is_none() {
        ports.blobs.delete(&blob_key(context, import)).await?;
    }
    Ok(())
}

/// Pulls what an import is to read, and records it. The import in hand is the recorded one afterwards.
pub(super) async fn pull(
    ports: &Ports,
    context: &CommandContext,
    import: &mut Loaded<ImportBatch>,
    connection: ConnectionId,
) -> Result<Pull, CommandError> {
    let mut account = open(ports, context, connection).await?;
    let mut known = known_mark(ports, context, import.state(), &account).await?;
    let written = loop {
        let cursor = known.as_ref().map(|mark| mark.cursor.as_str());
        match write(ports, context, import, &mut account, cursor).await? {
            Writing::Complete(written) => break written,
            Writing::Stopped => return Ok(Pull::Stopped),
            Writing::CursorExpired => {
                let register = &ports.connections;
                register
                    .set_sync_cursor(context.organization, connection, None)
                    .await?;
                known = None;
            }
        }
    };
    let key = blob_key(context, import);
    let file = written.path.keep();
    let file = file.map_err(|e| failed(&e.error))?;
    ports.blobs.put_file(&key, file).await?;
    let command = ImportCommand::RecordPulled {
        blob_key: key,
        sha256: written.sha256,
        contacts: written.contacts,
    };
    *import = record(ports, context, import.stream_id(), command).await?;
    if import.state().status != ImportStatus::Running {
        clear(ports, context, import).await?;
        return Ok(Pull::Stopped);
    }
    tracing::info!(
        import.id = import.stream_id(),
        contacts = written.contacts,
        "contacts were pulled"
    );
    remember(ports, context, import.state(), connection, written.cursor, known).await?;
    Ok(Pull::Recorded)
}

async fn open<'a>(
    ports: &'a Ports,
    context: &CommandContext,
    connection: ConnectionId,
) -> Result<ConnectedAccount<'a>, CommandError> {
    match ConnectedAccount::open(ports, context.organization, connection).await {
        Err(CommandError::Denied(Denied::NotFound(_))) => Err(CommandError::invalid(
            "the account is no longer connected; connect it again and pull once more",
        )),
        opened => opened,
    }
}

/// Records the file, unless the import has ended; answers the import as it is then.
async fn record(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    command: ImportCommand,
) -> Result<Loaded<ImportBatch>, CommandError> {
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
        if import.state().status == ImportStatus::Running {
            import.decide(command.clone())?;
            let mut request = Batch::new(ports, context);
            request.extend(import.append(ports, context)?);
            request.commit().await?;
            import.settle();
        }
        Ok(import)
    })
    .await
}

/// The mark of the account, where changes since then are all that this import lacks: what was pulled before went to the same
/// place, came to its end and was not taken back.
async fn known_mark(
    ports: &Ports,
    context: &CommandContext,
    import: &ImportBatch,
    account: &ConnectedAccount<'_>,
) -> Result<Option<Mark>, CommandError> {
    let cursor = account.connection.sync_cursor.as_deref();
    let mark: Option<Mark> = cursor.and_then(|text| serde_json::from_str(text).ok());
    let Some(mark) = mark.filter(|mark| import.list.is_none() && mark.pulls.len() <= INCREMENTS_MAX) else {
        return Ok(None);
    };
    let pulls: Vec<Loaded<ImportBatch>> = load_many(ports, context.organization, &mark.pulls).await?;
    let stands = |pull: &Loaded<ImportBatch>| {
        let pull = pull.state();
        pull.status == ImportStatus::Completed && pull.campaign == import.campaign
    };
    Ok(pulls.iter().all(stands).then_some(mark))
}

/// Remembers where the pull ended, after it is recorded: forgotten in a crash, it is pulled again, which makes nothing twice.
async fn remember(
    ports: &Ports,
    context: &CommandContext,
    import: &ImportBatch,
    connection: ConnectionId,
    cursor: Option<String>,
    known: Option<Mark>,
) -> Result<(), CommandError> {
    let (Some(cursor), None) = (cursor, &import.list) else {
        return Ok(());
    };
    let mut pulls = known.map(|mark| mark.pulls).unwrap_or_default();
    pulls.extend(import.id);
    let mark = serde_json::to_string(&Mark { cursor, pulls })
        .map_err(|e| CommandError::Unreadable(e.to_string()))?;
    let register = &ports.connections;
    register
        .set_sync_cursor(context.organization, connection, Some(mark))
        .await?;
    Ok(())
}

/// Writes page after page into a new file.
async fn write(
    ports: &Ports,
    context: &CommandContext,
    import: &Loaded<ImportBatch>,
    account: &mut ConnectedAccount<'_>,
    cursor: Option<&str>,
) -> Result<Writing, CommandError> {
    let mut list = ListFile::begin(ports).await?;
    let mut page: Option<String> = None;
    for _ in 0..PULLED_PAGES_MAX {
        let current: Loaded<ImportBatch> = load(ports, context.organization, import.stream_id()).await?;
        if current.state().status != ImportStatus::Running {
            return Ok(Writing::Stopped);
        }
        let chosen = import.state().list.as_deref();
        let Some(pulled) = account.pull(chosen, cursor, page.as_deref()).await? else {
            return Ok(Writing::CursorExpired);
        };
        list.add(&pulled.contacts).await?;
        page = pulled.next_page;
        if page.is_none() {
            return Ok(Writing::Complete(list.end(pulled.sync_cursor).await?));
        }
    }
    Err(too_much("the service does not come to an end"))
}

fn too_much(what: &str) -> CommandError {
    CommandError::invalid(format!(
        "{what}: choose one of the account's lists, or export it in parts and upload those"
    ))
}

fn failed(error: &std::io::Error) -> CommandError {
    let kind = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => PortErrorKind::Exhausted,
        _ => PortErrorKind::Retryable,
    };
    PortError::new(kind, format!("writing what is pulled: {}", error.kind())).into()
}

/// A list on its way to disk, one JSON object a line.
struct ListFile {
    path: TempPath,
    file: BufWriter<tokio::fs::File>,
    hash: Sha256,
    bytes: u64,
    contacts: u64,
}

impl ListFile {
    async fn begin(ports: &Ports) -> Result<Self, CommandError> {
        let directory = ports.spool.clone();
        let made = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&directory)?;
            tempfile::Builder::new().prefix("pull-").tempfile_in(&directory)
        });
        let made = made.await.map_err(|e| CommandError::Journal(e.to_string()))?;
        let (file, path) = made.map_err(|e| failed(&e))?.into_parts();
        Ok(Self {
            path,
            file: BufWriter::with_capacity(BUFFER_BYTES, tokio::fs::File::from_std(file)),
            hash: Sha256::new(),
            bytes: 0,
            contacts: 0,
        })
    }

    async fn line(&mut self, line: &[u8]) -> Result<(), CommandError> {
        self.bytes += line.len() as u64;
        if self.bytes > PULLED_BYTES_MAX {
            return Err(too_much("the account holds more than 512 MB"));
        }
        self.hash.update(line);
        self.file.write_all(line).await.map_err(|e| failed(&e))
    }

    async fn add(&mut self, contacts: &[String]) -> Result<(), CommandError> {
        self.contacts += contacts.len() as u64;
        if self.contacts > PULLED_CONTACTS_MAX {
            return Err(too_much("the account holds more than 1,000,000 contacts"));
        }
        for contact in contacts {
            // In JSON a line end is but a blank: inside of a text it is escaped.
            let mut line = contact.replace(['\n', '\r'], " ").into_bytes();
            line.push(b'\n');
            self.line(&line).await?;
        }
        Ok(())
    }

    async fn end(mut self, cursor: Option<String>) -> Result<Written, CommandError> {
        if self.contacts > 0 {
            self.line(END_OF_LIST).await?;
        }
        self.file.flush().await.map_err(|e| failed(&e))?;
        Ok(Written {
            path: self.path,
            contacts: self.contacts,
            sha256: hex::encode(self.hash.finalize()),
            cursor,
        })
    }
}
