// What the lists of numbers that must not be called are called on the screen.
import type { ListAge, ListKind } from '../graph/generated/graphql';

export const listKinds: Record<ListKind, string> = {
  FEDERAL_DNC: 'National registry',
  STATE_DNC: 'A state’s registry',
  LITIGATOR: 'Known litigators',
  REASSIGNED: 'Numbers that changed hands',
  INTERNAL: 'Your own list',
};

/** A list by its name, a state's registry with its state. */
export const listName = (list: { kind: ListKind; state?: string | null | undefined }): string =>
  listKinds[list.kind] + (list.state ? `: ${list.state}` : '');

/** A registry may be no older than 31 days: 16 CFR 310.4(b)(3)(iv). */
export const listAges: Record<ListAge, { label: string; color: string }> = {
  FRESH: { label: 'Fresh', color: 'green' },
  AGEING: { label: 'Time for a new one', color: 'orange' },
  EXPIRING: { label: 'Its last day', color: 'orange' },
  STALE: { label: 'Too old', color: 'red' },
};
