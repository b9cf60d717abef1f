//! The lines of address cards: unfolded, quoted-printable joined, pictures passed over unread. A line that is not a
//! picture's and longer than any contact's is refused.

use std::io::{self, BufRead, BufReader, Read};

use crate::limits::CARD_LINE_BYTES_MAX;

/// Properties that hold pictures, sounds and keys, megabytes of them.
const SKIPPED: [&str; 5] = ["PHOTO", "LOGO", "SOUND", "KEY", "X-THUMBNAIL"];

/// How a line came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Whole.
    Whole,
    /// Longer than the limit; what is there is its start.
    TooLong,
    /// The last, without a line break.
    Unbroken,
}

/// Unfolded lines.
pub(crate) struct CardLines<R> {
    input: BufReader<R>,
    /// The physical line read ahead.
    ahead: Option<(Vec<u8>, LineEnd)>,
    /// Version 2.1 folds at white space, which stays; later versions add it, and it goes.
    pub(crate) keep_fold_space: bool,
}

impl<R: Read> CardLines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
            ahead: None,
            keep_fold_space: false,
        }
    }

    /// The next unfolded line; nothing at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Vec<u8>, LineEnd)>> {
        let Some((mut line, mut end)) = self.physical(false)? else {
            return Ok(None);
        };
        let skipped = is_skipped(&line);
        let soft_breaks = is_quoted_printable(&line);
        while let Some((next, next_end)) = self.physical(skipped)? {
            let joined = if soft_breaks && line.ends_with(b"=") {
                line.pop();
                &next[..]
            } else if next.starts_with(b" ") || next.starts_with(b"\t") {
                &next[usize::from(!self.keep_fold_space)..]
            } else {
                self.ahead = Some((next, next_end));
                break;
            };
            if skipped {
                line.truncate(CARD_LINE_BYTES_MAX);
            } else if line.len() + joined.len() > CARD_LINE_BYTES_MAX || next_end == LineEnd::TooLong {
                end = LineEnd::TooLong;
            } else {
                line.extend_from_slice(joined);
            }
            if next_end == LineEnd::Unbroken && end == LineEnd::Whole {
                end = LineEnd::Unbroken;
            }
        }
        if skipped && end == LineEnd::TooLong {
            end = LineEnd::Whole;
        }
        Ok(Some((line, end)))
    }

    /// A line as it stands, cut at the limit; behind it nothing is read unless the line is to be passed over.
    fn physical(&mut self, skipped: bool) -> io::Result<Option<(Vec<u8>, LineEnd)>> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let mut line = Vec::new();
        let mut end = LineEnd::Whole;
        let mut any = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                if end == LineEnd::Whole {
                    end = LineEnd::Unbroken;
                }
                return Ok(any.then_some((line, end)));
            }
            any = true;
            let stop = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let taken = &chunk[..stop.unwrap_or(chunk.len())];
            let room = CARD_LINE_BYTES_MAX.saturating_sub(line.len());
            if taken.len() > room {
                end = LineEnd::TooLong;
            }
            line.extend_from_slice(&taken[..taken.len().min(room)]);
            if end == LineEnd::TooLong && !skipped && !is_skipped(&line) {
                return Ok(Some((line, end)));
            }
            let used = taken.len() + usize::from(stop.is_some());
            let carriage_return = stop.is_some_and(|at| chunk[at] == b'\r');
            self.input.consume(used);
            if stop.is_some() {
                if carriage_return && self.input.fill_buf()?.first() == Some(&b'\n') {
                    self.input.consume(1);
                }
                return Ok(Some((line, end)));
            }
        }
    }
}

/// The part before the value, for looking at.
fn head_of(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
    &line[..end]
}

fn is_skipped(line: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head_of(line)).to_uppercase();
    let name = head.split(';').next().unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or(name);
    SKIPPED.contains(&name)
}

fn is_quoted_printable(line: &[u8]) -> bool {
    let mark = b"QUOTED-PRINTABLE";
    head_of(line)
        .windows(mark.len())
        .any(|window| window.eq_ignore_ascii_case(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, keep_fold_space: bool) -> Vec<String> {
        let mut lines = CardLines::new(text.as_bytes());
        lines.keep_fold_space = keep_fold_space;
        std::iter::from_fn(|| lines.next().unwrap())
            .map(|(line, _)| String::from_utf8(line).unwrap())
            .collect()
    }

    #[test]
    fn folded_lines_are_one_whatever_ends_them() {
        for text in [
            "NOTE:ab\r\n cd\r\nTEL:1",
            "NOTE:ab\n\tcd\nTEL:1\n",
            "NOTE:ab\r cd\rTEL:1\r",
        ] {
            assert_eq!(lines(text, false), ["NOTE:abcd", "TEL:1"], "{text:?}");
        }
        assert_eq!(lines("NOTE:ab\n cd\n", true), ["NOTE:ab cd"]);
    }

    #[test]
    fn soft_line_breaks_join_without_white_space() {
        assert_eq!(
            lines(
                "N;ENCODING=QUOTED-PRINTABLE:Ren=C3=\n=A9e;Ann\nTEL:1=\nX:2\n",
                false
            ),
            ["N;ENCODING=QUOTED-PRINTABLE:Ren=C3=A9e;Ann", "TEL:1=", "X:2"]
        );
    }

    #[test]
    fn a_picture_of_any_size_is_passed_over_and_any_other_long_line_told() {
        let mut picture = "PHOTO;ENCODING=b:".to_owned();
        picture.push_str(&"QUJD".repeat(CARD_LINE_BYTES_MAX));
        let mut cards = CardLines::new(picture.as_bytes());
        assert_ne!(cards.next().unwrap().unwrap().1, LineEnd::TooLong);
        let note = picture.replace("PHOTO", "NOTE");
        let mut cards = CardLines::new(note.as_bytes());
        assert_eq!(cards.next().unwrap().unwrap().1, LineEnd::TooLong);
    }
}
