//! The rules of a contact.

use chrono::{DateTime, Duration, Utc};

use super::{Consent, Contact, ContactCommand, ContactEvent, ContactRefusal, ContactStanding};
use crate::{
    ImportBatchId,
    aggregate::{Decider, Subject},
};

use ContactEvent as E;
use ContactRefusal as R;

type Decided = Result<Vec<E>, R>;

impl Decider for Contact {
    const KIND: &'static str = "contact";
    type Command = ContactCommand;
    type Event = ContactEvent;
    type Refusal = ContactRefusal;

    fn decide(&self, command: ContactCommand) -> Decided {
        use ContactCommand as C;
        if let C::Create { .. } = command {
            return self.create(command);
        }
        if self.id.is_none() {
            return Err(R::NotFound);
        }
        if let C::Remove { batch } = command {
            return self.remove(batch);
        }
        if self.removed
            && !matches!(
                command,
                C::Erase { .. } | C::OptOut { .. } | C::MarkDoNotContact { .. }
            )
        {
            return Err(R::NotFound);
        }
        if self.erased && !matches!(command, C::Erase { .. } | C::ReleaseSlot { .. }) {
            return Err(R::Erased);
        }
        match command {
            C::Create { .. } | C::Remove { .. } => Err(R::AlreadyExists),
            C::ChangeDetails { .. } => Ok(self.change_details(command)),
            C::Merge { other } => {
                if self.id == Some(other) {
                    Err(R::MergeWithItself)
                } else {
                    Ok(vec![E::ContactsMerged { merged: other }])
                }
            }
            C::RecordConsent { consent, now } => self.record_consent(consent, now),
            C::RevokeConsent { how, at } => Ok(once(
                !self.consent_revoked,
                E::ConsentRevoked {
                    how: given(how)?,
                    at: Some(at),
                },
            )),
            C::OptOut { channel } => Ok(once(!self.opted_out, E::VoicemailOptedOut { channel })),
            C::MarkDoNotContact { reason, by } => Ok(once(
                !self.do_not_contact,
                E::MarkedDoNotContact {
                    reason: given(reason)?,
                    by,
                },
            )),
            C::LiftDoNotContact { reason, by } => Ok(once(
                self.do_not_contact,
                E::DoNotContactLifted {
                    reason: given(reason)?,
                    by,
                },
            )),
            C::ChangeListingStatus { status } => Ok(once(
                self.listing_status.as_ref() != Some(&status),
                E::ListingStatusChanged { status },
            )),
            C::ReserveSlot { .. } | C::ReleaseSlot { .. } => self.slot(command),
            C::Erase { request, kept } => Ok(once(!self.erased, E::ContactErased { request, kept })),
        }
    }

    fn evolve(&mut self, event: &ContactEvent) {
        self.take_in(event);
    }

    fn subject(&self) -> Subject {
        Subject {
            campaign: None,
            contact: self.id,
        }
    }
}

impl Contact {
    fn create(&self, command: ContactCommand) -> Decided {
        let ContactCommand::Create {
            id,
            envelope,
            phone_index,
            location,
            source,
            batch,
            listing_status,
        } = command
        else {
            return Ok(vec![]);
        };
        match (self.id, &self.phone_index) {
            _ if self.erased => Err(R::Erased),
            (known, _) if known.is_none() || (known == Some(id) && self.removed) => {
                Ok(vec![E::ContactCreated {
                    contact_id: id,
                    envelope,
                    phone_index,
                    location,
                    source,
                    batch_id: batch,
                    listing_status,
                }])
            }
            // The same row again after a crash: nothing new, whatever the fresh nonce made of the envelope.
            (Some(known), Some(number)) if known == id && *number == phone_index => Ok(vec![]),
            _ => Err(R::AlreadyExists),
        }
    }

    /// Only what the person said after revoking lifts a revocation.
    fn record_consent(&self, consent: Consent, now: DateTime<Utc>) -> Decided {
        if consent.captured_at > now {
            return Err(R::ConsentFromTheFuture);
        }
        match self.revoked_at {
            Some(revoked_at) if self.consent_revoked && consent.captured_at <= revoked_at => {
                Err(R::ConsentBeforeRevocation { revoked_at })
            }
            _ => Ok(once(
                self.consent.as_ref() != Some(&consent),
                E::ConsentRecorded { consent },
            )),
        }
    }

    fn change_details(&self, command: ContactCommand) -> Vec<E> {
        let ContactCommand::ChangeDetails {
            envelope,
            phone_index,
            location,
            batch,
        } = command
        else {
            return vec![];
        };
        once(
            self.envelope.as_ref() != Some(&envelope),
            E::ContactDetailsChanged {
                envelope,
                phone_index,
                location,
                batch_id: batch,
            },
        )
    }

    fn remove(&self, batch: ImportBatchId) -> Decided {
        if self.removed {
            Ok(vec![])
        } else if self.batch != Some(batch) {
            Err(R::NotOfThisImport)
        } else if self.used || self.erased {
            Err(R::UsedSince)
        } else {
            Ok(vec![E::ContactRemoved { batch_id: batch }])
        }
    }

    fn slot(&self, command: ContactCommand) -> Decided {
        match command {
            ContactCommand::ReserveSlot {
                campaign,
                script,
                at,
                subject,
                min_interval_days,
            } => {
                if self.slots.iter().any(|s| s.script == script) {
                    return Ok(vec![]);
                }
                if matches!(
                    self.standing(),
                    ContactStanding::DoNotContact | ContactStanding::OptedOut
                ) {
                    return Err(R::DoNotContact);
                }
                // A cutoff beyond the calendar would mean "never again"; the longest representable instant says that.
                let interval = Duration::try_days(i64::from(min_interval_days)).unwrap_or(Duration::MAX);
                if let Some(last) = self.slots.iter().max_by_key(|s| s.at) {
                    let next_allowed = last
                        .at
                        .checked_add_signed(interval)
                        .unwrap_or(DateTime::<Utc>::MAX_UTC);
                    if at < next_allowed {
                        return Err(R::ContactedTooRecently {
                            campaign: last.campaign,
                            next_allowed,
                        });
                    }
                }
                Ok(vec![E::SlotReserved {
                    campaign_id: campaign,
                    script_id: script,
                    at,
                    subject,
                }])
            }
            ContactCommand::ReleaseSlot { script } => {
                let reserved = self.slots.iter().any(|s| s.script == script);
                Ok(once(reserved, E::SlotReleased { script_id: script }))
            }
            _ => Ok(vec![]),
        }
    }
}

fn once(changes: bool, event: E) -> Vec<E> {
    if changes { vec![event] } else { vec![] }
}

fn given(reason: String) -> Result<String, R> {
    if reason.trim().is_empty() {
        Err(R::NoReason)
    } else {
        Ok(reason)
    }
}
