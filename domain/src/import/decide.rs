//! The rules of an import.

use super::{
    FOLDED_PER_EVENT_MAX, ImportBatch, ImportChunk, ImportCommand, ImportEvent, ImportRefusal, ImportStatus,
    KEPT_NAMED_MAX, REJECTED_PER_EVENT_MAX,
};
use crate::{
    ContactId,
    aggregate::{Decider, Subject},
};

use ImportEvent as E;
use ImportRefusal as R;
use ImportStatus as S;

type Decided = Result<Vec<E>, R>;

impl Decider for ImportBatch {
    const KIND: &'static str = "import_batch";
    type Command = ImportCommand;
    type Event = ImportEvent;
    type Refusal = ImportRefusal;

    fn decide(&self, command: ImportCommand) -> Decided {
        use ImportCommand as C;
        match command {
            C::Start { .. } => self.start(command),
            _ if self.status == S::Absent => Err(R::NotFound),
            C::RecordPulled { .. } | C::RecordMapping { .. } => self.opened(command),
            C::RecordChunk(chunk) => self.record_chunk(chunk),
            C::Complete => match self.status {
                S::Completed => Ok(vec![]),
                S::Running => Ok(vec![E::ImportCompleted { totals: self.totals }]),
                found => wrong("completing", found),
            },
            C::Fail { error } => match self.status {
                S::Failed => Ok(vec![]),
                S::Running => Ok(vec![E::ImportFailed { error }]),
                found => wrong("failing", found),
            },
            C::Cancel { by } => match self.status {
                S::Cancelled => Ok(vec![]),
                S::Running => Ok(vec![E::ImportCancelled { by }]),
                found => wrong("cancelling", found),
            },
            C::RequestUndo { by } => match self.status {
                S::Undoing | S::Undone => Ok(vec![]),
                S::Completed | S::Failed | S::Cancelled => Ok(vec![E::ImportUndoRequested { by }]),
                found => wrong("undoing", found),
            },
            C::Undo {
                removed,
                kept,
                kept_because_used,
            } => self.undo(removed, kept, kept_because_used),
        }
    }

    fn evolve(&mut self, event: &ImportEvent) {
        self.take_in(event);
    }

    fn subject(&self) -> Subject {
        Subject {
            campaign: self.campaign,
            contact: None,
        }
    }
}

fn wrong(step: &'static str, found: ImportStatus) -> Decided {
    Err(R::WrongStatus { step, found })
}

impl ImportBatch {
    fn start(&self, command: ImportCommand) -> Decided {
        let ImportCommand::Start {
            id,
            source,
            campaign,
            origin,
        } = command
        else {
            return Ok(vec![]);
        };
        match self.id {
            None => Ok(vec![E::ImportStarted {
                batch_id: id,
                source,
                blob_key: origin.blob_key,
                file_name: origin.file_name,
                sha256: origin.sha256,
                mapping: origin.mapping,
                campaign_id: campaign,
                sheet: origin.sheet,
                header_row: origin.header_row,
                corrections: origin.corrections,
                connection_id: origin.connection,
                list: origin.list,
            }]),
            Some(known) if known == id && self.sha256 == origin.sha256 && self.campaign == campaign => {
                Ok(vec![])
            }
            Some(_) => Err(R::AlreadyExists),
        }
    }

    fn opened(&self, command: ImportCommand) -> Decided {
        if self.status != S::Running {
            return wrong("opening the file", self.status);
        }
        Ok(match command {
            ImportCommand::RecordPulled { .. } if self.blob_key.is_some() => vec![],
            ImportCommand::RecordPulled {
                blob_key,
                sha256,
                contacts,
            } => vec![E::ImportPulled {
                blob_key,
                sha256,
                contacts,
            }],
            ImportCommand::RecordMapping {
                format,
                sheet,
                header_row,
                mapping,
            } if !self.mapped => vec![E::ImportMapped {
                format,
                sheet,
                header_row,
                mapping,
            }],
            _ => vec![],
        })
    }

    fn record_chunk(&self, chunk: ImportChunk) -> Decided {
        let ImportChunk {
            number,
            totals,
            rejected,
            folded,
            done_millionths,
        } = chunk;
        if number != 0 && number <= self.chunk {
            return Ok(vec![]);
        }
        if self.status != S::Running {
            return wrong("recording rows", self.status);
        }
        if number != self.chunk + 1 {
            return Err(R::ChunkOutOfOrder {
                given: number,
                expected: self.chunk + 1,
            });
        }
        if !totals.add_up() || totals.falls_below(&self.totals) {
            return Err(R::FiguresDoNotAddUp);
        }
        let rejected = rejected
            .chunks(REJECTED_PER_EVENT_MAX)
            .map(|rows| E::RowsRejected {
                chunk: number,
                rows: rows.to_vec(),
            });
        let folded = folded.chunks(FOLDED_PER_EVENT_MAX).map(|rows| E::RowsFolded {
            chunk: number,
            rows: rows.to_vec(),
        });
        let mut events: Vec<E> = rejected.chain(folded).collect();
        events.push(E::ImportProgressed {
            chunk: number,
            totals,
            done_millionths,
        });
        Ok(events)
    }

    fn undo(&self, removed: u64, kept: u64, mut kept_because_used: Vec<ContactId>) -> Decided {
        match (self.status, self.undo_by) {
            (S::Undone, _) => Ok(vec![]),
            (S::Undoing, Some(by)) => {
                kept_because_used.truncate(KEPT_NAMED_MAX);
                Ok(vec![E::ImportUndone {
                    by,
                    removed,
                    kept_because_used,
                    kept,
                }])
            }
            (found, _) => wrong("undoing", found),
        }
    }
}
