// Where a campaign goes on.
import { expect, test } from 'vitest';
import { nextStep, primaryAction } from './steps';

const counters = { contacts: 12, scriptsPending: 0, scriptsApproved: 12, audioRendered: 12 };

test('a draft without contacts goes on with the import', () => {
  expect(nextStep({ status: 'DRAFT', counters: { ...counters, contacts: 0 } })).toBe('import');
  expect(nextStep({ status: 'DRAFT', counters })).toBe('scripts');
});

test('a review goes on with what is missing first', () => {
  expect(nextStep({ status: 'REVIEW', counters: { ...counters, scriptsPending: 1 } })).toBe('review');
  expect(nextStep({ status: 'REVIEW', counters: { ...counters, audioRendered: 3 } })).toBe('audio');
  expect(nextStep({ status: 'REVIEW', counters })).toBe('final');
});

test('a completed campaign offers its digest', () => {
  expect(primaryAction('c1', { status: 'COMPLETED', counters })).toEqual({
    name: 'Read the digest',
    path: '/agent/campaigns/c1/digest',
  });
});
