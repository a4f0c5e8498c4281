use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use local_microsoft::{Credential, Directory, Recipe, Spoiled};
use model::PersonId;
use serde_json::{Value, json};
use url::Url;

use crate::client::{READER, REDIRECT, Reply, SECRET, World};

fn code(reply: &Reply) -> u64 {
    reply.json()["error_codes"][0].as_u64().unwrap()
}

#[tokio::test]
async fn a_right_assertion_gets_a_token_that_says_what_was_granted() {
    let world = World::new(20, &READER);
    let token = world.token().await;
    let claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert_eq!(claims["tid"], world.directory.to_string());
    assert_eq!(claims["appid"], world.app.to_string());
    let mut granted = READER.to_vec();
    granted.sort_unstable();
    assert_eq!(claims["roles"], json!(granted));
}

#[tokio::test]
async fn assertions_that_are_not_quite_right_are_refused() {
    let world = World::new(20, &READER);
    let now = world.hands.clock().now().as_second();
    let own = world.credential;
    let with = |name: &str, value: Value| {
        let mut claims = world.claims();
        claims[name] = value;
        claims
    };
    let wrong: Vec<(&str, Value)> = vec![
        ("other audience", with("aud", json!("https://login.microsoftonline.com/common/oauth2/v2.0/token"))),
        ("other issuer", with("iss", json!("00000000-0000-0000-0000-000000000001"))),
        ("other subject", with("sub", json!("00000000-0000-0000-0000-000000000001"))),
        ("expired", with("exp", json!(now - 301))),
        ("not yet valid", with("nbf", json!(now + 301))),
        ("good for a year", with("exp", json!(now + 365 * 86_400))),
        ("no jti", with("jti", json!(""))),
    ];
    for (what, claims) in wrong {
        let reply = world.token_by(&world.assertion(&claims, Algorithm::PS256, own)).await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
        assert_eq!(reply.json()["error"], "invalid_client");
    }
    let reply = world.token_by(&world.assertion(&world.claims(), Algorithm::RS256, own)).await;
    assert_eq!(code(&reply), 700_027, "RS256 is not what was agreed");
    let other = Credential::generate("somebody else").unwrap();
    let reply = world.token_by(&world.assertion(&world.claims(), Algorithm::PS256, &other)).await;
    assert_eq!(code(&reply), 700_027, "an unknown certificate");
    let mixed = Credential { certificate_der: own.certificate_der.clone(), ..other };
    let reply = world.token_by(&world.assertion(&world.claims(), Algorithm::PS256, &mixed)).await;
    assert_eq!(code(&reply), 700_027, "our thumbprint over another key");
    assert_eq!(code(&world.token_by("nonsense").await), 50_027);

    let good = world.assertion(&world.claims(), Algorithm::PS256, own);
    assert_eq!(world.token_by(&good).await.status, 200);
    assert_eq!(code(&world.token_by(&good).await), 50_013, "a second time");
}

#[tokio::test]
async fn tokens_come_only_for_a_directory_that_consented() {
    let world = World::new(20, &READER);
    let id = world.app.to_string();
    let ask = |path: String, scope: &'static str, secret: &'static str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("scope", scope),
            ("client_secret", secret),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let world = &world;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            world.form(&path, &fields).await
        }
    };
    let all = "https://graph.microsoft.com/.default";
    assert_eq!(ask(world.token_path(), all, SECRET).await.status, 200);
    assert_eq!(code(&ask(world.token_path(), all, "guess").await), 7_000_215);
    assert_eq!(code(&ask(world.token_path(), "User.Read.All", SECRET).await), 1_002_012);
    assert_eq!(code(&ask("/organizations/oauth2/v2.0/token".into(), all, SECRET).await), 50_059);
    let nowhere = format!("/{}/oauth2/v2.0/token", model::DirectoryId::literal("00000000-0000-4000-8000-000000000001"));
    assert_eq!(code(&ask(nowhere, all, SECRET).await), 90_002);
    let other = world.microsoft.add(Directory::generate(&Recipe::new(8, world.hands.clock().now(), 20)));
    assert_eq!(code(&ask(format!("/{other}/oauth2/v2.0/token"), all, SECRET).await), 700_016, "never consented");

    let graph = world.graph().await;
    assert_eq!(graph.get("/organization").await.status, 200);
    world.microsoft.revoke_consent(world.app, world.directory);
    let refused = graph.get("/organization").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "InvalidAuthenticationToken"));
    assert_eq!(code(&ask(world.token_path(), all, SECRET).await), 7_000_229, "taken back");
    world.microsoft.consent(world.app, world.directory);
    assert_eq!(graph.get("/organization").await.status, 401, "a token of the consent before stays dead");
    assert_eq!(world.graph().await.get("/organization").await.status, 200);
}

