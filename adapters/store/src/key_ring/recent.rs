//! A bounded cache of unwrapped keys: two generations, of which the older is dropped when the younger is full. It keeps
//! what was used lately without keeping a list of uses.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// Keys by what they belong to.
pub struct Recent<K, V> {
    room: usize,
    generations: Mutex<Generations<K, V>>,
}

struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    epoch: u64,
}

impl<K, V> std::fmt::Debug for Recent<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recent")
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Recent<K, V> {
    /// A cache of at most twice `room` entries.
    pub fn with_room(room: usize) -> Self {
        Self {
            room,
            generations: Mutex::new(Generations {
                young: HashMap::new(),
                old: HashMap::new(),
                epoch: 0,
            }),
        }
    }

    /// The entries that are there, and the epoch to insert with what had to be looked up.
    pub fn get_many<'a>(&self, keys: impl Iterator<Item = &'a K>) -> (HashMap<K, V>, u64)
    where
        K: 'a,
    {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys
            .filter_map(|key| {
                let value = generations.young.get(key).or_else(|| generations.old.get(key))?;
                Some((key.clone(), value.clone()))
            })
            .collect();
        (found, generations.epoch)
    }

    /// Keeps entries that were looked up since `epoch`, unless something was removed since: it may have been one of them.
    pub fn insert_many(&self, entries: impl Iterator<Item = (K, V)>, epoch: u64) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if generations.epoch != epoch {
            return;
        }
        for (key, value) in entries {
            if generations.young.len() >= self.room {
                generations.old = std::mem::take(&mut generations.young);
            }
            generations.young.insert(key, value);
        }
    }

    /// Forgets an entry, and keeps look-ups under way from bringing it back.
    pub fn remove(&self, key: &K) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.epoch = generations.epoch.wrapping_add(1);
        generations.young.remove(key);
        generations.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_stays_bounded_and_keeps_the_latest() {
        let cache = Recent::with_room(10);
        for i in 0..100 {
            cache.insert_many(std::iter::once((i, i)), 0);
        }
        let (found, _) = cache.get_many((0..100).collect::<Vec<_>>().iter());
        assert!(found.len() <= 20 && found.contains_key(&99));
    }

    #[test]
    fn a_look_up_under_way_does_not_bring_a_removed_entry_back() {
        let cache = Recent::with_room(10);
        let (_, epoch) = cache.get_many(std::iter::once(&7));
        cache.remove(&7);
        cache.insert_many(std::iter::once((7, "key")), epoch);
        assert!(cache.get_many(std::iter::once(&7)).0.is_empty());
    }
}
