//! `steward analyze`: what saved answers of Microsoft Graph say, without a network.

use std::{collections::BTreeMap, path::PathBuf};

use checks::{
    Directory, Evaluation, Finding, Outcome, PriceList, Settings, Sources,
    facts::{Missing, Person, Usage},
    outcome::{Certainty, PriceMissing},
};
use clap::Parser;
use graph::folder::{self, Folder, Part};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use model::Currency;

use crate::{Failure, out, out::Out};

/// Finds licence waste in a folder of saved Microsoft Graph answers.
///
/// The folder holds the answers as Microsoft Graph gave them, one file each, under any name: licence types, people,
/// subscriptions and the activity report. What is missing is listed with the call that gives it. Nothing is sent
/// anywhere.
#[derive(Parser)]
pub struct Args {
    /// The folder.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Print findings, totals and what was not evaluated as one JSON document.
    #[arg(long)]
    json: bool,
    /// List the people of each finding.
    #[arg(long, conflicts_with = "json")]
    people: bool,
    /// Currency of the list prices: USD, EUR or GBP.
    #[arg(long, value_name = "CODE", default_value = "USD", value_parser = currency)]
    currency: Currency,
    /// The day to judge by, where the answers are older: YYYY-MM-DD. Today if left out.
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

fn currency(text: &str) -> Result<Currency, String> {
    text.to_uppercase().parse().map_err(|error: model::money::UnknownCurrency| error.to_string())
}

pub fn run(args: &Args, out: &mut Out) -> Result<(), Failure> {
    let now = now(args)?;
    let folder = folder::read(&args.dir).map_err(|error| {
        let why = std::error::Error::source(&error).map_or_else(String::new, |source| format!(" ({source})"));
        Failure::Said(format!("{error}{why}. Nothing was analysed. Check the path and that you may read it."))
    })?;
    let outcome = evaluate(&folder, args.currency, now)?;
    if args.json {
        for gap in &folder.missing {
            out::note(&format!("{}: {}. Save the answer of {}", title(gap.part), gap.why, gap.part.call()));
        }
        for ignored in &folder.ignored {
            out::note(&format!("{} was not used: {}", out::name(&ignored.file), ignored.why));
        }
        return Ok(out.json(&outcome)?);
    }
    let report = Report { folder: &folder, outcome: &outcome, people: args.people };
    Ok(report.print(out)?)
}

fn now(args: &Args) -> Result<Timestamp, Failure> {
    match args.as_of {
        Some(date) => date
            .to_zoned(TimeZone::UTC)
            .map(|midnight| midnight.timestamp())
            .map_err(|_| Failure::Said(format!("{date} is out of range. Nothing was analysed. Give another --as-of."))),
        #[expect(clippy::disallowed_methods, reason = "a command is where the real time comes from")]
        None => Ok(Timestamp::now()),
    }
}

fn evaluate(folder: &Folder, currency: Currency, now: Timestamp) -> Result<Outcome, Failure> {
    let Some(skus) = folder.skus.clone() else {
        let why = folder.missing.iter().find(|gap| gap.part == Part::LicenceTypes).map_or("missing", |gap| &gap.why);
        return Err(Failure::Said(format!(
            "the list of licence types is {why}. Without it nothing can be said about licences or money. Save the \
             answer of {} into the folder and run this again.",
            Part::LicenceTypes.call()
        )));
    };
    let directory = Directory::bought(skus, folder.subscriptions.clone().ok_or(Missing::Error));
    let mut evaluation = Evaluation::new(directory, Settings::default(), PriceList::built_in(currency), now);
    for person in folder.people.iter().flatten() {
        let usage: Usage = folder.activity.usage(&person.upn);
        let footprint = folder.activity.footprint(&person.upn);
        let purpose = footprint.mailbox.ok().and_then(|mailbox| mailbox.purpose);
        let person = Person { purpose: person.purpose.or(purpose), ..person.clone() };
        evaluation.person_with(&person, &usage, &footprint, None);
    }
    let reports = match (&folder.people, folder.activity.missing(), folder.activity.refreshed()) {
        (None, ..) => Err(Missing::Error),
        (Some(_), Some(missing), _) => Err(missing),
        (Some(_), None, Some(refreshed)) => Ok(refreshed),
        (Some(_), None, None) => Err(Missing::NotCovered),
    };
    let sign_ins = folder.sign_in_missing.map_or(Ok(()), Err);
    Ok(evaluation.finish(&Sources { reports: Some(reports), sign_ins }))
}

/// What is printed for people.
struct Report<'a> {
    folder: &'a Folder,
    outcome: &'a Outcome,
    people: bool,
}

