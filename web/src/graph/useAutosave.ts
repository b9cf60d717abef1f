// Saves by itself what is typed, a moment after the last key; says whether it is saved, or why not. What is on its way when the screen
// is left goes out at once.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useCallback, useRef, useState } from 'react';
import type { AnyVariables } from 'urql';
import { useClient } from 'urql';
import { saidOf } from './useChange';

interface Answer {
  __typename?: string;
}

export type Saved = 'saved' | 'saving' | { problem: string };

const WAIT_MILLIS = 800;

/** The documents name their one field `it`. */
export function useAutosave<D extends { it: Answer }, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
): { saved: Saved; put: (variables: V) => void } {
  const client = useClient();
  const [saved, setSaved] = useState<Saved>('saved');
  const newest = useRef(0);
  const store = useDebouncedCallback(
    async (variables: V, turn: number) => {
      const result = await client.mutation(document, variables).toPromise();
      if (turn !== newest.current) return;
      const answer = result.data?.it;
      if (result.error) setSaved({ problem: saidOf(result.error) });
      else if (answer?.__typename === 'Refusal')
        setSaved({ problem: (answer as unknown as { message: string }).message });
      else setSaved('saved');
    },
    { delay: WAIT_MILLIS, flushOnUnmount: true },
  );
  const put = useCallback(
    (variables: V) => {
      newest.current += 1;
      setSaved('saving');
      void store(variables, newest.current);
    },
    [store],
  );
  return { saved, put };
}
