// A row of the campaign list, live.
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { drawn } from '../testing';
import { LiveNumbers } from './LiveNumbers';
import type { Row } from './LiveRow';
import { LiveRow } from './LiveRow';
import { primaryAction } from './steps';

afterEach(cleanup);

const row = {
  id: 'campaign:1',
  name: 'Desert farm',
  status: 'ACTIVE',
  updatedAt: '2026-11-18T19:00:00Z',
  schedule: { start: null },
  counters: { contacts: 40, attempted: 10, delivered: 8, listened: 0 },
  results: { listeningReported: true },
} as unknown as Row;

const told = (changes: object) => ({ CampaignLive: () => ({ campaignProgress: { ...row, ...changes } }) });

test('a campaign that went on by itself shows where it is, and has the list read again', async () => {
  const moved = vi.fn();
  drawn(
    <LiveRow row={row} moved={moved}>
      {now => <p>{`${now.status}: ${primaryAction(now.id, now).name}`}</p>}
    </LiveRow>,
    told({ status: 'COMPLETED', updatedAt: '2026-11-18T19:05:00Z' }),
  );
  await screen.findByText('COMPLETED: Read the digest');
  await waitFor(() => expect(moved).toHaveBeenCalled());
});

test('what was told before the list was read does not take its place', () => {
  drawn(
    <LiveRow row={row}>{now => <p>{now.status}</p>}</LiveRow>,
    told({ status: 'SUBMITTED', updatedAt: '2026-11-18T18:00:00Z' }),
  );
  expect(screen.getByText('ACTIVE')).toBeTruthy();
});

test('nobody listened and nobody says so are two things', () => {
  drawn(<LiveNumbers row={row} />, {});
  expect(screen.getByText('10 / 8 / 0')).toBeTruthy();
  cleanup();
  drawn(<LiveNumbers row={{ ...row, results: { listeningReported: false } }} />, {});
  expect(screen.getByText('10 / 8 / not reported')).toBeTruthy();
});
