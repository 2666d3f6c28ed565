use webauthn_rs_core::error::WebauthnError;

/// Why an answer was not accepted. The person is not told, the log is.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer is not what a browser sends")]
    NotJson(#[source] serde_json::Error),
    #[error("the challenge is not one of this kind")]
    OtherCeremony,
    #[error("the origin is another one")]
    OtherOrigin,
    #[error("the page was inside a page of another site")]
    CrossOrigin,
    #[error("the key was not asked for")]
    NotAsked,
    #[error("the key is another one")]
    OtherKey,
    #[error("the key belongs to another person, or does not say to whom")]
    OtherPerson,
    #[error("the key did not verify the person")]
    NotVerified,
    #[error(transparent)]
    Library(#[from] WebauthnError),
}
