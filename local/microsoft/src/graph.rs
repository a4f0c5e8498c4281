//! Microsoft Graph v1.0: who may call what, how often, and what it answers.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    answer::{Answer, Content},
    day::Day,
    directory::{Directory, Person, Refused},
    entra::AccessClaims,
    faults::{Call, Fault},
    permissions,
    query::{Filter, Options},
    render::{self, project},
    reports, roles,
    simulation::{self, Asked, Download, FIRST_DAY, Hosted, Simulation, State},
    throttle::{Kind, Verdict},
};

/// A report's address is good for five minutes.
const DOWNLOAD_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// A page token is good for an hour.
const PAGE_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(1);
const USERS_TOP: usize = 999;
const USERS_TOP_WITH_SIGN_INS: usize = 500;
const DEFAULT_PAGE: usize = 100;

/// The template of calls that hold others.
pub(crate) const BATCH: &str = "/v1.0/$batch";

/// Who calls: an app with what a directory granted it when its token was made.
struct Caller {
    app: Uuid,
    directory: DirectoryId,
    granted: Vec<String>,
}

impl Caller {
    fn may(&self, permission: &str) -> bool {
        self.granted.iter().any(|name| name == permission)
    }
}

/// One request to Graph, from the wire or from a `$batch`.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    eventual: bool,
    json_body: bool,
    body: &'a [u8],
    origin: &'a str,
    fault: Option<&'a Fault>,
    now: Timestamp,
}

/// The template of a path such as `/v1.0/users/{id}`; a path nobody serves is its own template.
pub(crate) fn template(path: &str) -> String {
    match route(path) {
        Some((template, _)) => format!("/v1.0{template}"),
        None => path.to_ascii_lowercase(),
    }
}

/// Template without `/v1.0`, and what stands for its `{…}`.
fn route(path: &str) -> Option<(String, Vec<String>)> {
    let rest = path.strip_prefix("/v1.0")?;
    let segments: Vec<String> = rest.split('/').skip(1).map(decode).collect();
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let id = |at: usize| segments[at].clone();
    let (template, ids) = match lower.as_slice() {
        ["$batch"] => ("/$batch".to_owned(), vec![]),
        ["organization"] => ("/organization".to_owned(), vec![]),
        ["subscribedskus"] => ("/subscribedskus".to_owned(), vec![]),
        ["directory", "subscriptions"] => ("/directory/subscriptions".to_owned(), vec![]),
        ["users"] => ("/users".to_owned(), vec![]),
        ["users", _] => ("/users/{id}".to_owned(), vec![id(1)]),
        ["users", _, action @ ("assignlicense" | "reprocesslicenseassignment" | "mailboxsettings" | "manager")] => {
            (format!("/users/{{id}}/{action}"), vec![id(1)])
        }
        ["users", _, "memberof", _] => ("/users/{id}/memberof/{id}".to_owned(), vec![id(1), id(3)]),
        ["groups"] => ("/groups".to_owned(), vec![]),
        ["groups", _] => ("/groups/{id}".to_owned(), vec![id(1)]),
        ["groups", _, "members"] => ("/groups/{id}/members".to_owned(), vec![id(1)]),
        ["groups", _, "members", "$ref"] => ("/groups/{id}/members/$ref".to_owned(), vec![id(1)]),
        ["groups", _, "members", _, "$ref"] => ("/groups/{id}/members/{id}/$ref".to_owned(), vec![id(1), id(3)]),
        ["admin", "reportsettings"] => ("/admin/reportsettings".to_owned(), vec![]),
        ["identity", "conditionalaccess", "policies"] => ("/identity/conditionalaccess/policies".to_owned(), vec![]),
        ["rolemanagement", "directory", "roleassignments"] => {
            ("/rolemanagement/directory/roleassignments".to_owned(), vec![])
        }
        ["directory", "deleteditems", "microsoft.graph.user"] => {
            ("/directory/deleteditems/microsoft.graph.user".to_owned(), vec![])
        }
        ["reports", report] => report_route("/reports", report)?,
        ["copilot", "reports", report] => report_route("/copilot/reports", report)?,
        _ => return None,
    };
    Some((template, ids))
}

fn report_route(root: &str, report: &str) -> Option<(String, Vec<String>)> {
    Some(match report.split_once("(period='") {
        Some((name, rest)) => {
            let period = rest.strip_suffix("')")?;
            (format!("{root}/{name}(period={{value}})"), vec![name.to_owned(), period.to_ascii_uppercase()])
        }
        None => {
            let name = report.trim_end_matches("()");
            (format!("{root}/{name}"), vec![name.to_owned()])
        }
    })
}

fn decode(segment: &str) -> String {
    // Form decoding would take a plus for a blank.
    let text = format!("x={}", segment.replace('+', "%2B"));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&text).unwrap_or_default();
    pairs.into_iter().next().map(|(_, value)| value).unwrap_or_default()
}

