use portcullis_model::{Letter, MailError};
use portcullis_testkit::SmtpServer;

use crate::support::{letter, plain, send};

#[tokio::test]
async fn a_letter_arrives_as_text_and_html_with_every_header() {
    let server = SmtpServer::start().await;
    let mut settings = plain(&server);
    settings["from_name"] = "The Vault".into();
    settings["reply_to"] = "help@example.test".into();

    let delivery = send(&settings, &letter(&["ann@example.test"]))
        .await
        .expect("the server takes the letter");

    let arrived = server.wait_for_letter("ann@example.test").await;
    assert_eq!(arrived.from, "vault@example.test");
    assert_eq!(arrived.hello, "example.test");
    assert_eq!(arrived.subject, "Your code");
    assert_eq!(arrived.text, "Your code is 493817.\n");
    assert_eq!(arrived.html, "<p>Your code is <b>493817</b>.</p>\n");
    assert_eq!(arrived.header("From"), "The Vault <vault@example.test>");
    assert_eq!(arrived.header("To"), "ann@example.test");
    assert_eq!(arrived.header("Reply-To"), "help@example.test");
    assert_eq!(arrived.header("Date"), "Mon, 02 Mar 2026 08:00:00 +0000");
    assert_eq!(arrived.header("Auto-Submitted"), "auto-generated");
    assert_eq!(arrived.header("Message-ID"), format!("<{}>", delivery.message_id));
    assert!(delivery.message_id.ends_with("@example.test"));
    assert!(
        arrived
            .header("Content-Type")
            .starts_with("multipart/alternative")
    );
    assert_eq!(delivery.reply, "250 2.0.0 Queued as 1");
}

#[tokio::test]
async fn other_alphabets_arrive_as_they_were_written() {
    let server = SmtpServer::start().await;
    let mut settings = plain(&server);
    settings["from_name"] = "Schließfach “Köln”, 東京".into();
    let mut letter = letter(&["ann@example.test"]);
    letter.subject = "Ihr Zugangscode für „Bücher & Café“ — 東京 🔑, noch dreißig Minuten gültig".to_owned();
    letter.text = "Grüße aus Köln\n.\nEine Zeile mit einem Punkt.\n".to_owned();
    letter.html = format!("<p>Grüße {}</p>\n", "ü".repeat(2000));

    send(&settings, &letter)
        .await
        .expect("the server takes the letter");

    let arrived = server.wait_for_letter("ann@example.test").await;
    assert_eq!(arrived.subject, letter.subject);
    assert_eq!(arrived.text, letter.text);
    assert_eq!(arrived.html, letter.html);
    assert!(arrived.header("From").contains("Schließfach “Köln”, 東京"));
    assert!(arrived.raw.is_ascii());
    assert!(
        arrived
            .raw
            .split(|byte| *byte == b'\n')
            .all(|line| line.len() <= 999)
    );
}

#[tokio::test]
async fn an_address_in_another_alphabet_is_announced() {
    let server = SmtpServer::start().await;

    send(&plain(&server), &letter(&["jürgen@example.test"]))
        .await
        .expect("the server knows SMTPUTF8");

    assert_eq!(
        server.wait_for_letter("jürgen@example.test").await.to,
        ["jürgen@example.test"]
    );
}

#[tokio::test]
async fn a_big_letter_arrives_whole() {
    let server = SmtpServer::start().await;
    let mut letter = letter(&["ann@example.test"]);
    letter.text = (0..30_000).fold(String::new(), |text, line| text + &format!(".{line} one line\n"));

    send(&plain(&server), &letter)
        .await
        .expect("the server takes the letter");

    // Not `assert_eq`, which would print both.
    assert!(server.wait_for_letter("ann@example.test").await.text == letter.text);
}

#[tokio::test]
async fn a_line_break_smuggles_no_header_and_no_command() {
    let server = SmtpServer::start().await;
    let evil = [
        "x\r\nBcc: eve@example.test",
        "x\nBcc: eve@example.test",
        "x\rBcc: eve@example.test",
        "x\r\n\r\nanother body",
        // Folded, as RFC 5322 allows inside of quotes.
        "x\r\n Bcc: eve@example.test",
        "x\0y",
    ];

    for evil in evil {
        let subject = Letter {
            subject: evil.to_owned(),
            ..letter(&["ann@example.test"])
        };
        let recipient = format!("ann@example.test{}", &evil[1..]);
        let quoted = format!("\"{evil}\"@example.test");
        let parameter = "ann@example.test>\r\nRCPT TO:<eve@example.test";
        for letter in [
            subject,
            letter(&[&recipient]),
            letter(&[&quoted]),
            letter(&[parameter]),
        ] {
            let sent = send(&plain(&server), &letter).await;

            assert!(matches!(sent, Err(MailError::Refused(_))), "{letter:?} {sent:?}");
        }
        for field in ["from_name", "from_address", "reply_to"] {
            let mut settings = plain(&server);
            settings[field] = evil.into();

            let sent = send(&settings, &letter(&["ann@example.test"])).await;

            assert!(matches!(sent, Err(MailError::Settings(_))), "{field} {sent:?}");
        }
    }
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn names_with_the_marks_of_addresses_stay_names() {
    let server = SmtpServer::start().await;
    let mut settings = plain(&server);
    settings["from_name"] = "\"Vault\" <eve@example.test>, Eve".into();

    send(&settings, &letter(&["ann@example.test"]))
        .await
        .expect("the server takes the letter");

    let arrived = server.wait_for_letter("ann@example.test").await;
    assert_eq!(
        arrived.header("From"),
        r#""\"Vault\" <eve@example.test>, Eve" <vault@example.test>"#
    );
}

#[tokio::test]
async fn what_is_no_address_is_refused_without_a_connection() {
    let server = SmtpServer::start().await;

    for to in [
        "",
        "ann",
        "Ann <ann@example.test>",
        "ann@example.test, eve@example.test",
        "@",
    ] {
        let sent = send(&plain(&server), &letter(&[to])).await;

        assert_eq!(
            sent,
            Err(MailError::Refused(
                "writing the letter: a recipient is not a bare address".to_owned()
            )),
            "{to}"
        );
    }
    let nobody = send(&plain(&server), &letter(&[])).await;
    assert!(matches!(nobody, Err(MailError::Refused(_))));
}
