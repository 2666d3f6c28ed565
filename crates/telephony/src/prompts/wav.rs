use std::f64::consts::PI;
use std::io::Cursor;

use crate::media::{Law, to_mu_law};

/// Why a file is no recording. The texts are for the administrator who uploads it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WavError {
    #[error("must be a WAV file")]
    NotWav,
    #[error("must be a WAV file of 16-bit PCM; save it so in the program that made it")]
    Coding,
    #[error("must have one or two channels and 8,000 to 48,000 samples a second")]
    Shape,
    #[error("must be longer than a tenth of a second and at most 20 seconds long")]
    Length,
    #[error("is silent or almost so, and people would wait for a voice; record it louder")]
    Silent,
}

const RATE: u32 = 8000;
/// Who listens longer than this has missed the time for the keys.
const LONGEST: usize = 20 * 8000;
const SHORTEST: usize = 800;

/// One hundredth of full scale, −40 dB.
const AUDIBLE: i64 = 327;
/// So many samples, a twentieth of a second, make the shortest word.
const SHORTEST_WORD: usize = 400;

/// Reads a WAV file into µ-law at 8 kHz.
pub(super) fn read(wav: &[u8]) -> Result<Vec<u8>, WavError> {
    let samples = samples(wav)?;
    if !is_audible(&samples) {
        return Err(WavError::Silent);
    }
    Ok(samples.into_iter().map(to_mu_law).collect())
}

/// Whether there is something to hear. A steady offset is none.
fn is_audible(samples: &[i16]) -> bool {
    let all: i64 = samples.iter().copied().map(i64::from).sum();
    let mean = all / i64::try_from(samples.len().max(1)).unwrap_or(1);
    let loud = samples
        .iter()
        .filter(|sample| AUDIBLE < (i64::from(**sample) - mean).abs())
        .count();
    SHORTEST_WORD <= loud
}

/// Writes µ-law at 8 kHz as 16-bit PCM, which every player knows.
pub(super) fn write(recording: &[u8]) -> Option<Vec<u8>> {
    let shape = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, shape).ok()?;
    for byte in recording {
        writer.write_sample(Law::Mu.decode(*byte)).ok()?;
    }
    writer.finalize().ok()?;
    Some(file.into_inner())
}

/// Reads a WAV file like [`read`], without the silence around it and at the loudness of the others.
pub(super) fn normalized(wav: &[u8]) -> Result<Vec<u8>, WavError> {
    let samples = samples(wav)?;
    let peak = samples
        .iter()
        .map(|sample| sample.unsigned_abs())
        .max()
        .unwrap_or(0)
        .max(1);
    let is_loud = |sample: &i16| peak / 100 < sample.unsigned_abs();
    let first = samples.iter().position(is_loud).unwrap_or(0);
    let last = samples.iter().rposition(is_loud).unwrap_or(0);
    // −6 dB of full scale.
    let gain = 16_384.0 / f64::from(peak);
    let mut recording: Vec<u8> = samples[first..=last]
        .iter()
        .map(|sample| to_mu_law(rounded(f64::from(*sample) * gain)))
        .collect();
    // A breath, so that what follows does not run into it.
    recording.extend([0xff; 1600]);
    Ok(recording)
}

fn samples(wav: &[u8]) -> Result<Vec<i16>, WavError> {
    let mut reader = hound::WavReader::new(wav).map_err(|error| match error {
        hound::Error::Unsupported => WavError::Coding,
        _ => WavError::NotWav,
    })?;
    let shape = reader.spec();
    if shape.bits_per_sample != 16 || shape.sample_format != hound::SampleFormat::Int {
        return Err(WavError::Coding);
    }
    if !(1..=2).contains(&shape.channels) || !(8_000..=48_000).contains(&shape.sample_rate) {
        return Err(WavError::Shape);
    }
    if 21 * shape.sample_rate < reader.duration() {
        return Err(WavError::Length);
    }
    let interleaved: Vec<i16> = reader
        .samples()
        .collect::<Result<_, _>>()
        .map_err(|_| WavError::NotWav)?;
    let mono: Vec<i16> = match shape.channels {
        1 => interleaved,
        _ => interleaved
            .chunks_exact(2)
            .map(|pair| i16::midpoint(pair[0], pair[1]))
            .collect(),
    };
    let samples = resample(&mono, shape.sample_rate);
    if (SHORTEST..=LONGEST).contains(&samples.len()) {
        Ok(samples)
    } else {
        Err(WavError::Length)
    }
}

