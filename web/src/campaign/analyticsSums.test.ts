// Sums of the analytics.
import { expect, test } from 'vitest';
import { cellsAsCsv, listenRate, sumsBy } from './analyticsSums';

const cell = (hour: number, outcome: 'ATTEMPTED' | 'DELIVERED' | 'LISTENED' | 'FAILED', count: number) => ({
  day: '2026-11-19',
  hour,
  state: 'CA',
  outcome,
  count,
});

test('cells add up by hour, in the order of the day', () => {
  const sums = sumsBy([cell(10, 'DELIVERED', 2), cell(9, 'DELIVERED', 3), cell(10, 'LISTENED', 1)], c =>
    String(c.hour),
  );
  expect([...sums.keys()]).toEqual(['9', '10']);
  const ten = sums.get('10');
  expect(ten?.DELIVERED).toBe(2);
  expect(ten && listenRate(ten)).toBe(50);
});

test('an hour in which nothing was left has no listen rate', () => {
  const nine = sumsBy([cell(9, 'FAILED', 3)], c => String(c.hour)).get('9');
  expect(nine && listenRate(nine)).toBe(0);
});

test('the file has a header and a line a cell', () => {
  expect(cellsAsCsv([cell(9, 'FAILED', 3)])).toContain('\r\n2026-11-19,9,CA,failed,3\r\n');
});
