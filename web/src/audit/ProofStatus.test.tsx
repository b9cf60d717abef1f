// The proof beside a history: a break is an alert, and the checkpoint can be taken along.
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { drawn } from '../testing';
import { ProofStatus } from './ProofStatus';
import type { Proof } from './proofWords';

afterEach(cleanup);

const proof: Proof = {
  state: 'PROVEN',
  provenEvents: 41,
  newerEvents: 0,
  key: 'voicedrop/test+00000000+AQ==',
  note: 'voicedrop/test\n900',
  checkpoint: { events: 900, signedAt: '2026-11-30T06:10:00Z', keyId: 'voicedrop/test+00000000' },
  broken: null,
  refusal: null,
};

const answering = (more: Partial<Proof>) => ({
  ContactProof: () => ({ contact: { proof: { ...proof, ...more } } }),
});

test('a history that is proven says so, with the checkpoint to be kept', async () => {
  drawn(<ProofStatus contactId="contact:1" />, answering({}));
  const status = await screen.findByRole('status', { name: 'Unaltered' });
  expect(status.textContent).toContain('41 events are proven by the checkpoint of');
  const details = screen.getByText('The checkpoint, to be kept elsewhere').closest('details');
  if (!details) throw new Error('there is no checkpoint to open');
  details.open = true;
  fireEvent(details, new Event('toggle'));
  expect(screen.getByLabelText('Checkpoint').textContent).toContain('voicedrop/test');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a history that was changed is an alert that says where', async () => {
  const broken = { message: 'an event is not what was recorded (position 7)' };
  const refusal = { reason: 'the tree does not continue' };
  drawn(<ProofStatus contactId="contact:1" />, answering({ state: 'BROKEN', broken, refusal }));
  const [said, refused] = await screen.findAllByRole('alert');
  expect(said?.textContent).toContain('position 7');
  expect(refused?.textContent).toContain('the tree does not continue');
});
