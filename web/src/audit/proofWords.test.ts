// The words of a proof: what is proven, what is not covered yet, what is broken.
import { expect, test } from 'vitest';
import { when } from '../parts/words';
import type { Proof } from './proofWords';
import { proofWords } from './proofWords';

const signedAt = '2026-11-30T06:10:00Z';

const proof = (more: Partial<Proof>): Proof => ({
  state: 'PROVEN',
  provenEvents: 41,
  newerEvents: 2,
  key: 'voicedrop/test+00000000+AQ==',
  note: 'voicedrop/test',
  checkpoint: { events: 900, signedAt, keyId: 'voicedrop/test+00000000' },
  broken: null,
  refusal: null,
  ...more,
});

test('what is proven is said with the checkpoint, and what is newer than it', () => {
  expect(proofWords(proof({}))).toEqual({
    isBroken: false,
    title: 'Unaltered',
    text: `41 events are proven by the checkpoint of ${when(signedAt)}; 2 are newer.`,
  });
  expect(proofWords(proof({ provenEvents: 1, newerEvents: 0 })).text).toBe(
    `1 event is proven by the checkpoint of ${when(signedAt)}.`,
  );
  expect(proofWords(proof({ newerEvents: 1 })).text).toMatch(/; 1 is newer\.$/);
});

test('what is broken is said first, with where', () => {
  const broken = { message: 'an event is not what was recorded (position 7)' };
  const words = proofWords(proof({ state: 'BROKEN', provenEvents: 40, broken }));
  expect(words.isBroken).toBe(true);
  expect(words.text).toContain('position 7');
});

test('before the first checkpoint nothing is claimed', () => {
  const words = proofWords(
    proof({ state: 'NOT_COVERED', provenEvents: 0, newerEvents: 3, checkpoint: null }),
  );
  expect(words.title).toBe('Not covered yet');
  expect(words.text).toContain('3 events are not covered');
});
