//! The rules of an import.

use super::{ImportBatch, ImportCommand, ImportEvent, ImportRefusal, ImportStatus, REJECTED_PER_EVENT_MAX};
use crate::aggregate::{Decider, Subject};

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
            C::RecordChunk { .. } => self.record_chunk(command),
            C::Complete => match self.status {
                S::Completed => Ok(vec![]),
                S::Running => Ok(vec![E::ImportCompleted { totals: self.totals }]),
                found => Err(R::WrongStatus {
                    step: "completing",
                    found,
                }),
            },
            C::Fail { error } => match self.status {
                S::Failed => Ok(vec![]),
                S::Running => Ok(vec![E::ImportFailed { error }]),
                found => Err(R::WrongStatus {
                    step: "failing",
                    found,
                }),
            },
            C::Undo {
                by,
                removed,
                kept_because_used,
            } => match self.status {
                S::Undone => Ok(vec![]),
                S::Completed | S::Failed => Ok(vec![E::ImportUndone {
                    by,
                    removed,
                    kept_because_used,
                }]),
                found => Err(R::WrongStatus {
                    step: "undoing",
                    found,
                }),
            },
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

impl ImportBatch {
    fn start(&self, command: ImportCommand) -> Decided {
        let ImportCommand::Start {
            id,
            source,
            blob_key,
            file_name,
            sha256,
            mapping,
            campaign,
        } = command
        else {
            return Ok(vec![]);
        };
        match self.id {
            None => Ok(vec![E::ImportStarted {
                batch_id: id,
                source,
                blob_key,
                file_name,
                sha256,
                mapping,
                campaign_id: campaign,
            }]),
            Some(known) if known == id && self.sha256 == sha256 && self.campaign == campaign => Ok(vec![]),
            Some(_) => Err(R::AlreadyExists),
        }
    }

    fn record_chunk(&self, command: ImportCommand) -> Decided {
        let ImportCommand::RecordChunk {
            chunk,
            totals,
            rejected,
        } = command
        else {
            return Ok(vec![]);
        };
        if chunk != 0 && chunk <= self.chunk {
            return Ok(vec![]);
        }
        if self.status != S::Running {
            return Err(R::WrongStatus {
                step: "recording rows",
                found: self.status,
            });
        }
        if chunk != self.chunk + 1 {
            return Err(R::ChunkOutOfOrder {
                given: chunk,
                expected: self.chunk + 1,
            });
        }
        let falls = totals.created < self.totals.created
            || totals.duplicates < self.totals.duplicates
            || totals.rejected < self.totals.rejected;
        if !totals.add_up() || falls {
            return Err(R::FiguresDoNotAddUp);
        }
        let mut events: Vec<E> = rejected
            .chunks(REJECTED_PER_EVENT_MAX)
            .map(|rows| E::RowsRejected {
                chunk,
                rows: rows.to_vec(),
            })
            .collect();
        events.push(E::ImportProgressed { chunk, totals });
        Ok(events)
    }
}
