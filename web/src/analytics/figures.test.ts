// How figures are said.
import { expect, test } from 'vitest';
import type { Hour, Rate } from './figures';
import { averageWords, byHourOfDay, differenceWords, likelyWords, listenRateOf, rateWords } from './figures';

const rate = (part: number, whole: number): Rate => ({
  part,
  whole,
  share: whole > 0 ? part / whole : null,
  low: whole > 0 ? 0.462 : null,
  high: whole > 0 ? 0.76 : null,
});

const hour = (weekday: number, at: number, delivery: Rate, listen: Rate | null): Hour => ({
  weekday,
  hour: at,
  results: {
    attempted: delivery.whole,
    listeningReported: listen !== null,
    deliveryRate: delivery,
    listenRate: listen,
  },
});

test('a rate is said with its whole, and with how far it can be trusted', () => {
  expect(rateWords(rate(25, 40))).toBe('63 % of 40');
  expect(likelyWords(rate(25, 40))).toBe('likely 46 to 76 %');
});

test('what is not reported is not a zero, and nothing of nothing is neither', () => {
  expect(rateWords(null)).toBe('not reported');
  expect(rateWords(rate(0, 0))).toBe('—');
  expect(rateWords(listenRateOf({ attempted: 0, listenRate: null }))).toBe('—');
  expect(rateWords(listenRateOf({ attempted: 3, listenRate: null }))).toBe('not reported');
  expect(likelyWords(rate(0, 0))).toBe('');
});

test('how long was listened is said, or that nobody has, or that it is not reported', () => {
  const some = { listened: 3, listenRate: rate(3, 9), averageListenSeconds: 11.6 };
  expect(averageWords(some)).toBe('12 s');
  expect(averageWords({ ...some, averageListenSeconds: null })).toBe('not reported');
  expect(averageWords({ ...some, listened: 0, averageListenSeconds: null })).toBe('—');
  expect(averageWords({ listened: 0, listenRate: null, averageListenSeconds: null })).toBe('not reported');
});

test('a difference that chance would do is said to be none', () => {
  expect(differenceWords({ by: 0.12, low: 0.04, high: 0.2, clear: true })).toBe(
    '+12 points, likely +4 to +20',
  );
  expect(differenceWords({ by: -0.05, low: -0.2, high: 0.1, clear: false })).toBe(
    '−5 points, likely −20 to +10: no clear difference',
  );
});

test('the hours of all weekdays add up by their wholes', () => {
  const hours = [
    hour(1, 10, rate(1, 2), null),
    hour(2, 9, rate(3, 4), null),
    hour(3, 10, rate(1, 6), null),
    hour(4, 11, rate(0, 0), null),
  ];
  expect(byHourOfDay(hours, 'delivery')).toEqual([
    { hour: 9, share: 0.75, whole: 4 },
    { hour: 10, share: 0.25, whole: 8 },
  ]);
  expect(byHourOfDay(hours, 'listen')).toEqual([]);
});
