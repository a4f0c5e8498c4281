//! Who else.

mod list;
