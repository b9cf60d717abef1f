// Sums of the cells that the analytics are made of. What was played was also left in the mailbox.
import type { AnalyticsOfQuery, Outcome } from '../graph/generated/graphql';

export type Cell = AnalyticsOfQuery['analytics']['cells'][number];
export type Sums = Record<Outcome, number>;

const none = (): Sums => ({ ATTEMPTED: 0, DELIVERED: 0, LISTENED: 0, FAILED: 0 });

/** Sums by whatever `keyOf` says, in the order of the keys. */
export function sumsBy(cells: Cell[], keyOf: (cell: Cell) => string): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const at = sums.get(key) ?? none();
    at[cell.outcome] += cell.count;
    sums.set(key, at);
  }
  return new Map([...sums].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
}

/** Part of what was left that was played, in percent. */
export const listenRate = (sums: Sums): number =>
  sums.DELIVERED > 0 ? (100 * sums.LISTENED) / sums.DELIVERED : 0;

/** The cells as a file that a spreadsheet opens. */
export function cellsAsCsv(cells: Cell[]): string {
  const lines = cells.map(c => [c.day, c.hour, c.state, c.outcome.toLowerCase(), c.count].join(','));
  return `\u{feff}day,recipient_local_hour,state,outcome,count\r\n${lines.join('\r\n')}\r\n`;
}
