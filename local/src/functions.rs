//! The list of all functions, folded into one router, one dispatcher and one OpenAPI document.

use std::sync::Arc;

use anyhow::Context;
use axum::{Router, routing::MethodRouter};
use futures::future::BoxFuture;
use local_aws::{Bus, Target};
use model::{Clock, EventKind};
use runtime::{Connect, Deadline, Deps, Function, Kernel, Trigger, detail_of, event_of};
use store::Store;
use utoipa::openapi::{
    OpenApi,
    security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

/// A function as the contract tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What starts it.
    pub kind: Kind,
}

/// What starts a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A request.
    Http {
        /// Upper case.
        method: String,
        /// As in OpenAPI.
        path: String,
    },
    /// A request that no route takes.
    Pages,
    /// Time.
    Schedule {
        /// As in EventBridge.
        every: &'static str,
    },
    /// Events.
    Event {
        /// Their kinds.
        kinds: Vec<&'static str>,
    },
    /// Events of a service of AWS.
    Service {
        /// The service.
        source: &'static str,
        /// Which of its events.
        detail_types: &'static [&'static str],
    },
    /// An operator, by hand.
    Invoke,
    /// Secrets Manager, which wants a secret rotated.
    Rotation,
}

type Answer =
    Arc<dyn Fn(serde_json::Value) -> BoxFuture<'static, Result<serde_json::Value, runtime::Failure>> + Send + Sync>;
/// Functions that an operator invokes, by name.
pub(crate) type Invoked = Vec<(&'static str, Answer)>;
type Run = Arc<dyn Fn(Deadline) -> BoxFuture<'static, Result<(), runtime::Failure>> + Send + Sync>;

/// A function of another service's events: its name, the source, the kinds of event, itself.
type Service = (&'static str, &'static str, &'static [&'static str], Arc<dyn Target>);

/// Functions connected and ready to be called.
#[derive(Default)]
pub(crate) struct Mounted {
    pub(crate) router: Router,
    pub(crate) pages: MethodRouter,
    pub(crate) scheduled: Vec<(&'static str, &'static str, Run)>,
    pub(crate) invoked: Invoked,
    events: Vec<(&'static str, Vec<&'static str>, Arc<dyn Target>)>,
    services: Vec<Service>,
    rotations: Vec<Arc<dyn Target>>,
}

impl Mounted {
    /// Subscribes the consumers to the bus.
    pub(crate) fn subscribe(&mut self, bus: &Bus) {
        for (name, kinds, target) in self.events.drain(..) {
            bus.rule(name, &kinds, target);
        }
        for (name, source, detail_types, target) in self.services.drain(..) {
            bus.service_rule(name, source, detail_types, target);
        }
    }
}

