/// A value of CBOR (RFC 8949), already encoded.
#[derive(Clone)]
pub struct Cbor(Vec<u8>);

impl Cbor {
    pub fn bytes(bytes: &[u8]) -> Self {
        Self([head(2, bytes.len()), bytes.to_vec()].concat())
    }

    pub fn list<const N: usize>(items: [Self; N]) -> Self {
        let items = items.into_iter().flat_map(|item| item.0);
        Self(head(4, N).into_iter().chain(items).collect())
    }

    pub fn map<const N: usize>(entries: [(Self, Self); N]) -> Self {
        let entries = entries
            .into_iter()
            .flat_map(|(key, value)| [key.0, value.0].concat());
        Self(head(5, N).into_iter().chain(entries).collect())
    }

    pub fn encoded(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Cbor {
    fn from(text: &str) -> Self {
        Self([head(3, text.len()), text.as_bytes().to_vec()].concat())
    }
}

impl From<i64> for Cbor {
    fn from(number: i64) -> Self {
        let (major, size) = if number < 0 { (1, -1 - number) } else { (0, number) };
        Self(head(
            major,
            size.try_into().expect("a number of the tests is small"),
        ))
    }
}

fn head(major: u8, size: usize) -> Vec<u8> {
    let major = major << 5;
    match u8::try_from(size) {
        Ok(size @ 0..24) => vec![major | size],
        Ok(size) => vec![major | 0x18, size],
        Err(_) => [
            vec![major | 0x19],
            u16::try_from(size)
                .expect("nothing here has 64 kB")
                .to_be_bytes()
                .to_vec(),
        ]
        .concat(),
    }
}
