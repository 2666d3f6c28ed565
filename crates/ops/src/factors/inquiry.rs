use portcullis_model::{Answer, Asking, Challenge, FactorError, FactorKind, Proof, Verdict};
use portcullis_store::Tx;
use portcullis_store::calls::Call;
use portcullis_store::factors::Factor;
use portcullis_store::users::User;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::calls::{self, Purpose, Wanted};
use crate::factors::{candidates, challenges, settings_of, spend};
use crate::{OpError, Services};

/// A factor of a person, opened.
pub(crate) type Candidate = (Factor, Zeroizing<Vec<u8>>);

/// What one answer was worth: the factor that did not reject it, and what it said.
pub(crate) type Judged = Option<(usize, Verdict)>;

/// How much an answer is to prove.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Proves {
    /// The second proof, beside a password.
    One,
    /// Both proofs, alone.
    Both,
}

/// One method put to one person, with all that it takes to ask and to judge.
pub struct Inquiry {
    pub(crate) kind: FactorKind,
    pub(crate) candidates: Vec<Candidate>,
    challenge: Challenge,
    /// The call that is the answer, where one is.
    pub(crate) call: Option<Box<Call>>,
    settings: Zeroizing<Vec<u8>>,
}

impl Inquiry {
    /// Before anything was asked.
    pub(crate) async fn of(
        services: &Services,
        tx: &Tx,
        user: &User,
        kind: FactorKind,
    ) -> Result<Self, OpError> {
        Ok(Self {
            kind,
            candidates: candidates(services, tx, user, kind).await?,
            challenge: Challenge::default(),
            call: None,
            settings: settings_of(services, tx, kind).await?,
        })
    }

    /// With what was asked, and waits for an answer, under a login or a session.
    pub(crate) async fn kept(
        services: &Services,
        tx: &Tx,
        user: &User,
        kind: FactorKind,
        owner: Uuid,
        purpose: Purpose,
    ) -> Result<Self, OpError> {
        Ok(Self {
            call: match kind {
                FactorKind::Phone => calls::latest(tx, owner, purpose).await?.map(Box::new),
                _ => None,
            },
            challenge: challenges::kept(services, tx, owner, kind).await?,
            ..Self::of(services, tx, user, kind).await?
        })
    }

    pub(crate) fn settings(&self) -> &[u8] {
        &self.settings
    }

    /// Starts the proof, if the method begins with a challenge.
    pub(crate) async fn ask(&self, services: &Services) -> Result<Challenge, FactorError> {
        let Ok(method) = services.factor(self.kind) else {
            return Err(not_installed(self.kind));
        };
        let enrolments: Vec<&[u8]> = self
            .candidates
            .iter()
            .map(|(_, enrolment)| &enrolment[..])
            .collect();
        let asking = Asking {
            enrolments: &enrolments,
            settings: &self.settings,
            at: services.now(),
            chance: &*services.chance,
        };
        method.challenge(&asking).await
    }

    /// The phone call that a challenge of this method asks for, on its way to the first of the numbers.
    pub(crate) fn wanted<'a>(
        &'a self,
        purpose: Purpose,
        owner: Uuid,
        user: &'a User,
        address: &'a str,
    ) -> Result<Wanted<'a>, OpError> {
        let (factor, _) = self.candidates.first().ok_or(OpError::Damaged)?;
        Ok(Wanted {
            owner,
            purpose,
            user,
            factor: factor.id,
            address,
            settings: &self.settings,
        })
    }

    /// Holds an answer against one factor after the other, until one does not reject it. The inner error is the
    /// method's; a damaged enrolment is the server's own trouble.
    pub(crate) async fn judge(
        &self,
        services: &Services,
        answer: &Answer,
        proves: Proves,
    ) -> Result<Result<Judged, FactorError>, OpError> {
        if self.kind == FactorKind::Phone {
            return Ok(Ok(self.heard(services)));
        }
        match self.first_yes(services, answer, proves).await {
            Err(FactorError::DamagedEnrolment) => Err(OpError::Damaged),
            judged => Ok(judged),
        }
    }

    /// What the phone call was worth. The number that was called must still be the person's.
    pub(crate) fn heard(&self, services: &Services) -> Judged {
        let call = self.call.as_ref()?;
        let place = self
            .candidates
            .iter()
            .position(|(factor, _)| factor.id == call.factor)?;
        let user = self.candidates[place].0.user;
        if calls::is_grant(call, user, services.now()) {
            Some((place, Verdict::Accept { enrolment: None }))
        } else if call.is_open() {
            Some((place, Verdict::Wait))
        } else {
            None
        }
    }

    /// Whether the answer is a phone call that has not said yes: there is nothing to judge yet, and nothing to count.
    pub(crate) fn is_unheard(&self, services: &Services) -> bool {
        self.kind == FactorKind::Phone && !matches!(self.heard(services), Some((_, Verdict::Accept { .. })))
    }

    /// Spends what said yes. Answers `false` if somebody else was first. The caller holds the person.
    pub(crate) async fn spend(
        &self,
        services: &Services,
        tx: &Tx,
        index: usize,
        enrolment: Option<&[u8]>,
    ) -> Result<bool, OpError> {
        if self.kind == FactorKind::Phone {
            return match &self.call {
                Some(call) => calls::spend(services, tx, call).await,
                None => Ok(false),
            };
        }
        spend(services, tx, &self.candidates[index].0, enrolment).await
    }

    async fn first_yes(
        &self,
        services: &Services,
        answer: &Answer,
        proves: Proves,
    ) -> Result<Judged, FactorError> {
        let Ok(method) = services.factor(self.kind) else {
            return Err(not_installed(self.kind));
        };
        for (index, (_, enrolment)) in self.candidates.iter().enumerate() {
            let proof = Proof {
                enrolment,
                challenge: &self.challenge,
                settings: &self.settings,
                chance: &*services.chance,
            };
            let verdict = match proves {
                Proves::One => method.verify(&proof, answer).await?,
                Proves::Both => method.verify_alone(&proof, answer).await?,
            };
            if !matches!(verdict, Verdict::Reject) {
                return Ok(Some((index, verdict)));
            }
        }
        Ok(None)
    }
}

fn not_installed(kind: FactorKind) -> FactorError {
    FactorError::Settings(format!("no {kind} factor is installed"))
}
