//! Bodies that are files of text.

use axum::extract::{FromRequest, Request};
use http::header;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::{Code, Error};

/// A `text/csv` body of at most `MOST` bytes, as it was sent: what it holds is the reader's to judge.
#[derive(Debug)]
pub struct CsvFile<const MOST: usize>(pub Vec<u8>);

impl<S: Send + Sync, const MOST: usize> FromRequest<S> for CsvFile<MOST> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !media.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("text/csv") {
            return Err(Error::new(Code::UnsupportedMediaType, "Set the header `content-type: text/csv`."));
        }
        let body = Limited::new(request.into_body(), MOST).collect().await.map_err(|error| {
            if error.downcast_ref::<LengthLimitError>().is_some() {
                Error::new(Code::BodyTooLarge, format!("Send at most {} KB.", MOST / 1024))
            } else {
                Error::new(Code::BadBody, "The file did not arrive whole.").because(error)
            }
        })?;
        Ok(Self(body.to_bytes().to_vec()))
    }
}
