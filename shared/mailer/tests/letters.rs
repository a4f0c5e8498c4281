//! Every letter as its reader gets it, the rules all of them keep, and sending through SES.
#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, MailFault};
use mailer::{Letter, MailError, Mailer, MailerConfig, RenderError, Rendered, Top};
use model::{
    Clock, Currency, Money,
    clock::{Sleep, TimeSource},
};

fn config() -> MailerConfig {
    MailerConfig {
        from_name: "Steward".into(),
        from_address: "hello@steward.example".into(),
        reply_to: "help@steward.example".into(),
        base_url: "https://app.steward.example".into(),
        configuration_set: "transactional".into(),
        postal_address: "Steward Ltd, 1 High Street, Leeds LS1 1AA, United Kingdom".into(),
    }
}

const BASE: &str = "https://app.steward.example";
const TOKEN: &str =
    "https://app.steward.example/verify?a=1&b=2#dG9rZW4tdGhhdC1pcy1sb25nLWVub3VnaC10by13cmFwLW9uLWEtcGhvbmU";

fn dollars(amount: i64) -> Option<Money> {
    Some(Money::new(amount * 100, Currency::Usd))
}

fn finished(company: &str) -> Letter {
    Letter::ScanFinished {
        company: company.into(),
        findings: 7,
        monthly: dollars(214),
        certain: dollars(180),
        likely: dollars(34),
        top: vec![
            Top {
                title: "4 people who left still have a licence".into(),
                people: 4,
                monthly: dollars(96),
                link: format!("{BASE}/findings/1"),
            },
            Top {
                title: "Old sign-in methods are open".into(),
                people: 0,
                monthly: None,
                link: format!("{BASE}/findings/2"),
            },
        ],
        not_checked: vec!["Who uses which app: your licence has no usage report.".into()],
        link: format!("{BASE}/scans/scn_1"),
    }
}

/// [`finished`] with one thing other.
fn finished_but(change: impl FnOnce(&mut u32, &mut Option<Money>, &mut Vec<Top>, &mut Vec<String>)) -> Letter {
    let mut letter = finished("Contoso Ltd");
    if let Letter::ScanFinished { findings, monthly, certain, likely, top, not_checked, .. } = &mut letter {
        change(findings, monthly, top, not_checked);
        if monthly.is_none_or(|money| money.amount_minor == 0) {
            (*certain, *likely) = (None, None);
        }
    }
    letter
}

/// A letter of each kind and variant for `company`, by name.
fn all(company: &str) -> Vec<(&'static str, Letter)> {
    let company_ = || company.to_owned();
    let link = || TOKEN.to_owned();
    vec![
        ("verify_email", Letter::VerifyEmail { company: company_(), link: link(), expires_hours: 24 }),
        ("already_registered", Letter::AlreadyRegistered { sign_in_link: format!("{BASE}/sign-in") }),
        ("scan_finished", finished(company)),
        (
            "scan_finished_unpriced",
            finished_but(|_, monthly, top, _| {
                *monthly = None;
                top[0].monthly = None;
            }),
        ),
        (
            "scan_finished_nothing_to_save",
            finished_but(|findings, monthly, top, not_checked| {
                (*findings, *monthly) = (1, dollars(0));
                top.remove(0);
                not_checked.clear();
            }),
        ),
        (
            "scan_finished_nothing",
            finished_but(|findings, monthly, top, not_checked| {
                (*findings, *monthly) = (0, dollars(0));
                top.clear();
                not_checked.clear();
            }),
        ),
        (
            "scan_finished_nothing_but_gaps",
            finished_but(|findings, monthly, top, _| {
                (*findings, *monthly) = (0, None);
                top.clear();
            }),
        ),
        (
            "connection_lost",
            Letter::ConnectionLost {
                company: company_(),
                reason_text: "An administrator removed Steward from your apps.".into(),
                link: format!("{BASE}/connect"),
            },
        ),
        ("session_ended", Letter::SessionEnded { company: company_(), link: format!("{BASE}/sign-in") }),
    ]
}

fn rendered(company: &str) -> Vec<(&'static str, Rendered)> {
    all(company).into_iter().map(|(name, letter)| (name, letter.render(&config()).unwrap())).collect()
}

#[test]
fn every_letter_reads_as_it_was_approved() {
    for (name, Rendered { subject, preheader, html, text }) in rendered("Contoso Ltd") {
        insta::assert_snapshot!(format!("{name}.txt"), format!("Subject: {subject}\nPreheader: {preheader}\n\n{text}"));
        insta::assert_snapshot!(format!("{name}.html"), html);
    }
}

/// What stands in the double quotes after `name=`, entities resolved.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let starts = html.match_indices(&format!("{name}=\"")).map(|(at, found)| at + found.len()).collect::<Vec<_>>();
    starts.into_iter().map(|at| html[at..].split('"').next().unwrap().replace("&amp;", "&")).collect()
}

