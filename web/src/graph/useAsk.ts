// Asks for something and keeps it current: read again after each change made here, and whenever `tick` moves;
// what moves while an answer is on its way is asked after it, so that answers come however often it moves.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyVariables, CombinedError } from 'urql';
import { useClient } from 'urql';
import { useChangeCount } from './changes';
import { useConnectionLost } from './connection';
import type { Turn } from './inTurn';
import { inTurn } from './inTurn';
import { useTicks } from './useTicks';

export interface Asked<D> {
  data: D | undefined;
  error: CombinedError | undefined;
  loading: boolean;
  /** What `again` asked for, or the first answer, is on its way; not what is read again by itself. */
  asking: boolean;
  again: () => void;
}

interface State<D> {
  key: string;
  /** How often `again` was called before this was asked. */
  tries: number;
  data?: D;
  error?: CombinedError | undefined;
}

export interface AskOptions {
  /** Nothing is asked while it is true. */
  pause?: boolean;
  /** Ask again when this changes. */
  tick?: number | string | undefined;
}

export function useAsk<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  options: AskOptions = {},
): Asked<D> {
  const client = useClient();
  const changes = useChangeCount();
  const lost = useConnectionLost();
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<State<D>>({ key: '', tries: 0 });
  const key = JSON.stringify(variables);
  const latest = useRef({ variables, tries });
  useEffect(() => {
    latest.current = { variables, tries };
  });
  const pause = options.pause ?? false;
  const turn = useRef<Turn>(undefined);
  useEffect(() => {
    if (pause) return;
    const made = inTurn(async isWanted => {
      const { variables: given, tries: answered } = latest.current;
      const result = await client.query(document, given, { requestPolicy: 'network-only' }).toPromise();
      if (!isWanted()) return;
      setState(before => {
        const kept = before.key === key ? before.data : undefined;
        const data = result.data ?? kept;
        return { key, tries: answered, error: result.error, ...(data === undefined ? {} : { data }) };
      });
    });
    turn.current = made;
    return () => made.stop();
    // A lost connection ends what hangs on it, and a found one begins anew.
  }, [client, document, key, pause, lost]);
  useEffect(() => {
    if (!pause) turn.current?.ask();
  }, [client, document, key, pause, lost, changes, tries]);
  useTicks(options.tick, () => !pause && turn.current?.askAfterRest());
  const again = useCallback(() => setTries(n => n + 1), []);
  const fresh = state.key === key;
  return {
    data: fresh ? state.data : undefined,
    error: fresh ? state.error : undefined,
    loading: !pause && !fresh,
    asking: !pause && (!fresh || state.tries !== tries),
    again,
  };
}
