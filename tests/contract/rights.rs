//! What `template.yaml` lets each function do, and what it keeps from being lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use xtask::{Plan, Trigger};

use crate::{
    repository::{functions, no, read, root},
    template::{attribute, each, of_type, resources},
};

/// Who may read which secret, and who may send mail. A new line is a decision.
const SIGNING: &[&str] = &[
    "accounts-passkey-sign-in",
    "accounts-refresh",
    "accounts-rotate-signing-key",
    "accounts-second-factor",
    "accounts-sign-in",
    "accounts-sign-in-microsoft-callback",
    "accounts-switch-company",
];
const WRITES_SIGNING: &[&str] = &["accounts-rotate-signing-key"];
const READER_APP: &[&str] = &[
    "accounts-link-microsoft",
    "accounts-link-microsoft-callback",
    "accounts-sign-in-microsoft",
    "accounts-sign-in-microsoft-callback",
    "fixes-apply",
    "fixes-preview",
    "fixes-run",
    "findings-attest",
    "microsoft-callback",
    "microsoft-connect",
    "scans-run",
];
const LICENCE_WRITER_APP: &[&str] = &["fixes-run", "microsoft-callback"];
const MAIL: &[&str] = &["mail-send"];

/// One statement of a policy, and where it stands.
struct Statement<'a> {
    at: String,
    body: &'a Value,
}

fn of_document<'a>(at: &str, document: &'a Value) -> Vec<Statement<'a>> {
    let all = each(&document["Statement"]);
    assert!(!all.is_empty(), "{at}: a policy without statements");
    all.into_iter().map(|body| Statement { at: at.to_owned(), body }).collect()
}

/// A function's own statements, without the two policies it shares.
fn own<'a>(id: &str, properties: &'a Value) -> Vec<Statement<'a>> {
    let inline = each(&properties["Policies"]).into_iter().filter(|policy| policy.get("Statement").is_some());
    inline.flat_map(|policy| of_document(id, policy)).collect()
}

/// Every statement that gives a right to a role. Policies of keys and queues are of those, not of a role.
fn statements(resources: &Map<String, Value>) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    for (id, properties) in of_type(resources, "AWS::Serverless::Function") {
        all.extend(own(id, properties));
    }
    for (id, properties) in of_type(resources, "AWS::IAM::ManagedPolicy") {
        all.extend(of_document(id, &properties["PolicyDocument"]));
    }
    for (id, properties) in of_type(resources, "AWS::IAM::Role") {
        for policy in each(&properties["Policies"]) {
            all.extend(of_document(id, &policy["PolicyDocument"]));
        }
    }
    all
}

fn actions(statement: &Value) -> Vec<&str> {
    each(&statement["Action"]).into_iter().map(|action| action.as_str().unwrap()).collect()
}

/// Every text in a value, to look for wildcards in.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_right_has_a_wildcard() {
    let resources = resources();
    let mut complaints = Vec::new();
    for Statement { at, body } in statements(&resources) {
        let actions = actions(body);
        // What nobody may is for the Boundary to say.
        let denies = at == "Boundary" && body["Effect"] == "Deny";
        let otherwise = body.get("NotAction").is_some() || body.get("NotResource").is_some();
        if (body["Effect"] != "Allow" && !denies) || otherwise {
            complaints.push(format!("{at}: says what is allowed, by name, and nothing else: {body}"));
        }
        complaints.extend(actions.iter().filter(|a| a.contains('*')).map(|action| format!("{at}: action {action}")));
        // X-Ray has no resources to name.
        let traces = at == "Boundary" && actions == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
        if !traces && texts(&body["Resource"]).iter().any(|text| text.contains('*')) {
            complaints.push(format!("{at}: resource {} of {actions:?}", body["Resource"]));
        }
    }
    no(complaints);
}

