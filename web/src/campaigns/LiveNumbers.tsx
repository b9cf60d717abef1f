// The figures of one campaign in the list, with a thin bar and live while something runs.
import { Progress, Text } from '@mantine/core';
import { NOT_REPORTED, count } from '../parts/words';
import type { Row } from './LiveRow';
import { useNow } from './LiveRow';
import { isMoving } from './steps';

/** How many listened; none of none is a zero, none of some is one only where the carrier would have said so. */
const listenedWords = (row: Row): string =>
  row.counters.attempted === 0 || row.results.listeningReported ? count(row.counters.listened) : NOT_REPORTED;

export function LiveNumbers({ row }: { row: Row }) {
  const now = useNow(row);
  const { counters: c } = now;
  const part =
    now.status === 'GENERATING_SCRIPTS'
      ? now.generation.done / Math.max(1, now.generation.total)
      : now.status === 'GENERATING_AUDIO'
        ? now.rendering.done / Math.max(1, now.rendering.total)
        : c.attempted / Math.max(1, c.contacts);
  return (
    <>
      <Text size="sm" className="figures">
        {count(c.attempted)} / {count(c.delivered + c.listened)} / {listenedWords(now)}
      </Text>
      {isMoving(now.status) && (
        <Progress value={100 * part} size="xs" aria-label={`Progress of ${row.name}`} />
      )}
    </>
  );
}
