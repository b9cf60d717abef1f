// A list that is read page by page, 100 rows each, and read again from its start when it may have changed.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyVariables, CombinedError } from 'urql';
import { useClient } from 'urql';
import { useChangeCount } from './changes';

/** Rows of a page. */
export const PAGE_ROWS = 100;

export interface Page<R> {
  nodes: R[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null | undefined };
}

export interface Pages<R> {
  rows: R[];
  error: CombinedError | undefined;
  /** The first page is on its way. */
  loading: boolean;
  hasMore: boolean;
  more: () => void;
  again: () => void;
}

interface Read<R> {
  key: string;
  rows: R[];
  cursor: string | null | undefined;
  hasMore: boolean;
  error: CombinedError | undefined;
}

export interface PagesOptions {
  pause?: boolean;
  tick?: number | string | undefined;
  /** Rows of a page, when each is costly. */
  size?: number;
}

type Paged<V> = Omit<V, 'first' | 'after' | 'minPosition'>;

export function usePages<D, V extends AnyVariables, R>(
  document: TypedDocumentNode<D, V>,
  variables: Paged<V>,
  pick: (data: D) => Page<R> | null | undefined,
  options: PagesOptions = {},
): Pages<R> {
  const client = useClient();
  const changes = useChangeCount();
  const [tries, setTries] = useState(0);
  const [read, setRead] = useState<Read<R>>();
  const key = JSON.stringify(variables);
  const latest = useRef({ variables, pick, read });
  useEffect(() => {
    latest.current = { variables, pick, read };
  });
  const { pause = false, size = PAGE_ROWS } = options;
  const busy = useRef(false);
  const load = useCallback(
    async (after: string | undefined) => {
      const asked = { ...latest.current.variables, first: size, after } as unknown as V;
      const result = await client.query(document, asked, { requestPolicy: 'network-only' }).toPromise();
      const page = result.data ? latest.current.pick(result.data) : undefined;
      return { page, error: result.error };
    },
    [client, document, size],
  );
  useEffect(() => {
    if (pause) return;
    let current = true;
    const refresh = async () => {
      const before = latest.current.read;
      const wanted = before?.key === key ? Math.min(before.rows.length, 5 * size) : 0;
      const next: Read<R> = { key, rows: [], cursor: undefined, hasMore: true, error: undefined };
      do {
        const { page, error } = await load(next.cursor ?? undefined);
        if (!page) {
          next.error = error;
          next.hasMore = false;
          if (before?.key === key) next.rows = before.rows;
          break;
        }
        next.rows = [...next.rows, ...page.nodes];
        next.cursor = page.pageInfo.endCursor;
        next.hasMore = page.pageInfo.hasNextPage;
      } while (current && next.hasMore && next.rows.length < wanted);
      if (current) setRead(next);
    };
    void refresh();
    return () => {
      current = false;
    };
  }, [key, pause, changes, tries, options.tick, load, size]);
  const more = useCallback(() => {
    const now = latest.current.read;
    if (!now?.hasMore || busy.current) return;
    busy.current = true;
    void load(now.cursor ?? undefined).then(({ page, error }) => {
      busy.current = false;
      setRead(at => {
        if (at?.key !== now.key || at.cursor !== now.cursor) return at;
        if (!page) return { ...at, error };
        return {
          ...at,
          error: undefined,
          rows: [...at.rows, ...page.nodes],
          cursor: page.pageInfo.endCursor,
          hasMore: page.pageInfo.hasNextPage,
        };
      });
    });
  }, [load]);
  const again = useCallback(() => setTries(n => n + 1), []);
  const fresh = read?.key === key ? read : undefined;
  return {
    rows: fresh?.rows ?? [],
    error: fresh?.error,
    loading: !pause && !fresh,
    hasMore: fresh?.hasMore ?? false,
    more,
    again,
  };
}