#[test]
fn every_right_at_the_table_is_bound_to_leading_keys() {
    let resources = resources();
    let mut complaints = Vec::new();
    for Statement { at, body } in statements(&resources) {
        let actions = actions(body);
        let at_table = actions.iter().any(|action| action.starts_with("dynamodb:"));
        // Neither is bound by LeadingKeys: the condition holds of no key at all.
        complaints.extend(
            actions
                .iter()
                .filter(|action| action.ends_with(":Scan") || action.contains("PartiQL"))
                .map(|action| format!("{at}: {action} reads every tenant's data")),
        );
        if !at_table || at == "Boundary" || at == "EventPipeRole" {
            continue;
        }
        let keys = ["ForAllValues:StringLike", "ForAllValues:StringEquals"]
            .iter()
            .flat_map(|test| each(&body["Condition"][*test]["dynamodb:LeadingKeys"]))
            .filter_map(Value::as_str)
            .collect::<Vec<_>>();
        let whole = |key: &&str| {
            let kind = key.strip_suffix("#*").unwrap_or(key);
            !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        };
        if keys.is_empty() || !keys.iter().all(whole) {
            complaints
                .push(format!("{at}: {actions:?} is to be bound to kinds of keys, such as TENANT#*, not {keys:?}"));
        }
    }
    no(complaints);
}

#[test]
fn every_function_has_its_own_role_within_the_boundary() {
    let resources = resources();
    let globals: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let globals = &globals["Globals"]["Function"];
    assert!(globals.get("Role").is_none() && globals.get("PermissionsBoundary").is_some());
    let boundary = of_document("Boundary", &resources["Boundary"]["Properties"]["PolicyDocument"]);
    let allowed = boundary.iter().filter(|statement| statement.body["Effect"] == "Allow");
    let most: BTreeSet<&str> = allowed.flat_map(|statement| actions(statement.body)).collect();
    let pages = functions().into_iter().filter(|plan| *plan.trigger() == Trigger::Pages);
    let pages: BTreeSet<String> = pages.map(|plan| plan.logical_id()).collect();
    let mut complaints = Vec::new();
    for (id, properties) in of_type(&resources, "AWS::Serverless::Function") {
        if properties.get("Role").is_some() || properties.get("PermissionsBoundary").is_some() {
            complaints.push(format!("{id}: its role is made from its Policies, within the Boundary"));
        }
        for policy in each(&properties["Policies"]) {
            let shared = *policy == json!({ "Ref": "ColdStart" }) || *policy == json!({ "Ref": "Admission" });
            if !shared && policy.get("Statement").is_none() {
                complaints.push(format!("{id}: {policy} is neither ColdStart, Admission nor statements"));
            }
        }
        // Pages come from the binary itself: their function reads nothing when it starts, and so may nothing.
        if !pages.contains(id) && !each(&properties["Policies"]).contains(&&json!({ "Ref": "ColdStart" })) {
            complaints.push(format!("{id}: cannot start without ColdStart"));
        }
        for statement in own(id, properties) {
            for action in actions(statement.body) {
                if !most.contains(action) {
                    complaints.push(format!("{id}: {action} is not in Boundary and would be refused"));
                }
            }
        }
    }
    let queues: Vec<&Value> = boundary
        .iter()
        .filter(|statement| actions(statement.body) == ["sqs:SendMessage"])
        .flat_map(|statement| each(&statement.body["Resource"]))
        .collect();
    // Secrets Manager tries again and tells by itself: it has no queue to hand over.
    let queueing = |plan: &&Plan| {
        matches!(plan.trigger(), Trigger::Event { .. } | Trigger::Service { .. } | Trigger::Schedule { .. })
    };
    for plan in functions().iter().filter(queueing) {
        let queue = attribute(&format!("{}DeadLetters", plan.logical_id()), "Arn");
        if !queues.contains(&&queue) {
            complaints.push(format!("Boundary: lacks - !GetAtt {}DeadLetters.Arn", plan.logical_id()));
        }
    }
    no(complaints);
}

