// What was spoken: the words of the version of this very step and, where it was recorded, the recording, found by its fingerprint. A newer
// one is never shown or played in its place.
import { Blockquote, Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Sound } from '../parts/Sound';
import { Shown } from '../parts/States';
import type { Entry } from './Replay';
import { payloadOf } from './eventWords';

const document = graphql(`
  query RecordingOf($id: ID!) {
    script(id: $id) {
      id
      versions {
        version
        text
      }
      audio {
        url
        sha256
      }
    }
  }
`);

/** What there is to read, or to read and hear, of a step; nothing of most. */
const OFFERS: Record<string, string> = {
  ScriptGenerated: 'Read the words',
  ScriptEdited: 'Read the words',
  AudioRendered: 'Hear this recording',
};

export function Recording({ entry }: { entry: Entry }) {
  const [isOpen, setOpen] = useState(false);
  const offer = OFFERS[entry.eventType];
  if (!offer) return null;
  if (!isOpen) {
    return (
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        {offer}
      </Button>
    );
  }
  return <Spoken entry={entry} />;
}

function Spoken({ entry }: { entry: Entry }) {
  const id = entry.subjectId.includes(':') ? entry.subjectId : `script:${entry.subjectId}`;
  const asked = useAsk(document, { id });
  const payload = payloadOf(entry.eventType, entry.summary) ?? {};
  const isRecorded = entry.eventType === 'AudioRendered';
  return (
    <Shown asked={asked} what="what was spoken">
      {({ script }) => {
        const words = script?.versions.find(({ version }) => version === payload.version)?.text;
        return (
          <Stack gap="xs" my="xs">
            {words === undefined ? (
              <Text size="sm" c="dimmed">
                The words are not kept any more.
              </Text>
            ) : (
              <Blockquote p="xs" className="words" aria-label={`Words of ${entry.position}`}>
                {words}
              </Blockquote>
            )}
            {isRecorded &&
              (script?.audio && script.audio.sha256 === payload.sha256 ? (
                <Sound url={script.audio.url} label={`Recording of ${entry.position}`} />
              ) : (
                <Text size="sm" c="dimmed">
                  The recording is not kept any more: it was deleted after its time, or the words were changed
                  since.
                </Text>
              ))}
          </Stack>
        );
      }}
    </Shown>
  );
}
