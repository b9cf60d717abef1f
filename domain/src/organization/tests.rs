//! The rules of an organization, given/when/then.