/// Every function has the Boundary, so what it denies nobody may, whatever else a policy allows.
#[test]
fn nobody_changes_or_removes_what_was_logged_and_one_function_seals() {
    const LOG: [&str; 2] = ["TENANT#*#EVENTS#*", "TENANT#*#CHAIN"];
    let resources = resources();
    let boundary = of_document("Boundary", &resources["Boundary"]["Properties"]["PolicyDocument"]);
    let denied: Vec<&Value> =
        boundary.iter().map(|statement| statement.body).filter(|body| body["Effect"] == "Deny").collect();
    let [changing, sealing] = denied.as_slice() else { panic!("two things are denied: {denied:?}") };
    for body in [changing, sealing] {
        assert_eq!(body["Resource"], attribute("Table", "Arn"));
    }
    let writes: BTreeSet<&str> = actions(changing).into_iter().collect();
    assert_eq!(writes, BTreeSet::from(["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"]));
    // Of any key, not of all: one entry among other items of a call is enough.
    let of = |keys: &[&str]| json!({ "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": keys } });
    assert_eq!(changing["Condition"], of(&LOG));
    assert_eq!(actions(sealing), ["dynamodb:PutItem"]);
    assert_eq!(sealing["Condition"]["ForAnyValue:StringLike"], of(&LOG[1..])["ForAnyValue:StringLike"]);
    // By the path that one function's role has and no other's. Names of roles are cut where the stack's is long.
    let path = "/${AWS::StackName}/seals/";
    let role = &sealing["Condition"]["ArnNotLike"]["aws:PrincipalArn"]["Fn::Sub"];
    assert!(role.as_str().unwrap().ends_with(&format!(":role{path}*")), "{role}");
    let lambdas = of_type(&resources, "AWS::Serverless::Function").into_iter();
    let paths: Vec<_> = lambdas.filter_map(|(id, lambda)| Some((id, lambda.get("RolePath")?))).collect();
    assert_eq!(paths, [("TenantsEventsSeal", &json!({ "Fn::Sub": path }))]);
    for (id, role) in of_type(&resources, "AWS::IAM::Role") {
        assert!(role.get("Path").is_none(), "{id}");
    }
    let globals: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    assert!(globals["Globals"]["Function"].get("RolePath").is_none());
    // Nor by a way that is not judged by keys.
    let allowed: Vec<&str> = boundary
        .iter()
        .filter(|statement| statement.body["Effect"] == "Allow")
        .flat_map(|statement| actions(statement.body))
        .collect();
    for way in ["dynamodb:BatchWriteItem", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete", "dynamodb:DeleteTable"] {
        assert!(!allowed.contains(&way), "{way}");
    }
}

/// Where each chain stands leaves the table, to where functions can only add.
#[test]
fn the_checkpoints_of_the_logs_outlive_them() {
    let resources = resources();
    let group = &resources["Checkpoints"];
    assert_eq!(group["DeletionPolicy"], "Retain");
    assert!(group["Properties"]["RetentionInDays"].as_i64().is_some_and(|days| days >= 7 * 365));
    let logging = &resources["TenantsEventsSeal"]["Properties"]["LoggingConfig"]["LogGroup"];
    assert_eq!(*logging, json!({ "Ref": "Checkpoints" }));
}

#[test]
fn only_those_who_need_a_secret_or_send_mail_may() {
    let resources = resources();
    let mut may: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let by_id: BTreeMap<String, Plan> = functions().into_iter().map(|plan| (plan.logical_id(), plan)).collect();
    for (id, properties) in of_type(&resources, "AWS::Serverless::Function") {
        for statement in own(id, properties) {
            for action in actions(statement.body) {
                let what = match action {
                    "secretsmanager:GetSecretValue" => statement.body["Resource"].to_string(),
                    "secretsmanager:PutSecretValue" | "secretsmanager:UpdateSecretVersionStage" => {
                        format!("writes {}", statement.body["Resource"])
                    }
                    "ses:SendEmail" => action.to_owned(),
                    _ => continue,
                };
                may.entry(what).or_default().insert(by_id[id].name().to_owned());
            }
        }
    }
    let these = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let reviewed = BTreeMap::from([
        (json!({ "Ref": "SigningSecret" }).to_string(), these(SIGNING)),
        (format!("writes {}", json!({ "Ref": "SigningSecret" })), these(WRITES_SIGNING)),
        (json!({ "Ref": "ReaderAppSecret" }).to_string(), these(READER_APP)),
        (json!({ "Ref": "LicenceWriterAppSecret" }).to_string(), these(LICENCE_WRITER_APP)),
        ("ses:SendEmail".to_owned(), these(MAIL)),
    ]);
    assert_eq!(may, reviewed);
}

