//! The beginning of a function's file, and of its test.

use crate::{Plan, Trigger, camel, id_type, parameters};

const REFUSED: &str = "        (status = \"4XX\", description = \"The request is refused.\", body = api::Problem, \
                       content_type = \"application/problem+json\"),";

pub(crate) fn source(plan: &Plan) -> String {
    match plan.trigger() {
        Trigger::Http { method, path } => http(plan, method, path),
        Trigger::Event { kinds } => event(plan, kinds),
        Trigger::Service { source, detail_types } => service(plan, source, detail_types),
        Trigger::Schedule { every } => schedule(plan, every),
        // There is one, and it is written.
        Trigger::Pages => format!("//! `{}`: pages.\n", plan.name()),
        Trigger::Invoke => invoke(plan),
        Trigger::Rotation => rotation(plan),
    }
}

fn http(plan: &Plan, method: &str, path: &str) -> String {
    let (name, capability, verb) = (plan.name(), plan.capability(), plan.module());
    let summary = camel(&verb, ' ').replace('_', " ");
    let parameters = parameters(path);
    let types: Vec<&str> = parameters.iter().map(|p| id_type(p).map_or("String", |(id, _)| id)).collect();
    let ids: Vec<&str> = types.iter().copied().filter(|id| *id != "String").collect();
    let model = match ids.as_slice() {
        [] => String::new(),
        [id] => format!("use model::{id};\n"),
        ids => format!("use model::{{{}}};\n", ids.join(", ")),
    };
    let described: Vec<String> = parameters
        .iter()
        .zip(&types)
        .map(|(parameter, id)| format!("(\"{parameter}\" = {id}, Path, description = \"Which {parameter}.\")"))
        .collect();
    let (api, described, argument) = if parameters.is_empty() {
        ("Error, Result", String::new(), String::new())
    } else {
        let (one, of) = match (parameters.as_slice(), types.as_slice()) {
            ([one], [of]) => ((*one).to_owned(), (*of).to_owned()),
            _ => (format!("({})", parameters.join(", ")), format!("({})", types.join(", "))),
        };
        (
            "Error, Path, Result",
            format!("    params({}),\n", described.join(", ")),
            format!("    Path({one}): Path<{of}>,\n"),
        )
    };
    let used: String = parameters.iter().map(|parameter| format!(", {parameter}")).collect();
    let method_word = method.to_lowercase();
    format!(
        "//! `{method} {path}`: what it means, in a sentence.

use api::{{{api}}};
use axum::{{extract::State, http::StatusCode}};
use identity::{{Caller, can}};
{model}use runtime::{{Function, Kernel}};
use store::Store;
use utoipa_axum::routes;

/// `{name}`.
pub const FUNCTION: Function<Kernel> = Function::http(\"{name}\", || routes!({verb}));

/// {summary}
#[utoipa::path(
    {method_word}, path = \"{path}\", operation_id = \"{name}\", tag = \"{capability}\", security((\"bearer\" = [])),
{described}    responses(
        (status = 204, description = \"It is done.\"),
{REFUSED}
    )
)]
pub async fn {verb}(
    State(store): State<Store>,
    // Whoever may do it: the right is in the signature.
    caller: Caller<can::BeHere>,
{argument}) -> Result<StatusCode> {{
    let _ = (store.of(caller.scope()){used});
    Err(Error::internal(\"{name} is not written yet\"))
}}
"
    )
}

fn event(plan: &Plan, kinds: &[String]) -> String {
    let (name, verb) = (plan.name(), plan.module());
    let variants: Vec<String> = kinds.iter().map(|kind| format!("EventKind::{}", variant(kind))).collect();
    format!(
        "//! When {}: what it does, in a sentence. Idempotent by the event's id.

use model::EventKind;
use runtime::{{Delivered, Failure, Function, Kernel}};

/// `{name}`.
pub const FUNCTION: Function<Kernel> =
    Function::event(\"{name}\", &[{}], |deps, event| Box::pin({verb}(deps, event)));

async fn {verb}(deps: Kernel, event: Delivered) -> Result<(), Failure> {{
    let _ = deps.store.of(&event.scope);
    Err(\"{name} is not written yet\".into())
}}
",
        kinds.join(" or "),
        variants.join(", ")
    )
}

fn invoke(plan: &Plan) -> String {
    let (name, verb) = (plan.name(), plan.module());
    format!(
        "//! When an operator invokes it: what it does, in a sentence. The same again does no harm.

use runtime::{{Failure, Function, Kernel}};
use serde_json::Value;

/// `{name}`.
pub const FUNCTION: Function<Kernel> =
    Function::invoke(\"{name}\", |deps, given| Box::pin({verb}(deps, given)));

async fn {verb}(deps: Kernel, given: Value) -> Result<Value, Failure> {{
    let _ = (deps.store, given);
    Err(\"{name} is not written yet\".into())
}}
"
    )
}

fn service(plan: &Plan, source: &str, detail_types: &[String]) -> String {
    let (name, verb) = (plan.name(), plan.module());
    format!(
        "//! When {source} tells of {}: what it does, in a sentence. It may tell more than once.

use runtime::{{Failure, Function, Kernel}};
use serde_json::Value;

/// `{name}`.
pub const FUNCTION: Function<Kernel> =
    Function::service(\"{name}\", \"{source}\", &{detail_types:?}, |deps, detail| Box::pin({verb}(deps, detail)));

async fn {verb}(deps: Kernel, detail: Value) -> Result<(), Failure> {{
    let _ = (deps.store, detail);
    Err(\"{name} is not written yet\".into())
}}
",
        detail_types.join(" or ")
    )
}

fn rotation(plan: &Plan) -> String {
    let (name, verb) = (plan.name(), plan.module());
    format!(
        "//! When Secrets Manager wants a secret rotated: what it does, in a sentence. Idempotent by the version's token.

use runtime::{{Failure, Function, Kernel, Rotation}};

/// `{name}`.
pub const FUNCTION: Function<Kernel> =
    Function::rotation(\"{name}\", |deps, rotation| Box::pin({verb}(deps, rotation)));

async fn {verb}(deps: Kernel, rotation: Rotation) -> Result<(), Failure> {{
    let _ = (deps.store, rotation.step);
    Err(\"{name} is not written yet\".into())
}}
"
    )
}

fn schedule(plan: &Plan, every: &str) -> String {
    let (name, verb) = (plan.name(), plan.module());
    format!(
        "//! By the clock, `{every}`: what it does, in a sentence. A doubled firing finds nothing to do.

use runtime::{{Deadline, Failure, Function, Kernel}};

/// `{name}`.
pub const FUNCTION: Function<Kernel> =
    Function::schedule(\"{name}\", \"{every}\", |deps, deadline| Box::pin({verb}(deps, deadline)));

async fn {verb}(deps: Kernel, deadline: Deadline) -> Result<(), Failure> {{
    let _ = deadline.left(&deps.clock);
    Err(\"{name} is not written yet\".into())
}}
"
    )
}

/// `scan.requested` as `ScanRequested`, `user.signed_in` as `UserSignedIn`.
fn variant(kind: &str) -> String {
    camel(&kind.replace('_', "."), '.')
}

pub(crate) fn test(plan: &Plan) -> String {
    let name = plan.name();
    format!(
        "//! `{name}`.

use tests::App;

#[tokio::test]
async fn a_sentence_that_says_what_holds() {{
    let _app = App::start().await;
    panic!(\"{name} has no test yet\");
}}
"
    )
}
