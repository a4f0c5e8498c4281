//! Every letter as its reader gets it, the rules all of them keep, and sending through SES.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, MailFault};
use mailer::{
    By, Letter, MailError, Mailer, MailerConfig, Moment, News, Notice, RenderError, Rendered, Sample, samples,
};
use model::{
    Clock, TenantId,
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

/// Every letter, with `theirs` for everything somebody else could have typed.
fn all(theirs: impl Fn(&str) -> String) -> Vec<(&'static str, Letter)> {
    samples(BASE, &theirs).into_iter().map(|Sample { name, letter }| (name, letter)).collect()
}

/// A notice that leads to `link`.
fn notice(link: &str) -> Letter {
    let moment = Moment { at: Timestamp::UNIX_EPOCH, by: By::Steward };
    Letter::Notice(Notice { company: "A".into(), news: News::SessionEnded, moment, link: link.into() })
}

fn rendered(theirs: impl Fn(&str) -> String) -> Vec<(&'static str, Rendered)> {
    all(theirs).into_iter().map(|(name, letter)| (name, letter.render(&config()).unwrap())).collect()
}

#[test]
fn every_letter_has_a_sample() {
    let all = all(str::to_owned);
    let missing: Vec<_> = Letter::NAMES.iter().filter(|name| all.iter().all(|(_, one)| one.name() != **name)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "add them to shared/mailer/src/samples.rs");
    let names: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), all.len(), "two samples of one name");
    assert!(all.iter().all(|(name, letter)| name.starts_with(letter.name())));
}

#[test]
fn every_template_is_of_a_letter() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let stems: BTreeSet<_> = files.map(|file| file.split('.').next().unwrap().to_owned()).collect();
    let letters: BTreeSet<_> = Letter::NAMES.iter().chain(&["layout", "notice"]).map(ToString::to_string).collect();
    assert_eq!(stems, letters);
}