#[test]
fn every_letter_keeps_the_rules() {
    for (name, Rendered { subject, preheader, html, text }) in rendered("Contoso Ltd") {
        assert!((10..=78).contains(&subject.chars().count()), "{name}: {subject}");
        assert!((20..=140).contains(&preheader.chars().count()), "{name}: {preheader}");
        assert!(html.contains(&preheader), "{name}: the HTML begins with the preheader");
        assert!(!text.contains(&preheader), "{name}: the text does not repeat it");
        assert!(html.len() < 100_000, "{name}: {} bytes", html.len());
        assert!(text.len() > 200, "{name}");
        for part in [&subject, &preheader, &html, &text] {
            for placeholder in ["{{", "{%", "}}", "%}", "undefined", "None", "Some("] {
                assert!(!part.contains(placeholder), "{name} holds {placeholder}");
            }
            assert!(!part.contains('!') || part == &html, "{name}: no exclamation marks");
            for word in ["tenant", "SKU", "MFA", "please", "Please", "sorry", "Sorry"] {
                assert!(!part.contains(word), "{name} says {word}");
            }
        }
        let links = attributes(&html, "href");
        assert!(links.len() >= 3, "{name}: button, its address, our own");
        assert!(links.iter().all(|link| link.starts_with(BASE)), "{name}: {links:?}");
        assert_eq!(attributes(&html, "src"), Vec::<String>::new(), "{name}: nothing is loaded, nobody is tracked");
        assert!(!html.contains("<img") && !html.contains("@import") && !html.contains("<script"), "{name}");
        for link in text.split_whitespace().filter(|word| word.contains("://")) {
            assert!(link.starts_with(BASE), "{name}: {link}");
        }
        for link in &links {
            assert!(text.contains(link.trim_end_matches('/')), "{name}: the text has {link} too");
        }
        assert!(html.contains("prefers-color-scheme: dark"), "{name}");
        assert!(html.contains("name=\"color-scheme\" content=\"light dark\""), "{name}");
        assert!(text.contains("1 High Street") && html.contains("1 High Street"), "{name}");
        assert!(text.contains("You get this mail because") && html.contains("You get this mail because"), "{name}");
        assert!(!text.contains("\n\n\n"), "{name}: {text}");
    }
}

#[test]
fn the_subject_states_the_fact_and_its_number_and_never_a_saving_of_nothing() {
    let letters = rendered("Contoso Ltd");
    let of = |wanted: &str| &letters.iter().find(|(name, _)| *name == wanted).unwrap().1;
    assert_eq!(of("scan_finished").subject, "You could save $214 a month");
    assert_eq!(of("scan_finished_unpriced").subject, "7 things to look at in your Microsoft 365");
    assert_eq!(of("scan_finished_nothing_to_save").subject, "1 thing to look at in your Microsoft 365");
    assert_eq!(of("scan_finished_nothing").subject, "Nothing to fix in your Microsoft 365");
    assert_eq!(
        of("scan_finished_nothing_but_gaps").subject,
        "Nothing to fix in what we could check in your Microsoft 365"
    );
    for name in ["unpriced", "nothing_to_save", "nothing", "nothing_but_gaps"] {
        let Rendered { subject, preheader, html, text } = of(&format!("scan_finished_{name}"));
        for part in [subject, preheader, html, text] {
            assert!(!part.contains('$'), "{name}: {part}");
        }
    }
    assert!(of("scan_finished_unpriced").text.contains("Prices of your licences are missing"));
    assert!(of("scan_finished_nothing_but_gaps").text.contains("your licence has no usage report"));
}

#[test]
fn a_hostile_company_name_is_only_a_name() {
    let hostile = "</title><script>alert(1)</script>\r\nBcc: eve@evil.example https://evil.example {{ link }} \
                   <a href=\"https://evil.example\">\u{202e}gnp.exe\u{0}\"'&";
    for (name, Rendered { subject, preheader, html, text }) in rendered(hostile) {
        for part in [&subject, &preheader, &html, &text] {
            assert!(!part.contains("evil.example"), "{name}: a mail program would make it a link");
            assert!(!part.contains("eve@evil"), "{name}");
            assert!(!part.contains('\u{202e}') && !part.contains('\u{0}'), "{name}");
        }
        assert!(!html.contains("<script") && html.matches("</title>").count() == 1, "{name}");
        assert!(!subject.contains(['\r', '\n']) && !preheader.contains(['\r', '\n']), "{name}");
        assert!(attributes(&html, "href").iter().all(|link| link.starts_with(BASE)), "{name}");
    }
    let letter = Letter::VerifyEmail { company: "x".repeat(500), link: TOKEN.into(), expires_hours: 1 };
    let text = letter.render(&config()).unwrap().text;
    assert!(text.contains(&format!("{}…", "x".repeat(60))) && !text.contains(&"x".repeat(61)));
    assert!(text.contains("works for 1 hour,"));
}

