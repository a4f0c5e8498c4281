//! SES with its inbox and Secrets Manager, as the real SDKs and a browser see them.
#![allow(clippy::unwrap_used)]

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_sesv2::{
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    operation::send_email::{SendEmailError, builders::SendEmailFluentBuilder},
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use axum::body::Body as HttpBody;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, BoxFuture, MailFault};
use model::{Clock, clock::Sleep, clock::TimeSource};
use serde_json::{Value, json};
use tower::ServiceExt;

struct Fixed;

impl TimeSource for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }
    fn sleep(&self, _: SignedDuration) -> Sleep<'_> {
        Box::pin(async {})
    }
}

async fn start(data: Option<&Path>) -> Aws {
    Aws::start(AwsConfig { data: data.map(Path::to_owned), clock: Clock::new(Fixed) }).await.unwrap()
}

fn ses(aws: &Aws) -> aws_sdk_sesv2::Client {
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws::Http::new().unwrap().client())
        .endpoint_url(aws.endpoints().ses)
        .retry_config(RetryConfig::disabled());
    aws_sdk_sesv2::Client::from_conf(config.build())
}

fn secrets(aws: &Aws) -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
        .region(aws_sdk_secretsmanager::config::Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws::Http::new().unwrap().client())
        .endpoint_url(aws.endpoints().secrets)
        .retry_config(aws_sdk_secretsmanager::config::retry::RetryConfig::disabled());
    aws_sdk_secretsmanager::Client::from_conf(config.build())
}

fn text(data: &str) -> Content {
    Content::builder().data(data).charset("UTF-8").build().unwrap()
}

fn mail(aws: &Aws, to: &str, subject: &str, html: Option<&str>, headers: &[(&str, &str)]) -> SendEmailFluentBuilder {
    let body = Body::builder().text(text("Plain")).set_html(html.map(text)).build();
    let headers = headers.iter().map(|(name, value)| MessageHeader::builder().name(*name).value(*value).build());
    let message = Message::builder().subject(text(subject)).body(body);
    let message = headers.fold(message, |message, header| message.headers(header.unwrap())).build();
    ses(aws)
        .send_email()
        .from_email_address("Steward <hello@steward.example>")
        .reply_to_addresses("help@steward.example")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
        .configuration_set_name("transactional")
}

#[tokio::test]
async fn a_mail_sent_with_the_sdk_is_in_the_inbox_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let sent = {
        let aws = start(Some(folder.path())).await;
        let headers = [("Auto-Submitted", "auto-generated"), ("X-Steward-Event", "evt_1")];
        let sent = mail(&aws, "anna@example.com", "You could save £214 a month", Some("<p>Hi"), &headers);
        sent.send().await.unwrap().message_id.unwrap()
    };
    let aws = start(Some(folder.path())).await;
    let inbox = aws.inbox().unwrap();
    let mail = &inbox[0];
    assert_eq!((inbox.len(), &mail.id), (1, &sent));
    assert_eq!((&*mail.subject, &*mail.html), ("You could save £214 a month", "<p>Hi"));
    assert_eq!((&*mail.text, &*mail.from), ("Plain", "Steward <hello@steward.example>"));
    assert_eq!((&*mail.to[0], &*mail.reply_to[0]), ("anna@example.com", "help@steward.example"));
    assert_eq!(mail.header("x-steward-event"), Some("evt_1"));
    assert_eq!(mail.configuration_set.as_deref(), Some("transactional"));
    assert_eq!(mail.at, Fixed.now());
}

