// Many changes go a few at a time, say how far they are, and can be stopped.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import type { Client } from 'urql';
import { Provider } from 'urql';
import { afterEach, expect, test } from 'vitest';
import { useChangeCount } from './changes';
import type { ManyDone } from './useManyChanges';
import { AT_ONCE, useManyChanges } from './useManyChanges';

afterEach(cleanup);

interface One {
  id: number;
}
interface Data {
  it: { __typename?: string; message?: string };
}

const document = {} as TypedDocumentNode<Data, One>;
const all = Array.from({ length: 10 }, (_, id) => ({ id }));

/** A server whose answers are given by hand, oldest first; some it refuses. */
function server(refused?: number) {
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  const mutation = (_: unknown, { id }: One) => ({
    toPromise: () =>
      new Promise(resolve => {
        asked.push(id);
        const it =
          id === refused ? { __typename: 'Refusal', message: 'Not this one' } : { __typename: 'Done' };
        waiting.push(() => resolve({ data: { it }, error: undefined }));
      }),
  });
  const client = { mutation } as unknown as Client;
  const wrapper = ({ children }: { children: ReactNode }) => <Provider value={client}>{children}</Provider>;
  const give = () => act(() => Promise.resolve(waiting.shift()?.()));
  const drawn = renderHook(() => ({ many: useManyChanges(document), changes: useChangeCount() }), {
    wrapper,
  });
  const begun = () => {
    let ended: Promise<ManyDone<One>> = Promise.resolve({ changed: [], refusal: undefined });
    act(() => {
      ended = drawn.result.current.many.run(all);
    });
    return ended;
  };
  return { ...drawn, asked, waiting, give, begun };
}

const ids = (done: ManyDone<One>) => done.changed.map(({ id }) => id);

test('all are changed, a few at a time, and the lists are read again once', async () => {
  const { result, asked, waiting, give, begun } = server();
  const before = result.current.changes;
  const ended = begun();
  expect(asked).toHaveLength(AT_ONCE);
  await give();
  expect(result.current.many.underWay).toMatchObject({ total: 10, done: 1 });
  expect(asked).toHaveLength(AT_ONCE + 1);
  while (waiting.length > 0) await give();
  expect(ids(await ended)).toEqual(all.map(({ id }) => id));
  await waitFor(() => expect(result.current.many.underWay).toBeUndefined());
  expect(result.current.changes).toBe(before + 1);
});

test('stopped, it begins no more, and says which were changed', async () => {
  const { result, asked, waiting, give, begun } = server();
  const ended = begun();
  await give();
  act(() => result.current.many.stop());
  while (waiting.length > 0) await give();
  expect(asked).toHaveLength(AT_ONCE + 1);
  const done = await ended;
  expect(ids(done)).toEqual([0, 1, 2, 3, 4]);
  expect(done.refusal).toBeUndefined();
});

test('a refusal ends it in the words of the server', async () => {
  const { asked, waiting, give, begun } = server(1);
  const ended = begun();
  while (waiting.length > 0) await give();
  const done = await ended;
  expect(done.refusal).toBe('Not this one');
  expect(ids(done)).not.toContain(1);
  expect(asked.length).toBeLessThan(all.length);
});

test('whoever leaves the screen stops it', async () => {
  const { asked, waiting, give, begun, unmount } = server();
  const ended = begun();
  unmount();
  while (waiting.length > 0) await give();
  expect(ids(await ended)).toHaveLength(AT_ONCE);
  expect(asked).toHaveLength(AT_ONCE);
});
