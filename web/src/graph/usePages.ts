// A list that is read page by page, 100 rows each. When it may have changed, what is in sight is read again at once and then all that was
// loaded, in the background: nothing that was loaded is let go of.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { AnyVariables, CombinedError } from 'urql';
import { useClient } from 'urql';
import { useChangeCount } from './changes';
import { useConnectionLost } from './connection';
import type { Turn } from './inTurn';
import { inTurn } from './inTurn';
import type { Page, Stretch } from './stretches';
import { countOf, holding, readFromStart, renewed, stretchOf } from './stretches';
import { useTicks } from './useTicks';

export type { Page } from './stretches';

/** Rows of a page. */
export const PAGE_ROWS = 100;

export interface Pages<R> {
  rows: R[];
  error: CombinedError | undefined;
  /** The first page is on its way. */
  loading: boolean;
  hasMore: boolean;
  more: () => void;
  again: () => void;
  /** Tells which rows are in sight, so that they are read again first. */
  seen: (first: number, last: number) => void;
}

interface Read<R> {
  key: string;
  stretches: Stretch<R>[];
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
  const lost = useConnectionLost();
  const [tries, setTries] = useState(0);
  const [read, setRead] = useState<Read<R>>();
  const key = JSON.stringify(variables);
  const latest = useRef({ variables, pick });
  useEffect(() => {
    latest.current = { variables, pick };
  });
  const { pause = false, size = PAGE_ROWS, tick } = options;
  // What is held at this moment, also between two renders.
  const held = useRef<Read<R>>(undefined);
  const put = useCallback((next: Read<R>) => {
    held.current = next;
    setRead(next);
  }, []);
  const sight = useRef({ first: 0, last: 0 });
  const seen = useCallback((first: number, last: number) => {
    sight.current = { first, last };
  }, []);
  const load = useCallback(
    async (after: string | undefined) => {
      const { variables: given, pick: picked } = latest.current;
      const asked = { ...given, first: size, after } as unknown as V;
      const result = await client.query(document, asked, { requestPolicy: 'network-only' }).toPromise();
      return { page: (result.data && picked(result.data)) ?? undefined, error: result.error };
    },
    [client, document, size],
  );
  const turn = useRef<Turn>(undefined);
  useEffect(() => {
    if (pause) return;
    const stretches = () => (held.current?.key === key ? held.current.stretches : []);
    const made = inTurn(async isWanted => {
      let error: CombinedError | undefined;
      const readPage = async (after: string | undefined) => {
        const answer = await load(after);
        error = answer.error;
        return answer.page;
      };
      const before = stretches();
      for (const at of before.length > 1 ? holding(before, sight.current.first, sight.current.last) : []) {
        const after = before[at]?.after;
        const page = await readPage(after);
        if (!isWanted()) return;
        if (page) put({ key, stretches: renewed(stretches(), stretchOf(after, page)), error: undefined });
      }
      const fresh = await readFromStart(readPage, () => countOf(stretches()), isWanted);
      if (isWanted()) put({ key, stretches: fresh ?? stretches(), error: fresh ? undefined : error });
    });
    turn.current = made;
    return () => made.stop();
    // A lost connection ends what hangs on it, and a found one begins anew.
  }, [key, pause, lost, load, put]);
  useEffect(() => {
    // What is on the screen stays there while nobody answers.
    if (pause || (lost && held.current?.key === key)) return;
    turn.current?.ask();
  }, [key, pause, lost, load, changes, tries]);
  useTicks(tick, () => !pause && !lost && turn.current?.askAfterRest());
  const isMoreUnderWay = useRef(false);
  const more = useCallback(() => {
    const step = async (): Promise<void> => {
      const from = held.current;
      const end = from?.stretches.at(-1);
      if (!from || !end?.hasMore) return;
      const { page, error } = await load(end.end);
      const now = held.current;
      if (now?.key !== from.key) return;
      // Read again meanwhile, and ended elsewhere: what follows is another stretch.
      if (now.stretches.at(-1)?.end !== end.end) return step();
      const stretches = page ? [...now.stretches, stretchOf(end.end, page)] : now.stretches;
      put({ ...now, stretches, error });
    };
    if (isMoreUnderWay.current) return;
    isMoreUnderWay.current = true;
    void step().finally(() => {
      isMoreUnderWay.current = false;
    });
  }, [load, put]);
  const again = useCallback(() => setTries(n => n + 1), []);
  const fresh = read?.key === key ? read : undefined;
  const rows = useMemo(() => fresh?.stretches.flatMap(stretch => stretch.rows) ?? [], [fresh]);
  return {
    rows,
    error: fresh?.error,
    loading: !pause && !fresh,
    hasMore: fresh?.stretches.at(-1)?.hasMore ?? false,
    more,
    again,
    seen,
  };
}
