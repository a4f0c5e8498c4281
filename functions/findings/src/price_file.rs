//! A file of prices, as a spreadsheet or a reseller writes it. Its first row says what the columns are. What can be
//! read in two ways is refused, not guessed; a file is taken as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use checks::{OwnPrice, Term, products::PRODUCTS};
use model::{Currency, Money, SkuId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amount::{AmountError, amount};

/// Most rows below the first.
pub const ROWS_MOST: usize = 1000;
/// Most wrong cells that are told of at once.
pub const PROBLEMS_MOST: usize = 100;

/// A wrong cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowProblem {
    /// Row as a spreadsheet counts: the first, with the names of the columns, is 1.
    #[schema(example = 3)]
    pub row: u32,
    /// Name of the column, as Steward calls it.
    #[schema(example = "amount")]
    pub column: String,
    /// Stable code.
    #[schema(example = "ambiguous")]
    pub code: String,
    /// In words.
    #[schema(example = "1,234 can be read in two ways. Write 1234.00 or 1.23.")]
    pub message: String,
}

impl RowProblem {
    fn new(row: u32, column: Column, code: &str, message: impl Into<String>) -> Self {
        Self { row, column: column.name().into(), code: code.into(), message: message.into() }
    }
}

/// What one row says of one licence type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// The licence type.
    pub sku: SkuId,
    /// What a seat costs a month; `None`: the list price under `term`.
    pub amount: Option<Money>,
    /// How it is bought, where the file says it.
    pub term: Option<Term>,
    /// Where the number is from.
    pub note: Option<String>,
}

/// A file that is right.
#[derive(Debug, PartialEq, Eq)]
pub struct PriceFile {
    /// What it says, in its order.
    pub rows: Vec<PriceRow>,
    /// Rows that name a licence type and say nothing of its price: it stays as it is.
    pub silent: u32,
}

/// A licence type the company has.
#[derive(Debug, Clone)]
pub struct Owned {
    /// Which.
    pub sku: SkuId,
    /// Microsoft's part number.
    pub part_number: String,
}

/// Columns that are read; others may be there and are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// GUID of the licence type.
    SkuId,
    /// Microsoft's part number.
    PartNumber,
    /// The name it is sold under.
    Product,
    /// A seat a month, without tax.
    Amount,
    /// ISO 4217 code.
    Currency,
    /// How it is bought.
    Term,
    /// Where the number is from.
    Note,
}

impl Column {
    /// All of them, in the order of our own files.
    pub const ALL: [Self; 7] =
        [Self::SkuId, Self::PartNumber, Self::Product, Self::Amount, Self::Currency, Self::Term, Self::Note];

    /// Its name in our own files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SkuId => "sku_id",
            Self::PartNumber => "part_number",
            Self::Product => "product",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Term => "term",
            Self::Note => "note",
        }
    }

    /// Other names files have for it, in lower case without anything but letters and digits.
    const fn others(self) -> &'static [&'static str] {
        match self {
            Self::SkuId => &["skuguid", "licenceid", "licenseid"],
            Self::PartNumber => &["skupartnumber", "stringid", "sku"],
            Self::Product => &["productname", "productdisplayname", "name", "licence", "license", "licencetype"],
            Self::Amount => {
                &["price", "unitprice", "monthlyprice", "pricepermonth", "priceperseat", "netprice", "preis"]
            }
            Self::Currency => &["currencycode", "waehrung", "währung"],
            Self::Term => &["commitment", "termandbilling", "laufzeit"],
            Self::Note => &["source", "comment", "remark", "bemerkung"],
        }
    }

    fn of(header: &str) -> Option<Self> {
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let wanted: String = plain(header);
        Self::ALL.into_iter().find(|column| {
            let own: String = plain(column.name());
            own == wanted || column.others().contains(&wanted.as_str())
        })
    }
}

