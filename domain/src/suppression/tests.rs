//! The rules of a suppression list, given/when/then.
