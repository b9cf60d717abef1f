// Lists and answers stay current, whatever moves meanwhile, and lose nothing.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import type { Client } from 'urql';
import { Provider } from 'urql';
import { afterEach, expect, test, vi } from 'vitest';
import { noteReached } from './connection';
import { noteChange } from './changes';
import { inTurn } from './inTurn';
import { useAsk } from './useAsk';
import type { Page } from './usePages';
import { usePages } from './usePages';

afterEach(() => {
  cleanup();
  noteReached(true);
  vi.unstubAllGlobals();
});

interface Asked {
  first?: number;
  after?: string | undefined;
}

/** A server whose answers are given by hand, or at once. */
function server<D>(answer: (asked: Asked) => D) {
  const asked: Asked[] = [];
  const waiting: (() => void)[] = [];
  const at = { isHeld: false };
  const query = (_: unknown, variables: Asked) => ({
    toPromise: () =>
      new Promise(resolve => {
        asked.push(variables);
        const give = () => resolve({ data: answer(variables), error: undefined });
        if (at.isHeld) waiting.push(give);
        else give();
      }),
  });
  const client = { query } as unknown as Client;
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  return { asked, waiting, at, wrapper };
}

const document = {} as TypedDocumentNode<never, Asked>;

/** A list of so many rows, each as it stands in this edition. */
const list = (rows: () => string[]) => (asked: Asked) => {
  const all = rows();
  const start = asked.after === undefined ? 0 : Number(asked.after) + 1;
  const end = Math.min(start + (asked.first ?? 0), all.length);
  return {
    nodes: all.slice(start, end),
    pageInfo: { hasNextPage: end < all.length, endCursor: String(end - 1) },
  };
};

const many = (edition: string, rows = 1_000) => Array.from({ length: rows }, (_, n) => `${edition} ${n}`);

const useList = (variables: { first?: number }, tick?: number) =>
  usePages(document as TypedDocumentNode<Page<string>, Asked>, variables, data => data, { tick });

test('a long list keeps all that was loaded when it is read again', async () => {
  let edition = 'old';
  const { wrapper, at, waiting } = server(list(() => many(edition)));
  const { result } = renderHook(() => useList({}), { wrapper });
  for (let rows = 100; rows <= 800; rows += 100) {
    await waitFor(() => expect(result.current.rows).toHaveLength(rows));
    if (rows < 800) act(() => result.current.more());
  }
  edition = 'new';
  at.isHeld = true;
  act(() => {
    result.current.seen(710, 730);
    noteChange();
  });
  // What is in sight first, all of it in the end, and never less than was there.
  await waitFor(() => expect(waiting).toHaveLength(1));
  expect(result.current.rows).toHaveLength(800);
  at.isHeld = false;
  act(() => waiting.shift()?.());
  await waitFor(() => expect(result.current.rows[720]).toBe('new 720'));
  expect(result.current.rows).toHaveLength(800);
  await waitFor(() => expect(result.current.rows[0]).toBe('new 0'));
  expect(result.current.rows).toHaveLength(800);
  expect(result.current.hasMore).toBe(true);
});

test('what is loaded while a list is read again stays, too', async () => {
  const { wrapper, at, waiting } = server(list(() => many('row')));
  const { result } = renderHook(() => useList({}), { wrapper });
  await waitFor(() => expect(result.current.rows).toHaveLength(100));
  at.isHeld = true;
  act(() => noteChange());
  await waitFor(() => expect(waiting).toHaveLength(1));
  act(() => result.current.more());
  await waitFor(() => expect(waiting).toHaveLength(2));
  act(() => waiting.pop()?.());
  await waitFor(() => expect(result.current.rows).toHaveLength(200));
  at.isHeld = false;
  act(() => waiting.pop()?.());
  await waitFor(() => expect(result.current.rows).toHaveLength(200));
  expect(new Set(result.current.rows).size).toBe(200);
});

test('an answer counts although something moved meanwhile, and is asked for once more', async () => {
  let said = 'first';
  const { wrapper, at, waiting, asked } = server(() => said);
  at.isHeld = true;
  const { result, rerender } = renderHook(
    ({ tick }) => useAsk(document as TypedDocumentNode<string, Asked>, {}, { tick }),
    { wrapper, initialProps: { tick: 0 } },
  );
  for (let tick = 1; tick <= 5; tick += 1) rerender({ tick });
  expect(asked).toHaveLength(1);
  act(() => waiting.shift()?.());
  await waitFor(() => expect(result.current.data).toBe('first'));
  // Five movements are one more question.
  said = 'second';
  await waitFor(() => expect(waiting).toHaveLength(1));
  act(() => waiting.shift()?.());
  await waitFor(() => expect(result.current.data).toBe('second'));
  expect(asked).toHaveLength(2);
});

test('a list is not starved by what moves all the time', async () => {
  const { wrapper, at, waiting } = server(list(() => many('row', 30)));
  at.isHeld = true;
  const { result, rerender } = renderHook(({ tick }) => useList({}, tick), {
    wrapper,
    initialProps: { tick: 0 },
  });
  rerender({ tick: 1 });
  rerender({ tick: 2 });
  expect(waiting).toHaveLength(1);
  act(() => waiting.shift()?.());
  await waitFor(() => expect(result.current.rows).toHaveLength(30));
});

test('a list is read again once the connection is found, and stays while it is lost', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  let rows = many('row', 3);
  const { wrapper, asked } = server(list(() => rows));
  const { result } = renderHook(() => useList({}), { wrapper });
  await waitFor(() => expect(result.current.rows).toHaveLength(3));
  act(() => noteReached(false));
  rows = many('row', 5);
  expect(asked).toHaveLength(1);
  expect(result.current.rows).toHaveLength(3);
  act(() => noteReached(true));
  await waitFor(() => expect(result.current.rows).toHaveLength(5));
});

test('a change of ours is read after at once, what moves by itself after a rest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let reads = 0;
    const turn = inTurn(async () => {
      reads += 1;
      vi.advanceTimersByTime(1_000);
      await Promise.resolve();
    });
    const settle = async () => {
      for (let n = 0; n < 5; n += 1) await Promise.resolve();
    };
    turn.ask();
    await settle();
    turn.askAfterRest();
    turn.askAfterRest();
    expect(reads).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(reads).toBe(2);
    await settle();
    turn.ask();
    expect(reads).toBe(3);
    await settle();
    turn.askAfterRest();
    turn.stop();
    vi.advanceTimersByTime(60_000);
    expect(reads).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

test('whoever asks again sees that it is asked, and not when it is read by itself', async () => {
  const { waiting, at, wrapper } = server(() => 'an answer');
  const { result, rerender } = renderHook(
    ({ tick }) => useAsk(document as TypedDocumentNode<string, Asked>, {}, { tick }),
    { wrapper, initialProps: { tick: 0 } },
  );
  await waitFor(() => expect(result.current.asking).toBe(false));
  at.isHeld = true;
  act(() => result.current.again());
  await waitFor(() => expect(waiting).toHaveLength(1));
  expect(result.current).toMatchObject({ asking: true, loading: false, data: 'an answer' });
  await act(() => Promise.resolve(waiting.shift()?.()));
  await waitFor(() => expect(result.current.asking).toBe(false));
  rerender({ tick: 1 });
  await waitFor(() => expect(waiting).toHaveLength(1));
  expect(result.current.asking).toBe(false);
});
