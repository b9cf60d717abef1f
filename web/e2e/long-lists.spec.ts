// A list of 100,000 rows: imported past a reload, scrolled through by cursor, filtered, undone past a reload. The figures are printed, not judged: how long
// a page takes says more of the machine than of the page; that what is drawn stays bounded is judged.
import type { Locator, Page } from '@playwright/test';
import { farm } from './lists';
import { expect, settled, test } from './page';

const ROWS = 100_000;
const PAGES = Number(process.env.LONG_LIST_PAGES ?? '100');
/** Elements of the whole document, and rows of the table, that may be drawn at any time. */
const ELEMENTS_MAX = 4_000;
const DRAWN_MAX = 80;

interface Scrolled {
  millis: number;
  worstFrame: number;
  elements: number;
  drawn: number;
}

/** Scrolls to the end of what is loaded and answers once the row `wanted` is drawn. */
const scrollOn = (list: Locator, wanted: number): Promise<Scrolled> =>
  list.evaluate(async (region, at) => {
    const begun = performance.now();
    let [frame, worstFrame] = [begun, 0];
    region.scrollTop = region.scrollHeight;
    for (;;) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      worstFrame = Math.max(worstFrame, now - frame);
      frame = now;
      const rows = region.querySelectorAll<HTMLElement>('tbody tr[data-index]');
      if (Number(rows[rows.length - 1]?.dataset.index) >= at) {
        const elements = document.getElementsByTagName('*').length;
        return { millis: now - begun, worstFrame, elements, drawn: rows.length };
      }
      if (now - begun > 60_000) throw new Error(`row ${at} did not appear within a minute`);
      if (region.scrollTop + region.clientHeight < region.scrollHeight)
        region.scrollTop = region.scrollHeight;
    }
  }, wanted);

/** How long until what a filter leaves is there. */
async function filtered(page: Page, query: string, shown: Locator): Promise<number> {
  const begun = Date.now();
  await page.goto(`/agent/crm/contacts?${query}`);
  await shown.waitFor();
  await settled(page);
  return Date.now() - begun;
}

const figures = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
  return `half within ${at(0.5)} ms, 95 % within ${at(0.95)} ms, the slowest ${at(1)} ms`;
};

test('a list of 100,000 rows is imported past a reload, scrolls, filters, and is undone past a reload', async ({
  page,
}) => {
  test.setTimeout(1_800_000);
  await page.goto('/agent/crm/imports');
  await page.getByRole('button', { name: 'Import into the contact list' }).click();
  const file = { name: 'farm.csv', mimeType: 'text/csv', buffer: farm(ROWS) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Preview' }).click();
  const begin = page.getByRole('button', { name: /^Import [\d,]+ contacts$/ });
  await expect(begin).toBeEnabled({ timeout: 180_000 });
  const begun = Date.now();
  await begin.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // In the middle of it the page is loaded again: the work goes on, and so does what is said of it.
  const bar = page.getByRole('progressbar', { name: 'Importing farm.csv' });
  await expect(bar).toBeVisible();
  await page.reload();
  await expect(bar).toBeVisible();
  await expect(page.getByText(/rows · .* a second · .* left/)).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-importing.png' });
  await expect(bar).toHaveCount(0, { timeout: 900_000 });
  await expect(page.getByText(/^100,000 rows: .*new contacts/).first()).toBeVisible();
  console.log(`  100,000 rows imported in ${Math.round((Date.now() - begun) / 1000)} s (debug build)`);

  await page.goto('/agent/crm/contacts');
  const list = page.getByRole('region', { name: 'Contacts', exact: true });
  await list.waitFor();
  const scrolled: Scrolled[] = [];
  for (let n = 1; n <= PAGES; n += 1) scrolled.push(await scrollOn(list, n * 100 - 1));
  const most = (of: (s: Scrolled) => number) => Math.max(...scrolled.map(of));
  console.log(`  ${PAGES} pages of 100 rows scrolled: ${figures(scrolled.map(s => s.millis))}`);
  console.log(`  the longest frame ${Math.round(most(s => s.worstFrame))} ms`);
  console.log(`  at most ${most(s => s.drawn)} rows and ${most(s => s.elements)} elements drawn`);
  expect(most(s => s.drawn)).toBeLessThanOrEqual(DRAWN_MAX);
  expect(most(s => s.elements)).toBeLessThanOrEqual(ELEMENTS_MAX);
  await page.screenshot({ path: 'screenshots/light-1280/story-long-list.png' });

  // Read again after a lost connection, the list keeps all that was loaded, and its place.
  const said = page.getByText(/rows loaded, more below/);
  const loaded = async () => Number(/^[\d,]+/.exec((await said.textContent()) ?? '')?.[0].replace(/,/g, ''));
  const before = await loaded();
  const place = await list.evaluate(region => region.scrollTop);
  expect(before).toBeGreaterThanOrEqual(PAGES * 100);
  let answers = 0;
  page.on('response', answer => {
    if ((answer.request().postData() ?? '').includes('query Contacts(')) answers += 1;
  });
  await page.context().setOffline(true);
  await expect(page.getByText('The connection is lost')).toBeVisible();
  await page.context().setOffline(false);
  await expect.poll(() => answers, { timeout: 300_000 }).toBeGreaterThan(PAGES);
  expect(await loaded()).toBeGreaterThanOrEqual(before);
  expect(await list.evaluate(region => region.scrollTop)).toBe(place);

  const oneOwner = page.getByRole('link', { name: 'Owner 99999 Marchetti' });
  const byNumber = await filtered(page, 'phone=%2B17603099999', list.getByRole('link').first());
  await expect(list.getByRole('row')).toHaveCount(2);
  const never = await filtered(page, 'never=true', list.getByRole('link').first());
  const none = await filtered(page, 'standing=OPTED_OUT', page.getByText('No contact matches'));
  const both = await filtered(page, 'standing=OPEN&never=true', list.getByRole('link').first());
  console.log(`  with the page's own load: one number in ${byNumber} ms, never contacted in ${never} ms,`);
  console.log(`  opted out (none) in ${none} ms, open and never contacted in ${both} ms`);
  expect(await oneOwner.count()).toBeLessThanOrEqual(1);

  // Taken back, with a reload in the middle of that as well. The newest import stands first.
  await page.goto('/agent/crm/imports');
  await settled(page);
  const undo = page.getByRole('button', { name: 'Undo the import' });
  await undo.first().click();
  const asked = page.getByRole('dialog');
  await expect(asked.getByText(/contacts that it made are taken out again/)).toBeVisible();
  await asked.getByRole('button', { name: 'Undo the import' }).click();
  const undoing = page.getByRole('progressbar', { name: 'Undoing farm.csv' });
  await expect(undoing).toBeVisible();
  await page.reload();
  await expect(undoing).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-undoing.png' });
  await expect(page.getByText(/^Undone: [\d,]+ contacts taken out/).first()).toBeVisible({
    timeout: 300_000,
  });
  await expect(undoing).toHaveCount(0);
});
