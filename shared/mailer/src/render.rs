//! minijinja writes the text part and MJML, mrml turns that into HTML. Text is made harmless before it gets there and
//! escaped on the way, so no name can become markup, a header or a link.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter, syntax::SyntaxConfig};
use model::Money;
use url::Url;

use crate::{Letter, MailerConfig, Rendered, Top};

/// Longest text from outside, in characters.
const TEXT_MAX: usize = 200;
/// Longest company name before its address is verified: it reaches an address that may be a stranger's.
const UNVERIFIED_NAME_MAX: usize = 60;

/// A mail that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The base address in the configuration is not https, nor http on a loopback name.
    #[error("the base URL is not https (or http on loopback): {0}")]
    BaseUrl(String),
    /// A link leads elsewhere than to the base address.
    #[error("a link of {letter} does not lead to the base URL")]
    ForeignLink {
        /// The letter's name.
        letter: &'static str,
    },
    /// A template and its facts do not fit.
    #[error("cannot fill in a template")]
    Template(#[from] minijinja::Error),
    /// A template is not MJML.
    #[error("cannot turn {letter} into HTML: {reason}")]
    Mjml {
        /// The letter's name.
        letter: &'static str,
        /// mrml's words.
        reason: String,
    },
}

macro_rules! templates {
    ($name:literal) => {
        (
            include_str!(concat!("../templates/", $name, ".mjml.j2")),
            include_str!(concat!("../templates/", $name, ".txt.j2")),
        )
    };
}

/// The templates of a letter: MJML and text.
const fn templates(letter: &Letter) -> (&'static str, &'static str) {
    match letter {
        Letter::VerifyEmail { .. } => templates!("verify_email"),
        Letter::AlreadyRegistered { .. } => templates!("already_registered"),
        Letter::ScanFinished { .. } => templates!("scan_finished"),
        Letter::ConnectionLost { .. } => templates!("connection_lost"),
        Letter::SessionEnded { .. } => templates!("session_ended"),
    }
}

pub(crate) fn render(letter: &Letter, config: &MailerConfig) -> Result<Rendered, RenderError> {
    let links = Links::to(config, letter.name())?;
    let facts = facts(letter, &links)?;
    let every = context! {
        postal_address => shown(&config.postal_address, TEXT_MAX),
        base_url => links.base.as_str().trim_end_matches('/'),
    };

    let (mjml, text) = templates(letter);
    let (layout_mjml, layout_text) = templates!("layout");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|name| match name.ends_with(".mjml.j2") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    // minijinja's own also escapes the slash, which some mail programs show.
    environment.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
        _ => escape_formatter(out, state, value),
    });
    environment.add_template("layout.mjml.j2", layout_mjml)?;
    environment.add_template("layout.txt.j2", layout_text)?;
    environment.add_template("letter.mjml.j2", mjml)?;
    environment.add_template("letter.txt.j2", text)?;

    let text = environment.get_template("letter.txt.j2")?;
    let mut text = text.render_captured(context! { ..facts.clone(), ..every.clone() })?;
    let mut line = |block: &str| text.with_state_mut(|state| state.render_block(block));
    let (subject, preheader) = (one_line(&line("subject")?), one_line(&line("preheader")?));
    let head = context! { subject => &subject, preheader => &preheader };
    let mjml = environment.get_template("letter.mjml.j2")?.render(context! { ..head, ..facts, ..every })?;
    let html = html(&mjml).map_err(|reason| RenderError::Mjml { letter: letter.name(), reason })?;
    Ok(Rendered { subject, preheader, html, text: format!("{}\n", text.into_output().trim()) })
}

fn html(mjml: &str) -> Result<String, String> {
    let parsed = mrml::parse(mjml).map_err(|error| error.to_string())?;
    let options = mrml::prelude::render::RenderOptions {
        disable_comments: true,
        // Else mrml links to fonts on other people's servers.
        fonts: Default::default(),
        ..Default::default()
    };
    parsed.element.render(&options).map_err(|error| error.to_string())
}