/// Reads a file for a company that pays in `currency` and has `owned`.
///
/// # Errors
/// Everything that is wrong with it, at most [`PROBLEMS_MOST`].
pub fn read(bytes: &[u8], currency: Currency, owned: &[Owned]) -> Result<PriceFile, Vec<RowProblem>> {
    let whole = |code: &str, message: &str| vec![RowProblem::new(1, Column::SkuId, code, message)];
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|_| whole("not_utf8", "Save the file as \"CSV UTF-8\" and send it again."))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text.trim_start_matches(['\r', '\n'])))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|_| whole("unreadable", "The first row cannot be read."))?.clone();
    let mut row = empty_lines(text, &header).saturating_add(1);
    let columns = columns(&header, row)?;
    let products = Products::new(owned);
    let (mut rows, mut problems, mut silent) = (Vec::new(), Vec::new(), 0);
    let mut seen = BTreeMap::new();
    for (place, record) in reader.records().enumerate() {
        let empty = record.as_ref().map_or(0, |record| empty_lines(text, record));
        row = row.saturating_add(empty).saturating_add(1);
        if place >= ROWS_MOST {
            let told = format!("A file has at most {ROWS_MOST} rows. Send it in parts.");
            problems.push(RowProblem::new(row, Column::SkuId, "too_many_rows", told));
            break;
        }
        let Ok(record) = record else {
            problems.push(RowProblem::new(row, Column::SkuId, "unreadable", "This row cannot be read."));
            break;
        };
        let cells = Cells { columns: &columns, record: &record, row };
        if record.iter().all(str::is_empty) {
            continue;
        }
        match cells.price(&products, currency) {
            Ok(price) => {
                if let Some(before) = seen.insert(price.sku, row) {
                    let told = format!("The licence type stands in row {before} already.");
                    problems.push(RowProblem::new(row, Column::SkuId, "twice", told));
                } else if cells.says_nothing() {
                    silent += 1;
                } else {
                    rows.push(price);
                }
            }
            Err(mut wrong) => problems.append(&mut wrong),
        }
        if problems.len() >= PROBLEMS_MOST {
            problems.truncate(PROBLEMS_MOST);
            break;
        }
    }
    if problems.is_empty() { Ok(PriceFile { rows, silent }) } else { Err(problems) }
}

/// Empty lines before a record: rows of a spreadsheet, which the reader passes over without a word.
fn empty_lines(text: &str, record: &csv::StringRecord) -> u32 {
    let from = record.position().and_then(|at| usize::try_from(at.byte()).ok());
    let Some((before, mut rest)) = from.and_then(|from| text.split_at_checked(from)) else { return 0 };
    // The reader stops between the two characters that end a row.
    if before.ends_with('\r') {
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut lines = 0;
    while let Some(next) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])) {
        rest = next;
        lines += 1;
    }
    lines
}

/// What stands between the cells: what the first row has most of outside of quotes.
fn delimiter(text: &str) -> u8 {
    let (mut quoted, mut counts) = (false, [(',', 0), (';', 0), ('\t', 0)]);
    for c in text.chars() {
        quoted ^= c == '"';
        match counts.iter_mut().find(|(known, _)| *known == c) {
            Some((_, count)) if !quoted => *count += 1,
            _ if c == '\n' && !quoted => break,
            _ => {}
        }
    }
    // The first of equals: a file of one column has none.
    match counts.into_iter().rev().max_by_key(|(_, count)| *count) {
        Some((';', _)) => b';',
        Some(('\t', _)) => b'\t',
        _ => b',',
    }
}

fn columns(header: &csv::StringRecord, row: u32) -> Result<BTreeMap<Column, usize>, Vec<RowProblem>> {
    let mut columns = BTreeMap::new();
    for (place, name) in header.iter().enumerate() {
        let Some(column) = Column::of(name) else { continue };
        if columns.insert(column, place).is_some() {
            let told = format!("Two columns say \"{}\". Leave one.", column.name());
            return Err(vec![RowProblem::new(row, column, "two_columns", told)]);
        }
    }
    if ![Column::SkuId, Column::PartNumber, Column::Product].iter().any(|column| columns.contains_key(column)) {
        let told = "The first row names no column with the licence type. Call it sku_id, part_number or product.";
        return Err(vec![RowProblem::new(row, Column::SkuId, "no_licence_column", told)]);
    }
    if ![Column::Amount, Column::Term].iter().any(|column| columns.contains_key(column)) {
        let told = "The first row names no column with a price. Call it amount, or give a column term.";
        return Err(vec![RowProblem::new(row, Column::Amount, "no_price_column", told)]);
    }
    Ok(columns)
}

/// The cells of one row.
struct Cells<'a> {
    columns: &'a BTreeMap<Column, usize>,
    record: &'a csv::StringRecord,
    row: u32,
}

