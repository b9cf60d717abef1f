// What was spoken, beside the step of the history that made it.
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { drawn } from '../testing';
import type { Entry } from './Replay';
import { Recording } from './Recording';

afterEach(cleanup);

const entry = (eventType: string, payload: object) =>
  ({
    eventType,
    position: 'p7',
    subjectId: 'script:1',
    summary: JSON.stringify({ [eventType]: payload }),
  }) as Entry;

const answers = {
  RecordingOf: () => ({
    script: {
      id: 'script:1',
      versions: [
        { version: 2, text: 'Hello again, this is Rosa.' },
        { version: 1, text: 'Hello, this is Rosa.' },
      ],
      audio: { url: '/audio/2.mp3', sha256: 'abc' },
    },
  }),
};

test('the recording is heard with the words that it speaks', async () => {
  drawn(<Recording entry={entry('AudioRendered', { version: 2, sha256: 'abc' })} />, answers);
  fireEvent.click(screen.getByRole('button', { name: 'Hear this recording' }));
  await screen.findByText('Hello again, this is Rosa.');
  expect(screen.getByLabelText('Recording of p7').getAttribute('src')).toBe('/audio/2.mp3');
});

test('a newer recording is not played in place of an older one, but its words are shown', async () => {
  drawn(<Recording entry={entry('AudioRendered', { version: 1, sha256: 'old' })} />, answers);
  fireEvent.click(screen.getByRole('button', { name: 'Hear this recording' }));
  await screen.findByText('Hello, this is Rosa.');
  expect(screen.queryByLabelText('Recording of p7')).toBeNull();
  expect(screen.getByText(/is not kept any more/)).toBeTruthy();
});

test('the words of each version are read where it was written, and other steps have none', async () => {
  drawn(<Recording entry={entry('ScriptEdited', { version: 1 })} />, answers);
  fireEvent.click(screen.getByRole('button', { name: 'Read the words' }));
  await screen.findByText('Hello, this is Rosa.');
  cleanup();
  drawn(<Recording entry={entry('Delivered', { report_id: 'r' })} />, answers);
  expect(screen.queryByRole('button')).toBeNull();
});
