// Asks for something and keeps it current: read again after each change made here, and whenever `tick` moves.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyVariables, CombinedError } from 'urql';
import { useClient } from 'urql';
import { useChangeCount } from './changes';
import { useConnectionLost } from './connection';

export interface Asked<D> {
  data: D | undefined;
  error: CombinedError | undefined;
  loading: boolean;
  again: () => void;
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
  const [state, setState] = useState<{ key: string; data?: D; error?: CombinedError | undefined }>({
    key: '',
  });
  const key = JSON.stringify(variables);
  const latest = useRef(variables);
  useEffect(() => {
    latest.current = variables;
  });
  const pause = options.pause ?? false;
  useEffect(() => {
    if (pause) return;
    let current = true;
    void client
      .query(document, latest.current, { requestPolicy: 'network-only' })
      .toPromise()
      .then(result => {
        if (!current) return;
        setState(before => {
          const kept = before.key === key ? before.data : undefined;
          const data = result.data ?? kept;
          return { key, error: result.error, ...(data === undefined ? {} : { data }) };
        });
      });
    return () => {
      current = false;
    };
  }, [client, document, key, pause, changes, tries, lost, options.tick]);
  const again = useCallback(() => setTries(n => n + 1), []);
  const fresh = state.key === key;
  return {
    data: fresh ? state.data : undefined,
    error: fresh ? state.error : undefined,
    loading: !pause && !fresh,
    again,
  };
}
