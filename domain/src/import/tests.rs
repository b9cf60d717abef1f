//! The rules of an import, given/when/then.
