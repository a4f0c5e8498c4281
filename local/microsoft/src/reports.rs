//! The usage reports as CSV: a byte-order mark, a header row, one row a person, dates without a time.

use aws_lc_rs::digest;
use jiff::civil::Date;

use crate::{
    day::Day,
    directory::{Directory, Kind, Person, Refused},
    products,
    render::salt,
};

/// Names of the reports served, in lower case as in their paths, and whether they take a period.
pub(crate) const REPORTS: &[(&str, bool)] = &[
    (ACTIVE_USERS, true),
    (MAILBOXES, true),
    (APPS, true),
    (ACTIVATIONS, false),
    (EMAIL, true),
    (TEAMS, true),
    (ONEDRIVE, true),
    (COPILOT, true),
];
const ACTIVE_USERS: &str = "getoffice365activeuserdetail";
const MAILBOXES: &str = "getmailboxusagedetail";
const APPS: &str = "getm365appuserdetail";
const ACTIVATIONS: &str = "getoffice365activationsuserdetail";
const EMAIL: &str = "getemailactivityuserdetail";
const TEAMS: &str = "getteamsuseractivityuserdetail";
const ONEDRIVE: &str = "getonedriveusageaccountdetail";
const COPILOT: &str = "getmicrosoft365copilotusageuserdetail";

/// Columns that only one report has, to tell a saved one by its header.
const TELLING: &[(&str, &[&str])] = &[
    (ACTIVE_USERS, &["Assigned Products", "Exchange Last Activity Date"]),
    (MAILBOXES, &["Prohibit Send/Receive Quota (Byte)"]),
    (APPS, &["Last Activation Date", "Windows", "Web"]),
    (ACTIVATIONS, &["Product Type", "Last Activated Date"]),
    (EMAIL, &["Send Count", "Receive Count"]),
    (TEAMS, &["Team Chat Message Count"]),
    (ONEDRIVE, &["Owner Principal Name", "Storage Allocated (Byte)"]),
    (COPILOT, &["Microsoft Teams Copilot Last Activity Date"]),
];

/// Which report a CSV with this header is.
pub(crate) fn recognise(header: &str) -> Option<&'static str> {
    let columns: Vec<&str> = header.trim_start_matches('\u{feff}').trim_end().split(',').collect();
    let has = |telling: &[&str]| telling.iter().all(|column| columns.contains(column));
    TELLING.iter().find(|(_, telling)| has(telling)).map(|(name, _)| *name)
}

/// The days of a `period`; Graph's 400 for another.
pub(crate) fn period(text: &str) -> Result<u16, Refused> {
    match text {
        "D7" => Ok(7),
        "D30" => Ok(30),
        "D90" => Ok(90),
        "D180" => Ok(180),
        _ => Err(Refused::new(400, "BadRequest", format!("Invalid value '{text}' for period: D7, D30, D90, D180."))),
    }
}

/// Usage reports lag by two days.
pub(crate) const LAG: u16 = 2;

impl Directory {
    /// The CSV of a report of the last `period` days; 404 when the directory is a folder without it.
    pub(crate) fn report(&self, name: &str, period: u16, today: Day) -> Result<String, Refused> {
        if let Some(saved) = &self.saved {
            return saved.reports.get(name).cloned().ok_or_else(|| Refused::missing(name));
        }
        let mut csv = Csv { text: String::from('\u{feff}'), refreshed: today.before(LAG), period };
        match name {
            ACTIVE_USERS => self.active_users(&mut csv),
            MAILBOXES => self.mailboxes(&mut csv),
            APPS => self.apps(&mut csv),
            ACTIVATIONS => self.activations(&mut csv),
            EMAIL => self.email(&mut csv),
            TEAMS => self.teams(&mut csv),
            ONEDRIVE => self.onedrive(&mut csv),
            COPILOT => self.copilot(&mut csv),
            _ => return Err(Refused::missing(name)),
        }
        Ok(csv.text)
    }

