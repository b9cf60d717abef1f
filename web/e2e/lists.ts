// Lists made for the stories: whole, with numbers that are good and nobody's in particular.

const STREETS = ['Desert Willow Dr', 'Fred Waring Dr', 'Portola Ave', 'Cook St', 'Highway 111'];
const LAST_NAMES = ['Okafor', 'Lindqvist', 'Marchetti', 'Nakamura', 'Delgado', 'Whitfield', 'Haddad'];

/** A farm list as a CSV file, of at most 700,000 rows. Each number is there once. */
export function farm(rows: number, areaCode = 760): Buffer {
  const lines = ['First Name,Last Name,Phone,Address,City,State,Zip'];
  for (let n = 0; n < rows; n += 1) {
    const exchange = 300 + Math.floor(n / 10_000);
    const line = String(n % 10_000).padStart(4, '0');
    const last = LAST_NAMES[n % LAST_NAMES.length] ?? '';
    const street = STREETS[n % STREETS.length] ?? '';
    lines.push(
      `Owner ${n},${last},${areaCode}-${exchange}-${line},${100 + n} ${street},Palm Desert,CA,92260`,
    );
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** A file of numbers that must not be called, one a line, of at most 7,000,000 lines. */
export function numbers(lines: number, areaCode: number): Buffer {
  const all: string[] = [];
  for (let n = 0; n < lines; n += 1) {
    const exchange = 200 + Math.floor(n / 10_000);
    all.push(`${areaCode}${exchange}${String(n % 10_000).padStart(4, '0')}`);
  }
  return Buffer.from(`${all.join('\n')}\n`);
}
