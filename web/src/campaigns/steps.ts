// The eight steps of setting a campaign up, and where a campaign goes on.
import type { CampaignStatus } from '../graph/generated/graphql';

export const STEPS = [
  { key: 'details', label: 'Details' },
  { key: 'import', label: 'Import' },
  { key: 'duplicates', label: 'Duplicates' },
  { key: 'scripts', label: 'Scripts' },
  { key: 'review', label: 'Review' },
  { key: 'audio', label: 'Audio' },
  { key: 'final', label: 'Final review' },
  { key: 'submit', label: 'Submit' },
] as const;

export type Step = (typeof STEPS)[number]['key'];

interface Standing {
  status: CampaignStatus;
  /** What was decided about duplicates, once it was. */
  duplicateResolution?: unknown;
  counters: { contacts: number; scriptsPending: number; scriptsApproved: number; audioRendered: number };
}

/** Where setting it up goes on. */
export function nextStep({ status, counters, duplicateResolution }: Standing): Step {
  if (status === 'IMPORTING_CONTACTS') return 'import';
  if (status === 'GENERATING_SCRIPTS') return 'scripts';
  if (status === 'GENERATING_AUDIO') return 'audio';
  if (status === 'APPROVED') return 'submit';
  if (status === 'REVIEW') {
    if (counters.scriptsPending > 0) return 'review';
    return counters.audioRendered < counters.contacts ? 'audio' : 'final';
  }
  if (counters.contacts === 0) return 'import';
  return duplicateResolution ? 'scripts' : 'duplicates';
}

const NAMES: Partial<Record<CampaignStatus, string>> = {
  DRAFT: 'Go on setting up',
  IMPORTING_CONTACTS: 'Follow the import',
  GENERATING_SCRIPTS: 'Follow the writing',
  REVIEW: 'Go on reviewing',
  GENERATING_AUDIO: 'Follow the speaking',
  APPROVED: 'Submit',
};

/** The one thing to do next, as the state says. */
export function primaryAction(id: string, standing: Standing): { name: string; path: string } {
  const base = `/agent/campaigns/${id}`;
  const name = NAMES[standing.status];
  if (name) return { name, path: `${base}/setup/${nextStep(standing)}` };
  if (standing.status === 'COMPLETED') return { name: 'Read the digest', path: `${base}/digest` };
  if (standing.status === 'PAUSED') return { name: 'Go on', path: base };
  if (standing.status === 'SUBMITTED' || standing.status === 'ACTIVE') return { name: 'Watch', path: base };
  return { name: 'Open', path: base };
}

/** Whether something moves by itself. */
export const isMoving = (status: CampaignStatus): boolean =>
  ['IMPORTING_CONTACTS', 'GENERATING_SCRIPTS', 'GENERATING_AUDIO', 'SUBMITTED', 'ACTIVE'].includes(status);
