// What a look for duplicates leads to.
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Whole } from '../campaign/useCampaign';
import type { Answers } from '../testing';
import { drawn } from '../testing';
import { DuplicatesStep } from './DuplicatesStep';

afterEach(cleanup);

const campaign = {
  id: 'campaign:1',
  status: 'DRAFT',
  minIntervalDays: null,
  duplicateResolution: null,
  updatedAt: '2026-11-18T19:00:00Z',
  counters: { contacts: 40 },
} as unknown as Whole;

const answers = (duplicates: number): Answers => ({
  CallerIds: () => ({ organization: { callerIds: [], settings: { minIntervalDays: 30 } } }),
  Duplicates: () => ({ duplicates: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } }),
  DuplicateReport: ({ minIntervalDays }) => ({
    duplicateReport: {
      contacts: 40,
      duplicates,
      tooRecent: Math.min(3, duplicates),
      minIntervalDays,
      conflicts: [
        {
          campaignId: 'campaign:2',
          name: 'Desert farm',
          visible: true,
          status: 'COMPLETED',
          contacts: duplicates,
          tooRecent: 3,
          lastContactedAt: null,
          daysSince: 4,
        },
        {
          campaignId: 'campaign:3',
          name: 'Another agent’s campaign',
          visible: false,
          status: 'DRAFT',
          contacts: 1,
          tooRecent: 0,
          lastContactedAt: null,
          daysSince: null,
        },
      ],
      recommendations: [{ advice: 'Wait until December.', basis: '3 contacts were called 4 days ago.' }],
    },
  }),
  ResolveDuplicates: () => ({ it: { __typename: 'CampaignChanged', position: 'p9' } }),
});

test('what was found is summed up, and only what may be opened is led to', async () => {
  drawn(<DuplicatesStep campaign={campaign} />, answers(5));
  await screen.findByText('Wait until December.');
  expect(screen.getByText('3 contacts were called 4 days ago.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Desert farm' }).getAttribute('href')).toBe(
    '/agent/campaigns/campaign:2',
  );
  expect(screen.getByText('4 days ago')).toBeTruthy();
  expect(screen.getByText('Another agent’s campaign').closest('a')).toBeNull();
});

test('a shorter interval is kept by going on', async () => {
  const { asked } = drawn(<DuplicatesStep campaign={campaign} />, answers(0));
  await screen.findByRole('heading', { name: 'No duplicates' });
  fireEvent.change(screen.getByLabelText('Least days between two calls of a person'), {
    target: { value: '7' },
  });
  await screen.findByText(/called within 7 days/);
  fireEvent.click(screen.getByRole('button', { name: 'Go on to scripts' }));
  await screen.findByText('Elsewhere');
  expect(asked.filter(([name]) => name === 'ResolveDuplicates').map(([, given]) => given)).toEqual([
    { id: 'campaign:1', decision: { keepReason: null, minIntervalDays: 7 } },
  ]);
});

test('what was decided already is not decided again', async () => {
  const decided = { ...campaign, minIntervalDays: 14, duplicateResolution: { kept: false } } as Whole;
  const { asked } = drawn(<DuplicatesStep campaign={decided} />, answers(0));
  const go = await screen.findByRole('button', { name: 'Go on to scripts' });
  await waitFor(() => expect(go).toHaveProperty('disabled', false));
  fireEvent.click(go);
  await screen.findByText('Elsewhere');
  expect(asked.map(([name]) => name)).not.toContain('ResolveDuplicates');
});
