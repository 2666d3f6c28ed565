//! No order of questions lets anybody in who did not press what was asked, when it counted.

use std::sync::Arc;

use portcullis_model::Chance;
use proptest::prelude::*;

use super::super::VoiceHooks;
use super::super::webhook::Status;
use super::*;
use crate::{Action, Digits, Outcome, Plan, Prompts, Script, Task};

const WANTED: &str = "4711";
const EACH: Duration = Duration::from_secs(2);

struct Zero;

impl Chance for Zero {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// What happens next.
#[derive(Clone, Debug)]
enum Next {
    /// The provider asks, at the address that is due or at another one.
    Asks {
        is_due: bool,
        digits: &'static str,
        has_pound: bool,
    },
    Happens(Event),
}

fn next() -> impl Strategy<Value = Next> {
    let digits = prop::sample::select(vec!["4711", "47", "11", "4712", "0", "1", "*4711", ""]);
    let event = prop::sample::select(vec![
        Event::Ringing,
        Event::Answered,
        Event::Tick,
        Event::Tick,
        Event::HungUp,
        Event::MediaLost,
        Event::Cancelled,
    ]);
    prop_oneof![
        12 => (prop::bool::weighted(0.9), digits, prop::bool::weighted(0.8))
            .prop_map(|(is_due, digits, has_pound)| Next::Asks { is_due, digits, has_pound }),
        2 => event.prop_map(Next::Happens),
    ]
}

/// A call with its conversation, and what an onlooker notes of it.
struct Stage {
    script: Script,
    talk: Talk,
    now: Duration,
    answer: Option<oneshot::Receiver<String>>,
    /// What the provider was told last, and when.
    told: Option<(String, Duration)>,
    is_instructed: bool,
    entered: String,
    is_granted: bool,
}

impl Stage {
    fn new() -> Self {
        let hooks = Arc::new(VoiceHooks::new("https://vault.example"));
        let (registered, _heard) = hooks.open(&Zero, &Arc::new(Prompts::shipped()), "en");
        let mut stage = Self {
            script: Script::new(Plan::new(Task::Match(Digits::parse(WANTED).unwrap()))),
            talk: Talk::new(registered.addresses()),
            now: Duration::ZERO,
            answer: None,
            told: None,
            is_instructed: false,
            entered: String::new(),
            is_granted: false,
        };
        let actions = stage.script.start();
        stage.perform(actions);
        stage
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Play { playlist, prompts } => self.talk.say(playlist, prompts),
                Action::Hush => self.talk.hush(),
                Action::HangUp => self.talk.hang_up(),
                _ => {}
            }
        }
        let turn = Turn {
            listens: self.script.listens(),
            now: self.now,
            patience: Duration::from_secs(6),
        };
        if !self.script.is_over() {
            self.talk.go_on(&turn, |_| EACH);
        }
        if let Some(xml) = self.answer.as_mut().and_then(|answer| answer.try_recv().ok()) {
            self.told = Some((xml, self.now));
            self.answer = None;
        }
    }

    fn on(&mut self, event: Event) {
        let actions = self.script.on(self.now, event);
        self.perform(actions);
        self.is_granted = self.script.outcome().is_some_and(Outcome::is_granted);
    }

    /// What time alone brings.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.script.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.on(Event::Tick);
        }
        self.now = until;
        self.on(Event::Tick);
    }

    /// Which question is due, as the provider knows it.
    fn due(&self) -> Option<u32> {
        match &self.told {
            None => Some(0),
            Some((xml, _)) => {
                let (_, redirect) = xml.split_once("<Redirect method=\"POST\">")?;
                redirect.split('<').next()?.rsplit('/').next()?.parse().ok()
            }
        }
    }

    /// Asks, and says whether the question was taken.
    fn ask(&mut self, step: u32, digits: &str, has_pound: bool) -> bool {
        let webhook = Webhook {
            status: Status::InProgress,
            digits: digits.bytes().filter_map(Key::new).collect(),
            has_pound,
        };
        let (question, answer) = oneshot::channel();
        let Some(events) = self.talk.hear(self.now, step, &webhook, question) else {
            return false;
        };
        self.answer = Some(answer);
        let mut actions = Vec::new();
        for event in events {
            actions.extend(self.script.on(self.now, event));
        }
        self.perform(actions);
        self.is_granted = self.script.outcome().is_some_and(Outcome::is_granted);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_order_of_questions_grants_what_was_not_pressed(
        nexts in prop::collection::vec((0..7000_u64, next()), 1..40),
    ) {
        let mut stage = Stage::new();
        for (millis, next) in nexts {
            stage.wait(Duration::from_millis(millis));
            prop_assert!(!stage.is_granted, "time grants nothing");
            let (is_due, digits, has_pound) = match next {
                Next::Happens(event) => {
                    stage.on(event);
                    prop_assert!(!stage.is_granted, "{event:?} grants nothing");
                    continue;
                }
                Next::Asks { is_due, digits, has_pound } => (is_due, digits, has_pound),
            };
            let due = stage.due();
            let step = due.unwrap_or(1) + u32::from(!is_due);
            let told = stage.told.clone();
            let was_over = stage.script.is_over();
            let was_instructed = stage.is_instructed;
            let was_taken = stage.ask(step, digits, has_pound);
            prop_assert!(!was_taken || due == Some(step), "only what is due is taken");
            prop_assert!(!(was_taken && was_over), "nothing is taken after the end");
            if !was_taken {
                prop_assert!(!stage.is_granted);
                continue;
            }
            let asks_for_keys = told.as_ref().is_some_and(|(xml, _)| xml.contains("<Gather"));
            if asks_for_keys && was_instructed {
                for key in digits.chars() {
                    match key {
                        '*' => stage.entered.clear(),
                        key => stage.entered.push(key),
                    }
                }
                let is_right = has_pound && stage.entered == WANTED;
                prop_assert!(!stage.is_granted || is_right, "{} {has_pound}", stage.entered);
                if has_pound {
                    stage.entered.clear();
                }
            } else {
                prop_assert!(!stage.is_granted, "before the instruction nothing grants");
                // What was to be heard was heard, if it can have been.
                if let Some((xml, at)) = told {
                    let lasting = EACH * u32::try_from(xml.matches("<Play>").count()).unwrap();
                    stage.is_instructed |= at + lasting * 3 / 4 <= stage.now;
                }
            }
            if stage.is_granted {
                return Ok(());
            }
        }
    }

    #[test]
    fn who_does_as_told_gets_in(pauses in prop::collection::vec(0..3000_u64, 3)) {
        let mut stage = Stage::new();
        prop_assert!(stage.ask(0, "", false));
        stage.wait(Duration::from_secs(1));
        stage.wait(EACH * 2 + Duration::from_millis(pauses[0]));
        prop_assert!(stage.ask(1, "", false));
        stage.wait(Duration::from_millis(pauses[1]));
        prop_assert!(stage.ask(2, "47", false));
        stage.wait(Duration::from_millis(pauses[2]));
        prop_assert!(stage.ask(3, "11", true));
        prop_assert_eq!(stage.script.outcome(), Some(Outcome::Granted(KeySource::Provider)));
    }
}
