// Where a campaign goes on.
import { expect, test } from 'vitest';
import { nextStep, primaryAction } from './steps';

const counters = { contacts: 12, scriptsPending: 0, scriptsApproved: 12, audioRendered: 12 };

test('a draft goes on with what was not done yet', () => {
  expect(nextStep({ status: 'DRAFT', counters: { ...counters, contacts: 0 } })).toBe('import');
  expect(nextStep({ status: 'DRAFT', counters })).toBe('duplicates');
  expect(nextStep({ status: 'DRAFT', counters, duplicateResolution: { kept: false } })).toBe('scripts');
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

test('what runs is watched, and what is paused goes on', () => {
  const path = '/agent/campaigns/c1';
  expect(primaryAction('c1', { status: 'ACTIVE', counters })).toEqual({ name: 'Watch', path });
  expect(primaryAction('c1', { status: 'SUBMITTED', counters })).toEqual({ name: 'Watch', path });
  expect(primaryAction('c1', { status: 'PAUSED', counters })).toEqual({ name: 'Go on', path });
});
