import { expect, test } from 'vitest';
import { comparedName } from './SideBySide';

test('a prompt is called by what the agent asked for and told from others that begin alike', () => {
  const key = 'a1b2c3d4e5f60718';
  expect(comparedName('PROMPT', { key, name: 'Be brief.' })).toBe('Be brief. (a1b2c3)');
  expect(comparedName('PROMPT', { key, name: null })).toBe('Prompt a1b2c3');
});
