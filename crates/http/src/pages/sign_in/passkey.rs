use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{OfferPasskey, PasskeyOffer, PasskeyStep, ProvePasskey};
use serde_json::json;

use super::{locked, next_of, start_over};
use crate::Web;
use crate::answer::{Answer, redirect};
use crate::cookies::{self, WithCookies};
use crate::form::Fields;
use crate::session::Visitor;

/// What the script asks for when the page opens or the button is pressed; the same for everybody.
pub(super) async fn offer(State(web): State<Web>, visitor: Visitor) -> Answer {
    let operation = OfferPasskey {
        token: visitor.passkey.clone(),
        agent: visitor.agent.clone(),
        browser: visitor.browser.clone(),
    };
    let PasskeyOffer { token, options } = web.gate.write(&visitor.caller, operation).await?;
    let body = Json(json!({ "options": options }));
    Ok(body.into_response().offer_passkey(&token))
}

pub(super) async fn prove(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.passkey.clone() else {
        return Ok(refused(&next));
    };
    let operation = ProvePasskey {
        token,
        answer: fields.secret("code"),
    };
    match web.gate.remote(&visitor.caller, operation).await {
        Ok(PasskeyStep::Passed(opened)) => {
            let onward = redirect(if next.is_empty() { "/" } else { &next });
            Ok(onward
                .begin_session(&opened.session_token, &opened.browser_token)
                .end(cookies::PASSKEY))
        }
        Ok(PasskeyStep::Locked { retry_after }) => {
            let shown = locked(&web, &visitor, retry_after, String::new(), next).await?;
            Ok(shown.end(cookies::PASSKEY))
        }
        Ok(PasskeyStep::Refused) | Err(OpError::Expired) => Ok(refused(&next)),
        Err(error) => Err(error.into()),
    }
}

/// One answer for every reason, so that it tells a stranger nothing.
fn refused(next: &str) -> Response {
    start_over("passkey-refused", "", next).end(cookies::PASSKEY)
}
