// One campaign of the list as it stands now: live while it may move by itself.
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useSubscription } from 'urql';
import type { CampaignsQuery } from '../graph/generated/graphql';
import { campaignLive } from './documents';
import { isMoving } from './steps';

export type Row = CampaignsQuery['campaigns']['nodes'][number];

/** The cells of a row share one live view: it is asked for under the same name. */
export function useNow(row: Row): Row {
  const [live] = useSubscription({
    query: campaignLive,
    variables: { id: row.id },
    pause: !isMoving(row.status) && row.status !== 'PAUSED',
  });
  const told = live.data?.campaignProgress;
  // What was read after a change of ours can be newer than what was told last.
  return told?.id === row.id && told.updatedAt >= row.updatedAt ? told : row;
}

interface Properties {
  row: Row;
  /** Told when the campaign stands elsewhere than the list has it. */
  moved?: () => void;
  children: (now: Row) => ReactNode;
}

export function LiveRow({ row, moved, children }: Properties) {
  const now = useNow(row);
  useEffect(() => {
    if (now.status !== row.status) moved?.();
  }, [now.status, row.status, moved]);
  return children(now);
}
