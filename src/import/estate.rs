//! What files say of an account: APIs, routes, links, load balancers and what stands behind them, in AWS's words and with the place
//! each came from. The readers of templates, plans and listings fill it; `services` reads services out of it. Nothing here is
//! counted or judged.

use std::collections::BTreeSet;

use super::node::Origin;

/// The key of a parameter mapping that says which path an HTTP API sends.
pub const OVERWRITE: &str = "overwrite:path";

/// Everything that was read from all files together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estate {
    /// APIs of API Gateway.
    pub apis: Vec<Api>,
    /// Routes of HTTP APIs and methods of REST APIs.
    pub routes: Vec<Route>,
    /// VPC links of both generations.
    pub links: Vec<Link>,
    /// Load balancers.
    pub balancers: Vec<Balancer>,
    /// Listeners.
    pub listeners: Vec<Listener>,
    /// Rules of listeners, without default actions.
    pub rules: Vec<Rule>,
    /// Target groups.
    pub target_groups: Vec<TargetGroup>,
    /// Cloud Map services.
    pub discoveries: Vec<Discovery>,
    /// Variables of stages, of readers that leave `${stageVariables.Name}` in integrations as it stands.
    pub stage_variables: Vec<StageVariable>,
    /// Quota values in force that a file states, by L-code.
    pub quotas: Vec<QuotaValue>,
    /// What was inferred, left open or passed over, in the order of the files.
    pub notes: Vec<Note>,
}

/// The name of one thing, unique over all files: an ARN or id where there is one, otherwise the file's own address with its file,
/// as `template.yaml#PrivateAlb` or `plan.json#module.web.aws_lb.main[0]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub String);

/// How one thing names another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A thing of the same set of files, by its id.
    To(Id),
    /// An ARN, id, name or DNS name as text; the thing that has it as its id or alias may stand in any of the files, or in none.
    Named(String),
    /// Not to be known from the files; why, ready to follow a colon: "parameter `NlbArn` has no default".
    Unknown(String),
}

/// What every thing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Unique.
    pub id: Id,
    /// Further texts by which others may name it: ARN, physical id, name, DNS name.
    pub aliases: Vec<String>,
    /// What a person calls it: its `Name`, or the last part of its address.
    pub name: String,
    /// Where it stands.
    pub origin: Origin,
    /// How many of it there are; more than one only where a file says `count` without telling them apart.
    pub copies: u32,
}

/// Kinds of APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKind {
    /// REST API.
    Rest,
    /// HTTP API.
    Http,
    /// WebSocket API: counted, never simulated.
    WebSocket,
}

/// Where a REST API is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// In the Region.
    Regional,
    /// Through CloudFront.
    Edge,
    /// From VPCs only.
    Private,
}

/// One API.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Its names and place.
    pub identity: Identity,
    /// REST, HTTP or WebSocket; `None` where the file does not say (a bare OpenAPI document without AWS extensions).
    pub kind: Option<ApiKind>,
    /// Where it is reached; `None` where the file does not say.
    pub endpoint: Option<Endpoint>,
    /// Names of its stages.
    pub stages: Vec<String>,
    /// Throttle of its stages or usage plans: requests per second and burst, where stated.
    pub throttle: Option<(f64, f64)>,
    /// Whether AWS WAF stands before it.
    pub waf: bool,
    /// Whether a usage plan names it.
    pub usage_plan: bool,
    /// Whether any route has an authorizer of code (Lambda); JWT and Cognito authorizers do not count.
    pub authorizer: bool,
    /// Resources of a REST API (nodes of its tree, the root included), where the file lists them; 0: count the routes' paths.
    pub resources: u32,
}

/// One route or method with its integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The API that it belongs to.
    pub api: Reference,
    /// `GET`, `ANY`; empty for `$default`.
    pub method: String,
    /// Path with its parameters, as `/orders/{id}`; `$default` for the catch-all.
    pub path: String,
    /// What answers.
    pub integration: Integration,
    /// Where it stands.
    pub origin: Origin,
}

/// What answers a route.
#[derive(Clone, Debug, PartialEq)]
pub struct Integration {
    /// Private, or what else.
    pub kind: IntegrationKind,
    /// The VPC link of a private integration.
    pub link: Option<Reference>,
    /// The load balancer, listener or Cloud Map service that the integration names itself: the URI of an HTTP API's private
    /// integration, `integrationTarget` of a REST API's.
    pub target: Option<Reference>,
    /// The URI as far as it is known, as `http://nlb.example:8080/orders`; unknown parts stand as `${Name}`.
    pub uri: Option<String>,
    /// The path that an HTTP API sends in the place of the route's, where `overwrite:path` states one, as `/v1/$request.path.proxy`.
    pub path: Option<String>,
    /// Timeout in milliseconds, where stated.
    pub timeout_ms: Option<f64>,
}

impl Integration {
    /// One of which only the kind is known.
    #[must_use]
    pub const fn bare(kind: IntegrationKind) -> Integration {
        Integration { kind, link: None, target: None, uri: None, path: None, timeout_ms: None }
    }
}

/// What kind of thing answers a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrationKind {
    /// Through a VPC link: what gatecap simulates.
    Private,
    /// HTTP over the internet.
    Public,
    /// A Lambda function.
    Lambda,
    /// Another AWS service.
    Service,
    /// No backend.
    Mock,
    /// None is stated.
    None,
}

/// Generations of VPC links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// V1: of REST APIs, to one NLB.
    V1,
    /// V2: of a VPC.
    V2,
}

/// One VPC link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its names and place.
    pub identity: Identity,
    /// First or second.
    pub generation: Generation,
    /// The NLBs of a V1 link; empty for V2.
    pub targets: Vec<Reference>,
    /// The subnets of a V2 link.
    pub subnets: Vec<Reference>,
}

