//! A contact list becomes contacts. A chunk's contacts, its place in the campaign and the import's progress are one journal
//! request, so a crash loses nothing and a repeat makes nothing twice. While one chunk is being recorded the next is read.

mod chunk;
mod opening;
mod people_of_rows;
mod pull;
pub(super) mod undo;
mod window;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{
    PhoneIndex,
    campaign::{CONTACTS_PER_EVENT_MAX, Campaign, CampaignCommand},
    import::{ContactSource, ImportBatch, ImportCommand, ImportStatus},
    organization::Organization,
    suppression::{ListKind, SuppressionCommand, SuppressionList},
};
use tokio::sync::mpsc;

use self::{
    chunk::Chunk,
    opening::{Opened, Opening, open},
    people_of_rows::SOURCE_SAYS_SO,
    window::{CHUNK_ROWS, Seen, Window},
};
use crate::{
    context::{CommandContext, Ports},
    error::CommandError,
    execute::retrying,
    ports::{JournalError, PortErrorKind, WorkEnd, WorkItem},
    stream::{Batch, Loaded, load},
};

/// Chunks that wait to be recorded while the next is read.
const CHUNKS_WAITING: usize = 1;

/// Numbers that are put on the organization's own list in one request.
const NUMBERS_TOGETHER: usize = 2_000;

/// Times that a chunk is decided anew because somebody else changed one of its contacts.
const CONFLICTS_MAX: u32 = 20;

/// Runs one import to its end.
pub(super) async fn run(
    ports: &Ports,
    context: &CommandContext,
    item: &WorkItem,
) -> Result<WorkEnd, CommandError> {
    let id = &item.dedup_key;
    match import(ports, context, id).await {
        Ok(Ended::Completed) => end(ports, context, id, &ImportCommand::Complete).await,
        Ok(Ended::Elsewhere) => Ok(WorkEnd::Done),
        Err(CommandError::Port(e)) if e.kind == PortErrorKind::Permanent => {
            fail(ports, context, id, e.message).await
        }
        Err(CommandError::Refused(refusal)) => fail(ports, context, id, refusal.to_string()).await,
        Err(other) => Err(other),
    }
}

/// How reading a list ended.
enum Ended {
    /// All rows are recorded.
    Completed,
    /// It was stopped, or another worker has ended it.
    Elsewhere,
}

async fn import(ports: &Ports, context: &CommandContext, id: &str) -> Result<Ended, CommandError> {
    let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
    if import.state().status != ImportStatus::Running {
        pull::clear(ports, context, &import).await?;
        return Ok(Ended::Elsewhere);
    }
    let opened = match open(ports, context, &mut import).await? {
        Opening::Opened(opened) => opened,
        Opening::NoRows => return Ok(Ended::Completed),
        Opening::Stopped => return Ok(Ended::Elsewhere),
    };
    let someone_known = Arc::new(AtomicBool::new(false));
    let mut recorder = Recorder::new(ports, context, import, someone_known.clone()).await?;
    let (sender, mut chunks) = mpsc::channel(CHUNKS_WAITING);
    let read = read_ahead(
        ports,
        context,
        opened,
        recorder.import.state(),
        someone_known,
        sender,
    );
    let record = async {
        while let Some(chunk) = chunks.recv().await {
            if let Ended::Elsewhere = recorder.record(chunk).await? {
                return Ok(Ended::Elsewhere);
            }
        }
        Ok(Ended::Completed)
    };
    tokio::pin!(read, record);
    // Whoever fails first ends the other: a reader whose chunks nobody takes stops at the next one.
    tokio::select! {
        read = &mut read => {
            read?;
            record.await
        }
        recorded = &mut record => recorded,
    }
}

