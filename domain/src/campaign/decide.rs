//! The rules of a campaign. A repeat of what is already so gives no events; a step out of order is refused by name.

use super::{
    CONTACTS_PER_EVENT_MAX, Campaign, CampaignCommand, CampaignEvent, CampaignRefusal, CampaignStatus,
    NAME_CHARS_MAX, Readiness,
};
use crate::{
    ContactId, UserId,
    aggregate::{Decider, Subject},
};

use CampaignEvent as E;
use CampaignRefusal as R;
use CampaignStatus as S;

/// Statuses in which people still change what will be sent.
const EDITABLE: &[S] = &[S::Draft, S::Review];
/// Statuses in which contacts may be put in or taken out: also while an import runs, whose chunks they are.
const FILLABLE: &[S] = &[S::Draft, S::ImportingContacts, S::Review];
/// Statuses in which voicemails are handed over, or were until a pause.
const SENDING: &[S] = &[S::Submitted, S::Active, S::Paused];
/// Statuses in which a running campaign can be halted.
const RUNNING: &[S] = &[S::Submitted, S::Active];
/// Statuses in which scripts are written or spoken.
const PRODUCING: &[S] = &[S::GeneratingScripts, S::GeneratingAudio];
/// Statuses that a human can end.
const CANCELLABLE: &[S] = &[
    S::Draft,
    S::ImportingContacts,
    S::GeneratingScripts,
    S::Review,
    S::GeneratingAudio,
    S::Approved,
    S::Submitted,
    S::Active,
    S::Paused,
];
/// Statuses of one that has ended; drafts that nobody wants are cancelled first.
const ENDED: &[S] = &[S::Completed, S::Failed, S::Cancelled];
/// Statuses in which something can go wrong for good.
const FALLIBLE: &[S] = &[
    S::ImportingContacts,
    S::GeneratingScripts,
    S::GeneratingAudio,
    S::Submitted,
    S::Active,
    S::Paused,
];

pub(super) type Decided = Result<Vec<E>, R>;

impl Decider for Campaign {
    const KIND: &'static str = "campaign";
    type Command = CampaignCommand;
    type Event = CampaignEvent;
    type Refusal = CampaignRefusal;

    fn decide(&self, command: CampaignCommand) -> Decided {
        use CampaignCommand as C;
        if let C::Create { .. } = command {
            return self.create(command);
        }
        if self.status == S::Absent {
            return Err(R::NotFound);
        }
        match command {
            C::Create { .. } => Err(R::AlreadyExists),
            C::ChangeDetails { .. } | C::SetSchedule(_) | C::SetCallerId(_) => self.change(command),
            C::StartImport(_) | C::AddContacts { .. } | C::FinishImport(_) | C::RemoveContacts { .. } => {
                self.fill(command)
            }
            C::RecordDuplicateCheck(report) => {
                self.needs("checking for duplicates", EDITABLE)?;
                Ok(vec![E::DuplicatesChecked { report }])
            }
            C::ResolveDuplicates {
                resolution,
                min_interval_days,
            } => {
                self.needs("resolving duplicates", EDITABLE)?;
                Ok(vec![E::DuplicatesResolved {
                    resolution,
                    min_interval_days,
                }])
            }
            C::StartScriptGeneration { .. }
            | C::FinishScriptGeneration { .. }
            | C::StartAudioRendering { .. }
            | C::FinishAudioRendering { .. } => self.produce(command),
            C::PlanScriptBatches { .. }
            | C::ConfirmScriptBatch { .. }
            | C::NoteScriptBatchProgress { .. }
            | C::EndScriptBatch { .. } => self.batch(command),
            // Whatever has become of the campaign since: it is in the bill.
            C::NoteWaste { .. } | C::NoteSpeakingWaste { .. } => Ok(wasted(command)),
            C::PauseProduction { .. }
            | C::ResumeProduction
            | C::HoldProduction { .. }
            | C::ReleaseProduction { .. }
            | C::StopProduction { .. } => self.halt(command),
            C::Approve { by, readiness } => self.approve(by, readiness),
            C::Submit { listening_reported } => self.submit(listening_reported),
            C::Activate => match self.status {
                S::Submitted => Ok(vec![E::CampaignActivated]),
                // A pause or the end may have come between the hand-over and this note of it.
                S::Active | S::Paused | S::Completed | S::Cancelled | S::Failed => Ok(vec![]),
                _ => self.needs("activating", &[S::Submitted]).map(|()| vec![]),
            },
            C::TellDoubts { hand_offs } => Ok(once(
                hand_offs != self.doubts_told,
                E::HandOffsInDoubt { hand_offs },
            )),
            C::Pause { .. }
            | C::Resume
            | C::Cancel { .. }
            | C::Complete { .. }
            | C::Fail { .. }
            | C::Delete => self.end(command),
            C::Archive => {
                self.needs("archiving", ENDED)?;
                Ok(once(!self.is_archived, E::CampaignArchived))
            }
            C::Unarchive => Ok(once(self.is_archived, E::CampaignUnarchived)),
        }
    }

