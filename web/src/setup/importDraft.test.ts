// Corrections of a file before it is imported.
import { expect, test } from 'vitest';
import { corrected } from './importDraft';

test('only cells that were changed become corrections, and the last word counts', () => {
  const were = new Map([
    ['Phone', '760-555'],
    ['Name', 'Ann'],
  ]);
  const first = corrected(
    { cells: [], leaveOut: [9] },
    4,
    were,
    new Map([
      ['Phone', '760-555-0186'],
      ['Name', 'Ann'],
    ]),
  );
  expect(first).toEqual({ cells: [{ row: 4, header: 'Phone', value: '760-555-0186' }], leaveOut: [9] });
  const again = corrected(
    first,
    4,
    new Map([['Phone', '760-555-0186']]),
    new Map([['Phone', '760-555-0187']]),
  );
  expect(again.cells).toEqual([{ row: 4, header: 'Phone', value: '760-555-0187' }]);
});
