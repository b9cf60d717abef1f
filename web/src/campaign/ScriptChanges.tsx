// Editing one script by hand, and having it written again.
import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { ScriptWholeFragment } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { editDocument, regenerateDocument } from './scriptDocuments';

const writersDocument = graphql(`
  query Writers {
    writers {
      provider
      model
    }
  }
`);

interface Properties {
  script: ScriptWholeFragment;
  opened: boolean;
  close: () => void;
}

export function EditScript({ script, opened, close }: Properties) {
  const [text, setText] = useState(script.text);
  const edit = useChange(editDocument);
  const save = async () => {
    const done = await edit.run({ id: script.id, version: script.version, text });
    if (done) close();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`Edit the script for ${script.contact?.name ?? 'the contact'}`}
      size="lg"
    >
      <Stack>
        <Textarea
          label="Words"
          description="Saving makes a new version that waits for review. Ctrl+S saves."
          autosize
          minRows={8}
          data-autofocus
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          onKeyDown={event => {
            if ((event.ctrlKey || event.metaKey) && event.key === 's') {
              event.preventDefault();
              void save();
            }
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button
            loading={edit.busy}
            disabled={text === script.text || !text.trim()}
            onClick={() => void save()}
          >
            Save the new version
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function RegenerateScript({ script, opened, close }: Properties) {
  const asked = useAsk(writersDocument, {}, { pause: !opened });
  const [engine, setEngine] = useState('template');
  const [prompt, setPrompt] = useState('');
  const regenerate = useChange(regenerateDocument);
  const run = async () => {
    const done = await regenerate.run({
      id: script.id,
      engine: engine === 'template' ? null : { provider: engine },
      prompt: engine === 'template' ? null : prompt.trim() || null,
    });
    if (done) close();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`Write the script for ${script.contact?.name ?? 'the contact'} again`}
    >
      <Stack>
        <Select
          label="Written by"
          data-autofocus
          allowDeselect={false}
          value={engine}
          onChange={value => setEngine(value ?? 'template')}
          data={[
            { value: 'template', label: 'The template' },
            ...(asked.data?.writers ?? []).map(w => ({
              value: w.provider,
              label: `${w.provider}, ${w.model}`,
            })),
          ]}
        />
        {engine !== 'template' && (
          <Textarea
            label="What the model should mind"
            autosize
            minRows={2}
            value={prompt}
            onChange={e => setPrompt(e.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button loading={regenerate.busy} onClick={() => void run()}>
            Write it again
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
