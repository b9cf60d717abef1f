// A program is told by a webhook: the endpoint is added, tried, fails, is tried again, and is removed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, settled, test, violations } from './page';

interface Told {
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** A receiver on this machine, which is all that the sandbox sends to. */
async function receiver(answer: () => number) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      response.writeHead(answer()).end();
    });
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { told, origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

test('a program is told by a webhook, and the log says what came of it', async ({ page }) => {
  let answer = 204;
  const { told, origin, close } = await receiver(() => answer);
  try {
    await page.goto('/settings/notifications');
    await settled(page);
    const address = page.getByRole('textbox', { name: 'Address', exact: true });
    // Elsewhere nothing may be sent while the sandbox is on.
    await address.fill('https://hooks.example.com/voicedrop');
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'this machine' })).toBeVisible();

    await address.fill(`${origin}/a-path-that-is-a-secret`);
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    await expect(page.getByText('The secret of the endpoint')).toBeVisible();
    await expect(page.getByText(/whsec_/)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have it' }).click();
    await expect(page.getByText(/whsec_/)).toHaveCount(0);
    await expect(page.locator('main')).not.toContainText('a-path-that-is-a-secret');

    // Tried: it comes signed, and the log has it without a reload.
    await page.getByRole('button', { name: `Send a test to ${origin}` }).click();
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    const rows = page
      .getByRole('region', { name: 'Notifications' })
      .getByRole('row')
      .filter({ hasText: origin });
    const row = rows.first();
    await expect(row).toContainText('Taken');
    await expect(row).toContainText('204');

    // A new secret is shown once; the one before it signs beside it.
    await page.getByRole('button', { name: `New secret for ${origin}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
    await expect(page.getByText(`The new secret of ${origin}`)).toBeVisible();
    await expect(page.getByText(/whsec_/)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have it' }).click();
    await expect(page.getByText(/whsec_/)).toHaveCount(0);
    await expect(page.getByText(/The secret before also signs until/)).toBeVisible();
    await page.getByRole('button', { name: `Send a test to ${origin}` }).click();
    await expect.poll(() => told.length).toBe(2);
    expect(told[1]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    await expect(rows.filter({ hasText: 'Taken' })).toHaveCount(2);

    // Sent again, to a receiver that fails: what it answered is said.
    answer = 500;
    await row.getByRole('button', { name: /^Send again to/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send it again' }).click();
    await expect.poll(() => told.length).toBeGreaterThan(2);
    await expect(rows.filter({ hasText: 'To be sent' })).toContainText('500');
    await page.screenshot({ path: 'screenshots/light-1280/story-notifications.png', fullPage: true });

    await page.getByRole('button', { name: `Remove ${origin}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
    await expect(page.getByRole('button', { name: `Send a test to ${origin}` })).toHaveCount(0);
  } finally {
    close();
  }
});