    /// People with a licence that counts: free ones bring nobody into the reports.
    fn reported(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|p| !p.deleted && p.kind != Kind::Guest).filter(|p| {
            self.held(p).into_iter().any(|sku| {
                let id = self.skus[sku].id;
                id != products::FLOW_FREE && id != products::POWER_BI_FREE
            })
        })
    }

    /// Address and name, or what stands for them where names are concealed.
    fn identity(&self, person: &Person) -> [String; 2] {
        let (upn, name) = (self.upn(person), self.display_name(person));
        match self.concealed {
            true => [self.conceal(&upn), self.conceal(&name)],
            false => [upn, name],
        }
    }

    /// 32 hexadecimal digits that say the same of the same text, in this directory.
    fn conceal(&self, text: &str) -> String {
        let hash = digest::digest(&digest::SHA256, format!("{}{text}", self.id).as_bytes());
        hash.as_ref()[..16].iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn has_plan(&self, person: &Person, wanted: impl Fn(&str) -> bool) -> bool {
        self.held(person).into_iter().any(|sku| {
            let off = self.disabled(person, sku);
            self.skus[sku].plans.iter().any(|(name, id, _)| wanted(name) && !off.contains(id))
        })
    }

    fn product_titles(&self, person: &Person) -> String {
        let title = |sku: usize| {
            let sku = &self.skus[sku];
            products::product(sku.id).map_or_else(|| sku.part_number.clone(), |p| p.title.to_uppercase())
        };
        self.held(person).into_iter().map(title).collect::<Vec<_>>().join("+")
    }

    fn active_users(&self, csv: &mut Csv) {
        let services = ["Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams"];
        let mut header = vec!["Report Refresh Date".to_owned(), "User Principal Name".into(), "Display Name".into()];
        header.extend(["Is Deleted".to_owned(), "Deleted Date".into()]);
        header.extend(services.iter().map(|service| format!("Has {service} License")));
        header.extend(services.iter().map(|service| format!("{service} Last Activity Date")));
        header.extend(services.iter().map(|service| format!("{service} License Assign Date")));
        header.push("Assigned Products".into());
        csv.row(header);
        for person in self.reported() {
            let has = [
                self.has_plan(person, |p| p.starts_with("EXCHANGE_S_") && p != "EXCHANGE_S_FOUNDATION"),
                self.has_plan(person, |p| p.starts_with("SHAREPOINT") || p.starts_with("ONEDRIVE")),
                self.has_plan(person, |p| p.starts_with("SHAREPOINT")),
                self.has_plan(person, |p| p.starts_with("MCOSTANDARD")),
                self.has_plan(person, |p| p.starts_with("YAMMER")),
                self.has_plan(person, |p| p == "TEAMS1"),
            ];
            let usage = &person.usage;
            let last = [usage.exchange, usage.onedrive, usage.sharepoint, None, None, usage.teams];
            let assigned = person.licenses.iter().map(|l| l.changed).min();
            let mut row = vec![csv.refreshed.date().to_string()];
            row.extend(self.identity(person));
            row.extend(["False".to_owned(), String::new()]);
            row.extend(has.iter().map(|has| truth(*has)));
            row.extend(last.iter().map(|day| csv.activity(*day)));
            row.extend(has.iter().map(|has| if *has { csv.date(assigned) } else { String::new() }));
            row.push(self.product_titles(person));
            csv.row(row);
        }
    }

    fn mailboxes(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Created Date,Last Activity \
             Date,Item Count,Storage Used (Byte),Issue Warning Quota (Byte),Prohibit Send Quota (Byte),Prohibit \
             Send/Receive Quota (Byte),Deleted Item Count,Deleted Item Size (Byte),Deleted Item Quota (Byte),Has \
             Archive,Recipient Type,Report Period",
        );
        for person in self.people.iter().filter(|p| !p.deleted && self.has_mailbox(p)) {
            let large = self.has_plan(person, |p| p == "EXCHANGE_S_ENTERPRISE");
            let quota: u64 = if large { 100 << 30 } else { 50 << 30 };
            // Somebody keeps every mail in the shared mailboxes of a large company.
            let least = if large && person.kind == Kind::Shared && self.people.len() > 300 { 60 << 30 } else { 0 };
            let used = least + salt(person.id.0, 20) % (quota / 5);
            let recipient = match person.kind {
                Kind::Shared => "Shared",
                Kind::Room => "Room",
                _ => "User",
            };
            let mut row = vec![csv.refreshed.date().to_string()];
            row.extend(self.identity(person));
            row.extend(["False".to_owned(), String::new(), person.created.date().to_string()]);
            row.push(csv.activity(person.usage.exchange));
            row.extend([used / 75_000, used, quota - (2 << 30), quota - (1 << 30), quota].map(|n| n.to_string()));
            row.extend([used / 900_000, used / 40, 30 << 30].map(|n| n.to_string()));
            row.push(truth(self.has_archive(person)));
            row.extend([recipient.to_owned(), csv.period.to_string()]);
            csv.row(row);
        }
    }

    /// Whether there is an archive mailbox: for some of those whose licences have one, and for the shared mailbox that
    /// was given Exchange Online Plan 2 for it.
    fn has_archive(&self, person: &Person) -> bool {
        let holds = |id| self.held(person).into_iter().any(|sku| self.skus[sku].id == id);
        match person.kind {
            Kind::Shared => holds(products::EXCHANGE_P2),
            _ => self.has_plan(person, |p| p.contains("ARCHIVE")) && salt(person.id.0, 21).is_multiple_of(10),
        }
    }

    fn apps(&self, csv: &mut Csv) {
        let apps = ["Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams"];
        let platforms = ["Windows", "Mac", "Mobile", "Web"];
        let mut header = vec!["Report Refresh Date".to_owned(), "User Principal Name".into()];
        header.extend(["Last Activation Date".to_owned(), "Last Activity Date".into(), "Report Period".into()]);
        header.extend(platforms.iter().chain(&apps).map(|name| (*name).to_owned()));
        header.extend(platforms.iter().flat_map(|p| apps.iter().map(move |app| format!("{app} ({p})"))));
        csv.row(header);
        for person in self.reported().filter(|p| self.has_plan(p, |plan| plan.starts_with("OFFICE"))) {
            let usage = &person.usage;
            let used = csv.within(usage.apps);
            let on = |platform: usize| match platform {
                0 => used && usage.activated.is_some() && !salt(person.id.0, 30).is_multiple_of(5),
                1 => used && usage.activated.is_some() && salt(person.id.0, 30).is_multiple_of(5),
                2 => used && salt(person.id.0, 31).is_multiple_of(2),
                _ => used && (usage.activated.is_none() || salt(person.id.0, 32).is_multiple_of(3)),
            };
            let app = |app: usize| !salt(person.id.0, 40 + app as u64).is_multiple_of(4);
            let mut row = vec![csv.refreshed.date().to_string(), self.identity(person)[0].clone()];
            row.extend([csv.date(usage.activated), csv.activity(usage.apps), csv.period.to_string()]);
            row.extend((0..4).map(|platform| yes(on(platform))));
            row.extend((0..6).map(|a| yes(used && app(a))));
            row.extend((0..4).flat_map(|p| (0..6).map(move |a| (p, a))).map(|(p, a)| yes(on(p) && app(a))));
            csv.row(row);
        }
    }

    fn activations(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,User Principal Name,Display Name,Product Type,Last Activated Date,Windows,Mac,Windows \
             10 Mobile,iOS,Android,Activated On Shared Computer",
        );
        for person in self.reported() {
            let (office, drawing) = (person.usage.activated, person.usage.drawing);
            for (plan, title, activated) in [
                ("OFFICESUBSCRIPTION", "MICROSOFT 365 APPS FOR ENTERPRISE", office),
                ("OFFICE_BUSINESS", "MICROSOFT 365 APPS FOR BUSINESS", office),
                ("VISIO_CLIENT_SUBSCRIPTION", "VISIO CLIENT", drawing),
                ("PROJECT_CLIENT_SUBSCRIPTION", "PROJECT CLIENT", drawing),
            ] {
                let Some(activated) = activated.filter(|_| self.has_plan(person, |p| p == plan)) else { continue };
                let mac = salt(person.id.0, 30).is_multiple_of(5);
                let mut row = vec![csv.refreshed.date().to_string()];
                row.extend(self.identity(person));
                row.extend([title.to_owned(), csv.date(Some(activated))]);
                row.extend([u8::from(!mac), u8::from(mac), 0, 1, 0].map(|n| n.to_string()));
                row.push(truth(false));
                csv.row(row);
            }
        }
    }

    fn email(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Last Activity Date,Send \
             Count,Receive Count,Read Count,Meeting Created Count,Meeting Interacted Count,Assigned Products,Report \
             Period",
        );
        for person in self.reported().filter(|p| self.has_mailbox(p)) {
            let used = csv.within(person.usage.exchange);
            let mut row = vec![csv.refreshed.date().to_string()];
            row.extend(self.identity(person));
            row.extend(["False".to_owned(), String::new(), csv.activity(person.usage.exchange)]);
            row.extend((50..55).map(|what| count(used, person, what)));
            row.extend([self.product_titles(person), csv.period.to_string()]);
            csv.row(row);
        }
    }

    fn teams(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,User Id,User Principal Name,Last Activity Date,Is Deleted,Deleted Date,Assigned \
             Products,Team Chat Message Count,Private Chat Message Count,Call Count,Meeting Count,Has Other \
             Action,Report Period,Is Licensed",
        );
        for person in self.reported().filter(|p| self.has_plan(p, |plan| plan == "TEAMS1")) {
            let used = csv.within(person.usage.teams);
            let id = person.id.to_string();
            let id = if self.concealed { self.conceal(&id) } else { id };
            let mut row = vec![csv.refreshed.date().to_string(), id, self.identity(person)[0].clone()];
            row.extend([csv.activity(person.usage.teams), "False".to_owned(), String::new()]);
            row.push(self.product_titles(person));
            row.extend((60..64).map(|what| count(used, person, what)));
            row.extend([yes(used), csv.period.to_string(), yes(true)]);
            csv.row(row);
        }
    }

    fn copilot(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,User Principal Name,Display Name,Last Activity Date,Copilot Chat Last Activity \
             Date,Microsoft Teams Copilot Last Activity Date,Word Copilot Last Activity Date,Excel Copilot Last Activity \
             Date,PowerPoint Copilot Last Activity Date,Outlook Copilot Last Activity Date,OneNote Copilot Last Activity \
             Date,Loop Copilot Last Activity Date,Report Period",
        );
        let holds = |p: &&Person| self.held(p).into_iter().any(|sku| self.skus[sku].id == products::COPILOT);
        for person in self.reported().filter(holds) {
            let last = csv.activity(person.usage.copilot);
            let mut row = vec![csv.refreshed.date().to_string()];
            row.extend(self.identity(person));
            row.extend([last.clone(), String::new(), last]);
            row.extend((0..6).map(|_| String::new()));
            row.push(csv.period.to_string());
            csv.row(row);
        }
    }

    fn onedrive(&self, csv: &mut Csv) {
        csv.header(
            "Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,Active \
             File Count,Storage Used (Byte),Storage Allocated (Byte),Owner Principal Name,Report Period",
        );
        let drive = |p: &&Person| self.has_plan(p, |n| n.starts_with("SHAREPOINT") || n.starts_with("ONEDRIVE"));
        let left = self.people.iter().filter(|person| left_drive(person));
        for person in self.reported().filter(drive).chain(left) {
            let [upn, name] = self.identity(person);
            let used = csv.within(person.usage.onedrive);
            let allocated: u64 = 1 << 40;
            let site = uuid::Uuid::from_u64_pair(salt(person.id.0, 70), salt(person.id.0, 71));
            let mut row = vec![csv.refreshed.date().to_string(), site.to_string(), String::new(), name];
            row.extend(["False".to_owned(), csv.activity(person.usage.onedrive)]);
            row.extend(
                [salt(person.id.0, 72) % 5_000, if used { salt(person.id.0, 73) % 80 } else { 0 }]
                    .map(|n| n.to_string()),
            );
            row.extend([drive_bytes(person).to_string(), allocated.to_string(), upn]);
            row.push(csv.period.to_string());
            csv.row(row);
        }
    }
}

