//! The system that tests drive: the same as `steward up`, in process, on a clock and ids that the test owns.

mod answer;
mod app;
mod time;

pub use answer::Answer;
pub use app::{App, BEGIN, Client, Options, PASSWORD, READER_APP, directory, link_token, query};
pub use time::{ManualClock, SeededIds};
