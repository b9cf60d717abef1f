// What was spoken: the recording of this very step, found by its fingerprint. A newer one is never played in its place.
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Sound } from '../parts/Sound';
import { Shown } from '../parts/States';
import type { Entry } from './Replay';
import { eventWords } from './eventWords';

const document = graphql(`
  query RecordingOf($id: ID!) {
    script(id: $id) {
      id
      audio {
        url
        sha256
      }
    }
  }
`);

export function Recording({ entry }: { entry: Entry }) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        Hear this recording
      </Button>
    );
  }
  return <Player entry={entry} />;
}

function Player({ entry }: { entry: Entry }) {
  const id = entry.subjectId.includes(':') ? entry.subjectId : `script:${entry.subjectId}`;
  const asked = useAsk(document, { id });
  const facts = eventWords(entry.eventType, entry.summary).facts;
  const sha256 = facts.find(([name]) => name === 'Sha256')?.[1];
  return (
    <Shown asked={asked} what="the recording">
      {({ script }) =>
        script?.audio && script.audio.sha256 === sha256 ? (
          <Sound url={script.audio.url} label={`Recording of ${entry.position}`} />
        ) : (
          <Text size="sm" c="dimmed">
            It is not kept any more: it was deleted after its time, or the words were changed since.
          </Text>
        )
      }
    </Shown>
  );
}