/// What people without a licence have left stays.
pub(crate) fn left_drive(person: &Person) -> bool {
    !person.deleted && person.kind == Kind::Employee && person.licenses.is_empty() && person.usage.onedrive.is_some()
}

/// What somebody's OneDrive holds.
pub(crate) fn drive_bytes(person: &Person) -> u64 {
    salt(person.id.0, 74) % (20 << 30)
}

fn truth(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}
fn yes(value: bool) -> String {
    if value { "Yes" } else { "No" }.to_owned()
}
fn count(used: bool, person: &Person, what: u64) -> String {
    if used { (salt(person.id.0, what) % 300 + 1).to_string() } else { "0".to_owned() }
}

struct Csv {
    text: String,
    refreshed: Day,
    period: u16,
}

impl Csv {
    fn header(&mut self, columns: &str) {
        self.row(columns.split(',').map(str::to_owned));
    }
    /// One line; what holds a comma, quote or line end is quoted. Formulas stand as they are, as Microsoft writes them.
    fn row(&mut self, values: impl IntoIterator<Item = String>) {
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            if value.contains([',', '"', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&value.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&value);
            }
        }
        self.text.push_str("\r\n");
    }
    fn date(&self, day: Option<Day>) -> String {
        day.map(|day| day.date()).as_ref().map(Date::to_string).unwrap_or_default()
    }
    /// A last activity: the reports know it for half a year, whatever their period, and no later than their refresh
    /// date.
    fn activity(&self, day: Option<Day>) -> String {
        self.date(day.filter(|day| day.until(self.refreshed) <= 180).map(|day| day.min(self.refreshed)))
    }
    fn within(&self, day: Option<Day>) -> bool {
        day.is_some_and(|day| day.until(self.refreshed) <= i32::from(self.period))
    }
}