impl Report<'_> {
    fn print(&self, out: &mut Out) -> std::io::Result<()> {
        if let Some(organization) = &self.folder.organization {
            out.faint(&out::name(organization))?;
        }
        self.headline(out)?;
        self.findings(out)?;
        if self.people {
            self.affected(out)?;
        }
        self.basis(out)?;
        self.limits(out)
    }

    fn headline(&self, out: &mut Out) -> std::io::Result<()> {
        let totals = &self.outcome.totals;
        let (certain, likely) = (totals.certain_monthly, totals.likely_monthly);
        if totals.monthly.amount_minor == 0 {
            return match self.outcome.findings.len() {
                0 => out.strong("Nothing to save was found."),
                _ => out.strong("Nothing found here has a price."),
            };
        }
        out.strong(&format!("You could save {} a month.", totals.monthly))?;
        out.line(&match (certain.amount_minor, likely.amount_minor) {
            (_, 0) => "All of it is certain.".to_owned(),
            (0, _) => "All of it is likely: ask the people first.".to_owned(),
            _ => format!("{certain} is certain, {likely} is likely: ask those people first."),
        })?;
        match totals.realisable_on {
            Some(on) => {
                out.line(&format!("Licences are given back when a subscription renews, the first on {}.", day(on)))
            }
            None => out.line("Licences are given back when a subscription renews."),
        }
    }

    fn findings(&self, out: &mut Out) -> std::io::Result<()> {
        if self.outcome.findings.is_empty() {
            return Ok(());
        }
        out.gap()?;
        let row = |finding: &Finding| {
            let saving = finding.saving.as_ref();
            vec![
                finding.headline.clone(),
                finding.seats.to_string(),
                saving.map_or_else(|| "–".to_owned(), |saving| saving.monthly.to_string()),
                sure(finding.certainty).to_owned(),
                saving.and_then(|saving| saving.realisable_on).map_or_else(|| "–".to_owned(), day),
            ]
        };
        let rows = self.outcome.findings.iter().map(row).collect();
        out.table(&["Finding", "Licences", "A month", "Sure", "From"], &["Licences", "A month"], rows)
    }

    fn affected(&self, out: &mut Out) -> std::io::Result<()> {
        for finding in self.outcome.findings.iter().filter(|finding| !finding.affected.is_empty()) {
            out.gap()?;
            out.strong(&finding.headline)?;
            let row = |one: &checks::outcome::Affected| {
                let products: Vec<String> = one.skus.iter().map(|license| self.product(license.sku)).collect();
                let prices = one.skus.iter().filter(|license| license.counts).filter_map(|license| license.monthly);
                let monthly = prices.reduce(|sum, price| sum.plus(price).unwrap_or(sum));
                vec![
                    out::name(&one.name),
                    out::name(&one.upn),
                    products.join(", "),
                    monthly.map_or_else(|| "–".to_owned(), |monthly| monthly.to_string()),
                    sure(one.certainty).to_owned(),
                ]
            };
            let rows = finding.affected.iter().map(row).collect();
            out.table(&["Person", "Sign-in name", "Licences", "A month", "Sure"], &["A month"], rows)?;
        }
        Ok(())
    }

    fn product(&self, id: model::SkuId) -> String {
        let part_number = || {
            let sku = self.folder.skus.iter().flatten().find(|sku| sku.id == id);
            sku.map_or_else(|| id.to_string(), |sku| out::name(&sku.part_number))
        };
        checks::product_name(id).map_or_else(part_number, str::to_owned)
    }

    /// What the numbers rest on.
    fn basis(&self, out: &mut Out) -> std::io::Result<()> {
        let totals = &self.outcome.totals;
        out.gap()?;
        if self.folder.people.is_some() {
            out.line(&format!("{} people, {} with a paid licence.", totals.people, totals.licensed_people))?;
        }
        out.line(&format!(
            "{} paid licences, {} a month at list prices without tax. You may pay less.",
            totals.paid_seats_bought, totals.spend_monthly
        ))?;
        if !totals.price_missing_skus.is_empty() {
            let one = |missing: &PriceMissing| {
                let name = missing.product.clone().unwrap_or_else(|| out::name(&missing.part_number));
                format!("{name} ({})", missing.seats)
            };
            let all: Vec<String> = totals.price_missing_skus.iter().map(one).collect();
            out.line(&format!("Without a price, in no sum: {}.", all.join(", ")))?;
        }
        Ok(())
    }

    /// What could not be said, and what would change that.
    fn limits(&self, out: &mut Out) -> std::io::Result<()> {
        let mut notes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for note in &self.outcome.not_evaluated {
            notes.entry(&note.detail).or_default().push(note.check.check().text.title);
        }
        let people_missing = self.folder.people.is_none();
        if people_missing || !notes.is_empty() {
            out.gap()?;
            out.strong("What this could not say")?;
        }
        if people_missing {
            out.line("- Which people could do without which licence: the list of people is missing.")?;
        }
        for (detail, titles) in notes {
            out.line(&format!("- {}: {detail}", titles.join("; ")))?;
        }
        if !self.folder.missing.is_empty() {
            out.gap()?;
            out.strong("What to save into the folder to hear more")?;
        }
        for gap in &self.folder.missing {
            out.line(&format!("- {}: {}", title(gap.part), gap.why))?;
            out.faint(&format!("  {}", gap.part.call()))?;
        }
        if !self.folder.ignored.is_empty() {
            out.gap()?;
            out.strong("Files that were not used")?;
        }
        for ignored in &self.folder.ignored {
            out.line(&format!("- {}: {}", out::name(&ignored.file), ignored.why))?;
        }
        Ok(())
    }
}

const fn title(part: Part) -> &'static str {
    match part {
        Part::LicenceTypes => "Licence types",
        Part::People => "People",
        Part::SignInDates => "Sign-in dates",
        Part::ActivityReport => "Activity report",
        Part::Subscriptions => "Subscriptions",
    }
}

const fn sure(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
    }
}

/// `1 Feb 2027`.
fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}
