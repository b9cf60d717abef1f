// The figures as a file.
import { expect, test } from 'vitest';
import { analyticsAsCsv, cell } from './csv';

const rate = { part: 2, whole: 3, share: 2 / 3, low: 0.2, high: 0.9 };

test('a cell that a spreadsheet would run is made plain', () => {
  expect(cell('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
  expect(cell('-1')).toBe("'-1");
  expect(cell(-1)).toBe('-1');
  expect(cell('a, b')).toBe('"a, b"');
});

test('listening stays empty where no carrier reports it', () => {
  const results = {
    attempted: 3,
    delivered: 2,
    listened: 0,
    failed: 1,
    listeningReported: false,
    deliveryRate: rate,
    listenRate: null,
    averageListenSeconds: null,
  };
  const file = analyticsAsCsv({
    results,
    costs: { writer: 0, voice: 0, carrier: 0, total: 0, perDelivered: null, perListened: null },
    days: [{ day: '2026-11-19', attempted: 3, delivered: 2, listened: 0, failed: 1 }],
    hours: [],
    states: [{ state: '', results }],
    failures: [{ code: 'busy', class: 'LATER', reason: null, words: 'Busy.', count: 1 }],
    obstacles: [],
  });
  expect(file).toContain('\r\nday,2026-11-19,3,2,,1\r\n');
  expect(file).toContain('\r\nstate,unknown,3,2,,1\r\n');
  expect(file).toContain('\r\nfailure,busy,,,,1\r\n');
});
