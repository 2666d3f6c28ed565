use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{Scope, TokenId};
use portcullis_ops::OpError;
use portcullis_ops::tokens::{Add, ListMine, NewToken, Revoke};

use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Posted, checked, invalid};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "me/tokens.html")]
struct TokensPage {
    shell: Shell,
    errors: Errors,
    rows: Vec<Row>,
    scopes: [(&'static str, &'static str); 4],
    name: String,
    chosen: Vec<String>,
    days: String,
}

impl TokensPage {
    fn has(&self, scope: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen == scope)
    }
}

struct Row {
    id: TokenId,
    name: String,
    scopes: String,
    created: Moment,
    expires: Moment,
    used: Option<Moment>,
}

/// A new token, shown once.
#[derive(Template)]
#[template(path = "me/new_token.html")]
struct NewTokenPage {
    shell: Shell,
    token: NewToken,
    expires: Moment,
    base_url: String,
}

const SCOPES: [(&str, &str); 4] = [
    (Scope::Read.word(), "list and find; never a password"),
    (Scope::Reveal.word(), "reveal passwords"),
    (
        Scope::Write.word(),
        "change resources, accounts, grants and passwords",
    ),
    (Scope::Administer.word(), "manage people, read the audit trail"),
];

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page(&shown)
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    match checked(insert(&web, &posted).await)? {
        Ok(token) => page(&NewTokenPage {
            shell: Shell::new(&web, &posted.who, "/me/security"),
            expires: Moment::new(token.expires_at, web.gate.now()),
            token,
            base_url: web.base.base_url.clone(),
        }),
        Err(errors) => {
            let shown = TokensPage {
                errors,
                name: posted.fields.text("name"),
                chosen: posted.fields.all("scope").map(str::to_owned).collect(),
                days: posted.fields.text("days"),
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

async fn insert(web: &Web, posted: &Posted) -> Result<NewToken, OpError> {
    let scopes: Result<Vec<Scope>, _> = posted.fields.all("scope").map(str::parse).collect();
    let scopes = scopes.map_err(|_| invalid("scope", "choose one of the list"))?;
    let operation = Add {
        name: posted.fields.text("name"),
        scopes,
        days: posted.fields.parse("days")?,
    };
    web.gate.write(&posted.who.caller, operation).await
}

pub(super) async fn revoke(State(web): State<Web>, Path(id): Path<TokenId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Revoke { id }).await?;
    Ok(redirect("/me/tokens?notice=token-revoked"))
}

async fn look(web: &Web, who: &SignedIn) -> Answer<TokensPage> {
    let now = web.gate.now();
    let tokens = web.gate.read(&who.caller, ListMine).await?;
    let rows = tokens
        .into_iter()
        .map(|token| Row {
            id: token.id,
            name: token.name,
            scopes: token
                .scopes
                .iter()
                .map(|scope| scope.word())
                .collect::<Vec<_>>()
                .join(", "),
            created: Moment::new(token.created_at, now),
            expires: Moment::new(token.expires_at, now),
            used: token.used_at.map(|at| Moment::new(at, now)),
        })
        .collect();
    Ok(TokensPage {
        shell: Shell::new(web, who, "/me/security"),
        errors: Errors::default(),
        rows,
        scopes: SCOPES,
        name: String::new(),
        chosen: vec![Scope::Read.word().to_owned()],
        days: "90".to_owned(),
    })
}
