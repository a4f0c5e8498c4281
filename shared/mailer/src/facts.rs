//! What templates know of a letter. Everything here is in words already: templates choose sentences, not formats.

use jiff::{Timestamp, civil::Date};
use minijinja::{Value, context};
use model::{
    Money,
    event::{Answer, Factor},
    policy::{Join, Policy, SecondFactor, SignInWays},
};

use crate::{By, Letter, Moment, News, Notice, RenderError, Top, harmless::shown, links::Links};

/// Longest text from outside, in characters.
const TEXT_MAX: usize = 200;
/// Longest name in a mail that may reach a stranger: enough for a name, too short for a message.
const NAME_TO_STRANGERS_MAX: usize = 60;

/// Most licences a question to a manager names.
const LICENCES_MOST: usize = 5;

/// Label and value of one line of what happened.
type Row = (&'static str, String);

/// The letter's facts under the names its templates use.
pub(crate) fn facts(letter: &Letter, links: &Links) -> Result<Value, RenderError> {
    Ok(match letter {
        Letter::VerifyEmail { company, link, expires_hours } => context! {
            company => to_strangers(company),
            link => links.checked(link)?,
            lifetime => hours(*expires_hours),
        },
        Letter::AlreadyRegistered { company, link, sign_in_link, expires_hours } => context! {
            company => to_strangers(company),
            link => links.checked(link)?,
            sign_in => links.checked(sign_in_link)?,
            lifetime => hours(*expires_hours),
        },
        Letter::ConnectionLost { company, reason_text, link } => context! {
            company => text(company),
            reason => text(reason_text),
            link => links.checked(link)?,
        },
        Letter::ScanFinished { company, findings, monthly, certain, likely, top, not_checked, link } => {
            let top = top.iter().map(|one| top_row(one, links)).collect::<Result<Vec<_>, _>>()?;
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
        Letter::Notice(notice) => notice_facts(notice, links)?,
    })
}

fn notice_facts(notice: &Notice, links: &Links) -> Result<Value, RenderError> {
    let Notice { company, news, moment, link } = notice;
    // An invitation's first sentence says who asks, and may reach a stranger.
    let (named, moment): (fn(&str) -> String, _) = match news {
        News::Invitation { .. } | News::AttestationAsked { .. } => (to_strangers, Vec::new()),
        _ => (text, moment_rows(moment)),
    };
    let (about, rows) = news_facts(news);
    let rows: Vec<Row> = [("Company", named(company))].into_iter().chain(rows).chain(moment).collect();
    let rows: Vec<Value> = rows.into_iter().map(|(label, value)| Value::from(vec![label.to_owned(), value])).collect();
    Ok(context! { company => named(company), rows => rows, link => links.checked(link)?, ..about })
}

/// What only this sort of news has: names for its sentences, and lines of its own.
fn news_facts(news: &News) -> (Value, Vec<Row>) {
    match news {
        News::PasswordReset { minutes } | News::ConfirmMicrosoft { minutes } => {
            (context! { lifetime => counted(*minutes, "minute", "minutes") }, Vec::new())
        }
        News::PasswordChanged { by_reset } => (context! { by_reset => *by_reset }, Vec::new()),
        News::ConfirmEmail { hours: good_for } => (context! { lifetime => hours(*good_for) }, Vec::new()),
        News::EmailChanged { to, hours: good_for } => {
            (context! { lifetime => hours(*good_for) }, vec![("New address", text(to))])
        }
        News::SignInBlocked { failures } | News::StepUpBlocked { failures } => {
            let tries = counted(*failures, "failed try", "failed tries");
            (context! { failures => tries, times => counted(*failures, "time", "times") }, Vec::new())
        }
        News::SecondFactorFailed { by_microsoft } => (context! { by_microsoft => *by_microsoft }, Vec::new()),
        News::RecoveryCodesLow { left, new_device } => {
            let codes =
                if *left == 0 { "no recovery codes".into() } else { counted(*left, "recovery code", "recovery codes") };
            (context! { left => codes, new_device => *new_device }, Vec::new())
        }
        News::SessionsRevoked { all } => (context! { all => *all }, Vec::new()),
        News::FactorAdded { factor } | News::FactorRemoved { factor } => {
            let factor = match factor {
                Factor::Totp => "totp",
                Factor::Passkey => "passkey",
                Factor::RecoveryCodes => "recovery_codes",
            };
            (context! { factor => factor }, Vec::new())
        }
        News::Invitation { inviter, role, hours: good_for, resent } => {
            let about = context! {
                inviter => to_strangers(inviter),
                lifetime => hours(*good_for),
                resent => *resent,
            };
            (about, vec![("Your role", to_strangers(role))])
        }
        News::InvitationDeclined { email } => (context! {}, vec![("Invited", text(email))]),
        News::MemberJoined { person, role } | News::JoinedWithMicrosoft { person, role } => {
            (context! { person => text(person) }, vec![("Role", text(role))])
        }
        News::JoinedToManage { person, role, inviter } => {
            let inviter = inviter.as_ref().map(|inviter| ("Invited by", text(inviter)));
            (context! { person => text(person) }, [("Role", text(role))].into_iter().chain(inviter).collect())
        }
        News::FactorsReset { by_operator } => (context! { by_operator => *by_operator }, Vec::new()),
        News::RoleChanged { before, after } => {
            (context! {}, vec![("Role before", text(before)), ("Role now", text(after))])
        }
        News::RulesTightened { second_factor_from, microsoft_only } => {
            let deadline = second_factor_from.map(instant);
            (context! { deadline => deadline, microsoft_only => *microsoft_only }, Vec::new())
        }
        News::RulesChanged { policy } => (context! {}, rules(policy)),
        News::KeyCreated { key, ends } => {
            (context! {}, vec![("Key", text(key)), ("Ends", ends.map_or("never".into(), instant))])
        }
        News::KeyRotated { key, old_until } => {
            (context! {}, vec![("Key", text(key)), ("Old secret works until", instant(*old_until))])
        }
        News::KeyExpiring { key, days, ends } => {
            let ends = ends.map(|ends| ("Ends", instant(ends)));
            (context! { left => counted(*days, "day", "days") }, [("Key", text(key))].into_iter().chain(ends).collect())
        }
        News::FixEnded { fix, undone, done, failed, skipped, pending, undo, again, freed } => {
            let undo = undo.filter(|_| *done > 0);
            let about = context! {
                undone => *undone,
                whole => failed + skipped + pending == 0,
                done => counted(*done, "change", "changes"),
                left => counted(failed + skipped + pending, "change", "changes"),
                again => *again,
                undo => match undo {
                    None => "no",
                    Some(undo) if undo.changes == 0 => "not_as_things_are",
                    Some(undo) if undo.changes < *done => "part",
                    Some(_) => "all",
                },
                undoable => undo.map(|undo| undo.changes),
                undo_until => undo.and_then(|undo| undo.until).map(|until| until.strftime("%-d %B %Y").to_string()),
                while_free => undo.is_some_and(|undo| undo.while_free && undo.changes > 0),
                freed => freed.iter().map(|one| text(one)).collect::<Vec<_>>(),
            };
            let count = |label: &'static str, count: u32| (count > 0).then(|| (label, count.to_string()));
            let rows = [("Fix", text(fix)), (if *undone { "Put back" } else { "Done" }, done.to_string())];
            let others = [count("Refused by Microsoft", *failed), count("Left alone", *skipped)];
            let later = count("Accepted, not shown yet", *pending);
            (about, rows.into_iter().chain(others.into_iter().flatten()).chain(later).collect())
        }
        News::AttestationAsked { asker, person, licences, hours: good_for, instead } => {
            let about = context! {
                asker => to_strangers(asker),
                person => to_strangers(person),
                lifetime => days(*good_for),
                instead => *instead,
            };
            // A finding is about few licences of one person; a mail names the first.
            let named = licences.iter().take(LICENCES_MOST).map(|licence| ("Licence", to_strangers(licence)));
            (about, [("Person", to_strangers(person))].into_iter().chain(named).collect())
        }
        News::AttestationAnswered { manager, person, answer } => {
            let answer = match answer {
                Answer::StillNeeded => "still_needed",
                Answer::NotNeeded => "not_needed",
                Answer::AskLater => "ask_later",
            };
            let rows = vec![("Person", text(person)), ("Answered by", text(manager))];
            (context! { person => text(person), manager => text(manager), answer => answer }, rows)
        }
        News::AttestationExpired { manager, person, asked_later } => {
            let rows = vec![("Person", text(person)), ("Asked", text(manager))];
            (context! { person => text(person), manager => text(manager), asked_later => *asked_later }, rows)
        }
        News::RenewalNear { product, seats, renews_on, renewed, reduce_by, monthly, through_reseller } => {
            let about = context! {
                product => text(product),
                seats => counted(*seats, "licence", "licences"),
                renews => day(*renews_on),
                renewed => *renewed,
                reduce_by => day(*reduce_by),
                through_reseller => *through_reseller,
            };
            let worth = amount(*monthly).map(|money| ("Worth", format!("{money} a month")));
            let when = if *renewed { "Renewed on" } else { "Renews on" };
            let rows = [("Licence", text(product)), (when, day(*renews_on)), ("Give back by", day(*reduce_by))];
            (about, rows.into_iter().chain(worth).collect())
        }
        News::KeyRevoked { key } | News::KeyLeaked { key } => (context! {}, vec![("Key", text(key))]),
        News::ResetWithMicrosoft
        | News::EmailRestored
        | News::NewDevice
        | News::SessionEnded
        | News::IdentityLinked
        | News::IdentityUnlinked
        | News::MemberDeactivated
        | News::MemberReactivated
        | News::MemberRemoved
        | News::MemberLeft => (context! {}, Vec::new()),
    }
}

fn moment_rows(Moment { at, by }: &Moment) -> Vec<Row> {
    let when = ("When", instant(*at));
    match by {
        By::Steward => Vec::new(),
        By::Member(name) => vec![when, ("By", text(name))],
        By::Device { device, ip } => {
            let device = device.as_ref().map(|device| ("Device", text(device)));
            let ip = ip.map(|ip| ("Internet address", ip.to_string()));
            [when].into_iter().chain(device).chain(ip).collect()
        }
    }
}

fn rules(policy: &Policy) -> Vec<Row> {
    let second = match policy.second_factor {
        SecondFactor::Optional => "as everybody likes".to_owned(),
        SecondFactor::Required { from } => format!("needed from {}", instant(from)),
    };
    let ways = match policy.sign_in {
        SignInWays::Any => "with a password, a passkey or Microsoft",
        SignInWays::Microsoft { .. } => "with Microsoft only, but for one owner",
    };
    let join = match policy.join {
        Join::Nobody => "by invitation only",
        Join::Directory { .. } => "everybody in your Microsoft 365 who signs in, guests excepted",
        Join::AppRole => "people who were given a role for Steward in your Microsoft 365",
    };
    vec![("Two-step sign-in", second), ("Signing in", ways.into()), ("Joining", join.into())]
}

fn top_row(top: &Top, links: &Links) -> Result<Value, RenderError> {
    let people = (top.people > 0).then(|| counted(top.people, "person", "people"));
    let monthly = amount(top.monthly).map(|money| format!("{money} a month"));
    let details: Vec<String> = people.into_iter().chain(monthly).collect();
    Ok(context! {
        title => text(&top.title),
        details => details.join(" · "),
        link => links.checked(&top.link)?,
    })
}

fn text(text: &str) -> String {
    shown(text, TEXT_MAX)
}

fn to_strangers(name: &str) -> String {
    shown(name, NAME_TO_STRANGERS_MAX)
}

/// An amount worth naming: nothing is not.
fn amount(money: Option<Money>) -> Option<String> {
    money.filter(|money| money.amount_minor > 0).map(|money| money.to_string())
}

/// To the minute, in UTC: the reader's time zone is not known.
fn instant(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// Hours as the days they are.
fn days(hours: u32) -> String {
    counted(hours.div_ceil(24), "day", "days")
}

fn hours(count: u32) -> String {
    counted(count, "hour", "hours")
}

fn counted(count: u32, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
