use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use graph::{AppRegistration, Config, ConfigError, Credential, Microsoft, Secret};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

use crate::server::{CERTIFICATE, CLIENT, DIRECTORY, Reply, Server, page, token_path};

const SKUS: &str = "/v1.0/subscribedSkus";

async fn server() -> Server {
    let server = Server::start().await;
    server.reply(SKUS, [page(json!([]), None)]);
    server
}

fn certificate() -> Credential {
    let (certificate, key) = &*CERTIFICATE;
    Credential::Certificate { private_key_pem: Secret::new(key), certificate_pem: certificate.clone() }
}

#[tokio::test]
async fn a_secret_is_sent_as_a_form() {
    let server = server().await;
    server.directory().subscribed_skus().await.unwrap();
    let form = server.seen(&token_path())[0].form();
    let expected = [
        ("client_id", CLIENT.to_string()),
        ("client_secret", "client-secret".to_owned()),
        ("grant_type", "client_credentials".to_owned()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value)).into());
}

#[tokio::test]
async fn the_assertion_is_what_entra_asks_for() {
    let server = server().await;
    let directory = server.microsoft_with(certificate()).directory(DIRECTORY);
    directory.subscribed_skus().await.unwrap();
    let form = server.seen(&token_path())[0].form();
    assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert!(!form.contains_key("client_secret"));

    let assertion = &form["client_assertion"];
    let header = jsonwebtoken::decode_header(assertion).unwrap();
    let der = CertificateDer::from_pem_slice(CERTIFICATE.0.as_bytes()).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der));
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::PS256, Some("JWT")));
    assert_eq!(header.x5t_s256, Some(thumbprint));

    let key = jsonwebtoken::EncodingKey::from_rsa_pem(CERTIFICATE.1.as_bytes()).unwrap();
    let public = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::PS256).unwrap();
    let mut validation = Validation::new(Algorithm::PS256);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let claims: Value =
        jsonwebtoken::decode(assertion, &DecodingKey::from_jwk(&public).unwrap(), &validation).unwrap().claims;
    let now = server.clock().now().as_second();
    assert_eq!(claims["aud"], server.at(&token_path()));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
    assert_eq!((&claims["iat"], &claims["nbf"], &claims["exp"]), (&json!(now), &json!(now), &json!(now + 300)));
    assert!(claims["jti"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
}

#[tokio::test]
async fn each_assertion_has_its_own_id() {
    let server = server().await;
    server.token_lives(1);
    let microsoft = server.microsoft_with(certificate());
    for _ in 0..3 {
        microsoft.directory(DIRECTORY).subscribed_skus().await.unwrap();
    }
    let assertions: HashSet<_> =
        server.seen(&token_path()).iter().map(|seen| seen.form()["client_assertion"].clone()).collect();
    assert_eq!(assertions.len(), 3);
}

#[tokio::test]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let server = server().await;
    let microsoft = server.microsoft();
    let directory = || microsoft.directory(DIRECTORY);
    directory().subscribed_skus().await.unwrap();
    server.time.advance(SignedDuration::from_secs(3598 - 300));
    directory().subscribed_skus().await.unwrap();
    assert_eq!(server.seen(&token_path()).len(), 1);
    server.time.advance(SignedDuration::from_secs(1));
    directory().subscribed_skus().await.unwrap();
    assert_eq!(server.seen(&token_path()).len(), 2);
}

#[tokio::test]
async fn many_at_once_ask_for_one_token_and_each_directory_has_its_own() {
    let server = server().await;
    let microsoft = server.microsoft();
    let calls = (0..20).map(|_| {
        let directory = microsoft.directory(DIRECTORY);
        async move { directory.subscribed_skus().await }
    });
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(server.seen(&token_path()).len(), 1);
    let other = model::DirectoryId::literal("99999999-2222-4333-8444-555555555555");
    assert_eq!(microsoft.directory(other).subscribed_skus().await.unwrap_err().reason(), "refused");
}

