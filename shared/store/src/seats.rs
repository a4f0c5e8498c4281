//! Seats: members and invitations that wait hold one each, and there are never more than the plan has (C2, C13). The
//! count lies in the company's own item and changes with what holds the seat, in one transaction at the version read:
//! of two that want the last seat, one finds the version moved.

use crate::{Company, Versioned};

impl Versioned<Company> {
    /// With one more seat in use; `None` when all are.
    pub fn with_seat(mut self) -> Option<Self> {
        (self.value.seats < self.value.seat_limit).then(|| {
            self.value.seats += 1;
            self
        })
    }

    /// With one seat given back.
    #[must_use]
    pub const fn without_seat(mut self) -> Self {
        self.value.seats = self.value.seats.saturating_sub(1);
        self
    }
}
