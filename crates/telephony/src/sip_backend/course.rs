//! The script of a call, played on a line and with a voice.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::Shared;
use super::line::{FromLine, Line};
use super::voice::Voice;
use crate::backend::{CallReport, CallSpec, Cancel, EventSink, Verifier};
use crate::media::{Heard, News, Order};
use crate::{
    Action, Digits, Event, KeySource, Line as Which, NotReached, Outcome, Prompts, Script, Verdict,
    VoiceReport,
};

type Check<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

pub(super) async fn run(
    shared: &Arc<Shared>,
    call: CallSpec,
    verifier: &dyn Verifier,
    events: &dyn EventSink,
    mut cancel: Cancel,
) -> CallReport {
    let mut plan = call.plan.clone();
    plan.extension = call.number.extension().cloned();
    plan.backup_extension = call
        .backup
        .as_ref()
        .and_then(|backup| backup.extension().cloned());
    plan.has_backup = call.backup.is_some();
    let mut course = Course {
        shared,
        prompts: shared.prompts.now(),
        call: &call,
        events,
        line: None,
        voice: None,
        which: Which::First,
        trunk: None,
        answered: None,
    };
    let mut script = Script::new(plan);
    let mut check: Option<Check<'_>> = None;
    // monotonic: the times of the script
    let begin = Instant::now();
    let mut is_cancelled = false;
    let mut actions = script.start();
    loop {
        for action in actions {
            if let Some(entered) = course.perform(action) {
                check = Some(Box::pin(async move { verifier.check(&entered).await }));
            }
        }
        let Some(due) = script.due() else { break };
        let event = tokio::select! {
            biased;
            _ = &mut cancel, if !is_cancelled => {
                is_cancelled = true;
                Some(Event::Cancelled)
            }
            news = next(course.line.as_mut().map(|line| &mut line.news)) => course.line_says(news, begin.elapsed()),
            news = next(course.voice.as_mut().map(|voice| &mut voice.news)) => Some(voice_says(news)),
            verdict = verdict(&mut check) => {
                check = None;
                Some(Event::Checked(verdict))
            }
            () = tokio::time::sleep_until(begin + due) => Some(Event::Tick),
        };
        actions = match event {
            Some(event) => script.on(begin.elapsed(), event),
            None => Vec::new(),
        };
    }
    let outcome = script.outcome().unwrap_or(Outcome::Lost);
    course.report(outcome, begin.elapsed()).await
}

struct Course<'a> {
    shared: &'a Arc<Shared>,
    prompts: Arc<Prompts>,
    call: &'a CallSpec,
    events: &'a dyn EventSink,
    line: Option<Line>,
    voice: Option<Voice>,
    which: Which,
    trunk: Option<String>,
    answered: Option<Duration>,
}

impl Course<'_> {
    /// Does what the script says. Digits to check are handed back.
    fn perform(&mut self, action: Action) -> Option<Digits> {
        match action {
            Action::Dial(which) => self.dial(which),
            Action::HangUp => self.line = None,
            Action::Play { playlist, prompts } => {
                let find = |prompt| self.prompts.find(&self.call.language, prompt);
                let recordings = prompts.into_iter().filter_map(find).collect();
                self.order(Order::Play { playlist, recordings });
            }
            Action::Hush => self.order(Order::Hush),
            Action::Send(extension) => self.order(Order::Dial(extension)),
            Action::Check(entered) => return Some(entered),
            Action::Report(step) => self.events.reached(step),
        }
        None
    }

    fn dial(&mut self, which: Which) {
        self.which = which;
        let number = match (which, &self.call.backup) {
            (Which::Backup, Some(backup)) => backup,
            _ => &self.call.number,
        };
        self.line = Some(Line::dial(
            &self.shared.trunks,
            number.e164(),
            &self.shared.chance,
        ));
    }

    fn order(&self, order: Order) {
        if let Some(voice) = &self.voice {
            voice.order(order);
        }
    }

    fn line_says(&mut self, news: Option<FromLine>, now: Duration) -> Option<Event> {
        let Some(news) = news else {
            // A line that ends without a word is no line.
            self.line = None;
            return Some(match self.answered {
                Some(_) => Event::MediaLost,
                None => Event::NotReached(NotReached::ProviderDown),
            });
        };
        Some(match news {
            FromLine::Trying(trunk) => {
                self.trunk = Some(trunk);
                return None;
            }
            FromLine::Ringing => Event::Ringing,
            FromLine::Diverted => Event::Diverted,
            FromLine::Answered(answered) => {
                self.answered = Some(now);
                self.voice = Some(Voice::start(self.shared, *answered));
                Event::Answered
            }
            FromLine::NotReached(reason) => Event::NotReached(reason),
            FromLine::Key(key) => Event::Key {
                key,
                source: KeySource::Info,
            },
            FromLine::Moved(description) => {
                self.order(Order::Move(description));
                return None;
            }
            FromLine::HungUp => Event::HungUp,
            FromLine::Lost => Event::MediaLost,
        })
    }

    async fn report(self, outcome: Outcome, lasted: Duration) -> CallReport {
        drop(self.line);
        let voice = match self.voice {
            Some(voice) => voice.end().await,
            None => VoiceReport::default(),
        };
        CallReport {
            outcome,
            line: self.which,
            trunk: self.trunk,
            lasted,
            connected: self
                .answered
                .map_or(Duration::ZERO, |answered| lasted.saturating_sub(answered)),
            key_source: match outcome {
                Outcome::Granted(source) => Some(source),
                _ => None,
            },
            voice,
        }
    }
}

fn voice_says(news: Option<News>) -> Event {
    match news {
        Some(News::Heard(Heard::Key(key, source))) => Event::Key { key, source },
        Some(News::Heard(Heard::Machine)) => Event::Machine,
        Some(News::Said { playlist, prompts }) => Event::Said { playlist, prompts },
        Some(News::ExtensionSent) => Event::ExtensionSent,
        Some(News::Lost) | None => Event::MediaLost,
    }
}

/// The next word of somebody who may not be there yet.
async fn next<T>(news: Option<&mut UnboundedReceiver<T>>) -> Option<T> {
    match news {
        Some(news) => news.recv().await,
        None => std::future::pending().await,
    }
}

async fn verdict(check: &mut Option<Check<'_>>) -> Verdict {
    match check {
        Some(check) => check.await,
        None => std::future::pending().await,
    }
}
