use super::*;
use crate::script::Line;
use crate::{Extension, NotReached};

const GRANTED: Option<Outcome> = Some(Outcome::Granted(KeySource::Event));

#[test]
fn the_pound_key_confirms() {
    assert_eq!(Call::of(Task::Confirm).keys("#").outcome(), GRANTED);
}

#[test]
fn the_digits_of_the_page_confirm_and_others_do_not() {
    assert_eq!(Call::matching().keys("4711#").outcome(), GRANTED);
    assert_eq!(Call::matching().keys("4712#").outcome(), None);
    assert_eq!(Call::matching().keys("#").outcome(), None);
    assert_eq!(Call::matching().keys("4711").outcome(), None);
    assert_eq!(Call::matching().keys("99*4711#").outcome(), GRANTED);
    assert_eq!(
        Call::matching().keys("11111111111111111#*4711#").outcome(),
        GRANTED
    );
    assert_eq!(Call::matching().keys("4711471147114711471#").outcome(), None);
}

#[test]
fn a_mailbox_that_plays_pound_does_not_know_the_digit() {
    let task = || Task::ConfirmWith(Key::new(b'7').unwrap());

    assert_eq!(Call::of(task()).keys("#").outcome(), None);
    assert_eq!(Call::of(task()).keys("1#").outcome(), None);
    assert_eq!(Call::of(task()).keys("7#").outcome(), GRANTED);
}

#[test]
fn a_pin_is_checked_by_its_owner() {
    let mut call = Call::of(Task::Pin);

    call.keys("1134#");
    let Some(Action::Check(entered)) = call.actions.last() else {
        panic!("the PIN is checked")
    };
    assert_eq!(entered.expose(), "1134");
    assert_eq!(call.outcome(), None);
    assert_eq!(call.checks(Verdict::Right).outcome(), GRANTED);
}

#[test]
fn the_third_wrong_pin_ends_the_call() {
    let mut call = Call::of(Task::Pin);

    for _ in 0..2 {
        assert_eq!(call.keys("1#").checks(Verdict::Wrong).outcome(), None);
    }
    assert_eq!(
        call.keys("1#").checks(Verdict::Wrong).outcome(),
        Some(Outcome::WrongPin)
    );
    assert_eq!(call.keys("1134#").outcome(), Some(Outcome::WrongPin));
}

#[test]
fn a_locked_or_uncheckable_pin_ends_the_call() {
    for (verdict, outcome) in [
        (Verdict::Locked, Outcome::Locked),
        (Verdict::Unavailable, Outcome::Unchecked),
    ] {
        assert_eq!(
            Call::of(Task::Pin).keys("1#").checks(verdict).outcome(),
            Some(outcome)
        );
    }
}

#[test]
fn zero_and_pound_reports_fraud_in_every_mode() {
    for task in [
        Task::Confirm,
        Task::Pin,
        Task::Match(Digits::parse("4711").unwrap()),
        Task::ConfirmWith(Key::new(b'7').unwrap()),
    ] {
        let fraud = |block| Some(Outcome::Fraud { block });
        assert_eq!(Call::of(task.clone()).keys("0#1").outcome(), fraud(true));
        assert_eq!(Call::of(task.clone()).keys("0#2").outcome(), fraud(false));
        assert_eq!(Call::of(task.clone()).keys("0##").outcome(), None);
        assert_eq!(
            Call::of(task.clone())
                .keys("0#")
                .after(100, Event::HungUp)
                .outcome(),
            fraud(true)
        );
        assert_eq!(
            Call::of(task).keys("0#").after(8000, Event::Tick).outcome(),
            fraud(true)
        );
    }
}

#[test]
fn keys_before_the_instruction_are_not_heard() {
    let mut call = Call::begin(Plan::new(Task::Confirm));

    call.keys("#").after(0, Event::Ringing).keys("#");
    call.after(0, Event::Answered).keys("#");
    call.after(
        1000,
        Event::Said {
            playlist: 1,
            prompts: 1,
        },
    )
    .keys("#");
    assert_eq!(call.outcome(), None);
    call.after(
        3000,
        Event::Said {
            playlist: 1,
            prompts: 2,
        },
    );
    assert_eq!(call.keys("#").outcome(), GRANTED);
}

#[test]
fn keys_right_after_the_answer_are_not_heard_even_if_the_instruction_was_short() {
    let mut call = Call::begin(Plan::new(Task::Confirm));

    call.after(0, Event::Answered).after(500, Event::Tick);
    call.after(
        10,
        Event::Said {
            playlist: 1,
            prompts: 2,
        },
    );
    call.after(1400, key(b'#'));
    assert_eq!(call.outcome(), None);
    assert_eq!(call.after(600, key(b'#')).outcome(), GRANTED);
}

#[test]
fn silence_is_asked_once_more_and_then_ends() {
    let mut call = Call::of(Task::Confirm);

    call.after(20_000, Event::Tick);
    assert_eq!(call.outcome(), None);
    assert!(matches!(
        call.actions.last(),
        Some(Action::Play { playlist: 2, .. })
    ));
    assert_eq!(call.after(20_000, Event::Tick).outcome(), Some(Outcome::NoInput));
}

