// The figures of one campaign in the list, with a thin bar and live while something runs.
import { Progress, Text } from '@mantine/core';
import { useSubscription } from 'urql';
import type { CampaignsQuery } from '../graph/generated/graphql';
import { count } from '../parts/words';
import { campaignLive } from './documents';
import { isMoving } from './steps';

type Row = CampaignsQuery['campaigns']['nodes'][number];

export function LiveNumbers({ row }: { row: Row }) {
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
  return (
    <>
      <Text size="sm" className="figures">
        {count(c.attempted)} / {count(c.delivered + c.listened)} / {count(c.listened)}
      </Text>
      {isMoving(now.status) && (
        <Progress value={100 * part} size="xs" aria-label={`Progress of ${row.name}`} />
      )}
    </>
  );
}
