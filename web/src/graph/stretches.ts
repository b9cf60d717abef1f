// A long list as the stretches that it was read in, each with the cursors between which it lies.

export interface Page<R> {
  nodes: R[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null | undefined };
}

export interface Stretch<R> {
  after: string | undefined;
  rows: R[];
  end: string | undefined;
  hasMore: boolean;
}

/** Reads one page; nothing when that failed. */
export type ReadPage<R> = (after: string | undefined) => Promise<Page<R> | undefined>;

export const stretchOf = <R>(after: string | undefined, page: Page<R>): Stretch<R> => ({
  after,
  rows: page.nodes,
  end: page.pageInfo.endCursor ?? undefined,
  hasMore: page.pageInfo.hasNextPage,
});

export const countOf = (stretches: Stretch<unknown>[]): number =>
  stretches.reduce((sum, stretch) => sum + stretch.rows.length, 0);

/** Reads from the start until as many rows are there as are wanted by then; nothing when a page failed or it is not wanted any more. */
export async function readFromStart<R>(
  read: ReadPage<R>,
  wanted: () => number,
  isWanted: () => boolean,
): Promise<Stretch<R>[] | undefined> {
  const stretches: Stretch<R>[] = [];
  let [after, rows, hasMore] = [undefined as string | undefined, 0, true];
  do {
    const page = await read(after);
    if (!page || !isWanted()) return undefined;
    const stretch = stretchOf(after, page);
    stretches.push(stretch);
    after = stretch.end;
    hasMore = stretch.hasMore;
    rows += stretch.rows.length;
  } while (hasMore && rows < wanted());
  return stretches;
}

/** Which stretches hold some of the rows from the first to the last. */
export function holding(stretches: Stretch<unknown>[], first: number, last: number): number[] {
  const found: number[] = [];
  let start = 0;
  stretches.forEach((stretch, at) => {
    const end = start + stretch.rows.length;
    if (start <= last && end > first) found.push(at);
    start = end;
  });
  return found;
}

/**
 * The stretches with one of them as it reads now; as they were where it no longer ends at the same row, because rows have come or gone:
 * then its neighbours would overlap it, or leave a gap.
 */
export const renewed = <R>(stretches: Stretch<R>[], fresh: Stretch<R>): Stretch<R>[] =>
  stretches.map(old =>
    old.after === fresh.after && old.end === fresh.end && old.hasMore === fresh.hasMore ? fresh : old,
  );