/// Reads and prepares chunk after chunk on a thread of its own. Contacts are looked up until a chunk had none that was known, and
/// again from the first that turns out to be known after all.
fn read_ahead(
    ports: &Ports,
    context: &CommandContext,
    mut opened: Opened,
    import: &ImportBatch,
    someone_known: Arc<AtomicBool>,
    sender: mpsc::Sender<Chunk>,
) -> impl Future<Output = Result<(), CommandError>> + use<> {
    let (ports, context) = (ports.clone(), context.clone());
    let (source, batch, recorded) = (source_of(import), import.id, import.chunk);
    let runtime = tokio::runtime::Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let (mut seen, mut number, mut look_up) = (Seen::default(), 0, true);
        let (to, reader) = ((&ports, &context), opened.reader.as_mut());
        let mut stretch = Window::begin(reader);
        loop {
            let parts = runtime.block_on(stretch.parts(to, reader, &mut seen))?;
            if parts.is_empty() {
                break;
            }
            stretch = Window::begin(reader);
            for part in parts {
                number += 1;
                if number <= recorded {
                    continue;
                }
                let taken = runtime.block_on(async {
                    let mut chunk = Chunk::of(&ports, &context, number, part).await?;
                    look_up |= someone_known.load(Ordering::Relaxed);
                    chunk.prepare(&ports, &context, (source, batch), look_up).await?;
                    look_up = !chunk.are_all_new();
                    Ok::<bool, CommandError>(sender.send(chunk).await.is_ok())
                })?;
                // Nobody listens any more when the import was stopped.
                if !taken {
                    return Ok(());
                }
                // While that chunk is recorded, as much of the next stretch as it took from this one.
                runtime.block_on(stretch.read_on(CHUNK_ROWS, to, reader, &seen))?;
            }
        }
        Ok(())
    });
    async move { reading.await.map_err(|e| CommandError::Journal(e.to_string()))? }
}

fn source_of(import: &ImportBatch) -> ContactSource {
    import.source.unwrap_or(ContactSource::CsvImport)
}

/// Records chunks, with the import and its campaign in hand from one to the next.
struct Recorder<'a> {
    ports: &'a Ports,
    context: &'a CommandContext,
    import: Loaded<ImportBatch>,
    campaign: Option<Loaded<Campaign>>,
    /// The organization's own suppression list, from when the first number is put on it.
    own_list: Option<Loaded<SuppressionList>>,
    /// A contact that was taken for new was known.
    someone_known: Arc<AtomicBool>,
}

impl<'a> Recorder<'a> {
    async fn new(
        ports: &'a Ports,
        context: &'a CommandContext,
        import: Loaded<ImportBatch>,
        someone_known: Arc<AtomicBool>,
    ) -> Result<Self, CommandError> {
        let mut recorder = Self {
            ports,
            context,
            import,
            campaign: None,
            own_list: None,
            someone_known,
        };
        recorder.load_campaign().await?;
        Ok(recorder)
    }

    async fn load_campaign(&mut self) -> Result<(), CommandError> {
        if let Some(campaign) = self.import.state().campaign {
            self.campaign = Some(load(self.ports, self.context.organization, campaign).await?);
        }
        Ok(())
    }

    /// Appends all of the chunk or nothing, deciding anew when somebody else was there first.
    async fn record(&mut self, mut chunk: Chunk) -> Result<Ended, CommandError> {
        for _ in 0..CONFLICTS_MAX {
            if self.import.state().chunk >= chunk.number {
                return Ok(Ended::Completed);
            }
            match self.try_record(&mut chunk).await {
                Err(CommandError::Conflict(_)) => {}
                Err(other) => return Err(other),
                Ok(()) => return Ok(Ended::Completed),
            }
            self.someone_known.store(true, Ordering::Relaxed);
            let id = self.import.stream_id().to_owned();
            self.import = load(self.ports, self.context.organization, id).await?;
            self.load_campaign().await?;
            self.own_list = None;
            let state = self.import.state();
            if state.status != ImportStatus::Running {
                return Ok(Ended::Elsewhere);
            }
            chunk
                .prepare(self.ports, self.context, (source_of(state), state.id), true)
                .await?;
        }
        Err(CommandError::Journal(
            "the contacts of a list keep being changed by others".into(),
        ))
    }

