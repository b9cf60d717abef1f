// Long work goes on past a reload in its middle, can be halted, and can be told to go on.
import { farm, numbers } from './lists';
import { ask, expect, settled, test, violations } from './page';

/** Enough that the work is still under way when it is looked at. */
const ROWS = 1_000;

test('writing and speaking go on past a reload, and past a halt', async ({ page }) => {
  test.setTimeout(900_000);
  const made = await ask<{ it: { campaignId: string } }>(
    page,
    'mutation { it: createCampaign(input: {name: "Long work", type: CUSTOM}) { ... on CampaignChanged { campaignId } } }',
  );
  const setup = `/agent/campaigns/${made.it.campaignId}/setup`;
  await page.goto(`${setup}/import`);
  const file = { name: 'long.csv', mimeType: 'text/csv', buffer: farm(ROWS, 951) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Import 1,000 contacts' }).click();
  await expect(page.getByText('1,000 contacts are in the campaign.')).toBeVisible({ timeout: 120_000 });

  // Written by a model, halted, and gone on with.
  await page.goto(`${setup}/scripts`);
  await page.getByRole('combobox', { name: 'Written by' }).click();
  await page.getByRole('option', { name: /groq/ }).click();
  await page.getByRole('button', { name: 'Write 1,000 scripts' }).click();
  const writing = page.getByRole('progressbar', { name: 'Writing scripts' });
  await expect(writing).toBeAttached();
  await page.reload();
  await expect(writing).toBeAttached();
  await page.getByRole('button', { name: 'Halt', exact: true }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('The seller is on the phone');
  await page.getByRole('dialog').getByRole('button', { name: 'Halt' }).click();
  await expect(page.getByText('Halted by a person')).toBeVisible();
  await page.reload();
  await expect(page.getByText('The seller is on the phone')).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-halted.png' });
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expect(page.getByText('The scripts are written; the review goes on.')).toBeVisible({
    timeout: 300_000,
  });

  // Reviewed many at once: the whole queue only after some were read.
  await page.goto(`${setup}/review`);
  await page.getByText('Many at once').click();
  const all = page.getByRole('button', { name: 'Approve the whole queue' });
  await expect(all).toBeDisabled();
  const read = page.getByRole('button', { name: /^Read the script for/ });
  for (let n = 0; n < 3; n += 1) await read.nth(n).click();
  await expect(all).toBeEnabled();
  await expect(all).toContainText('1,000 scripts');
  // What was read stays read when it is closed.
  await read.first().click();
  await expect(all).toBeEnabled();
  await page.screenshot({ path: 'screenshots/light-1280/story-bulk-review.png' });
  await page.getByLabel('All shown').check();
  await page.getByRole('button', { name: 'Approve 50 scripts' }).click();
  await expect(page.getByText(/^50 approved, .* 950 wait$/)).toBeVisible();

  // Those are spoken already while the others wait.
  await page.goto(`${setup}/audio`);
  await page.getByRole('button', { name: 'Speak 50 scripts' }).click();
  const speaking = page.getByRole('progressbar', { name: 'Speaking scripts' });
  await expect(speaking).toBeAttached();
  await page.reload();
  await expect(speaking).toBeAttached();
  await expect(page.getByText(/of 50 scripts/)).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-speaking.png' });
  await expect(page.getByText('All approved scripts are spoken')).toBeVisible({ timeout: 300_000 });

  await page.goto(`${setup}/review`);
  await page.getByText('Many at once').click();
  for (let n = 0; n < 3; n += 1) await read.nth(n).click();
  await expect(all).toContainText('950 scripts');
  await all.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve all' }).click();
  await expect(page.getByRole('heading', { name: 'Everything is reviewed' })).toBeVisible({
    timeout: 120_000,
  });
  await settled(page);
});

test('a list of numbers is loaded past a reload', async ({ page }) => {
  await page.goto('/settings/suppression');
  await settled(page);
  const buffer = numbers(1_000_000, 212);
  await page
    .locator('main input[type=file]')
    .setInputFiles({ name: 'litigators.txt', mimeType: 'text/plain', buffer });
  await page.getByRole('combobox', { name: 'Which list' }).click();
  await page.getByRole('option', { name: 'Known litigators' }).click();
  await page.getByRole('textbox', { name: 'Version' }).fill('2026-01');
  await page.getByLabel('Obtained').fill('2026-01-05T10:00');
  await page.getByRole('button', { name: 'Load it' }).click();

  const bar = page.getByRole('progressbar', { name: /^Known litigators, 2026-01: / });
  await expect(bar).toBeVisible();
  await page.reload();
  await expect(bar).toBeVisible();
  await expect(page.getByText(/lines · .* a second · .* left/)).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-loading-a-list.png' });
  expect(await violations(page)).toEqual([]);
  await expect(bar).toHaveCount(0, { timeout: 300_000 });
  const row = page
    .getByRole('table', { name: 'Suppression lists' })
    .getByRole('row')
    .filter({ hasText: 'Known litigators' });
  await expect(row).toContainText('1,000,000');
});
