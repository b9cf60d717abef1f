//! One set of stories for all three journals, the memory journal being the model; then what only a real database can do:
//! refuse changes, survive killed connections, be written by others.

#[cfg(test)]
mod conformance;
