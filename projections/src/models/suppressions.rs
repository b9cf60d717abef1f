//! Suppression lists and the numbers that events put on them. Numbers of loaded files are no events; they lie with the work
//! side, and the lists here say how many there are and how old.

use chrono::{DateTime, Utc};
use domain::{
    ListLoadId, OrganizationId, PhoneIndex, Recorded, SuppressionListId, UsState,
    suppression::{ListKind, SuppressionEvent},
};

use super::organization_of;
use crate::{Rows, model::read_model};

read_model! {
    /// A suppression list.
    pub struct SuppressionListRow in "suppression_lists" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The list.
            list_id: SuppressionListId,
        }
        given {
            /// The kind.
            kind: ListKind,
        }
        /// The publisher's name of the version that was loaded last.
        version: Option<String>,
        /// SHA-256 of its file, hex.
        sha256: Option<String>,
        /// When it was obtained; its age counts from here.
        obtained_at: Option<DateTime<Utc>>,
        /// The organization's own subscription account number.
        san: Option<String>,
        /// Numbers from files.
        loaded: i64,
        /// Whose registry it is, for a state's.
        state: Option<UsState>,
        /// The loading in force.
        load_id: Option<ListLoadId>,
        /// Lines of the file that held no number.
        unreadable: i64,
        /// The version that is being loaded.
        loading: Option<String>,
        /// Why the last file was not loaded.
        load_error: Option<String>,
        /// Numbers put on it one by one.
        added: i64,
        /// When something last happened to it.
        updated_at: DateTime<Utc>,
    }
}

read_model! {
    /// A number on a suppression list.
    pub struct SuppressionRow in "suppressions" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The number.
            phone_index: PhoneIndex,
            /// The list.
            list_id: SuppressionListId,
        }
        given {
            /// The kind of list.
            kind: ListKind,
            /// Why.
            reason: String,
            /// When it was added.
            added_at: DateTime<Utc>,
        }
        /// Until when; nothing for ever.
        expires_at: Option<DateTime<Utc>>,
    }
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::SuppressionEvent(happened) = &event.event else {
        return;
    };
    let organization = organization_of(event);
    let at = event.metadata.recorded_at;
    let (list_id, kind) = match happened {
        SuppressionEvent::SuppressionsLoaded { list_id, list, .. }
        | SuppressionEvent::SuppressionLoadStarted { list_id, list, .. }
        | SuppressionEvent::SuppressionAdded { list_id, list, .. } => (*list_id, Some(*list)),
        SuppressionEvent::SuppressionLoadFailed { list_id, .. }
        | SuppressionEvent::SuppressionExpired { list_id, .. } => (*list_id, None),
    };
    let known = rows.suppression_lists.get(&(organization, list_id)).cloned();
    let first = kind.map(|kind| SuppressionListRow::blank(organization, list_id, kind));
    let Some(mut list) = known.or(first) else { return };
    let kind = list.kind;
    list.updated_at = list.updated_at.max(at);
    match happened {
        SuppressionEvent::SuppressionsLoaded { loaded, .. } => {
            list.version = Some(loaded.version.clone());
            list.sha256 = Some(loaded.sha256.clone());
            list.obtained_at = Some(loaded.obtained_at);
            list.san.clone_from(&loaded.san);
            list.load_id = loaded.load_id;
            list.unreadable = loaded.unreadable as i64;
            list.loading = None;
            list.load_error = None;
            list.loaded = list
                .loaded
                .saturating_add(loaded.added as i64)
                .saturating_sub(loaded.removed as i64);
        }
        SuppressionEvent::SuppressionLoadStarted { load, .. } => {
            list.state = load.state;
            list.loading = Some(load.version.clone());
            list.load_error = None;
        }
        SuppressionEvent::SuppressionLoadFailed { reason, .. } => {
            list.loading = None;
            list.load_error = Some(reason.clone());
        }
        SuppressionEvent::SuppressionAdded {
            phone_index,
            reason,
            expires_at,
            ..
        } => {
            let key = (organization, phone_index.clone(), list_id);
            list.added += i64::from(rows.suppressions.get(&key).is_none());
            let mut row = SuppressionRow::blank(
                organization,
                phone_index.clone(),
                list_id,
                kind,
                reason.clone(),
                at,
            );
            row.expires_at = *expires_at;
            rows.suppressions.put(row);
        }
        SuppressionEvent::SuppressionExpired { phone_index, .. } => {
            let key = (organization, phone_index.clone(), list_id);
            list.added -= i64::from(rows.suppressions.get(&key).is_some());
            rows.suppressions.remove(&key);
        }
    }
    rows.suppression_lists.put(list);
}
