//! The rules of a script, given/when/then.