#[test]
fn who_lets_members_in_may_read_what_that_takes() {
    let resources = resources();
    let mut complaints = Vec::new();
    for plan in functions() {
        let source = read(&plan.source_path());
        // Refreshing admits a session without a caller.
        let admits = ["Caller<", "Person<", "Recent<", ".rotate("].iter().any(|way| source.contains(way));
        let policies = &resources[&plan.logical_id()]["Properties"]["Policies"];
        if each(policies).contains(&&json!({ "Ref": "Admission" })) != admits {
            complaints.push(format!("{}: Admission is to be there: {admits}", plan.logical_id()));
        }
    }
    no(complaints);
}

#[test]
fn functions_get_the_variables_they_read_and_no_other() {
    let resources = resources();
    let globals: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let everywhere = globals["Globals"]["Function"]["Environment"]["Variables"].as_mapping().unwrap();
    let everywhere: BTreeSet<String> = everywhere.keys().map(|key| key.as_str().unwrap().to_owned()).collect();
    let kernel = read("shared/runtime/src/kernel.rs");
    assert_eq!(everywhere, required(&kernel), "Globals and what shared/runtime/src/kernel.rs requires");
    let mut complaints = Vec::new();
    let capabilities: BTreeSet<String> = functions().iter().map(|plan| plan.capability().to_owned()).collect();
    for capability in capabilities {
        let sources = crate::repository::rust_files(&format!("functions/{capability}/src"));
        for plan in functions().iter().filter(|plan| plan.capability() == capability) {
            let given = &resources[&plan.logical_id()]["Properties"]["Environment"]["Variables"];
            let given: BTreeSet<String> = given.as_object().into_iter().flat_map(Map::keys).cloned().collect();
            let source = read(&plan.source_path());
            // What its dependencies read, in the file that has them; those of the kernel everybody has.
            let dependencies = source.split("Function<").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
            let own = sources.iter().filter(|(_, text)| text.contains(&format!("pub struct {dependencies} {{")));
            let expected: BTreeSet<String> =
                own.flat_map(|(_, text)| required(text).into_iter().chain(of_registrations(text))).collect();
            if given != expected {
                complaints.push(format!("{}: variables {given:?} are to be {expected:?}", plan.logical_id()));
            }
        }
    }
    no(complaints);
}

/// The variables of the app registrations a source connects under: `Registration::X`.
fn of_registrations(source: &str) -> BTreeSet<String> {
    let library = read("shared/registration/src/lib.rs");
    let of = |name: &str| {
        let its = library.split(&format!("const {name}: Self")).nth(1).and_then(|rest| rest.split(';').next());
        let client_id = its.and_then(|its| its.split('"').find(|text| text.starts_with("STEWARD_")));
        client_id.unwrap_or_else(|| panic!("{name} is no registration")).to_owned()
    };
    let names = source.split("Registration::").skip(1).filter_map(|rest| rest.split('.').next());
    let client_ids: BTreeSet<String> =
        names.filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')).map(of).collect();
    if client_ids.is_empty() { client_ids } else { &client_ids | &required(&library) }
}

/// The variables a source cannot do without: `required("X")`, `parsed("X")`.
fn required(source: &str) -> BTreeSet<String> {
    let calls = [".required(\"STEWARD_", ".parsed(\"STEWARD_"];
    let names = calls.iter().flat_map(|call| source.split(call).skip(1));
    names.map(|rest| format!("STEWARD_{}", rest.split('"').next().unwrap())).collect()
}

