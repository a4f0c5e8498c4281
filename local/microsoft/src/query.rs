//! The OData options Graph takes, as far as a client like ours uses them. What is not understood is refused, as Graph
//! does.

use model::{PersonId, SkuId};

use crate::directory::{Directory, Kind, Person, Refused};

/// The query options of one request.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub select: Option<Vec<String>>,
    pub top: Option<usize>,
    pub filter: Option<String>,
    pub count: bool,
    pub skip_token: Option<String>,
}

impl Options {
    /// Reads `query`, the part of the URL behind the question mark.
    pub fn parse(query: &str) -> Result<Self, Refused> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
            .map_err(|_| Refused::new(400, "BadRequest", "The query string is malformed."))?;
        let mut options = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "$select" => {
                    let fields = value.split(',').map(|f| f.trim().to_owned()).filter(|f| !f.is_empty());
                    options.select = Some(fields.collect());
                }
                "$top" => {
                    let top = value.parse().map_err(|_| {
                        Refused::new(400, "BadRequest", format!("Invalid value '{value}' for $top query option."))
                    })?;
                    options.top = Some(top);
                }
                "$filter" => options.filter = Some(value),
                "$count" => options.count = value.eq_ignore_ascii_case("true"),
                "$skiptoken" => options.skip_token = Some(value),
                name if name.starts_with('$') => {
                    return Err(Refused::new(
                        400,
                        "Request_UnsupportedQuery",
                        format!("The query option '{name}' is not supported here."),
                    ));
                }
                // Graph ignores options of one's own.
                _ => {}
            }
        }
        Ok(options)
    }

    /// What a page token belongs to: the options that decide the pages.
    pub fn shape(&self) -> String {
        format!("{:?}|{:?}|{:?}", self.select, self.top, self.filter)
    }

    /// Checks `$select` against the properties of a type; their canonical names.
    pub fn selected(&self, known: &'static [&'static str], kind: &str) -> Result<Option<Vec<&'static str>>, Refused> {
        let Some(select) = &self.select else { return Ok(None) };
        let mut fields = Vec::with_capacity(select.len() + 1);
        for wanted in select {
            let name = known.iter().find(|name| name.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
                Refused::new(
                    400,
                    "BadRequest",
                    format!(
                        "Parsing OData Select and Expand failed: Could not find a property named '{wanted}' on type \
                         'microsoft.graph.{kind}'."
                    ),
                )
            })?;
            fields.push(*name);
        }
        Ok(Some(fields))
    }
}

/// A filter over people or groups: every term holds.
#[derive(Debug, Default)]
pub(crate) struct Filter(Vec<Term>);

#[derive(Debug, PartialEq, Eq)]
enum Term {
    Enabled(bool),
    Holds(SkuId),
    /// `assignedLicenses/$count ne 0`.
    Licensed(bool),
    UserType(String, bool),
    Synced(bool),
    Id(PersonId),
    Upn(String),
    Department(String),
}

impl Filter {
    /// Reads `$filter`. Errors are Graph's 400.
    pub fn parse(text: Option<&str>) -> Result<Self, Refused> {
        let Some(text) = text else { return Ok(Self::default()) };
        split_and(text).into_iter().map(|term| Term::parse(term.trim())).collect::<Result<_, _>>().map(Self)
    }
    /// Whether Graph wants `ConsistencyLevel: eventual` and `$count=true` for it.
    pub fn advanced(&self) -> bool {
        self.0.iter().any(|term| matches!(term, Term::Licensed(_) | Term::UserType(_, false)))
    }
    pub fn person(&self, directory: &Directory, person: &Person) -> bool {
        self.0.iter().all(|term| match term {
            Term::Enabled(wanted) => person.enabled == *wanted,
            Term::Holds(sku) => directory.held(person).into_iter().any(|at| directory.skus[at].id == *sku),
            Term::Licensed(wanted) => person.licenses.iter().any(|l| !l.failed) == *wanted,
            Term::UserType(wanted, equal) => {
                let actual = if person.kind == Kind::Guest { "Guest" } else { "Member" };
                (actual == wanted) == *equal
            }
            Term::Synced(wanted) => person.synced == *wanted,
            Term::Id(wanted) => person.id == *wanted,
            Term::Upn(wanted) => directory.upn(person).eq_ignore_ascii_case(wanted),
            Term::Department(wanted) => {
                crate::render::department(person).is_some_and(|actual| actual.eq_ignore_ascii_case(wanted))
            }
        })
    }
    /// Whether a group matches; refuses terms that are about people.
    pub fn group(&self, skus: &[SkuId]) -> Result<bool, Refused> {
        let mut matches = true;
        for term in &self.0 {
            matches &= match term {
                Term::Holds(sku) => skus.contains(sku),
                Term::Licensed(wanted) => skus.is_empty() != *wanted,
                _ => return Err(unsupported()),
            };
        }
        Ok(matches)
    }
}

