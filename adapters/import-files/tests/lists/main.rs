//! Whole contact lists, from bytes to contacts.

#[cfg(test)]
mod common;
#[cfg(test)]
mod delimited;
#[cfg(test)]
mod sample_files;
#[cfg(test)]
mod workbooks;
