//! The tree of the log in tiles of 256 hashes, and how it grows. A tree of a size is the same however its leaves came: all at once, or in
//! any pages.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use domain::Position;
use tlog_tiles::{Hash, HashReader, Tile, stored_hashes, tree_hash};

use crate::{
    error::CommandError,
    ports::{LogTile, TilePlace, TransparencyLog},
};

/// Levels of the tree in a tile.
const TILE_HEIGHT: u8 = 8;
/// Hashes of a full tile.
pub const TILE_HASHES: usize = 1 << TILE_HEIGHT;
/// Bytes of a hash.
const HASH_BYTES: usize = tlog_tiles::HASH_SIZE;

/// Hashes are missing, or do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tree of the log is damaged: {0}")]
pub struct TreeError(String);

impl From<tlog_tiles::Error> for TreeError {
    fn from(error: tlog_tiles::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<TreeError> for CommandError {
    fn from(error: TreeError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Tiles at hand.
#[derive(Debug, Default)]
struct Tiles(HashMap<TilePlace, Vec<u8>>);

impl Tiles {
    fn of(tiles: Vec<LogTile>) -> Self {
        Self(tiles.into_iter().map(|tile| (tile.place, tile.hashes)).collect())
    }
}

fn place_of(tile: &Tile) -> TilePlace {
    TilePlace {
        level: tile.level(),
        number: tile.level_index(),
    }
}

impl HashReader for Tiles {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| {
            let tile = Tile::from_index(TILE_HEIGHT, *index);
            let hashes = self.0.get(&place_of(&tile));
            let hashes = hashes.ok_or(tlog_tiles::Error::IndexesNotInTree)?;
            tile.hash_at_index(hashes, *index)
        };
        indexes.iter().map(hash).collect()
    }
}

/// Takes down which tiles are asked for.
#[derive(Debug, Default)]
struct Wanted(RefCell<BTreeSet<TilePlace>>);

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let places = indexes
            .iter()
            .map(|index| place_of(&Tile::from_index(TILE_HEIGHT, *index)));
        self.0.borrow_mut().extend(places);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Where the hashes of the tree are read.
pub struct Hashes<'h>(&'h dyn HashReader);

impl fmt::Debug for Hashes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashes")
    }
}

impl HashReader for Hashes<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        self.0.read_hashes(indexes)
    }
}

