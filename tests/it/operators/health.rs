//! `operators-health`.

use http::Method;
use local_aws::Fault;
use serde_json::Value;
use tests::App;

#[tokio::test]
async fn health_answers_without_touching_anything_even_when_the_table_is_gone() {
    let app = App::start().await;
    app.system.aws.faults().rate(Fault::ServiceUnavailable, 1.0);
    let before = app.system.aws.dynamodb_calls();
    let answer = app.call(Method::GET, "/v1/health", None, None).await;
    let health: Value = answer.expect(200);
    assert_eq!(health["service"], "steward");
    assert!(!health["version"].as_str().unwrap().is_empty());
    assert_eq!(answer.cost(), (0, 0.0, 0.0));
    assert_eq!(app.system.aws.dynamodb_calls(), before);
    app.system.aws.faults().clear();
}
