//! Laws over whole lives of a thing, that no single example shows.

mod nothing_unapproved_is_sent;
