//! The table of conditions that the detector was chosen by, with tones made here.

use std::process::Command;

use super::*;
use crate::media::g711::Law;

/// Repeatable noise and strings: an xorshift.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// About normal, of variance 1.
    fn sample(&mut self) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| f64::from(u32::try_from(self.next() >> 33).unwrap()) / f64::from(1_u32 << 31))
            .sum();
        sum - 6.0
    }
}

struct Condition {
    on: u32,
    off: u32,
    /// Of each tone, relative to full scale.
    level: f64,
    /// How many decibels the column is above the row.
    twist: f64,
    /// How far the frequencies are off.
    detuned: f64,
    noise: f64,
    under: f64,
    law: Law,
}

const CLEAN: Condition = Condition {
    on: 80,
    off: 80,
    level: -12.0,
    twist: 0.0,
    detuned: 0.0,
    noise: -90.0,
    under: -90.0,
    law: Law::Mu,
};

fn amplitude(decibels: f64) -> f64 {
    32_000.0 * 10_f64.powf(decibels / 20.0)
}

/// Sends eight random keys and returns them beside those that were found.
fn string(condition: &Condition, noise: &mut Noise) -> (Vec<u8>, Vec<u8>) {
    let mut detector = Detector::new();
    let mut sent = Vec::new();
    let mut found = Vec::new();
    let mut time = 0.0;
    let mut feed = |row: f64, column: f64, samples: u32, noise: &mut Noise| {
        for _ in 0..samples {
            let phase = |tone: f64| (TAU * tone * (1.0 + condition.detuned) * time / RATE).sin();
            let mut value = amplitude(condition.noise) * noise.sample();
            value += amplitude(condition.under) * ((TAU * 425.0 * time / RATE).sin());
            if 0.0 < row {
                value += amplitude(condition.level) * phase(row);
                value += amplitude(condition.level + condition.twist) * phase(column);
            }
            time += 1.0;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a test signal far below full scale"
            )]
            let coded = condition.law.decode(condition.law.encode(value as i16));
            found.extend(detector.push(coded).map(Key::label));
        }
    };
    // Windows lie differently over each string.
    let skew = u32::try_from(noise.next() % 51).unwrap();
    feed(0.0, 0.0, 400 + skew, noise);
    for _ in 0..8 {
        let place = usize::try_from(noise.next() % 16).unwrap();
        sent.push(LABELS[place / 4][place % 4]);
        feed(ROWS[place / 4], COLUMNS[place % 4], condition.on * 8, noise);
        feed(0.0, 0.0, condition.off * 8, noise);
    }
    (sent, found)
}

fn right(condition: &Condition) -> usize {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    (0..60)
        .filter(|_| {
            let (sent, found) = string(condition, &mut noise);
            sent == found
        })
        .count()
}

fn found(condition: &Condition) -> usize {
    let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
    (0..60).map(|_| string(condition, &mut noise).1.len()).sum()
}

#[test]
fn every_condition_a_telephone_network_makes_is_understood() {
    for (name, condition) in [
        ("clean", CLEAN),
        ("A-law", Condition { law: Law::A, ..CLEAN }),
        (
            "quiet",
            Condition {
                level: -36.0,
                ..CLEAN
            },
        ),
        ("twist of -7 dB", Condition { twist: -7.0, ..CLEAN }),
        (
            "1.5 % too high",
            Condition {
                detuned: 0.015,
                ..CLEAN
            },
        ),
        (
            "1.5 % too low",
            Condition {
                detuned: -0.015,
                ..CLEAN
            },
        ),
        (
            "20 dB above noise",
            Condition {
                noise: -32.0,
                ..CLEAN
            },
        ),
        (
            "15 dB above noise",
            Condition {
                noise: -27.0,
                ..CLEAN
            },
        ),
        (
            "12 dB above noise",
            Condition {
                noise: -24.0,
                ..CLEAN
            },
        ),
        (
            "over a dial tone",
            Condition {
                under: -27.0,
                ..CLEAN
            },
        ),
        (
            "50 ms",
            Condition {
                on: 50,
                off: 50,
                ..CLEAN
            },
        ),
        (
            "40 ms, the shortest of Q.24",
            Condition {
                on: 40,
                off: 40,
                ..CLEAN
            },
        ),
    ] {
        assert_eq!(right(&condition), 60, "{name}");
    }
    let strong_column = Condition { twist: 6.0, ..CLEAN };
    assert!(50 <= right(&strong_column), "{}", right(&strong_column));
}

