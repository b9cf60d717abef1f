// Trouble beyond the page: the server dies in the middle of its work, the carrier loses its answers.
import { farm } from './lists';
import { ask, change, expect, makeOrganization, settled, test, violations } from './page';
import { ownServer } from './serve';

/** Enough that the import is still under way when the server dies. */
const ROWS = 60_000;

test('a server that dies in the middle of an import is missed, found again, and ends the import', async ({
  browser,
}) => {
  const server = await ownServer(/(http\S+\/set-up\/\w+)/);
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  try {
    const page = await context.newPage();
    await page.goto(server.said);
    await makeOrganization(page, 'a long enough password 1');
    await expect(page.getByRole('heading', { name: 'Campaigns', level: 1 })).toBeVisible();
    await page.goto(`${server.origin}/agent/crm/imports`);
    await page.getByRole('button', { name: 'Import into the contact list' }).click();
    const file = { name: 'cut-short.csv', mimeType: 'text/csv', buffer: farm(ROWS, 442) };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Preview' }).click();
    const begin = page.getByRole('button', { name: 'Import 60,000 contacts' });
    await expect(begin).toBeEnabled({ timeout: 180_000 });
    await begin.click();
    const bar = page.getByRole('progressbar', { name: 'Importing cut-short.csv' });
    await expect(bar).toBeVisible();
    await expect(page.getByText(/rows · .* a second/)).toBeVisible();

    await server.kill();
    const lost = page.getByText('The connection is lost');
    await expect(lost).toBeVisible();
    // What was known last stays in sight, and nobody has to load the page again.
    await expect(bar).toBeVisible();
    await page.screenshot({ path: 'screenshots/light-1280/story-server-gone.png' });
    expect(await violations(page)).toEqual([]);

    await server.startAgain();
    await expect(lost).toHaveCount(0);
    await expect(page.getByText(/^60,000 rows: 60,000 new contacts · /)).toBeVisible({ timeout: 300_000 });
    await expect(bar).toHaveCount(0);
    // Still signed in, and the page works as before.
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Contacts', level: 1 })).toBeVisible();
    await expect(page.getByRole('link', { name: /^Owner \d+ / }).first()).toBeVisible();
  } finally {
    await context.close();
    await server.end();
  }
});

interface Standing {
  campaign: {
    status: string;
    counters: { notSent: number; queued: number; inDoubt: number; delivered: number; failed: number };
  };
}

test('voicemails in doubt are shown as they come, and settled by hand', async ({ browser }) => {
  const sandbox = 10_000 + Math.floor(Math.random() * 10_000);
  // A carrier that remembers no keys: an answer that is lost is in doubt at once, not after a day.
  const server = await ownServer(/\/sign-in\/([\w-]+)/, {
    args: ['--demo'],
    env: {
      VOICEDROP__PROVIDERS__CARRIER: 'drop_cowboy_v1',
      VOICEDROP__SANDBOX__PORT: String(sandbox),
      VOICEDROP__SANDBOX__CLOCK_OFFSET_SECONDS: process.env.SERVER_AHEAD_SECONDS,
    },
  });
  const context = await browser.newContext({
    baseURL: server.origin,
    storageState: { cookies: [], origins: [] },
  });
  try {
    const page = await context.newPage();
    await page.goto(`/sign-in/${server.said}`);
    await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();

    // The half-reviewed campaign, made ready.
    const { campaigns } = await ask<{ campaigns: { nodes: { id: string; status: string }[] } }>(
      page,
      '{ campaigns { nodes { id status } } }',
    );
    const id = campaigns.nodes.find(c => c.status === 'REVIEW')?.id ?? '';
    const standing = async () =>
      (
        await ask<Standing>(
          page,
          `{ campaign(id: "${id}") { status counters { notSent queued inDoubt delivered failed } } }`,
        )
      ).campaign;
    await change(page, `reviewScripts(campaignId: "${id}", allPending: true, review: APPROVED)`);
    await change(page, `renderAudio(id: "${id}")`);
    await expect.poll(async () => (await standing()).status, { timeout: 120_000 }).toBe('REVIEW');
    const inAnHour = Date.now() + Number(process.env.SERVER_AHEAD_SECONDS) * 1_000 + 3_600_000;
    await change(page, `setSchedule(id: "${id}", schedule: {end: "${new Date(inAnHour).toISOString()}"})`);
    await change(page, `approveCampaign(id: "${id}")`);

    // Sent through a carrier that takes everything, answers nothing and reports nothing, while somebody looks on.
    const trouble = await fetch(`http://127.0.0.1:${sandbox}/sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sends: { lost_answer: 1 }, reports: { lost: 1 } }),
    });
    expect(trouble.status).toBe(200);
    await page.goto(`/agent/campaigns/${id}`);
    await settled(page);
    await expect(page.getByRole('heading', { name: 'In doubt', exact: true })).toHaveCount(0);
    await change(page, `submitCampaign(id: "${id}")`);
    await expect(page.getByRole('heading', { name: 'In doubt', exact: true })).toBeVisible();
    const underWay = async () => {
      const { notSent, queued } = (await standing()).counters;
      return notSent + queued;
    };
    await expect.poll(underWay, { timeout: 120_000 }).toBe(0);
    const { inDoubt } = (await standing()).counters;
    expect(inDoubt).toBeGreaterThan(2);
    await expect(page.getByText(new RegExp(`, ${inDoubt} in doubt$`))).toBeVisible();
    const doubts = page.getByRole('region', { name: 'Voicemails in doubt' });
    await expect(doubts.getByText('the answer was lost').first()).toBeVisible();
    await page.screenshot({ path: 'screenshots/light-1280/story-in-doubt.png', fullPage: true });
    expect(await violations(page)).toEqual([]);

    // Somebody has looked two of them up in the carrier's own record.
    const dialog = page.getByRole('dialog');
    await doubts
      .getByRole('button', { name: /^It was left: / })
      .first()
      .click();
    await dialog.getByRole('button', { name: 'It was left in the mailbox' }).click();
    await expect(page.getByText(new RegExp(`, ${inDoubt - 1} in doubt$`))).toBeVisible();
    await expect(dialog).toHaveCount(0);
    await doubts
      .getByRole('button', { name: /^It was not left: / })
      .first()
      .click();
    await dialog.getByRole('button', { name: 'It was not left', exact: true }).click();
    await expect(page.getByText(new RegExp(`, ${inDoubt - 2} in doubt$`))).toBeVisible();
    await expect(dialog).toHaveCount(0);
    const { counters } = await standing();
    expect(counters).toMatchObject({ inDoubt: inDoubt - 2, delivered: 1, failed: 1 });
    // And so it stays.
    await page.reload();
    await expect(page.getByText(new RegExp(`, ${inDoubt - 2} in doubt$`))).toBeVisible();
  } finally {
    await context.close();
    await server.end();
  }
});
