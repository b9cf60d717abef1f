// Where that is put right which keeps a campaign from being sent.
import { expect, test } from 'vitest';
import { fixOf } from './fixes';

test('what can be put right here is led to', () => {
  expect(fixOf('CALLER_ID', 'c1')).toEqual({
    does: 'Choose the number',
    path: '/agent/campaigns/c1/setup/final#number',
  });
  expect(fixOf('HALT', 'c1')).toEqual({ does: 'See who has halted it', path: '/settings/sending' });
});

test('of what can’t it is said where it is', () => {
  expect(fixOf('FUNDS', 'c1')).toEqual({ where: 'In the carrier’s own dashboard.' });
  expect(fixOf('BRAND', 'c1')).toHaveProperty('where');
});
