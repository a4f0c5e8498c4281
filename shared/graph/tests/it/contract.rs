//! Microsoft's own tables hold the client to what exists. The files are not part of the repository; a test that lacks
//! its file says so and passes.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use graph::{ENDPOINTS, Endpoint, wire};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("STEWARD_SHARED_DATA").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    skipped(name);
    None
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped(name: &str) {
    eprintln!("skipped: no {name}; set STEWARD_SHARED_DATA");
}

#[derive(Default)]
struct Metadata {
    /// Type -> its base type.
    base: HashMap<String, String>,
    /// (type, property) -> the property's type.
    properties: HashMap<(String, String), String>,
    /// Entity set or singleton -> its type.
    roots: HashMap<String, String>,
    /// (bound type, function, parameters besides the bound one).
    functions: HashSet<(String, String, Vec<String>)>,
    /// (bound type, action).
    actions: HashSet<(String, String)>,
}

/// The last part of a type's name, out of `Collection(…)`.
fn short(name: &str) -> String {
    let name = name.trim_start_matches("Collection(").trim_end_matches(')');
    name.rsplit('.').next().unwrap_or(name).to_owned()
}

impl Metadata {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (mut this, mut reader) = (Self::default(), Reader::from_str(&text));
        let mut namespace = String::new();
        let mut owner = String::new();
        let mut function: Option<(String, Vec<(String, String)>)> = None;
        let mut action: Option<String> = None;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    let attribute = |name: &str| {
                        let found = element.attributes().flatten().find(|a| a.key.as_ref() == name);
                        found.map(|a| a.value.into_owned()).unwrap_or_default()
                    };
                    let name = attribute("Name");
                    match element.name().as_ref() {
                        "Schema" => namespace = attribute("Namespace"),
                        // Types of other namespaces share names with Graph's own.
                        _ if namespace != "microsoft.graph" => {}
                        "EntityType" | "ComplexType" => {
                            this.base.insert(name.clone(), short(&attribute("BaseType")));
                            owner = name;
                        }
                        "Property" | "NavigationProperty" => {
                            this.properties.insert((owner.clone(), name), short(&attribute("Type")));
                        }
                        "EntitySet" => {
                            this.roots.insert(name, short(&attribute("EntityType")));
                        }
                        "Singleton" => {
                            this.roots.insert(name, short(&attribute("Type")));
                        }
                        "Function" => function = Some((name, Vec::new())),
                        "Action" => action = Some(name),
                        // The first parameter of an action is what it is bound to.
                        "Parameter" if action.is_some() => {
                            this.actions.extend(action.take().map(|action| (short(&attribute("Type")), action)));
                        }
                        "Parameter" => {
                            if let Some((_, parameters)) = &mut function {
                                parameters.push((name, short(&attribute("Type"))));
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(element) if element.name().as_ref() == "Function" => {
                    if let Some((name, parameters)) = function.take()
                        && let Some(((_, bound), rest)) = parameters.split_first()
                    {
                        let rest = rest.iter().map(|(name, _)| name.clone()).collect();
                        this.functions.insert((bound.clone(), name, rest));
                    }
                }
                Event::Eof => return this,
                _ => {}
            }
        }
    }

    fn property(&self, of: &str, name: &str) -> Option<&String> {
        let mut of = of.to_owned();
        loop {
            if let Some(found) = self.properties.get(&(of.clone(), name.to_owned())) {
                return Some(found);
            }
            of = self.base.get(&of).filter(|base| !base.is_empty())?.clone();
        }
    }

    /// The type at the end of a path; empty for a function's result.
    fn resolve(&self, path: &str) -> Option<String> {
        let mut segments = path.trim_start_matches("/v1.0/").split('/');
        let mut at = self.roots.get(segments.next()?)?.clone();
        for segment in segments {
            let (name, arguments) = segment.split_once('(').unwrap_or((segment, ""));
            let parameters = arguments.split_once('=').map(|(name, _)| name.to_owned()).into_iter().collect();
            at = match segment {
                "{id}" | "$ref" => at,
                _ if self.actions.contains(&(at.clone(), segment.to_owned())) => at,
                // The metadata says directoryObject; somebody's manager is a user, and $select takes a user's fields.
                "manager" => "user".into(),
                // A cast to one kind of object.
                _ if segment.starts_with("microsoft.graph.") => short(segment),
                _ if self.functions.contains(&(at.clone(), name.to_owned(), parameters)) => String::new(),
                _ => self.property(&at, segment)?.clone(),
            };
        }
        Some(at)
    }
}

fn is_batch(endpoint: &Endpoint) -> bool {
    endpoint.path == "/v1.0/$batch"
}

#[test]
fn every_call_exists_in_graphs_metadata() {
    let Some(path) = shared("graph-v1.0-2026-08-20.csdl.xml") else { return };
    let metadata = Metadata::read(path);
    for endpoint in ENDPOINTS.iter().filter(|endpoint| !is_batch(endpoint)) {
        let of = metadata.resolve(endpoint.path).unwrap_or_else(|| panic!("no such path: {}", endpoint.path));
        for field in endpoint.select {
            assert!(metadata.property(&of, field).is_some(), "{of} has no {field}");
        }
    }
    assert_eq!(metadata.resolve("/v1.0/nothing"), None);
    assert_eq!(metadata.resolve("/v1.0/users/nothing"), None);
    assert_eq!(metadata.resolve("/v1.0/reports/getOffice365ActiveUserDetail(other='D90')"), None);
}

