//! What an organization says of a state besides that it is on: the permits it holds there, and emergencies under which nothing is sent.

use super::{Organization, OrganizationCommand as C, OrganizationEvent as E, OrganizationRefusal as R};
use crate::compliance::{Emergency, PermitStanding};

/// Longest number of a permit, characters.
const PERMIT_NUMBER_CHARS_MAX: usize = 60;

impl Organization {
    pub(super) fn permit_or_emergency(&self, command: C) -> Result<Vec<E>, R> {
        match command {
            C::RecordPermit(permit) => {
                let number = permit.number.trim().to_owned();
                if number.is_empty() || number.chars().count() > PERMIT_NUMBER_CHARS_MAX {
                    return Err(R::InvalidPermitNumber);
                }
                let permit = PermitStanding { number, ..permit };
                let is_known = self.permits.contains(&permit);
                Ok(if is_known {
                    vec![]
                } else {
                    vec![E::PermitRecorded { permit }]
                })
            }
            C::WithdrawPermit {
                state,
                permit,
                reason,
            } => {
                let reason = given(reason)?;
                let is_held = self
                    .permits
                    .iter()
                    .any(|p| p.state == state && p.permit == permit);
                Ok(if is_held {
                    vec![E::PermitWithdrawn {
                        state,
                        permit,
                        reason,
                    }]
                } else {
                    vec![]
                })
            }
            C::DeclareEmergency(emergency) => {
                let emergency = Emergency {
                    reason: given(emergency.reason)?,
                    ..emergency
                };
                let is_known = self.emergencies.contains(&emergency);
                Ok(if is_known {
                    vec![]
                } else {
                    vec![E::EmergencyDeclared { emergency }]
                })
            }
            C::EndEmergency { state, reason } => {
                let reason = given(reason)?;
                let is_declared = self.emergencies.iter().any(|e| e.state == state);
                Ok(if is_declared {
                    vec![E::EmergencyEnded { state, reason }]
                } else {
                    vec![]
                })
            }
            _ => Ok(vec![]),
        }
    }
}

/// What of an event concerns permits and emergencies, for the aggregate and for whoever shows them.
pub fn take_in_permits(event: &E, permits: &mut Vec<PermitStanding>, emergencies: &mut Vec<Emergency>) {
    match event {
        E::PermitRecorded { permit } => {
            permits.retain(|p| (p.state, p.permit) != (permit.state, permit.permit));
            permits.push(permit.clone());
        }
        E::PermitWithdrawn { state, permit, .. } => {
            permits.retain(|p| (p.state, p.permit) != (*state, *permit));
        }
        E::EmergencyDeclared { emergency } => {
            emergencies.retain(|e| e.state != emergency.state);
            emergencies.push(emergency.clone());
        }
        E::EmergencyEnded { state, .. } => emergencies.retain(|e| e.state != *state),
        _ => {}
    }
}

fn given(reason: String) -> Result<String, R> {
    if reason.trim().is_empty() {
        Err(R::NoReason)
    } else {
        Ok(reason)
    }
}