/// Answers a request to `/v1.0/…`.
pub(crate) fn answer(simulation: &Simulation, asked: &Asked, fault: Option<&Fault>, called: &mut Call) -> Answer {
    let now = simulation.now();
    let caller = match authenticate(simulation, asked.header("authorization"), now) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    (called.app, called.directory) = (Some(caller.app), Some(caller.directory));
    let content_type = asked.header("content-type").unwrap_or_default();
    let call = Operation {
        method: &asked.method,
        path: &asked.path,
        query: &asked.query,
        eventual: asked.header("consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        json_body: content_type.split(';').next() == Some("application/json"),
        body: &asked.body,
        origin: &asked.origin,
        fault,
        now,
    };
    let mut state = simulation.state();
    if template(&asked.path) == BATCH { batch(&mut state, &caller, &call) } else { one(&mut state, &caller, &call) }
}

fn unauthorized(message: &str) -> Answer {
    Answer::error(401, "InvalidAuthenticationToken", message).with(
        "WWW-Authenticate",
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"".to_owned(),
    )
}

fn authenticate(simulation: &Simulation, header: Option<&str>, now: Timestamp) -> Result<Caller, Answer> {
    let token = header.and_then(|header| header.strip_prefix("Bearer ")).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| unauthorized("Access token is empty."))?;
    let claims: AccessClaims = simulation::key()
        .verify(token)
        .ok_or_else(|| unauthorized("Access token validation failure. Invalid signature."))?;
    if claims.aud != "https://graph.microsoft.com" {
        return Err(unauthorized("Access token validation failure. Invalid audience."));
    }
    if claims.exp <= now.as_second() {
        return Err(unauthorized("Lifetime validation failed, the token is expired."));
    }
    let state = simulation.state();
    let consent = state.hosted.get(&claims.tid).and_then(|hosted| hosted.consents.get(&claims.appid));
    match consent {
        Some(consent) if consent.id == claims.grant => {
            Ok(Caller { app: claims.appid, directory: claims.tid, granted: claims.roles })
        }
        _ => Err(unauthorized("The identity of the calling application could not be established.")),
    }
}

/// Answers one request of a caller, `$batch` aside.
fn one(state: &mut State, caller: &Caller, call: &Operation<'_>) -> Answer {
    let Some((template, ids)) = route(call.path).filter(|(template, _)| permissions::known(template)) else {
        let segment = call.path.rsplit('/').next().unwrap_or_default();
        return Answer::error(400, "BadRequest", format!("Resource not found for the segment '{segment}'."));
    };
    let Some(allowed) = permissions::allowed(call.method, &template) else {
        return Answer::error(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        );
    };
    let Some(people) = state.hosted.get(&caller.directory).map(|hosted| hosted.directory.people.len()) else {
        return unauthorized("The directory is not here.");
    };
    let verdict = state.throttle.call(caller.app, caller.directory, people, kind(call, &template), call.now);
    let (cost, used) = match verdict {
        Verdict::Pass { cost, used } => (cost, used),
        Verdict::Throttled { cost, retry_after, scope, reason } => {
            let mut answer = Answer::error(429, "TooManyRequests", "Too many requests.");
            answer.headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_string())));
            answer.headers.extend(cost.map(|cost| ("x-ms-resource-unit", cost.to_string())));
            answer
                .headers
                .push(("x-ms-throttle-scope", format!("{scope}/ReadWrite/{}/{}", caller.app, caller.directory)));
            answer.headers.push(("x-ms-throttle-information", reason.to_owned()));
            return answer;
        }
    };
    let mut answer = if allowed.by(&caller.granted) {
        let served = match call.method {
            "GET" => state.as_seen(caller.directory, call.now, |state| serve(state, caller, call, &template, &ids)),
            _ => {
                state.remember(caller.directory, call.now);
                serve(state, caller, call, &template, &ids)
            }
        };
        served.unwrap_or_else(Answer::from)
    } else {
        denied().into()
    };
    answer.headers.extend(cost.map(|cost| ("x-ms-resource-unit", cost.to_string())));
    if used >= 0.8 {
        answer.headers.push(("x-ms-throttle-limit-percentage", format!("{used:.2}")));
    }
    answer
}

