//! Tests that need more than one crate. They live in `tests/all.rs`, one binary; this library is what they share.
