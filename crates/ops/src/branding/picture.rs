//! From any file to a small PNG of our own: only pixels come through.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Resampling};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits,
    Rgba32FImage,
};
use portcullis_crypto::sha256;
use portcullis_model::LogoId;
use portcullis_store::logos::Logo;

/// The space for a logo, 210 × 50, twice over for sharp screens.
const WIDTH: u32 = 420;
const HEIGHT: u32 = 100;
/// The longest side of a picture that is looked at, in pixels.
const LONGEST_SIDE: u32 = 4096;
/// The most pixels in all.
const MOST_PIXELS: u64 = 4_000_000;
/// The most memory that a decoder may take, in bytes.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// Why a file is no logo.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    #[error(
        "must be a PNG, JPEG or WebP picture. SVG and other files are not taken: they can hold more than pixels"
    )]
    Kind,
    #[error("cannot be read as a picture: it is damaged or cut off")]
    Damaged(#[source] image::ImageError),
    #[error("is too large: at most 4096 pixels on a side and 4 million in all")]
    Size,
}

/// Draws a file anew, so that it fits.
pub(super) fn draw(file: &[u8]) -> Result<Logo, PictureError> {
    let picture = decode(file)?;
    let picture = fit(&picture);
    let (width, height) = (picture.width(), picture.height());
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)
        .write_image(picture.as_bytes(), width, height, ExtendedColorType::Rgba8)
        .map_err(PictureError::Damaged)?;
    Ok(Logo {
        id: LogoId(sha256(&[&png])),
        png,
        width,
        height,
    })
}

fn decode(file: &[u8]) -> Result<DynamicImage, PictureError> {
    // By its first bytes: what the file is called and said to be does not count.
    let format = image::guess_format(file).map_err(|_| PictureError::Kind)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(PictureError::Kind);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let too_large = LONGEST_SIDE < width.max(height)
        || MOST_PIXELS < u64::from(width) * u64::from(height)
        || MOST_MEMORY < decoder.total_bytes();
    if too_large {
        return Err(PictureError::Size);
    }
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn failed(error: image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::Size,
        error => PictureError::Damaged(error),
    }
}

/// Makes a picture small enough, never larger.
fn fit(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    if width <= WIDTH && height <= HEIGHT {
        return DynamicImage::ImageRgba8(picture.to_rgba8());
    }
    let side = |own: u32, other: u32, most: u32, most_other: u32| {
        // The side that is too long by more decides.
        let by_other = u64::from(own) * u64::from(most_other) / u64::from(other);
        u32::try_from(by_other).unwrap_or(most).clamp(1, most)
    };
    let (new_width, new_height) = (
        side(width, height, WIDTH, HEIGHT),
        side(height, width, HEIGHT, WIDTH),
    );
    let mut pixels = picture.to_rgba32f();
    // What lies behind a transparent pixel must not bleed into its neighbours.
    by_opacity(&mut pixels, |value, alpha| value * alpha);
    let mut pixels = imageops::resize(&pixels, new_width, new_height, Resampling::Lanczos3);
    by_opacity(
        &mut pixels,
        |value, alpha| if alpha <= 0.0 { 0.0 } else { value / alpha },
    );
    DynamicImage::ImageRgba8(DynamicImage::ImageRgba32F(pixels).to_rgba8())
}

fn by_opacity(pixels: &mut Rgba32FImage, change: impl Fn(f32, f32) -> f32) {
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        pixel.0 = [
            change(red, alpha),
            change(green, alpha),
            change(blue, alpha),
            alpha,
        ];
    }
}

#[cfg(test)]
mod tests;
