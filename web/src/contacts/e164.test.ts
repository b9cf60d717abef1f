// Ways of writing a number.
import { expect, test } from 'vitest';
import { e164 } from './e164';

test('any way of writing a US number is understood', () => {
  for (const text of ['(760) 555-0120', '760.555.0120', '+1 760 555 0120', '17605550120']) {
    expect(e164(text)).toBe('+17605550120');
  }
});

test('what is no US number is not', () => {
  for (const text of ['', '555-0120', '060 555 0120', '760 155 0120', '76055501201'])
    expect(e164(text)).toBeUndefined();
});
