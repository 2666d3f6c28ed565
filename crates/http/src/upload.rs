use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::Web;
use crate::form::{Fields, is_proven};
use crate::session::SignedIn;

/// A form of a signed-in person that may hold a file.
pub(crate) struct Upload {
    pub who: SignedIn,
    pub fields: Fields,
    /// The file, if one was chosen. Its name and type are what the sender claims, so they do not count.
    pub file: Option<Vec<u8>>,
}

impl FromRequest<Web> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, web)
            .await
            .map_err(IntoResponse::into_response)?;
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let is_multipart = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        let headers = parts.headers.clone();
        let request = Request::from_parts(parts, body);
        let (fields, file) = if is_multipart {
            let form = Multipart::from_request(request, web)
                .await
                .map_err(IntoResponse::into_response)?;
            read(form).await?
        } else {
            (Fields::from_request(request, web).await?, None)
        };
        is_proven(&who, &headers, &fields).map_err(IntoResponse::into_response)?;
        Ok(Self { who, fields, file })
    }
}

async fn read(mut form: Multipart) -> Result<(Fields, Option<Vec<u8>>), Response> {
    let unreadable = |error: MultipartError| error.status().into_response();
    let (mut pairs, mut file) = (Vec::new(), None);
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let is_file = part.file_name().is_some();
        let name = part.name().map(str::to_owned).ok_or_else(bad_request)?;
        let bytes = part.bytes().await.map_err(unreadable)?;
        if is_file {
            // A browser sends an empty one where none was chosen.
            file = file.or_else(|| (!bytes.is_empty()).then(|| bytes.to_vec()));
        } else {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| bad_request())?;
            pairs.push((name, text));
        }
    }
    let fields = Fields::of(pairs).ok_or_else(bad_request)?;
    Ok((fields, file))
}

fn bad_request() -> Response {
    StatusCode::BAD_REQUEST.into_response()
}
