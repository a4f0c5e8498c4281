//! minijinja writes the text part and MJML, mrml turns that into HTML. Text is made harmless before it gets there and
//! escaped on the way, so no name can become markup, a header or a link.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, escape_formatter, syntax::SyntaxConfig};

use crate::{
    Letter, MailerConfig, Page, Rendered,
    facts::facts,
    harmless::{escaped, one_line, shown},
    links::Links,
    templates::{LAYOUT, NOTICE},
};

/// Longest postal address, in characters.
const POSTAL_ADDRESS_MAX: usize = 200;

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

pub(crate) fn render(letter: &Letter, config: &MailerConfig) -> Result<Rendered, RenderError> {
    let links = Links::to(config, letter.name())?;
    let facts = facts(letter, &links)?;
    let every = context! {
        postal_address => shown(&config.postal_address, POSTAL_ADDRESS_MAX),
        base_url => links.base(),
        choose => letter.topic().map(|_| Page::Notifications.of(links.base())),
    };

    let (mjml, text) = letter.templates();
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
    environment.add_template("layout.mjml.j2", LAYOUT.0)?;
    environment.add_template("layout.txt.j2", LAYOUT.1)?;
    environment.add_template("notice.mjml.j2", NOTICE.0)?;
    environment.add_template("notice.txt.j2", NOTICE.1)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_missing_in_a_template_is_an_error() {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(escape_formatter);
        assert!(environment.render_str("{{ missing }}", context! {}).is_err());
    }
}