#[test]
fn what_must_be_refused_is_refused() {
    assert_eq!(
        found(&Condition {
            on: 20,
            off: 60,
            ..CLEAN
        }),
        0,
        "20 ms"
    );
    assert_eq!(
        found(&Condition {
            detuned: 0.035,
            ..CLEAN
        }),
        0,
        "3.5 % too high"
    );
    assert_eq!(
        found(&Condition {
            detuned: -0.035,
            ..CLEAN
        }),
        0,
        "3.5 % too low"
    );
    assert_eq!(
        found(&Condition {
            level: -90.0,
            noise: -20.0,
            ..CLEAN
        }),
        0,
        "noise"
    );
}

#[test]
fn our_own_tones_are_understood() {
    for label in *b"0123456789*#ABCD" {
        let mut samples = [0; 800];
        tone(Key::new(label).unwrap(), 0, &mut samples);
        let mut detector = Detector::new();

        let keys: Vec<u8> = samples
            .into_iter()
            .chain([0; 400])
            .filter_map(|sample| detector.push(sample))
            .map(Key::label)
            .collect();
        assert_eq!(keys, [label]);
    }
}

/// Talk-off: speech in many languages and voices, at four levels, must not press a key.
#[test]
fn speech_presses_no_key() {
    let texts = [
        (
            "en-us",
            "Please leave a message after the tone. Nobody is available to take your call, seven six nine eight.",
        ),
        (
            "de",
            "Bitte hinterlassen Sie eine Nachricht nach dem Signalton. Siebenundsiebzig, neunundneunzig, zweiundzwanzig.",
        ),
        (
            "fr",
            "Vous êtes bien sur la messagerie vocale. Laissez un message après le bip sonore, merci et à bientôt.",
        ),
        (
            "es",
            "Este es el buzón de voz. Deje su mensaje después de la señal, por favor. Uno, dos, tres, cuatro, cinco.",
        ),
        (
            "it",
            "Risponde la segreteria telefonica. Lasciate un messaggio dopo il segnale acustico, grazie.",
        ),
        (
            "pl",
            "Po usłyszeniu sygnału zostaw wiadomość. Dziękujemy za telefon, oddzwonimy najszybciej jak to możliwe.",
        ),
        (
            "ru",
            "Оставьте сообщение после сигнала. Спасибо, мы перезвоним вам, как только сможем.",
        ),
        (
            "tr",
            "Lütfen sinyal sesinden sonra mesajınızı bırakın. Teşekkür ederiz, sizi en kısa zamanda ararız.",
        ),
        ("cmn", "您好，请在提示音后留言。谢谢您的来电，我们会尽快回复。"),
        ("hi", "कृपया बीप के बाद अपना संदेश छोड़ें। धन्यवाद।"),
    ];
    let mut seconds = 0;
    for (language, text) in texts {
        for voice in ["", "+f3", "+m7"] {
            let speech = speak(&format!("{language}{voice}"), text);
            seconds += speech.len() / 8000;
            for divisor in [1, 2, 4, 8] {
                let mut detector = Detector::new();
                let keys = speech
                    .iter()
                    .filter_map(|sample| detector.push(Law::Mu.decode(Law::Mu.encode(sample / divisor))))
                    .count();
                assert_eq!(keys, 0, "{language}{voice}, one {divisor}th as loud");
            }
        }
    }
    assert!(120 < seconds, "there was something to hear: {seconds} s");
}

/// What espeak-ng says, at 8 kHz.
fn speak(voice: &str, text: &str) -> Vec<i16> {
    let said = Command::new("espeak-ng")
        .args(["-v", voice, "-s", "150", "--stdout", text])
        .output()
        .expect("espeak-ng is installed (packages.txt)");
    assert!(said.status.success(), "espeak-ng {voice}");
    // The header of 44 bytes names no length on a pipe; the samples are 16 bits at 22,050 Hz.
    let samples: Vec<i16> = said.stdout[44..]
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    crate::prompts::resample(&samples, 22_050)
}
