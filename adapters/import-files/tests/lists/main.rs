//! Whole contact lists, from bytes to contacts.

mod common;
mod delimited;
mod sample_files;
mod workbooks;
