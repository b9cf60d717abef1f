// One import on the screen: what is said of it while it is taken in, and while it is taken back.
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { ImportWholeFragment } from '../graph/generated/graphql';
import type { Viewer } from '../shell/viewer';
import { ViewerContext } from '../shell/viewer';
import { drawn } from '../testing';
import { ImportCard } from './ImportCard';

afterEach(cleanup);

const start = {
  id: 'import:1',
  source: 'CSV_IMPORT',
  fileName: 'farm.csv',
  status: 'RUNNING',
  rows: 20_000,
  created: 19_000,
  duplicates: 1_000,
  rejected: 0,
  progress: { fraction: 0.5, rowsPerSecond: 4_000, secondsLeft: 5 },
  updatedAt: '2026-11-18T19:00:00Z',
} as unknown as ImportWholeFragment;

function draw(changes: Partial<ImportWholeFragment>) {
  const row = { ...start, ...changes };
  drawn(
    <ViewerContext value={{ role: 'AGENT' } as Viewer}>
      <ImportCard id={row.id} start={row} />
    </ViewerContext>,
    { ImportById: () => ({ import: row }) },
  );
}

test('an import says how fast it is and when it will be done', async () => {
  draw({});
  expect(await screen.findByText('20,000 rows · 4,000 a second · 5 s left')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
});

test('an undo says how far it is, and not the pace of the import that it takes back', async () => {
  draw({ status: 'UNDOING', undone: { removed: 9_500, kept: 0 } });
  expect(await screen.findByRole('progressbar', { name: 'Undoing farm.csv' })).toBeTruthy();
  expect(screen.getByText('9,500 of 19,000 contacts taken out')).toBeTruthy();
  expect(screen.getByText('50 %')).toBeTruthy();
  expect(screen.queryByText(/a second/)).toBeNull();
  expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
});
