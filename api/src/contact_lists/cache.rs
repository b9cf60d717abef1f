//! What previews of the last lists found out, so that paging does not read a file from its beginning again and again. Bounded
//! in lists, readers and age; what is not here is found out anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{TableChoice, TableReader};
use domain::OrganizationId;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::preview::Overview;

/// Lists that are remembered; each takes at most eight bytes for each row that is a duplicate.
const LISTS_MAX: usize = 8;
/// Readers that wait where a page ended; each may hold a part of its file in memory.
const READERS_MAX: usize = 4;
/// How long a list is remembered: contacts come and go meanwhile, so not long.
const AGE_MAX: TimeDelta = TimeDelta::minutes(2);
/// Lists that are read through at once; more wait.
const SCANS_MAX: usize = 2;

/// A list as somebody has chosen to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKey {
    organization: OrganizationId,
    hash: [u8; 32],
}

impl ListKey {
    /// Of a file in the blob store.
    pub fn of(organization: OrganizationId, blob_key: &str, choice: &TableChoice) -> Self {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            // The length keeps neighbouring fields apart.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        field(blob_key);
        field(choice.sheet.as_deref().unwrap_or_default());
        field(&choice.header_row.unwrap_or_default().to_string());
        for mapping in std::iter::once(&choice.mapping).chain(&choice.remembered) {
            field(&mapping.len().to_string());
            for (header, name) in mapping {
                field(header);
                field(name);
            }
        }
        for ((row, header), value) in &choice.fixes {
            field(&row.to_string());
            field(header);
            field(value);
        }
        for row in &choice.left_out {
            field(&row.to_string());
        }
        Self {
            organization,
            hash: hash.finalize().into(),
        }
    }
}

struct Remembered {
    key: ListKey,
    since: DateTime<Utc>,
    overview: Arc<Overview>,
}

struct Waiting {
    key: ListKey,
    after: u64,
    reader: Box<dyn TableReader>,
}

#[derive(Default)]
struct Kept {
    /// The oldest first.
    lists: Vec<Remembered>,
    /// The oldest first.
    readers: Vec<Waiting>,
}

/// What previews found out, for all organizations.
pub struct PreviewCache {
    kept: Mutex<Kept>,
    /// Places for reading lists through.
    pub(super) scans: Semaphore,
}

impl std::fmt::Debug for PreviewCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreviewCache").finish_non_exhaustive()
    }
}

impl Default for PreviewCache {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            scans: Semaphore::new(SCANS_MAX),
        }
    }
}

impl PreviewCache {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is kept is never half changed.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found out of a list, unless that is too long ago.
    pub(super) fn overview(&self, key: &ListKey, now: DateTime<Utc>) -> Option<Arc<Overview>> {
        let mut kept = self.kept();
        kept.lists.retain(|list| now - list.since <= AGE_MAX);
        let Kept { lists, readers } = &mut *kept;
        readers.retain(|waiting| lists.iter().any(|list| list.key == waiting.key));
        let found = lists.iter().find(|list| list.key == *key)?;
        Some(Arc::clone(&found.overview))
    }

    pub(super) fn remember(&self, key: ListKey, overview: Arc<Overview>, since: DateTime<Utc>) {
        let mut kept = self.kept();
        kept.lists.retain(|list| list.key != key);
        if kept.lists.len() >= LISTS_MAX {
            kept.lists.remove(0);
        }
        kept.lists.push(Remembered { key, since, overview });
    }

    /// A reader that has read up to and with this row, if one waits there.
    pub(super) fn take_reader(&self, key: &ListKey, after: u64) -> Option<Box<dyn TableReader>> {
        let mut kept = self.kept();
        let place = kept
            .readers
            .iter()
            .position(|waiting| waiting.key == *key && waiting.after == after)?;
        Some(kept.readers.remove(place).reader)
    }

    pub(super) fn leave_reader(&self, key: ListKey, after: u64, reader: Box<dyn TableReader>) {
        let mut kept = self.kept();
        if kept.readers.len() >= READERS_MAX {
            kept.readers.remove(0);
        }
        kept.readers.push(Waiting { key, after, reader });
    }

    /// Forgets an organization's lists: an import of it changes which numbers are known.
    pub fn forget(&self, organization: OrganizationId) {
        let mut kept = self.kept();
        kept.lists.retain(|list| list.key.organization != organization);
        kept.readers
            .retain(|waiting| waiting.key.organization != organization);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(n: u128, blob: &str) -> ListKey {
        let organization = OrganizationId::from_uuid(Uuid::from_u128(n));
        ListKey::of(organization, blob, &TableChoice::default())
    }

    #[test]
    fn a_list_is_remembered_for_a_while_and_the_oldest_makes_place() {
        let cache = PreviewCache::default();
        let now = DateTime::<Utc>::UNIX_EPOCH;
        for n in 0..=LISTS_MAX {
            cache.remember(key(1, &n.to_string()), Arc::default(), now);
        }
        assert!(cache.overview(&key(1, "0"), now).is_none());
        assert!(cache.overview(&key(1, "1"), now + AGE_MAX).is_some());
        let later = now + AGE_MAX + TimeDelta::seconds(1);
        assert!(cache.overview(&key(1, "1"), later).is_none());
    }

    #[test]
    fn an_organizations_lists_are_forgotten_and_anothers_are_not() {
        let cache = PreviewCache::default();
        let now = DateTime::<Utc>::UNIX_EPOCH;
        for n in [1, 2] {
            cache.remember(key(n, "a"), Arc::default(), now);
        }
        cache.forget(OrganizationId::from_uuid(Uuid::from_u128(1)));
        assert!(cache.overview(&key(1, "a"), now).is_none());
        assert!(cache.overview(&key(2, "a"), now).is_some());
    }

    #[test]
    fn a_list_that_is_read_in_another_way_is_another_list() {
        let organization = OrganizationId::from_uuid(Uuid::from_u128(1));
        let plain = TableChoice::default();
        let mut mapped = plain.clone();
        mapped.mapping.insert("Tel".to_owned(), "phone".to_owned());
        let mut fixed = plain.clone();
        fixed.fixes.insert((7, "Tel".to_owned()), "7605550120".to_owned());
        let mut shorter = plain.clone();
        shorter.left_out.insert(7);
        let all = [plain, mapped, fixed, shorter].map(|choice| ListKey::of(organization, "a", &choice));
        for (at, key) in all.iter().enumerate() {
            assert!(!all[..at].contains(key), "{at}");
        }
    }
}