#[test]
fn a_machine_is_told_from_silence() {
    let mut call = Call::of(Task::Confirm);
    call.after(0, Event::Machine).after(20_000, Event::Tick);
    assert_eq!(
        call.after(20_000, Event::Tick).outcome(),
        Some(Outcome::Voicemail)
    );

    let mut call = Call::of(Task::Confirm);
    assert_eq!(
        call.after(0, Event::Machine).after(9, Event::HungUp).outcome(),
        Some(Outcome::Voicemail)
    );

    let mut call = Call::of(Task::Confirm);
    assert_eq!(
        call.after(0, Event::Machine)
            .keys("9")
            .after(9, Event::HungUp)
            .outcome(),
        Some(Outcome::HungUp)
    );
}

#[test]
fn a_key_that_comes_too_late_counts_for_nothing() {
    let mut call = Call::matching();

    call.keys("471").after(6_000, key(b'1')).keys("#");
    assert_eq!(call.outcome(), Some(Outcome::NoInput));

    let mut call = Call::matching();
    for label in b"9*9*9*9" {
        call.after(2_800, key(*label));
    }
    assert_eq!(
        call.keys("*4711#").outcome(),
        Some(Outcome::NoInput),
        "20 seconds for all keys"
    );
}

#[test]
fn a_call_lasts_a_minute_and_a_half_at_most() {
    let mut call = Call::of(Task::Pin);

    for _ in 0..2 {
        call.after(15_000, key(b'1')).keys("#").checks(Verdict::Wrong);
    }
    call.after(19_000, key(b'1'));
    call.after(5_000, key(b'1'))
        .after(5_000, key(b'1'))
        .after(5_000, key(b'1'));
    assert!(call.script.is_over());
    assert!(call.outcome().is_some());
}

#[test]
fn a_pin_that_is_checked_for_ever_times_out() {
    let mut call = Call::of(Task::Pin);

    call.keys("1134#").after(90_000, Event::Checked(Verdict::Right));
    assert_eq!(call.outcome(), Some(Outcome::TimedOut));
}

#[test]
fn ringing_ends_after_its_time_and_a_late_answer_is_not_taken() {
    let mut call = Call::begin(Plan::new(Task::Confirm));

    call.after(0, Event::Ringing)
        .after(35_000, Event::Answered)
        .after(9_000, Event::Tick)
        .keys("#");
    assert_eq!(call.outcome(), Some(Outcome::NotReached(NotReached::NoAnswer)));
    assert!(matches!(call.actions.last(), Some(Action::HangUp)));
}

#[test]
fn the_backup_number_is_tried_once() {
    let mut plan = Plan::new(Task::Confirm);
    plan.has_backup = true;
    let mut call = Call::begin(plan);

    call.after(100, Event::NotReached(NotReached::Busy));
    assert!(matches!(call.actions.last(), Some(Action::Dial(Line::Backup))));
    assert_eq!(call.outcome(), None);
    call.after(100, Event::NotReached(NotReached::NoAnswer));
    assert_eq!(call.outcome(), Some(NotReached::NoAnswer.into()));
}

#[test]
fn who_declines_is_not_called_on_another_number() {
    let mut plan = Plan::new(Task::Confirm);
    plan.has_backup = true;

    let mut call = Call::begin(plan);
    call.after(100, Event::NotReached(NotReached::Declined));
    assert_eq!(call.outcome(), Some(NotReached::Declined.into()));
}

#[test]
fn the_extension_is_dialled_between_two_pauses_before_the_greeting() {
    let mut plan = Plan::new(Task::Confirm);
    plan.extension = Extension::new("292");
    let mut call = Call::begin(plan);

    call.after(1000, Event::Answered).after(1999, Event::Tick);
    assert!(
        !call
            .actions
            .iter()
            .any(|action| matches!(action, Action::Send(_)))
    );
    call.after(1, Event::Tick);
    assert!(matches!(call.actions.last(), Some(Action::Send(extension)) if extension.as_str() == "292"));
    call.after(700, Event::ExtensionSent).after(1999, Event::Tick);
    assert!(
        !call
            .actions
            .iter()
            .any(|action| matches!(action, Action::Play { .. }))
    );
    call.after(1, Event::Tick);
    assert!(matches!(call.actions.last(), Some(Action::Play { .. })));
}

#[test]
fn a_diverted_call_is_given_up_only_where_that_is_asked() {
    let mut strict = Plan::new(Task::Confirm);
    strict.refuses_diversion = true;

    assert_eq!(
        Call::begin(strict).after(0, Event::Diverted).outcome(),
        Some(NotReached::Forwarded.into())
    );
    assert_eq!(
        Call::begin(Plan::new(Task::Confirm))
            .after(0, Event::Diverted)
            .outcome(),
        None
    );
}

#[test]
fn a_closed_page_ends_the_call_and_never_grants() {
    let mut call = Call::of(Task::Confirm);

    assert_eq!(
        call.after(0, Event::Cancelled).keys("#").outcome(),
        Some(Outcome::Cancelled)
    );
    assert!(call.script.is_over());
}

#[test]
fn who_hangs_up_after_the_grant_stays_granted() {
    let mut call = Call::of(Task::Confirm);

    call.keys("#").after(100, Event::HungUp);
    assert_eq!(call.outcome(), GRANTED);
    assert!(call.script.is_over());
}
