//! The one way to a new password: good enough, then hashed.

use api::{Error, FieldProblem, Result};
use store::Registration;

use crate::Hashers;

/// What anybody would try first here: our words, and the examples of good passwords that everybody has read.
const OURS: [&str; 6] = [
    "steward",
    "microsoft",
    "office365",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "correct-horse-battery-staple",
];

/// What zxcvbn lets pass and attackers try early: a word of the calendar with a year and signs behind it, and sentences
/// about passwords. Compared with a password's letters alone.
const COMMON_LETTERS: [&str; 30] = [
    "spring",
    "summer",
    "autumn",
    "fall",
    "winter",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "thisismypassword",
    "mypasswordis",
    "iloveyousomuch",
    "iloveyouforever",
    "ilovemyfamily",
    "pleaseletmein",
];

/// What is wrong with a password of somebody these words are known of.
fn problem(password: &str, known_words: &[&str]) -> Option<FieldProblem> {
    let words: Vec<&str> = known_words.iter().copied().chain(OURS).collect();
    if let Err(weak) = Hashers::check(password, &words) {
        return Some(FieldProblem::new("/password", weak.code, weak.message));
    }
    let letters = password.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let told = "Many people choose this, and attackers try it early. Use four unrelated words.";
    COMMON_LETTERS.contains(&letters.as_str()).then(|| FieldProblem::new("/password", "easy_to_guess", told))
}

/// The hash of a password that is good enough.
///
/// # Errors
/// 422 with what to do better.
pub async fn hashed(hashers: &Hashers, password: &str, known_words: &[&str]) -> Result<String> {
    if let Some(problem) = problem(password, known_words) {
        return Err(Error::invalid(vec![problem]));
    }
    Ok(hashers.hash(&hashers.turn()?, password).await?)
}

/// What an account begins with: a name, and the hash of a password that is good enough. What was not sent is empty.
///
/// # Errors
/// 422 with what is wrong with either.
pub async fn registration(
    hashers: &Hashers,
    name: Option<&str>,
    password: Option<&str>,
    known_words: &[&str],
) -> Result<Registration> {
    let (typed, password) = (name.unwrap_or_default(), password.unwrap_or_default());
    let known_words: Vec<&str> = known_words.iter().copied().chain([typed]).collect();
    let name = model::text::name(typed);
    let not_a_name = name.is_none().then(FieldProblem::not_your_name);
    let errors: Vec<FieldProblem> = not_a_name.into_iter().chain(problem(password, &known_words)).collect();
    let Some(name) = name.filter(|_| errors.is_empty()) else { return Err(Error::invalid(errors)) };
    let password_hash = hashers.hash(&hashers.turn()?, password).await?;
    Ok(Registration { name, password_hash })
}

#[cfg(test)]
mod tests {
    use super::problem;

    /// Long ones of published lists of leaked passwords, and how people make a short one long enough.
    const COMMON: [&str; 40] = [
        "123456789012",
        "1234567890123456",
        "qwertyuiop12",
        "qwerty123456",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "asdfghjkl123",
        "abcdefghijkl",
        "abc123abc123",
        "aaaaaaaaaaaaa",
        "password1234",
        "passwordpassword",
        "Password123!",
        "Passw0rd1234",
        "P@ssw0rd2026",
        "thisismypassword",
        "iloveyou1234",
        "iloveyousomuch",
        "unbelievable",
        "basketball12",
        "butterfly123",
        "liverpool123",
        "manchester12",
        "administrator",
        "admin1234567",
        "Welcome12345",
        "Welcome2026!",
        "letmein12345",
        "changeme1234",
        "Summer2026!!",
        "Winter2025!!",
        "December2026!",
        "justinbieber",
        "spongebob123",
        "monkeymonkey",
        "trustno1trustno1",
        "Microsoft365!",
        "Office365!2026",
        "correct horse battery staple",
    ];

    #[test]
    fn common_passwords_are_refused() {
        let passed: Vec<_> = COMMON.into_iter().filter(|password| problem(password, &[]).is_none()).collect();
        assert!(passed.is_empty(), "{passed:?}");
    }

    #[test]
    fn what_nobody_else_would_choose_passes() {
        for good in ["violet-tractor-mumbles-9", "blåbärsgröt-på-tåget-7", "Xk9#mQ2$vL7p", "lantern oyster gravel"]
        {
            assert_eq!(problem(good, &["anna@northwind.example", "Northwind"]), None, "{good}");
        }
    }
}
