// One script at a time: every key is printed on its button.
import { Button, Group, Kbd, Modal, Paper, Stack, Table, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { ScriptCard } from '../campaign/ScriptCard';
import { EditScript, RegenerateScript } from '../campaign/ScriptChanges';
import type { ScriptWholeFragment } from '../graph/generated/graphql';
import type { useReview } from './useReview';

const KEYS: [string, string][] = [
  ['A or Enter', 'Approve and go to the next'],
  ['R', 'Reject, with a reason'],
  ['E', 'Edit the words'],
  ['G', 'Have it written again'],
  ['Space', 'Play or pause the audio'],
  ['J or ↓', 'Next'],
  ['K or ↑', 'The one before'],
  ['U', 'Take the last one back'],
  ['?', 'This list'],
];

interface Properties {
  scripts: ScriptWholeFragment[];
  more: () => void;
  review: ReturnType<typeof useReview>;
}

type Dialog = 'reject' | 'edit' | 'write' | 'keys';

export function OneReview({ scripts, more, review }: Properties) {
  const [at, setAt] = useState(0);
  const [dialog, setDialog] = useState<Dialog>();
  const player = useRef<HTMLAudioElement>(null);
  const place = Math.min(at, scripts.length - 1);
  const script = scripts[place];
  useEffect(() => {
    if (place > scripts.length - 10) more();
  }, [place, scripts.length, more]);
  const move = (by: number) => setAt(Math.max(0, Math.min(scripts.length - 1, place + by)));
  const approve = () => {
    if (!script) return;
    void review.say({ ids: [script.id], review: 'APPROVED' });
    if (script.review === 'APPROVED') move(1);
  };
  const play = () => {
    const audio = player.current;
    if (!audio) return;
    if (audio.paused) void audio.play().catch(() => undefined);
    else audio.pause();
  };
  const onKey = (act: () => void) => (event: KeyboardEvent) => {
    if (dialog) return;
    // Enter and Space belong to the control that has the focus.
    const isControl =
      event.target instanceof Element &&
      event.target.closest('button, a, audio, [role="combobox"], [role="radio"]');
    if (isControl && (event.key === 'Enter' || event.key === ' ')) return;
    event.preventDefault();
    act();
  };
  useHotkeys([
    ['a', onKey(approve)],
    ['Enter', onKey(approve)],
    ['r', onKey(() => setDialog('reject'))],
    ['e', onKey(() => setDialog('edit'))],
    ['g', onKey(() => setDialog('write'))],
    ['Space', onKey(play)],
    ['j', onKey(() => move(1))],
    ['ArrowDown', onKey(() => move(1))],
    ['k', onKey(() => move(-1))],
    ['ArrowUp', onKey(() => move(-1))],
    ['u', onKey(review.undoLast)],
    ['shift+?', onKey(() => setDialog('keys'))],
  ]);
  if (!script) return null;
  const close = () => setDialog(undefined);
  return (
    <Paper withBorder p="md">
      <Stack>
        <Text size="sm" c="dimmed" aria-live="polite">
          {place + 1} of {scripts.length} in this queue
        </Text>
        <ScriptCard key={script.id} script={script} player={player}>
          <Group gap="xs">
            <Button
              color="green"
              onClick={approve}
              disabled={script.review === 'APPROVED'}
              rightSection={<Kbd>A</Kbd>}
            >
              Approve
            </Button>
            <Button color="red" onClick={() => setDialog('reject')} rightSection={<Kbd>R</Kbd>}>
              Reject
            </Button>
            <Button variant="default" onClick={() => setDialog('edit')} rightSection={<Kbd>E</Kbd>}>
              Edit
            </Button>
            <Button variant="default" onClick={() => setDialog('write')} rightSection={<Kbd>G</Kbd>}>
              Write again
            </Button>
            <Button
              variant="default"
              onClick={() => move(-1)}
              disabled={place === 0}
              rightSection={<Kbd>K</Kbd>}
            >
              Before
            </Button>
            <Button
              variant="default"
              onClick={() => move(1)}
              disabled={place >= scripts.length - 1}
              rightSection={<Kbd>J</Kbd>}
            >
              Next
            </Button>
            <Button variant="default" onClick={() => setDialog('keys')} rightSection={<Kbd>?</Kbd>}>
              Keys
            </Button>
          </Group>
        </ScriptCard>
      </Stack>
      {dialog === 'edit' && (
        <EditScript key={`${script.id} ${script.version}`} script={script} opened close={close} />
      )}
      {dialog === 'write' && <RegenerateScript key={script.id} script={script} opened close={close} />}
      <RejectScript
        key={`reject ${script.id}`}
        opened={dialog === 'reject'}
        close={close}
        reject={(notes, isRevision) => {
          void review.say({ ids: [script.id], review: isRevision ? 'NEEDS_REVISION' : 'REJECTED', notes });
          close();
        }}
      />
      <Modal opened={dialog === 'keys'} onClose={close} title="Keys">
        <Table aria-label="Keys">
          <Table.Tbody>
            {KEYS.map(([key, does]) => (
              <Table.Tr key={key}>
                <Table.Td>
                  <Kbd>{key}</Kbd>
                </Table.Td>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </Paper>
  );
}

function RejectScript({
  opened,
  close,
  reject,
}: {
  opened: boolean;
  close: () => void;
  reject: (notes: string, isRevision: boolean) => void;
}) {
  const [notes, setNotes] = useState('');
  return (
    <Modal opened={opened} onClose={close} title="Reject this script?">
      <form
        onSubmit={event => {
          event.preventDefault();
          reject(notes.trim(), false);
        }}
      >
        <Stack>
          <TextInput
            label="What is wrong"
            required
            data-autofocus
            value={notes}
            onChange={event => setNotes(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" disabled={!notes.trim()} onClick={() => reject(notes.trim(), true)}>
              Needs revision
            </Button>
            <Button type="submit" color="red" disabled={!notes.trim()}>
              Reject
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