/// Brings samples to 8 kHz through a low pass of 3.4 kHz: a sinc under a Hann window.
pub(crate) fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == RATE {
        return samples.to_vec();
    }
    let step = f64::from(rate) / f64::from(RATE);
    let cutoff = 3400.0 / f64::from(rate);
    let reach = 16.0 * step;
    let mut resampled = Vec::new();
    let mut center = 0.0;
    let mut first = 0;
    while first < samples.len() {
        let mut value = 0.0;
        let mut place = (center - reach).max(0.0).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 0, and an index"
        )]
        let begin = place as usize;
        for sample in samples.iter().skip(begin) {
            let away: f64 = place - center;
            if reach < away {
                break;
            }
            let angle = 2.0 * PI * cutoff * away;
            let sinc = if away == 0.0 { 1.0 } else { angle.sin() / angle };
            let window = 0.5 + 0.5 * (PI * away / reach).cos();
            value += f64::from(*sample) * 2.0 * cutoff * sinc * window;
            place += 1.0;
        }
        resampled.push(rounded(value));
        center += step;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        {
            first = center as usize;
        }
    }
    resampled
}

#[expect(clippy::cast_possible_truncation, reason = "it is clamped")]
fn rounded(value: f64) -> i16 {
    value.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of `hertz` for `seconds`.
    fn wav(rate: u32, channels: u16, bits: u16, hertz: f64, seconds: f64) -> Vec<u8> {
        let shape = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, shape).unwrap();
        let count = rounded(seconds * 10.0);
        for place in 0..u32::try_from(count).unwrap() * rate / 10 {
            let sample = rounded(100.0 * (2.0 * PI * hertz * f64::from(place) / f64::from(rate)).sin());
            for _ in 0..channels {
                writer.write_sample(i32::from(sample)).unwrap();
            }
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    fn power(samples: &[i16]) -> f64 {
        let inner = &samples[200..samples.len() - 200];
        inner.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>()
            / f64::from(u32::try_from(inner.len()).unwrap())
    }

    #[test]
    fn every_usual_rate_becomes_8_khz() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000] {
            for channels in [1, 2] {
                let samples = samples(&wav(rate, channels, 16, 1000.0, 0.5)).unwrap();
                assert!(samples.len().abs_diff(4000) < 3, "{rate}");
                assert!(
                    (4000.0..6000.0).contains(&power(&samples)),
                    "{rate}: {}",
                    power(&samples)
                );
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let recording: Vec<u8> = (0..2000_u16).map(|place| (place % 127) as u8).collect();

        let file = write(&recording).unwrap();

        assert_eq!(read(&file).unwrap(), recording);
    }

    #[test]
    fn what_a_telephone_cannot_carry_does_not_fold_into_the_voice() {
        assert!(power(&samples(&wav(44_100, 1, 16, 7000.0, 0.5)).unwrap()) < 5.0);
    }

    #[test]
    fn other_files_say_what_is_wrong() {
        for (file, error) in [
            (b"RIFF, but not really".to_vec(), WavError::NotWav),
            (Vec::new(), WavError::NotWav),
            (wav(8000, 1, 8, 1000.0, 0.5), WavError::Coding),
            (wav(96_000, 1, 16, 1000.0, 0.5), WavError::Shape),
            (wav(8000, 3, 16, 1000.0, 0.5), WavError::Shape),
            (wav(8000, 1, 16, 1000.0, 0.0), WavError::Length),
            (wav(8000, 1, 16, 1000.0, 21.0), WavError::Length),
            // Too soft, and a loud offset that nobody hears.
            (wav(8000, 1, 16, 1000.0, 0.5), WavError::Silent),
            (write(&[to_mu_law(9000); 4000]).unwrap(), WavError::Silent),
        ] {
            assert_eq!(read(&file).unwrap_err(), error);
        }
    }
}
