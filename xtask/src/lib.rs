//! What belongs to one function, and where: name <=> file <=> bin <=> logical id <=> sample event <=> test. The
//! contract tests ask here as well, so that what they print to paste is what `cargo xtask new` writes.

mod sample;
mod source;
mod template;

/// What starts a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A request.
    Http {
        /// Upper case.
        method: String,
        /// As in OpenAPI: `/v1/scans/{scan}`.
        path: String,
    },
    /// Events of these kinds.
    Event {
        /// As on the bus: `scan.requested`.
        kinds: Vec<String>,
    },
    /// Events of a service of AWS, on the account's own bus.
    Service {
        /// As it calls itself there: `aws.ses`.
        source: String,
        /// Which of its events: `Email Bounced`.
        detail_types: Vec<String>,
    },
    /// Time.
    Schedule {
        /// As in EventBridge: `rate(5 minutes)`.
        every: String,
    },
    /// Requests that no route takes.
    Pages,
    /// An operator, by hand.
    Invoke,
    /// Secrets Manager, which wants a secret rotated.
    Rotation,
}

/// A function and everything that follows from its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    name: String,
    trigger: Trigger,
}

/// A name or trigger that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPlan(String);

impl std::fmt::Display for BadPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadPlan {}

impl Plan {
    /// The plan of a function called `<capability>-<verb>`.
    ///
    /// # Errors
    /// When the name is not lower-case words joined by hyphens, or the trigger is not of its form.
    pub fn new(name: &str, trigger: Trigger) -> Result<Self, BadPlan> {
        let word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if name.split('-').count() < 2 || !name.split('-').all(word) {
            return Err(BadPlan(format!("{name} is not <capability>-<verb>, such as scans-cancel")));
        }
        let bad = match &trigger {
            Trigger::Http { method, path } => {
                let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str());
                (!known || !path.starts_with('/')).then(|| format!("{method} {path} is not a method and a path"))
            }
            Trigger::Event { kinds } => (kinds.is_empty() || !kinds.iter().all(|kind| kind.contains('.')))
                .then(|| format!("{kinds:?} are not kinds of events, such as scan.requested")),
            Trigger::Service { source, detail_types } => {
                (!source.starts_with("aws.") || detail_types.is_empty()).then(|| {
                    format!("{source} {detail_types:?} is no service with events, such as aws.ses 'Email Bounced'")
                })
            }
            Trigger::Schedule { every } => (!every.starts_with("rate(") || !every.ends_with(')'))
                .then(|| format!("{every} is not a rate, such as rate(5 minutes)")),
            Trigger::Pages | Trigger::Invoke | Trigger::Rotation => None,
        };
        bad.map_or_else(|| Ok(Self { name: name.into(), trigger }), |bad| Err(BadPlan(bad)))
    }

    /// `scans-cancel`.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// What starts it.
    pub const fn trigger(&self) -> &Trigger {
        &self.trigger
    }
    /// `scans`: the crate it is in.
    pub fn capability(&self) -> &str {
        self.name.split_once('-').map_or(self.name.as_str(), |(capability, _)| capability)
    }
    /// `cancel`: its module and handler.
    pub fn module(&self) -> String {
        self.name.split_once('-').map_or("", |(_, verb)| verb).replace('-', "_")
    }
    /// `ScansCancel`: its resource in `template.yaml`.
    pub fn logical_id(&self) -> String {
        camel(&self.name, '-')
    }
    /// `functions/scans/src/cancel.rs`.
    pub fn source_path(&self) -> String {
        format!("functions/{}/src/{}.rs", self.capability(), self.module())
    }
    /// `functions/scans/src/bin/scans-cancel.rs`.
    pub fn bin_path(&self) -> String {
        format!("functions/{}/src/bin/{}.rs", self.capability(), self.name)
    }
    /// `events/scans-cancel.json`.
    pub fn sample_path(&self) -> String {
        format!("events/{}.json", self.name)
    }
    /// `tests/it/scans/cancel.rs`.
    pub fn test_path(&self) -> String {
        format!("tests/it/{}/{}.rs", self.capability(), self.module())
    }

    /// The whole of its bin.
    pub fn bin(&self) -> String {
        let Self { name, .. } = self;
        let (capability, module) = (self.capability(), self.module());
        format!(
            "//! Lambda `{name}`.\n\nfn main() -> Result<(), runtime::StartError> {{\n    \
             runtime::main({capability}::{module}::FUNCTION)\n}}\n"
        )
    }
    /// A beginning of its file.
    pub fn source(&self) -> String {
        source::source(self)
    }
    /// A test that fails until it is written.
    pub fn test(&self) -> String {
        source::test(self)
    }
    /// A sample event.
    pub fn sample(&self) -> String {
        sample::sample(self)
    }
    /// Its resources in `template.yaml`, with the rights every function of its sort has.
    pub fn template(&self) -> String {
        template::snippet(self)
    }
    /// What to add to existing files by hand.
    pub fn lines_to_add(&self) -> String {
        let (capability, module) = (self.capability(), self.module());
        let lists = format!(
            "functions/{capability}/src/lib.rs:  pub mod {module};   and   {module}::FUNCTION in FUNCTIONS\n\
             tests/it/{capability}/mod.rs:  mod {module};\n"
        );
        match self.trigger {
            Trigger::Event { .. } => lists + &format!("{}:  the fields of its kind, in NewImage\n", self.sample_path()),
            Trigger::Http { .. } => lists + &format!("{}:  the body, if it takes one\n", self.sample_path()),
            Trigger::Service { .. } => {
                lists + &format!("{}:  the detail, as the service tells it\n", self.sample_path())
            }
            Trigger::Schedule { .. } | Trigger::Pages | Trigger::Invoke | Trigger::Rotation => lists,
        }
    }
}

