//! L28: OneDrives whose owner has no licence any more.
//!
//! Rule: OneDrives not used for 90 days whose owner has no licence, or is gone. Microsoft moves them into an archive
//! that costs by size, and deletes nothing by itself while somebody pays.
//!
//! Traps: the report does not say when the licence was taken, so a drive still in use is not counted; drives that are
//! themselves deleted are not counted; the price is in dollars and Microsoft's alone, so it is told and in no sum.
//!
//! Source: Microsoft message center MC836942: archive after 90 days without licence, since 27 January 2025.

use super::{Check, CheckId, DirectoryVerdict, Rule, Severity, Stake, Text};
use crate::{
    evaluation::{Context, Tally},
    outcome::Evidence,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L28,
    severity: Severity::Low,
    stake: Stake::Nothing,
    text: Text {
        title: "Files of people without a licence",
        why_it_matters: "Microsoft puts the OneDrive of somebody without a licence into an archive after 90 days, and \
                         charges for it by size every month.",
        what_changes: "You move the files you need to a team or to a colleague, and delete the rest.",
        what_people_notice: "Whoever shared one of these files can no longer open it. Their owners are gone or have no \
                             licence.",
        undo: "A deleted OneDrive can be restored for 93 days.",
        technical_detail: "getOneDriveUsageAccountDetail(D180): Is Deleted is False, Last Activity Date is empty or \
                           more than 90 days old, and the owner has no licence in the directory or is not in it. $0.05 \
                           a GB a month, and $0.60 a GB to open one again (MC836942).",
    },
    steps: &[
        "Open the SharePoint admin centre and choose Reports, then OneDrive accounts without a licence.",
        "For each account decide who needs the files. Give that person access and let them copy what they need.",
        "Delete the OneDrives that nobody needs. They can be restored for 93 days.",
        "Check again here: the report follows after about two days.",
    ],
    rule: Rule::Directory(judge),
};

/// Microsoft's price of the archive, in cents of a dollar a GB a month.
const CENTS_PER_GIB: u64 = 5;
/// What is not worth anybody's time.
const LEAST_MIB: u64 = 1024;

const REPORT: &str = "Microsoft OneDrive report";

fn judge(context: &Context, _: &Tally) -> Option<DirectoryVerdict> {
    let drives = context.directory.orphaned_drives.as_ref().ok()?;
    if drives.count == 0 || drives.used_mib < LEAST_MIB {
        return None;
    }
    let gib = drives.used_mib / 1024;
    let of = if drives.count == 1 { "1 person without a licence keeps".into() } else {
        format!("{} people without a licence keep", drives.count)
    };
    let cents = drives.used_mib * CENTS_PER_GIB / 1024;
    let price = format!("about ${}.{:02} a month, in no sum here", cents / 100, cents % 100);
    Some(DirectoryVerdict {
        headline: format!("{of} {gib} GB of files"),
        evidence: vec![
            Evidence::new("OneDrives", drives.count, REPORT, Some(drives.as_of)),
            Evidence::new("Size together", format!("{gib} GB"), REPORT, Some(drives.as_of)),
            Evidence::new("Microsoft's price of the archive", price, "Microsoft message center MC836942", None),
        ],
        ..DirectoryVerdict::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::Missing,
        footprint::OrphanedDrives,
        outcome::{Extent, Remedy},
        testing::*,
    };

    fn run(orphaned_drives: Result<OrphanedDrives, Missing>) -> Outcome {
        evaluate(crate::Directory { orphaned_drives, ..full() }, &[])
    }

    #[test]
    fn what_is_kept_is_told_with_its_price_and_in_no_sum() {
        let outcome = run(Ok(OrphanedDrives { as_of: ago(2), count: 3, used_mib: 250 * 1024 }));
        let finding = outcome.of(CheckId::L28).expect("a finding");
        assert_eq!(finding.headline, "3 people without a licence keep 250 GB of files");
        assert!(finding.evidence.iter().any(|evidence| evidence.value.starts_with("about $12.50")));
        assert_eq!((finding.remedy, finding.saving.is_none()), (Remedy::Guided, true));
        assert_eq!(outcome.totals.monthly.amount_minor, 0);
        assert!(!CHECK.steps.is_empty());
    }

    #[test]
    fn less_than_a_gigabyte_is_not_worth_telling() {
        assert!(run(Ok(OrphanedDrives { as_of: ago(2), count: 3, used_mib: 1023 })).of(CheckId::L28).is_none());
        assert!(run(Ok(OrphanedDrives { as_of: ago(2), count: 1, used_mib: 1024 })).of(CheckId::L28).is_some());
    }

    #[test]
    fn without_the_report_that_is_said() {
        let outcome = run(Err(Missing::NamesConcealed));
        let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L28).expect("a note");
        assert_eq!((note.extent, note.reason), (Extent::Whole, Missing::NamesConcealed));
    }
}
