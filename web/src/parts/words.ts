// What the API's names are called on the screen, and how numbers, money and times are written.
import type {
  AudioState,
  CampaignStatus,
  CampaignType,
  ContactSource,
  ContactStanding,
  DeliveryStatus,
  ImportStatus,
  ReviewState,
  Role,
} from '../graph/generated/graphql';

export const campaignTypes: Record<CampaignType, string> = {
  SPHERE_OF_INFLUENCE: 'Sphere of influence',
  PAST_CLIENTS: 'Past clients',
  NEIGHBORHOOD_EXPIREDS: 'Neighborhood expireds',
  HIGH_EQUITY: 'High equity',
  CUSTOM: 'Custom',
};

export const campaignStatuses: Record<CampaignStatus, { label: string; color: string }> = {
  ABSENT: { label: 'Absent', color: 'gray' },
  DRAFT: { label: 'Draft', color: 'gray' },
  IMPORTING_CONTACTS: { label: 'Importing contacts', color: 'blue' },
  GENERATING_SCRIPTS: { label: 'Writing scripts', color: 'blue' },
  REVIEW: { label: 'In review', color: 'violet' },
  GENERATING_AUDIO: { label: 'Speaking scripts', color: 'blue' },
  APPROVED: { label: 'Approved', color: 'teal' },
  SUBMITTED: { label: 'Submitted', color: 'teal' },
  ACTIVE: { label: 'Sending', color: 'green' },
  PAUSED: { label: 'Paused', color: 'orange' },
  COMPLETED: { label: 'Completed', color: 'green' },
  FAILED: { label: 'Failed', color: 'red' },
  CANCELLED: { label: 'Cancelled', color: 'red' },
};

export const deliveries: Record<DeliveryStatus, { label: string; color: string }> = {
  NOT_SENT: { label: 'Not sent yet', color: 'gray' },
  HELD: { label: 'Held', color: 'orange' },
  LAPSED: { label: 'Lapsed', color: 'orange' },
  BLOCKED: { label: 'Blocked', color: 'red' },
  QUEUED: { label: 'Queued', color: 'blue' },
  IN_DOUBT: { label: 'In doubt', color: 'orange' },
  SENT: { label: 'Sent', color: 'blue' },
  FAILED: { label: 'Failed', color: 'red' },
  DELIVERED: { label: 'Delivered', color: 'green' },
  LISTENED: { label: 'Listened', color: 'teal' },
};

export const reviews: Record<ReviewState, { label: string; color: string }> = {
  PENDING: { label: 'Waits for review', color: 'violet' },
  APPROVED: { label: 'Approved', color: 'green' },
  REJECTED: { label: 'Rejected', color: 'red' },
  NEEDS_REVISION: { label: 'Needs revision', color: 'orange' },
};

export const audioStates: Record<AudioState, { label: string; color: string }> = {
  NONE: { label: 'No audio', color: 'gray' },
  REQUESTED: { label: 'Audio asked for', color: 'blue' },
  RENDERED: { label: 'Audio made', color: 'green' },
  FAILED: { label: 'Audio failed', color: 'red' },
  REMOVED: { label: 'Audio deleted after its time', color: 'gray' },
};

export const standings: Record<ContactStanding, { label: string; color: string }> = {
  ABSENT: { label: 'Absent', color: 'gray' },
  OPEN: { label: 'May be contacted', color: 'green' },
  OPTED_OUT: { label: 'Opted out', color: 'orange' },
  DO_NOT_CONTACT: { label: 'Do not contact', color: 'red' },
  ERASED: { label: 'Erased', color: 'gray' },
};

export const sources: Record<ContactSource, string> = {
  TITLE_REP: 'Title company list',
  GOOGLE_CONTACTS: 'Google Contacts',
  DATABASE: 'CRM',
  MOJO_DIALER: 'Mojo Dialer',
  MANUAL: 'By hand',
  CSV_IMPORT: 'Other file',
  API_INTEGRATION: 'API',
};

export const importStatuses: Record<ImportStatus, { label: string; color: string }> = {
  ABSENT: { label: 'Absent', color: 'gray' },
  RUNNING: { label: 'Running', color: 'blue' },
  COMPLETED: { label: 'Completed', color: 'green' },
  FAILED: { label: 'Failed', color: 'red' },
  CANCELLED: { label: 'Cancelled', color: 'orange' },
  UNDOING: { label: 'Being undone', color: 'blue' },
  UNDONE: { label: 'Undone', color: 'gray' },
};

export const roles: Record<Role, { label: string; may: string }> = {
  ADMIN: { label: 'Admin', may: 'Everything' },
  AGENT: { label: 'Agent', may: 'Own campaigns, and those of the own teams' },
  VIEWER: { label: 'Viewer', may: 'Reads what an agent of the team may read' },
  AUDITOR: { label: 'Auditor', may: 'Reads everything with its history, changes nothing' },
};

/** `NO_PHONE_COLUMN` as `No phone column`. */
export function plain(name: string): string {
  const words = name
    .replace(/[_.-]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const whole = new Intl.NumberFormat('en-US');
export const count = (n: number): string => whole.format(n);

/** `1 contact`, `2 contacts`. */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** Dollars from millionths of a dollar; more places for small sums. */
export function money(micros: number): string {
  const dollars = micros / 1_000_000;
  const places = dollars !== 0 && Math.abs(dollars) < 1 ? 4 : 2;
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: places,
  }).format(dollars);
}

const moment = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });
export const when = (text: string): string => moment.format(new Date(text));

const calendarDay = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
/** A day of the calendar, such as `2026-11-19`, wherever the reader is. */
export const dayName = (day: string): string => calendarDay.format(new Date(`${day}T00:00Z`));

const relative = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How far away an instant is, such as `3 hours ago`. */
export function away(text: string, now = Date.now()): string {
  const seconds = (new Date(text).getTime() - now) / 1000;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

/** A stretch of time, such as `2 min 5 s`. */
export function lasting(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), all % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}

/** A US number as people write it. */
export function phone(number: string): string {
  const found = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return found ? `(${found[1]}) ${found[2]}-${found[3]}` : number;
}

/** Said of what no carrier reports, which is not the same as none. */
export const NOT_REPORTED = 'not reported';

/** A share in percent. */
export const share = (part: number, of: number): string =>
  of > 0 ? `${((100 * part) / of).toFixed(1)} %` : '—';
