//! Reads one spelling of a phone number a line and writes its E.164 form, or `-` when it is no usable number. What
//! `tests/phone-agreement` compares with the reference implementation; numbers go from input to output and nowhere else.

use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        match import_files::normalise_phone(&line?) {
            Ok(phone) => writeln!(out, "{}", phone.number.as_e164())?,
            Err(_) => writeln!(out, "-")?,
        }
    }
    out.flush()
}
