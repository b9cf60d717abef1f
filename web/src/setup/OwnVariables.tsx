// Values of the campaign's own that its template may use, such as the date of an open house. Saved by themselves.
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { Whole } from '../campaign/useCampaign';
import { useAutosave } from '../graph/useAutosave';
import { SavedSign } from '../parts/SavedSign';
import { changeDocument } from './documents';

const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Values that are worth saving: each with a name that a template can use. */
const usable = (values: { name: string; value: string }[]) => values.filter(v => NAME.test(v.name));

export function OwnVariables({ campaign }: { campaign: Whole }) {
  const [values, setValues] = useState(() =>
    campaign.scriptVariables.map(({ name, value }) => ({ name, value })),
  );
  const { saved, put } = useAutosave(changeDocument);
  const change = (then: { name: string; value: string }[]) => {
    setValues(then);
    put({ id: campaign.id, change: { scriptVariables: usable(then) } });
  };
  const set = (at: number, some: Partial<{ name: string; value: string }>) =>
    change(values.map((v, n) => (n === at ? { ...v, ...some } : v)));
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        Values of this campaign
      </Title>
      {values.length === 0 && (
        <Text size="sm" c="dimmed">
          None. One that is called <code>open_house</code> is said by <code>{'{{ open_house }}'}</code>.
        </Text>
      )}
      {values.map((v, n) => (
        <Group key={n} align="flex-start" wrap="nowrap">
          <TextInput
            aria-label={`Name of value ${n + 1}`}
            placeholder="open_house"
            value={v.name}
            error={v.name === '' || NAME.test(v.name) ? undefined : 'Small letters, digits and underscores'}
            onChange={e => set(n, { name: e.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value ${n + 1}`}
            placeholder="Saturday at noon"
            style={{ flex: 1 }}
            value={v.value}
            onChange={e => set(n, { value: e.currentTarget.value })}
          />
          <Button
            variant="default"
            aria-label={`Remove value ${n + 1}`}
            onClick={() => change(values.filter((_, at) => at !== n))}
          >
            Remove
          </Button>
        </Group>
      ))}
      <Group>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setValues([...values, { name: '', value: '' }])}
        >
          Add a value
        </Button>
        {values.length > 0 && <SavedSign saved={saved} />}
      </Group>
    </Stack>
  );
}
