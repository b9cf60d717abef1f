//! Which shard of the read side an organization belongs to. Organizations never share rows, so shards advance independently.

use domain::OrganizationId;

/// Most shards of one generation.
pub const SHARDS_MAX: u32 = 64;

/// The shard of an organization among `shards`. Fixed for ever: stored checkpoints depend on it.
pub fn shard_of(organization: OrganizationId, shards: u32) -> u32 {
    // FNV-1a over the id; a v7 id's leading bytes are time and would put one day's organizations together.
    let hash = organization
        .as_uuid()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    ((hash >> 32) % u64::from(shards.clamp(1, SHARDS_MAX))) as u32
}

#[cfg(test)]
mod tests {
    use domain::{IdGenerator, SequentialIds};

    use super::*;

    #[test]
    fn organizations_spread_over_the_shards() {
        let ids = SequentialIds::seeded(7);
        let mut counts = [0_u32; 4];
        for _ in 0..400 {
            counts[shard_of(OrganizationId::from_uuid(ids.next()), 4) as usize] += 1;
        }
        assert!(counts.iter().all(|n| *n > 50), "{counts:?}");
    }

    #[test]
    fn with_one_shard_everything_is_in_it() {
        let id = OrganizationId::from_uuid(SequentialIds::seeded(1).next());
        assert_eq!(shard_of(id, 1), 0);
        assert_eq!(shard_of(id, 0), 0);
    }
}