    fn evolve(&mut self, event: &CampaignEvent) {
        self.take_in(event);
    }

    fn subject(&self) -> Subject {
        Subject {
            campaign: self.id,
            contact: None,
        }
    }
}

impl Campaign {
    fn needs(&self, step: &'static str, needs: &'static [S]) -> Result<(), R> {
        if needs.contains(&self.status) {
            Ok(())
        } else {
            Err(R::WrongStatus {
                step,
                found: self.status,
                needs,
            })
        }
    }

    fn create(&self, command: CampaignCommand) -> Decided {
        let CampaignCommand::Create {
            id,
            name,
            kind,
            neighborhood,
            script_template,
            script_variables,
            owner,
            team,
        } = command
        else {
            return Ok(vec![]);
        };
        if self.id.is_some() {
            // The same command again, after an answer that got lost, is no second campaign.
            let same = self.id == Some(id) && self.name == name.trim() && self.owner == Some(owner);
            return if same && self.status == S::Draft {
                Ok(vec![])
            } else {
                Err(R::AlreadyExists)
            };
        }
        Ok(vec![E::CampaignCreated {
            campaign_id: id,
            name: valid_name(&name)?,
            kind,
            neighborhood,
            script_template,
            script_variables,
            owner,
            team,
        }])
    }

    fn change(&self, command: CampaignCommand) -> Decided {
        match command {
            CampaignCommand::ChangeDetails {
                name,
                neighborhood,
                script_template,
                script_variables,
            } => {
                self.needs("changing the details", EDITABLE)?;
                let name = name.map(|n| valid_name(&n)).transpose()?;
                let same = name.as_ref().is_none_or(|n| *n == self.name)
                    && (neighborhood.is_none() || neighborhood == self.neighborhood)
                    && (script_template.is_none() || script_template == self.script_template)
                    && script_variables
                        .as_ref()
                        .is_none_or(|v| *v == self.script_variables);
                Ok(once(
                    !same,
                    E::CampaignDetailsChanged {
                        name,
                        neighborhood,
                        script_template,
                        script_variables,
                    },
                ))
            }
            CampaignCommand::SetSchedule(schedule) => {
                self.needs("setting the schedule", &[S::Draft, S::Review, S::Approved])?;
                schedule.check()?;
                Ok(once(schedule != self.schedule, E::ScheduleSet { schedule }))
            }
            CampaignCommand::SetCallerId(caller_id) => {
                self.needs("setting the caller id", EDITABLE)?;
                Ok(once(
                    self.caller_id.as_ref() != Some(&caller_id),
                    E::CallerIdSet { caller_id },
                ))
            }
            _ => Ok(vec![]),
        }
    }

    fn fill(&self, command: CampaignCommand) -> Decided {
        match command {
            CampaignCommand::StartImport(batch_id) => {
                if self.status == S::ImportingContacts && self.import == Some(batch_id) {
                    return Ok(vec![]);
                }
                self.needs("importing contacts", EDITABLE)?;
                Ok(vec![E::ContactImportStarted { batch_id }])
            }
            CampaignCommand::AddContacts {
                batch,
                source,
                contacts,
                chunk,
            } => {
                self.needs("adding contacts", FILLABLE)?;
                if self.status == S::ImportingContacts && self.import != Some(batch) {
                    return Err(R::UnknownImport(batch));
                }
                let new = chosen(contacts, |id| !self.contacts.contains(id))?;
                Ok(once(
                    !new.is_empty(),
                    E::ContactsImported {
                        batch_id: batch,
                        source,
                        contact_ids: new,
                        chunk,
                    },
                ))
            }
            CampaignCommand::FinishImport(batch_id) => match self.import {
                // A campaign that was cancelled meanwhile must not come back.
                _ if self.status != S::ImportingContacts => Ok(vec![]),
                Some(running) if running == batch_id => Ok(vec![E::ContactImportFinished { batch_id }]),
                _ => Err(R::UnknownImport(batch_id)),
            },
            CampaignCommand::RemoveContacts { contacts, reason } => {
                self.needs("removing contacts", FILLABLE)?;
                let present = chosen(contacts, |id| self.contacts.contains(id))?;
                Ok(once(
                    !present.is_empty(),
                    E::ContactsRemoved {
                        contact_ids: present,
                        reason,
                    },
                ))
            }
            _ => Ok(vec![]),
        }
    }

