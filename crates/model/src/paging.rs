/// One page of a list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque to people; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of rows of which there is one more if there are more. `place` says of the last row of a page where it is.
    pub fn cut(mut items: Vec<T>, size: PageSize, place: impl FnOnce(&T) -> String) -> Self {
        let size = usize::from(size.get());
        let is_last = items.len() <= size;
        items.truncate(size);
        let next = items.last().filter(|_| !is_last).map(place);
        Self { items, next }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

/// How many items a page holds: 1 to 200.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PageSize(u16);

impl PageSize {
    pub const DEFAULT: Self = Self(50);

    /// The nearest size that is allowed.
    pub fn clamp(wanted: u64) -> Self {
        Self(u16::try_from(wanted.clamp(1, 200)).unwrap_or(200))
    }

    pub const fn get(self) -> u16 {
        self.0
    }
}
