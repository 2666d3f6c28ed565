use std::io::Cursor;

use image::{ImageBuffer, Rgba, RgbaImage};

use super::*;

const RED: Rgba<u8> = Rgba([200, 30, 30, 255]);

fn file(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgba8(picture.clone());
    let picture = if format == ImageFormat::Jpeg {
        DynamicImage::ImageRgb8(picture.to_rgb8())
    } else {
        picture
    };
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn plain(width: u32, height: u32) -> RgbaImage {
    ImageBuffer::from_pixel(width, height, RED)
}

fn reason(file: &[u8]) -> String {
    draw(file)
        .map(|logo| (logo.width, logo.height))
        .unwrap_err()
        .to_string()
}

/// A PNG that says it has this size, with nothing behind its header.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&header);
    file.extend(crc(&header).to_be_bytes());
    file.extend(b"\0\0\0\x01IDAT\0");
    file.extend(crc(b"IDAT\0").to_be_bytes());
    file
}

/// CRC-32 as PNG has it (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[test]
fn a_picture_is_made_to_fit_and_never_larger() {
    let sizes = [
        ((210, 50), (210, 50)),
        ((840, 200), (420, 100)),
        ((1000, 50), (420, 21)),
        ((100, 1000), (10, 100)),
        ((4000, 1), (420, 1)),
    ];
    for ((width, height), expected) in sizes {
        let logo = draw(&file(&plain(width, height), ImageFormat::Png)).unwrap();

        assert_eq!((logo.width, logo.height), expected);
        let again = image::load_from_memory(&logo.png).unwrap().to_rgba8();
        assert_eq!((again.width(), again.height()), expected);
        assert_eq!(*again.get_pixel(0, 0), RED);
    }
}

#[test]
fn png_jpeg_and_webp_become_png() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let logo = draw(&file(&plain(30, 30), format)).unwrap();

        assert_eq!(image::guess_format(&logo.png).unwrap(), ImageFormat::Png);
        assert_eq!(logo.id.0, sha256(&[&logo.png]));
    }
}

#[test]
fn f3_svg_html_and_other_files_are_refused_whatever_they_are_called() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let files: [&[u8]; 6] = [
        svg,
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a\x01\0\x01\0\0\0\0;<script>alert(1)</script>",
        b"BM<script>",
        b"%PDF-1.7",
        b"",
    ];
    for file in files {
        assert!(
            reason(file).contains("must be a PNG, JPEG or WebP"),
            "{}",
            reason(file)
        );
    }
}

#[test]
fn f3_of_a_polyglot_only_the_pixels_come_through() {
    let mut both = file(&plain(20, 20), ImageFormat::Png);
    both.extend_from_slice(b"<!doctype html><script>alert(1)</script>");

    let logo = draw(&both).unwrap();

    assert!(!contains(&logo.png, b"script"));
}

#[test]
fn f3_a_cut_off_picture_is_refused() {
    let whole = file(&plain(60, 60), ImageFormat::Png);
    assert!(reason(&whole[..1]).contains("must be a PNG"));
    for length in [8, 20, 33, whole.len() / 2] {
        assert!(
            reason(&whole[..length]).contains("cut off"),
            "{length}: {}",
            reason(&whole[..length])
        );
    }
    let jpeg = file(&plain(60, 60), ImageFormat::Jpeg);
    assert!(draw(&jpeg[..20]).is_err());
}

#[test]
fn f3_a_bomb_of_pixels_is_refused_by_its_header() {
    for (width, height) in [
        (65_535, 65_535),
        (4097, 1),
        (1, 4097),
        (4096, 4096),
        (u32::MAX, 1),
    ] {
        let text = reason(&claims(width, height));
        assert!(
            text.contains("too large") || text.contains("cut off"),
            "{width} × {height}: {text}"
        );
    }
    assert!(reason(&claims(65_535, 65_535)).contains("too large"));
}

#[test]
fn f3_what_a_camera_wrote_into_a_picture_is_gone_and_it_stands_upright() {
    // Orientation 6: the camera was turned, so the picture is to be turned clockwise.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend(b"\x0e\x01\x02\0\x12\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(b"Ann's garden gate\0");
    let jpeg = file(&plain(40, 20), ImageFormat::Jpeg);
    let mut with_exif = jpeg[..2].to_vec();
    with_exif.extend(b"\xff\xe1");
    with_exif.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    with_exif.extend(&exif);
    with_exif.extend(&jpeg[2..]);

    let logo = draw(&with_exif).unwrap();

    assert_eq!((logo.width, logo.height), (20, 40));
    for word in [&b"Exif"[..], b"garden", b"eXIf", b"tEXt", b"iCCP"] {
        assert!(!contains(&logo.png, word));
    }
}

#[test]
fn what_lies_behind_transparency_does_not_bleed() {
    let mut picture = ImageBuffer::from_pixel(840, 200, Rgba([0, 0, 0, 0]));
    for (_, _, pixel) in picture.enumerate_pixels_mut().filter(|(x, _, _)| *x < 421) {
        *pixel = Rgba([255, 255, 255, 255]);
    }

    let logo = draw(&file(&picture, ImageFormat::Png)).unwrap();

    let drawn = image::load_from_memory(&logo.png).unwrap().to_rgba8();
    for pixel in drawn.pixels().filter(|pixel| 8 < pixel.0[3]) {
        assert!(250 < pixel.0[0], "a white logo got a dark edge: {pixel:?}");
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
