//! What the usage reports say of everybody, joined by address: a few dozen bytes a person, however many reports.

use std::collections::{BTreeMap, HashMap};

use checks::{
    facts::{MailboxPurpose, Missing, Usage},
    footprint::{Apps, Copilot, Desktop, Drive, Footprint, Mailbox, OrphanedDrives, Teams},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Report, ReportRow};

/// What the usage reports say of everybody, by address. Serialisable, so that a scan can pause with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Reports that are in here, with their oldest `Report Refresh Date`; a report without rows has none.
    reports: BTreeMap<Report, Option<Date>>,
    /// Reports that could not be had.
    failed: BTreeMap<Report, Missing>,
    concealed: bool,
    /// OneDrives whose owner has no address any more.
    nameless: Drives,
    /// By lower-case user principal name.
    people: HashMap<Box<str>, Traces>,
}

/// Sums over OneDrives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Drives {
    count: u32,
    used_mib: u64,
}

/// What the reports say of one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Traces {
    /// [`Report::ActiveUsers`] lists them: the one report that covers all services.
    covered: bool,
    /// A licence of theirs was seen in the directory.
    licensed: bool,
    /// Latest `… Last Activity Date` in any report.
    last: Option<Date>,
    mailbox: Option<Mailbox>,
    drive: Option<Drive>,
    apps: Option<Apps>,
    desktop: Option<Desktop>,
    teams: Option<Teams>,
    copilot: Option<Copilot>,
}

impl Activity {
    /// Nothing is known of anybody, because the reports hide names.
    pub fn concealed() -> Self {
        Self { concealed: true, ..Self::default() }
    }

    /// Takes one row of `report`.
    pub fn add(&mut self, report: Report, row: &ReportRow<'_>) {
        let as_of = row.get("Report Refresh Date").and_then(|text| text.parse::<Date>().ok());
        let refreshed = self.reports.entry(report).or_default();
        *refreshed = [*refreshed, as_of].into_iter().flatten().min();
        let name = row.get("User Principal Name").or_else(|| row.get("Owner Principal Name")).unwrap_or_default();
        if is_hash(name) {
            self.concealed = true;
            return;
        }
        if row.get("Is Deleted").is_some_and(|deleted| deleted.eq_ignore_ascii_case("true")) {
            return;
        }
        let dates = row.cells().filter(|(title, _)| title.ends_with("Last Activity Date"));
        let last = dates.filter_map(|(_, cell)| cell.parse::<Date>().ok()).max();
        let said = as_of.map(|as_of| said(report, row, as_of, last)).unwrap_or_default();
        if name.is_empty() {
            // What is left of somebody who is gone.
            if let Some(drive) = said.drive {
                self.nameless.add(drive);
            }
            return;
        }
        let traces = Traces { covered: report == Report::ActiveUsers, last, ..said };
        self.people.entry(name.to_lowercase().into()).or_default().merge(traces);
    }

    /// The rows so far are those of `report`.
    #[must_use]
    pub(crate) fn from(mut self, report: Report) -> Self {
        self.reports.entry(report).or_default();
        self
    }

    /// Adds what another report says.
    pub fn merge(&mut self, other: Self) {
        for (report, refreshed) in other.reports {
            let known = self.reports.entry(report).or_default();
            *known = [*known, refreshed].into_iter().flatten().min();
        }
        self.failed.extend(other.failed);
        self.concealed |= other.concealed;
        self.nameless.count += other.nameless.count;
        self.nameless.used_mib += other.nameless.used_mib;
        for (name, traces) in other.people {
            self.people.entry(name).or_default().merge(traces);
        }
    }

    /// A report could not be had.
    pub fn failed(&mut self, report: Report, why: Missing) {
        self.failed.insert(report, why);
    }

    /// Why nothing can be said of anybody; `None` where something can. Only [`Report::ActiveUsers`] covers all
    /// services: without it somebody who works in another service would look idle.
    pub fn missing(&self) -> Option<Missing> {
        self.missing_in(Report::ActiveUsers)
    }

