// Words of events.
import { expect, test } from 'vitest';
import { eventWords } from './eventWords';

test('a decision says its verdict and every rule behind it', () => {
  const summary = JSON.stringify({
    SubmissionDecided: {
      decision: {
        verdict: { is: 'held_until', until: '2026-11-30T17:30:00Z' },
        rule_pack: '1',
        findings: [{ rule: 'US.CONSENT', effect: { is: 'passes' }, detail: 'consent is on record' }],
      },
    },
  });
  const words = eventWords('SubmissionDecided', summary);
  expect(words.title).toBe('Held');
  expect(words.facts[0]).toEqual(['Until', '2026-11-30T17:30:00Z']);
  expect(words.findings).toEqual([{ rule: 'US.CONSENT', effect: 'passes', detail: 'consent is on record' }]);
});

test('sealed parts and ids are not shown', () => {
  const summary = JSON.stringify({
    ContactCreated: { contact_id: 'x', envelope: '2.abc', phone_index: 'y', source: 'title_rep' },
  });
  expect(eventWords('ContactCreated', summary)).toEqual({
    title: 'Contact made',
    facts: [['Source', 'title_rep']],
    findings: [],
  });
});

test('words that the API sends stay as they are', () => {
  expect(eventWords('Delivered', 'Left in the mailbox at noon').title).toBe('Left in the mailbox at noon');
});
