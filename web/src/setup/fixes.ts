// Where that is put right which keeps a campaign from being sent: a place of this page, or somewhere that it can't lead to.
import type { ReadinessSubject } from '../graph/generated/graphql';

export type Fix = { does: string; path: string } | { where: string };

const DASHBOARD: Fix = { where: 'In the carrier’s own dashboard.' };
const OPERATOR: Fix = { where: 'By whoever runs this server, in its settings.' };

const FIXES: Record<ReadinessSubject, Fix | ((campaignId: string) => Fix)> = {
  CARRIER: { where: 'By itself, when the carrier answers again.' },
  CREDENTIALS: OPERATOR,
  FUNDS: DASHBOARD,
  TEST_NUMBERS: DASHBOARD,
  NUMBERS: DASHBOARD,
  LINE: OPERATOR,
  BRAND: OPERATOR,
  POOL: OPERATOR,
  FORWARDING: OPERATOR,
  CALLBACK_ADDRESS: { does: 'See which reports come in', path: '/settings/reports' },
  WEBHOOK_SECRET: { does: 'See which reports come in', path: '/settings/reports' },
  CALLER_ID: id => ({ does: 'Choose the number', path: `/agent/campaigns/${id}/setup/final#number` }),
  HALT: { does: 'See who has halted it', path: '/settings/sending' },
  SUPPRESSION_LIST: { does: 'Load the list anew', path: '/settings/suppression' },
};

export const fixOf = (about: ReadinessSubject, campaignId: string): Fix => {
  const fix = FIXES[about];
  return typeof fix === 'function' ? fix(campaignId) : fix;
};
