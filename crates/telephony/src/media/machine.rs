/// Whoever speaks this long without a breath of a second is a recording. In packets of 20 ms.
const GREETING: u32 = 200;
const BREATH: u32 = 50;
/// Root mean square of what counts as speech.
const LOUD: i64 = 500;

/// Guesses whether a machine answered: people say hello and listen, machines go on talking.
///
/// The guess gives a call without keys a better name. Nothing is granted or refused by it.
#[derive(Debug, Default)]
pub(super) struct Machine {
    spoken: u32,
    silent: u32,
    is_certain: bool,
}

impl Machine {
    /// Takes 20 ms of voice; says yes once.
    pub(super) fn hear(&mut self, samples: impl ExactSizeIterator<Item = i16>) -> bool {
        let count = i64::try_from(samples.len()).unwrap_or(i64::MAX).max(1);
        let energy: i64 = samples.map(|sample| i64::from(sample) * i64::from(sample)).sum();
        if self.is_certain {
            return false;
        }
        if energy / count < LOUD * LOUD {
            self.silent += 1;
            if BREATH <= self.silent {
                self.spoken = 0;
            }
            return false;
        }
        self.silent = 0;
        self.spoken += 1;
        self.is_certain = GREETING <= self.spoken;
        self.is_certain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(machine: &mut Machine, millis: usize, level: i16) -> bool {
        (0..millis / 20).any(|_| machine.hear([level; 160].into_iter()))
    }

    #[test]
    fn who_says_hello_and_listens_is_no_machine() {
        let mut machine = Machine::default();

        for _ in 0..5 {
            assert!(!hear(&mut machine, 1500, 3000));
            assert!(!hear(&mut machine, 1200, 20));
        }
    }

    #[test]
    fn a_long_greeting_is_one() {
        let mut machine = Machine::default();

        assert!(!hear(&mut machine, 2500, 3000));
        assert!(!hear(&mut machine, 400, 20));
        assert!(hear(&mut machine, 2000, 3000));
    }
}