/// `scans-cancel` as `ScansCancel`.
fn camel(text: &str, separator: char) -> String {
    text.split(separator)
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
        })
        .collect()
}

/// The parameters of a path: `scan` of `/v1/scans/{scan}`.
fn parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// The id type of a path's parameter in `model`, and an id of it.
fn id_type(parameter: &str) -> Option<(&'static str, &'static str)> {
    Some(match parameter {
        "attestation" => ("AttestationId", "att_1pystws0f79vtyhrjxjg7dj13n"),
        "event" => ("EventId", "evt_01m6drpkbt1wgpsbaa4t6h2vpe"),
        "key" => ("KeyId", "key_1pystws0f79vtyhrjxjg7dj13n"),
        "feed" => ("FeedId", "fed_1pystws0f79vtyhrjxjg7dj13n"),
        "finding" => ("FindingId", "fnd_1pystws0f79vtyhrjxjg7dj13n"),
        "passkey" => ("PasskeyId", "pky_1pystws0f79vtyhrjxjg7dj13n"),
        "person" => ("PersonId", "6f1b8f0e-2c5d-4f3a-9c59-0d1f2e3a4b5c"),
        "scan" => ("ScanId", "scn_01m6drnp2a2ww3v70q4g8y42wf"),
        "session" => ("SessionId", "ses_1pystws0f79vtyhrjxjg7dj13n"),
        "tenant" => ("TenantId", "ten_352ckgw9my1mvz59tdwh9edd1r"),
        "user" => ("UserId", "usr_1pystws0f79vtyhrjxjg7dj13n"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cancel() -> Plan {
        let trigger = Trigger::Http { method: "POST".into(), path: "/v1/scans/{scan}/cancel".into() };
        Plan::new("scans-cancel", trigger).unwrap()
    }

    #[test]
    fn everything_follows_from_the_name() {
        let plan = Plan::new("accounts-sign-in", Trigger::Schedule { every: "rate(1 day)".into() }).unwrap();
        assert_eq!(plan.logical_id(), "AccountsSignIn");
        assert_eq!(plan.source_path(), "functions/accounts/src/sign_in.rs");
        assert_eq!(plan.bin_path(), "functions/accounts/src/bin/accounts-sign-in.rs");
        assert_eq!(plan.test_path(), "tests/it/accounts/sign_in.rs");
        assert!(plan.bin().contains("accounts::sign_in::FUNCTION"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let http = |path: &str| Trigger::Http { method: "POST".into(), path: path.into() };
        for name in ["scans", "Scans-cancel", "scans-", "scans--a", "scans_a-b", ""] {
            assert!(Plan::new(name, http("/v1/scans")).is_err(), "{name}");
        }
        assert!(Plan::new("scans-cancel", http("v1")).is_err());
        assert!(Plan::new("scans-cancel", Trigger::Event { kinds: vec!["scan".into()] }).is_err());
        assert!(Plan::new("scans-cancel", Trigger::Schedule { every: "5 minutes".into() }).is_err());
        let service = |source: &str| Trigger::Service { source: source.into(), detail_types: vec!["Done".into()] };
        assert!(Plan::new("scans-cancel", service("aws.ses")).is_ok());
        assert!(Plan::new("scans-cancel", service("steward")).is_err());
    }

    #[test]
    fn a_path_and_its_parameters_stand_in_source_sample_and_template() {
        let plan = cancel();
        assert!(plan.source().contains("Path(scan): Path<ScanId>"));
        let sample: serde_json::Value = serde_json::from_str(&plan.sample()).unwrap();
        assert_eq!(sample["routeKey"], "POST /v1/scans/{scan}/cancel");
        assert_eq!(sample["rawPath"], "/v1/scans/scn_01m6drnp2a2ww3v70q4g8y42wf/cancel");
        assert!(plan.template().contains("Path: \"/v1/scans/{scan}/cancel\""));
    }
}