#[tokio::test]
async fn a_token_ends_and_a_forged_one_never_begins() {
    let world = World::new(20, &READER);
    let mut graph = world.graph().await;
    let whole = graph.token.clone();
    world.hands.advance(SignedDuration::from_secs(3598));
    assert_eq!(graph.get("/organization").await.status, 200);
    world.hands.advance(SignedDuration::from_secs(1));
    assert_eq!(graph.get("/organization").await.status, 401);
    let mut parts: Vec<&str> = whole.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let claims = String::from_utf8(claims).unwrap().replace("User.Read.All", "User.ReadWrite.All");
    let forged = URL_SAFE_NO_PAD.encode(claims);
    parts[1] = &forged;
    for token in [parts.join("."), String::new(), "abc".into(), format!("{}.{}.", parts[0], parts[1])] {
        graph.token = token;
        assert_eq!(graph.get("/organization").await.status, 401);
    }
}

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123";

fn authorize(world: &World, change: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes()));
    let id = world.app.to_string();
    let mut query: BTreeMap<&str, &str> = BTreeMap::from([
        ("client_id", id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile"),
        ("state", "st&te"),
        ("nonce", "n-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    query.extend(change.iter().copied());
    Url::parse_with_params("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize", query)
        .unwrap()
        .to_string()
}

fn answers(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn administrator(world: &World) -> PersonId {
    world.microsoft.directory(world.directory, |d| d.administrators()[0].id).unwrap()
}

/// Somebody licensed and enabled who administers nothing.
async fn ordinary(world: &World) -> PersonId {
    let admins = world.microsoft.directory(world.directory, Directory::administrators).unwrap();
    let users = world.graph().await.all("/users?$select=id,accountEnabled&$top=999").await;
    let found = users
        .iter()
        .find(|user| user["accountEnabled"] == true && !admins.iter().any(|admin| user["id"] == admin.id.to_string()));
    found.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

async fn redeem(world: &World, code: &str, change: &[(&str, &str)]) -> Reply {
    let id = world.app.to_string();
    let mut fields = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", SECRET),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]);
    fields.extend(change.iter().copied());
    let fields: Vec<_> = fields.into_iter().collect();
    world.form("/organizations/oauth2/v2.0/token", &fields).await
}

/// Validates an id token as Microsoft tells multi-tenant apps to, from metadata and keys alone.
async fn validate(world: &World, token: &str) -> Result<Value, String> {
    let get = async |path: &str| world.send(Request::get(path).body(Body::empty()).unwrap()).await.json();
    let metadata = get("/organizations/v2.0/.well-known/openid-configuration").await;
    let keys = get("/organizations/discovery/v2.0/keys").await;
    let header = jsonwebtoken::decode_header(token).map_err(|e| e.to_string())?;
    let key = keys["keys"].as_array().unwrap().iter().find(|key| header.kid.as_deref() == key["kid"].as_str());
    let key = key.ok_or("unknown key")?;
    let decoding = DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    (validation.validate_exp, validation.validate_nbf) = (false, false);
    validation.set_audience(&[world.app]);
    let claims = jsonwebtoken::decode::<Value>(token, &decoding, &validation).map_err(|e| e.to_string())?.claims;
    let tid = claims["tid"].as_str().unwrap();
    let fill = |template: &Value| template.as_str().unwrap().replace("{tenantid}", tid);
    if claims["iss"] != fill(&metadata["issuer"]) {
        return Err("issuer".into());
    }
    if claims["iss"] != fill(&key["issuer"]) {
        return Err("issuer of the key".into());
    }
    if tid == "9188040d-6c67-4c5b-b112-36a304b66dad" {
        return Err("personal account".into());
    }
    if claims["nonce"] != "n-1" {
        return Err("nonce".into());
    }
    if claims["exp"].as_i64().unwrap() < world.hands.clock().now().as_second() - 300 {
        return Err("expired".into());
    }
    Ok(claims)
}

#[tokio::test]
async fn an_administrator_signs_in_with_code_and_pkce() {
    let world = World::new(20, &READER);
    let back = world.microsoft.sign_in_as(&authorize(&world, &[]), administrator(&world)).unwrap();
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(answers(&back)["state"], "st&te");
    let reply = redeem(&world, &answers(&back)["code"], &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let claims = validate(&world, reply.json()["id_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims["tid"], world.directory.to_string());
    assert_eq!(claims["oid"], administrator(&world).to_string());
    assert_eq!(claims["ver"], "2.0");
    assert!(claims["wids"].as_array().unwrap().contains(&json!("62e90394-69f5-4237-9190-012177145e10")));
    assert!(claims.get("email").is_none(), "no email without its scope");
}

#[tokio::test]
async fn a_code_is_good_once_and_only_for_who_began() {
    let world = World::new(20, &READER);
    let fresh = || {
        answers(&world.microsoft.sign_in_as(&authorize(&world, &[]), administrator(&world)).unwrap())["code"].clone()
    };
    let wrong = "another-verifier-of-at-least-forty-three-characters";
    let first = fresh();
    assert_eq!(code(&redeem(&world, &first, &[("code_verifier", wrong)]).await), 501_481);
    assert_eq!(code(&redeem(&world, &first, &[]).await), 54_005, "a failed try uses the code up");
    assert_eq!(code(&redeem(&world, &fresh(), &[("code_verifier", "")]).await), 501_481);
    let elsewhere = "https://attacker.example/";
    assert_eq!(code(&redeem(&world, &fresh(), &[("redirect_uri", elsewhere)]).await), 500_112);
    assert_eq!(code(&redeem(&world, "1.made-up", &[]).await), 9_002_313);
    let late = fresh();
    world.hands.advance(SignedDuration::from_mins(11));
    assert_eq!(code(&redeem(&world, &late, &[]).await), 70_008);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_registered() {
    let world = World::new(20, &READER);
    let admin = administrator(&world);
    let shown =
        |change: &[(&str, &str)]| world.microsoft.sign_in_as(&authorize(&world, change), admin).unwrap_err().code;
    assert_eq!(shown(&[("redirect_uri", "https://attacker.example/")]), 50_011);
    assert_eq!(shown(&[("redirect_uri", &format!("{REDIRECT}/"))]), 50_011);
    assert_eq!(shown(&[("client_id", "00000000-0000-0000-0000-000000000001")]), 700_016);
    let error = |change: &[(&str, &str)]| {
        answers(&world.microsoft.sign_in_as(&authorize(&world, change), admin).unwrap())["error"].clone()
    };
    assert_eq!(error(&[("code_challenge_method", "plain")]), "invalid_request");
    assert_eq!(error(&[("code_challenge", "")]), "invalid_request");
    assert_eq!(error(&[("response_type", "token")]), "unsupported_response_type");
    assert_eq!(error(&[("scope", "profile")]), "invalid_request");
    assert_eq!(error(&[("prompt", "none")]), "login_required");
}

#[tokio::test]
async fn every_spoiled_id_token_fails_validation() {
    let world = World::new(20, &READER);
    for how in [
        Spoiled::Nonce,
        Spoiled::Audience,
        Spoiled::Issuer,
        Spoiled::ConsumerDirectory,
        Spoiled::Expired,
        Spoiled::Signature,
        Spoiled::AlgNone,
        Spoiled::ConsumerKey,
        Spoiled::UnknownKey,
    ] {
        world.microsoft.spoil_next_id_token(how);
        let back = world.microsoft.sign_in_as(&authorize(&world, &[]), administrator(&world)).unwrap();
        let reply = redeem(&world, &answers(&back)["code"], &[]).await;
        let token = reply.json()["id_token"].as_str().unwrap().to_owned();
        assert!(validate(&world, &token).await.is_err(), "{how:?} went through");
    }
}

fn consent_url(world: &World, tenant: &str) -> String {
    let id = world.app.to_string();
    let scope = "https://graph.microsoft.com/.default";
    let query = [("client_id", id.as_str()), ("scope", scope), ("redirect_uri", REDIRECT), ("state", "s")];
    Url::parse_with_params(&format!("https://login.microsoftonline.com/{tenant}/v2.0/adminconsent"), query)
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn an_administrator_consents_or_does_not() {
    let world = World::new(30, &READER);
    world.microsoft.revoke_consent(world.app, world.directory);
    let url = consent_url(&world, &world.directory.to_string());
    let admin = administrator(&world);
    let back = answers(&world.microsoft.consent_as(&url, admin, false).unwrap());
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("access_denied", "s"));
    assert_eq!(world.microsoft.granted(world.app, world.directory), None);

    let back = answers(&world.microsoft.consent_as(&url, admin, true).unwrap());
    assert_eq!(
        (back["admin_consent"].as_str(), back["tenant"].as_str()),
        ("True", world.directory.to_string().as_str())
    );
    assert_eq!(world.microsoft.granted(world.app, world.directory).unwrap(), READER);

    let refused = world.microsoft.consent_as(&url, ordinary(&world).await, true).unwrap_err();
    assert_eq!(refused.code, 90_094);
    let other = world.microsoft.add(Directory::generate(&Recipe::new(8, world.hands.clock().now(), 20)));
    let refused = world.microsoft.consent_as(&consent_url(&world, &other.to_string()), admin, true).unwrap_err();
    assert_eq!(refused.code, 50_020, "an administrator of another directory");
    assert_eq!(world.microsoft.granted(world.app, other), None);
}

/// The value of a hidden field or of the button that carries `text`.
fn value<'a>(page: &'a str, marker: &str) -> &'a str {
    let at = page.find(marker).unwrap_or_else(|| panic!("{marker} is not on the page"));
    let rest = &page[at..];
    let rest = &rest[rest.find("value=\"").unwrap() + 7..];
    &rest[..rest.find('"').unwrap()]
}

#[tokio::test]
async fn the_pages_are_forms_that_work_without_scripts() {
    let world = World::new(40, &READER);
    world.microsoft.revoke_consent(world.app, world.directory);
    let url = Url::parse(&consent_url(&world, "organizations")).unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let page = world.send(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Simulated Microsoft") && !page.text.contains("<script"));
    let transaction = value(&page.text, "name=\"transaction\"").to_owned();
    let account = value(&page.text, "name=\"account\"").to_owned();
    let fields = [("transaction", transaction.as_str()), ("account", account.as_str())];
    let page = world.form("/simulated/choose", &fields).await;
    assert!(READER.iter().all(|permission| page.text.contains(permission)), "{}", page.text);
    let fields = [("transaction", transaction.as_str()), ("decision", "accept")];
    let back = world.form("/simulated/decide", &fields).await;
    assert_eq!(back.status, 302);
    assert!(back.header("location").unwrap().starts_with(REDIRECT));
    assert!(world.microsoft.granted(world.app, world.directory).is_some());
    assert_eq!(world.form("/simulated/decide", &fields).await.status, 400, "a decision is made once");
}

#[tokio::test]
async fn who_signed_in_is_not_asked_again_who_they_are() {
    let world = World::new(40, &READER);
    let get = |url: &str, cookie: &str| {
        let url = Url::parse(url).unwrap();
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()
    };
    let ordinary = ordinary(&world).await;
    for (person, asked_again) in [(administrator(&world), false), (ordinary, true)] {
        let page = world.send(get(&authorize(&world, &[]), "")).await;
        let transaction = value(&page.text, "name=\"transaction\"").to_owned();
        let account = format!("{}/{person}", world.directory);
        let fields = [("transaction", transaction.as_str()), ("account", account.as_str())];
        let back = world.form("/simulated/choose", &fields).await;
        let cookie = back.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let page = world.send(get(&consent_url(&world, &world.directory.to_string()), &cookie)).await;
        assert_eq!(page.text.contains("Pick an account"), asked_again, "{}", page.text);
        // Signing in always asks: it is sent with prompt=select_account.
        let page = world.send(get(&authorize(&world, &[]), &cookie)).await;
        assert!(page.text.contains("Pick an account"));
    }
}

#[tokio::test]
async fn hostile_names_stay_text_on_the_pages() {
    // Directories whose first people include the hostile names, until one shows.
    let mut shown = 0;
    for seed in 0..30 {
        let hands = crate::client::Hands::new();
        let recipe =
            Recipe { name: Some("<b>Company</b> & \"Co\"".into()), ..Recipe::new(seed, hands.clock().now(), 60) };
        let world = World::with(hands, recipe, &READER);
        let url = Url::parse(&authorize(&world, &[])).unwrap();
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        let page = world.send(Request::get(path).body(Body::empty()).unwrap()).await.text;
        assert!(page.contains("&lt;b&gt;Company"));
        for markup in ["<b>Company", "<script", "<img", "\u{202e}", "\r\nBcc"] {
            assert!(!page.contains(markup), "{markup}");
        }
        shown += usize::from(["&lt;script&gt;", "&lt;img", "\u{fffd}"].iter().any(|text| page.contains(text)));
    }
    assert!(shown > 0, "no hostile name came up: the test shows nothing");
}
