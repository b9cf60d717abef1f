//! The rules of a campaign, given/when/then.
