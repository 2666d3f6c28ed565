use portcullis_model::MailError;
use portcullis_testkit::SmtpServer;

use crate::support::{letter, plain, send, signed_in};

#[tokio::test]
async fn a_refusal_for_good_is_not_tried_again() {
    let server = SmtpServer::start().await;

    let unknown = send(&plain(&server), &letter(&["unknown@example.test"])).await;
    let spam = send(&plain(&server), &letter(&["spam@example.test"])).await;

    assert_eq!(
        unknown,
        Err(MailError::Refused(
            "naming the recipient: 550 5.1.1 No such mailbox here".to_owned()
        ))
    );
    assert_eq!(
        spam,
        Err(MailError::Refused(
            "handing over the letter: 554 5.7.1 Refused as spam".to_owned()
        ))
    );
}

#[tokio::test]
async fn a_refusal_for_now_is_tried_again() {
    let server = SmtpServer::start().await;

    let full = send(&plain(&server), &letter(&["full@example.test"])).await;
    let grey = send(&plain(&server), &letter(&["grey@example.test"])).await;
    let again = send(&plain(&server), &letter(&["grey@example.test"])).await;

    assert_eq!(
        full,
        Err(MailError::Later(
            "naming the recipient: 452 4.2.2 Mailbox full".to_owned()
        ))
    );
    assert_eq!(
        grey,
        Err(MailError::Later(
            "naming the recipient: 451 4.7.1 Greylisted, try again later".to_owned()
        ))
    );
    assert_eq!(again.expect("now it is known").reply, "250 2.0.0 Queued as 1");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let server = SmtpServer::start().await;
    let mut settings = plain(&server);
    settings["timeout_seconds"] = 1.into();

    let slow = send(&settings, &letter(&["slow@example.test"])).await;
    let drop = send(&settings, &letter(&["drop@example.test"])).await;

    assert_eq!(
        slow,
        Err(MailError::Later(
            "naming the recipient: the server took too long".to_owned()
        ))
    );
    assert_eq!(
        drop,
        Err(MailError::Later(
            "naming the recipient: the server closed the connection".to_owned()
        ))
    );
}

#[tokio::test]
async fn a_refused_sign_in_or_sender_is_about_the_settings() {
    let server = SmtpServer::start().await;
    let mut mistyped = signed_in(&server, "starttls", server.ports.starttls);
    mistyped["password"] = "mistyped".into();
    let mut busy = mistyped.clone();
    busy["username"] = "busy".into();
    let mut banned = plain(&server);
    banned["from_address"] = "banned@example.test".into();
    let letter = letter(&["ann@example.test"]);

    assert_eq!(
        send(&mistyped, &letter).await,
        Err(MailError::Settings(
            "signing in: 535 5.7.8 Authentication credentials invalid".to_owned()
        ))
    );
    assert_eq!(
        send(&busy, &letter).await,
        Err(MailError::Later(
            "signing in: 454 4.7.0 Temporary authentication failure".to_owned()
        ))
    );
    assert_eq!(
        send(&banned, &letter).await,
        Err(MailError::Settings(
            "naming the sender: 550 5.7.1 Sender rejected".to_owned()
        ))
    );
}

#[tokio::test]
async fn two_recipients_get_one_letter() {
    let server = SmtpServer::start().await;
    let to = ["ann@example.test", "ann@home.example.test"];

    let delivery = send(&plain(&server), &letter(&to)).await;

    assert!(delivery.expect("both are taken").left_out.is_empty());
    let arrived = server.wait_for_letter(to[1]).await;
    assert_eq!(arrived.to, to);
    assert_eq!(arrived.header("To"), to.join(", "));
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn a_dead_address_does_not_keep_the_letter_from_the_other() {
    let server = SmtpServer::start().await;
    let to = ["unknown@example.test", "ann@example.test", "full@example.test"];

    let delivery = send(&plain(&server), &letter(&to)).await.expect("one is taken");

    let left_out: Vec<_> = delivery
        .left_out
        .iter()
        .map(|left_out| left_out.to.as_str())
        .collect();
    assert_eq!(left_out, [to[0], to[2]]);
    assert!(matches!(delivery.left_out[0].error, MailError::Refused(_)));
    assert!(matches!(delivery.left_out[1].error, MailError::Later(_)));
    assert_eq!(server.wait_for_letter(to[1]).await.to, [to[1]]);
}

#[tokio::test]
async fn where_nobody_is_taken_the_hope_counts() {
    let server = SmtpServer::start().await;
    let to = ["full@example.test", "unknown@example.test"];

    let sent = send(&plain(&server), &letter(&to)).await;

    assert!(matches!(sent, Err(MailError::Later(_))), "{sent:?}");
}

#[tokio::test]
async fn a_letter_that_is_too_big_for_the_server_is_refused() {
    let server = SmtpServer::start().await;
    let mut letter = letter(&["ann@example.test"]);
    letter.text = (["All work and no play."; 3].join(" ") + "\n").repeat(16_000);

    let sent = send(&plain(&server), &letter).await;

    assert!(
        matches!(&sent, Err(MailError::Refused(text)) if text.contains("552")),
        "{sent:?}"
    );
}
