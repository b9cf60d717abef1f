//! A list as a title company sends it, the same bytes in every run: whole owner names in capitals or not, couples and trusts,
//! three numbers a row, spellings of every kind, about 5 % bad numbers and 3 % repeats.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use rand::{Rng, SeedableRng, rngs::StdRng};

const SEED: u64 = 42;
const FIRST: [&str; 24] = [
    "Jessica", "Thomas", "Maria", "John", "Zoë", "Wei", "Aisha", "Robert", "Linda", "José", "Karen", "David",
    "Priya", "Michael", "Emily", "Omar", "Susan", "Daniel", "Hannah", "Carlos", "Nancy", "Kevin", "Laura",
    "Björn",
];
const LAST: [&str; 24] = [
    "Brown",
    "Thompson",
    "Miller",
    "García",
    "Nguyen",
    "O'Brien",
    "Smith",
    "McDonald",
    "Johnson",
    "Lee",
    "Patel",
    "Kim",
    "Anderson",
    "Martinez",
    "Van Dyke",
    "Clark",
    "Lewis",
    "Walker",
    "Young",
    "Hernandez",
    "King",
    "Wright",
    "Scott",
    "Adams",
];
const STREETS: [&str; 12] = [
    "Desert Falls Dr",
    "Indian Wells Ln",
    "Palm View Ct",
    "Oasis Club Dr",
    "El Paseo",
    "Fairway Dr",
    "Sunset Rd",
    "Country Club Dr",
    "Mesa Verde Way",
    "Portola Ave",
    "Ironwood St",
    "Canyon Crest",
];
const PLACES: [(&str, &str, &str); 8] = [
    ("Palm Desert", "CA", "92260"),
    ("Newark", "NJ", "07102"),
    ("Boston", "MA", "02118"),
    ("Phoenix", "AZ", "85004"),
    ("Austin", "TX", "78701"),
    ("Indian Wells", "CA", "92210"),
    ("Denver", "CO", "80202"),
    ("Miami", "FL", "33101"),
];
const AREA_CODES: [u32; 12] = [760, 973, 617, 602, 512, 213, 303, 305, 415, 646, 312, 206];
const HEADERS: &str =
    "Owner Name,Property Address,City,State,ZIP,Phone 1,Phone 2,Email,Sale Date,Sale Price\n";

struct Row {
    name: String,
    street: String,
    place: (&'static str, &'static str, &'static str),
    phone: String,
    second: String,
    email: String,
    date: String,
    price: u32,
}

/// Numbers of the plan by count: distinct for every count below 69 million.
fn number(count: u64) -> (u32, u32, u32) {
    let mixed = count.wrapping_mul(48_271) % 69_120_000;
    let area = AREA_CODES[(mixed % 12) as usize];
    let rest = (mixed / 12) as u32;
    // Exchanges 200 to 775; the N11 codes, which no line has, go to 902 and on.
    let exchange = 200 + rest / 10_000;
    let exchange = if exchange % 100 == 11 {
        900 + exchange / 100
    } else {
        exchange
    };
    (area, exchange, rest % 10_000)
}

fn spelled(rng: &mut StdRng, (area, exchange, line): (u32, u32, u32)) -> String {
    match rng.gen_range(0..100) {
        0..=39 => format!("({area}) {exchange}-{line:04}"),
        40..=59 => format!("{area}-{exchange}-{line:04}"),
        60..=79 => format!("{area}{exchange}{line:04}"),
        80..=88 => format!("+1 {area} {exchange} {line:04}"),
        89..=94 => format!("{area}.{exchange}.{line:04}"),
        95..=97 => format!("1{area}{exchange}{line:04}"),
        98 => format!("{area}{exchange}{line:04}.0"),
        _ => format!("({area}) {exchange}-{line:04} x{}", rng.gen_range(10..999)),
    }
}

fn bad(rng: &mut StdRng) -> String {
    [
        "",
        "N/A",
        "555-0123",
        "000-000-0000",
        "123-456-7890",
        "+44 20 7946 0391",
        "99999",
    ][rng.gen_range(0..7)]
    .to_owned()
}

fn row(rng: &mut StdRng, index: u64) -> Row {
    let (first, last) = (FIRST[rng.gen_range(0..24)], LAST[rng.gen_range(0..24)]);
    let name = match rng.gen_range(0..100) {
        0..=49 => format!("{first} {last}"),
        50..=69 => format!("{}, {}", last.to_uppercase(), first.to_uppercase()),
        70..=84 => format!("{first} & {} {last}", FIRST[rng.gen_range(0..24)]),
        85..=94 => format!("{} {} TRUST", last.to_uppercase(), "FAMILY"),
        _ => format!("{last} Holdings LLC"),
    };
    let phone = match rng.gen_range(0..100) {
        0..=4 => bad(rng),
        5..=7 => {
            let earlier = rng.gen_range(0..=index);
            spelled(rng, number(earlier))
        }
        _ => spelled(rng, number(index)),
    };
    let second = if phone.len() > 9 && rng.gen_bool(0.2) {
        let second = number(40_000_000 + index);
        spelled(rng, second)
    } else {
        String::new()
    };
    Row {
        name,
        street: format!("{} {}", rng.gen_range(1..99_999), STREETS[rng.gen_range(0..12)]),
        place: PLACES[rng.gen_range(0..8)],
        phone,
        second,
        email: format!("owner{index}@example.com"),
        date: format!(
            "{:02}/{:02}/{}",
            rng.gen_range(1..13),
            rng.gen_range(1..29),
            rng.gen_range(1995..2026)
        ),
        price: rng.gen_range(90..3_000) * 1_000,
    }
}

fn rows(count: u64) -> impl Iterator<Item = Row> {
    let mut rng = StdRng::seed_from_u64(SEED);
    (0..count).map(move |index| row(&mut rng, index))
}

/// The list as CSV.
pub fn write_csv(path: &Path, count: u64) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    out.write_all(HEADERS.as_bytes()).unwrap();
    let mut line = String::new();
    for row in rows(count) {
        line.clear();
        let (city, state, zip) = row.place;
        writeln!(
            line,
            "\"{}\",{},{city},{state},{zip},{},{},{},{},\"${}\"",
            row.name, row.street, row.phone, row.second, row.email, row.date, row.price
        )
        .unwrap();
        out.write_all(line.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

/// The same list as a workbook, with ten-digit numbers and ZIP codes as number cells.
pub fn write_xlsx(path: &Path, count: u64) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    for (column, header) in (0_u16..).zip(HEADERS.trim_end().split(',')) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (line, row) in (1_u32..).zip(rows(count)) {
        let (city, state, zip) = row.place;
        sheet.write_string(line, 0, row.name).unwrap();
        sheet.write_string(line, 1, row.street).unwrap();
        sheet.write_string(line, 2, city).unwrap();
        sheet.write_string(line, 3, state).unwrap();
        sheet.write_number(line, 4, zip.parse::<f64>().unwrap()).unwrap();
        for (column, phone) in [(5, row.phone), (6, row.second)] {
            match phone.parse::<f64>() {
                Ok(number) if phone.len() == 10 => sheet.write_number(line, column, number).unwrap(),
                _ => sheet.write_string(line, column, phone).unwrap(),
            };
        }
        sheet.write_string(line, 7, row.email).unwrap();
        sheet.write_string(line, 8, row.date).unwrap();
        sheet.write_number(line, 9, f64::from(row.price)).unwrap();
    }
    book.save(path).unwrap();
}
