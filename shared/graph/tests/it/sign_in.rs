use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use graph::{Ask, Door, Microsoft, SignInError, SignInSecrets, TokenFault};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::AlgorithmParameters, jwk::Jwk};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use url::Url;

use crate::server::{CLIENT, DIRECTORY, Reply, Server};

const METADATA: &str = "/organizations/v2.0/.well-known/openid-configuration";
const KEYS: &str = "/organizations/discovery/v2.0/keys";
const TOKEN: &str = "/organizations/oauth2/v2.0/token";
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const NONCE: &str = "the-nonce";

static KEY: LazyLock<String> = LazyLock::new(new_key);
static OTHER_KEY: LazyLock<String> = LazyLock::new(new_key);

fn new_key() -> String {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap().serialize_pem()
}

fn jwk(kid: &str, pem: &str, issuer: &str) -> Value {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let AlgorithmParameters::RSA(rsa) = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap().algorithm else {
        panic!("not RSA")
    };
    json!({"kty": "RSA", "use": "sig", "kid": kid, "n": rsa.n, "e": rsa.e, "x5c": ["…"], "issuer": issuer})
}

async fn entra() -> (Server, Microsoft) {
    let server = Server::start().await;
    let template = server.at("/{tenantid}/v2.0");
    let consumers = server.at(&format!("/{CONSUMERS}/v2.0"));
    server.reply(METADATA, [Reply::json(200, json!({"issuer": template, "jwks_uri": server.at(KEYS)}))]);
    let mut unowned = jwk("unowned", &KEY, "");
    unowned.as_object_mut().unwrap().remove("issuer");
    let mut encrypting = jwk("encrypting", &KEY, &template);
    encrypting["use"] = "enc".into();
    let keys = [jwk("good", &KEY, &template), jwk("consumers", &KEY, &consumers), unowned, encrypting];
    server.reply(KEYS, [Reply::json(200, json!({ "keys": keys }))]);
    let microsoft = server.microsoft();
    (server, microsoft)
}

/// An id_token as Entra makes it.
struct Draft {
    header: Header,
    claims: Value,
    pem: &'static str,
}

impl Draft {
    fn good(server: &Server) -> Self {
        let now = server.clock().now().as_second();
        let header = Header { kid: Some("good".to_owned()), ..Header::new(Algorithm::RS256) };
        let claims = json!({
            "ver": "2.0", "iss": server.at(&format!("/{DIRECTORY}/v2.0")), "aud": CLIENT, "tid": DIRECTORY,
            "oid": "aaaaaaaa-0000-4000-8000-00000000000a", "sub": "pairwise", "nonce": NONCE,
            "iat": now, "nbf": now, "exp": now + 3600, "wids": [GLOBAL_ADMINISTRATOR],
            "name": "Ada", "preferred_username": "ada@contoso.com", "email": "owner@victim.test",
        });
        Self { header, claims, pem: &KEY }
    }
    fn set(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims[claim] = value.into();
        self
    }
    fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }
    fn kid(mut self, kid: &str) -> Self {
        self.header.kid = Some(kid.to_owned());
        self
    }
    fn sign(&self) -> String {
        let key = match self.header.alg {
            Algorithm::HS256 => {
                EncodingKey::from_secret(KeyPair::from_pem(self.pem).unwrap().public_key_pem().as_bytes())
            }
            _ => EncodingKey::from_rsa_pem(self.pem.as_bytes()).unwrap(),
        };
        jsonwebtoken::encode(&self.header, &self.claims, &key).unwrap()
    }
}