#[test]
fn every_field_the_wire_types_read_exists_in_graphs_metadata() {
    let Some(path) = shared("graph-v1.0-2026-08-20.csdl.xml") else { return };
    let metadata = Metadata::read(path);
    for (of, fields) in [
        ("licenseUnitsDetail", "enabled warning suspended lockedOut"),
        ("servicePlanInfo", "servicePlanId servicePlanName provisioningStatus appliesTo"),
        (
            "companySubscription",
            "id commerceSubscriptionId createdDateTime isTrial nextLifecycleDateTime ownerId ownerTenantId ownerType \
             skuId skuPartNumber status totalLicenses",
        ),
        ("assignedLicense", "skuId disabledPlans"),
        ("licenseAssignmentState", "skuId assignedByGroup disabledPlans error state lastUpdatedDateTime"),
        ("signInActivity", "lastSuccessfulSignInDateTime lastSignInDateTime lastNonInteractiveSignInDateTime"),
        ("adminReportSettings", "displayConcealedNames"),
        ("mailboxSettings", "userPurpose"),
        ("verifiedDomain", "name isDefault isInitial"),
        ("licenseProcessingState", "state"),
        ("unifiedRoleAssignment", "principalId roleDefinitionId"),
        ("user", "id userPrincipalName displayName deletedDateTime assignedLicenses"),
    ] {
        for field in fields.split(' ') {
            assert!(metadata.property(of, field).is_some(), "{of} has no {field}");
        }
    }
}

#[test]
fn every_permission_serves_its_call() {
    let Some(path) = shared("graph-permissions-2026-08-07.json") else { return };
    let table: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    // From the call's documentation; Microsoft's table does not list the path.
    let undocumented = [
        ("GET", "/directory/subscriptions"),
        ("GET", "/directory/deleteditems/microsoft.graph.user"),
        ("POST", "/groups/{id}/members"),
    ];
    // Needed for one field, by the field's documentation.
    let for_fields =
        [("/users", "AuditLog.Read.All"), ("/users/{id}", "AuditLog.Read.All"), ("/users/{id}", "User.Read.All")];
    for endpoint in ENDPOINTS.iter().filter(|endpoint| !is_batch(endpoint)) {
        let path = endpoint.path.trim_start_matches("/v1.0").trim_end_matches("/$ref");
        let path = path.replace("'{period}'", "{value}").to_lowercase();
        if undocumented.contains(&(endpoint.method, path.as_str())) {
            assert!(table[&path].get(endpoint.method).is_none(), "{path} is in the table now");
            continue;
        }
        let serves = |permission: &str| {
            ["least", "also"].iter().any(|list| {
                let list = table[&path][endpoint.method][list].as_array();
                list.is_some_and(|list| list.iter().any(|listed| listed == permission))
            })
        };
        for &permission in endpoint.permissions {
            let known = for_fields.contains(&(path.as_str(), permission));
            assert!(known || serves(permission), "{permission} does not serve {path}");
        }
    }
}

#[test]
fn every_documented_answer_decodes() {
    let Some(path) = shared("graph-examples") else { return };
    let mut decoded = 0;
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let body: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let items = match body.get("value") {
            Some(Value::Array(items)) => items.clone(),
            _ => vec![body],
        };
        for item in items {
            // What the type must have read: a field that stands in the answer is not lost.
            let kept = |field: &str, read: bool| {
                let given = item.get(field).is_some_and(|value| !value.is_null());
                assert_eq!(given, read, "{name}: {field}");
            };
            let item = item.clone();
            match name.split(['-', '.']).next().unwrap() {
                "user" => {
                    let user: wire::User = serde_json::from_value(item).unwrap();
                    kept("id", user.id.is_some());
                    kept("displayName", user.display_name.is_some());
                    kept("assignedLicenses", user.assigned_licenses.is_some());
                }
                "group" => {
                    let group: wire::Group = serde_json::from_value(item).unwrap();
                    kept("id", group.id.is_some());
                    kept("displayName", group.display_name.is_some());
                }
                "subscribedsku" => {
                    let sku: wire::SubscribedSku = serde_json::from_value(item).unwrap();
                    kept("skuId", sku.sku_id.is_some());
                    kept("prepaidUnits", sku.prepaid_units.is_some());
                    assert!(graph::facts::sku(sku).is_some());
                }
                "organization" => {
                    let organization: wire::Organization = serde_json::from_value(item).unwrap();
                    kept("displayName", organization.display_name.is_some());
                }
                // Not read by this client.
                "authorizationpolicy"
                | "conditionalaccessroot"
                | "domain"
                | "identitysecuritydefaultsenforcementpolicy" => {}
                other => panic!("an example of something new: {other}"),
            }
            decoded += 1;
        }
    }
    assert!(decoded > 25, "{decoded}");
}
