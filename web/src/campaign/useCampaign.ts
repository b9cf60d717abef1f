// One campaign, kept current by the live view.
import { useSubscription } from 'urql';
import { campaignDocument, campaignLive } from '../campaigns/documents';
import type { CampaignWholeFragment } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';

export type Whole = CampaignWholeFragment;

export function useCampaign(id: string) {
  const asked = useAsk(campaignDocument, { id });
  const [live] = useSubscription({ query: campaignLive, variables: { id }, pause: !asked.data?.campaign });
  const told = live.data?.campaignProgress;
  const read = asked.data?.campaign;
  // What was read after a change of ours can be newer than what was told last.
  const isNewer = told?.id === id && (!read || told.updatedAt >= read.updatedAt);
  const campaign = isNewer ? told : read;
  return { asked, campaign };
}
