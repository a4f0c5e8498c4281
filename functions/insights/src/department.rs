//! Things by department, under one name however it is typed.

use std::collections::BTreeMap;

/// Something for each department; `None` is for people in none.
#[derive(Debug)]
pub struct Sums<T = i64>(BTreeMap<Option<String>, (Option<String>, T)>);

impl<T> Default for Sums<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Default> Sums<T> {
    /// That of a department as the directory has it: capitals and spaces around it are chance.
    pub fn of(&mut self, name: Option<&str>) -> &mut T {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let blank = || (name.map(str::to_owned), T::default());
        &mut self.0.entry(name.map(str::to_lowercase)).or_insert_with(blank).1
    }

    /// All of them under the name that came first, in the order of names.
    pub fn named(self) -> impl Iterator<Item = (Option<String>, T)> {
        self.0.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_department_typed_in_two_ways_is_one() {
        let mut sums = Sums::default();
        for name in [Some("Sales"), Some(" sales "), None, Some(" ")] {
            *sums.of(name) += 1;
        }
        let named: Vec<_> = sums.named().collect();
        assert_eq!(named, [(None, 2), (Some("Sales".to_owned()), 2)]);
    }
}