fn denied() -> Refused {
    Refused::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

/// Which limit a call falls under, and its resource units.
fn kind<'a>(call: &Operation<'_>, template: &'a str) -> Kind<'a> {
    if let Some((_, report)) = template.split_once("/reports/") {
        return Kind::Report(report);
    }
    if template.starts_with("/identity/conditionalaccess") {
        return Kind::ConditionalAccess;
    }
    if call.method != "GET" {
        return Kind::Write;
    }
    let base: u32 = match template {
        "/subscribedskus" | "/groups/{id}/members" => 3,
        "/users" | "/users/{id}" => 2,
        _ => 1,
    };
    let options = Options::parse(call.query).unwrap_or_default();
    let saved = u32::from(options.select.is_some()) + u32::from(options.top.is_some_and(|top| top < 20));
    Kind::Read { cost: base.saturating_sub(saved).max(1) }
}

fn today(now: Timestamp) -> Day {
    Day::at(now).unwrap_or(FIRST_DAY)
}

fn hosted(state: &State, directory: DirectoryId) -> Result<&Hosted, Refused> {
    state.hosted.get(&directory).ok_or_else(|| Refused::missing(directory))
}

fn serve(
    state: &mut State,
    caller: &Caller,
    call: &Operation<'_>,
    template: &str,
    ids: &[String],
) -> Result<Answer, Refused> {
    let options = Options::parse(call.query)?;
    match (call.method, template) {
        ("GET", "/organization") => {
            let fields = options.selected(render::ORGANIZATION, "organization")?;
            let directory = &hosted(state, caller.directory)?.directory;
            directory.has_saved("organization")?;
            let organization = project(directory.organization_json(), fields.as_deref());
            Ok(collection(call, "organization", &options, vec![organization.into()], None))
        }
        ("GET", "/subscribedskus") => {
            only_select(&options)?;
            let fields = options.selected(render::SKU, "subscribedSku")?;
            let directory = &hosted(state, caller.directory)?.directory;
            directory.has_saved("subscribedSkus")?;
            let skus = directory.skus.iter().enumerate();
            let items = skus.map(|(at, sku)| project(directory.sku_json(at, sku), fields.as_deref()).into());
            Ok(collection(call, "subscribedSkus", &options, items.collect(), None))
        }
        ("GET", "/directory/subscriptions") => {
            let fields = options.selected(render::SUBSCRIPTION, "companySubscription")?;
            let directory = &hosted(state, caller.directory)?.directory;
            directory.has_saved("subscriptions")?;
            let items = directory.subscriptions.iter();
            let items = items.map(|s| project(directory.subscription_json(s), fields.as_deref()).into());
            Ok(collection(call, "directory/subscriptions", &options, items.collect(), None))
        }
        ("GET", "/users") => users(state, caller, call, &options),
        ("GET", "/users/{id}") => {
            let directory = &hosted(state, caller.directory)?.directory;
            let fields = user_fields(directory, caller, &options)?;
            let person = directory.find(&ids[0]).ok_or_else(|| Refused::missing(&ids[0]))?;
            Ok(entity(call, "users", &options, shown(directory, caller, person, &fields)))
        }
        ("PATCH", "/users/{id}") => patch_user(state, caller, call, &ids[0]),
        ("POST", "/users/{id}/assignlicense") => assign_license(state, caller, call, &ids[0]),
        ("POST", "/users/{id}/reprocesslicenseassignment") => {
            let directory = &hosted(state, caller.directory)?.directory;
            let id = directory.find(&ids[0]).ok_or_else(|| Refused::missing(&ids[0]))?.id;
            change(state, caller, |hosted| {
                hosted.directory.reprocess(id)?;
                hosted.note_person(id);
                Ok(Answer::empty(200))
            })?;
            changed_user(state, caller, call, id)
        }
        ("GET", "/users/{id}/memberof/{id}") => {
            let directory = &hosted(state, caller.directory)?.directory;
            let person = directory.find(&ids[0]).ok_or_else(|| Refused::missing(&ids[0]))?;
            let group = directory.group(parse(&ids[1])?).map(|(_, group)| group);
            let group = group.filter(|group| group.members.binary_search(&person.id).is_ok());
            let group = group.ok_or_else(|| Refused::missing(&ids[1]))?;
            let of_group = object(json!({"@odata.type": "#microsoft.graph.group", "id": group.id}));
            Ok(entity(call, "directoryObjects", &options, of_group))
        }
        ("GET", "/users/{id}/mailboxsettings") => {
            let directory = &hosted(state, caller.directory)?.directory;
            let person = directory.find(&ids[0]).ok_or_else(|| Refused::missing(&ids[0]))?;
            if !directory.has_mailbox(person) {
                return Err(Refused::new(
                    404,
                    "MailboxNotEnabledForRESTAPI",
                    "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
                ));
            }
            let purpose = match person.kind {
                crate::directory::Kind::Shared => "shared",
                crate::directory::Kind::Room => "room",
                _ => "user",
            };
            let settings = object(json!({"userPurpose": purpose, "timeZone": "UTC"}));
            Ok(entity(call, &format!("users('{}')/mailboxSettings", person.id), &options, settings))
        }
        ("GET", "/users/{id}/manager") => {
            let directory = &hosted(state, caller.directory)?.directory;
            let fields = user_fields(directory, caller, &options)?;
            let person = directory.find(&ids[0]).ok_or_else(|| Refused::missing(&ids[0]))?;
            let manager = directory.manager_of(person).ok_or_else(|| Refused::missing("manager"))?;
            Ok(entity(call, "directoryObjects", &options, shown(directory, caller, manager, &fields)))
        }
        ("GET", "/groups") => groups(state, caller, call, &options),
        ("GET", "/groups/{id}") => {
            let fields = options.selected(render::GROUP, "group")?;
            let directory = &hosted(state, caller.directory)?.directory;
            let (at, group) = directory.group(parse(&ids[0])?).ok_or_else(|| Refused::missing(&ids[0]))?;
            let group = directory.group_json(at, group, &with_id(fields, render::GROUP_DEFAULT));
            Ok(entity(call, "groups", &options, group))
        }
        ("GET", "/groups/{id}/members") => members(state, caller, call, &options, &ids[0]),
        ("POST", "/groups/{id}/members/$ref") => {
            #[derive(Deserialize)]
            struct Reference {
                #[serde(rename = "@odata.id")]
                id: String,
            }
            let reference: Reference = body(call)?;
            let person = parse(reference.id.rsplit('/').next().unwrap_or_default())?;
            let group: GroupId = parse(&ids[0])?;
            change(state, caller, |hosted| {
                hosted.directory.join(group, person, today(call.now))?;
                hosted.note_person(person);
                hosted.note_group(group);
                Ok(Answer::empty(204))
            })
        }
        ("DELETE", "/groups/{id}/members/{id}/$ref") => {
            let (group, person): (GroupId, PersonId) = (parse(&ids[0])?, parse(&ids[1])?);
            change(state, caller, |hosted| {
                hosted.directory.leave(group, person)?;
                hosted.note_person(person);
                hosted.note_group(group);
                Ok(Answer::empty(204))
            })
        }
        ("GET", "/admin/reportsettings") => {
            let concealed = hosted(state, caller.directory)?.directory.concealed;
            let settings = object(json!({"displayConcealedNames": concealed}));
            Ok(entity(call, "admin/reportSettings", &options, settings))
        }
        ("PATCH", "/admin/reportsettings") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            struct Settings {
                display_concealed_names: bool,
            }
            let settings: Settings = body(call)?;
            change(state, caller, |hosted| {
                hosted.directory.concealed = settings.display_concealed_names;
                hosted.changes.concealed = Some(settings.display_concealed_names);
                Ok(Answer::empty(204))
            })
        }
        ("GET", "/identity/conditionalaccess/policies") => {
            Ok(collection(call, "identity/conditionalAccess/policies", &options, vec![], None))
        }
        ("GET", "/rolemanagement/directory/roleassignments") => {
            let directory = &hosted(state, caller.directory)?.directory;
            directory.has_saved("roleAssignments")?;
            Ok(collection(
                call,
                "roleManagement/directory/roleAssignments",
                &options,
                directory.role_assignments(),
                None,
            ))
        }
        ("GET", "/directory/deleteditems/microsoft.graph.user") => {
            let fields = options.selected(roles::DELETED, "user")?;
            let directory = &hosted(state, caller.directory)?.directory;
            directory.has_saved("deletedItems")?;
            let gone = directory.deleted_json(today(call.now)).into_iter();
            let gone = gone.map(|user| project(user, fields.as_deref()).into());
            Ok(collection(call, "directoryObjects/microsoft.graph.user", &options, gone.collect(), None))
        }
        ("GET", _) if template.contains("/reports/") => report(state, caller, call, ids),
        _ => Err(Refused::missing(template)),
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Refused> {
    text.parse().map_err(|_| Refused::new(400, "Request_BadRequest", format!("Invalid object identifier '{text}'.")))
}

fn body<T: serde::de::DeserializeOwned>(call: &Operation<'_>) -> Result<T, Refused> {
    if !call.json_body {
        let message = "Write requests (excluding DELETE) must contain the Content-Type header declaration.";
        return Err(Refused::new(400, "RequestBodyRead", message));
    }
    serde_json::from_slice(call.body)
        .map_err(|error| Refused::new(400, "BadRequest", format!("Unable to read JSON request payload: {error}")))
}

fn change(
    state: &mut State,
    caller: &Caller,
    change: impl FnOnce(&mut Hosted) -> Result<Answer, Refused>,
) -> Result<Answer, Refused> {
    state.change(caller.directory, change).unwrap_or_else(|| Err(Refused::missing(caller.directory)))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn only_select(options: &Options) -> Result<(), Refused> {
    match options.filter.is_some() || options.top.is_some() {
        true => Err(Refused::new(400, "Request_UnsupportedQuery", "Only $select is supported on this resource.")),
        false => Ok(()),
    }
}

// Answers' shapes

/// `@odata.context` of a set, with what was selected.
fn context(call: &Operation<'_>, set: &str, options: &Options, one: bool) -> String {
    let selected = options.select.as_ref().map(|select| format!("({})", select.join(","))).unwrap_or_default();
    let entity = if one { "/$entity" } else { "" };
    format!("{}/v1.0/$metadata#{set}{selected}{entity}", call.origin)
}

fn collection(call: &Operation<'_>, set: &str, options: &Options, items: Vec<Value>, next: Option<String>) -> Answer {
    let mut page = Map::new();
    page.insert("@odata.context".into(), context(call, set, options, false).into());
    if let Some(next) = next {
        page.insert("@odata.nextLink".into(), next.into());
    }
    page.insert("value".into(), items.into());
    Answer::json(page.into())
}

fn entity(call: &Operation<'_>, set: &str, options: &Options, mut entity: Map<String, Value>) -> Answer {
    entity.insert("@odata.context".into(), context(call, set, options, true).into());
    Answer::json(entity.into())
}

// People

fn user_fields(directory: &Directory, caller: &Caller, options: &Options) -> Result<Vec<&'static str>, Refused> {
    let fields = options.selected(render::USER, "user")?;
    if fields.as_ref().is_some_and(|fields| fields.contains(&"signInActivity")) {
        if !caller.may("AuditLog.Read.All") {
            return Err(denied());
        }
        if !directory.p1 {
            return Err(Refused::new(
                403,
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license",
            ));
        }
    }
    Ok(with_id(fields, render::USER_DEFAULT))
}

/// Graph answers the id of an object, selected or not.
fn with_id(fields: Option<Vec<&'static str>>, default: &[&'static str]) -> Vec<&'static str> {
    let mut fields = fields.unwrap_or_else(|| default.to_vec());
    if !fields.contains(&"id") {
        fields.push("id");
    }
    fields
}