/// Something to be done with every capability's list.
trait Visit {
    async fn visit<D: Deps>(&mut self, functions: &'static [Function<D>]) -> anyhow::Result<()>;
}

/// The one place that lists the capabilities. The contract test holds `template.yaml` to it.
async fn each(visit: &mut impl Visit) -> anyhow::Result<()> {
    visit.visit::<accounts::Accounts>(accounts::FUNCTIONS).await?;
    visit.visit::<accounts::Signing>(accounts::SIGNING_FUNCTIONS).await?;
    visit.visit::<accounts::Rotating>(accounts::ROTATING_FUNCTIONS).await?;
    visit.visit::<accounts::AtMicrosoft>(accounts::MICROSOFT_FUNCTIONS).await?;
    visit.visit::<accounts::MicrosoftSigning>(accounts::MICROSOFT_SIGNING_FUNCTIONS).await?;
    visit.visit::<Kernel>(members::FUNCTIONS).await?;
    visit.visit::<members::Joining>(members::JOINING_FUNCTIONS).await?;
    visit.visit::<Kernel>(tenants::FUNCTIONS).await?;
    visit.visit::<microsoft::Microsoft>(microsoft::MICROSOFT_FUNCTIONS).await?;
    visit.visit::<microsoft::Ceremony>(microsoft::CEREMONY_FUNCTIONS).await?;
    visit.visit::<Kernel>(microsoft::FUNCTIONS).await?;
    visit.visit::<Kernel>(scans::FUNCTIONS).await?;
    visit.visit::<scans::Scans>(scans::MICROSOFT_FUNCTIONS).await?;
    visit.visit::<Kernel>(findings::FUNCTIONS).await?;
    visit.visit::<Kernel>(fixes::FUNCTIONS).await?;
    visit.visit::<fixes::Fixes>(fixes::READING_FUNCTIONS).await?;
    visit.visit::<fixes::Fixing>(fixes::WRITING_FUNCTIONS).await?;
    visit.visit::<findings::Asking>(findings::MICROSOFT_FUNCTIONS).await?;
    visit.visit::<Kernel>(insights::FUNCTIONS).await?;
    visit.visit::<mail::Mail>(mail::FUNCTIONS).await?;
    visit.visit::<Kernel>(mail::RETURNED_FUNCTIONS).await?;
    visit.visit::<Kernel>(operators::FUNCTIONS).await?;
    visit.visit::<web::Site>(web::FUNCTIONS).await
}

/// What rotates the signing key, connected before the functions that cannot start without one.
pub(crate) async fn key_rotation(with: &Connect) -> anyhow::Result<Arc<dyn Target>> {
    let mut mounting = Mounting { with, limit: jiff::SignedDuration::ZERO, mounted: Mounted::default() };
    mounting.visit::<accounts::Rotating>(accounts::ROTATING_FUNCTIONS).await?;
    mounting.mounted.rotations.pop().context("no function rotates the signing key")
}

/// Connects every function.
pub(crate) async fn mount(with: &Connect, limit: jiff::SignedDuration) -> anyhow::Result<Mounted> {
    let mut mounting = Mounting { with, limit, mounted: Mounted::default() };
    each(&mut mounting).await?;
    Ok(mounting.mounted)
}

struct Mounting<'a> {
    with: &'a Connect,
    /// How long an invocation may take, as Lambda's time-out.
    limit: jiff::SignedDuration,
    mounted: Mounted,
}

impl Visit for Mounting<'_> {
    async fn visit<D: Deps>(&mut self, functions: &'static [Function<D>]) -> anyhow::Result<()> {
        let deps =
            D::connect(self.with).await.map_err(|error| anyhow::anyhow!(error)).context("a function cannot start")?;
        for function in functions {
            match &function.trigger {
                Trigger::Http(route) => {
                    let router = std::mem::take(&mut self.mounted.router);
                    self.mounted.router = router.merge(runtime::router(*route, deps.clone()));
                }
                Trigger::Pages(pages) => self.mounted.pages = pages(),
                Trigger::Schedule { every, run } => {
                    let (deps, run) = (deps.clone(), *run);
                    let run: Run = Arc::new(move |deadline| Box::pin(run(deps.clone(), deadline)));
                    self.mounted.scheduled.push((function.name, every, run));
                }
                Trigger::Event { kinds, run, store } => {
                    let (clock, limit) = (self.with.clock.clone(), self.limit);
                    let target = Consumer { store: store(&deps), deps: deps.clone(), run: *run, clock, limit };
                    let kinds = kinds.iter().map(|kind| kind.as_str()).collect();
                    self.mounted.events.push((function.name, kinds, Arc::new(target)));
                }
                Trigger::Service { source, detail_types, run } => {
                    let target = Listener { deps: deps.clone(), run: *run };
                    self.mounted.services.push((function.name, source, detail_types, Arc::new(target)));
                }
                Trigger::Invoke { run } => {
                    let (deps, run) = (deps.clone(), *run);
                    let answer: Answer = Arc::new(move |given| Box::pin(run(deps.clone(), given)));
                    self.mounted.invoked.push((function.name, answer));
                }
                Trigger::Rotation { run } => {
                    let target = Rotator { deps: deps.clone(), run: *run };
                    self.mounted.rotations.push(Arc::new(target));
                }
            }
        }
        Ok(())
    }
}

/// A consumer behind the bus.
struct Consumer<D: 'static> {
    deps: D,
    store: Store,
    run: fn(D, runtime::Delivered) -> runtime::Handled,
    clock: Clock,
    limit: jiff::SignedDuration,
}

impl<D: Deps> Target for Consumer<D> {
    fn deliver(&self, event: serde_json::Value) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(async move {
            let deadline = Deadline(self.clock.now().checked_add(self.limit)?);
            let delivered = event_of(&self.store, &event, deadline).map_err(|error| anyhow::anyhow!(error))?;
            (self.run)(self.deps.clone(), delivered).await.map_err(|error| anyhow::anyhow!(error))
        })
    }
}

