// The first run of an installation: nobody is there, the printed link makes the first admin, and says what is still missing.
import { expect, makeOrganization, settled, test, violations } from './page';
import { ownServer } from './serve';

test('the printed link makes the first admin, once', async ({ browser }) => {
  const server = await ownServer(/(http\S+\/set-up\/\w+)/);
  const link = server.said;
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  try {
    const page = await context.newPage();
    await page.goto(link.slice(0, -1) + (link.endsWith('0') ? '1' : '0'));
    const fill = (password: string) => makeOrganization(page, password);
    await fill('a long enough password 1');
    await expect(page.getByRole('alert')).toContainText('not the link that the server printed');
    await page.goto(link);
    await fill('short');
    await expect(page.getByRole('alert')).toContainText('password');
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: 'screenshots/light-1280/set-up.png' });
    await page.getByRole('textbox', { name: 'Password' }).fill('a long enough password 1');
    await page.getByRole('button', { name: 'Make the organization' }).click();

    // In, and told what comes first.
    await expect(page.getByRole('heading', { name: 'Campaigns', level: 1 })).toBeVisible();
    await expect(page.getByText('Before the first campaign can be sent')).toBeVisible();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: 'screenshots/light-1280/first-run.png' });
    await page.getByRole('link', { name: 'Switch a state on' }).click();
    await expect(page.getByRole('heading', { name: 'Settings: States' })).toBeVisible();

    // The same link does nothing more.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(link);
    await fill('a long enough password 2');
    await expect(page.getByRole('alert')).toContainText('has its first admin');
    await page.goto(`${new URL(link).origin}/sign-in/void`);
    await expect(page.getByText('This link no longer signs anybody in')).toBeVisible();
    await page.getByLabel('E-mail address').fill('rosa@example.com');
    await page.getByRole('textbox', { name: 'Password' }).fill('a long enough password 1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Campaigns', level: 1 })).toBeVisible();
  } finally {
    await context.close();
    await server.end();
  }
});
