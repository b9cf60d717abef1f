// Every screen, light and dark, wide and narrow: a picture of each, and what axe finds.
import type { Page } from '@playwright/test';
import { ask, expect, settled, test, violations } from './page';

interface Campaigns {
  campaigns: {
    nodes: {
      id: string;
      status: string;
      contacts: { nodes: { contactId: string; contact: { phone: string } }[] };
    }[];
  };
}

async function screens(page: Page): Promise<[string, string][]> {
  const { campaigns } = await ask<Campaigns>(
    page,
    '{ campaigns(first: 50) { nodes { id status contacts(first: 1) { nodes { contactId contact { phone } } } } } }',
  );
  const completed = campaigns.nodes.find(c => c.status === 'COMPLETED');
  const review = campaigns.nodes.find(c => c.status === 'REVIEW');
  const made = await ask<{ it: { campaignId: string } }>(
    page,
    'mutation { it: createCampaign(input: {name: "Palm Desert expireds", type: NEIGHBORHOOD_EXPIREDS, neighborhood: "Ironwood"}) { ... on CampaignChanged { campaignId } } }',
  );
  const person = completed?.contacts.nodes[0];
  if (!completed || !review || !person) throw new Error('the demonstration is not as expected');
  const done = `/agent/campaigns/${completed.id}`;
  const half = `/agent/campaigns/${review.id}`;
  const draft = `/agent/campaigns/${made.it.campaignId}/setup`;
  return [
    ['campaigns', '/agent/campaigns'],
    ['campaigns-none', '/agent/campaigns?name=nothing-is-called-so'],
    ['new-campaign', '/agent/campaigns/new'],
    ['setup-details', `${draft}/details`],
    ['setup-import', `${draft}/import`],
    ['setup-import-crm', `${draft}/import?from=crm`],
    ['setup-import-google', `${draft}/import?from=GOOGLE_CONTACTS`],
    ['setup-import-mojo', `${draft}/import?from=MOJO_DIALER`],
    ['setup-duplicates', `${draft}/duplicates`],
    ['setup-scripts', `${draft}/scripts`],
    ['setup-review', `${half}/setup/review`],
    ['setup-audio', `${half}/setup/audio`],
    ['setup-final', `${half}/setup/final`],
    ['setup-submit', `${half}/setup/submit`],
    ['campaign', done],
    ['campaign-review', half],
    ['campaign-contacts', `${done}/contacts`],
    ['campaign-scripts', `${done}/scripts`],
    ['campaign-analytics', `${done}/analytics`],
    ['campaign-digest', `${done}/digest`],
    ['results', '/agent/results'],
    ['results-writers', '/agent/results?by=WRITER&days=90'],
    ['contacts', '/agent/crm/contacts'],
    ['contact', `/agent/crm/contacts/${person.contactId}`],
    ['imports', '/agent/crm/imports'],
    ['audit', '/audit'],
    ['audit-replay', `/audit?number=${encodeURIComponent(person.contact.phone)}`],
    ...[
      'account',
      'organization',
      'members',
      'teams',
      'caller-ids',
      'providers',
      'voices',
      'states',
      'permits',
      'rules',
      'suppression',
      'sending',
      'inbound',
      'notifications',
      'reports',
    ].map((section): [string, string] => [`settings-${section}`, `/settings/${section}`]),
    ['not-found', '/nowhere'],
  ];
}

const LOOKS = (['light', 'dark'] as const).flatMap(scheme => [1280, 390].map(width => ({ scheme, width })));

/** Goes to another screen as a link does, without loading the page anew. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(to => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await settled(page);
}

/** Controls of the screen that are in sight and in use, and that the keyboard does not reach. */
const unreached = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll<HTMLElement>(
        'main :is(a[href], button, input, select, textarea, summary, audio)',
      ),
    ];
    const missed = controls.filter(control => {
      const isUsed =
        control.isConnected &&
        control.getClientRects().length > 0 &&
        !control.matches(':disabled, [data-disabled], [aria-disabled=true]') &&
        // What only helps the mouse has another way by keyboard: arrows in a number, the option again in a choice.
        !control.closest('[aria-hidden=true]');
      if (!isUsed) return false;
      // Of tabs the open one is reached, and the others from it by the arrows; the steps of what is not made yet lead nowhere.
      const isRoving =
        control.getAttribute('role') === 'tab' &&
        control.closest('[role=tablist]')?.querySelector('[role=tab][tabindex="0"]');
      if (isRoving || (location.pathname.endsWith('/new') && control.closest('[aria-label=Steps]')))
        return false;
      control.focus({ preventScroll: true });
      return (control.tabIndex < 0 && control.tagName !== 'AUDIO') || document.activeElement !== control;
    });
    (document.activeElement as HTMLElement | null)?.blur();
    return missed.map(
      control => `${control.ariaLabel ?? control.textContent}: ${control.outerHTML.slice(0, 120)}`,
    );
  });

test('every screen is accessible in light and dark, 1280 and 390 wide, and by keyboard', async ({ page }) => {
  test.setTimeout(1_800_000);
  const errors: string[] = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(String(error)));
  await page.goto('/agent/campaigns');
  const found: string[] = [];
  for (const [name, path] of await screens(page)) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await go(page, path);
    for (const { scheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.evaluate(() => window.scrollTo(0, 0));
      await settled(page);
      const place = `${scheme}-${width}/${name}`;
      await page.screenshot({ path: `screenshots/${place}.png` });
      found.push(...(await violations(page)).map(v => `${place}: ${v}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) found.push(`${place}: ${wide} pixels wider than the screen`);
    }
    found.push(...(await unreached(page)).map(control => `${name}: not reached by keyboard: ${control}`));
  }
  expect(found).toEqual([]);
  expect(errors).toEqual([]);
});

test('the sign-in page is accessible, and says what is wrong', async ({ browser }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      baseURL: process.env.PAGE_URL ?? '',
      storageState: { cookies: [], origins: [] },
      colorScheme,
    });
    const page = await context.newPage();
    await page.goto('/agent/campaigns');
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toContainText('password is wrong');
    await page.screenshot({ path: `screenshots/${colorScheme}-1280/sign-in.png` });
    expect(await violations(page)).toEqual([]);
    await context.close();
  }
});