/// A consumer of what a service tells.
struct Listener<D: 'static> {
    deps: D,
    run: fn(D, serde_json::Value) -> runtime::Handled,
}

impl<D: Deps> Target for Listener<D> {
    fn deliver(&self, event: serde_json::Value) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(async move {
            let detail = detail_of(event).map_err(|error| anyhow::anyhow!(error))?;
            (self.run)(self.deps.clone(), detail).await.map_err(|error| anyhow::anyhow!(error))
        })
    }
}

/// A function behind Secrets Manager.
struct Rotator<D: 'static> {
    deps: D,
    run: fn(D, runtime::Rotation) -> runtime::Handled,
}

impl<D: Deps> Target for Rotator<D> {
    fn deliver(&self, event: serde_json::Value) -> BoxFuture<'_, anyhow::Result<()>> {
        Box::pin(async move {
            let rotation = serde_json::from_value(event)?;
            (self.run)(self.deps.clone(), rotation).await.map_err(|error| anyhow::anyhow!(error))
        })
    }
}

/// Describes without connecting.
struct Describing {
    described: Vec<Described>,
    api: OpenApi,
}

impl Visit for Describing {
    async fn visit<D: Deps>(&mut self, functions: &'static [Function<D>]) -> anyhow::Result<()> {
        for function in functions {
            let kind = match &function.trigger {
                Trigger::Http(route) => {
                    let (_, api) = OpenApiRouter::<D>::new().routes(route()).split_for_parts();
                    let (path, item) = api.paths.paths.iter().next().context("a route without a path")?;
                    let method = [
                        ("GET", &item.get),
                        ("POST", &item.post),
                        ("PUT", &item.put),
                        ("PATCH", &item.patch),
                        ("DELETE", &item.delete),
                    ];
                    let (method, _) = method.iter().find(|(_, o)| o.is_some()).context("a path without a method")?;
                    let kind = Kind::Http { method: (*method).into(), path: path.clone() };
                    self.api.merge(api);
                    kind
                }
                Trigger::Pages(_) => Kind::Pages,
                Trigger::Schedule { every, .. } => Kind::Schedule { every },
                Trigger::Event { kinds, .. } => {
                    Kind::Event { kinds: kinds.iter().map(|kind: &EventKind| kind.as_str()).collect() }
                }
                Trigger::Service { source, detail_types, .. } => Kind::Service { source, detail_types },
                Trigger::Invoke { .. } => Kind::Invoke,
                Trigger::Rotation { .. } => Kind::Rotation,
            };
            self.described.push(Described { name: function.name, kind });
        }
        Ok(())
    }
}

fn describe() -> Describing {
    let mut describing = Describing { described: Vec::new(), api: OpenApi::default() };
    // Describing connects nothing, so the future never waits.
    futures::executor::block_on(each(&mut describing)).expect("every route has a path and a method");
    describing
}

/// Every function there is.
pub fn described() -> Vec<Described> {
    describe().described
}

/// The API's document.
pub fn openapi() -> OpenApi {
    let mut api = describe().api;
    api.info.title = "Steward".into();
    api.info.version = env!("CARGO_PKG_VERSION").into();
    api.info.description = Some(
        "Finds licences that waste money in your Microsoft 365, says what they cost, and explains each in plain words. \
         Errors are RFC 9457 problem details with a stable `code`. Money is in minor units. Times are RFC 3339 in UTC."
            .into(),
    );
    let tag =
        |name: &str, text: &str| utoipa::openapi::tag::TagBuilder::new().name(name).description(Some(text)).build();
    api.tags = Some(vec![
        tag("accounts", "Who you are: sign-up, sign-in, tokens."),
        tag("members", "Who else: members, invitations, roles, API keys."),
        tag("findings", "What was found and what it costs."),
        tag("fixes", "Changes in your Microsoft 365: preview, apply, undo."),
        tag("insights", "What came of it over time: savings, trends, renewals, calendars."),
        tag("microsoft", "The connection to your Microsoft 365."),
        tag("operators", "Whether this installation is well."),
        tag("scans", "Checks: start, follow, list."),
        tag("tenants", "Your company and its log."),
    ]);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("bearer", bearer);
    let told = "A key for programs. It may be sent as a bearer token as well.";
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-api-key", told)));
    components.add_security_scheme("key", key);
    api
}
