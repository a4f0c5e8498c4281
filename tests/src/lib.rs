//! The system that tests drive: the same as `steward up`, in process, on a clock and ids that the test owns.

mod answer;
mod app;
mod authenticator;
mod factors;
pub mod report;
mod time;

pub use answer::Answer;
pub use app::{App, BEGIN, Client, LICENCE_WRITER_APP, Options, PASSWORD, READER_APP, directory, link_token, query};
pub use authenticator::Authenticator;
pub use factors::Codes;
pub use time::{ManualClock, SeededIds};
