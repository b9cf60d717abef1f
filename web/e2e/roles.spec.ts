// What people of other roles see and may do, and what the page does when something is wrong.
import { execFileSync } from 'node:child_process';
import { ask, expect, person, settled, test, violations } from './page';

interface Found {
  campaigns: {
    nodes: {
      id: string;
      status: string;
      contacts: {
        nodes: {
          contact: {
            phone: string;
            name: string;
            history: { nodes: { eventType: string; recordedAt: string }[] };
          };
        }[];
      };
    }[];
  };
}

/** What buttons say that change something. */
const CHANGING =
  /^(Add|Allow|Approve|Cancel|Copy|Declare|Delete|Edit|Halt|Import|Load(?! more)|Make|Let|Mark|Put|Pause|Pick|Record|Remove|Save|Submit|Switch|Take|Undo|Withdraw|Write)/;

test('an auditor replays a contact, also as of a date', async ({ page: admin, browser }) => {
  const { campaigns } = await ask<Found>(
    admin,
    '{ campaigns { nodes { id status contacts(deliveries: [LISTENED], first: 1) { nodes { contact { phone name history(first: 100) { nodes { eventType recordedAt } } } } } } } }',
  );
  const contact = campaigns.nodes.find(c => c.status === 'COMPLETED')?.contacts.nodes[0]?.contact;
  if (!contact) throw new Error('nobody has listened');
  const page = await person(admin, browser, 'AUDITOR');
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByLabel('Phone number').fill(contact.phone);
  await page.getByRole('button', { name: 'Replay' }).click();
  const history = page.getByLabel('History');
  await expect(page.getByText('Played', { exact: true })).toBeVisible();
  await expect(page.getByText('Cleared to be sent').first()).toBeVisible();
  await expect(page.getByRole('table', { name: 'Rules of the decision' }).first()).toContainText(
    'US.CONSENT',
  );
  await page.screenshot({ path: 'screenshots/light-1280/story-audit.png', fullPage: true });
  await page.getByLabel('As of').fill('2020-01-01T00:00');
  await page.getByRole('button', { name: 'Replay' }).click();
  await expect(page.getByText('Nothing had happened yet')).toBeVisible();
  await expect(history).toHaveCount(0);
  // Just before it was played: all that led to it is there, and nothing of what came later.
  const played = contact.history.nodes.find(entry => entry.eventType === 'Listened');
  const before = new Date(new Date(played?.recordedAt ?? '').getTime() - 1).toISOString();
  await page.goto(`/audit?number=${encodeURIComponent(contact.phone)}&asOf=${encodeURIComponent(before)}`);
  await expect(page.getByText('Contact made').first()).toBeVisible();
  await expect(page.getByText('Cleared to be sent').first()).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'As it stood on' })).toBeVisible();
  await expect(page.getByText('Played', { exact: true })).toHaveCount(0);
  // Back to today: the history is proven, what was spoken is heard, and the evidence is handed out.
  await page.goto(`/audit?number=${encodeURIComponent(contact.phone)}`);
  const proof = page.getByRole('status', { name: 'Unaltered' });
  await expect(proof).toContainText(/events? (is|are) proven by the checkpoint of/);
  await page.getByText('The checkpoint, to be kept elsewhere').click();
  await expect(page.getByLabel('Checkpoint', { exact: true })).toContainText(/voicedrop\/[0-9a-f-]+/);
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  await page.screenshot({ path: 'screenshots/light-390/story-audit-proof.png', fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByText('What it was decided on').first().click();
  await expect(page.getByRole('table', { name: 'Inputs of the decision' }).first()).toContainText(
    'Lists looked at',
  );
  await page.getByRole('button', { name: 'Hear this recording' }).first().click();
  await expect(history.getByRole('blockquote')).toContainText(/\w/);
  const sound = history.locator('audio');
  await sound.evaluate(async (audio: HTMLAudioElement) => {
    audio.muted = true;
    await audio.play();
  });
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThan(0);
  expect(await violations(page)).toEqual([]);
  const [evidence] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the evidence' }).click(),
  ]);
  expect(evidence.suggestedFilename()).toMatch(/^evidence-.*\.zip$/);
  // Whoever gets it checks it without the server.
  const checked = execFileSync(process.env.VOICEDROP_BIN ?? '../target/debug/voicedrop', [
    'evidence',
    'check',
    await evidence.path(),
  ]);
  expect(checked.toString()).toMatch(/ok +events/);
  for (const section of ['states', 'permits', 'members']) {
    await page.goto(`/settings/${section}`);
    await settled(page);
    await expect(page.locator('main').getByRole('button', { name: CHANGING })).toHaveCount(0);
  }
  await page.goto('/settings/reports');
  await expect(page.getByText('Match nothing')).toBeVisible();
});

