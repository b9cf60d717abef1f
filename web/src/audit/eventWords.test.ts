// Words of events, as they are really stored.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventWords } from './eventWords';

const EVENTS = join(import.meta.dirname, '../../../domain/tests/fixtures/events');

const stored = (kind: string, event: string): string =>
  readFileSync(join(EVENTS, kind, event, '1.json'), 'utf8');

test('a decision says its verdict, every rule behind it, and what it rests on', () => {
  const words = eventWords('SubmissionDecided', stored('script', 'SubmissionDecided'));
  expect(words.title).toBe('Held');
  expect(words.facts).toEqual([
    ['Until', '2026-11-19T16:10:00Z'],
    ['Time zones', 'America/Los_Angeles'],
    ['States', 'CA'],
    ['Rules', 'us@2026-11-22'],
    ['Fingerprint of the rules', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    ['Version of the decision', '1'],
  ]);
  expect(words.findings).toEqual([
    { rule: 'US.CONSENT', effect: 'passes', detail: 'prior express written consent is on record' },
    {
      rule: 'US.WINDOW',
      effect: 'holds',
      detail: 'Wed 18 Nov 2026 21:00 PST in America/Los_Angeles; closed',
      until: '2026-11-19T16:10:00Z',
    },
  ]);
});

test('the inputs of a decision are said, whole', () => {
  const decided = JSON.parse(stored('script', 'SubmissionDecided')) as {
    SubmissionDecided: { decision: Record<string, unknown> };
  };
  decided.SubmissionDecided.decision.inputs = {
    at: '2026-11-18T19:00:00Z',
    area_code: '760',
    zip3: '922',
    state: 'CA',
    consent: 'written',
    attempts: [
      { at: '2026-10-01T18:00:00Z', subject: 'your home' },
      { at: '2026-09-01T18:00:00Z', on_another_number: true },
    ],
    min_interval_days: 30,
    lists: [
      {
        name: 'National registry',
        kind: 'national_registry',
        version: '2026-11',
        obtained_at: '2026-11-02T00:00:00Z',
        holds_number: false,
      },
    ],
    permits: [{ state: 'CA', permit: 'telephone_seller', number: '17', expires_on: '2027-01-31' }],
    relationship: {},
    content: { is: 'known', said: { caller_ms: 1800, seller_ms: 2400 } },
    tzdb: '2026a',
  };
  const { facts, grounds } = eventWords('SubmissionDecided', JSON.stringify(decided));
  expect(facts.map(([name]) => name)).not.toContain('Consent');
  expect(Object.fromEntries(grounds)).toEqual({
    'Decided for': ['2026-11-18T19:00:00Z'],
    'Area code': ['760'],
    'ZIP code begins with': ['922'],
    State: ['CA'],
    Consent: ['written'],
    'Calls that count': [
      'at: 2026-10-01T18:00:00Z, subject: your home',
      'at: 2026-09-01T18:00:00Z, on another number: yes',
    ],
    'Last call': ['none'],
    'Least days between two calls': ['30'],
    'Lists looked at': [
      'name: National registry, kind: national registry, version: 2026-11, obtained at: 2026-11-02T00:00:00Z, holds the number: no',
    ],
    Permits: ['state: CA, permit: telephone seller, number: 17, expires on: 2027-01-31'],
    'Business with the person': ['none'],
    'What the words say': ['Known, caller: 1.8 s, seller: 2.4 s'],
    'Version of the time zones': ['2026a'],
  });
});

test('sealed parts and ids are not shown', () => {
  expect(eventWords('ContactCreated', stored('contact', 'ContactCreated'))).toEqual({
    title: 'Contact made',
    facts: [
      ['Source', 'title rep'],
      ['Listing status', 'expired'],
    ],
    findings: [],
    grounds: [],
  });
});

test('every stored event of a script and a contact is said in words, and nothing sealed with it', () => {
  for (const kind of ['script', 'contact']) {
    for (const event of readdirSync(join(EVENTS, kind))) {
      const words = JSON.stringify(eventWords(event, stored(kind, event)));
      expect(words, event).not.toMatch(/object Object|undefined|c2VhbGVk|storage_key/);
    }
  }
});

test('words that the API sends stay as they are', () => {
  expect(eventWords('Delivered', 'Left in the mailbox at noon').title).toBe('Left in the mailbox at noon');
});
