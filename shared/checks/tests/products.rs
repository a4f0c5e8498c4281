//! The product, price and plan tables against Microsoft's own table of products. Skipped where that file is absent.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use checks::{
    PriceList,
    plans::{Content, named_plans},
    products::PRODUCTS,
};
use model::{Currency, PlanId, SkuId};

/// Microsoft's table: part number and plans by licence type, names by plan.
struct Table {
    products: BTreeMap<SkuId, (String, Vec<PlanId>)>,
    plans: BTreeMap<PlanId, BTreeSet<String>>,
}

fn table() -> Option<Table> {
    let folder = std::env::var_os("STEWARD_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let file = folder.join("microsoft-product-names-2026-07-29.csv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        skipped(&file);
        return None;
    };
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|title| title == name).expect("a known column");
    let (part, sku, name, plan) =
        (column("String_Id"), column("GUID"), column("Service_Plan_Name"), column("Service_Plan_Id"));
    let mut table = Table { products: BTreeMap::new(), plans: BTreeMap::new() };
    for row in reader.records() {
        let row = row.expect("a row");
        let sku: SkuId = row[sku].trim().parse().expect("a GUID");
        let product = table.products.entry(sku).or_insert_with(|| (row[part].to_owned(), vec![]));
        if let Ok(plan) = row[plan].trim().parse() {
            product.1.push(plan);
            table.plans.entry(plan).or_default().insert(row[name].to_owned());
        }
    }
    Some(table)
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped(file: &std::path::Path) {
    eprintln!("skipped: {} is absent", file.display());
}

#[test]
fn every_product_exists_under_its_part_number() {
    let Some(table) = table() else { return };
    for product in PRODUCTS {
        let (part, _) =
            table.products.get(&product.id).unwrap_or_else(|| panic!("{} is not in the table", product.name));
        assert_eq!(part.trim(), product.part_number, "{}", product.name);
    }
    for currency in [Currency::Usd, Currency::Eur] {
        let list = PriceList::built_in(currency);
        assert!(list.built_in_skus().all(|sku| table.products.contains_key(&sku)));
    }
}

#[test]
fn every_plan_exists_under_its_name() {
    let Some(table) = table() else { return };
    for (plan, name) in named_plans() {
        let names = table.plans.get(&plan).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert!(names.contains(name), "{plan} is {names:?}, not {name}");
    }
}

