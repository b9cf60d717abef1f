//! Query ports.
