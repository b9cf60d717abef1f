// The figures on the screen as a file that a spreadsheet opens. A cell that a spreadsheet would run is made plain text.
import type { AnalyticsOfQuery } from '../graph/generated/graphql';

type Analytics = AnalyticsOfQuery['analytics'];
type Value = string | number | null | undefined;

/** A cell; what could be taken for a formula gets an apostrophe before it. */
export function cell(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** A line each for the whole campaign, its days, hours of the week, states and failures. Listening is empty where it is not reported. */
export function analyticsAsCsv({ results, days, hours, states, failures }: Analytics): string {
  const isReported = results.listeningReported;
  const of = (kind: string, key: string, r: Omit<Analytics['days'][number], 'day'>): Value[] => [
    kind,
    key,
    r.attempted,
    r.delivered,
    isReported ? r.listened : null,
    r.failed,
  ];
  const lines: Value[][] = [
    ['kind', 'key', 'handed_over', 'left', 'listened', 'not_left'],
    of('campaign', 'all', results),
    ...days.map(d => of('day', d.day, d)),
    ...hours.map((h): Value[] => [
      'hour',
      `weekday ${h.weekday} ${h.hour}:00`,
      h.results.attempted,
      h.results.deliveryRate.part,
      h.results.listenRate?.part,
      null,
    ]),
    ...states.map(s => of('state', s.state || 'unknown', s.results)),
    ...failures.map((f): Value[] => [
      'failure',
      `${f.code} ${f.reason ?? ''}`.trim(),
      null,
      null,
      null,
      f.count,
    ]),
  ];
  return `\u{feff}${lines.map(line => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
