//! Everything durable but the journal: the work side (outbox, keys, accounts, uploads, webhooks, audio, checkpoints) and
//! files.

pub mod blobs;
pub mod key_ring;
pub mod parted_blobs;
pub mod read_side;
pub mod s3_blobs;
pub mod sealed_blobs;
pub mod system;
pub mod work;
