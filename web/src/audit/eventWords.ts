// What an event of the history says in plain words. The API hands the event's payload; sealed parts and fingerprints are not shown.
import { money, plain } from '../parts/words';

type Payload = Record<string, unknown>;

export interface Finding {
  rule: string;
  effect: string;
  detail: string;
  until?: string;
}

export interface EventWords {
  title: string;
  /** Facts with their names. */
  facts: [string, string][];
  findings: Finding[];
  /** What a decision was made on, a line each of what there can be several of. */
  grounds: [string, string[]][];
}

const TITLES: Record<string, string> = {
  ContactsImported: 'Put into the campaign by a list',
  ContactCreated: 'Contact made',
  ConsentRecorded: 'Consent recorded',
  ConsentRevoked: 'Consent ended',
  ScriptGenerated: 'Script written',
  ScriptEdited: 'Script edited',
  ReviewUndone: 'Review taken back',
  AudioRemoved: 'Recording deleted',
  Sent: 'Sent by the carrier',
  SubmissionFailed: 'Not taken by the carrier',
  AudioRequested: 'Recording asked for',
  AudioRendered: 'Recording made',
  AudioFailed: 'Recording could not be made',
  SubmissionAttempted: 'Handing over begun',
  SlotReserved: 'Counted as contacted',
  SlotReleased: 'No longer counted as contacted',
  Submitted: 'Taken by the carrier',
  SubmissionInDoubt: 'Nobody knows whether the carrier has it',
  SubmissionLapsed: 'Never sent',
  Delivered: 'Left in the mailbox',
  DeliveryFailed: 'Not left',
  Listened: 'Played',
};

/** Sealed, or of no use to a reader. */
const UNSHOWN =
  /envelope|phone_index|^text$|(?<!^pack)_id$|_index$|storage_key|idempotency_key|^by$|^location$/;

/** What a name as it is stored does not say by itself. */
const NAMES: Record<string, string> = {
  pack_id: 'Rules',
  pack_sha256: 'Fingerprint of the rules',
  engine_version: 'Version of the decision',
  next_allowed: 'Could be sent',
  zones: 'Time zones',
  zip3: 'ZIP code begins with',
  attempts: 'Calls that count',
  last_contact_at: 'Last call',
  min_interval_days: 'Least days between two calls',
  lists: 'Lists looked at',
  holds_number: 'holds the number',
  relationship: 'Business with the person',
  content: 'What the words say',
  tzdb: 'Version of the time zones',
};

const named = (name: string): string => NAMES[name] ?? plain(name.replace(/_ms$/, ''));

const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One value in words; nothing of what is sealed, empty, or more than one value. */
function said(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (name === 'cost' && typeof value === 'number') return money(value);
  if (name.endsWith('_ms') && typeof value === 'number') return `${(value / 1000).toFixed(1)} s`;
  if (typeof value === 'string') {
    if (/^(v1|2)\.\S+$/.test(value)) return undefined;
    return /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replace(/_/g, ' ') : value;
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (isPayload(value) && typeof value.is === 'string') {
    const { is, ...others } = value;
    return [plain(is), ...inner(others)].join(', ');
  }
  return undefined;
}

/** What a compound value says, each part with its name. */
const inner = (value: Payload): string[] =>
  factsOf(value).map(([name, words]) => `${name.charAt(0).toLowerCase()}${name.slice(1)}: ${words}`);

/** Each of several values on a line of its own. */
function linesOf(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(one => linesOf(name, one));
  const words = said(name, value) ?? (isPayload(value) ? inner(value).join(', ') : '');
  return words ? [words] : [];
}

function findingsOf(decision: Payload): Finding[] {
  if (!Array.isArray(decision.findings)) return [];
  return decision.findings.filter(isPayload).map(finding => {
    const effect = isPayload(finding.effect) ? finding.effect : {};
    return {
      rule: String(finding.rule ?? ''),
      effect: String(effect.is ?? ''),
      detail: String(finding.detail ?? ''),
      ...(typeof effect.until === 'string' ? { until: effect.until } : {}),
    };
  });
}

const VERDICTS: Record<string, string> = {
  cleared: 'Cleared to be sent',
  held_until: 'Held',
  blocked: 'Blocked: never sent',
};

function factsOf(payload: Payload): [string, string][] {
  return Object.entries(payload).flatMap(([name, value]): [string, string][] => {
    if (UNSHOWN.test(name)) return [];
    const words = said(name, value);
    if (words !== undefined) return [[named(name), words]];
    if (Array.isArray(value)) {
      const parts = linesOf(name, value);
      return parts.length > 0 ? [[named(name), parts.join(value.some(isPayload) ? '; ' : ', ')]] : [];
    }
    return isPayload(value) ? factsOf(value) : [];
  });
}

/** Inputs that are left out where there are none. */
const LEFT_OUT = { attempts: [], last_contact_at: null, lists: [], permits: [] };

/** What a decision was made on; what it had none of is said to be none. */
function groundsOf(inputs: Payload): [string, string[]][] {
  return Object.entries({ ...LEFT_OUT, ...inputs }).map(([name, value]) => {
    const lines = linesOf(name, value);
    return [name === 'at' ? 'Decided for' : named(name), lines.length > 0 ? lines : ['none']];
  });
}

/** The payload of an event as the API hands it; nothing where it hands words. */
export function payloadOf(type: string, summary: string): Payload | undefined {
  try {
    const parsed: unknown = JSON.parse(summary);
    const payload = isPayload(parsed) ? (parsed[type] ?? parsed) : undefined;
    return isPayload(payload) ? payload : {};
  } catch {
    return undefined;
  }
}

/** The words of an event; what can't be read stays as it came. */
export function eventWords(type: string, summary: string): EventWords {
  const spelled = plain(type.replace(/([a-z])([A-Z])/g, '$1 $2'));
  const title = TITLES[type] ?? spelled;
  const payload = payloadOf(type, summary);
  if (!payload) return { title: summary || title, facts: [], findings: [], grounds: [] };
  if (isPayload(payload.decision)) {
    const { decision } = payload;
    const verdict = isPayload(decision.verdict) ? decision.verdict : {};
    const facts = factsOf({ ...decision, verdict: undefined, findings: undefined, inputs: undefined });
    if (typeof verdict.until === 'string') facts.unshift(['Until', verdict.until]);
    return {
      title: VERDICTS[String(verdict.is)] ?? title,
      facts,
      findings: findingsOf(decision),
      grounds: isPayload(decision.inputs) ? groundsOf(decision.inputs) : [],
    };
  }
  const review = type === 'ScriptReviewed' && typeof payload.review === 'string' ? payload.review : undefined;
  return {
    title: review ? `Script ${plain(review).toLowerCase()}` : title,
    facts: factsOf(payload),
    findings: [],
    grounds: [],
  };
}