#[test]
fn a_link_leads_to_the_configured_address_or_there_is_no_mail() {
    let letter = |link: &str| Letter::SessionEnded { company: "A".into(), link: link.into() };
    let foreign = [
        "https://evil.example/sign-in",
        "https://app.steward.example.evil.example/",
        "https://app.steward.example@evil.example/",
        "https://eve:x@app.steward.example/",
        "http://app.steward.example/",
        "https://app.steward.example:444/",
        "javascript:alert(1)",
        "/sign-in",
        "",
    ];
    for link in foreign {
        let error = letter(link).render(&config()).unwrap_err();
        assert!(matches!(error, RenderError::ForeignLink { letter: "session_ended" }), "{link}: {error}");
    }
    let html = letter("https://app.steward.example/\"><script>").render(&config()).unwrap().html;
    assert!(!html.contains("<script"));

    let local = MailerConfig { base_url: "http://127.0.0.1:8080/app".into(), ..config() };
    assert!(letter("http://127.0.0.1:8080/app/sign-in").render(&local).is_ok());
    assert!(letter("http://127.0.0.1:8080/application").render(&local).is_err());
    let unsafe_base = MailerConfig { base_url: "http://app.steward.example".into(), ..config() };
    let error = letter("http://app.steward.example/").render(&unsafe_base).unwrap_err();
    assert!(matches!(error, RenderError::BaseUrl(_)), "{error}");
}

struct Fixed;

impl TimeSource for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }
    fn sleep(&self, _: SignedDuration) -> Sleep<'_> {
        Box::pin(async {})
    }
}

async fn on_machine() -> (Aws, Mailer) {
    use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
    let aws = Aws::start(AwsConfig { data: None, clock: Clock::new(Fixed) }).await.unwrap();
    let client = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(aws.endpoints().ses)
        .retry_config(RetryConfig::disabled());
    let config = MailerConfig { from_name: "Größe, \"Steward\"".into(), ..config() };
    let mailer = Mailer::new(aws_sdk_sesv2::Client::from_conf(client.build()), config);
    (aws, mailer)
}

#[tokio::test]
async fn every_letter_arrives_with_its_parts_and_headers() {
    let (aws, mailer) = on_machine().await;
    for (name, letter) in all("Contoso Ltd") {
        let id = mailer.send("anna@example.com", &letter, &format!("evt_{name}\r\nX-Evil: 1")).await.unwrap();
        let mail = aws.inbox().unwrap().pop().unwrap();
        assert_eq!(mail.id, id.0);
        let expected = letter.render(mailer.config()).unwrap();
        assert_eq!((&mail.subject, &mail.html, &mail.text), (&expected.subject, &expected.html, &expected.text));
        assert_eq!(
            (&*mail.to, &*mail.reply_to),
            (&["anna@example.com".to_owned()][..], &["help@steward.example".into()][..])
        );
        assert_eq!(mail.configuration_set.as_deref(), Some("transactional"));
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(mail.header("X-Steward-Event"), Some(&*format!("evt_{name}X-Evil:1")));
        assert_eq!(mail.header("List-Unsubscribe"), None, "not a mailing");
        assert!(
            mail.from.starts_with("=?UTF-8?B?") && mail.from.ends_with("?= <hello@steward.example>"),
            "{}",
            mail.from
        );
    }
}

#[tokio::test]
async fn a_failure_says_whether_to_try_again() {
    let (aws, mailer) = on_machine().await;
    let letter = Letter::AlreadyRegistered { sign_in_link: format!("{BASE}/sign-in") };
    let send = async |to: &str| mailer.send(to, &letter, "evt_1").await.unwrap_err();
    for to in ["anna", "anna@example.com, eve@example.com", "anna@example.com\r\nBcc: eve@example.com"] {
        let error = send(to).await;
        assert!(matches!(error, MailError::Address { .. }) && !error.is_retryable(), "{error:?}");
    }
    for fault in [MailFault::TooManyRequests, MailFault::Unavailable, MailFault::AnswerLost] {
        aws.fail_next_mail(fault);
        let error = send("anna@example.com").await;
        assert!(error.is_retryable(), "{fault:?}: {error:?}");
    }
    for (fault, code) in [(MailFault::Rejected, "MessageRejected"), (MailFault::Paused, "SendingPausedException")] {
        aws.fail_next_mail(fault);
        match send("anna@example.com").await {
            MailError::Refused { code: told, .. } => assert_eq!(told, code),
            error => panic!("{error:?}"),
        }
    }
    assert_eq!(aws.inbox().unwrap().len(), 1, "the one whose answer was lost");
}