#[test]
fn every_letter_reads_as_it_was_approved() {
    for (name, Rendered { subject, preheader, html, text }) in rendered(str::to_owned) {
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
    for (name, Rendered { subject, preheader, html, text }) in rendered(str::to_owned) {
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
fn a_mail_that_one_can_do_without_says_where_to_choose_and_no_other_does() {
    const CHOOSE: &str = "/account/notifications";
    let mut can_do_without = BTreeSet::new();
    for (name, letter) in all(str::to_owned) {
        let Rendered { html, text, .. } = letter.render(&config()).unwrap();
        let chosen = letter.topic().is_some();
        assert_eq!((html.contains(CHOOSE), text.contains(CHOOSE)), (chosen, chosen), "{name}");
        assert!(!chosen || !text.contains("cannot be switched off"), "{name}");
        can_do_without.extend(chosen.then(|| letter.name()));
    }
    let reviewed = [
        "attestation_answered",
        "attestation_expired",
        "fix_ended",
        "invitation_declined",
        "key_expiring",
        "member_joined",
        "renewal_near",
        "scan_finished",
    ];
    assert_eq!(can_do_without, BTreeSet::from(reviewed), "what is about safety, or a link, always comes");
}

#[test]
fn the_subject_states_the_fact_and_its_number_and_never_a_saving_of_nothing() {
    let letters = rendered(str::to_owned);
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

/// What somebody may call themselves, a company, a role, a key or a browser.
const HOSTILE: &[&str] = &[
    "</title><script>alert(1)</script>",
    "x\r\nBcc: eve@evil.example\r\n\r\n<b>hello</b>",
    "\nSubject: You won\u{2028}X-Evil: 1\u{85}",
    "https://evil.example/sign-in",
    "www.evil.example, mail eve@evil.example",
    "<a href=\"https://evil.example\">Sign in</a>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</mj-text><mj-raw><script>alert(1)</script></mj-raw><mj-text>",
    "</td></tr></table><mj-include path=\"/etc/passwd\" />",
    "{{ link }} {% include \"layout.txt.j2\" %} {# gone #}",
    "{{ 7 * 7 }}",
    "<!-- <![CDATA[ ]]> <!--[if mso]>",
    "&lt;script&gt;&#60;b&#62;",
    "\u{202e}gnp.exe\u{0}\u{7f}\u{200b}\u{feff}",
    "javascript:alert(1)//",
    "=?UTF-8?B?PHNjcmlwdD4=?=",
    "-- \nYou get this mail because you won",
    "",
    " ",
];

#[test]
fn a_hostile_name_is_only_a_name_in_every_letter() {
    let kind = rendered(str::to_owned);
    for hostile in HOSTILE.iter().map(|one| (*one).to_owned()).chain(["A".repeat(5000), "😀".repeat(300)]) {
        for ((name, Rendered { subject, preheader, html, text }), (_, sound)) in
            rendered(|_| hostile.clone()).into_iter().zip(&kind)
        {
            for part in [&subject, &preheader, &html, &text] {
                assert!(!part.contains("evil.example"), "{name}: a mail program makes a link of {hostile:?}");
                assert!(!part.contains("eve@evil"), "{name}");
                assert!(!part.contains(['\u{202e}', '\u{0}', '\u{85}', '\u{2028}']), "{name}: {hostile:?}");
                assert!(!part.contains(&"A".repeat(201)), "{name}: too long");
            }
            assert!(
                !subject.contains(char::is_control) && !preheader.contains(char::is_control),
                "{name}: {hostile:?}"
            );
            // Its markup is that of the same letter about somebody kind: no tag and no attribute more or less.
            assert_eq!(tags(&html), tags(&sound.html), "{name}: {hostile:?}");
            assert_eq!(attributes(&html, "href"), attributes(&sound.html, "href"), "{name}: {hostile:?}");
            // And its text has as many lines.
            assert_eq!(text.lines().count(), sound.text.lines().count(), "{name}: {hostile:?}\n{text}");
            assert!(!text.contains("49") && !subject.contains("49"), "{name}: {hostile:?} was run");
            assert!(html.len() < 100_000, "{name}: Gmail cuts off what is longer");
        }
    }
}

/// The tags of a page with the names of their attributes, in order.
fn tags(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        // Inside a quoted value a `>` would not end the tag; we escape it there, so it always does.
        let end = rest[at..].find('>').unwrap_or(rest.len() - at);
        let tag = &rest[at..at + end];
        let names = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
        tags.push(names);
        rest = &rest[at + end..];
    }
    tags
}

#[test]
fn a_name_that_goes_to_strangers_is_short() {
    let link = format!("{BASE}/verify?a=1&b=2#token=svt_1");
    let (company, sign_in_link) = ("x".repeat(500), format!("{BASE}/sign-in"));
    for letter in [
        Letter::VerifyEmail { company: company.clone(), link: link.clone(), expires_hours: 1 },
        Letter::AlreadyRegistered { company, link, sign_in_link, expires_hours: 1 },
    ] {
        let text = letter.render(&config()).unwrap().text;
        assert!(text.contains(&format!("{}…", "x".repeat(60))) && !text.contains(&"x".repeat(61)));
        assert!(text.contains("works for 1 hour,"));
    }
}

#[test]
fn a_link_leads_to_the_configured_address_or_there_is_no_mail() {
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
        let error = notice(link).render(&config()).unwrap_err();
        assert!(matches!(error, RenderError::ForeignLink { letter: "session_ended" }), "{link}: {error}");
    }
    let html = notice("https://app.steward.example/\"><script>").render(&config()).unwrap().html;
    assert!(!html.contains("<script"));

    let local = MailerConfig { base_url: "http://127.0.0.1:8080/app".into(), ..config() };
    assert!(notice("http://127.0.0.1:8080/app/sign-in").render(&local).is_ok());
    assert!(notice("http://127.0.0.1:8080/application").render(&local).is_err());
    let unsafe_base = MailerConfig { base_url: "http://app.steward.example".into(), ..config() };
    let error = notice("http://app.steward.example/").render(&unsafe_base).unwrap_err();
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
        .http_client(aws::Http::new().unwrap().client())
        .endpoint_url(aws.endpoints().ses)
        .retry_config(RetryConfig::disabled());
    let config = MailerConfig { from_name: "Größe, \"Steward\"".into(), ..config() };
    let mailer = Mailer::new(aws_sdk_sesv2::Client::from_conf(client.build()), config);
    (aws, mailer)
}

#[tokio::test]
async fn every_letter_arrives_with_its_parts_and_headers() {
    let (aws, mailer) = on_machine().await;
    for (name, letter) in all(str::to_owned) {
        let tenant = TenantId::from_bits(1);
        let id = mailer.send("anna@example.com", &letter, tenant, &format!("evt_{name}\r\nX-Evil: 1")).await.unwrap();
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
        let tags = [("tenant".to_owned(), tenant.to_string()), ("event".to_owned(), format!("evt_{name}X-Evil1"))];
        assert_eq!(mail.tags, tags, "{name}: by what a mail that comes back is known, and no address");
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
    let letter = notice(&format!("{BASE}/sign-in"));
    let send = async |to: &str| mailer.send(to, &letter, TenantId::from_bits(1), "evt_1").await.unwrap_err();
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
