//! The whole journey by the command line, as a person runs it who has nothing but the binary and a file.

mod carrier_in_trouble;
mod carrier_log;
mod chaos;
pub(crate) mod demonstration;
mod killed;
mod lists;
mod operator;
mod unanswered;