/// The letter's facts under the names its templates use.
fn facts(letter: &Letter, links: &Links) -> Result<Value, RenderError> {
    let text = |text: &str| shown(text, TEXT_MAX);
    Ok(match letter {
        Letter::VerifyEmail { company, link, expires_hours } => context! {
            company => shown(company, UNVERIFIED_NAME_MAX),
            link => links.checked(link)?,
            lifetime => counted(*expires_hours, "hour", "hours"),
        },
        Letter::AlreadyRegistered { sign_in_link } => context! { link => links.checked(sign_in_link)? },
        Letter::ConnectionLost { company, reason_text, link } => context! {
            company => text(company),
            reason => text(reason_text),
            link => links.checked(link)?,
        },
        Letter::SessionEnded { company, link } => context! { company => text(company), link => links.checked(link)? },
        Letter::ScanFinished { company, findings, monthly, certain, likely, top, not_checked, link } => {
            let top = top.iter().map(|one| row(one, links)).collect::<Result<Vec<_>, _>>()?;
            context! {
                company => text(company),
                variant => match (findings, monthly) {
                    (0, _) => "nothing",
                    (_, None) => "unpriced",
                    (_, Some(money)) if money.amount_minor > 0 => "saving",
                    _ => "free",
                },
                things => counted(*findings, "thing", "things"),
                monthly => amount(*monthly),
                certain => amount(*certain),
                likely => amount(*likely),
                top => top,
                not_checked => not_checked.iter().map(|one| text(one)).collect::<Vec<_>>(),
                link => links.checked(link)?,
            }
        }
    })
}

fn row(top: &Top, links: &Links) -> Result<Value, RenderError> {
    let people = (top.people > 0).then(|| counted(top.people, "person", "people"));
    let monthly = amount(top.monthly).map(|money| format!("{money} a month"));
    let details: Vec<String> = people.into_iter().chain(monthly).collect();
    Ok(context! {
        title => shown(&top.title, TEXT_MAX),
        details => details.join(" · "),
        link => links.checked(&top.link)?,
    })
}

/// An amount worth naming: nothing is not.
fn amount(money: Option<Money>) -> Option<String> {
    money.filter(|money| money.amount_minor > 0).map(|money| money.to_string())
}

fn counted(count: u32, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Checks links against the configured base: same scheme, host and port, and below its path.
struct Links {
    letter: &'static str,
    base: Url,
}

impl Links {
    fn to(config: &MailerConfig, letter: &'static str) -> Result<Self, RenderError> {
        let base = Url::parse(&config.base_url).map_err(|_| RenderError::BaseUrl(config.base_url.clone()))?;
        let loopback = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(RenderError::BaseUrl(config.base_url.clone())),
        }
        Ok(Self { letter, base })
    }

    fn checked(&self, link: &str) -> Result<String, RenderError> {
        let foreign = || RenderError::ForeignLink { letter: self.letter };
        let url = Url::parse(link).map_err(|_| foreign())?;
        let below = self.base.path().trim_end_matches('/');
        let under = url.path().strip_prefix(below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let anonymous = url.username().is_empty() && url.password().is_none();
        if url.origin() == self.base.origin() && under && anonymous { Ok(url.into()) } else { Err(foreign()) }
    }
}

/// Other people's text as a mail may show it: one line, no control or text-direction characters, not too long, and
/// nothing a mail program would make a link of.
fn shown(text: &str, max: usize) -> String {
    let clean = one_line(text);
    let mut short: String = clean.chars().take(max).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    // A zero-width non-joiner breaks `evil.example`, `https://…` and `a@b` for the programs that look for them.
    let mut out = String::with_capacity(short.len());
    let mut chars = short.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if matches!(c, '.' | ':' | '/' | '@') && chars.peek().is_some_and(|next| !next.is_whitespace()) {
            out.push('\u{200c}');
        }
    }
    out
}

fn one_line(text: &str) -> String {
    let hostile = |c: char| match c {
        '\u{200b}' | '\u{200d}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        _ => c.is_control(),
    };
    let blanked: String = text.chars().map(|c| if hostile(c) { ' ' } else { c }).collect();
    blanked.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_one_line_and_no_link() {
        assert_eq!(shown("Acme\r\nBcc: eve@x.io", 200), "Acme Bcc: eve@\u{200c}x.\u{200c}io");
        assert_eq!(shown("\u{202e}evil\u{0}", 200), "evil");
        assert_eq!(shown("St. Mary & Co.", 200), "St. Mary & Co.");
        assert_eq!(shown("abcdef", 3), "abc…");
    }

    #[test]
    fn a_name_that_is_missing_in_a_template_is_an_error() {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(escape_formatter);
        assert!(environment.render_str("{{ missing }}", context! {}).is_err());
    }
}