#[test]
fn the_table_cannot_be_lost_or_read_by_others() {
    let resources = resources();
    let table = &resources["Table"];
    let its = &table["Properties"];
    assert_eq!(its["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(its["DeletionProtectionEnabled"], true);
    assert_eq!(its["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(its["TimeToLiveSpecification"], json!({ "AttributeName": "ttl", "Enabled": true }));
    assert_eq!(its["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(its["SSESpecification"]["SSEType"], "KMS");
    assert_eq!(its["SSESpecification"]["KMSMasterKeyId"], attribute("Key", "Arn"));
    assert_eq!(resources["Key"]["Properties"]["EnableKeyRotation"], true);
    for kept in ["Table", "Key", "SealingSecret", "SigningSecret", "ReaderAppSecret", "LicenceWriterAppSecret"] {
        assert_eq!(resources[kept]["DeletionPolicy"], "Retain", "{kept}");
        assert_eq!(resources[kept]["UpdateReplacePolicy"], "Retain", "{kept}");
    }
}

#[test]
fn no_event_is_lost_on_its_way_unnoticed() {
    let resources = resources();
    let pipe = &resources["EventPipe"]["Properties"];
    let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
    assert_eq!(pipe["Source"], attribute("Table", "StreamArn"));
    assert_eq!(pipe["Target"], attribute("Bus", "Arn"));
    assert_eq!(
        pipe["TargetParameters"]["EventBridgeEventBusParameters"],
        json!({ "Source": "steward", "DetailType": "$.dynamodb.NewImage.kind.S" })
    );
    let pattern = pipe["SourceParameters"]["FilterCriteria"]["Filters"][0]["Pattern"].as_str().unwrap();
    let pattern: Value = serde_json::from_str(pattern).unwrap();
    let events =
        json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": { "SK": { "S": [{ "prefix": "EVENT#" }] } } } });
    assert_eq!(pattern, events);
    assert_eq!(stream["OnPartialBatchItemFailure"], "AUTOMATIC_BISECT");
    assert_eq!(stream["DeadLetterConfig"]["Arn"], attribute("EventPipeDeadLetters", "Arn"));
    // Without bounds one bad record holds up its shard until it leaves the stream.
    assert!(stream["MaximumRetryAttempts"].as_i64().is_some_and(|most| most > 0));
    assert!(stream["MaximumRecordAgeInSeconds"].as_i64().is_some_and(|most| (1..86_400).contains(&most)));

    let mut complaints = Vec::new();
    let alarms = of_type(&resources, "AWS::CloudWatch::Alarm");
    for (id, queue) in of_type(&resources, "AWS::SQS::Queue") {
        if queue["MessageRetentionPeriod"] != 1_209_600 || queue["SqsManagedSseEnabled"] != true {
            complaints.push(format!("{id}: is to be encrypted and keep its letters for 14 days"));
        }
        let watched = json!([{ "Name": "QueueName", "Value": attribute(id, "QueueName") }]);
        if !alarms.iter().any(|(_, alarm)| alarm["Dimensions"] == watched && alarm["Threshold"] == 0) {
            complaints.push(format!("{id}: no alarm tells of its first letter"));
        }
    }
    for plan in functions() {
        let id = plan.logical_id();
        let properties = &resources[&id]["Properties"];
        if matches!(plan.trigger(), Trigger::Http { .. } | Trigger::Pages | Trigger::Invoke | Trigger::Rotation) {
            continue;
        }
        let rule = properties["Events"].as_object().unwrap().values().next().unwrap();
        for (what, retries) in [
            ("EventInvokeConfig", &properties["EventInvokeConfig"]),
            ("RetryPolicy", &rule["Properties"]["RetryPolicy"]),
        ] {
            if retries["MaximumRetryAttempts"].is_null() || retries["MaximumEventAgeInSeconds"].is_null() {
                complaints.push(format!("{id}: {what} is to bound attempts and age"));
            }
        }
        if matches!(plan.trigger(), Trigger::Event { .. } | Trigger::Service { .. }) {
            let policy = &resources[&format!("{id}DeadLettersPolicy")]["Properties"];
            let statement = &policy["PolicyDocument"]["Statement"][0];
            let from_its_rule = json!({ "ArnEquals": { "aws:SourceArn": attribute(&format!("{id}Events"), "Arn") } });
            if policy["Queues"] != json!([{ "Ref": format!("{id}DeadLetters") }])
                || statement["Resource"] != attribute(&format!("{id}DeadLetters"), "Arn")
                || statement["Condition"] != from_its_rule
            {
                complaints.push(format!("{id}: its rule may not write to its dead letters, so they would be lost"));
            }
        }
    }
    no(complaints);
}

#[test]
fn what_comes_back_of_our_mails_is_told_and_nobody_elses() {
    let resources = resources();
    let set = json!({ "Ref": "MailSet" });
    let destinations = of_type(&resources, "AWS::SES::ConfigurationSetEventDestination");
    let [(_, destination)] = destinations[..] else { panic!("one destination, not {}", destinations.len()) };
    assert_eq!(destination["ConfigurationSetName"], set);
    let its = &destination["EventDestination"];
    assert_eq!((&its["Enabled"], &its["MatchingEventTypes"]), (&json!(true), &json!(["bounce", "complaint"])));
    // SES takes no other bus.
    let bus = its["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"].as_str().unwrap();
    assert!(bus.ends_with(":event-bus/default"), "{bus}");
    // Another installation in the same account sends mails, too.
    let pattern = &resources["MailReturned"]["Properties"]["Events"]["Events"]["Properties"]["Pattern"];
    assert_eq!(pattern["detail"]["mail"]["tags"]["ses:configuration-set"], json!([set]));
    let suppressed = &resources["MailSet"]["Properties"]["SuppressionOptions"]["SuppressedReasons"];
    assert_eq!(*suppressed, json!(["BOUNCE", "COMPLAINT"]));
}

#[test]
fn somebody_is_told_and_knows_what_to_do() {
    let resources = resources();
    let mut complaints = Vec::new();
    for (id, alarm) in of_type(&resources, "AWS::CloudWatch::Alarm") {
        if alarm["AlarmActions"] != json!([{ "Ref": "Alarms" }]) {
            complaints.push(format!("{id}: tells nobody"));
        }
        let text = alarm["AlarmDescription"].as_str().unwrap_or_default();
        if text.is_empty() {
            complaints.push(format!("{id}: says nothing"));
        }
        for word in text.split_whitespace().filter(|word| word.starts_with("docs/")) {
            if !root().join(word).is_file() {
                complaints.push(format!("{id}: {word} is not there"));
            }
        }
    }
    for (id, group) in of_type(&resources, "AWS::Logs::LogGroup") {
        if group["RetentionInDays"].is_null() {
            complaints.push(format!("{id}: keeps logs for ever"));
        }
    }
    no(complaints);
}

#[test]
fn the_gateway_is_throttled_and_no_function_outlives_it() {
    let resources = resources();
    let route = &resources["Api"]["Properties"]["DefaultRouteSettings"];
    assert!(route["ThrottlingRateLimit"].as_i64().is_some_and(|limit| limit > 0));
    assert!(route["ThrottlingBurstLimit"].as_i64().is_some_and(|limit| limit > 0));
    let globals: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let globals = &globals["Globals"]["Function"];
    assert_eq!(globals["Tracing"].as_str(), Some("Active"));
    let usual = globals["Timeout"].as_i64().unwrap();
    for plan in functions() {
        let timeout = resources[&plan.logical_id()]["Properties"]["Timeout"].as_i64().unwrap_or(usual);
        // An HTTP API gives up after 30 seconds; a Lambda may not be given more than 900.
        let most = if matches!(plan.trigger(), Trigger::Http { .. }) { 29 } else { 900 };
        assert!((1..=most).contains(&timeout), "{}: Timeout {timeout}", plan.logical_id());
    }
    assert_eq!(resources["ScansRun"]["Properties"]["Timeout"], 900);
}
