// What the stories share: the page under test, its address, and people of other roles.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';

export { expect, test };

/** Asks the API as whoever is signed in on the page. */
export async function ask<T>(page: Page, query: string, variables: object = {}): Promise<T> {
  const answer = await page.request.post('/graphql', {
    data: { query, variables },
    headers: { 'x-csrf-token': await csrf(page) },
  });
  const said = (await answer.json()) as { data?: T; errors?: unknown };
  if (!said.data) throw new Error(JSON.stringify(said.errors));
  return said.data;
}

/** Changes something as `ask` does; a refusal is an error. */
export async function change(page: Page, what: string): Promise<void> {
  const { it } = await ask<{ it: { message?: string } }>(
    page,
    `mutation { it: ${what} { __typename ... on Refusal { message } } }`,
  );
  if (it.message !== undefined) throw new Error(`${what}: ${it.message}`);
}

async function csrf(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.find(cookie => cookie.name === 'vd_csrf')?.value ?? '';
}

/** Fills in what the link for the first admin asks for. */
export async function makeOrganization(page: Page, password: string): Promise<void> {
  await page.getByLabel('Name of the brokerage').fill('Indian Wells Realty');
  await page.getByLabel('Your name').fill('Rosa Marchetti');
  await page.getByLabel('E-mail address').fill('rosa@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Make the organization' }).click();
}

/** Lets somebody in and answers their own signed-in page. */
export async function person(admin: Page, browser: Browser, role: string): Promise<Page> {
  const name = `${role.toLowerCase()}-${Math.random().toString(36).slice(2, 8)}`;
  const made = await ask<{ it: { signInLink: string } }>(
    admin,
    `mutation($input: NewMember!) { it: addMember(input: $input) { ... on MemberAdded { signInLink } } }`,
    { input: { name, email: `${name}@example.com`, role } },
  );
  const context = await browser.newContext({
    baseURL: process.env.PAGE_URL ?? '',
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  await page.goto(new URL(made.it.signInLink).pathname);
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  return page;
}

/** What axe finds wrong on the page as it stands. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.flatMap(v =>
    v.nodes.map(n => `${v.id}: ${n.target.join(' ')} ${n.any[0]?.message ?? n.all[0]?.message ?? ''}`),
  );
}

/** Waits until a screen is there and nothing on it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page
    .getByText(/^Loading /)
    .first()
    .waitFor({ state: 'hidden' })
    .catch(() => undefined);
  await expect(page.getByText(/^Loading /)).toHaveCount(0);
}
