//! The stores, each story on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that can not be told is a failed test"
)]

mod blobs;
mod engines;
mod read_side;
mod s3_blobs;
mod sealed_blobs;
mod work;
