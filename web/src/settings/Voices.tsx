// The voice that is offered first, how steady it speaks, and how it says what it would say wrong.
import { Button, Group, Paper, Select, Slider, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { VoiceSettingsQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Shown } from '../parts/States';
import { count } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { settingsDocument } from './documents';

const document = graphql(`
  query VoiceSettings($minPosition: Position) {
    organization(minPosition: $minPosition) {
      settings {
        defaultVoice
        voiceStability
        voiceSimilarity
        pronunciations {
          written
          spoken
        }
      }
    }
    voices {
      id
      name
      charactersPerMinute
    }
  }
`);

type Settings = NonNullable<VoiceSettingsQuery['organization']>['settings'];

export function Voices() {
  const asked = useAsk(document, {});
  return (
    <Shown asked={asked} what="the voices">
      {({ organization, voices }) =>
        organization ? (
          <Form
            key={JSON.stringify(organization.settings)}
            settings={organization.settings}
            voices={voices}
          />
        ) : null
      }
    </Shown>
  );
}

function Form({ settings, voices }: { settings: Settings; voices: VoiceSettingsQuery['voices'] }) {
  const { mayAdminister } = useViewer();
  const [voice, setVoice] = useState(settings.defaultVoice);
  const [stability, setStability] = useState(settings.voiceStability);
  const [similarity, setSimilarity] = useState(settings.voiceSimilarity);
  const [words, setWords] = useState(
    settings.pronunciations.map(p => ({ written: p.written, spoken: p.spoken })),
  );
  const save = useChange(settingsDocument);
  const submit = async () => {
    const pronunciations = words.filter(w => w.written.trim() && w.spoken.trim());
    const change = {
      defaultVoice: voice,
      voiceStability: stability,
      voiceSimilarity: similarity,
      pronunciations,
    };
    if (await save.run({ change })) notifications.show({ message: 'The voice is saved.', role: 'status' });
  };
  const put = (at: number, name: 'written' | 'spoken', value: string) =>
    setWords(now => now.map((w, n) => (n === at ? { ...w, [name]: value } : w)));
  return (
    <Stack>
      <Select
        label="Voice that is offered first"
        allowDeselect={false}
        disabled={!mayAdminister}
        maw={420}
        data={voices.map(v => ({
          value: v.id,
          label: `${v.name}, ${count(v.charactersPerMinute)} characters a minute`,
        }))}
        value={voice}
        onChange={value => value && setVoice(value)}
      />
      <div>
        <Text size="sm" fw={500}>
          Stability: {stability}
        </Text>
        <Slider
          maw={420}
          thumbLabel="Stability"
          disabled={!mayAdminister}
          value={stability}
          onChange={setStability}
        />
      </div>
      <div>
        <Text size="sm" fw={500}>
          Similarity: {similarity}
        </Text>
        <Slider
          maw={420}
          thumbLabel="Similarity"
          disabled={!mayAdminister}
          value={similarity}
          onChange={setSimilarity}
        />
      </div>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          Pronunciations
        </Title>
        <Stack gap="xs">
          {words.length === 0 && <Text c="dimmed">None: every word is said as the voice says it.</Text>}
          {words.map((w, n) => (
            <Group key={n} align="flex-end">
              <TextInput
                label="Written"
                readOnly={!mayAdminister}
                value={w.written}
                onChange={e => put(n, 'written', e.currentTarget.value)}
              />
              <TextInput
                label="Spoken"
                readOnly={!mayAdminister}
                value={w.spoken}
                onChange={e => put(n, 'spoken', e.currentTarget.value)}
              />
              {mayAdminister && (
                <Button
                  variant="default"
                  aria-label={`Remove the pronunciation of ${w.written}`}
                  onClick={() => setWords(words.filter((_, at) => at !== n))}
                >
                  Remove
                </Button>
              )}
            </Group>
          ))}
          {mayAdminister && (
            <Button
              variant="default"
              style={{ alignSelf: 'flex-start' }}
              onClick={() => setWords([...words, { written: '', spoken: '' }])}
            >
              Add a word
            </Button>
          )}
        </Stack>
      </Paper>
      {mayAdminister && (
        <Group>
          <Button loading={save.busy} onClick={() => void submit()}>
            Save
          </Button>
        </Group>
      )}
    </Stack>
  );
}
