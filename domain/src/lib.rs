//! To be filled in this commit.
