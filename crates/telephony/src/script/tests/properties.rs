//! No order of events lets anybody in who did not press what was asked, on an answered call, when it counted.

use proptest::prelude::*;

use super::*;
use crate::script::Timings;
use crate::{Extension, NotReached};

const PIN: &str = "4711";

fn task() -> impl Strategy<Value = Task> {
    prop_oneof![
        Just(Task::Confirm),
        Just(Task::ConfirmWith(Key::new(b'7').unwrap())),
        Just(Task::Pin),
        Just(Task::Match(Digits::parse(PIN).unwrap())),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (task(), any::<[bool; 4]>()).prop_map(|(task, [extension, backup, blocks, refuses])| Plan {
        extension: extension.then(|| Extension::new("292").unwrap()),
        has_backup: backup,
        fraud_blocks: blocks,
        refuses_diversion: refuses,
        ..Plan::new(task)
    })
}

fn event() -> impl Strategy<Value = Event> {
    let keys = prop::sample::select(b"4711##7#0*".to_vec());
    let source = prop::sample::select(vec![KeySource::Event, KeySource::Info, KeySource::InBand]);
    prop_oneof![
        4 => Just(Event::Tick),
        1 => Just(Event::Ringing),
        1 => Just(Event::Diverted),
        3 => Just(Event::Answered),
        1 => prop::sample::select(vec![NotReached::Busy, NotReached::Declined]).prop_map(Event::NotReached),
        14 => (keys, source).prop_map(|(label, source)| Event::Key { key: Key::new(label).unwrap(), source }),
        6 => (0..4_u32, 0..6_usize).prop_map(|(playlist, prompts)| Event::Said { playlist, prompts }),
        2 => Just(Event::ExtensionSent),
        1 => Just(Event::Machine),
        3 => prop::sample::select(vec![Verdict::Right, Verdict::Wrong]).prop_map(Event::Checked),
        1 => Just(Event::HungUp),
        1 => Just(Event::MediaLost),
        1 => Just(Event::Cancelled),
    ]
}

/// What an onlooker without the machine's memory knows of the call.
#[derive(Default)]
struct Onlooker {
    dialled: usize,
    answered: Option<Duration>,
    instructed: Option<Duration>,
    is_gone: bool,
    /// Keys since the instruction, as far as they could count.
    pressed: Vec<u8>,
    checks: Vec<String>,
    finished: usize,
    playlist: Option<(u32, usize)>,
}

impl Onlooker {
    fn before(&mut self, now: Duration, event: Event, instruction: usize) {
        match event {
            Event::Answered if self.answered.is_none() && !self.is_gone => self.answered = Some(now),
            Event::Said { playlist, prompts } => {
                let is_current = self.playlist.is_some_and(|(current, _)| current == playlist);
                if is_current && instruction < prompts {
                    self.instructed.get_or_insert(now);
                }
            }
            Event::Key { key, .. } if self.instructed.is_some() => self.pressed.push(key.label()),
            Event::HungUp | Event::MediaLost | Event::Cancelled => self.is_gone = true,
            _ => {}
        }
    }

    fn may_grant(&self, now: Duration, event: Event, task: &Task) -> bool {
        let Some((answered, instructed)) = self.answered.zip(self.instructed) else {
            return false;
        };
        let timings = Timings::default();
        let in_time = now < timings.overall && answered + timings.deaf <= now && instructed <= now;
        let pressed = String::from_utf8_lossy(&self.pressed);
        let did = match task {
            Task::Confirm => pressed.ends_with('#'),
            // `*` begins anew, so the digits need not stand side by side; they must all have come.
            Task::ConfirmWith(_) => pressed.ends_with('#') && pressed.contains('7'),
            Task::Match(_) => pressed.ends_with('#') && PIN.chars().all(|key| pressed.contains(key)),
            Task::Pin => self.checks.last().is_some_and(|entered| !entered.is_empty()),
        };
        let cause = match task {
            Task::Pin => matches!(event, Event::Checked(Verdict::Right)),
            _ => matches!(event, Event::Key { key: Key::POUND, .. }),
        };
        in_time && did && cause && !self.is_gone
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_order_of_events_grants_what_was_not_confirmed(
        plan in plan(),
        events in prop::collection::vec((0..4000_u64, event()), 1..60),
    ) {
        let mut call = Call::begin(plan.clone());
        let mut onlooker = Onlooker { dialled: 1, ..Onlooker::default() };
        for (millis, event) in events {
            let now = call.now + Duration::from_millis(millis);
            // What time alone brings comes first, so that the onlooker sees it apart from the event.
            let was_over = call.script.is_over();
            let seen = call.actions.len();
            call.after(millis, Event::Tick);
            if let Some(Action::Play { playlist, prompts }) = call.actions[seen..].last() {
                onlooker.playlist = Some((*playlist, prompts.len()));
            }
            onlooker.before(now, event, plan.instruction().len());
            call.after(0, event);
            let new = &call.actions[seen..];
            prop_assert!(!was_over || new.is_empty(), "nothing happens after the end");
            for action in new {
                match action {
                    Action::Dial(_) => onlooker.dialled += 1,
                    Action::Play { playlist, prompts } => onlooker.playlist = Some((*playlist, prompts.len())),
                    Action::Check(entered) => onlooker.checks.push(entered.expose().to_owned()),
                    Action::Report(Step::Finished(outcome)) => {
                        onlooker.finished += 1;
                        let allowed = onlooker.may_grant(now, event, &plan.task);
                        prop_assert!(!outcome.is_granted() || allowed, "{outcome:?} at {now:?} by {event:?}");
                    }
                    _ => {}
                }
            }
            prop_assert!(onlooker.finished <= 1, "at most one outcome");
            prop_assert!(onlooker.dialled <= 2);
            prop_assert_eq!(onlooker.finished == 1, call.script.outcome().is_some());
            prop_assert!(!call.script.is_over() || onlooker.finished == 1);
        }
    }

    #[test]
    fn every_call_ends_by_itself(
        plan in plan(),
        events in prop::collection::vec((0..4000_u64, event()), 0..40),
    ) {
        let mut call = Call::begin(plan);
        for (millis, event) in events {
            call.after(millis, event);
        }
        let mut looks = 0;
        while let Some(due) = call.script.due() {
            call.now = call.now.max(due);
            call.after(0, Event::Tick);
            looks += 1;
            prop_assert!(looks < 20, "the machine makes progress");
        }
        prop_assert!(call.script.is_over());
        prop_assert!(call.outcome().is_some());
    }

    #[test]
    fn who_does_as_told_gets_in(task in task(), pause in 100..5_000_u64, source in 0..3_usize) {
        let source = [KeySource::InBand, KeySource::Info, KeySource::Event][source];
        let keys = match &task {
            Task::Confirm => "#",
            Task::ConfirmWith(_) => "7#",
            Task::Pin | Task::Match(_) => "4711#",
        };
        let is_pin = matches!(task, Task::Pin);
        let mut call = Call::of(task);
        for label in keys.bytes() {
            call.after(pause.min(3_900), Event::Key { key: Key::new(label).unwrap(), source });
        }
        if is_pin {
            call.checks(Verdict::Right);
        }
        prop_assert_eq!(call.outcome(), Some(Outcome::Granted(source)));
    }
}
