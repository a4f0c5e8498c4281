//! A calendar of renewals (RFC 5545). It names licence types and numbers of licences, and nobody.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;
use model::SkuId;

use crate::renewal::RenewalView;

/// Octets of a line before it is folded (RFC 5545 3.1).
const LINE: usize = 75;

/// The calendar of these renewals as of a day: the same text for the same renewals all day, so that it can be cached.
pub fn calendar(renewals: &[RenewalView], today: Date) -> String {
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Steward//Renewals//EN", "CALSCALE:GREGORIAN"] {
        line(text, &mut out);
    }
    line("METHOD:PUBLISH", &mut out);
    line("X-WR-CALNAME:Microsoft 365 renewals", &mut out);
    line("REFRESH-INTERVAL;VALUE=DURATION:PT12H", &mut out);
    let (mut renewing, mut reducing) = (HashMap::new(), HashMap::new());
    for one in renewals {
        if one.give_back > 0 {
            let licences = licences(one.give_back);
            let summary = format!("Last day to give back {licences} of {}", one.product);
            // After the renewal its day to reduce by moves; that of the next has a name of its own.
            let name = name(one.sku, one.renewed_on.unwrap_or(one.renews_on), &mut reducing);
            event(&format!("{name}\nreduce"), one.reduce_by, &summary, &one.text, today, &mut out);
        }
        let summary = format!("{} renews: {}", one.product, licences(one.seats));
        let name = name(one.sku, one.renews_on, &mut renewing);
        event(&name, one.renews_on, &summary, &one.text, today, &mut out);
    }
    line("END:VCALENDAR", &mut out);
    out
}

/// Several subscriptions of a licence type may renew on one day: the nth of them has its own name.
fn name(sku: SkuId, day: Date, known: &mut HashMap<(SkuId, Date), u32>) -> String {
    let nth = known.entry((sku, day)).and_modify(|nth| *nth += 1).or_insert(0);
    format!("{sku}\n{day}\n{nth}")
}

fn licences(count: u32) -> String {
    if count == 1 { "1 licence".into() } else { format!("{count} licences") }
}

/// One all-day event. Its UID is that of the renewal, so that a program that reads the calendar again keeps one of it.
fn event(name: &str, day: Date, summary: &str, description: &str, today: Date, out: &mut String) {
    let uid: String =
        digest(&SHA256, name.as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let basic = |day: Date| day.strftime("%Y%m%d").to_string();
    let next = day.tomorrow().unwrap_or(day);
    line("BEGIN:VEVENT", out);
    line(&format!("UID:{uid}@renewals.steward"), out);
    line(&format!("DTSTAMP:{}T000000Z", basic(today)), out);
    line(&format!("DTSTART;VALUE=DATE:{}", basic(day)), out);
    line(&format!("DTEND;VALUE=DATE:{}", basic(next)), out);
    line(&format!("SUMMARY:{}", escaped(summary)), out);
    line(&format!("DESCRIPTION:{}", escaped(description)), out);
    line("TRANSP:TRANSPARENT", out);
    line("END:VEVENT", out);
}

/// TEXT of RFC 5545 3.3.11. Control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded at 75 octets between characters, ended by CRLF (RFC 5545 3.1).
fn line(text: &str, out: &mut String) {
    let mut octets = 0;
    for c in text.chars() {
        if octets + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            // The space that says so counts.
            octets = 1;
        }
        octets += c.len_utf8();
        out.push(c);
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 21);

    fn renewal(product: &str, text: &str, give_back: u32) -> RenewalView {
        RenewalView {
            sku: SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
            product: product.into(),
            renews_on: date(2026, 12, 31),
            renewed_on: None,
            reduce_by: date(2026, 12, 24),
            seats: 40,
            unused: give_back,
            give_back,
            monthly: None,
            through_reseller: false,
            text: text.into(),
        }
    }

    /// Unfolded lines, after what every reader may rely on held.
    fn read(calendar: &str) -> Vec<String> {
        assert!(calendar.ends_with("END:VCALENDAR\r\n"));
        for line in calendar.split("\r\n") {
            assert!(line.len() <= LINE && !line.contains(['\r', '\n']), "{line:?}");
        }
        calendar.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_renewal_is_two_days_in_the_calendar() {
        let lines = read(&calendar(&[renewal("Business Premium", "Do it; now, please", 4)], TODAY));
        assert_eq!(lines[..2], ["BEGIN:VCALENDAR", "VERSION:2.0"]);
        for wanted in [
            "DTSTART;VALUE=DATE:20261224",
            "DTEND;VALUE=DATE:20261225",
            "SUMMARY:Last day to give back 4 licences of Business Premium",
            "DTSTART;VALUE=DATE:20261231",
            "DTEND;VALUE=DATE:20270101",
            "SUMMARY:Business Premium renews: 40 licences",
            "DESCRIPTION:Do it\\; now\\, please",
            "DTSTAMP:20261121T000000Z",
        ] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted}: {lines:#?}");
        }
        let uids: std::collections::BTreeSet<_> = lines.iter().filter(|line| line.starts_with("UID:")).collect();
        assert_eq!(uids.len(), 2);
    }

    #[test]
    fn the_same_renewal_has_the_same_name_on_another_day_and_two_have_two() {
        let uids = |renewals: &[RenewalView], day| -> Vec<String> {
            read(&calendar(renewals, day)).into_iter().filter(|line| line.starts_with("UID:")).collect()
        };
        let one = renewal("Business Premium", "", 0);
        let two = [one.clone(), one.clone()];
        assert_eq!(uids(&two[..1], TODAY), uids(&two[..1], date(2026, 12, 1)));
        let both = uids(&two, TODAY);
        assert_eq!(both.len(), 2);
        assert_ne!(both[0], both[1]);
    }

    #[test]
    fn what_renewed_on_one_day_for_a_month_and_for_a_year_has_a_name_each() {
        let renewed_on = Some(date(2026, 11, 18));
        let monthly = RenewalView { renewed_on, renews_on: date(2026, 12, 18), ..renewal("Premium", "", 6) };
        let yearly = RenewalView { renews_on: date(2027, 11, 18), give_back: 4, ..monthly.clone() };
        let lines = read(&calendar(&[monthly, yearly], TODAY));
        let uids: Vec<&String> = lines.iter().filter(|line| line.starts_with("UID:")).collect();
        let different: std::collections::BTreeSet<&String> = uids.iter().copied().collect();
        assert_eq!((uids.len(), different.len()), (4, 4), "{uids:?}");
    }

    #[test]
    fn nothing_to_give_back_is_no_day_to_do_it_by() {
        let lines = read(&calendar(&[renewal("Business Premium", "", 0)], TODAY));
        assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 1);
        assert_eq!(read(&calendar(&[], TODAY)).iter().filter(|line| *line == "BEGIN:VEVENT").count(), 0);
    }

    proptest! {
        #[test]
        fn whatever_a_product_is_called_the_calendar_holds(product in any::<String>(), text in any::<String>()) {
            let lines = read(&calendar(&[renewal(&product, &text, 4)], TODAY));
            prop_assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 2);
            for begin in ["UID:", "SUMMARY:", "DESCRIPTION:", "DTSTART;VALUE=DATE:"] {
                prop_assert_eq!(lines.iter().filter(|line| line.starts_with(begin)).count(), 2);
            }
        }
    }
}