/// A token of RS256, whatever stands in it.
fn signed_by(pem: &str, header: &str, claims: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

#[tokio::test]
async fn a_good_token_names_directory_and_person() {
    let (server, microsoft) = entra().await;
    let token = Draft::good(&server).sign();
    let identity = microsoft.validate_id_token(&token, NONCE).await.unwrap();
    assert_eq!(identity.directory, DIRECTORY);
    assert_eq!(identity.person.to_string(), "aaaaaaaa-0000-4000-8000-00000000000a");
    assert!(identity.may_consent());
    assert_eq!(identity.username.as_deref(), Some("ada@contoso.com"));
    let member = Draft::good(&server).set("wids", json!(["b79fbf4d-3ef9-4689-8143-76b194e85509"])).sign();
    assert!(!microsoft.validate_id_token(&member, NONCE).await.unwrap().may_consent());
    let nothing = Draft::good(&server).without("wids").without("name").sign();
    assert!(!microsoft.validate_id_token(&nothing, NONCE).await.unwrap().may_consent());
}

#[tokio::test]
async fn no_bad_token_passes() {
    use TokenFault as F;
    let (server, microsoft) = entra().await;
    let (elsewhere, _) = entra().await;
    let now = server.clock().now().as_second();
    let other = "99999999-2222-4333-8444-555555555555";
    let upper = DIRECTORY.to_string().to_uppercase();
    let draft = || Draft::good(&server);
    let signed = |draft: Draft| draft.sign();
    let with_header = |change: &dyn Fn(&mut Header)| {
        let mut draft = draft();
        change(&mut draft.header);
        draft.sign()
    };
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = parts(&draft().sign());
    let other_claims = parts(&draft().set("oid", other).sign());
    let issuer = |tid: &str| server.at(&format!("/{tid}/v2.0"));
    let claims = draft().claims.to_string();
    let headed = |header: Value| signed_by(&KEY, &header.to_string(), claims.as_bytes());
    let theirs = |header: Value| signed_by(&OTHER_KEY, &header.to_string(), claims.as_bytes());
    let claiming = |claims: &[u8]| signed_by(&KEY, r#"{"typ":"JWT","alg":"RS256","kid":"good"}"#, claims);
    let twice = |claim: &str| claiming(claims.replacen('{', &format!(r#"{{"{claim}":"{other}","#), 1).as_bytes());
    let their_keys = elsewhere.at(KEYS);
    let modulus = jwk("good", &KEY, "")["n"].as_str().unwrap().to_owned();
    let by_modulus = EncodingKey::from_secret(modulus.as_bytes());
    let hmac = Header { kid: Some("good".to_owned()), ..Header::new(Algorithm::HS256) };
    let far = "x".repeat(10_000);
    let megabyte = 1024 * 1024;

    let corpus = [
        ("nothing", String::new(), F::Malformed),
        ("no JWT", "a.b.c".to_owned(), F::Malformed),
        ("two parts", format!("{}.{}", good[0], good[1]), F::Malformed),
        ("four parts", format!("{}.x", good.join(".")), F::Malformed),
        ("no algorithm", format!("{}.{}.", encode(json!({"alg": "none", "kid": "good"})), good[1]), F::Algorithm),
        ("algorithm left out", format!("{}.{}.{}", encode(json!({"kid": "good"})), good[1], good[2]), F::Algorithm),
        ("HMAC with the public key", with_header(&|h| h.alg = Algorithm::HS256), F::Algorithm),
        (
            "HMAC with the public key's modulus",
            jsonwebtoken::encode(&hmac, &draft().claims, &by_modulus).unwrap(),
            F::Algorithm,
        ),
        ("no algorithm, in capitals", headed(json!({"alg": "NONE", "kid": "good"})), F::Algorithm),
        ("no algorithm, in any letters", headed(json!({"alg": "nOnE", "kid": "good"})), F::Algorithm),
        ("an algorithm of nothing", headed(json!({"alg": "", "kid": "good"})), F::Algorithm),
        ("the algorithm in small letters", headed(json!({"alg": "rs256", "kid": "good"})), F::Algorithm),
        ("the algorithm in a list", headed(json!({"alg": ["RS256"], "kid": "good"})), F::Malformed),
        (
            "the algorithm twice",
            signed_by(&KEY, r#"{"alg":"none","alg":"RS256","kid":"good"}"#, claims.as_bytes()),
            F::Malformed,
        ),
        (
            "encrypted",
            format!("{}.a.b.c.d", encode(json!({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "good"}))),
            F::Algorithm,
        ),
        (
            "our own access token",
            format!(
                "{}.{}.{}",
                encode(json!({"typ": "at+jwt", "alg": "ES256", "kid": "good"})),
                encode(json!({"iss": "steward", "aud": "steward-api", "exp": now + 900})),
                good[2]
            ),
            F::Algorithm,
        ),
        ("another kind of token", headed(json!({"typ": "at+jwt", "alg": "RS256", "kid": "good"})), F::Kind),
        ("RS512", with_header(&|h| h.alg = Algorithm::RS512), F::Algorithm),
        ("PS256", with_header(&|h| h.alg = Algorithm::PS256), F::Algorithm),
        ("critical extension", with_header(&|h| h.crit = Some(vec!["b64".to_owned()])), F::Critical),
        ("critical extensions of none", headed(json!({"alg": "RS256", "kid": "good", "crit": []})), F::Critical),
        ("no key named", with_header(&|h| h.kid = None), F::UnknownKey),
        ("a key of null", headed(json!({"alg": "RS256", "kid": null})), F::UnknownKey),
        ("a key of no name", signed(draft().kid("")), F::UnknownKey),
        ("a number as key", headed(json!({"alg": "RS256", "kid": 0})), F::Malformed),
        ("keys in a list", headed(json!({"alg": "RS256", "kid": ["good"]})), F::Malformed),
        (
            "the key twice",
            signed_by(&KEY, r#"{"alg":"RS256","kid":"evil","kid":"good"}"#, claims.as_bytes()),
            F::Malformed,
        ),
        ("unknown key", signed(draft().kid("evil")), F::UnknownKey),
        ("a path as key", signed(draft().kid("../../good")), F::UnknownKey),
        ("a file as key", signed(draft().kid("file:///dev/null")), F::UnknownKey),
        ("an address as key", signed(draft().kid(&their_keys)), F::UnknownKey),
        ("a query as key", signed(draft().kid("x' OR 'good' = 'good")), F::UnknownKey),
        ("a key in capitals", signed(draft().kid("GOOD")), F::UnknownKey),
        ("a key with a blank", signed(draft().kid(" good")), F::UnknownKey),
        ("a key with an end before its end", signed(draft().kid("good\0")), F::UnknownKey),
        ("a very long key", signed(draft().kid(&far)), F::UnknownKey),
        ("keys elsewhere", theirs(json!({"alg": "RS256", "kid": "good", "jku": their_keys})), F::Signature),
        ("an unknown key elsewhere", theirs(json!({"alg": "RS256", "kid": "evil", "jku": their_keys})), F::UnknownKey),
        ("a certificate elsewhere", theirs(json!({"alg": "RS256", "kid": "good", "x5u": their_keys})), F::Signature),
        (
            "a key brought along",
            theirs(json!({"alg": "RS256", "kid": "good", "jwk": jwk("good", &OTHER_KEY, "")})),
            F::Signature,
        ),
        (
            "a key brought along that is not named",
            theirs(json!({"alg": "RS256", "jwk": jwk("good", &OTHER_KEY, "")})),
            F::UnknownKey,
        ),
        ("a certificate brought along", theirs(json!({"alg": "RS256", "kid": "good", "x5c": ["MIIB"]})), F::Signature),
        ("key without an issuer", signed(draft().kid("unowned")), F::UnknownKey),
        ("key for encryption", signed(draft().kid("encrypting")), F::UnknownKey),
        ("another's signature", signed(Draft { pem: &OTHER_KEY, ..draft() }), F::Signature),
        ("no signature", format!("{}.{}.", good[0], good[1]), F::Signature),
        ("a signature of zeros", format!("{}.{}.{}", good[0], good[1], URL_SAFE_NO_PAD.encode([0; 256])), F::Signature),
        ("filled up", format!("{}=.{}.{}", good[0], good[1], good[2]), F::Malformed),
        ("with a line behind it", format!("{}\n", good.join(".")), F::Malformed),
        ("a megabyte that is signed", signed(draft().set("name", "x".repeat(megabyte))), F::Malformed),
        ("a megabyte of dots", ".".repeat(megabyte), F::Malformed),
        ("a megabyte of nothing", "A".repeat(megabyte), F::Malformed),
        ("claims in a list", claiming(b"[]"), F::Malformed),
        ("claims that are no JSON", claiming(b"tid"), F::Malformed),
        ("claims that are no text", claiming(b"{\"oid\":\"\xff\"}"), F::Malformed),
        ("no claims", claiming(b"{}"), F::Directory),
        ("the person twice", twice("oid"), F::Malformed),
        ("the directory twice", twice("tid"), F::Malformed),
        ("the app twice", twice("aud"), F::Malformed),
        ("the nonce twice", twice("nonce"), F::Malformed),
        ("claims exchanged", format!("{}.{}.{}", good[0], other_claims[1], good[2]), F::Signature),
        ("key of the consumers' directory", signed(draft().kid("consumers")), F::KeyIssuer),
        ("another directory's issuer", signed(draft().set("iss", issuer(other))), F::Issuer),
        (
            "issuer of another host",
            signed(draft().set("iss", format!("https://evil.test/{DIRECTORY}/v2.0"))),
            F::Issuer,
        ),
        ("issuer with more after it", signed(draft().set("iss", issuer(&DIRECTORY.to_string()) + "/")), F::Issuer),
        ("the template as issuer", signed(draft().set("iss", issuer("{tenantid}"))), F::Issuer),
        (
            "the issuer of version 1",
            signed(draft().set("iss", format!("https://sts.windows.net/{DIRECTORY}/"))),
            F::Issuer,
        ),
        ("issuers in a list", signed(draft().set("iss", json!([issuer(&DIRECTORY.to_string())]))), F::Malformed),
        ("no issuer", signed(draft().without("iss")), F::Issuer),
        ("another directory than the issuer's", signed(draft().set("tid", other)), F::Issuer),
        ("no directory", signed(draft().without("tid")), F::Directory),
        (
            "template as directory",
            signed(draft().set("tid", "{tenantid}").set("iss", issuer("{tenantid}"))),
            F::Directory,
        ),
        ("directory in capitals", signed(draft().set("tid", upper.clone()).set("iss", issuer(&upper))), F::Directory),
        (
            "a domain as directory",
            signed(draft().set("tid", "contoso.com").set("iss", issuer("contoso.com"))),
            F::Directory,
        ),
        ("another app", signed(draft().set("aud", other)), F::Audience),
        ("several apps", signed(draft().set("aud", json!([CLIENT, other]))), F::Audience),
        ("the app in a list", signed(draft().set("aud", json!([CLIENT]))), F::Audience),
        ("the app in capitals", signed(draft().set("aud", CLIENT.to_string().to_uppercase())), F::Audience),
        ("the app as a resource", signed(draft().set("aud", format!("api://{CLIENT}"))), F::Audience),
        ("a token for Graph", signed(draft().set("aud", "https://graph.microsoft.com")), F::Audience),
        ("no audience", signed(draft().without("aud")), F::Audience),
        ("another nonce", signed(draft().set("nonce", "x")), F::Nonce),
        ("no nonce", signed(draft().without("nonce")), F::Nonce),
        ("a nonce of null", signed(draft().set("nonce", Value::Null)), F::Nonce),
        ("more than the nonce", signed(draft().set("nonce", format!("{NONCE}x"))), F::Nonce),
        ("the nonce in a list", signed(draft().set("nonce", json!([NONCE]))), F::Malformed),
        ("an access token for us", signed(draft().without("nonce").set("scp", "User.Read")), F::Nonce),
        ("expired", signed(draft().set("exp", now - 300)), F::Expired),
        ("expired before all time", signed(draft().set("exp", i64::MIN)), F::Expired),
        ("expires beyond all time", signed(draft().set("exp", u64::MAX)), F::Malformed),
        ("never expires", signed(draft().without("exp")), F::Expired),
        ("expiry as text", signed(draft().set("exp", "9999999999")), F::Malformed),
        ("not valid yet", signed(draft().set("nbf", now + 301)), F::NotYet),
        ("never valid", signed(draft().set("nbf", i64::MAX)), F::NotYet),
        ("no beginning", signed(draft().without("nbf")), F::NotYet),
        ("issued ahead of time", signed(draft().set("iat", now + 301)), F::NotYet),
        ("never issued", signed(draft().without("iat")), F::NotYet),
        ("issued as text", signed(draft().set("iat", now.to_string())), F::Malformed),
        ("version 1", signed(draft().set("ver", "1.0")), F::Version),
        ("no version", signed(draft().without("ver")), F::Version),
        ("version as a number", signed(draft().set("ver", 2.0)), F::Malformed),
        ("no person", signed(draft().without("oid")), F::Person),
        ("person that is no GUID", signed(draft().set("oid", "ada@contoso.com")), F::Person),
        ("person in capitals", signed(draft().set("oid", "AAAAAAAA-0000-4000-8000-00000000000A")), F::Person),
        ("person in braces", signed(draft().set("oid", "{aaaaaaaa-0000-4000-8000-00000000000a}")), F::Person),
        ("nobody", signed(draft().set("oid", "00000000-0000-0000-0000-000000000000")), F::Person),
    ];
    assert!(corpus.len() >= 60, "{} bad tokens", corpus.len());
    for (name, token, fault) in corpus {
        match microsoft.validate_id_token(&token, NONCE).await {
            Err(SignInError::Token(found)) => assert_eq!(found, fault, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    // Whatever keys were named, they were fetched once, and from nowhere else.
    assert_eq!((server.seen(KEYS).len(), elsewhere.all_seen().len()), (1, 0));
    // What each of them differs from is good.
    for token in [headed(json!({"alg": "RS256", "kid": "good"})), claiming(claims.as_bytes())] {
        microsoft.validate_id_token(&token, NONCE).await.unwrap();
    }
    // Within five minutes clocks may differ.
    for token in [draft().set("exp", now - 299), draft().set("nbf", now + 300), draft().set("iat", now + 300)] {
        microsoft.validate_id_token(&token.sign(), NONCE).await.unwrap();
    }
    // What Microsoft's answer brings is bounded before anything of it is looked at.
    let back: Url = "https://app.steward.test/connect/callback".parse().unwrap();
    let secrets = SignInSecrets { nonce: NONCE.to_owned(), code_verifier: "v".to_owned() };
    let long = draft().set("name", "x".repeat(megabyte)).sign();
    server.reply(TOKEN, [Reply::json(200, json!({"token_type": "Bearer", "id_token": long}))]);
    let error = microsoft.redeem("code", &back, &secrets).await.unwrap_err();
    assert!(matches!(&error, SignInError::Microsoft(e) if e.reason() == "bad_answer"), "{error}");
    // Nobody else's nonce is nobody's.
    let empty = draft().set("nonce", "").sign();
    assert!(microsoft.validate_id_token(&empty, "").await.is_err());
}

#[tokio::test]
async fn personal_accounts_are_turned_away() {
    let (server, microsoft) = entra().await;
    let issuer = server.at(&format!("/{CONSUMERS}/v2.0"));
    let token = Draft::good(&server).kid("consumers").set("tid", CONSUMERS).set("iss", issuer).sign();
    let error = microsoft.validate_id_token(&token, NONCE).await.unwrap_err();
    assert!(matches!(error, SignInError::PersonalAccount), "{error}");
}

#[tokio::test]
async fn keys_are_fetched_once_a_day_and_for_an_unknown_one_at_most_every_five_minutes() {
    let (server, microsoft) = entra().await;
    let check = async |kid: &str| {
        let token = Draft::good(&server).kid(kid).sign();
        microsoft.validate_id_token(&token, NONCE).await.is_ok()
    };
    let fetches = || server.seen(KEYS).len();
    assert!(check("good").await);
    for _ in 0..5 {
        assert!(!check("new").await);
    }
    assert_eq!(fetches(), 1);
    // Microsoft rolls its keys.
    let template = server.at("/{tenantid}/v2.0");
    server.reply(KEYS, [Reply::json(200, json!({"keys": [jwk("new", &KEY, &template)]}))]);
    server.time.advance(SignedDuration::from_mins(5));
    assert!(check("new").await);
    assert!(!check("good").await, "a key that is gone is gone");
    assert_eq!(fetches(), 2);
    server.time.advance(SignedDuration::from_hours(24));
    assert!(check("new").await);
    assert_eq!(fetches(), 3);
}

#[tokio::test]
async fn keys_from_elsewhere_and_an_issuer_for_everybody_are_refused() {
    let (server, _) = entra().await;
    let (elsewhere, _) = entra().await;
    let template = server.at("/{tenantid}/v2.0");
    for metadata in [
        json!({"issuer": template, "jwks_uri": elsewhere.at(KEYS)}),
        json!({"issuer": server.at("/common/v2.0"), "jwks_uri": server.at(KEYS)}),
        json!({"issuer": template, "jwks_uri": "not an address"}),
    ] {
        server.reply(METADATA, [Reply::json(200, metadata)]);
        let token = Draft::good(&server).sign();
        let error = server.microsoft().validate_id_token(&token, NONCE).await.unwrap_err();
        assert!(matches!(&error, SignInError::Microsoft(e) if e.reason() == "bad_answer"), "{error}");
    }
    assert_eq!(elsewhere.all_seen().len(), 0);
}

#[tokio::test]
async fn a_sign_in_goes_out_and_comes_back() {
    let (server, microsoft) = entra().await;
    let back: Url = "https://app.steward.test/connect/callback".parse().unwrap();
    let begun = microsoft.sign_in(&back, "the-state", Ask::Who);
    let query: std::collections::HashMap<_, _> = begun.url.query_pairs().into_owned().collect();
    assert_eq!(begun.url.path(), "/organizations/oauth2/v2.0/authorize");
    for (name, value) in [
        ("client_id", CLIENT.to_string().as_str()),
        ("response_type", "code"),
        ("redirect_uri", back.as_str()),
        ("scope", "openid profile"),
        ("state", "the-state"),
        ("nonce", &begun.secrets.nonce),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, begun.secrets.code_verifier.as_bytes());
    let challenge = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash);
    assert_eq!(query["code_challenge"], challenge);
    assert!(begun.secrets.code_verifier.len() >= 43 && begun.secrets.nonce != begun.secrets.code_verifier);

    let stored: SignInSecrets = serde_json::from_value(serde_json::to_value(&begun.secrets).unwrap()).unwrap();
    let token = Draft::good(&server).set("nonce", stored.nonce.clone()).sign();
    server.reply(TOKEN, [Reply::json(200, json!({"token_type": "Bearer", "id_token": token}))]);
    let identity = microsoft.redeem("the-code", &back, &stored).await.unwrap();
    assert_eq!(identity.directory, DIRECTORY);
    let form = server.seen(TOKEN)[0].form();
    assert_eq!((form["code"].as_str(), form["grant_type"].as_str()), ("the-code", "authorization_code"));
    assert_eq!((&form["code_verifier"], &form["client_secret"]), (&stored.code_verifier, &"client-secret".to_owned()));
}

#[tokio::test]
async fn a_code_is_redeemed_once_whatever_happens() {
    let (server, microsoft) = entra().await;
    let back: Url = "https://app.steward.test/".parse().unwrap();
    let secrets = || SignInSecrets { nonce: NONCE.to_owned(), code_verifier: "v".to_owned() };
    let used = json!({"error": "invalid_grant", "error_codes": [54005], "error_description": "AADSTS54005: …"});
    server.reply(TOKEN, [Reply::json(400, used)]);
    let error = microsoft.redeem("code", &back, &secrets()).await.unwrap_err();
    assert!(matches!(&error, SignInError::CodeRefused { code } if code == "AADSTS54005"), "{error}");
    server.reply(TOKEN, [Reply::text(503, "text/html", "")]);
    let error = microsoft.redeem("code", &back, &secrets()).await.unwrap_err();
    assert!(matches!(&error, SignInError::Microsoft(e) if e.reason() == "throttled"), "{error}");
    assert_eq!(server.seen(TOKEN).len(), 2);
}

#[tokio::test]
async fn consent_is_asked_for_one_directory() {
    let (_, microsoft) = entra().await;
    let url = microsoft.consent_url(DIRECTORY, &"https://app.steward.test/consent".parse().unwrap(), "s&t");
    assert_eq!(url.path(), format!("/{DIRECTORY}/v2.0/adminconsent"));
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    let expected = [
        ("client_id", CLIENT.to_string()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
        ("redirect_uri", "https://app.steward.test/consent".to_owned()),
        ("state", "s&t".to_owned()),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[tokio::test]
async fn what_a_directory_says_of_a_person_is_read_for_what_it_is_worth() {
    let (server, microsoft) = entra().await;
    let read = async |draft: Draft| microsoft.validate_id_token(&draft.sign(), NONCE).await.unwrap();
    let said = |claim: &str, value: Value| Draft::good(&server).set(claim, value);

    let plain = read(Draft::good(&server)).await;
    assert_eq!((plain.guest, plain.verified_email, plain.second_factor), (None, None, false), "an address is no proof");
    assert!(plain.app_roles.is_empty());
    for yes in [json!(true), json!(1), json!("1"), json!("true")] {
        let email = read(said("xms_edov", yes.clone())).await.verified_email;
        assert_eq!(email.as_deref(), Some("owner@victim.test"), "{yes}");
        assert_eq!(read(said("acct", yes)).await.guest, Some(true));
    }
    for no in [json!(false), json!(0), json!("0"), json!("yes"), json!(2), json!(null), json!([true])] {
        assert_eq!(read(said("xms_edov", no.clone())).await.verified_email, None, "{no}");
        assert_ne!(read(said("acct", no)).await.guest, Some(true));
    }
    assert_eq!(read(said("acct", json!(0))).await.guest, Some(false));
    assert!(read(said("amr", json!(["pwd", "mfa"]))).await.second_factor);
    assert!(!read(said("amr", json!(["pwd", "rsa"]))).await.second_factor);
    assert_eq!(read(said("roles", json!(["member"]))).await.app_roles, ["member"]);
}

#[tokio::test]
async fn an_address_is_told_to_who_asks_for_it() {
    let (_server, microsoft) = entra().await;
    let back: Url = "https://app.steward.test/sign-in/microsoft".parse().unwrap();
    let begun = microsoft.sign_in(&back, "state", Ask::WhoAndEmail);
    assert!(begun.url.query_pairs().any(|(name, value)| name == "scope" && value == "openid profile email"));
}

#[tokio::test]
async fn a_sign_in_at_the_door_of_one_directory_comes_back_there() {
    let (server, microsoft) = entra().await;
    let back: Url = "https://app.steward.test/sign-in/microsoft".parse().unwrap();
    let door = Door { directory: Some(DIRECTORY), address: Some("ben+x@contoso.com".to_owned()) };
    let begun = microsoft.sign_in_at(&door, &back, "state", Ask::WhoAndEmail);
    assert_eq!(begun.url.path(), format!("/{DIRECTORY}/oauth2/v2.0/authorize"));
    let query: std::collections::HashMap<_, _> = begun.url.query_pairs().into_owned().collect();
    assert_eq!(query["login_hint"], "ben+x@contoso.com");
    assert!(!query.contains_key("prompt"), "Entra takes one or the other");
    let anybody = microsoft.sign_in(&back, "state", Ask::WhoAndEmail);
    assert!(anybody.url.query_pairs().any(|(name, value)| name == "prompt" && value == "select_account"));

    let token = Draft::good(&server).set("nonce", begun.secrets.nonce.clone()).sign();
    let at_the_door = format!("/{DIRECTORY}/oauth2/v2.0/token");
    server.reply(&at_the_door, [Reply::json(200, json!({"token_type": "Bearer", "id_token": token}))]);
    let identity = microsoft.redeem_at(Some(DIRECTORY), "the-code", &back, &begun.secrets).await.unwrap();
    assert_eq!(identity.directory, DIRECTORY);
    assert_eq!(server.seen(&at_the_door).len(), 1);
}
