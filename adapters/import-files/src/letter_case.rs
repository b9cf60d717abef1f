//! Shouted and whispered text in the case of names: `MCDONALD` → `McDonald`, `77 ELM ST NW` → `77 Elm St NW`.

/// Text that is in one case throughout, in the case of names; mixed case is taken as meant and stays.
pub(crate) fn recase(text: &str) -> String {
    let (mut lower, mut upper) = (0, 0);
    for c in text.chars() {
        lower += usize::from(c.is_lowercase());
        upper += usize::from(c.is_uppercase());
    }
    if (lower > 0 && upper > 0) || lower + upper < 2 {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        recase_word(word, &mut out);
    }
    out
}

const KEPT_UPPER: [&str; 16] = [
    "llc", "lp", "llp", "pllc", "ii", "iii", "iv", "hoa", "usa", "us", "nw", "ne", "sw", "se", "po", "md",
];

fn recase_word(word: &str, out: &mut String) {
    if KEPT_UPPER
        .iter()
        .any(|kept| kept.eq_ignore_ascii_case(word.trim_matches(['.', ',', '(', ')'])))
    {
        out.extend(word.chars().flat_map(char::to_uppercase));
        return;
    }
    let mut start = true;
    let mut letters_since_start = 0;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphabetic() {
            // `O'Neill` and `Van-Dyke` start anew; `Owner's` and `42nd` do not.
            let anew = matches!(c, '-' | '.' | '/' | '(')
                || (matches!(c, '\'' | '’' | '`') && letters_since_start == 1);
            start = if c.is_ascii_digit() {
                false
            } else {
                anew || (start && letters_since_start == 0)
            };
            if anew {
                letters_since_start = 0;
            }
            out.push(c);
            continue;
        }
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        letters_since_start += 1;
        // `McDonald`: the letter after Mc, when a name follows it.
        let mc = letters_since_start == 2 && matches!(c, 'C' | 'c') && out.ends_with("Mc");
        start = mc && chars.peek().is_some_and(|next| next.is_alphabetic());
    }
}
