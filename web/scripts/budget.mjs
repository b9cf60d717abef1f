// Fails when the script of a first load is over 250 KB of gzip: the entry, the campaign list and the palette, with all they import.
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
let sum = 0;
for (const name of seen) {
  const bytes = gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
  sum += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`${String(sum).padStart(8)}  first load, gzip bytes of script; the budget is ${BUDGET_BYTES}`);
if (seen.size === 0 || sum > BUDGET_BYTES) process.exit(1);