#[tokio::test]
async fn granted_permissions_are_read_from_the_token() {
    let server = server().await;
    let claims = URL_SAFE_NO_PAD.encode(r#"{"roles":["User.Read.All","Reports.Read.All"]}"#);
    let token = json!({"access_token": format!("e30.{claims}.x"), "expires_in": 3599});
    server.reply(&token_path(), [Reply::json(200, token)]);
    assert_eq!(server.directory().granted_permissions().await.unwrap(), ["User.Read.All", "Reports.Read.All"]);
    // An opaque token says nothing, which is no error.
    server.token_lives(3599);
    assert!(server.directory().granted_permissions().await.unwrap().is_empty());
}

#[tokio::test]
async fn entras_refusals_are_told_apart_by_code() {
    for (code, status, reason) in [
        (65001, 400, "consent_lost"),
        (700016, 400, "consent_lost"),
        (7000229, 401, "consent_lost"),
        (7000112, 400, "consent_lost"),
        (90002, 400, "consent_lost"),
        (7000215, 401, "credential_refused"),
        (7000222, 401, "credential_refused"),
        (700027, 401, "credential_refused"),
        (50034, 400, "refused"),
    ] {
        let server = server().await;
        let body =
            json!({"error": "invalid_client", "error_codes": [code], "error_description": "AADSTS: client-secret"});
        server.reply(&token_path(), [Reply::json(status, body)]);
        let error = server.directory().subscribed_skus().await.unwrap_err();
        assert_eq!(error.reason(), reason, "{code}");
        assert!(error.to_string().contains(&format!("AADSTS{code}")), "{error}");
        assert_eq!(server.seen(&token_path()).len(), 1);
    }
}

#[tokio::test]
async fn a_busy_entra_is_asked_again() {
    let server = server().await;
    let token = Reply::json(200, json!({"access_token": "t", "expires_in": 3599}));
    let busy = Reply::text(503, "text/html", "<html>").with("retry-after", "3");
    server.reply(&token_path(), [busy, Reply::text(200, "text/html", "<html>"), token.breaking_off()]);
    let error = server.directory().subscribed_skus().await.unwrap_err();
    assert_eq!(error.reason(), "no_connection");
    assert_eq!(server.seen(&token_path()).len(), 6);
    assert_eq!(server.time.slept.lock().unwrap()[0], SignedDuration::from_secs(3));
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let (certificate, key) = &*CERTIFICATE;
    let time = || model::Clock::new(Never);
    let make = |authority: &str, private_key: &str, certificate: &str| {
        Microsoft::new(Config {
            authority: authority.parse().unwrap(),
            graph: "https://graph.microsoft.com".parse().unwrap(),
            app: AppRegistration {
                client_id: CLIENT,
                credential: Credential::Certificate {
                    private_key_pem: Secret::new(private_key),
                    certificate_pem: certificate.to_owned(),
                },
            },
            clock: time(),
            ids: model::Ids::new(Nothing),
        })
        .err()
    };
    let https = "https://login.microsoftonline.com";
    assert!(make(https, key, certificate).is_none());
    assert!(matches!(
        make("http://login.microsoftonline.com", key, certificate),
        Some(ConfigError::Endpoint("authority"))
    ));
    assert!(matches!(make(https, "no key", certificate), Some(ConfigError::PrivateKey)));
    assert!(matches!(make(https, certificate, certificate), Some(ConfigError::PrivateKey)));
    assert!(matches!(make(https, key, "no certificate"), Some(ConfigError::Certificate)));
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    assert!(matches!(make(https, &elliptic, certificate), Some(ConfigError::PrivateKey)));
}

struct Never;
impl model::clock::TimeSource for Never {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
    fn sleep(&self, _: SignedDuration) -> model::clock::Sleep<'_> {
        Box::pin(std::future::pending())
    }
}

struct Nothing;
impl model::clock::RandomSource for Nothing {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}
