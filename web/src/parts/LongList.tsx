// A table of any length: only the rows in sight are drawn, and the next page is fetched when its place is reached.
import { Button, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import type { Pages } from '../graph/usePages';
import { Failed, Loading } from './States';
import { count, counted } from './words';

export interface Column<R> {
  title: string;
  cell: (row: R) => ReactNode;
  /** Width in rem. */
  width?: number;
  right?: boolean;
}

interface Properties<R> {
  name: string;
  pages: Pages<R>;
  columns: Column<R>[];
  keyOf: (row: R) => string;
  empty: ReactNode;
  open?: (row: R) => void;
  height?: string;
  total?: number | undefined;
}

const ROW_PIXELS = 49;

export function LongList<R>({
  name,
  pages,
  columns,
  keyOf,
  empty,
  open,
  height = '60vh',
  total,
}: Properties<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, hasMore, more, loading, seen } = pages;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 12,
    getItemKey: index => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && last >= rows.length - 20) more();
  }, [last, rows.length, hasMore, more]);
  const top = items[0]?.index ?? 0;
  useEffect(() => seen(top, last), [top, last, seen]);
  if (loading) return <Loading what={name.toLowerCase()} />;
  if (pages.error && rows.length === 0) return <Failed error={pages.error} again={pages.again} />;
  if (rows.length === 0) return <>{empty}</>;
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const shown = `${counted(rows.length, 'row')}${hasMore ? ' loaded, more below' : ''}`;
  return (
    <div>
      <div
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reached by keyboard
        tabIndex={0}
        ref={scroller}
        className="long-list"
        style={{ maxHeight: height }}
        role="region"
        aria-label={name}
      >
        <table aria-rowcount={hasMore ? (total ?? -1) : rows.length + 1}>
          <thead>
            <tr>
              {columns.map(column => (
                <th
                  key={column.title}
                  scope="col"
                  style={{ minWidth: `${column.width ?? 7}rem`, textAlign: column.right ? 'right' : 'left' }}
                >
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Gap pixels={above} />}
            {items.map(item => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <tr
                  key={item.key}
                  data-index={item.index}
                  ref={virtual.measureElement}
                  aria-rowindex={item.index + 2}
                  className={open ? 'opens' : undefined}
                  onClick={open && (event => !isControl(event.target) && open(row))}
                >
                  {columns.map(column => (
                    <td key={column.title} style={{ textAlign: column.right ? 'right' : 'left' }}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {below > 0 && <Gap pixels={below} />}
          </tbody>
        </table>
      </div>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed" aria-live="polite">
          {total === undefined ? shown : `${shown} of ${count(total)}`}
        </Text>
        {hasMore && (
          <Button size="compact-xs" variant="subtle" onClick={more}>
            Load more
          </Button>
        )}
      </Group>
      {pages.error && <Failed error={pages.error} again={pages.again} />}
    </div>
  );
}

const Gap = ({ pixels }: { pixels: number }) => (
  <tr aria-hidden="true">
    <td style={{ height: pixels, padding: 0, border: 0 }} />
  </tr>
);

const isControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a, button, input, select, textarea, label, audio') !== null;
