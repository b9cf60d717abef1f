// The figures of one campaign in the list, with a thin bar and live while something runs.
import { Progress, Text } from '@mantine/core';
import { useSubscription } from 'urql';
import type { CampaignsQuery } from '../graph/generated/graphql';
import { count } from '../parts/words';
import { campaignLive } from './documents';
import { isMoving } from './steps';

/** How many listened; none of none is a zero, none of some is one only where the carrier would have said so. */
function listenedWords(listened: number, attempted: number, isReported: boolean | undefined): string {
  if (listened > 0 || attempted === 0 || isReported === true) return count(listened);
  return isReported === undefined ? '…' : 'not reported';
}

type Row = CampaignsQuery['campaigns']['nodes'][number];

interface Properties {
  row: Row;
  /** Whether the carrier says who listened; nothing while that is not known. */
  isReported: boolean | undefined;
}

export function LiveNumbers({ row, isReported }: Properties) {
  const [live] = useSubscription({
    query: campaignLive,
    variables: { id: row.id },
    pause: !isMoving(row.status),
  });
  const now = live.data?.campaignProgress ?? row;
  const { counters: c } = now;
  const part =
    now.status === 'GENERATING_SCRIPTS'
      ? now.generation.done / Math.max(1, now.generation.total)
      : now.status === 'GENERATING_AUDIO'
        ? now.rendering.done / Math.max(1, now.rendering.total)
        : c.attempted / Math.max(1, c.contacts);
  const listened = listenedWords(c.listened, c.attempted, isReported);
  return (
    <>
      <Text size="sm" className="figures">
        {count(c.attempted)} / {count(c.delivered + c.listened)} / {listened}
      </Text>
      {isMoving(now.status) && (
        <Progress value={100 * part} size="xs" aria-label={`Progress of ${row.name}`} />
      )}
    </>
  );
}