    /// Why one report says nothing of anybody.
    fn missing_in(&self, report: Report) -> Option<Missing> {
        match (self.concealed, self.failed.get(&report), self.reports.get(&report)) {
            (true, ..) => Some(Missing::NamesConcealed),
            (false, Some(why), _) => Some(*why),
            (false, None, None) => Some(Missing::Error),
            // A report without a single row has no date, and says nothing.
            (false, None, Some(None)) => Some(Missing::NotCovered),
            (false, None, Some(Some(_))) => None,
        }
    }

    /// What the reports say of the activity of the person with this user principal name.
    pub fn usage(&self, upn: &str) -> Usage {
        let traces = self.people.get(&*upn.to_lowercase()).filter(|traces| traces.covered || traces.last.is_some());
        match (self.missing(), self.refreshed(), traces) {
            (Some(why), ..) => Usage::Unavailable(why),
            (None, Some(refreshed), Some(traces)) => Usage::Known { last: traces.last, refreshed },
            _ => Usage::Unavailable(Missing::NotCovered),
        }
    }

    /// What each report says of the person with this user principal name.
    pub fn footprint(&self, upn: &str) -> Footprint {
        let traces = self.people.get(&*upn.to_lowercase()).copied().unwrap_or_default();
        // Activations have a row for each program: nobody has a row without one.
        let none = self.reports.get(&Report::Activations).copied().flatten();
        let none = none.map(|as_of| Desktop { as_of, office: None, visio: None, project: None });
        Footprint {
            mailbox: self.part(Report::Mailboxes, traces.mailbox),
            drive: self.part(Report::OneDrive, traces.drive),
            apps: self.part(Report::Apps, traces.apps),
            desktop: self.part(Report::Activations, traces.desktop.or(none)),
            teams: self.part(Report::Teams, traces.teams),
            copilot: self.part(Report::Copilot, traces.copilot),
        }
    }

    fn part<T>(&self, report: Report, found: Option<T>) -> Result<T, Missing> {
        match self.missing_in(report) {
            Some(why) => Err(why),
            None => found.ok_or(Missing::NotCovered),
        }
    }

    /// The person with this user principal name has a licence.
    pub fn licensed(&mut self, upn: &str) {
        if let Some(traces) = self.people.get_mut(&*upn.to_lowercase()) {
            traces.licensed = true;
        }
    }

    /// OneDrives unused for `days` whose owner has no licence or is gone: everybody with a licence must have been said
    /// by [`Activity::licensed`].
    ///
    /// # Errors
    /// Why the report says nothing.
    pub fn orphaned_drives(&self, days: i32) -> Result<OrphanedDrives, Missing> {
        let why = self.missing_in(Report::OneDrive);
        let as_of = match (why, self.reports.get(&Report::OneDrive).copied().flatten()) {
            (Some(why), _) => return Err(why),
            (None, as_of) => as_of.ok_or(Missing::NotCovered)?,
        };
        let mut drives = self.nameless;
        let since = as_of.saturating_sub(jiff::Span::new().days(days));
        let unlicensed = self.people.values().filter(|traces| !traces.licensed).filter_map(|traces| traces.drive);
        for drive in unlicensed.filter(|drive| drive.last.is_none_or(|last| last < since)) {
            drives.add(drive);
        }
        Ok(OrphanedDrives { as_of, count: drives.count, used_mib: drives.used_mib })
    }

    /// How old the statement on activity is: the oldest `Report Refresh Date` of the reports that have activity dates.
    pub fn refreshed(&self) -> Option<Date> {
        let dated = self.reports.iter().filter(|(report, _)| **report != Report::Activations);
        dated.filter_map(|(_, refreshed)| *refreshed).min()
    }

    /// Which reports are in here.
    pub fn reports(&self) -> impl Iterator<Item = Report> + '_ {
        self.reports.keys().copied()
    }
}

