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
}

const TITLES: Record<string, string> = {
  ContactsImported: 'Put into the campaign by a list',
  ContactCreated: 'Contact made',
  ConsentRecorded: 'Consent recorded',
  ConsentRevoked: 'Consent ended',
  ScriptGenerated: 'Script written',
  ScriptEdited: 'Script edited',
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
const UNSHOWN = /envelope|phone_index|^text$|_id$|_index$|storage_key|idempotency_key|^by$|^location$/;

const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function said(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (name === 'cost' && typeof value === 'number') return money(value);
  if (name.endsWith('_ms') && typeof value === 'number') return `${(value / 1000).toFixed(1)} s`;
  if (typeof value === 'string') return value.startsWith('2.') && value.length > 60 ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isPayload(value) && typeof value.is === 'string') return plain(value.is);
  return undefined;
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
    if (words !== undefined) return [[plain(name.replace(/_ms$/, '')), words]];
    return isPayload(value) ? factsOf(value) : [];
  });
}

/** The words of an event; what can't be read stays as it came. */
export function eventWords(type: string, summary: string): EventWords {
  const spelled = plain(type.replace(/([a-z])([A-Z])/g, '$1 $2'));
  const title = TITLES[type] ?? spelled;
  let parsed: unknown;
  try {
    parsed = JSON.parse(summary);
  } catch {
    return { title: summary || title, facts: [], findings: [] };
  }
  const inner = isPayload(parsed) ? (parsed[type] ?? parsed) : undefined;
  if (!isPayload(inner)) return { title, facts: [], findings: [] };
  if (isPayload(inner.decision)) {
    const { decision } = inner;
    const verdict = isPayload(decision.verdict) ? decision.verdict : {};
    const others = Object.entries(decision).filter(([name]) => name !== 'findings' && name !== 'verdict');
    const facts = factsOf(Object.fromEntries(others));
    if (typeof verdict.until === 'string') facts.unshift(['Until', verdict.until]);
    return { title: VERDICTS[String(verdict.is)] ?? title, facts, findings: findingsOf(decision) };
  }
  const review = typeof inner.review === 'string' ? `Script ${plain(inner.review).toLowerCase()}` : undefined;
  return { title: review ?? title, facts: factsOf(inner), findings: [] };
}
