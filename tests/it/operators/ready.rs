//! `operators-ready`.

use http::Method;
use local_aws::Fault;
use serde_json::{Value, json};
use store::Jwks;
use tests::App;

#[tokio::test]
async fn ready_is_when_the_table_answers_and_a_key_is_published() {
    let app = App::start().await;
    let ask = async || app.call(Method::GET, "/v1/ready", None, None).await;
    let answer = ask().await;
    assert_eq!(answer.expect::<Value>(200), json!({ "table": true, "keys": true }));
    assert_eq!(answer.cost().0, 1);

    // One failure is tried again; a table that is gone is told.
    let faults = app.system.aws.faults();
    faults.next(Fault::Throttling);
    ask().await.expect::<Value>(200);
    faults.rate(Fault::ServiceUnavailable, 1.0);
    let answer = ask().await;
    answer.expect_problem(503, "unavailable");
    assert_eq!(
        (answer.json()["retryable"].clone(), &answer.headers["retry-after"]),
        (json!(true), &"1".parse().unwrap())
    );
    assert!(!answer.json().to_string().contains("Dynamo"), "what failed inside is for us");
    faults.clear();
    ask().await.expect::<Value>(200);

    app.system.store.publish_jwks(&Jwks::default()).await.unwrap();
    let answer = ask().await;
    answer.expect_problem(503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "10");
}
