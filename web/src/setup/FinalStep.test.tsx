// The final review: nothing is approved that could not be sent.
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { Whole } from '../campaign/useCampaign';
import { drawn } from '../testing';
import { FinalStep } from './FinalStep';

afterEach(cleanup);

const campaign = {
  id: 'campaign:1',
  status: 'REVIEW',
  updatedAt: '2026-11-18T19:00:00Z',
  callerId: null,
  schedule: { start: null, end: null, windows: [], days: [], perMinute: null, perDay: null },
  counters: {
    contacts: 2,
    scriptsPending: 0,
    scriptsApproved: 2,
    scriptsRejected: 0,
    scriptsNeedsRevision: 0,
    audioRendered: 2,
  },
} as unknown as Whole;

const answers = (blockers: { about: string; message: string }[]) => ({
  PrecheckOf: () => ({
    precheck: {
      contacts: 2,
      ready: 2,
      stopped: 0,
      eligible: 2,
      held: 0,
      blocked: 0,
      obstacles: [],
      earliestRelease: null,
      costEstimate: 100,
    },
  }),
  OutlookOf: () => ({
    readiness: { ready: blockers.length === 0, blockers, warnings: [] },
    forecast: { finish: null, called: 2, tooLate: 0, unknown: 0 },
  }),
});

test('what keeps it from being sent is led to, and the approval waits for it', async () => {
  const blockers = [
    { about: 'CALLER_ID', message: 'the campaign has no caller id; choose one of the organization’s' },
    { about: 'FUNDS', message: 'the carrier account has no funds; top it up in the dashboard' },
  ];
  drawn(<FinalStep campaign={campaign} />, answers(blockers));
  const fix = await screen.findByRole('link', { name: 'Choose the number' });
  expect(fix.getAttribute('href')).toBe('/agent/campaigns/campaign:1/setup/final#number');
  expect(screen.getByText(/In the carrier’s own dashboard/)).toBeTruthy();
  await screen.findByText('Eligible now');
  expect(screen.getByRole('button', { name: 'Approve the campaign' })).toHaveProperty('disabled', true);
});

test('with nothing in the way it can be approved', async () => {
  drawn(<FinalStep campaign={campaign} />, answers([]));
  const approve = await screen.findByRole('button', { name: 'Approve the campaign' });
  await waitFor(() => expect(approve).toHaveProperty('disabled', false));
});
