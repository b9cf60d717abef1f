//! The voicedrop binary.
fn main() {}