/// Short names for the table below.
const PRODUCT: &[(&str, &str)] = &[
    ("Basic", "3b555118-da6a-4418-894f-7df1e2096870"),
    ("Standard", "f245ecc8-75af-4f8e-b61f-27d8114de5f3"),
    ("Premium", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"),
    ("Apps for business", "cdd28e44-67e3-425e-be4c-737fab2899d3"),
    ("Apps for enterprise", "c2273bd0-dff7-4215-9ef5-2c7bcfb06425"),
    ("O365 E1", "18181a46-0d4e-45cd-891e-60aabd171b4e"),
    ("O365 E3", "6fd2c87f-b296-42f0-b197-1e91e994b900"),
    ("O365 E5", "c7df2760-2c81-4ef7-b578-5b5392b571df"),
    ("M365 E3", "05e9a617-0261-4cee-bb44-138d3ef5d965"),
    ("M365 E5", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"),
    ("E7", "9a18296a-025f-4e37-9ffa-30bf8d1ce775"),
    // The commercial F1; the other GUID of that name carries a government plan and is contained in nothing.
    ("F1", "50f60901-3181-4b75-8a2c-4c8e4c1d5a72"),
    ("F3", "66b55226-6b4f-492c-910c-a3b7a3c9d993"),
    ("O365 F3", "4b585984-651b-448a-9e53-3b10f069cf7f"),
    ("EXO Kiosk", "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82"),
    ("EXO P1", "4b9405b0-7788-4568-add1-99614e613b69"),
    ("EXO P2", "19ec0d23-8335-4cbd-94ac-6050e30712fa"),
    ("EXO Archiving", "ee02fd1b-340e-4a4b-b355-4a514e4c8943"),
    ("SharePoint P1", "1fc08a02-8b3d-43b9-831e-f76859e04e1a"),
    ("SharePoint P2", "a9732ec9-17d9-494c-a51c-d6b45b384dcb"),
    ("OneDrive P1", "e6778190-713e-4e4f-9119-8b8238de25df"),
    ("Visio P1", "4b244418-9658-4451-a2b8-b5e2b364e9bd"),
    ("Visio P2", "c5928f49-12ba-48f7-ada3-0d743a3601d5"),
    ("Planner P1", "beb6439c-caad-48d3-bf46-0c82871e12be"),
    ("Planner P3", "53818b1b-4a27-454b-8896-0dba576410e6"),
    ("Entra P1", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4"),
    ("Entra P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b"),
    ("Intune P1", "061f9ace-7d42-4136-88ac-31dc755f143f"),
    ("EMS E3", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"),
    ("EMS E5", "b05e124f-c7cc-45a0-a6aa-8cf78c946968"),
    ("MDO P1", "4ef96642-f096-40de-a3e9-d83fb2f90211"),
    ("MDO P2", "3dd6cf57-d688-4eed-ba52-9e40b5468c3e"),
    ("MDE P1", "16a55f2f-ff35-4cd5-9146-fb784e3761a5"),
    ("Defender for Business", "5e1e7702-a2b7-4360-8d07-2f515792896f"),
    ("MDE P2", "b126b073-72db-4a9d-87a4-b17afe41d4ab"),
    ("Power BI Pro", "f8a1db68-be16-40ed-86d5-cb42ce701560"),
    ("PPU", "c1d032e0-5619-4761-9b5c-75b6831e1711"),
    ("Teams Phone", "e43b5b99-8dfb-405f-9987-dc307f34bcbd"),
    ("Audio Conf", "0c266dff-15dd-4b49-8397-2bb16070ed52"),
    ("Copilot", "639dec6b-bb19-468b-871c-c5c441c4b0cb"),
    ("Windows E3", "cb10e6cd-9da4-4992-867b-67546b1db821"),
    ("AIP P1", "c52ea49f-fe5d-4e95-93ba-1de91d380f89"),
    ("E5 Security", "26124093-3d78-432b-b5dc-48bf992543d5"),
    ("E5 Compliance", "184efa21-98c3-4e5d-95ab-d07053a96e67"),
];

/// Every product of the first column is contained in exactly these of [`PRODUCT`].
///
/// The second column is the reviewed table the rule was designed on; the third what the plans say besides, which that
/// table leaves out as it goes without saying.
const CONTAINED: &[(&str, &[&str], &[&str])] = &[
    ("Basic", &["Standard", "Premium", "O365 E1", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7"], &[]),
    (
        "Apps for business",
        &["Standard", "Premium", "Apps for enterprise", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7"],
        &[],
    ),
    ("Standard", &["Premium", "M365 E3", "M365 E5"], &["E7"]),
    ("Premium", &[], &[]),
    // E1 and Basic differ in filler only.
    ("O365 E1", &["Standard", "Premium", "O365 E3", "M365 E3", "M365 E5"], &["Basic", "O365 E5", "E7"]),
    ("O365 E3", &["M365 E3", "M365 E5"], &["O365 E5", "E7"]),
    ("O365 E5", &["M365 E5"], &["E7"]),
    ("M365 E3", &["M365 E5"], &["E7"]),
    ("O365 F3", &["F3"], &[]),
    ("F1", &["F3"], &[]),
    ("Apps for enterprise", &["O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7"], &[]),
    (
        "EXO Kiosk",
        &[
            "Basic", "Standard", "Premium", "O365 E1", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7", "F1", "F3",
            "O365 F3", "EXO P1", "EXO P2",
        ],
        &[],
    ),
    (
        "EXO P1",
        &["Basic", "Standard", "Premium", "O365 E1", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7", "EXO P2"],
        &[],
    ),
    ("EXO P2", &["O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7"], &[]),
    ("EXO Archiving", &["Premium", "EXO P2", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7"], &[]),
    (
        "SharePoint P1",
        &[
            "Basic",
            "Standard",
            "Premium",
            "O365 E1",
            "O365 E3",
            "O365 E5",
            "M365 E3",
            "M365 E5",
            "SharePoint P2",
            "Planner P1",
            "Planner P3",
        ],
        &["E7"],
    ),
    ("SharePoint P2", &["O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7", "Planner P3"], &[]),
    (
        "OneDrive P1",
        &[
            "Basic",
            "Standard",
            "Premium",
            "O365 E1",
            "O365 E3",
            "O365 E5",
            "M365 E3",
            "M365 E5",
            "E7",
            "Apps for business",
            "Apps for enterprise",
            "SharePoint P1",
            "SharePoint P2",
            "Planner P1",
            "Planner P3",
        ],
        &[],
    ),
    ("Visio P1", &["Visio P2"], &[]),
    // By the hand-made rung, as no plan id says so.
    ("Planner P1", &["Planner P3"], &[]),
    (
        "Entra P1",
        &["Premium", "F1", "F3", "M365 E3", "M365 E5", "E7", "Entra P2", "EMS E3", "EMS E5", "E5 Security"],
        &[],
    ),
    ("Entra P2", &["M365 E5", "E7", "EMS E5", "E5 Security"], &[]),
    ("Intune P1", &["Premium", "F1", "F3", "M365 E3", "M365 E5", "E7", "EMS E3", "EMS E5"], &[]),
    ("EMS E3", &["Premium", "F1", "F3", "M365 E3", "M365 E5", "E7", "EMS E5"], &[]),
    ("EMS E5", &["M365 E5", "E7"], &[]),
    ("MDO P1", &["Premium", "O365 E3", "O365 E5", "M365 E3", "M365 E5", "E7", "MDO P2", "E5 Security"], &[]),
    ("MDO P2", &["O365 E5", "M365 E5", "E7", "E5 Security"], &[]),
    ("MDE P1", &["Premium", "M365 E3", "M365 E5", "E7", "Defender for Business", "MDE P2", "E5 Security"], &[]),
    ("Defender for Business", &["Premium", "M365 E5", "E7", "MDE P2", "E5 Security"], &[]),
    ("MDE P2", &["M365 E5", "E7", "E5 Security"], &[]),
    ("Power BI Pro", &["O365 E5", "M365 E5", "E7", "PPU"], &[]),
    ("Teams Phone", &["O365 E5", "M365 E5", "E7"], &[]),
    ("Audio Conf", &["O365 E5", "M365 E5", "E7"], &[]),
    ("Copilot", &["E7"], &[]),
    ("Windows E3", &["M365 E3", "M365 E5", "E7"], &[]),
    ("AIP P1", &["Premium", "F1", "F3", "M365 E3", "M365 E5", "E7", "EMS E3", "EMS E5", "E5 Compliance"], &[]),
    ("E5 Security", &["M365 E5", "E7"], &[]),
    ("E5 Compliance", &["M365 E5"], &["E7"]),
];

/// What keeps the first product from being contained in the second, by the plans' names.
const LACKS: &[(&str, &str, &[&str])] = &[
    ("Standard", "O365 E3", &["MICROSOFT_LOOP"]),
    ("Premium", "M365 E3", &["MDE_SMB", "PURVIEW_DISCOVERY", "WINBIZ"]),
    ("Premium", "M365 E5", &["WINBIZ"]),
    ("O365 F3", "M365 E3", &["MCOIMP"]),
    ("O365 F3", "Premium", &["MCOIMP"]),
    ("F1", "M365 E3", &["MCOIMP"]),
    ("F1", "Premium", &["MCOIMP"]),
    ("Apps for enterprise", "Premium", &["OFFICESUBSCRIPTION"]),
    ("Defender for Business", "M365 E3", &["MDE_SMB"]),
    ("EXO P2", "Premium", &["EXCHANGE_S_ENTERPRISE"]),
];

#[test]
fn the_reviewed_table_of_containment_follows_from_the_plans() {
    let Some(table) = table() else { return };
    let content: BTreeMap<&str, Content> = PRODUCT
        .iter()
        .map(|(name, sku)| {
            let sku: SkuId = sku.parse().expect("a GUID");
            (*name, Content::of(table.products[&sku].1.iter().copied()))
        })
        .collect();
    for (product, reviewed, besides) in CONTAINED {
        let found: BTreeSet<&str> = content
            .iter()
            .filter(|(other, held)| *other != product && content[product].missing_in(&[held]).next().is_none())
            .map(|(other, _)| *other)
            .collect();
        let expected: BTreeSet<&str> = reviewed.iter().chain(*besides).copied().collect();
        assert_eq!(found, expected, "{product} is contained in");
    }
    for (product, other, lacking) in LACKS {
        let missing: BTreeSet<&str> = content[product]
            .missing_in(&[&content[other]])
            .map(|plan| table.plans[&plan].first().map_or("", String::as_str))
            .collect();
        assert_eq!(missing, lacking.iter().copied().collect(), "{product} in {other} lacks");
    }
}

#[test]
fn what_is_proposed_holds_what_microsofts_table_says() {
    let Some(table) = table() else { return };
    for sku in checks::targets::proposable() {
        let said = checks::targets::content(sku).expect("content");
        let plans = Content::of(table.products[&sku].1.iter().copied());
        assert_eq!(said, plans, "{sku}");
    }
}