impl Cells<'_> {
    /// A cell's text; `None` where the column or its text is missing. The quote that keeps a spreadsheet from running
    /// a cell is not part of what it says.
    fn get(&self, column: Column) -> Option<&str> {
        let cell = self.record.get(*self.columns.get(&column)?)?.trim();
        let cell = cell.strip_prefix('\'').unwrap_or(cell);
        (!cell.is_empty()).then_some(cell)
    }

    fn says_nothing(&self) -> bool {
        self.get(Column::Amount).is_none() && self.get(Column::Term).is_none()
    }

    fn price(&self, products: &Products, currency: Currency) -> Result<PriceRow, Vec<RowProblem>> {
        match (self.sku(products), self.amount(currency), self.term(), self.note()) {
            (Ok(sku), Ok(amount), Ok(term), Ok(note)) => Ok(PriceRow { sku, amount, term, note }),
            (sku, amount, term, note) => {
                Err([sku.err(), amount.err(), term.err(), note.err()].into_iter().flatten().collect())
            }
        }
    }

    /// The licence type. Every column that names it has to name the same.
    fn sku(&self, products: &Products) -> Result<SkuId, RowProblem> {
        let wrong = |column, code, told: &str| RowProblem::new(self.row, column, code, told);
        let mut found: Option<BTreeSet<SkuId>> = None;
        for column in [Column::SkuId, Column::PartNumber, Column::Product] {
            let Some(text) = self.get(column) else { continue };
            let named = products.named(column, text);
            if named.is_empty() {
                // A name beside an id is for people; an id or part number that nobody knows is a mistake.
                if column == Column::Product && found.is_some() {
                    continue;
                }
                let told = "No licence type of yours, and none that Steward knows, is called that.";
                return Err(wrong(column, "unknown", told));
            }
            let both = found.map_or_else(|| named.clone(), |found| found.intersection(&named).copied().collect());
            if both.is_empty() {
                return Err(wrong(column, "contradiction", "This names another licence type than the cells before."));
            }
            found = Some(both);
        }
        let found =
            found.ok_or_else(|| wrong(Column::SkuId, "missing", "Say which licence type this row is about."))?;
        let own: Vec<SkuId> = found.iter().copied().filter(|sku| products.owned.contains(sku)).collect();
        match (found.len(), own.as_slice(), found.first()) {
            (1, _, Some(sku)) | (_, [sku], _) => Ok(*sku),
            _ => {
                let told = "Several licence types are called that. Give the sku_id.";
                Err(wrong(Column::Product, "ambiguous", told))
            }
        }
    }

    fn amount(&self, currency: Currency) -> Result<Option<Money>, RowProblem> {
        if let Some(code) = self.get(Column::Currency)
            && !code.eq_ignore_ascii_case(currency.code())
        {
            let told = format!(
                "Your company's prices are in {0}. Give this one in {0}: nothing is converted.",
                currency.code()
            );
            return Err(RowProblem::new(self.row, Column::Currency, "other_currency", told));
        }
        let Some(text) = self.get(Column::Amount) else { return Ok(None) };
        let read = amount(text, currency)
            .and_then(|minor| if minor > OwnPrice::MOST_MINOR { Err(AmountError::TooLarge) } else { Ok(minor) });
        match read {
            Ok(minor) => Ok(Some(Money::new(minor, currency))),
            Err(error) => Err(RowProblem::new(self.row, Column::Amount, error.code(), error.to_string())),
        }
    }

    fn term(&self) -> Result<Option<Term>, RowProblem> {
        let Some(text) = self.get(Column::Term) else { return Ok(None) };
        Term::ALL.into_iter().find(|term| term.as_str().eq_ignore_ascii_case(text)).map(Some).ok_or_else(|| {
            let told = "Write annual_paid_yearly, annual_paid_monthly or monthly.";
            RowProblem::new(self.row, Column::Term, "unknown", told)
        })
    }

    fn note(&self) -> Result<Option<String>, RowProblem> {
        let Some(text) = self.get(Column::Note) else { return Ok(None) };
        let note = model::text::line(text, OwnPrice::NOTE_MOST);
        note.map(Some).ok_or_else(|| {
            let told = format!("Write at most {} characters without control characters.", OwnPrice::NOTE_MOST);
            RowProblem::new(self.row, Column::Note, "not_a_note", told)
        })
    }
}

