//! Cursors of lists that are not in the order of the table: a page is worked out, and its end is a text of the list's
//! own.

use crate::{Result, Tenant, key::Key};

impl Tenant<'_> {
    /// A cursor that goes on behind `place` in `list`, good for a day, for this tenant and this list alone. What a list
    /// is filtered by is part of its name.
    pub fn cursor_to(&self, list: &str, place: &str) -> Result<String> {
        self.store().seal_cursor(self.scope, list, Key::new("", place))
    }

    /// The place a cursor goes on behind.
    ///
    /// # Errors
    /// [`crate::StoreError::BadCursor`] for anything but a cursor of this list.
    pub fn place_behind(&self, list: &str, cursor: &str) -> Result<String> {
        Ok(self.store().open_cursor(self.scope, list, cursor)?.sk)
    }
}
