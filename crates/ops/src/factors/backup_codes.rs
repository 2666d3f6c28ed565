use portcullis_store::Tx;
use portcullis_store::users::User;

use crate::mail::Occasion;
use crate::notices::{self, Notice};
use crate::{OpError, Permit, Services};

/// From how few codes on a new list is advised.
const FEW: usize = 3;

/// Tells a person that one of their backup codes was used, and how many are left.
pub(crate) async fn tell_used<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    left: usize,
) -> Result<(), OpError> {
    let mut what = format!(
        "A backup code of your account {} was used. {left} of them {} left.",
        user.username,
        if left == 1 { "is" } else { "are" }
    );
    if left == 0 {
        what.push_str(" That was the last one: make a new list under My security now.");
    } else if left <= FEW {
        what.push_str(" Make a new list under My security soon.");
    }
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &permit.caller().address,
        subject: "A backup code was used",
        what: &what,
        advice: "If this wasn't you, somebody has your codes and your password: change it, make a new list, and tell an \
                 administrator.",
    };
    notices::post_to(services, tx, user, &notice).await
}