    fn produce(&self, command: CampaignCommand) -> Decided {
        match command {
            CampaignCommand::StartScriptGeneration {
                engine,
                prompt,
                prompt_sha256,
            } => {
                self.needs("generating scripts", EDITABLE)?;
                self.has_contacts()?;
                Ok(vec![E::ScriptGenerationStarted {
                    run: self.generation_run + 1,
                    engine,
                    prompt,
                    prompt_sha256,
                }])
            }
            CampaignCommand::FinishScriptGeneration {
                run,
                generated,
                failed,
            } => {
                if run != self.generation_run {
                    return Err(R::UnknownRun(run));
                }
                let done = vec![
                    E::ScriptGenerationFinished {
                        run,
                        generated,
                        failed,
                    },
                    E::SentToReview,
                ];
                Ok(if self.status == S::GeneratingScripts {
                    done
                } else {
                    vec![]
                })
            }
            CampaignCommand::StartAudioRendering { voice } => {
                self.needs("rendering audio", &[S::Review])?;
                self.has_contacts()?;
                Ok(vec![E::AudioRenderingStarted {
                    run: self.rendering_run + 1,
                    voice,
                }])
            }
            CampaignCommand::FinishAudioRendering {
                run,
                rendered,
                failed,
            } => {
                if run != self.rendering_run {
                    return Err(R::UnknownRun(run));
                }
                let done = vec![
                    E::AudioRenderingFinished {
                        run,
                        rendered,
                        failed,
                    },
                    E::SentToReview,
                ];
                Ok(if self.status == S::GeneratingAudio {
                    done
                } else {
                    vec![]
                })
            }
            _ => Ok(vec![]),
        }
    }

    /// Pausing, going on, waiting for a provider, ending early.
    fn halt(&self, command: CampaignCommand) -> Decided {
        use CampaignCommand as C;
        let production = self.production.as_ref();
        match command {
            // The worker's notes: void once its stretch is over.
            C::HoldProduction { run, reason } => {
                let news = production.is_some_and(|p| p.run == run && p.held.as_ref() != Some(&reason));
                Ok(once(news, E::ProductionHeld { reason }))
            }
            C::ReleaseProduction { run } => {
                let news = production.is_some_and(|p| p.run == run && p.held.is_some());
                Ok(once(news, E::ProductionReleased))
            }
            C::PauseProduction { reason } => {
                self.needs("pausing the writing or speaking", PRODUCING)?;
                let news = production.is_some_and(|p| !p.is_paused);
                let reason = given(reason)?;
                Ok(once(news, E::ProductionPaused { reason }))
            }
            C::ResumeProduction => {
                self.needs("going on with the writing or speaking", PRODUCING)?;
                let halted = production.filter(|p| p.is_paused || p.held.is_some());
                Ok(halted
                    .map(|p| E::ProductionResumed {
                        step: p.run.step,
                        run: p.run.run,
                        resumption: p.run.resumption + 1,
                    })
                    .into_iter()
                    .collect())
            }
            C::StopProduction { reason } => {
                self.needs("ending the writing or speaking", PRODUCING)?;
                let reason = given(reason)?;
                Ok(vec![E::ProductionStopped { reason }, E::SentToReview])
            }
            _ => Ok(vec![]),
        }
    }

    fn has_contacts(&self) -> Result<(), R> {
        if self.contacts.is_empty() {
            Err(R::NoContacts)
        } else {
            Ok(())
        }
    }

