// How numbers, money and times are written.
import { expect, test } from 'vitest';
import { away, counted, lasting, money, phone, plain } from './words';

test('sums are dollars, small ones to a hundredth of a cent', () => {
  expect(money(6_169_200)).toBe('$6.17');
  expect(money(3_582)).toBe('$0.0036');
  expect(money(0)).toBe('$0.00');
});

test('numbers are written as people write them', () => {
  expect(phone('+17605550186')).toBe('(760) 555-0186');
  expect(phone('+442071234567')).toBe('+442071234567');
  expect(counted(1, 'contact')).toBe('1 contact');
  expect(counted(1200, 'contact')).toBe('1,200 contacts');
});

test('times say how far away they are', () => {
  const now = Date.parse('2026-11-19T12:00:00Z');
  expect(away('2026-11-19T15:30:00Z', now)).toBe('in 3 hours');
  expect(away('2026-11-18T12:00:00Z', now)).toBe('yesterday');
  expect(lasting(125)).toBe('2 min 5 s');
});

test('a name of the API becomes words', () => {
  expect(plain('NO_PHONE_COLUMN')).toBe('No phone column');
});
