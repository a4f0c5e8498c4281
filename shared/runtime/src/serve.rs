//! The loop of a Lambda: connect, then serve its one trigger until the environment is frozen.

use std::{
    future::{Future, ready},
    net::IpAddr,
    pin::Pin,
};

use aws::Http;
use axum::Router;
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_runtime::LambdaEvent;
use model::{Clock, Ids};
use serde_json::Value;
use store::Store;
use tower::ServiceBuilder;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Answered, Connect, Deadline, Delivered, Deps, Env, Failure, Function, Handled, Rotation, StartError, SystemClock,
    SystemRandom, Trigger,
};

/// The whole main of a bin. Only what knows `D` is compiled once for every bin; the loop is compiled once for all.
///
/// # Errors
/// When the function cannot start or the runtime API goes away.
pub fn main<D: Deps>(function: Function<D>) -> Result<(), StartError> {
    start(Box::new(|with| Box::pin(async move { Ok(prepare(function, D::connect(&with).await?, &with)) })))
}

/// A function with what it needs in its hands.
enum Ready {
    /// Requests as the gateway hands them over.
    Requests(Router),
    /// What an operator asks, who waits for the answer.
    Questions(Box<dyn Fn(LambdaEvent<Value>) -> Answered + Send + Sync>),
    /// Whatever else wakes it.
    Invocations(Box<dyn Fn(LambdaEvent<Value>) -> Handled + Send + Sync>),
}

type Prepare = Box<dyn FnOnce(Connect) -> Pin<Box<dyn Future<Output = Result<Ready, StartError>>>>>;

fn prepare<D: Deps>(function: Function<D>, deps: D, with: &Connect) -> Ready {
    let show_capacity = with.env.optional("STEWARD_SHOW_CAPACITY").is_some();
    match function.trigger {
        Trigger::Http(route) => Ready::Requests(api::finish(router(route, deps), show_capacity)),
        Trigger::Pages(pages) => Ready::Requests(api::finish_with(Router::new(), pages(), show_capacity)),
        Trigger::Schedule { run, .. } => Ready::Invocations(Box::new(move |event| run(deps.clone(), deadline(&event)))),
        Trigger::Event { run, store, .. } => {
            Ready::Invocations(Box::new(move |event| match event_of(&store(&deps), &event.payload, deadline(&event)) {
                Ok(delivered) => run(deps.clone(), delivered),
                Err(failure) => Box::pin(ready(Err(failure))),
            }))
        }
        Trigger::Service { run, .. } => Ready::Invocations(Box::new(move |event| match detail_of(event.payload) {
            Ok(detail) => run(deps.clone(), detail),
            Err(failure) => Box::pin(ready(Err(failure))),
        })),
        Trigger::Invoke { run } => Ready::Questions(Box::new(move |event| run(deps.clone(), event.payload))),
        Trigger::Rotation { run } => {
            Ready::Invocations(Box::new(move |event| match serde_json::from_value::<Rotation>(event.payload) {
                Ok(rotation) => run(deps.clone(), rotation),
                Err(error) => Box::pin(ready(Err(error.into()))),
            }))
        }
    }
}

fn start(prepare: Prepare) -> Result<(), StartError> {
    telemetry();
    // One thread: a Lambda serves one request at a time.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (clock, ids) = (Clock::new(SystemClock), Ids::new(SystemRandom));
        match prepare(Connect { env: Env::of_process(), clock, ids, http: Http::new()? }).await? {
            Ready::Requests(app) => lambda_http::run(ServiceBuilder::new().map_request(identified).service(app)).await,
            Ready::Questions(run) => lambda_runtime::run(lambda_runtime::service_fn(run)).await,
            Ready::Invocations(run) => lambda_runtime::run(lambda_runtime::service_fn(run)).await,
        }
    })
}

/// A router with one function's route.
pub fn router<D: Deps>(route: fn() -> utoipa_axum::router::UtoipaMethodRouter<D>, deps: D) -> Router {
    OpenApiRouter::new().routes(route()).with_state(deps).into()
}

/// What a consumer gets of an event as EventBridge delivers it.
///
/// # Errors
/// When it is no event of ours.
pub fn event_of(store: &Store, event: &Value, deadline: Deadline) -> Result<Delivered, Failure> {
    let detail = event.get("detail").ok_or("an event without detail")?;
    let (scope, recorded) = store.open_event(detail)?;
    let canonical = store.canonical_event(detail)?;
    Ok(Delivered { scope, recorded, canonical, deadline })
}

/// What a service tells in an event as EventBridge delivers it.
///
/// # Errors
/// When it tells nothing.
pub fn detail_of(mut event: Value) -> Result<Value, Failure> {
    Ok(event.get_mut("detail").map(Value::take).ok_or("an event without detail")?)
}

fn deadline<T>(event: &LambdaEvent<T>) -> Deadline {
    Deadline(instant(event.context.deadline))
}

/// Milliseconds since 1970, as Lambda tells its deadline.
fn instant(millis: u64) -> Timestamp {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// Puts what the gateway knows of a request where extractors find it. Headers are the client's and not believed.
fn identified<B>(mut request: http::Request<B>) -> http::Request<B> {
    let ends =
        request.extensions().get::<lambda_runtime::Context>().map(|context| api::Until(instant(context.deadline)));
    if let Some(ends) = ends {
        request.extensions_mut().insert(ends);
    }
    let context = request.extensions().get::<RequestContext>();
    if let Some(RequestContext::ApiGatewayV2(context)) = context {
        let ip: Option<IpAddr> = context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok());
        let id = context.request_id.clone();
        if let Some(ip) = ip {
            request.extensions_mut().insert(ip);
        }
        if let Some(id) = id {
            request.extensions_mut().insert(api::RequestId(id));
        }
    }
    request
}

/// JSON logs, flat, with the span's fields: request id, route, tenant.
fn telemetry() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_else(|_| "info".into());
    // A level and no more: filters by target would link a regex engine into every function.
    let level = level.parse().unwrap_or(tracing_subscriber::filter::LevelFilter::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .without_time()
        .init();
}
