//! People that nobody has met: names, addresses and fictional numbers (555-01xx), the same for the same number.

/// Area codes of California; each has a hundred fictional numbers.
const AREA_CODES: [u32; 24] = [
    760, 442, 619, 858, 949, 714, 657, 562, 310, 424, 213, 323, 818, 747, 626, 909, 840, 951, 805, 661, 559,
    415, 628, 510,
];
/// Fictional numbers of an area code.
const FICTIONAL: u32 = 100;
/// Different people there are; each has a number of their own.
pub(crate) const MAX_PEOPLE: usize = AREA_CODES.len() * FICTIONAL as usize;

const GIVEN: [&str; 16] = [
    "Ada", "Ben", "Cleo", "Dana", "Elena", "Frank", "Grace", "Hugo", "Iris", "José", "Kim", "Luis", "Maya",
    "Nils", "Olga", "Pat",
];
const FAMILY: [&str; 15] = [
    "Moreno", "Okafor", "Park", "Nguyen", "O'Brien", "Silva", "Tanaka", "Weber", "Young", "Zhao", "Adams",
    "Brooks", "Castillo", "Díaz", "Ellis",
];
const STREETS: [&str; 6] = [
    "Desert Willow Dr",
    "Fairway Ct",
    "Indigo Ln",
    "Mesa View Dr",
    "Sandpiper St",
    "Vista Loop",
];

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Someone {
    n: u32,
}

impl Someone {
    /// Beyond [`MAX_PEOPLE`] they come again.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            n: u32::try_from(n % MAX_PEOPLE).unwrap_or_default(),
        }
    }

    pub(crate) fn given(self) -> &'static str {
        pick(&GIVEN, self.n)
    }

    pub(crate) fn family(self) -> &'static str {
        pick(&FAMILY, self.n)
    }

    /// The ten digits.
    pub(crate) fn number(self) -> String {
        let area = AREA_CODES
            .get((self.n / FICTIONAL) as usize)
            .copied()
            .unwrap_or_default();
        format!("{area}55501{:02}", self.n % FICTIONAL)
    }

    /// As people write it, in one of several ways.
    pub(crate) fn written(self) -> String {
        let number = self.number();
        let (area, rest) = number.split_at(3);
        let (exchange, line) = rest.split_at(3);
        match self.n % 4 {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("+1 {area} {exchange} {line}"),
            2 => format!("{area}.{exchange}.{line}"),
            _ => number,
        }
    }

    pub(crate) fn street(self) -> String {
        format!("{} {}", 41_000 + self.n, pick(&STREETS, self.n))
    }
}

fn pick(of: &[&'static str], n: u32) -> &'static str {
    of.get(n as usize % of.len()).copied().unwrap_or_default()
}
