//! A text as the words that are heard: lower case, without punctuation, each with its place. One buffer holds them all, because a
//! campaign's scripts are checked by the ten thousand.

/// The words of a text, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    lower: String,
    words: Vec<Word>,
}

/// Where a word stands, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Bytes of the buffer.
    held: (u32, u32),
    /// First character of the text, from 0, and the one after the last.
    pub(super) at: (u32, u32),
    /// It begins with a capital.
    pub(super) is_capital: bool,
    /// It is an address of the web or of e-mail.
    pub(super) is_address: bool,
    /// Nothing stands between it and the word before that would part the digits of a number.
    pub(super) is_joined: bool,
}

/// Endings by which a web address is known.
const DOMAINS: &[&str] = &[
    "com", "net", "org", "io", "co", "us", "info", "biz", "link", "ly", "me", "app", "xyz", "ru", "cn",
];

impl Words {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self {
            lower: String::with_capacity(text.len()),
            words: Vec::with_capacity(text.len() / 5 + 1),
        };
        let mut between = Between::default();
        let mut characters = text.char_indices().enumerate().peekable();
        while let Some((number, (byte, c))) = characters.next() {
            if !c.is_alphanumeric() {
                between.take(c);
                continue;
            }
            let held = words.lower.len() as u32;
            words.hold(c);
            let (mut end, mut end_byte) = (number as u32 + 1, byte + c.len_utf8());
            while let Some((number, (byte, c))) = characters
                .next_if(|(_, (byte, c))| c.is_alphanumeric() || is_inner_apostrophe(*c, &text[*byte..]))
            {
                words.hold(c);
                (end, end_byte) = (number as u32 + 1, byte + c.len_utf8());
            }
            let held = (held, words.lower.len() as u32);
            let plain = &words.lower[held.0 as usize..held.1 as usize];
            let word = Word {
                held,
                at: (number as u32, end),
                is_capital: c.is_uppercase(),
                is_address: is_address(plain, &text[end_byte..]),
                is_joined: between.joins(),
            };
            words.words.push(word);
            between = Between::default();
        }
        words
    }

    fn hold(&mut self, c: char) {
        if c.is_ascii() {
            if c != '\'' {
                self.lower.push(c.to_ascii_lowercase());
            }
        } else if c != '’' {
            self.lower.extend(c.to_lowercase());
        }
    }

    /// Every word with its text.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Word)> {
        self.words.iter().map(|w| (self.text(*w), *w))
    }

    fn text(&self, word: Word) -> &str {
        &self.lower[word.held.0 as usize..word.held.1 as usize]
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether these words follow from this one on: where, if so. No words stand nowhere.
    pub(super) fn has_at(&self, from: usize, wanted: &[Box<str>]) -> Option<(u32, u32)> {
        let row = self.words.get(from..from.checked_add(wanted.len())?)?;
        let same = row.iter().zip(wanted).all(|(word, w)| self.text(*word) == &**w);
        Some((row.first()?.at.0, row.last()?.at.1)).filter(|_| same)
    }

    /// Where these words stand first.
    pub(super) fn find(&self, wanted: &[Box<str>]) -> Option<(u32, u32)> {
        (0..self.len()).find_map(|from| self.has_at(from, wanted))
    }

    /// Where these words stand first, from this one on.
    pub(super) fn find_from(&self, start: usize, wanted: &[Box<str>]) -> Option<(u32, u32)> {
        (start..self.len()).find_map(|from| self.has_at(from, wanted))
    }

    /// Where these words stand last.
    pub(super) fn find_last(&self, wanted: &[Box<str>]) -> Option<(u32, u32)> {
        (0..self.len()).rev().find_map(|from| self.has_at(from, wanted))
    }
}

/// The words of a phrase to look for.
pub(super) fn phrase(text: &str) -> Box<[Box<str>]> {
    Words::of(text).iter().map(|(w, _)| w.into()).collect()
}

/// What stands between two words.
#[derive(Default)]
struct Between {
    marks: u32,
    blanks: u32,
    is_comma: bool,
    parts: bool,
}

impl Between {
    fn take(&mut self, c: char) {
        if c.is_whitespace() {
            self.blanks += 1;
            return;
        }
        self.marks += 1;
        self.is_comma |= c == ',';
        self.parts |= !matches!(c, '-' | '–' | '.' | '(' | ')' | '/' | ',' | '+');
    }

    /// Whether digits on both sides may belong to one number: blanks, hyphens, dots, brackets, a comma with a blank. A comma
    /// without one parts thousands.
    const fn joins(&self) -> bool {
        !self.parts && self.marks <= 2 && !(self.is_comma && self.blanks == 0)
    }
}

/// An apostrophe with a letter behind it; `text` begins with it.
fn is_inner_apostrophe(c: char, text: &str) -> bool {
    matches!(c, '\'' | '’') && text.chars().nth(1).is_some_and(char::is_alphabetic)
}

/// The word is followed by `://` or `@`, or by a dot and a domain's ending.
fn is_address(word: &str, after: &str) -> bool {
    if after.starts_with("://")
        || after
            .strip_prefix('@')
            .is_some_and(|r| r.starts_with(char::is_alphanumeric))
    {
        return true;
    }
    let Some(rest) = after.strip_prefix('.') else {
        return false;
    };
    let ending = rest
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_domain = DOMAINS.iter().any(|d| d.eq_ignore_ascii_case(ending));
    word == "www" || (is_domain && word.chars().any(char::is_alphabetic))
}