    fn approve(&self, by: UserId, readiness: Readiness) -> Decided {
        self.needs("approving", &[S::Review])?;
        self.has_contacts()?;
        if self.caller_id.is_none() {
            return Err(R::NoCallerId);
        }
        let contacts = self.contacts.len() as u64;
        if readiness.ready != contacts {
            return Err(R::NotReady {
                ready: readiness.ready,
                contacts,
            });
        }
        if readiness.prechecked != contacts {
            return Err(R::NotPrechecked {
                prechecked: readiness.prechecked,
                contacts,
            });
        }
        Ok(vec![E::CampaignApproved {
            by,
            contacts,
            cost_estimate: readiness.cost_estimate,
            blocked: readiness.blocked,
        }])
    }

    fn submit(&self, listening_reported: bool) -> Decided {
        if matches!(self.status, S::Submitted | S::Active) {
            return Ok(vec![]);
        }
        self.needs("submitting", &[S::Approved])?;
        Ok(vec![E::CampaignSubmitted {
            scripts: self.contacts.len() as u64,
            listening_reported,
        }])
    }

    fn end(&self, command: CampaignCommand) -> Decided {
        match command {
            CampaignCommand::Pause { reason } => {
                if self.status == S::Paused {
                    return Ok(vec![]);
                }
                self.needs("pausing", RUNNING)?;
                Ok(vec![E::CampaignPaused {
                    reason: given(reason)?,
                }])
            }
            CampaignCommand::Resume => {
                if RUNNING.contains(&self.status) {
                    return Ok(vec![]);
                }
                self.needs("resuming", &[S::Paused])?;
                Ok(vec![E::CampaignResumed])
            }
            CampaignCommand::Cancel { reason } => {
                if self.status == S::Cancelled {
                    return Ok(vec![]);
                }
                self.needs("cancelling", CANCELLABLE)?;
                Ok(vec![E::CampaignCancelled {
                    reason: given(reason)?,
                }])
            }
            CampaignCommand::Complete { totals } => {
                if self.status == S::Completed {
                    return Ok(vec![]);
                }
                self.needs("completing", SENDING)?;
                Ok(vec![E::CampaignCompleted { totals }])
            }
            CampaignCommand::Fail { reason } => {
                if self.status == S::Failed {
                    return Ok(vec![]);
                }
                self.needs("failing", FALLIBLE)?;
                Ok(vec![E::CampaignFailed {
                    reason: given(reason)?,
                }])
            }
            CampaignCommand::Delete => {
                self.needs("deleting", &[S::Draft])?;
                Ok(vec![E::CampaignDeleted])
            }
            _ => Ok(vec![]),
        }
    }
}

/// What was billed and is of no use.
fn wasted(command: CampaignCommand) -> Vec<CampaignEvent> {
    use CampaignCommand as C;
    use CampaignEvent as E;
    match command {
        C::NoteWaste { run, texts, cost } => once(cost.micros() > 0, E::WritingWasted { run, texts, cost }),
        C::NoteSpeakingWaste {
            run,
            recordings,
            content_hashes,
            characters,
            cost,
        } => {
            let event = E::SpeakingWasted {
                run,
                recordings,
                content_hashes,
                characters,
                cost,
            };
            once(cost.micros() > 0, event)
        }
        _ => vec![],
    }
}

/// The event when there is something to record, else nothing.
pub(super) fn once(changes: bool, event: E) -> Vec<E> {
    if changes { vec![event] } else { vec![] }
}

fn valid_name(name: &str) -> Result<String, R> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        Err(R::InvalidName)
    } else {
        Ok(name.to_owned())
    }
}

fn given(reason: String) -> Result<String, R> {
    if reason.trim().is_empty() {
        Err(R::NoReason)
    } else {
        Ok(reason)
    }
}

/// Those of `contacts` that the condition holds for, each once, in their order.
pub(super) fn chosen(
    mut contacts: Vec<ContactId>,
    condition: impl Fn(&ContactId) -> bool,
) -> Result<Vec<ContactId>, R> {
    if contacts.len() > CONTACTS_PER_EVENT_MAX {
        return Err(R::TooManyContacts);
    }
    let mut seen = std::collections::HashSet::with_capacity(contacts.len());
    contacts.retain(|id| condition(id) && seen.insert(*id));
    Ok(contacts)
}