/// What names a licence type: those the company has, and those Steward knows.
struct Products {
    owned: BTreeSet<SkuId>,
    part_numbers: BTreeMap<String, BTreeSet<SkuId>>,
    names: BTreeMap<String, BTreeSet<SkuId>>,
}

impl Products {
    fn new(owned: &[Owned]) -> Self {
        let mut products = Self { owned: BTreeSet::new(), part_numbers: BTreeMap::new(), names: BTreeMap::new() };
        for one in owned {
            products.owned.insert(one.sku);
            products.part_numbers.entry(one.part_number.to_lowercase()).or_default().insert(one.sku);
        }
        for product in PRODUCTS {
            products.part_numbers.entry(product.part_number.to_lowercase()).or_default().insert(product.id);
            products.names.entry(product.name.to_lowercase()).or_default().insert(product.id);
        }
        products
    }

    fn named(&self, column: Column, text: &str) -> BTreeSet<SkuId> {
        let by = match column {
            Column::SkuId => {
                let known = |sku: &SkuId| self.owned.contains(sku) || checks::products::product(*sku).is_some();
                return text.parse().ok().filter(known).into_iter().collect();
            }
            Column::PartNumber => &self.part_numbers,
            _ => &self.names,
        };
        by.get(&text.to_lowercase()).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASIC: &str = "3b555118-da6a-4418-894f-7df1e2096870";
    const STANDARD: &str = "f245ecc8-75af-4f8e-b61f-27d8114de5f3";
    const OWN: &str = "00000000-0000-0000-0000-0000000000aa";

    fn owned() -> Vec<Owned> {
        let one = |sku: &str, part_number: &str| Owned { sku: sku.parse().unwrap(), part_number: part_number.into() };
        vec![one(BASIC, "O365_BUSINESS_ESSENTIALS"), one(OWN, "CONTOSO_SPECIAL")]
    }
    fn of(text: impl AsRef<[u8]>) -> Result<PriceFile, Vec<RowProblem>> {
        read(text.as_ref(), Currency::Eur, &owned())
    }
    fn prices(text: impl AsRef<[u8]>) -> Vec<(String, Option<i64>, Option<Term>)> {
        let file = of(text).unwrap_or_else(|problems| panic!("{problems:?}"));
        file.rows.iter().map(|row| (row.sku.to_string(), row.amount.map(|m| m.amount_minor), row.term)).collect()
    }
    #[track_caller]
    fn refused(text: impl AsRef<[u8]>, expected: &[(u32, &str, &str)]) {
        let problems = of(text).expect_err("a wrong file");
        let told: Vec<_> = problems.iter().map(|p| (p.row, p.column.as_str(), p.code.as_str())).collect();
        assert_eq!(told, expected, "{problems:?}");
    }

    #[test]
    fn a_licence_type_is_named_by_id_part_number_or_product() {
        let text = format!("sku_id,amount\n{BASIC},4.80\n");
        assert_eq!(prices(text), [(BASIC.into(), Some(480), None)]);
        let text = "SKU Part Number;Price\r\ncontoso_special;12,50\r\nO365_BUSINESS_PREMIUM;10\r\n";
        assert_eq!(prices(text), [(OWN.into(), Some(1250), None), (STANDARD.into(), Some(1000), None)]);
        let text = "Product name\tMonthly price\tterm\n\"microsoft 365 business\nbasic\"\t1\t\n";
        refused(text, &[(2, "product", "unknown")]);
        let text = "Product name\tMonthly price\tTerm\nmicrosoft 365 Business Basic\t1\tMonthly\n";
        assert_eq!(prices(text), [(BASIC.into(), Some(100), Some(Term::Monthly))]);
    }

    #[test]
    fn a_byte_order_mark_quoted_newlines_and_columns_nobody_knows_do_no_harm() {
        let text = format!(
            "\u{feff}\"sku_id\",\"remarks, of\nours\",amount\r\n{BASIC},\"two\r\nlines; \"\"quoted\"\"\",5\r\n\r\n"
        );
        assert_eq!(prices(text), [(BASIC.into(), Some(500), None)]);
    }

    #[test]
    fn a_row_without_a_price_leaves_it_as_it_is_and_a_term_alone_is_enough() {
        let file = of(format!("sku_id,amount,term\n{BASIC},,\n{OWN},,monthly\n")).expect("right");
        assert_eq!((file.rows.len(), file.silent), (1, 1));
        assert_eq!((file.rows[0].amount, file.rows[0].term), (None, Some(Term::Monthly)));
    }

    #[test]
    fn every_wrong_cell_is_named_with_its_row() {
        let text = format!(
            "sku_id,product,amount,currency,term,note\n\
             {BASIC},,\"1,234\",EUR,,\n\
             {STANDARD},,5,USD,fortnightly,\n\
             ,,5,,,\n\
             nothing,,-1,,,\n\
             {OWN},Microsoft 365 Business Basic,5,,,\n\
             {OWN},,5,,,\"{}\"\n",
            "x".repeat(101)
        );
        refused(
            text,
            &[
                (2, "amount", "ambiguous"),
                (3, "currency", "other_currency"),
                (3, "term", "unknown"),
                (4, "sku_id", "missing"),
                (5, "sku_id", "unknown"),
                (5, "amount", "negative"),
                (6, "product", "contradiction"),
                (7, "note", "not_a_note"),
            ],
        );
    }

    #[test]
    fn empty_lines_are_rows_as_well_and_lines_within_a_cell_are_none() {
        let wrong = |row| (row, "amount", "not_an_amount");
        let text = format!("sku_id,amount\n\n{BASIC},x\r\n\r\n\r\n{OWN},x\n\n\n{STANDARD},x\n");
        refused(text, &[wrong(3), wrong(6), wrong(9)]);
        let text = format!("sku_id,note,amount\r\n{BASIC},\"two\r\n\r\nlines\",x\r\n\r\n , , \r\n{OWN},,x\r\n");
        refused(text, &[wrong(2), wrong(5)]);
        refused(format!("\n\r\nsku_id;amount\r\r{BASIC};x\r"), &[wrong(5)]);
        refused("\n\na,b\n1,2\n", &[(3, "sku_id", "no_licence_column")]);
        refused(format!("sku_id,amount\n\n{BASIC},1\n\n{BASIC},1\n"), &[(5, "sku_id", "twice")]);
    }

    #[test]
    fn what_names_two_licence_types_is_refused_unless_one_of_them_is_owned() {
        refused("product,amount\nMicrosoft 365 F1,2\n", &[(2, "product", "ambiguous")]);
        let f1 = Owned { sku: "44575883-256e-4a79-9da4-ebe9acabe2b2".parse().unwrap(), part_number: "M365_F1".into() };
        let file = read(b"product,amount\nMicrosoft 365 F1,2\n", Currency::Eur, std::slice::from_ref(&f1));
        assert_eq!(file.expect("right").rows[0].sku, f1.sku);
    }

    #[test]
    fn a_licence_type_twice_too_many_rows_and_headers_that_say_nothing_are_refused() {
        refused(format!("sku_id,amount\n{BASIC},1\n{BASIC},1\n"), &[(3, "sku_id", "twice")]);
        refused("", &[(1, "sku_id", "no_licence_column")]);
        refused("a,b\n1,2\n", &[(1, "sku_id", "no_licence_column")]);
        refused("sku_id,seats\n1,2\n", &[(1, "amount", "no_price_column")]);
        refused("sku_id,amount,Price\n1,2,3\n", &[(1, "amount", "two_columns")]);
        refused(b"sku_id,amount\n\xff,1\n", &[(1, "sku_id", "not_utf8")]);
        let many = "sku_id,amount\n".to_owned() + &format!("{BASIC},,\n").repeat(ROWS_MOST + 1);
        let problems = of(many).expect_err("too many");
        assert_eq!(problems.len(), PROBLEMS_MOST, "told of the first");
    }

    #[test]
    fn a_formula_is_text_and_is_never_kept() {
        refused(format!("sku_id,amount\n{BASIC},=1+1\n"), &[(2, "amount", "not_an_amount")]);
        let file = of(format!("sku_id,amount,note\n{BASIC},1,'=cmd|' /C calc'!A0\n")).expect("text");
        assert_eq!(file.rows[0].note.as_deref(), Some("=cmd|' /C calc'!A0"));
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
            let mut file = if head { b"sku_id;amount;term;note\n".to_vec() } else { Vec::new() };
            file.extend(bytes);
            match of(&file) {
                Ok(read) => prop_assert!(read.rows.len() <= ROWS_MOST),
                Err(problems) => prop_assert!(!problems.is_empty() && problems.len() <= PROBLEMS_MOST),
            }
        }
    }
}
