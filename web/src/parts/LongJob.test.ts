// Rate and time left of work that is watched from somewhere in its middle.
import { expect, test } from 'vitest';
import { paceBetween } from './LongJob';

const first = { at: 10_000, done: 40_000, fraction: 0.2 };

test('rate and time left are those since it was first seen', () => {
  const pace = paceBetween(first, { at: 20_000, done: 60_000, fraction: 0.3 });
  expect(pace.perSecond).toBe(2_000);
  expect(pace.secondsLeft).toBeCloseTo(70);
});

test('nothing is said before it was seen to move for a while', () => {
  expect(paceBetween(first, first)).toEqual({ perSecond: undefined, secondsLeft: undefined });
  expect(paceBetween(first, { ...first, at: 20_000 })).toEqual({
    perSecond: undefined,
    secondsLeft: undefined,
  });
  expect(paceBetween(first, { at: 10_200, done: 41_000, fraction: 0.21 }).perSecond).toBeUndefined();
});

test('of what is through nothing is left', () => {
  expect(paceBetween(first, { at: 20_000, done: 60_000, fraction: 1 }).secondsLeft).toBe(0);
});