test('a viewer can change nothing', async ({ page: admin, browser }) => {
  const { campaigns, contacts } = await ask<{
    campaigns: { nodes: { id: string; status: string }[] };
    contacts: { nodes: { id: string }[] };
  }>(admin, '{ campaigns { nodes { id status } } contacts(first: 1) { nodes { id } } }');
  const page = await person(admin, browser, 'VIEWER');
  await expect(page.getByRole('link', { name: 'New campaign' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Audit' })).toHaveCount(0);
  // Of the same team as the agent, so that there is something to look at.
  const { teamId } = (
    await ask<{ it: { teamId: string } }>(
      admin,
      'mutation { it: createTeam(name: "Desert") { ... on TeamCreated { teamId } } }',
    )
  ).it;
  for (const whose of [page, admin]) {
    const { viewer } = await ask<{ viewer: { userId: string } }>(whose, '{ viewer { userId } }');
    await ask(
      admin,
      'mutation($team: ID!, $user: ID!) { it: joinTeam(teamId: $team, userId: $user) { __typename } }',
      { team: teamId, user: viewer.userId },
    );
  }
  const made = await ask<{ it: { campaignId: string } }>(
    admin,
    'mutation($team: ID!) { it: createCampaign(input: {name: "Of the team", type: CUSTOM, teamId: $team}) { ... on CampaignChanged { campaignId } } }',
    { team: teamId },
  );
  const own = made.it.campaignId;
  const settings = ['organization', 'members', 'teams', 'caller-ids', 'voices', 'states', 'permits', 'rules'];
  for (const path of [
    '/agent/campaigns',
    '/agent/campaigns/new',
    `/agent/campaigns/${own}`,
    `/agent/campaigns/${own}/contacts`,
    `/agent/campaigns/${own}/scripts`,
    `/agent/campaigns/${own}/setup/details`,
    `/agent/campaigns/${own}/setup/import`,
    `/agent/campaigns/${own}/setup/final`,
    '/agent/results',
    '/audit',
    '/agent/crm/contacts',
    '/agent/crm/imports',
    ...[...settings, 'suppression', 'sending', 'inbound', 'reports'].map(section => `/settings/${section}`),
  ]) {
    await page.goto(path);
    await settled(page);
    const doing = page.locator('main').getByRole('button', { name: CHANGING });
    expect([path, await doing.allTextContents()]).toEqual([path, []]);
  }
  // What is not offered is not taken either.
  for (const change of [
    `createCampaign(input: {name: "Mine", type: CUSTOM})`,
    `submitCampaign(id: "${campaigns.nodes[0]?.id ?? ''}")`,
    `optOut(id: "${contacts.nodes[0]?.id ?? ''}", channel: AGENT)`,
    `haltSending(reason: "No")`,
  ]) {
    await expect(ask(page, `mutation { it: ${change} { __typename } }`)).rejects.toThrow(
      /FORBIDDEN|NOT_FOUND/,
    );
  }
});

test('a lost connection is said, and goes away by itself', async ({ page, context }) => {
  await page.goto('/agent/campaigns');
  await settled(page);
  await expect(page.getByLabel('Name')).toBeVisible();
  await context.setOffline(true);
  await page.getByLabel('Name').fill('desert');
  await expect(page.getByText('The connection is lost')).toBeVisible();
  await page.screenshot({ path: 'screenshots/light-1280/story-offline.png' });
  await context.setOffline(false);
  await expect(page.getByText('The connection is lost')).toHaveCount(0);
});

test('a session that has ended leads to the sign-in page and back', async ({ page: admin, browser }) => {
  const page = await person(admin, browser, 'AGENT');
  await page.goto('/settings/account');
  await page.getByRole('textbox', { name: 'New password' }).fill('a long enough password 1');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('You were signed out')).toBeVisible();
  await page.getByLabel('E-mail address').fill('nobody@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Not signed in');
});

test('a wrong key of an account is refused in words', async ({ page }) => {
  const made = await ask<{ it: { campaignId: string } }>(
    page,
    'mutation { it: createCampaign(input: {name: "Mojo", type: CUSTOM}) { ... on CampaignChanged { campaignId } } }',
  );
  await page.goto(`/agent/campaigns/${made.it.campaignId}/setup/import?from=MOJO_DIALER`);
  await page.getByRole('textbox', { name: /^Your key/ }).fill('not-a-key');
  await page.getByRole('button', { name: 'Try it and connect' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Not done' })).toBeVisible();
});

test('the palette goes anywhere by keyboard', async ({ page }) => {
  await page.goto('/agent/campaigns');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByLabel('Search').last().fill('Suppression');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Settings: Suppression' })).toBeVisible();
});
