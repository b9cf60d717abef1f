//! A file of numbers becomes the version of a suppression list that is in force. Its numbers are put aside, built beside those in force and
//! named by one event: whoever looks numbers up sees the old version or the new one, never a part. A crash begins it again.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{
    ListLoadId, SuppressionListId,
    suppression::{ListLoad, LoadedList, SuppressionCommand, SuppressionList},
};
use serde::Deserialize;

use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::execute,
    ports::{FileContent, ListFigures, ListLine, ListProgress, PortError, PortErrorKind, WorkEnd, WorkItem},
    stream::{Loaded, load},
};

/// Loads one file to its end.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let list: Loaded<SuppressionList> = load(ports, context.organization, stream_of(item)?).await?;
    let (Some(kind), Some(loading)) = (list.state().kind, list.state().loading.clone()) else {
        return Ok(WorkEnd::Done);
    };
    if loading.id.to_string() != item.dedup_key {
        return Ok(WorkEnd::Done);
    }
    let before = list.state().loaded.clone();
    let id = kind.list_of(context.organization, loading.state);
    let ended = match build(ports, context, id, &loading, before.as_ref()).await {
        Ok((figures, numbers)) => SuppressionCommand::Load {
            id,
            list: kind,
            loaded: in_force(&loading, before.as_ref(), &figures, numbers),
        },
        Err(error) if error.kind == PortErrorKind::Permanent => {
            ports.listed.forget(loading.id).await?;
            SuppressionCommand::FailLoad {
                id,
                load: loading.id,
                reason: error.message,
            }
        }
        Err(error) => return Err(error.into()),
    };
    execute::<SuppressionList>(ports, context, id, ended).await?;
    ports.listed.clear(loading.id).await?;
    Ok(WorkEnd::Done)
}

fn in_force(
    loading: &ListLoad,
    before: Option<&LoadedList>,
    figures: &ListFigures,
    numbers: u64,
) -> LoadedList {
    LoadedList {
        version: loading.version.clone(),
        sha256: loading.sha256.clone(),
        obtained_at: loading.obtained_at,
        san: loading.san.clone(),
        added: numbers,
        removed: before.map_or(0, |b| b.numbers),
        load_id: Some(loading.id),
        replaces: before.and_then(|b| b.load_id),
        numbers,
        unreadable: figures.unreadable,
    }
}

async fn build(
    ports: &Ports,
    context: &CommandContext,
    list: SuppressionListId,
    loading: &ListLoad,
    before: Option<&LoadedList>,
) -> Result<(ListFigures, u64), PortError> {
    // What an earlier try has left.
    ports.listed.clear(loading.id).await?;
    let figures = stage(ports, context, list, loading).await?;
    let base = before.and_then(|b| b.load_id).filter(|_| loading.is_change);
    let numbers = ports.listed.build(loading.id, base).await?;
    Ok((figures, numbers))
}

/// Reads the file on a thread of its own and puts its numbers aside.
async fn stage(
    ports: &Ports,
    context: &CommandContext,
    list: SuppressionListId,
    loading: &ListLoad,
) -> Result<ListFigures, PortError> {
    let gone = || PortError::new(PortErrorKind::Permanent, "the file is gone; upload it again");
    let content = ports.blobs.open(&loading.blob_key).await?.ok_or_else(gone)?;
    let (ports, organization) = (ports.clone(), context.organization);
    let (load, is_change) = (loading.id, loading.is_change);
    let runtime = tokio::runtime::Handle::current();
    let work = move || {
        let (content, read) = Counted::of(content)?;
        let mut lines_read = 0_u64;
        runtime.block_on(ports.listed.note_reading(list, load, read.progress(lines_read)))?;
        let reader = ports.lists.clone();
        reader.read(Box::new(content), &mut |lines: Vec<ListLine>| {
            lines_read += lines.len() as u64;
            let progress = read.progress(lines_read);
            runtime.block_on(async {
                let (numbers, removals): (Vec<_>, Vec<_>) = lines
                    .into_iter()
                    .map(|line| (line.number, line.is_removal && is_change))
                    .unzip();
                let indexes = ports.keys.phone_indexes(organization, &numbers).await?;
                let staged = indexes.into_iter().zip(removals).collect();
                ports.listed.stage(load, staged).await?;
                ports.listed.note_reading(list, load, progress).await
            })
        })
    };
    let reading = tokio::task::spawn_blocking(work).await;
    reading.map_err(|e| PortError::new(PortErrorKind::Retryable, format!("reading the list: {e}")))?
}

/// A file that counts what is read of it.
struct Counted {
    content: Box<dyn FileContent>,
    read: Arc<AtomicU64>,
}

/// How much of a file was read.
struct ReadSoFar {
    read: Arc<AtomicU64>,
    bytes: u64,
}

impl Counted {
    fn of(mut content: Box<dyn FileContent>) -> Result<(Self, ReadSoFar), PortError> {
        let broken = |e: io::Error| {
            PortError::new(
                PortErrorKind::Retryable,
                format!("reading the list: {}", e.kind()),
            )
        };
        let bytes = content.seek(SeekFrom::End(0)).map_err(broken)?;
        content.seek(SeekFrom::Start(0)).map_err(broken)?;
        let read = Arc::new(AtomicU64::new(0));
        let counted = Self {
            content,
            read: Arc::clone(&read),
        };
        Ok((counted, ReadSoFar { read, bytes }))
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.content.seek(to)
    }
}

impl ReadSoFar {
    fn progress(&self, lines: u64) -> ListProgress {
        ListProgress {
            // What is looked at twice, such as the directory of an archive, is counted twice.
            bytes_read: self.read.load(Ordering::Relaxed).min(self.bytes),
            bytes: self.bytes,
            lines,
            ..ListProgress::default()
        }
    }
}

/// Deletes the numbers of a version that was replaced a while ago.
pub(super) async fn forget(ports: &Ports, item: &WorkItem) -> Result<WorkEnd, CommandError> {
    let load: ListLoadId = item
        .dedup_key
        .parse()
        .map_err(|e: domain::InvalidId| CommandError::Unreadable(e.to_string()))?;
    ports.listed.forget(load).await?;
    Ok(WorkEnd::Done)
}

/// Which list a loading is for.
#[derive(Deserialize)]
struct Request {
    list: String,
}

fn stream_of(item: &WorkItem) -> Result<String, CommandError> {
    let request: Result<Request, _> = serde_json::from_str(&item.request);
    request
        .map(|request| request.list)
        .map_err(|e| CommandError::Unreadable(format!("the work of loading a list: {:?}", e.classify())))
}
