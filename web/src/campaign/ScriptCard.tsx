// One script: its words with the lint's findings beside them, what changed, and its audio.
import { Alert, Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import type { ScriptWholeFragment } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Sign } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sound } from '../parts/Sound';
import { audioStates, money, phone, plain, reviews, when } from '../parts/words';
import { versionsDocument } from './scriptDocuments';

export function ScriptCard(properties: {
  script: ScriptWholeFragment;
  player?: RefObject<HTMLAudioElement | null>;
  children?: ReactNode;
}) {
  const { script, player, children } = properties;
  const [withHistory, setWithHistory] = useState(false);
  const { contact, lint } = script;
  const sound = script.audio?.url ?? script.draftAudio;
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h4">
            {contact?.name ?? 'Unknown contact'}
          </Title>
          <Text size="sm" c="dimmed">
            {contact ? phone(contact.phone) : ''} {[contact?.city, contact?.state].filter(Boolean).join(', ')}
          </Text>
        </div>
        <Group gap="xs">
          <Sign of={reviews[script.review]} />
          <Sign of={audioStates[script.audioState]} />
        </Group>
      </Group>
      <Paper withBorder p="md">
        <Text className="words" component="div">
          <Marked script={script} />
        </Text>
      </Paper>
      <Text size="sm" c="dimmed">
        Version {script.version}, by{' '}
        {script.author === 'AI'
          ? `the model ${script.model ?? ''}`
          : script.author === 'MANUAL'
            ? 'a person'
            : 'the template'}{' '}
        · {script.characters} characters{lint ? ` · about ${Math.round(lint.estimatedSeconds)} s spoken` : ''}
        {script.reviewer ? ` · ${reviews[script.review].label.toLowerCase()} by ${script.reviewer}` : ''}
        {script.reviewNotes ? `: ${script.reviewNotes}` : ''}
      </Text>
      <Findings script={script} />
      {sound && (
        <div>
          <Text size="sm" mb={4}>
            {script.audio
              ? 'The recording'
              : 'A draft in this machine’s own voice; the recording is made later'}
          </Text>
          <Sound
            key={`${script.id} ${script.audioState}`}
            player={player}
            url={sound}
            label={`Audio for ${contact?.name ?? 'the contact'}`}
          />
        </div>
      )}
      {script.audioError && (
        <Alert color="red" variant="light">
          The audio could not be made: {script.audioError}
        </Alert>
      )}
      {script.failure?.reason && (
        <Alert color="orange" variant="light">
          Not left: {script.failure.reason}
        </Alert>
      )}
      {children}
      {script.version > 1 && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setWithHistory(!withHistory)}
          style={{ alignSelf: 'flex-start' }}
        >
          {withHistory ? 'Hide what changed' : 'What changed'}
        </Button>
      )}
      {withHistory && <Versions id={script.id} newest={script.version} />}
    </Stack>
  );
}

/** The words, with those marked that a finding concerns. */
function Marked({ script }: { script: ScriptWholeFragment }) {
  const letters = Array.from(script.text);
  const spots = (script.lint?.findings ?? [])
    .flatMap(f =>
      f.start == null || f.end == null ? [] : [{ start: f.start, end: f.end, advice: f.advice }],
    )
    .sort((a, b) => a.start - b.start);
  const parts: ReactNode[] = [];
  let at = 0;
  for (const spot of spots) {
    if (spot.start < at) continue;
    parts.push(letters.slice(at, spot.start).join(''));
    parts.push(
      <mark key={spot.start} title={spot.advice}>
        {letters.slice(spot.start, spot.end).join('')}
      </mark>,
    );
    at = spot.end;
  }
  parts.push(letters.slice(at).join(''));
  return <>{parts}</>;
}

function Findings({ script }: { script: ScriptWholeFragment }) {
  if (!script.lint) return null;
  const { findings } = script.lint;
  if (findings.length === 0) {
    return <Text size="sm">The check finds nothing: who calls, for whom, and how to opt out are said.</Text>;
  }
  return (
    <Stack gap="xs">
      {findings.map((finding, n) => (
        <Alert
          key={`${finding.rule} ${n}`}
          variant="light"
          p="xs"
          color={finding.severity === 'BLOCKING' ? 'red' : 'yellow'}
          title={`${plain(finding.rule)}${finding.severity === 'BLOCKING' ? ', stops the approval' : ''}`}
        >
          {finding.advice}
        </Alert>
      ))}
    </Stack>
  );
}

function Versions({ id, newest }: { id: string; newest: number }) {
  const [from, setFrom] = useState(newest - 1);
  const asked = useAsk(versionsDocument, { id, from, to: newest });
  return (
    <Shown asked={asked} what="the versions">
      {data => (
        <Stack gap="xs">
          <Select
            label={`Compare version ${newest} with`}
            value={String(from)}
            allowDeselect={false}
            onChange={value => setFrom(Number(value))}
            data={(data.script?.versions ?? [])
              .filter(v => v.version < newest)
              .map(v => ({
                value: String(v.version),
                label: `Version ${v.version}, ${v.editor ?? v.model ?? plain(v.author)}, ${when(v.createdAt)}, ${money(v.cost)}`,
              }))}
          />
          <Paper withBorder p="md">
            <Text className="words" component="div">
              {(data.script?.difference ?? []).map((part, n) =>
                part.change === 'ADDED' ? (
                  <ins key={n}>{part.text}</ins>
                ) : part.change === 'REMOVED' ? (
                  <del key={n}>{part.text}</del>
                ) : (
                  <span key={n}>{part.text}</span>
                ),
              )}
            </Text>
          </Paper>
        </Stack>
      )}
    </Shown>
  );
}
