//! One error type at the edge. What the customer reads and what we log are different fields; it is logged once.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::{Permission, TenantState};
use serde::{Deserialize, Serialize};
use store::{Allowance, COMPANIES_MOST, Conflict, NotAdmitted, StoreError};
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:ident, $text:literal, $title:literal;)*) => {
        /// Stable codes of problems: what a program branches on, and the key of translations.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] #[schema(rename = $text)] $variant,)*
        }
        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
            /// The HTTP status it goes with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),* }
            }
            /// As it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// What it says in a line.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

codes! {
    /// The body is no JSON or of another shape.
    BadBody = BAD_REQUEST, "bad_body", "The request body cannot be read";
    /// A value of the query string is wrong.
    BadQuery = BAD_REQUEST, "bad_query", "A query parameter is wrong";
    /// A cursor of another list, another company, or too old.
    BadCursor = BAD_REQUEST, "bad_cursor", "The cursor does not belong to this list";
    /// The body is too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large", "The request body is too large";
    /// Not `application/json`.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send application/json";
    /// A field is well-formed and not acceptable; `errors` says which.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "Some fields need your attention";
    /// No token.
    MissingCredentials = UNAUTHORIZED, "missing_credentials", "Sign in first";
    /// A token that is not ours, broken, or of a session that ended.
    InvalidToken = UNAUTHORIZED, "invalid_token", "The access token is not valid";
    /// A token past its time.
    TokenExpired = UNAUTHORIZED, "token_expired", "The access token has expired";
    /// Sign-in refused; one answer for every reason.
    SignInRefused = UNAUTHORIZED, "sign_in_refused", "The address or password is not right";
    /// Signed in, and the role does not have the right.
    Forbidden = FORBIDDEN, "forbidden", "Your role does not allow this";
    /// A tenant named in the request is not the token's (F3).
    TenantMismatch = FORBIDDEN, "tenant_mismatch", "This is another company's address";
    /// The tenant's state allows no access, or, while it is read-only, no change.
    TenantClosed = FORBIDDEN, "tenant_closed", "This company's account does not allow this now";
    /// No such thing here.
    NotFound = NOT_FOUND, "not_found", "Not found";
    /// Path exists, method does not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take that method";
    /// A link that was used, is too old, or never was.
    LinkNotGood = GONE, "link_not_good", "This link was used already or is too old";
    /// The state of a ceremony at Microsoft is unknown, used, too old, or of another session.
    StateNotGood = BAD_REQUEST, "state_not_good", "This sign-in at Microsoft was not begun here";
    /// Microsoft's answer could not be verified or says no.
    MicrosoftRefused = BAD_REQUEST, "microsoft_refused", "Microsoft did not confirm the connection";
    /// The person who signed in at Microsoft may not consent.
    NotAnAdministrator = FORBIDDEN, "not_an_administrator", "An administrator has to connect";
    /// Another customer's account is linked to this directory.
    DirectoryTaken = CONFLICT, "directory_taken", "This Microsoft 365 is connected to another account";
    /// Nothing is connected.
    NotConnected = CONFLICT, "not_connected", "Connect Microsoft 365 first";
    /// The item changed since it was read.
    Stale = PRECONDITION_FAILED, "stale", "This was changed by somebody else meanwhile";
    /// Something unique is taken.
    Taken = CONFLICT, "taken", "This is taken";
    /// Two requests rotate one refresh token.
    RefreshInProgress = CONFLICT, "refresh_in_progress", "Another request is renewing this session";
    /// The company needs a second factor of everybody.
    SecondFactorRequired = FORBIDDEN, "second_factor_required", "Set up a second factor first";
    /// The act needs a proof of who one is that is a few minutes old at most.
    ProofTooOld = FORBIDDEN, "proof_too_old", "Confirm that it is you";
    /// The code, passkey or recovery code is not right, was used, or is too late.
    SecondFactorRefused = UNAUTHORIZED, "second_factor_refused", "That code is not right";
    /// The password given to confirm an act is not right.
    PasswordRefused = FORBIDDEN, "password_refused", "The password is not right";
    /// A key does not work from this network.
    NetworkRefused = FORBIDDEN, "network_refused", "This key does not work from here";
    /// An API key that is over; told only to who has its secret.
    KeyExpired = UNAUTHORIZED, "key_expired", "The API key has expired";
    /// An API key that was revoked or is past its end, where a live one is needed.
    KeyOver = CONFLICT, "key_over", "This key is over";
    /// Only a person can do this, not a key.
    PersonNeeded = FORBIDDEN, "person_needed", "A person has to do this";
    /// Nobody gives what they do not have.
    MoreThanYouHave = FORBIDDEN, "more_than_you_have", "You cannot give rights that you do not have";
    /// The company would be left without an owner.
    LastOwner = CONFLICT, "last_owner", "A company needs an owner";
    /// The plan's limit is reached.
    PlanLimitReached = PAYMENT_REQUIRED, "plan_limit_reached", "The plan's limit is reached";
    /// The person is in as many companies as there can be.
    TooManyCompanies = CONFLICT, "too_many_companies", "This account is in as many companies as there can be";
    /// Something depends on it.
    InUse = CONFLICT, "in_use", "This is in use";
    /// A link for another address than the signed-in account's.
    WrongAccount = FORBIDDEN, "wrong_account", "This link is for another account";
    /// The company lets members in with Microsoft only.
    MicrosoftOnly = FORBIDDEN, "microsoft_only", "Sign in with Microsoft";
    /// A personal Microsoft account; only work accounts sign in.
    PersonalAccount = FORBIDDEN, "personal_account", "That is a personal Microsoft account";
    /// A guest of a directory, who signs in only when invited and linked.
    GuestAccount = FORBIDDEN, "guest_account", "You are a guest in that Microsoft 365";
    /// Nobody connected the directory of a work account.
    DirectoryUnknown = FORBIDDEN, "directory_unknown", "Your company's Microsoft 365 is not connected";
    /// Who signed in is no member, and does not become one by signing in.
    NotAMember = FORBIDDEN, "not_a_member", "You are not a member of this company";
    /// Microsoft does not vouch for the address.
    AddressUnverified = FORBIDDEN, "address_unverified", "Microsoft does not confirm your address";
    /// The address has an account, which a work account does not prove to be one's own.
    AccountExists = CONFLICT, "account_exists", "Your address has an account already";
    /// A work account is linked once the owner of its address confirms it by the mail that was sent.
    ConfirmByMail = FORBIDDEN, "confirm_by_mail", "Look at your mail";
    /// Without it nobody could sign in to the account any more.
    LastWayIn = CONFLICT, "last_way_in", "This is your only way to sign in";
    /// `If-Match` is missing (RFC 6585).
    PreconditionRequired = PRECONDITION_REQUIRED, "precondition_required", "Say which version you change";
    /// A write that must not be doubled lacks its `Idempotency-Key`.
    KeyNeeded = BAD_REQUEST, "idempotency_key_needed", "Send an Idempotency-Key";
    /// An `Idempotency-Key` was used with another body.
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "This key belongs to another request";
    /// The same request is being handled.
    KeyInUse = CONFLICT, "idempotency_key_in_use", "The same request is being handled";
    /// Microsoft 365 is no longer as it was previewed; the answer has a new preview.
    Drift = CONFLICT, "drift", "Your Microsoft 365 has changed since the preview";
    /// A preview that is too old, of somebody else, or none of ours.
    PreviewNotGood = GONE, "preview_not_good", "Look at the preview again";
    /// Something has to be confirmed first; `errors` says what.
    ConfirmationNeeded = UNPROCESSABLE_ENTITY, "confirmation_needed", "Confirm what you are about to do";
    /// The company has not let Steward write to its Microsoft 365.
    ConsentNeeded = CONFLICT, "consent_needed", "Steward may only read your Microsoft 365";
    /// Nothing of it can be changed.
    NothingToDo = UNPROCESSABLE_ENTITY, "nothing_to_do", "There is nothing to change";
    /// A fix that is in another state than the act needs.
    WrongState = CONFLICT, "wrong_state", "The fix is not at a point where this can be done";
    /// What was done can no longer be put back.
    UndoOver = CONFLICT, "undo_over", "This can no longer be undone";
    /// Too many tries.
    TooManyRequests = TOO_MANY_REQUESTS, "too_many_requests", "Too many tries; wait a moment";
    /// A dependency does not answer.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Steward is busy; try again in a moment";
    /// A bug of ours.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side";
}

