//! Whole contact lists, from bytes to contacts.

#[cfg(test)]
mod cards;
#[cfg(test)]
mod choices;
#[cfg(test)]
mod common;
#[cfg(test)]
mod delimited;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod json;
#[cfg(test)]
mod more_workbooks;
#[cfg(test)]
mod sample_files;
#[cfg(test)]
mod workbooks;