    async fn try_record(&mut self, chunk: &mut Chunk) -> Result<(), CommandError> {
        let (ports, context) = (self.ports, self.context);
        let (source, batch) = (source_of(self.import.state()), self.import.state().id);
        chunk.fold_in_repeats(ports, context, batch).await?;
        self.suppress(chunk.forbidden()).await?;
        let before = self.import.clone();
        let outcome = chunk.outcome(&self.import.state().totals);
        self.import.decide(ImportCommand::RecordChunk(outcome))?;
        let mut request = Batch::new(ports, context);
        request.extend(self.import.append(ports, context)?);
        // Contacts before their place in the campaign: whoever reads that goes by their number.
        request.extend(chunk.take_appends());
        if let (Some(campaign), Some(batch)) = (&mut self.campaign, batch) {
            for contacts in chunk.members().chunks(CONTACTS_PER_EVENT_MAX) {
                campaign.decide(CampaignCommand::AddContacts {
                    batch,
                    source,
                    contacts: contacts.to_vec(),
                    chunk: chunk.number,
                })?;
            }
            within_limit(ports, context, campaign.state()).await?;
            request.extend(campaign.append(ports, context)?);
        }
        match request.commit().await {
            Ok(_) => {
                self.import.settle();
                if let Some(campaign) = &mut self.campaign {
                    campaign.settle();
                }
                Ok(())
            }
            Err(error @ JournalError::Conflict { .. }) => {
                self.import = before;
                Err(error.into())
            }
            Err(other) => Err(other.into()),
        }
    }
}

impl Recorder<'_> {
    /// Puts numbers on the organization's own list: whichever list brings them next, they are not called. That comes before the chunk
    /// that they are in, so that nobody who is killed in between leaves one out; a number that is put on it twice is on it.
    async fn suppress(&mut self, numbers: &[PhoneIndex]) -> Result<(), CommandError> {
        let (ports, context) = (self.ports, self.context);
        let kind = ListKind::Internal;
        let id = kind.list_of(context.organization, None);
        for numbers in numbers.chunks(NUMBERS_TOGETHER) {
            let mut list: Loaded<SuppressionList> = match self.own_list.take() {
                Some(list) => list,
                None => load(ports, context.organization, id).await?,
            };
            for number in numbers {
                list.decide(SuppressionCommand::Add {
                    id,
                    list: kind,
                    phone_index: number.clone(),
                    reason: SOURCE_SAYS_SO.to_owned(),
                    expires_at: None,
                })?;
            }
            let mut request = Batch::new(ports, context);
            request.extend(list.append(ports, context)?);
            request.commit().await?;
            list.settle();
            self.own_list = Some(list);
        }
        Ok(())
    }
}

async fn within_limit(
    ports: &Ports,
    context: &CommandContext,
    campaign: &Campaign,
) -> Result<(), CommandError> {
    let organization: Loaded<Organization> = load(ports, context.organization, context.organization).await?;
    let limit = organization.state().settings.contacts_per_campaign_max;
    if campaign.contacts.len() > limit as usize {
        return Err(CommandError::invalid(format!(
            "a campaign has at most {limit} contacts; split the list or ask an admin to raise the limit"
        )));
    }
    Ok(())
}

/// Gives an import up, and frees its campaign.
pub(super) async fn fail(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    error: String,
) -> Result<WorkEnd, CommandError> {
    end(ports, context, id, &ImportCommand::Fail { error }).await
}

/// Closes the import and frees the campaign, in one request. One that was stopped meanwhile stays so.
async fn end(
    ports: &Ports,
    context: &CommandContext,
    id: &str,
    command: &ImportCommand,
) -> Result<WorkEnd, CommandError> {
    retrying(|| async {
        let mut import: Loaded<ImportBatch> = load(ports, context.organization, id).await?;
        if import.state().status != ImportStatus::Running {
            return Ok(WorkEnd::Done);
        }
        import.decide(command.clone())?;
        let mut batch = Batch::new(ports, context);
        if let (Some(campaign), Some(batch_id)) = (import.state().campaign, import.state().id) {
            let mut campaign: Loaded<Campaign> = load(ports, context.organization, campaign).await?;
            if campaign.exists() && !campaign.state().status.is_final() {
                campaign.decide(CampaignCommand::FinishImport(batch_id))?;
                batch.add(campaign)?;
            }
        }
        batch.add(import)?;
        batch.commit().await?;
        Ok(WorkEnd::Done)
    })
    .await
}
