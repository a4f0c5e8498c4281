//! `accounts-jwks`.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn an_access_token_verifies_with_the_published_keys_and_nothing_private_is_published() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let answer = app.call(http::Method::GET, "/.well-known/jwks.json", None, None).await;
    let keys: Value = answer.expect(200);
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    assert_eq!(answer.cost().0, 1);
    let keys = keys["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let mut names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }

    let kid = jsonwebtoken::decode_header(&owner.token).unwrap().kid.unwrap();
    let key = keys.iter().find(|key| key["kid"] == kid.as_str()).expect("the key of the token");
    let text = |name: &str| key[name].as_str().unwrap();
    let key = DecodingKey::from_ec_components(text("x"), text("y")).unwrap();
    let mut rules = Validation::new(Algorithm::ES256);
    // Time here is the test's.
    rules.validate_exp = false;
    rules.set_audience(&["steward-api"]);
    rules.set_issuer(&["http://127.0.0.1:8700"]);
    let claims = jsonwebtoken::decode::<Value>(&owner.token, &key, &rules).unwrap().claims;
    assert_eq!((&claims["sub"], &claims["tid"]), (&json!(owner.user), &json!(owner.tenant)));
    assert_eq!(claims["amr"], json!(["pwd"]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["amr", "aud", "exp", "iat", "iss", "mver", "sid", "sub", "tid"], "no name, no address");

    let mut parts: Vec<&str> = owner.token.split('.').collect();
    let other = app.tenant("nova").await.token;
    parts[1] = other.split('.').nth(1).unwrap();
    assert!(jsonwebtoken::decode::<Value>(parts.join("."), &key, &rules).is_err());
}
