//! What holds the repository together: every list of functions is the same list, the API's document says what it must,
//! no function may do more than it needs, and the house's invariants hold. A failure prints what to paste.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod checks;
mod data_access;
mod documents;
mod house;
mod openapi;
#[path = "../public.rs"]
mod public;
mod repository;
mod rights;
mod roles;
mod samples;
mod template;
mod wiring;