impl Drives {
    const fn add(&mut self, drive: Drive) {
        self.count += 1;
        self.used_mib += drive.used_mib as u64;
    }
}

impl Traces {
    fn merge(&mut self, other: Self) {
        self.covered |= other.covered;
        self.licensed |= other.licensed;
        self.last = self.last.max(other.last);
        self.mailbox = other.mailbox.or(self.mailbox);
        self.drive = other.drive.or(self.drive);
        self.apps = other.apps.or(self.apps);
        self.teams = other.teams.or(self.teams);
        self.copilot = other.copilot.or(self.copilot);
        // A row for each program.
        self.desktop = match (self.desktop, other.desktop) {
            (Some(a), Some(b)) => Some(Desktop {
                as_of: a.as_of.min(b.as_of),
                office: a.office.max(b.office),
                visio: a.visio.max(b.visio),
                project: a.project.max(b.project),
            }),
            (a, b) => a.or(b),
        };
    }
}

/// The parts a row of `report` fills.
fn said(report: Report, row: &ReportRow<'_>, as_of: Date, last: Option<Date>) -> Traces {
    let number = |title| row.get(title).and_then(|cell| cell.parse::<u64>().ok());
    let used_mib = || number("Storage Used (Byte)").map(|bytes| u32::try_from(bytes >> 20).unwrap_or(u32::MAX));
    let yes = |title| row.get(title).is_some_and(|cell| matches!(cell, "Yes" | "True" | "TRUE" | "true"));
    let count = |title| u32::try_from(number(title).unwrap_or(0)).unwrap_or(u32::MAX);
    let mut said = Traces::default();
    match report {
        Report::Mailboxes => {
            // Not saying whether there is an archive is no sign that there is none.
            let archive = row.get("Has Archive").is_none_or(|cell| !cell.eq_ignore_ascii_case("false"));
            let purpose = row.get("Recipient Type").and_then(recipient);
            said.mailbox = used_mib().map(|used_mib| Mailbox { as_of, used_mib, archive, purpose, last });
        }
        Report::OneDrive => said.drive = used_mib().map(|used_mib| Drive { as_of, used_mib, last }),
        Report::Apps => {
            let (desktop, elsewhere) = (yes("Windows") || yes("Mac"), yes("Mobile") || yes("Web"));
            said.apps = Some(Apps { as_of, desktop, elsewhere });
        }
        Report::Activations => {
            let on = row.get("Last Activated Date").and_then(|cell| cell.parse::<Date>().ok());
            let mut desktop = Desktop { as_of, office: None, visio: None, project: None };
            match row.get("Product Type").unwrap_or_default().to_lowercase() {
                product if product.contains("visio") => desktop.visio = on,
                product if product.contains("project") => desktop.project = on,
                _ => desktop.office = on,
            }
            said.desktop = Some(desktop);
        }
        Report::Teams => {
            said.teams = Some(Teams { as_of, calls: count("Call Count"), meetings: count("Meeting Count") });
        }
        Report::Copilot => said.copilot = Some(Copilot { as_of, last }),
        Report::ActiveUsers => {}
    }
    said
}

/// What `Recipient Type` says a mailbox is for. Its values are not documented: those we know are taken, others say
/// nothing.
fn recipient(text: &str) -> Option<MailboxPurpose> {
    let text = text.to_lowercase();
    [
        ("shared", MailboxPurpose::Shared),
        ("room", MailboxPurpose::Room),
        ("equipment", MailboxPurpose::Equipment),
        ("user", MailboxPurpose::User),
    ]
    .into_iter()
    .find_map(|(word, purpose)| text.starts_with(word).then_some(purpose))
}

/// A name Microsoft hides is 32 hexadecimal digits; a real one has an `@`.
fn is_hash(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_person_fits_into_two_cache_lines() {
        assert!(size_of::<Traces>() <= 136, "{}", size_of::<Traces>());
    }
}
