// Changes many things one by one, a few at a time: says how far it is, can be stopped, and has the lists on the screen read again once,
// at its end.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyVariables } from 'urql';
import { useClient } from 'urql';
import { noteChange } from './changes';
import type { Answer } from './useChange';
import { refusalOf } from './useChange';

/** Changes that are on their way at once. */
export const AT_ONCE = 4;

export interface ManyUnderWay {
  startedAt: string;
  total: number;
  done: number;
}

export interface ManyDone<V> {
  /** What was changed, in no order. */
  changed: V[];
  /** Why it was not gone on with; nothing when all is done or somebody has stopped it. */
  refusal: string | undefined;
}

/** The documents name their one field `it`. The first refusal ends it, as does leaving the screen. */
export function useManyChanges<D extends { it: Answer }, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
): { run: (all: V[]) => Promise<ManyDone<V>>; stop: () => void; underWay: ManyUnderWay | undefined } {
  const client = useClient();
  const [underWay, setUnderWay] = useState<ManyUnderWay>();
  const isStopped = useRef(false);
  const stop = useCallback(() => {
    isStopped.current = true;
  }, []);
  useEffect(() => {
    // Drawn anew, it is there again.
    isStopped.current = false;
    return stop;
  }, [stop]);
  const run = useCallback(
    async (all: V[]) => {
      isStopped.current = false;
      const result: ManyDone<V> = { changed: [], refusal: undefined };
      setUnderWay({ startedAt: new Date().toISOString(), total: all.length, done: 0 });
      const waiting = [...all];
      const work = async () => {
        while (!isStopped.current && result.refusal === undefined) {
          const next = waiting.shift();
          if (next === undefined) return;
          const answer = await client.mutation(document, next).toPromise();
          const refusal = refusalOf(answer);
          if (refusal !== undefined) {
            result.refusal ??= refusal;
            return;
          }
          result.changed.push(next);
          setUnderWay(now => now && { ...now, done: result.changed.length });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      setUnderWay(undefined);
      if (result.changed.length > 0) noteChange();
      return result;
    },
    [client, document],
  );
  return { run, stop, underWay };
}