impl Term {
    fn parse(text: &str) -> Result<Self, Refused> {
        if let Some(rest) = text.strip_prefix("assignedLicenses/any(") {
            let body = rest.strip_suffix(')').ok_or_else(invalid)?;
            let (variable, condition) = body.split_once(':').ok_or_else(invalid)?;
            let condition = condition.trim().strip_prefix(variable.trim()).ok_or_else(invalid)?;
            let sku = condition.strip_prefix("/skuId eq ").ok_or_else(unsupported)?;
            return sku.trim().parse().map(Self::Holds).map_err(|_| invalid());
        }
        let mut words = text.splitn(3, ' ');
        let (Some(field), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
            return Err(invalid());
        };
        let value = value.trim();
        let quoted = || {
            let inner = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')).ok_or_else(invalid)?;
            Ok::<_, Refused>(inner.replace("''", "'"))
        };
        let boolean = || value.parse::<bool>().map_err(|_| invalid());
        match (field, operator) {
            ("accountEnabled", "eq") => boolean().map(Self::Enabled),
            ("onPremisesSyncEnabled", "eq") => boolean().map(Self::Synced),
            ("assignedLicenses/$count", "ne" | "gt") if value == "0" => Ok(Self::Licensed(true)),
            ("assignedLicenses/$count", "eq") if value == "0" => Ok(Self::Licensed(false)),
            ("userType", "eq") => quoted().map(|v| Self::UserType(v, true)),
            ("userType", "ne") => quoted().map(|v| Self::UserType(v, false)),
            ("id", "eq") => quoted()?.parse().map(Self::Id).map_err(|_| invalid()),
            ("userPrincipalName", "eq") => quoted().map(Self::Upn),
            ("department", "eq") => quoted().map(Self::Department),
            _ => Err(unsupported()),
        }
    }
}

fn invalid() -> Refused {
    Refused::new(400, "BadRequest", "Invalid filter clause: Syntax error in the expression.")
}
fn unsupported() -> Refused {
    Refused::new(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
}

/// The terms between `and`s that stand outside quotes.
fn split_and(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        } else if !quoted && at >= start && text[at..].starts_with(" and ") {
            terms.push(&text[start..at]);
            start = at + " and ".len();
        }
    }
    terms.push(&text[start..]);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_graph_writes_them() {
        let sku = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
        let text = format!("accountEnabled eq true and assignedLicenses/any(u:u/skuId eq {sku})");
        let filter = Filter::parse(Some(&text)).unwrap();
        assert_eq!(filter.0, [Term::Enabled(true), Term::Holds(sku.parse().unwrap())]);
        assert!(!filter.advanced());
        assert!(Filter::parse(Some("assignedLicenses/$count ne 0")).unwrap().advanced());
        let quoted = Filter::parse(Some("department eq 'R and D ''x''' and accountEnabled eq false")).unwrap();
        assert_eq!(quoted.0, [Term::Department("R and D 'x'".into()), Term::Enabled(false)]);
        for wrong in ["", "accountEnabled", "accountEnabled eq maybe", "nonsense eq 1", "id eq 'x'", "a or b", "x eq '"]
        {
            assert_eq!(Filter::parse(Some(wrong)).unwrap_err().status, 400, "{wrong}");
        }
    }
}
