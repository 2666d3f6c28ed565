/// RFC 2865 §5, RFC 2869 §5 and RFC 3579 §3.2.
pub(super) const USER_NAME: u8 = 1;
pub(super) const USER_PASSWORD: u8 = 2;
pub(super) const CHAP_PASSWORD: u8 = 3;
pub(super) const SERVICE_TYPE: u8 = 6;
pub(super) const REPLY_MESSAGE: u8 = 18;
pub(super) const STATE: u8 = 24;
pub(super) const VENDOR_SPECIFIC: u8 = 26;
pub(super) const NAS_IDENTIFIER: u8 = 32;
pub(super) const PROXY_STATE: u8 = 33;
pub(super) const CHAP_CHALLENGE: u8 = 60;
pub(super) const PROMPT: u8 = 76;
pub(super) const MESSAGE_AUTHENTICATOR: u8 = 80;

/// The longest value of an attribute, in bytes.
pub(super) const LONGEST_VALUE: usize = 253;

/// Microsoft's number, and its attributes: RFC 2548 §2.
const MICROSOFT: [u8; 4] = 311_u32.to_be_bytes();
pub(super) const MS_CHAP_CHALLENGE: u8 = 11;
pub(super) const MS_CHAP2_RESPONSE: u8 = 25;
pub(super) const MS_CHAP2_SUCCESS: u8 = 26;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Attribute<'a> {
    pub(super) kind: u8,
    pub(super) value: &'a [u8],
}

/// One attribute after the other, until the end or until one that does not fit.
#[derive(Clone)]
pub(super) struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left to read.
    pub(super) fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let (&[kind, length], rest) = self.0.split_first_chunk::<2>()?;
        let (value, rest) = rest.split_at_checked(usize::from(length).checked_sub(2)?)?;
        self.0 = rest;
        Some(Attribute { kind, value })
    }
}

/// Wraps a value as one of Microsoft's: RFC 2865 §5.26.
pub(super) fn wrap_microsoft(kind: u8, value: &[u8]) -> Vec<u8> {
    let length =
        u8::try_from(value.len() + 2).expect("Microsoft's values that are sent have at most 50 bytes");
    [&MICROSOFT[..], &[kind, length], value].concat()
}

/// The values of one kind in a Vendor-Specific attribute, if it is Microsoft's.
pub(super) fn microsoft(vendor_specific: &[u8], kind: u8) -> impl Iterator<Item = &[u8]> {
    let own = vendor_specific.strip_prefix(&MICROSOFT).unwrap_or_default();
    Attributes::of(own)
        .filter(move |attribute| attribute.kind == kind)
        .map(|attribute| attribute.value)
}