fn shown(directory: &Directory, caller: &Caller, person: &Person, fields: &[&'static str]) -> Map<String, Value> {
    let mut user = directory.user_json(person, fields);
    let basic = permissions::allowed("GET", "/users").is_some_and(|row| {
        let more = |name: &&String| *name != "User.ReadBasic.All";
        !caller.granted.iter().filter(more).any(|name| row.by(std::slice::from_ref(name)))
    });
    if basic {
        for (name, value) in &mut user {
            if !render::USER_BASIC.contains(&name.as_str()) {
                *value = Value::Null;
            }
        }
    }
    user
}

fn advanced(call: &Operation<'_>, options: &Options, filter: &Filter) -> Result<(), Refused> {
    if filter.advanced() && !(call.eventual && options.count) {
        return Err(Refused::new(
            400,
            "Request_UnsupportedQuery",
            "Unsupported Query. The request needs the header 'ConsistencyLevel: eventual' and $count=true.",
        ));
    }
    if options.count && !call.eventual {
        return Err(Refused::bad("$count is not currently supported without the header 'ConsistencyLevel: eventual'."));
    }
    Ok(())
}

fn page_size(options: &Options, most: usize) -> Result<usize, Refused> {
    match options.top {
        None => Ok(DEFAULT_PAGE.min(most)),
        Some(top) if (1..=USERS_TOP).contains(&top) => Ok(top.min(most)),
        Some(top) => Err(Refused::new(
            400,
            "Request_UnsupportedQuery",
            format!("Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."),
        )),
    }
}

fn users(state: &mut State, caller: &Caller, call: &Operation<'_>, options: &Options) -> Result<Answer, Refused> {
    let filter = Filter::parse(options.filter.as_deref())?;
    advanced(call, options, &filter)?;
    let directory = &hosted(state, caller.directory)?.directory;
    directory.has_saved("users")?;
    let fields = user_fields(directory, caller, options)?;
    let most = if fields.contains(&"signInActivity") { USERS_TOP_WITH_SIGN_INS } else { USERS_TOP };
    let size = page_size(options, most)?;
    let after = resume(state, call, options)?.map(PersonId);
    let matching = |person: &&Person| !person.deleted && filter.person(directory, person);
    let start = after.map_or(0, |after| directory.people.partition_point(|person| person.id <= after));
    let mut rest = directory.people[start..].iter().filter(matching);
    let page: Vec<&Person> = rest.by_ref().take(size).collect();
    let next = rest.next().map(|person| person.id);
    let cursor = |person: Option<&&Person>| person.map(|person| person.id.0).or(after.map(|id| id.0));
    let paged = Paged {
        items: page.iter().map(|person| shown(directory, caller, person, &fields).into()).collect(),
        before: cursor(page.len().checked_sub(2).and_then(|at| page.get(at))),
        last: cursor(page.last()),
        start: after.map(|id| id.0),
        more: next.is_some(),
        count: (options.count && after.is_none()).then(|| directory.people.iter().filter(matching).count()),
    };
    let answer = page_answer(state, call, options, "users", paged)?;
    if call.fault == Some(&Fault::UserDeletedBetweenPages)
        && let Some(next) = next
    {
        change(state, caller, |hosted| {
            hosted.delete(next)?;
            Ok(Answer::empty(204))
        })?;
    }
    Ok(answer)
}

/// A page and where it lies.
struct Paged {
    items: Vec<Value>,
    /// Id of the last item but one.
    before: Option<Uuid>,
    /// Id of the last item.
    last: Option<Uuid>,
    /// Id this page began behind.
    start: Option<Uuid>,
    more: bool,
    /// Of the first page, where asked for.
    count: Option<usize>,
}

fn page_answer(
    state: &State,
    call: &Operation<'_>,
    options: &Options,
    set: &str,
    mut paged: Paged,
) -> Result<Answer, Refused> {
    let mut resume_at = paged.last;
    match call.fault {
        Some(Fault::DuplicateItem) if paged.items.len() > 1 => resume_at = paged.before,
        Some(Fault::MissingItem) => drop(paged.items.pop()),
        Some(Fault::EmptyPage) => {
            paged.items.clear();
            paged.more = true;
            resume_at = paged.start;
        }
        Some(Fault::LoopingNextLink | Fault::NextLinkTo(_)) => paged.more = true,
        _ => {}
    }
    let next = paged.more.then(|| {
        let token = seal(state, call, options, resume_at.unwrap_or(Uuid::nil()));
        let own = call.query.split('&').filter(|option| !is_skip_token(option) && !option.is_empty());
        let query: Vec<String> = own.map(str::to_owned).chain([format!("$skiptoken={token}")]).collect();
        match call.fault {
            Some(Fault::LoopingNextLink) => format!("{}{}?{}", call.origin, call.path, call.query),
            Some(Fault::NextLinkTo(host)) => format!("{host}{}?{}", call.path, query.join("&")),
            _ => format!("{}{}?{}", call.origin, call.path, query.join("&")),
        }
    });
    let mut answer = collection(call, set, options, paged.items, next);
    if let (Some(count), Content::Json(page)) = (paged.count, &mut answer.content) {
        page["@odata.count"] = count.into();
    }
    Ok(answer)
}

fn is_skip_token(option: &str) -> bool {
    let name = option.split('=').next().unwrap_or_default();
    decode(name).eq_ignore_ascii_case("$skiptoken")
}

/// An opaque page token: where to go on, when it was made, and a seal over both and the query it belongs to.
fn seal(state: &State, call: &Operation<'_>, options: &Options, at: Uuid) -> String {
    let mut token = at.as_bytes().to_vec();
    token.extend(call.now.as_second().to_be_bytes());
    let tag = tag(state, call, options, &token);
    token.extend(tag);
    URL_SAFE_NO_PAD.encode(token)
}

fn tag(state: &State, call: &Operation<'_>, options: &Options, token: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &state.secret);
    let mut text = token.to_vec();
    text.extend(call.path.as_bytes());
    text.extend(options.shape().as_bytes());
    hmac::sign(&key, &text).as_ref()[..16].to_vec()
}

/// The id a page goes on behind; `None` on the first page.
fn resume(state: &State, call: &Operation<'_>, options: &Options) -> Result<Option<Uuid>, Refused> {
    let Some(token) = &options.skip_token else { return Ok(None) };
    let bad = || Refused::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired.");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| bad())?;
    let (place, sealed) = bytes.split_at_checked(24).ok_or_else(bad)?;
    // A token beside another query than its own is as bad as a forged one.
    if tag(state, call, options, place) != sealed {
        return Err(Refused::bad("The page token is not one of this query."));
    }
    let (id, made) = place.split_at(16);
    let made = made.try_into().map(i64::from_be_bytes).map_err(|_| bad())?;
    if call.now.as_second() - made > PAGE_TOKEN_LIFE.as_secs() {
        return Err(bad());
    }
    Uuid::from_slice(id).map(Some).map_err(|_| bad())
}

fn patch_user(state: &mut State, caller: &Caller, call: &Operation<'_>, key: &str) -> Result<Answer, Refused> {
    let changes: Map<String, Value> = body(call)?;
    let id = hosted(state, caller.directory)?.directory.find(key).ok_or_else(|| Refused::missing(key))?.id;
    for (name, value) in &changes {
        if name != "accountEnabled" {
            let message = match render::USER.contains(&name.as_str()) {
                true => format!("The property '{name}' cannot be changed here."),
                false => format!("The property '{name}' does not exist on type 'microsoft.graph.user'."),
            };
            return Err(Refused::bad(message));
        }
        // The least privileged pair of permissions that may block an account is EnableDisableAccount with
        // User.Read.All.
        let write_all = ["User.ReadWrite.All", "Directory.ReadWrite.All"].iter().any(|p| caller.may(p));
        if !(write_all || caller.may("User.EnableDisableAccount.All") && caller.may("User.Read.All")) {
            return Err(denied());
        }
        let Some(enabled) = value.as_bool() else {
            return Err(Refused::bad("Invalid value specified for property 'accountEnabled' of resource 'User'."));
        };
        change(state, caller, |hosted| {
            hosted.directory.enable(id, enabled)?;
            hosted.note_person(id);
            Ok(Answer::empty(204))
        })?;
    }
    Ok(Answer::empty(204))
}

fn assign_license(state: &mut State, caller: &Caller, call: &Operation<'_>, key: &str) -> Result<Answer, Refused> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wanted {
        add_licenses: Vec<Added>,
        remove_licenses: Vec<SkuId>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Added {
        sku_id: SkuId,
        #[serde(default)]
        disabled_plans: Vec<PlanId>,
    }
    let wanted: Wanted = body(call)?;
    let id = hosted(state, caller.directory)?.directory.find(key).ok_or_else(|| Refused::missing(key))?.id;
    let add: Vec<(SkuId, Vec<PlanId>)> =
        wanted.add_licenses.into_iter().map(|added| (added.sku_id, added.disabled_plans)).collect();
    change(state, caller, |hosted| {
        hosted.directory.assign(id, &add, &wanted.remove_licenses, today(call.now))?;
        hosted.note_person(id);
        Ok(Answer::empty(200))
    })?;
    changed_user(state, caller, call, id)
}

/// What a change of licences answers.
fn changed_user(state: &State, caller: &Caller, call: &Operation<'_>, id: PersonId) -> Result<Answer, Refused> {
    let directory = &hosted(state, caller.directory)?.directory;
    let person = directory.person(id).ok_or_else(|| Refused::missing(id))?;
    let user = directory.user_json(person, &[render::USER_DEFAULT, &["accountEnabled", "assignedLicenses"]].concat());
    Ok(entity(call, "users", &Options::default(), user))
}

// Groups

fn groups(state: &mut State, caller: &Caller, call: &Operation<'_>, options: &Options) -> Result<Answer, Refused> {
    let filter = Filter::parse(options.filter.as_deref())?;
    advanced(call, options, &filter)?;
    let fields = with_id(options.selected(render::GROUP, "group")?, render::GROUP_DEFAULT);
    let size = page_size(options, USERS_TOP)?;
    let after = resume(state, call, options)?;
    let directory = &hosted(state, caller.directory)?.directory;
    directory.has_saved("groups")?;
    let mut found: Vec<(usize, &crate::directory::Group)> = Vec::new();
    for (at, group) in directory.groups.iter().enumerate() {
        let skus: Vec<SkuId> = group.skus.iter().map(|sku| directory.skus[usize::from(*sku)].id).collect();
        if filter.group(&skus)? {
            found.push((at, group));
        }
    }
    found.sort_unstable_by_key(|(_, group)| group.id);
    let count = found.len();
    let start = after.map_or(0, |after| found.partition_point(|(_, group)| group.id.0 <= after));
    let page: Vec<_> = found[start..].iter().take(size).collect();
    let id = |at: Option<usize>| at.and_then(|at| page.get(at)).map(|(_, group)| group.id.0).or(after);
    let paged = Paged {
        items: page.iter().map(|(at, group)| directory.group_json(*at, group, &fields).into()).collect(),
        before: id(page.len().checked_sub(2)),
        last: id(page.len().checked_sub(1)),
        start: after,
        more: found.len() > start + page.len(),
        count: (options.count && after.is_none()).then_some(count),
    };
    page_answer(state, call, options, "groups", paged)
}

fn members(
    state: &mut State,
    caller: &Caller,
    call: &Operation<'_>,
    options: &Options,
    group: &str,
) -> Result<Answer, Refused> {
    let size = page_size(options, USERS_TOP)?;
    let after = resume(state, call, options)?.map(PersonId);
    let directory = &hosted(state, caller.directory)?.directory;
    let fields = user_fields(directory, caller, options)?;
    let (_, group) = directory.group(parse(group)?).ok_or_else(|| Refused::missing(group))?;
    let start = after.map_or(0, |after| group.members.partition_point(|id| *id <= after));
    let page: Vec<PersonId> = group.members[start..].iter().take(size).copied().collect();
    let reads_people = permissions::allowed("GET", "/users").is_some_and(|row| row.by(&caller.granted));
    let items = page.iter().filter_map(|id| directory.person(*id)).map(|person| {
        // Without a right to read people, Graph says who they are and no more.
        let mut member = match reads_people {
            true => shown(directory, caller, person, &fields),
            false => object(json!({"id": person.id})),
        };
        member.insert("@odata.type".into(), "#microsoft.graph.user".into());
        Value::from(member)
    });
    let id = |at: Option<usize>| at.and_then(|at| page.get(at)).or(after.as_ref()).map(|id| id.0);
    let paged = Paged {
        items: items.collect(),
        before: id(page.len().checked_sub(2)),
        last: id(page.len().checked_sub(1)),
        start: after.map(|id| id.0),
        more: group.members.len() > start + page.len(),
        count: None,
    };
    page_answer(state, call, options, "directoryObjects", paged)
}

// Reports

fn report(state: &mut State, caller: &Caller, call: &Operation<'_>, ids: &[String]) -> Result<Answer, Refused> {
    let known = reports::REPORTS.iter().find(|(name, _)| *name == ids[0]);
    let (report, with_period) = *known.ok_or_else(|| Refused::missing(&ids[0]))?;
    let period = match (with_period, ids.get(1)) {
        (true, Some(period)) => reports::period(period)?,
        (false, None) => 0,
        _ => return Err(Refused::new(400, "BadRequest", format!("Resource not found for the segment '{report}'."))),
    };
    let directory = &hosted(state, caller.directory)?.directory;
    if directory.saved.as_ref().is_some_and(|saved| !saved.reports.contains_key(report)) {
        return Err(Refused::missing(report));
    }
    let now = call.now;
    let expires = now.saturating_add(DOWNLOAD_LIFE).unwrap_or(now);
    state.downloads.retain(|_, download| download.expires > now);
    let token = state.guid();
    state.downloads.insert(token, Download { directory: caller.directory, report, period, expires });
    let origin = state.downloads_origin.clone().unwrap_or_else(|| call.origin.to_owned());
    Ok(Answer::redirect(&format!("{origin}/downloads/v1.0/report?token={}", token.simple())))
}

/// Serves a report at its pre-authenticated address.
pub(crate) fn download(simulation: &Simulation, asked: &Asked) -> Answer {
    if asked.headers.contains_key(http::header::AUTHORIZATION) {
        // A client that brings its token here has given it to another host.
        return Answer::error(401, "InvalidAuthenticationToken", "This address takes no Authorization header.");
    }
    let token =
        asked.query.split('&').find_map(|pair| pair.strip_prefix("token=")).and_then(|token| token.parse().ok());
    let now = simulation.now();
    let state = simulation.state();
    let found = token.and_then(|token: Uuid| state.downloads.get(&token)).filter(|download| download.expires > now);
    let Some(found) = found else {
        return Answer::error(403, "AccessDenied", "This address is not valid any more.");
    };
    let Some(hosted) = state.hosted.get(&found.directory) else {
        return Answer::error(404, "ResourceNotFound", "The directory is not here any more.");
    };
    match hosted.directory.report(found.report, found.period, today(now)) {
        Ok(csv) => Answer { status: 200, headers: Vec::new(), content: Content::Raw("text/csv", csv.into_bytes()) },
        Err(refused) => refused.into(),
    }
}

// $batch

const BATCH_MOST: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    depends_on: Vec<String>,
}

