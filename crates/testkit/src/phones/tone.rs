use std::f64::consts::TAU;
use std::io::Cursor;

const RATE: u32 = 8000;

/// A WAV file in which a tone of `hertz` sounds for so many tenths of a second.
pub fn tone(hertz: f64, tenths: u32) -> Vec<u8> {
    let shape = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, shape).unwrap();
    for place in 0..tenths * RATE / 10 {
        let wave = (TAU * hertz * f64::from(place) / f64::from(RATE)).sin();
        #[expect(clippy::cast_possible_truncation, reason = "a sine is at most one")]
        writer.write_sample((9000.0 * wave) as i16).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

/// The samples of a WAV file.
pub fn samples_of(wav: &[u8]) -> Vec<i16> {
    let mut reader = hound::WavReader::new(wav).unwrap();
    reader.samples().map(Result::unwrap).collect()
}

/// How many tenths of a second of these samples, 8,000 a second, are a tone of `hertz` and hardly anything else.
pub fn tenths_of_tone(samples: &[i16], hertz: f64) -> usize {
    samples
        .chunks_exact(800)
        .filter(|tenth| {
            let (mut sine, mut cosine, mut all) = (0.0, 0.0, 0.0);
            for (place, sample) in (0_u32..).zip(tenth.iter()) {
                let (sample, angle) = (
                    f64::from(*sample),
                    TAU * hertz * f64::from(place) / f64::from(RATE),
                );
                sine += sample * angle.sin();
                cosine += sample * angle.cos();
                all += sample * sample;
            }
            // A pure tone has all of its power here.
            let own = (sine * sine + cosine * cosine) * 2.0 / 800.0;
            800.0 * 1000.0 * 1000.0 < all && 0.9 * all < own
        })
        .count()
}