#[tokio::test]
async fn a_mail_to_the_mailbox_simulator_is_told_of_with_its_tags_and_no_other_is() {
    let aws = start(None).await;
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let keep = {
        let told = Arc::clone(&told);
        move |event: Value| -> BoxFuture<'static, anyhow::Result<()>> {
            told.lock().unwrap().push(event);
            Box::pin(async { Ok(()) })
        }
    };
    aws.bus().service_rule("told", "aws.ses", &["Email Bounced", "Email Complaint Received"], Arc::new(keep));
    // Our own bus is another.
    let ours =
        |_: Value| -> BoxFuture<'static, anyhow::Result<()>> { Box::pin(async { Err(anyhow::anyhow!("not ours")) }) };
    aws.bus().rule("ours", &[], Arc::new(ours));
    let tag = |value: &str| MessageTag::builder().name("event").value(value).build().unwrap();
    for local in ["bounce", "complaint+anna", "suppressionlist+b", "success", "bouncer"] {
        let to = format!("{local}@simulator.amazonses.com");
        mail(&aws, &to, "S", Some("<p>"), &[]).email_tags(tag(&format!("evt_{}", local.len()))).send().await.unwrap();
    }
    mail(&aws, "bounce@example.com", "S", Some("<p>"), &[]).send().await.unwrap();
    let refused = mail(&aws, "bounce@simulator.amazonses.com", "S", Some("<p>"), &[]).email_tags(tag("a@b.example"));
    assert!(matches!(refused.send().await.unwrap_err().into_service_error(), SendEmailError::BadRequestException(_)));
    aws.pump().await.unwrap();
    let told = told.lock().unwrap();
    let seen: Vec<Value> = told
        .iter()
        .map(|event| {
            let mail = &event["detail"]["mail"];
            json!([
                event["detail-type"],
                event["detail"]["eventType"],
                mail["destination"][0],
                mail["tags"]["event"][0]
            ])
        })
        .collect();
    let expected = [
        json!(["Email Bounced", "Bounce", "bounce@simulator.amazonses.com", "evt_6"]),
        json!(["Email Complaint Received", "Complaint", "complaint+anna@simulator.amazonses.com", "evt_14"]),
        json!(["Email Bounced", "Bounce", "suppressionlist+b@simulator.amazonses.com", "evt_17"]),
    ];
    assert_eq!(seen, expected);
    assert_eq!(told[0]["detail"]["mail"]["tags"]["ses:configuration-set"], json!(["transactional"]));
}

#[tokio::test]
async fn what_ses_would_refuse_is_refused() {
    let aws = start(None).await;
    let html = Some("<p>");
    let refused = [
        mail(&aws, "no address", "S", html, &[]),
        mail(&aws, "änna@example.com", "S", html, &[]),
        mail(&aws, "anna@example.com", "S\r\nBcc: eve@example.com", html, &[]),
        mail(&aws, "anna@example.com", "S", None, &[]),
        mail(&aws, "anna@example.com", "S", html, &[("Message-ID", "<1@example.com>")]),
        mail(&aws, "anna@example.com", "S", html, &[("X-A", "two\nlines")]),
        mail(&aws, "anna@example.com", "S", html, &[("X:A", "colon")]),
    ];
    for mail in refused {
        let error = mail.send().await.unwrap_err().into_service_error();
        assert!(matches!(error, SendEmailError::BadRequestException(_)), "{error:?}");
    }
    assert_eq!(aws.inbox().unwrap(), []);
}

#[tokio::test]
async fn sending_goes_wrong_in_the_ways_it_is_told_to() {
    let aws = start(None).await;
    let send = || mail(&aws, "anna@example.com", "S", Some("<p>"), &[]).send();
    for fault in [MailFault::TooManyRequests, MailFault::Rejected, MailFault::Paused, MailFault::Unavailable] {
        aws.fail_next_mail(fault);
    }
    let error = send().await.unwrap_err().into_service_error();
    assert!(matches!(error, SendEmailError::TooManyRequestsException(_)), "{error:?}");
    let error = send().await.unwrap_err().into_service_error();
    assert!(matches!(error, SendEmailError::MessageRejected(_)), "{error:?}");
    let error = send().await.unwrap_err().into_service_error();
    assert!(matches!(error, SendEmailError::SendingPausedException(_)), "{error:?}");
    assert_eq!(send().await.unwrap_err().raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(aws.inbox().unwrap(), []);
    aws.fail_next_mail(MailFault::AnswerLost);
    assert!(send().await.is_err());
    assert_eq!(aws.inbox().unwrap().len(), 1, "sent without the caller knowing");
}

async fn get(aws: &Aws, path: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).body(HttpBody::empty()).unwrap();
    let response = aws.inbox_pages("/inbox", "/templates").oneshot(request).await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, policy, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_inbox_pages_show_hostile_mails_harmlessly() {
    let aws = start(None).await;
    let (status, _, empty) = get(&aws, "/inbox").await;
    assert_eq!(status, StatusCode::OK);
    assert!(empty.contains("Nothing leaves it") && empty.contains("No mail yet"), "{empty}");

    let hostile = "<script>alert(1)</script>\"'&";
    mail(&aws, "anna@example.com", hostile, Some("<script>alert(2)</script>"), &[]).send().await.unwrap();
    let id = aws.inbox().unwrap()[0].id.clone();
    for path in ["/inbox".to_owned(), format!("/inbox/{id}")] {
        let (status, policy, page) = get(&aws, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "{page}");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    }
    let (_, _, page) = get(&aws, &format!("/inbox/{id}")).await;
    assert!(page.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""), "{page}");
    assert!(page.contains("<pre>Plain</pre>"));
    let (_, policy, html) = get(&aws, &format!("/inbox/{id}/html")).await;
    assert_eq!(html, "<script>alert(2)</script>");
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-scripts"), "{policy}");
    assert_eq!(get(&aws, "/inbox/none").await.0, StatusCode::NOT_FOUND);
    let (_, _, all) = get(&aws, "/inbox/mails.json").await;
    let all: Vec<local_aws::Mail> = serde_json::from_str(&all).unwrap();
    assert_eq!(all, aws.inbox().unwrap());
}

