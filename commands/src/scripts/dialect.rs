//! How templates may be written: Jinja, and beside it the way of Liquid to give a filter its arguments (`| default: "neighbor"`),
//! which is what most people have seen. Finds names and filters in a template with their places, so that an error can point.

use std::ops::Range;

/// A place in a template, for people: both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, characters.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl Place {
    /// Of a byte of the text; of its end when there is no such byte.
    pub(super) fn of(text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A template as Jinja, with the way back to the places of what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AsJinja {
    pub(super) text: String,
    /// Bytes of the Jinja text before which one was put in.
    inserted: Vec<usize>,
}

impl AsJinja {
    /// The byte of what was written that stands at this byte of the Jinja text.
    pub(super) fn written(&self, byte: usize) -> usize {
        byte - self.inserted.iter().filter(|at| **at < byte).count()
    }
}

/// A word of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    at: usize,
}

/// Where `{{ … }}` and `{% … %}` stand, without their braces; comments and raw stretches are passed over.
fn tags(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut is_raw = false;
    while let Some(open) = text[at..].find('{').map(|i| i + at) {
        let close = match text.as_bytes().get(open + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = open + 1;
                continue;
            }
        };
        let from = open + 2;
        let to = end_of(text, from, close);
        let inside = &text[from..to];
        let statement = inside.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace());
        if close == "%}" && (statement == "raw" || statement == "endraw") {
            is_raw = statement == "raw";
        } else if !is_raw && close != "#}" {
            found.push(from..to);
        }
        at = (to + 2).min(text.len());
    }
    found
}

/// Where the tag ends; texts in quotes do not end it. The end of the template when nothing does.
fn end_of(text: &str, from: usize, close: &str) -> usize {
    let mut quote = None;
    for (at, c) in text[from..].char_indices() {
        match (quote, c) {
            (Some(q), _) if q == c => quote = None,
            (None, '"' | '\'') if close != "#}" => quote = Some(c),
            (None, _) if text[from + at..].starts_with(close) => return from + at,
            (Some(_) | None, _) => {}
        }
    }
    text.len()
}

/// The words of a tag: names, texts in quotes, and single marks.
fn tokens(text: &str, tag: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = tag.start;
    while let Some(c) = text[at..tag.end].chars().next() {
        let rest = &text[at..tag.end];
        let length = if c == '"' || c == '\'' {
            rest[1..].find(c).map_or(rest.len(), |end| end + 2)
        } else if c.is_alphanumeric() || c == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        if !c.is_whitespace() {
            found.push(Token {
                text: &rest[..length],
                at,
            });
        }
        at += length;
    }
    found
}

fn is_name(token: &Token<'_>) -> bool {
    token.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The template as Jinja: `| filter: a, b` becomes `| filter(a, b)`, up to the next filter or the end of the tag.
pub(super) fn as_jinja(text: &str) -> AsJinja {
    let mut jinja = AsJinja {
        text: String::with_capacity(text.len()),
        inserted: Vec::new(),
    };
    let mut done = 0;
    for tag in tags(text) {
        let words = tokens(text, tag.clone());
        let mut open = false;
        for (i, word) in words.iter().enumerate() {
            if open && word.text == "|" {
                close(&mut jinja, &text[done..word.at]);
                done = word.at;
                open = false;
            }
            let is_argument_mark =
                word.text == ":" && !open && i >= 2 && is_name(&words[i - 1]) && words[i - 2].text == "|";
            if is_argument_mark {
                jinja.text.push_str(&text[done..word.at]);
                jinja.text.push('(');
                done = word.at + 1;
                open = true;
            }
        }
        if open {
            // A tag may end with `-`, which belongs to its end.
            let end = text[..tag.end].trim_end_matches('-').len().max(done);
            close(&mut jinja, &text[done..end]);
            done = end;
        }
    }
    jinja.text.push_str(&text[done..]);
    jinja
}

fn close(jinja: &mut AsJinja, arguments: &str) {
    let kept = arguments.trim_end();
    jinja.text.push_str(kept);
    jinja.inserted.push(jinja.text.len());
    jinja.text.push(')');
    jinja.text.push_str(&arguments[kept.len()..]);
}

/// Where a variable is first named.
pub(super) fn place_of_variable(text: &str, name: &str) -> Option<Place> {
    let all = tags(text).into_iter().flat_map(|tag| {
        let words = tokens(text, tag);
        (0..words.len())
            .filter(|i| {
                let before = i.checked_sub(1).map_or("", |b| words[b].text);
                words[*i].text == name && before != "." && before != "|"
            })
            .map(|i| words[i].at)
            .collect::<Vec<_>>()
    });
    all.min().map(|at| Place::of(text, at))
}

/// Every filter that is used, with its place.
pub(super) fn filters(text: &str) -> Vec<(&str, Place)> {
    let mut found = Vec::new();
    for tag in tags(text) {
        let words = tokens(text, tag);
        for pair in words.windows(2) {
            if let [bar, name] = pair
                && bar.text == "|"
                && is_name(name)
            {
                found.push((name.text, Place::of(text, name.at)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jinja(text: &str) -> String {
        as_jinja(text).text
    }

    #[test]
    fn arguments_after_a_colon_become_arguments_in_brackets() {
        assert_eq!(
            jinja(r#"{{ first_name | default: "neighbor" }}"#),
            r#"{{ first_name | default( "neighbor") }}"#
        );
        assert_eq!(
            jinja(r#"{{ a | replace: "x", "y" | upper }}"#),
            r#"{{ a | replace( "x", "y") | upper }}"#
        );
        assert_eq!(jinja("{{- a|default:'x' -}}"), "{{- a|default('x') -}}");
        assert_eq!(
            jinja("{% if a | default: '' == '' %}"),
            "{% if a | default( '' == '') %}"
        );
    }

    #[test]
    fn what_is_no_argument_stays_as_it_is() {
        for text in [
            "Call: {{ agent_phone }}",
            "{{ name[1:2] }}",
            "{{ 'a | b: c' }}",
            "{# | default: 'x' #}",
            "{% raw %}{{ a | default: 'x' }}{% endraw %}",
            "{{ a | default('x') }}",
            "{{ unfinished | default",
        ] {
            assert_eq!(jinja(text), text);
        }
    }

    #[test]
    fn names_and_filters_have_places() {
        let text = "Hi {{ first_name }},\n  {{ firstname | shout }}";
        assert_eq!(
            place_of_variable(text, "firstname"),
            Some(Place { line: 2, column: 6 })
        );
        assert_eq!(filters(text), [("shout", Place { line: 2, column: 18 })]);
        assert_eq!(place_of_variable("{{ a.b }}", "b"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_only_brackets_come_in(text in "[{}%|:'\"a-z \n-]{0,60}") {
            let jinja = as_jinja(&text);
            prop_assert_eq!(jinja.text.len(), text.len() + jinja.inserted.len());
            filters(&text);
            prop_assert!(jinja.written(jinja.text.len()) <= text.len());
        }
    }
}
