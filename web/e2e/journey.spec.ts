// An agent's whole working day: from the sign-in link to the digest, with reloads in the middle of the long jobs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, person, settled, test, violations } from './page';

const LIST = join(import.meta.dirname, '../../adapters/import-files/tests/fixtures/title_rep_iwcc_farm.xlsx');

/** A time as the field for date and time takes it, so many minutes from now by the server's clock, in the browser's zone. */
const local = (minutes: number) =>
  new Date(Date.now() + Number(process.env.SERVER_AHEAD_SECONDS) * 1_000 + minutes * 60_000)
    .toLocaleString('sv-SE', { timeZone: 'America/Los_Angeles' })
    .replace(' ', 'T')
    .slice(0, 16);

/** Number of the first row of the preview. */
async function firstRow(page: Page): Promise<string> {
  const rows = page.getByRole('region', { name: 'Rows of the file' }).getByRole('row');
  return (await rows.nth(1).getByRole('cell').first().textContent()) ?? '';
}

test('a new agent takes a list to a digest', async ({ page: admin, browser }) => {
  test.setTimeout(1_200_000);
  const page = await person(admin, browser, 'AGENT');
  const click = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).click();

  /** Clicks, and waits until the server has taken it: a reload cancels what is still on its way. */
  const start = async (name: RegExp, mutation: string) => {
    const taken = page.waitForResponse(answer =>
      (answer.request().postData() ?? '').includes(`mutation ${mutation}`),
    );
    await click(name);
    await taken;
  };

  // A draft.
  await page.getByRole('link', { name: 'New campaign' }).click();
  await expect(page.getByRole('heading', { name: 'New campaign', level: 1 })).toBeVisible();
  await page.getByLabel('Name').fill('Indian Wells farm');
  await page.getByLabel('Neighborhood', { exact: true }).fill('Indian Wells Country Club');
  await click('Make the draft and go on');

  // The list: banner rows and all.
  await page.locator('input[type=file]').setInputFiles(LIST);
  await expect(page.getByRole('heading', { name: 'What is in the file' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Header row' })).not.toHaveValue('1');
  await page.screenshot({ path: 'screenshots/light-1280/story-match.png' });
  expect(await violations(page)).toEqual([]);
  // The address keeps the upload: a reload loses nothing.
  await page.reload();
  await expect(page.getByRole('table', { name: 'Columns' })).toBeVisible();
  await click('Preview');
  await expect(page.getByRole('region', { name: 'Rows of the file' })).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-preview.png' });
  expect(await violations(page)).toEqual([]);
  // Rows are corrected before they are taken in, or left out, and that can be taken back.
  await click('Correct row ' + (await firstRow(page)));
  const row = page.getByRole('dialog');
  await row.getByRole('textbox').first().fill('Corrected');
  await row.getByRole('button', { name: 'Correct it' }).click();
  await expect(page.getByText(/^1 row corrected, 0 rows left out/)).toBeVisible();
  await click('Take the corrections back');
  await expect(page.getByText(/^1 row corrected/)).toHaveCount(0);
  await page.getByRole('switch', { name: 'Only rows with errors' }).click();
  await settled(page);
  await start(/^Import \d+ contacts$/, 'StartImport');
  await page.reload();
  const filled = page.getByText(/^\d+ contacts are in the campaign/);
  await expect(filled).toBeVisible({ timeout: 180_000 });
  const inAll = (await filled.textContent()) ?? '';
  await expect(page.getByText(/new contacts? ·/).first()).toBeVisible();
  const rejected = page.getByRole('link', { name: /rejected row/ });
  if (await rejected.count()) {
    const [file] = await Promise.all([page.waitForEvent('download'), rejected.first().click()]);
    expect(file.suggestedFilename()).toBe('rejected.csv');
  }

  // Undone, and taken in again.
  await click('Undo the import');
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the import' }).click();
  await expect(page.getByText(/^Undone: /)).toBeVisible({ timeout: 180_000 });
  await page.screenshot({ path: 'screenshots/light-1280/story-undone.png' });
  await page.goto(new URL(page.url()).pathname);
  await page.locator('input[type=file]').setInputFiles(LIST);
  await click('Preview');
  await start(/^Import \d+ contacts$/, 'StartImport');
  // Those whom somebody else uses had stayed: now all are there again.
  await expect(page.getByText(inAll)).toBeVisible({ timeout: 180_000 });

  // Consent, so that the rules let somebody be called.
  const campaign = /campaigns\/([^/]+)\/setup/.exec(page.url())?.[1] ?? '';
  await page.goto(`/agent/crm/contacts?campaign=${campaign}`);
  await click(/^Pick the \d+ loaded$/);
  await page
    .getByRole('region', { name: 'Picked contacts' })
    .getByRole('button', { name: 'Record consent' })
    .click();
  await page.getByLabel('Words of the disclosure that was shown').fill('I agree to be called about my home.');
  await page.getByLabel(/^When/).fill('2026-01-05T10:00');
  await page.getByLabel(/^How/).fill('web form');
  await click('Record it');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // Duplicates.
  await page.goto(`/agent/campaigns/${campaign}/setup/duplicates`);
  await settled(page);
  await page.screenshot({ path: 'screenshots/light-1280/story-duplicates.png' });
  const all = page.getByRole('button', { name: /^Take out all/ });
  if (await all.count()) {
    await all.click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Take out/ })
      .click();
  }
  await click('Go on to scripts');

  // Scripts, with a reload in the middle of the writing.
  await expect(page.getByText(/seconds spoken/)).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-template.png' });
  await start(/^Write \d+ scripts$/, 'GenerateScripts');
  await page.reload();
  await page.goto(`/agent/campaigns/${campaign}/setup/review`);
  await expect(page.getByText(/of \d+ in this queue/)).toBeVisible({ timeout: 240_000 });

  // The review by keyboard alone.
  const tally = page.getByText(/approved, .* wait$/);
  const left = async () => Number(/(\d+) wait/.exec((await tally.textContent()) ?? '')?.[1]);
  const before = await left();
  await page.keyboard.press('Shift+?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('a');
  await expect.poll(left).toBe(before - 1);
  await page.keyboard.press('u');
  await expect.poll(left).toBe(before);
  await page.keyboard.press('j');
  await expect(page.getByText(/^2 of/)).toBeVisible();
  await page.keyboard.press('k');
  await page.keyboard.press('e');
  const words = page.getByLabel('Words');
  await words.press('End');
  await words.press('Control+End');
  await words.pressSequentially(' Have a good day.');
  await words.press('Control+s');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('Have a good day.')).toBeVisible();
  await page.keyboard.press('r');
  await page.getByLabel('What is wrong').fill('Too long');
  await page.keyboard.press('Enter');
  await expect.poll(left).toBe(before - 1);
  await page.keyboard.press('u');
  await expect.poll(left).toBe(before);
  for (let n = before; n > 1; n -= 1) {
    await page.keyboard.press('a');
    await expect.poll(left, { intervals: [30, 50, 100] }).toBe(n - 1);
  }
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { name: 'Everything is reviewed' })).toBeVisible();

  // Audio, with a reload in the middle.
  await page.getByRole('link', { name: 'Go on to audio' }).click();
  await start(/^Speak \d+ scripts?$/, 'RenderAudio');
  await page.reload();
  const onward = page.getByRole('link', { name: 'Go on to the final review' });
  await expect(onward).toBeVisible({ timeout: 180_000 });
  await expect(page.getByRole('heading', { name: 'Listen to what was spoken' })).toBeVisible();
  await expect(page.getByLabel(/^Audio for/).first()).toBeVisible();
  await onward.click();

  // The final review: number, an end, listening, approving.
  await page.getByRole('combobox', { name: 'Number that recipients see' }).click();
  await page.getByRole('option').first().click();
  const kept = page.waitForResponse(answer =>
    (answer.request().postData() ?? '').includes('mutation SetSchedule'),
  );
  await page.getByLabel('Ends').fill(local(3));
  await kept;
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Listen to some' })).toBeVisible();
  const sound = page.locator('audio').first();
  await sound.evaluate(async (audio: HTMLAudioElement) => {
    audio.muted = true;
    await audio.play();
  });
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThan(0);
  await settled(page);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: 'screenshots/light-1280/story-final.png' });
  expect(await violations(page)).toEqual([]);
  await click('Approve the campaign');
  await click('Approve it');

  // Sent, watched live, and read.
  await expect(page.getByRole('heading', { name: /^Submit:/ })).toBeVisible();
  await settled(page);
  await page.screenshot({ path: 'screenshots/light-1280/story-submit.png' });
  await click('Submit');
  await click(/^Send to/);
  await expect(page.getByRole('log', { name: 'Activity' })).toContainText('Campaign submitted');
  await page.screenshot({ path: 'screenshots/light-1280/story-sending.png' });
  await page.reload();
  const pause = page.getByRole('button', { name: 'Pause' });
  await expect(pause).toBeVisible();
  await expect(pause).toHaveCount(0, { timeout: 600_000 });
  await page.getByRole('tab', { name: 'Digest' }).click();
  await expect(page.getByText(/were handed to the carrier/)).toBeVisible();
  const [pdf] = await Promise.all([page.waitForEvent('download'), click('Download as PDF')]);
  expect(pdf.suggestedFilename()).toMatch(/\.pdf$/);
  expect((await readFile(await pdf.path())).subarray(0, 5).toString()).toBe('%PDF-');
  await page.getByRole('tab', { name: 'Analytics' }).click();
  await settled(page);
  await page.screenshot({ path: 'screenshots/light-1280/story-analytics.png', fullPage: true });
  const [csv] = await Promise.all([page.waitForEvent('download'), click('Download as CSV')]);
  expect(csv.suggestedFilename()).toMatch(/\.csv$/);

  // The next campaign with the same list: everybody is in the one before, called today. One stays for a reason.
  await page.goto('/agent/campaigns?group=completed');
  await click('Copy Indian Wells farm');
  await page.getByRole('dialog').getByRole('button', { name: 'Make the copy' }).click();
  await page.locator('input[type=file]').setInputFiles(LIST);
  await click('Preview');
  await click(/^Import \d+ contacts$/);
  await page.getByRole('link', { name: 'Go on to duplicates' }).click({ timeout: 180_000 });
  const list = page.getByRole('region', { name: 'Duplicates' });
  await expect(list.getByRole('link', { name: 'Indian Wells farm' }).first()).toBeVisible();
  await expect(list.getByText(/0 days ago/).first()).toBeVisible();
  const others = page.getByRole('table', { name: 'Campaigns with the same contacts' });
  await expect(others.getByRole('link', { name: 'Indian Wells farm' })).toBeVisible();
  await expect(others.getByText('0 days ago').first()).toBeVisible();
  await expect(page.getByText('Called too recently').first()).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-duplicates.png' });
  expect(await violations(page)).toEqual([]);
  // Without an interval only those are left whom a campaign under way has, too.
  const interval = page.getByLabel('Least days between two calls of a person');
  const usual = await interval.inputValue();
  await interval.fill('0');
  await expect(page.getByText(/^within 0 days/)).toBeVisible();
  await expect(list.getByText(/0 days ago/)).toHaveCount(0);
  await interval.fill(usual);
  await expect(list.getByText(/0 days ago/).first()).toBeVisible();
  await list.getByRole('checkbox').nth(0).check();
  await list.getByRole('checkbox').nth(1).check();
  await click('Take out the 2 ticked');
  await page.getByLabel('Why the others stay').fill('Asked to be called again');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Take out/ })
    .click();
  // Done: nobody is ticked any more.
  await expect(page.getByRole('button', { name: 'Take out the 0 ticked' })).toBeDisabled();
  await click('Keep all');
  await page.getByLabel('Why they stay').fill('Asked to be called again');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep them and go on' }).click();
  await expect(page.getByRole('heading', { name: /^Scripts:/ })).toBeVisible();
  // On second thought nobody is called again so soon.
  await page.goBack();
  await expect(interval).toHaveValue(usual);
  await click('Take out everybody called too recently');
  const takeOut = page.getByRole('dialog').getByRole('button', { name: /^Take out/ });
  await expect(takeOut).toBeVisible();
  // Asked for only where somebody stays.
  const why = page.getByLabel('Why the others stay');
  if ((await why.count()) > 0) await why.fill('The other campaign waits for them');
  await takeOut.click();
  await expect(page.getByRole('button', { name: 'Take out everybody called too recently' })).toHaveCount(0);
  await expect(list.getByText(/0 days ago/)).toHaveCount(0);

  // What has ended is put out of sight, and comes back.
  await page.goto(`/agent/campaigns/${campaign}`);
  await click('Archive');
  await expect(page.getByRole('button', { name: 'Take out of the archive' })).toBeVisible();
  await page.goto('/agent/campaigns?group=completed');
  await settled(page);
  await expect(page.getByRole('link', { name: 'Indian Wells farm', exact: true })).toHaveCount(0);
  await page.goto('/agent/campaigns?group=archive');
  await page.getByRole('link', { name: 'Indian Wells farm', exact: true }).click();
  await click('Take out of the archive');
  await expect(page.getByRole('button', { name: 'Archive', exact: true })).toBeVisible();
});