fn batch(state: &mut State, caller: &Caller, call: &Operation<'_>) -> Answer {
    let batch: Batch = match body(call) {
        Ok(batch) if call.method == "POST" => batch,
        Ok(_) => return Answer::error(405, "BadRequest", "Only POST is allowed."),
        Err(refused) => return refused.into(),
    };
    if batch.requests.is_empty() || batch.requests.len() > BATCH_MOST {
        let message = format!("Number of batch request steps must be between 1 and {BATCH_MOST}.");
        return Answer::error(400, "BadRequest", message);
    }
    let mut statuses: std::collections::BTreeMap<&str, u16> = std::collections::BTreeMap::new();
    let mut responses = Vec::with_capacity(batch.requests.len());
    for item in &batch.requests {
        if statuses.contains_key(item.id.as_str()) {
            return Answer::error(400, "BadRequest", format!("Duplicate request id '{}'.", item.id));
        }
        // A parent stands before its children, as every client writes it.
        let failed = item.depends_on.iter().any(|parent| statuses.get(parent.as_str()).is_none_or(|s| *s >= 400));
        let answer = match failed {
            true => Answer::error(424, "FailedDependency", "A request this one depends on failed."),
            false => batched(state, caller, call, item),
        };
        statuses.insert(&item.id, answer.status);
        if answer.status == 0 {
            continue;
        }
        let mut response = Map::new();
        response.insert("id".into(), item.id.clone().into());
        response.insert("status".into(), answer.status.into());
        let mut headers: Map<String, Value> =
            answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
        if let Some(body) = answer.body_json(call.now) {
            headers.insert("Content-Type".into(), "application/json".into());
            response.insert("body".into(), body);
        }
        response.insert("headers".into(), headers.into());
        responses.push(Value::from(response));
    }
    // In whatever order they were done: a client that counts on the order of its requests is wrong.
    responses.reverse();
    Answer::json(json!({"responses": responses}))
}