/// Answers a question about the stored tree with one look into the store: the question is asked twice, the first time to learn which tiles
/// it reads, so it must not depend on what the hashes are.
pub async fn answered<T>(
    log: &dyn TransparencyLog,
    question: impl Fn(&Hashes<'_>) -> Result<T, tlog_tiles::Error> + Send,
) -> Result<T, CommandError> {
    let places: Vec<TilePlace> = {
        let wanted = Wanted::default();
        question(&Hashes(&wanted)).map_err(TreeError::from)?;
        wanted.0.into_inner().into_iter().collect()
    };
    let tiles = Tiles::of(log.tiles(&places).await?);
    Ok(question(&Hashes(&tiles)).map_err(TreeError::from)?)
}

/// A tree that grows, as far as it is needed for that.
#[derive(Debug, Default)]
pub struct Growth {
    size: u64,
    tiles: Tiles,
    touched: BTreeSet<TilePlace>,
    last: BTreeMap<u64, Position>,
}

impl Growth {
    /// The tiles at the right edge of a tree of this size: all that its growth needs.
    pub fn edge(size: u64) -> Vec<TilePlace> {
        let mut places = Vec::new();
        let (mut level, mut hashes) = (0, size);
        while hashes > 0 {
            if width_at_edge(hashes) > 0 {
                let number = hashes / TILE_HASHES as u64;
                places.push(TilePlace { level, number });
            }
            hashes /= TILE_HASHES as u64;
            level += 1;
        }
        places
    }

    /// Goes on from a tree of this size with the tiles of its edge. Those that have grown since are cut back.
    pub fn resume(size: u64, edge: Vec<LogTile>) -> Result<Self, TreeError> {
        let mut tiles = Tiles::of(edge);
        for place in Self::edge(size) {
            let width = width_at_edge(size >> (TILE_HEIGHT * place.level)) * HASH_BYTES;
            let hashes = tiles.0.get_mut(&place);
            let hashes = hashes.filter(|hashes| hashes.len() >= width);
            let hashes = hashes.ok_or_else(|| TreeError("a tile is missing or cut off".to_owned()))?;
            hashes.truncate(width);
        }
        Ok(Self {
            size,
            tiles,
            ..Self::default()
        })
    }

    /// Leaves so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf of the event at a position.
    pub fn push(&mut self, leaf: &str, position: Position) -> Result<(), TreeError> {
        let hashes = stored_hashes(self.size, leaf.as_bytes(), &self.tiles)?;
        for (level, hash) in (0_u8..).zip(hashes) {
            if level % TILE_HEIGHT == 0 {
                let place = TilePlace {
                    level: level / TILE_HEIGHT,
                    number: (self.size >> level) / TILE_HASHES as u64,
                };
                self.tiles.0.entry(place).or_default().extend(hash.0);
                self.touched.insert(place);
            }
        }
        self.last.insert(self.size / TILE_HASHES as u64, position);
        self.size += 1;
        Ok(())
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Result<Hash, TreeError> {
        Ok(tree_hash(self.size, &self.tiles)?)
    }

    /// Gives away the tiles that are full: the growth no longer needs them.
    pub fn take_full(&mut self) -> Vec<LogTile> {
        let full = |place: &TilePlace| {
            let hashes = self.tiles.0.get(place);
            hashes.is_some_and(|hashes| hashes.len() == TILE_HASHES * HASH_BYTES)
        };
        let places: Vec<_> = self.touched.iter().copied().filter(full).collect();
        places.into_iter().filter_map(|place| self.take(place)).collect()
    }

    /// Every tile that a leaf was added to since the beginning or [`Growth::resume`].
    pub fn into_tiles(mut self) -> Vec<LogTile> {
        let places: Vec<_> = self.touched.iter().copied().collect();
        places.into_iter().filter_map(|place| self.take(place)).collect()
    }

    fn take(&mut self, place: TilePlace) -> Option<LogTile> {
        self.touched.remove(&place);
        let hashes = self.tiles.0.remove(&place)?;
        let last = match place.level {
            0 => self.last.remove(&place.number),
            _ => None,
        };
        Some(LogTile { place, hashes, last })
    }
}

/// Hashes in the tile at the edge of a level that has so many.
const fn width_at_edge(hashes: u64) -> usize {
    hashes as usize % TILE_HASHES
}

impl LogTile {
    /// The index of a leaf with this hash, if it is in this tile of leaves.
    pub fn index_of(&self, leaf: Hash) -> Option<u64> {
        let mut hashes = self.hashes.chunks_exact(HASH_BYTES);
        let place = hashes.position(|hash| hash == leaf.0)?;
        Some(self.place.number * TILE_HASHES as u64 + place as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use tlog_tiles::{check_record, check_tree, prove_record, prove_tree, record_hash};

    use super::*;

    fn leaf(n: u64) -> String {
        format!("leaf {n}")
    }

    /// The tiles as a store keeps them, and the tree's root, after leaves that came in these pages.
    fn grown(pages: &[u64]) -> (BTreeMap<TilePlace, LogTile>, Hash) {
        let mut kept: BTreeMap<TilePlace, LogTile> = BTreeMap::new();
        let mut size = 0;
        for page in pages {
            let edge = Growth::edge(size).into_iter().map(|place| kept[&place].clone());
            let mut growth = Growth::resume(size, edge.collect()).unwrap();
            for n in size..size + page {
                growth.push(&leaf(n), Position::new(3 * n + 1)).unwrap();
            }
            size = growth.size();
            kept.extend(growth.into_tiles().into_iter().map(|tile| (tile.place, tile)));
        }
        let edge = Growth::edge(size).into_iter().map(|place| kept[&place].clone());
        let root = Growth::resume(size, edge.collect()).unwrap().root().unwrap();
        (kept, root)
    }

    fn pages() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(0_u64..700, 1..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_pages_make_the_same_tree_as_all_leaves_at_once(pages in pages()) {
            let size: u64 = pages.iter().sum();
            let (tiles, root) = grown(&pages);
            let (at_once, root_at_once) = grown(&[size]);
            prop_assert_eq!(root, root_at_once);
            prop_assert_eq!(tiles, at_once);
        }

        #[test]
        fn every_leaf_is_proven_by_the_root_and_no_other_leaf_is(pages in pages(), any in any::<prop::sample::Index>()) {
            let size: u64 = pages.iter().sum();
            prop_assume!(size > 0);
            let (tiles, root) = grown(&pages);
            let n = any.index(size as usize) as u64;
            let hashes = Tiles::of(tiles.values().cloned().collect());
            let path = prove_record(size, n, &hashes).unwrap();
            let hash = record_hash(leaf(n).as_bytes());
            prop_assert!(check_record(&path, size, root, n, hash).is_ok());
            let other = record_hash(leaf(n + 1).as_bytes());
            prop_assert!(check_record(&path, size, root, n, other).is_err());
            let tile = &tiles[&TilePlace { level: 0, number: n / TILE_HASHES as u64 }];
            prop_assert_eq!(tile.index_of(hash), Some(n));
        }

        #[test]
        fn a_tree_that_grew_is_consistent_with_what_it_was(before in 1_u64..900, more in 0_u64..900) {
            let (_, old) = grown(&[before]);
            let (tiles, new) = grown(&[before, more]);
            let hashes = Tiles::of(tiles.values().cloned().collect());
            let proof = prove_tree(before + more, before, &hashes).unwrap();
            prop_assert!(check_tree(&proof, before + more, new, before, old).is_ok());
        }
    }

    #[test]
    fn full_tiles_can_be_given_away_while_the_tree_grows_on() {
        let (_, root) = grown(&[1_300]);
        let mut growth = Growth::default();
        let mut given = 0;
        for n in 0..1_300 {
            growth.push(&leaf(n), Position::new(n + 1)).unwrap();
            given += growth.take_full().len();
        }
        assert_eq!((growth.root().unwrap(), given), (root, 5));
    }

    #[test]
    fn a_tile_that_is_cut_off_is_refused() {
        let (mut tiles, _) = grown(&[10]);
        let tile = tiles.values_mut().next().unwrap();
        tile.hashes.truncate(9 * HASH_BYTES);
        assert!(Growth::resume(10, vec![tile.clone()]).is_err());
        assert!(Growth::resume(10, vec![]).is_err());
    }
}
