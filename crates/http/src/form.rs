use std::str::FromStr;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use portcullis_model::Secret;
use portcullis_ops::{FieldError, OpError};

use crate::Web;
use crate::answer::{Failure, Problem};
use crate::session::SignedIn;

/// The fields of a form as they came. A field that is missing reads as empty.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// No text that people type holds NUL, and `PostgreSQL` cannot store it.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Option<Self> {
        if pairs
            .iter()
            .any(|(name, value)| name.contains('\0') || value.contains('\0'))
        {
            return None;
        }
        Some(Self(pairs))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.find(name).unwrap_or_default().to_owned()
    }

    /// Whether the form has this field, filled in or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    pub(crate) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.find(name).unwrap_or_default())
    }

    /// The secret, unless it was left empty.
    pub(crate) fn secret_if_any(&self, name: &str) -> Option<Secret> {
        self.find(name).filter(|text| !text.is_empty()).map(Secret::new)
    }

    /// All values of a repeated field, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The fields whose names begin with `prefix`: the rest of the name, and the value.
    pub(crate) fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// The pairs of two repeated fields, without those that are wholly empty.
    pub(crate) fn pairs(&self, names: &str, values: &str) -> Vec<(String, String)> {
        self.all(names)
            .zip(self.all(values))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .filter(|(name, value)| !name.is_empty() || !value.is_empty())
            .collect()
    }

    /// Reads a field as a word, a number or an id.
    pub(crate) fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, OpError> {
        self.find(name)
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| invalid(name, "choose one of the list"))
    }

    /// The same for a field that may be left empty.
    pub(crate) fn parse_if_any<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, OpError> {
        match self.find(name).map(str::trim) {
            None | Some("") => Ok(None),
            Some(_) => self.parse(name).map(Some),
        }
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let Form(pairs) = Form::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Self::of(pairs).ok_or_else(|| StatusCode::BAD_REQUEST.into_response())
    }
}

/// A form of a signed-in person that was rendered for their session.
pub(crate) struct Posted {
    pub who: SignedIn,
    pub fields: Fields,
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, web)
            .await
            .map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let fields = Fields::from_request(Request::from_parts(parts, body), web).await?;
        is_proven(&who, &headers, &fields).map_err(IntoResponse::into_response)?;
        Ok(Self { who, fields })
    }
}

/// Refuses a form that was not rendered for this session.
pub(crate) fn is_proven(who: &SignedIn, headers: &HeaderMap, fields: &Fields) -> Result<(), Failure> {
    let given = header(headers).unwrap_or_else(|| fields.text("csrf"));
    if portcullis_ops::equal(&given, &who.csrf) {
        Ok(())
    } else {
        Err(Problem::cross_site().into())
    }
}

fn header(headers: &HeaderMap) -> Option<String> {
    headers.get("x-csrf")?.to_str().ok().map(str::to_owned)
}

pub(crate) fn invalid(field: &'static str, problem: &str) -> OpError {
    OpError::Invalid(vec![FieldError {
        field,
        problem: problem.to_owned(),
    }])
}

/// What is wrong with a form, for its summary and beside its fields.
#[derive(Default)]
pub(crate) struct Errors(pub(crate) Vec<FieldError>);

impl Errors {
    /// A problem of the form as a whole.
    pub(crate) fn whole(problem: &str) -> Self {
        Self::one("", problem)
    }

    pub(crate) fn one(field: &'static str, problem: &str) -> Self {
        let mut errors = Self::default();
        errors.add(field, problem);
        errors
    }

    pub(crate) fn add(&mut self, field: &'static str, problem: &str) {
        self.0.push(FieldError {
            field,
            problem: problem.to_owned(),
        });
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.problem.as_str())
    }

    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether one of them is about a field.
    pub(crate) fn name_fields(&self) -> bool {
        self.0.iter().any(|error| !error.field.is_empty())
    }

    /// The problems as sentences, with the field that each is about; an empty one stands for the whole.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        self.0
            .iter()
            .map(|error| (error.field, sentence(error)))
            .collect()
    }
}

fn sentence(error: &FieldError) -> String {
    if matches!(error.field, "" | "people") {
        return error.problem.clone();
    }
    format!("{} {}", label(error.field), error.problem)
}

/// What a field is called on the screens, where that differs from its name.
fn label(field: &str) -> String {
    let label = match field {
        "accent_dark" => "Accent on dark pages",
        "accent_light" => "Accent on light pages",
        "at" => "The moment",
        "banner" => "Legal banner",
        "budget_of_a_day" => "Budget of a day",
        "ca_pem" => "Own CA",
        "code_seconds" => "Time for a code",
        "current" => "Current password",
        "display_name" => "Name",
        "email" => "E-mail",
        "email_choice" => "The choice",
        "email_seconds" => "Time for a code by e-mail",
        "email2" => "Second e-mail",
        "from_address" => "From address",
        "grace_skips" => "Number of skips",
        "grace_until" => "The date",
        "nas_identifier" => "NAS-Identifier",
        "time_out_ms" | "timeout_seconds" => "Time-out",
        "to" => "Test address",
        "kind" => "Type",
        "new" => "New password",
        "person" => "Username",
        "price" => "Price of a minute",
        "prices" => "Prices in single countries",
        "privacy" => "Privacy text",
        "reply_to" => "Reply-to",
        "remember" => "Remember browsers",
        "repeat" => "The second password",
        "scope" | "scopes" => "What it may do",
        "url" => "URL",
        other => {
            let mut words = other.replace(['_', '-'], " ");
            if let Some(first) = words.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            return words;
        }
    };
    label.to_owned()
}

/// The same for a form on `page` that stays there whatever is in its way: a conflict is shown above the fields, and who
/// has no fresh second step confirms it and comes back.
pub(crate) fn checked_on<T>(page: &str, result: Result<T, OpError>) -> Result<Result<T, Errors>, Problem> {
    match result {
        Err(OpError::Conflict(problem)) => Ok(Err(Errors::whole(problem))),
        Err(OpError::StepUp) => Err(Problem {
            confirm: Some(page.into()),
            ..OpError::StepUp.into()
        }),
        other => checked(other),
    }
}

/// Splits the answer of an operation behind a form: what it returned, or what to show beside the fields.
pub(crate) fn checked<T>(result: Result<T, OpError>) -> Result<Result<T, Errors>, Problem> {
    match result {
        Ok(output) => Ok(Ok(output)),
        Err(OpError::Invalid(errors)) => Ok(Err(Errors(errors))),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn empty_rows_of_attributes_are_left_out() {
        let form = fields(&[
            ("k", "rack"),
            ("v", "7"),
            ("k", " "),
            ("v", ""),
            ("k", "row"),
            ("v", "b"),
        ]);

        let pairs = form.pairs("k", "v");

        assert_eq!(
            pairs,
            [
                ("rack".to_owned(), "7".to_owned()),
                ("row".to_owned(), "b".to_owned())
            ]
        );
    }

    #[test]
    fn a_missing_field_reads_as_empty_and_never_as_a_choice() {
        let form = fields(&[]);

        assert_eq!(form.text("name"), "");
        assert!(form.secret_if_any("password").is_none());
        assert!(matches!(form.parse::<u32>("days"), Err(OpError::Invalid(_))));
    }
}
