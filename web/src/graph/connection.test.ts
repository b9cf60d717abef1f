// A lost server is looked for until it answers.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectionLost, followBrowser, noteReached } from './connection';

const there = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', there);
  there.mockReset();
});

afterEach(() => {
  noteReached(true);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('nobody looks for a server that was reached', async () => {
  noteReached(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(there).not.toHaveBeenCalled();
  expect(connectionLost()).toBe(false);
});

test('a lost server is looked for less and less often, and found by itself', async () => {
  there.mockRejectedValue(new TypeError('no route'));
  noteReached(false);
  await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000);
  expect(there).toHaveBeenCalledTimes(3);
  expect(connectionLost()).toBe(true);
  there.mockResolvedValue(new Response());
  await vi.advanceTimersByTimeAsync(8_000);
  expect(connectionLost()).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(there).toHaveBeenCalledTimes(4);
});

test('the browser is believed when it goes offline, and looked after at once when it comes back', async () => {
  followBrowser(window);
  there.mockResolvedValue(new Response());
  window.dispatchEvent(new Event('offline'));
  expect(connectionLost()).toBe(true);
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(connectionLost()).toBe(false);
});
