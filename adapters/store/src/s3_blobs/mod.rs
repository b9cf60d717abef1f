//! Files in a bucket on S3 or on anything that speaks its protocol: `blobs` is the store, `error` what the service's refusals mean,
//! `expiry` the rule by which the bucket itself deletes what our sweep has missed. Wire facts: docs.rs/aws-sdk-s3 1.157, AWS's guide
//! to presigned URLs and to default integrity protections (2025).

mod blobs;
mod config;
mod error;
mod expiry;

pub use blobs::{LINK_MAX, S3Blobs};
pub use config::S3Config;
pub use expiry::Expiry;