fn batched(state: &mut State, caller: &Caller, outer: &Operation<'_>, item: &Item) -> Answer {
    let header = |wanted: &str| {
        let found = item.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, value)| value.as_str())
    };
    let (path, query) = item.url.split_once('?').unwrap_or((&item.url, ""));
    let path = format!("/v1.0/{}", path.trim_start_matches('/'));
    let template = template(&path);
    let method = item.method.to_ascii_uppercase();
    let fault = state.take_fault(&method, &path, &template);
    let body = if item.body.is_null() { Vec::new() } else { item.body.to_string().into_bytes() };
    let call = Operation {
        method: &method,
        path: &path,
        query,
        eventual: header("ConsistencyLevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        json_body: header("Content-Type").is_some_and(|kind| kind.starts_with("application/json")),
        body: &body,
        origin: outer.origin,
        fault: fault.as_ref(),
        now: outer.now,
    };
    let instead = fault.as_ref().and_then(|fault| simulation::instead(fault, outer.now));
    let untouched = instead.is_some();
    let answer = match instead {
        Some(answer) => answer,
        None if template == BATCH => Answer::error(400, "BadRequest", "A batch holds no batch."),
        None => one(state, caller, &call),
    };
    let done = !untouched && answer.status < 400;
    let answer = match fault {
        Some(Fault::StatusAfterwards(status)) => {
            Answer::error(status, "UnknownError", "The service did not answer in time.")
        }
        // No status: the batch leaves its answer out.
        Some(Fault::AnswerLost) => Answer::empty(0),
        _ => answer,
    };
    state.log(Call {
        at: outer.now,
        method: method.clone(),
        template,
        path,
        body: if method == "GET" { Value::Null } else { item.body.clone() },
        done,
        status: answer.status,
        batched: true,
        app: Some(caller.app),
        directory: Some(caller.directory),
    });
    answer
}