#[tokio::test]
async fn a_secret_is_made_read_replaced_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    {
        let aws = start(Some(folder.path())).await;
        let client = secrets(&aws);
        let missing = client.get_secret_value().secret_id("steward/keys").send().await.unwrap_err();
        assert!(missing.into_service_error().is_resource_not_found_exception());
        let missing = client.put_secret_value().secret_id("steward/keys").secret_string("1").send().await.unwrap_err();
        assert!(missing.into_service_error().is_resource_not_found_exception());
        client.create_secret().name("steward/keys").secret_string("one").send().await.unwrap();
        let again = client.create_secret().name("steward/keys").secret_string("two").send().await.unwrap_err();
        assert!(again.into_service_error().is_resource_exists_exception());
        let token = "0123456789abcdef0123456789abcdef";
        for _ in 0..2 {
            let put = client.put_secret_value().secret_id("steward/keys").secret_string("two");
            put.client_request_token(token).send().await.unwrap();
        }
        let put = client.put_secret_value().secret_id("steward/keys").secret_string("three");
        let other = put.client_request_token(token).send().await.unwrap_err();
        assert_eq!(other.code(), Some("ResourceExistsException"), "a token stands for one value");
    }
    let aws = start(Some(folder.path())).await;
    let client = secrets(&aws);
    let now = client.get_secret_value().secret_id("steward/keys").send().await.unwrap();
    assert_eq!(now.secret_string(), Some("two"));
    assert_eq!(now.version_stages(), ["AWSCURRENT"]);
    let by_arn = client.get_secret_value().secret_id(now.arn().unwrap()).version_stage("AWSPREVIOUS");
    assert_eq!(by_arn.send().await.unwrap().secret_string(), Some("one"));

    assert!(!aws.secret_if_absent("steward/keys", || panic!("it exists")).unwrap());
    assert!(aws.secret_if_absent("steward/mail", || "m".into()).unwrap());
    let made = client.get_secret_value().secret_id("steward/mail").send().await.unwrap();
    assert_eq!(made.secret_string(), Some("m"));
}

#[tokio::test]
async fn a_version_that_is_made_is_put_in_force_by_moving_a_label() {
    let aws = start(None).await;
    let client = secrets(&aws);
    let created = client.create_secret().name("steward/keys").secret_string("one").send().await.unwrap();
    let (first, second) = (created.version_id().unwrap().to_owned(), "0123456789abcdef0123456789abcdef");
    let put = client.put_secret_value().secret_id("steward/keys").secret_string("two").version_stages("AWSPENDING");
    put.client_request_token(second).send().await.unwrap();
    let in_force = async || {
        let answer = client.get_secret_value().secret_id("steward/keys").send().await.unwrap();
        answer.secret_string().unwrap().to_owned()
    };
    assert_eq!(in_force().await, "one");
    let moving = || {
        let moving = client.update_secret_version_stage().secret_id("steward/keys").version_stage("AWSCURRENT");
        moving.move_to_version_id(second)
    };
    // Whoever moves a label says where it is.
    let refused = moving().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidParameterException"));
    moving().remove_from_version_id(&first).send().await.unwrap();
    assert_eq!(in_force().await, "two");
    let described = client.describe_secret().secret_id("steward/keys").send().await.unwrap();
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(stages[second], ["AWSPENDING", "AWSCURRENT"]);
    assert_eq!(stages[&first], ["AWSPREVIOUS"]);
    // Nothing rotates it.
    let rotated = client.rotate_secret().secret_id("steward/keys").send().await.unwrap_err();
    assert_eq!(rotated.code(), Some("InvalidRequestException"));
}

#[tokio::test]
async fn an_unsigned_request_such_as_a_web_page_could_send_is_refused() {
    let aws = start(None).await;
    let post = |url: String| async move {
        let stream = tokio::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let request = Request::post("/v2/email/outbound-emails").header("host", "localhost");
        let request = request.header("x-amz-target", "secretsmanager.GetSecretValue");
        sender.send_request(request.body("{}".to_owned()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(post(aws.endpoints().ses).await, 403);
    assert_eq!(post(aws.endpoints().secrets).await, 400);
}