/// Kinds of load balancers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalancerKind {
    /// Application Load Balancer.
    Alb,
    /// Network Load Balancer.
    Nlb,
    /// Gateway or Classic: passed over, with a note.
    Other,
}

/// One load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Balancer {
    /// Its names and place.
    pub identity: Identity,
    /// ALB, NLB or neither.
    pub kind: BalancerKind,
    /// Whether it is internal; `None` where the file does not say.
    pub internal: Option<bool>,
    /// Its subnets.
    pub subnets: Vec<Reference>,
    /// Its VPC, where the file says (directly, or by its subnets).
    pub vpc: Option<Reference>,
    /// Zones in use, where the file tells; otherwise the number of subnets counts.
    pub zones: Option<u32>,
    /// Cross-zone balancing where stated.
    pub cross_zone: Option<bool>,
    /// Idle timeout in seconds where stated.
    pub idle_timeout_s: Option<f64>,
}

/// One listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    /// Its names and place.
    pub identity: Identity,
    /// Its load balancer.
    pub balancer: Reference,
    /// Its port.
    pub port: Option<u32>,
    /// `HTTP`, `TCP`, ...
    pub protocol: Option<String>,
    /// Target groups of its default action; empty for redirects and fixed answers.
    pub forwards: Vec<Forward>,
    /// Whether its default action is a redirect or a fixed answer, so that no service stands behind it.
    pub answers: bool,
}

/// A target group of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The target group.
    pub group: Reference,
    /// Its share of the action's requests, beside those of the others; 1 where nothing is stated.
    pub weight: u32,
}

/// One rule of a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its names and place.
    pub identity: Identity,
    /// Its listener.
    pub listener: Reference,
    /// Priority, where stated.
    pub priority: Option<u32>,
    /// Path patterns of its conditions, as `/orders*`; empty: no condition on the path.
    pub paths: Vec<String>,
    /// Host patterns of its conditions.
    pub hosts: Vec<String>,
    /// Whether it has conditions on more than that (headers, methods, query strings, addresses), or patterns that no file tells:
    /// it takes some of the requests that meet its paths and hosts.
    pub other_conditions: bool,
    /// Target groups of its action; empty for redirects and fixed answers.
    pub forwards: Vec<Forward>,
    /// Whether its action is a redirect or a fixed answer, so that no service stands behind it.
    pub answers: bool,
}

/// What a target group's targets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// EC2 instances.
    Instance,
    /// Addresses (Fargate tasks among others).
    Ip,
    /// A Lambda function.
    Lambda,
    /// An ALB behind an NLB.
    Alb,
}

/// One target group.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetGroup {
    /// Its names and place.
    pub identity: Identity,
    /// What its targets are; instances where nothing is stated, as AWS has it.
    pub kind: TargetKind,
    /// Its targets as far as a file lists them, an instance once for each port, without those that get no new requests.
    pub targets: Vec<Reference>,
    /// Whether that list is the whole of them (the health of this very group, as it is listed), so that an empty one is empty.
    pub listed: bool,
    /// The zones that those targets are in, by name, or by subnet or, where all are one instance, by that, where a file tells no
    /// more; empty where it is not known of all.
    pub zones: BTreeSet<String>,
    /// How many targets its service runs where another resource says (`DesiredCount` of an ECS service); `None`: not known.
    pub desired: Option<u32>,
    /// Its VPC.
    pub vpc: Option<Reference>,
    /// Cross-zone balancing where stated for the group.
    pub cross_zone: Option<bool>,
    /// The ECS or other service that registers its targets, as a name for people.
    pub service: Option<String>,
}

/// A variable as one stage sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageVariable {
    /// The API of the stage.
    pub api: Reference,
    /// The variable.
    pub name: String,
    /// What the stage sets it to.
    pub value: String,
}

/// One Cloud Map service.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovery {
    /// Its names and place.
    pub identity: Identity,
    /// How many targets its service runs where another resource says.
    pub desired: Option<u32>,
    /// The ECS or other service that registers its targets, as a name for people.
    pub service: Option<String>,
}

/// A quota's value that a file states.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaValue {
    /// L-code, or the name that `describe-account-limits` uses.
    pub code: String,
    /// The value.
    pub value: f64,
    /// Where it stands.
    pub origin: Origin,
}

/// Kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// Taken although no file says it, from what one says.
    Inferred,
    /// Needed and not to be known: a person must look.
    Unresolved,
    /// Read and of no use here; resources of a type that does not matter are noted once per type, with their number.
    PassedOver,
}

/// Something that a reader of the scenario must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What kind.
    pub kind: NoteKind,
    /// One sentence without a full stop, values in backticks.
    pub text: String,
    /// The place it came from.
    pub origin: Origin,
}

impl Api {
    /// Takes the throttle of one more stage, and keeps the lower one. Where another stage has another, what to note.
    pub fn throttled(&mut self, found: Option<(f64, f64)>) -> Option<String> {
        let (Some(found), known) = (found, self.throttle) else { return None };
        let Some(known) = known else {
            self.throttle = Some(found);
            return None;
        };
        if known == found {
            return None;
        }
        let (low, high) = if found.0 < known.0 { (found, known) } else { (known, found) };
        self.throttle = Some(low);
        let name = &self.identity.name;
        let words = |(rate, burst): (f64, f64)| format!("{rate} a second, burst {burst}");
        Some(format!(
            "stages of `{name}` have throttles of {} and of {}; the lower one counts",
            words(low),
            words(high)
        ))
    }
}

impl Estate {
    /// Adds a note.
    pub fn note(&mut self, kind: NoteKind, text: impl Into<String>, origin: &Origin) {
        self.notes.push(Note { kind, text: text.into(), origin: origin.clone() });
    }
}
