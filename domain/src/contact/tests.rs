//! The rules of a contact, given/when/then.
