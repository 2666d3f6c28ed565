//! What a person does with a keyboard, and what they see of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::{By, Key, TypingData};

use crate::browser::{Browser, PATIENCE};

/// More stops than any page has before the one that is looked for.
const MOST_STOPS: usize = 60;

/// What is wrong with the element that has the focus, or nothing.
const LOOK: &str = r"(() => {
    const element = document.activeElement;
    const name = element.outerHTML.slice(0, 120);
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const ring = (outlineStyle !== 'none' && 0 < parseFloat(outlineWidth)) || boxShadow !== 'none';
    if (!ring) return 'no focus ring: ' + name;
    const box = element.getBoundingClientRect();
    const seen = [[.5, .5], [.1, .1], [.9, .9], [.1, .9], [.9, .1]].some(([x, y]) => {
        const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        return top && (element.contains(top) || top.contains(element));
    });
    if (!seen) return 'covered or out of sight: ' + name;
    const last = window.lastStop;
    window.lastStop = element;
    if (!last || !last.isConnected || last === element) return '';
    if (element.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING) return 'backwards: ' + name;
    const before = last.getBoundingClientRect();
    if (box.bottom <= before.top && box.right <= before.right) return 'up the page: ' + name;
    return '';
})()";

impl Browser {
    /// Presses one key, or types one letter, wherever the focus is.
    pub(crate) async fn press(&self, key: impl Into<TypingData>) {
        self.ready().await;
        self.driver
            .action_chain()
            .send_keys(key)
            .perform()
            .await
            .expect("the keyboard works");
    }

    pub(crate) async fn press_with_control(&self, key: &str) {
        self.ready().await;
        let keys = self.driver.action_chain().key_down(Key::Control);
        let keys = keys.send_keys(key).key_up(Key::Control);
        keys.perform().await.expect("the keyboard works");
    }

    /// Types a text where the focus is.
    pub(crate) async fn types(&self, text: &str) {
        self.press(text).await;
    }

    /// Presses a key that leads to another page, and waits for that page.
    pub(crate) async fn leaves(&self, key: impl Into<TypingData>) {
        let before = self.find("html").await;
        self.press(key).await;
        let until = Instant::now() + PATIENCE;
        while before.tag_name().await.is_ok() {
            assert!(Instant::now() < until, "{} was not left", self.path().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.ready().await;
    }

    /// The same for a form.
    pub(crate) async fn sends(&self, key: Key) {
        self.leaves(key).await;
    }

    /// Goes from stop to stop until `css` has the focus; every stop on the way can be seen and comes after the last.
    pub(crate) async fn tab_to(&self, css: &str) {
        self.ready().await;
        self.evaluate("window.lastStop = undefined").await;
        let mut stops = Vec::new();
        for _ in 0..MOST_STOPS {
            self.press(Key::Tab).await;
            let fault = self.evaluate(LOOK).await;
            assert_eq!(fault, json!(""), "on the way to {css} on {}", self.path().await);
            if self.has_focus(css).await {
                return;
            }
            stops.push(
                self.evaluate("document.activeElement.outerHTML.slice(0, 80)")
                    .await,
            );
        }
        panic!("{css} cannot be reached on {}: {stops:#?}", self.path().await);
    }

    /// Waits until `css` has the focus, and sees that it shows.
    pub(crate) async fn focused(&self, css: &str) {
        self.becomes(&format!("document.activeElement.matches({})", json!(css)))
            .await;
        self.evaluate("window.lastStop = undefined").await;
        assert_eq!(self.evaluate(LOOK).await, json!(""), "{css}");
    }

    async fn has_focus(&self, css: &str) -> bool {
        let matches = format!("document.activeElement.matches({})", json!(css));
        self.evaluate(&matches).await == Value::Bool(true)
    }

    /// Opens the palette, types, and presses Enter at once.
    pub(crate) async fn jump(&self, words: &str) {
        self.press_with_control("k").await;
        self.focused("#palette-input").await;
        self.types(words).await;
        self.leaves(Key::Enter).await;
    }

    /// Waits until an expression is true in the page.
    pub(crate) async fn becomes(&self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        while self.evaluate(expression).await != Value::Bool(true) {
            assert!(
                Instant::now() < until,
                "`{expression}` is not true on {}; the focus is on {}",
                self.path().await,
                self.evaluate("document.activeElement.outerHTML.slice(0, 120)")
                    .await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn is_at(&self, path: &str) {
        assert_eq!(self.path().await, path);
    }

    /// Waits until the page and its script are loaded.
    async fn ready(&self) {
        let until = Instant::now() + PATIENCE;
        while self.driver.find(By::Css("body")).await.is_err()
            || self.evaluate("document.readyState").await != json!("complete")
        {
            assert!(Instant::now() < until, "the page does not load");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
