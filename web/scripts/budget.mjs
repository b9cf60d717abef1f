// Fails when the script of a first load is over 250 KB of gzip, the entry, the campaign list and the palette with all they import, or when
// it holds what only some screens need: the charts, or the map with its shapes.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 250_000;
const dist = new URL('../dist/', import.meta.url);
const page = readFileSync(new URL('index.html', dist), 'utf8');
const entries = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(found => found[1]);
const seen = new Set();
const take = name => {
  if (seen.has(name)) return;
  seen.add(name);
  const text = readFileSync(new URL(name, dist), 'utf8');
  for (const found of text.matchAll(
    /(?:^|[;}\s])(?:import|export)[^;("']*?(?:from)?\s*["']\.\/([^"']+\.js)["']/g,
  )) {
    take(`assets/${found[1]}`);
  }
};
entries.forEach(take);
for (const name of readdirSync(new URL('assets/', dist))) {
  if (/^(CampaignList|Palette)-.*\.js$/.test(name)) take(`assets/${name}`);
}
/** What charts and the map can't be without, whatever their chunks are called. */
const LATE = { charts: /recharts-/, map: /"?Topology"?|geoAlbersUsa|FeatureCollection/ };
const early = [];
let sum = 0;
for (const name of seen) {
  const bytes = gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
  sum += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
  const text = readFileSync(new URL(name, dist), 'utf8');
  for (const [what, sign] of Object.entries(LATE)) if (sign.test(text)) early.push(`${what} in ${name}`);
}
console.log(`${String(sum).padStart(8)}  first load, gzip bytes of script; the budget is ${BUDGET_BYTES}`);
for (const what of early) console.error(`in the first load, and should come later: ${what}`);
// Signs that are found nowhere would let anything pass.
const all = readdirSync(new URL('assets/', dist)).filter(name => name.endsWith('.js'));
const unknown = Object.entries(LATE).filter(
  ([, sign]) => !all.some(name => sign.test(readFileSync(new URL(`assets/${name}`, dist), 'utf8'))),
);
for (const [what] of unknown)
  console.error(`nothing in the page looks like the ${what} any more: mend this check`);
if (seen.size === 0 || sum > BUDGET_BYTES || early.length + unknown.length > 0) process.exit(1);