/// RFC 9457 problem details: the body of every error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// URI of the problem type.
    #[serde(rename = "type")]
    #[schema(example = "https://steward.example/problems/not_found")]
    pub type_: String,
    /// What it says in a line.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What happened, what it means, what to do.
    pub detail: String,
    /// Stable code.
    pub code: Code,
    /// The request, for support.
    #[schema(example = "1-67891233-abcdef012345678912345678")]
    pub instance: Option<String>,
    /// Whether the same request may work later.
    pub retryable: bool,
    /// Fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Limits that are reached, by name (draft-ietf-httpapi-ratelimit-headers-10).
    #[serde(rename = "violated-policies", default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    pub violated_policies: Vec<String>,
    /// The right that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_permission: Option<Permission>,
    /// The plan's limit that is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 25)]
    pub limit: Option<u32>,
    /// How much of it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 25)]
    pub used: Option<u32>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body, or the name of a query parameter.
    #[schema(example = "/email")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "not_an_address")]
    pub code: String,
    /// In words.
    #[schema(example = "Enter an e-mail address, such as anna@example.com.")]
    pub message: String,
}

impl FieldProblem {
    /// A problem with one field.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into() }
    }
    /// `email` is no address a mail could reach.
    pub fn not_an_address() -> Self {
        Self::new("/email", "not_an_address", "Enter an e-mail address, such as anna@example.com.")
    }
    /// `name` is nothing to call a person by.
    pub fn not_your_name() -> Self {
        Self::new("/name", "not_a_name", "Enter your name, at most 100 characters on one line.")
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a handler fails with.
pub struct Error {
    /// For the customer.
    pub problem: Box<Problem>,
    /// For us.
    pub cause: Option<Cause>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
}

impl Error {
    /// An error with a sentence for the customer.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let retryable =
            matches!(code, Code::Unavailable | Code::TooManyRequests | Code::RefreshInProgress | Code::KeyInUse);
        let problem = Problem {
            type_: format!("https://steward.example/problems/{}", code.as_str()),
            title: code.title().into(),
            status: code.status().as_u16(),
            detail: detail.into(),
            code,
            instance: None,
            retryable,
            errors: Vec::new(),
            violated_policies: Vec::new(),
            required_permission: None,
            limit: None,
            used: None,
        };
        Self { problem: Box::new(problem), cause: None, retry_after: None }
    }
    /// With the reason that goes to the log.
    pub fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.cause = Some(cause.into());
        self
    }
    /// With the seconds to wait.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
    /// Some fields are wrong.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let mut error = Self::new(Code::Invalid, "Check the fields named in `errors` and send the request again.");
        error.problem.errors = errors;
        error
    }
    /// No such thing, or not in this company: the two read alike (F4).
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing at this address for your company.")
    }
    /// The role lacks a right (F85).
    pub fn forbidden(permission: Permission) -> Self {
        let mut error = Self::new(
            Code::Forbidden,
            "Your role in this company does not include this. Ask an owner or administrator to do it or to change your role.",
        );
        error.problem.required_permission = Some(permission);
        error
    }
    /// All seats of the plan are in use (C13).
    pub fn no_seat(limit: u32, used: u32) -> Self {
        let told = format!(
            "{used} of {limit} places in the team are in use. Remove a member, take an invitation back, or change plan."
        );
        let mut error = Self::new(Code::PlanLimitReached, told);
        error.problem.limit = Some(limit);
        error.problem.used = Some(used);
        error
    }
    /// Whoever wants into a further company is in as many as there can be (F19).
    pub fn too_many_companies() -> Self {
        let told = format!("It is in {COMPANIES_MOST} companies. Have it removed from one, or use another account.");
        Self::new(Code::TooManyCompanies, told)
    }
    /// Too many of one thing (C18).
    pub fn limited(allowance: Allowance) -> Self {
        let seconds = u32::try_from(crate::layer::seconds(allowance.wait).max(1)).unwrap_or(u32::MAX);
        let told = format!("Send the request again in {seconds} s.");
        let mut error = Self::new(Code::TooManyRequests, told).retry_after(seconds);
        error.problem.type_ = "https://iana.org/assignments/http-problem-types#quota-exceeded".into();
        error.problem.violated_policies = vec![allowance.limit.name.into()];
        error
    }
    /// A bug of ours: the cause is logged, the customer gets the request id.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::new(Code::Internal, "We have logged it. Try again; if it stays, send us the request id in `instance`.")
            .because(cause)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({:?})", self.problem.code.as_str(), self.problem.detail, self.cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.code.as_str(), self.problem.detail)
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict(Conflict::Version) => {
                Self::new(Code::Stale, "Read it again and repeat your change on what it is now.")
            }
            StoreError::Conflict(Conflict::Taken(what)) => {
                Self::new(Code::Taken, format!("Another {what} has this value."))
            }
            StoreError::Conflict(Conflict::Missing(_)) => Self::not_found(),
            StoreError::Conflict(Conflict::State("owners")) => {
                Self::new(Code::LastOwner, "Make somebody else an owner first.")
            }
            StoreError::Conflict(Conflict::State("seats")) => Self::new(
                Code::PlanLimitReached,
                "All places in the company's team are in use. Ask an owner or administrator.",
            ),
            StoreError::Conflict(Conflict::State("companies")) => Self::too_many_companies(),
            StoreError::Conflict(Conflict::State("token")) => {
                Self::new(Code::LinkNotGood, "Ask for a new one and use that.")
            }
            StoreError::Conflict(Conflict::State(what)) => {
                Self::new(Code::Stale, format!("The {what} changed meanwhile. Read it again."))
            }
            StoreError::BadCursor => Self::new(Code::BadCursor, "Begin again without `cursor`."),
            StoreError::NotAdmitted(NotAdmitted::Tenant(state)) => Self::new(Code::TenantClosed, closed(*state)),
            StoreError::NotAdmitted(NotAdmitted::KeyExpired) => {
                Self::new(Code::KeyExpired, "Make a new one, or rotate the next one before it ends.")
            }
            StoreError::NotAdmitted(NotAdmitted::Key) => {
                Self::new(Code::InvalidToken, "The API key is not one of ours, or was revoked.")
            }
            StoreError::NotAdmitted(_) => Self::new(Code::InvalidToken, "Sign in again."),
            StoreError::Unavailable(_) => {
                Self::new(Code::Unavailable, "Nothing was changed. Send the request again in a moment.").retry_after(1)
            }
            StoreError::Corrupt { .. } | StoreError::Refused(_) => return Self::internal(error),
        }
        .because(error)
    }
}

/// What it means that a company is closed, and who mends it.
const fn closed(state: TenantState) -> &'static str {
    match state {
        TenantState::Pending | TenantState::Provisioning => "It is being set up. Try again in a few minutes.",
        TenantState::Failed => "Setting it up did not succeed. Answer any mail from Steward: that reaches who runs it.",
        TenantState::Cancelled => "It was ended. Until its data is deleted, who runs this Steward can reopen it.",
        TenantState::Purging | TenantState::Purged => "It was ended, and its data is deleted.",
        // The others let in: a company that closed between two reads.
        TenantState::Suspended | TenantState::Active | TenantState::PastDue | TenantState::ReadOnly => {
            "It is suspended, and nothing of it is deleted. An owner can have it opened again by answering any mail \
             from Steward: that reaches who runs it."
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.problem.code.status();
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The layer logs it once, with the request, and fills in `instance`.
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
