// Who calls, how often, how long audio is kept, and what things are reckoned at.
import { Button, Group, NumberInput, Paper, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { OrganizationSettingsQuery, SettingsChange } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Shown } from '../parts/States';
import { useViewer } from '../shell/viewer';
import { settingsDocument } from './documents';

const document = graphql(`
  query OrganizationSettings($minPosition: Position) {
    organization(minPosition: $minPosition) {
      name
      settings {
        minIntervalDays
        campaignsPerDayMax
        contactsPerCampaignMax
        audioRetentionDays
        scriptRate
        scriptByBatchRate
        thousandCharactersRate
        deliveryRate
        gigabyteMonthRate
        agentName
        brokerage
        agentPhone
        optOutPhone
      }
    }
  }
`);

type Settings = NonNullable<OrganizationSettingsQuery['organization']>['settings'];

const PEOPLE = [
  ['agentName', 'Agent’s name', 'As scripts say it'],
  ['brokerage', 'Brokerage', 'Its licensed name'],
  ['agentPhone', 'Number for calling back', ''],
  ['optOutPhone', 'Number of the opt-out line', 'Said in every script'],
] as const;

const LIMITS = [
  ['minIntervalDays', 'Least days between two calls of a person'],
  ['campaignsPerDayMax', 'Most campaigns a day'],
  ['contactsPerCampaignMax', 'Most contacts of a campaign'],
  ['audioRetentionDays', 'Days that audio is kept'],
] as const;

const RATES = [
  ['scriptRate', 'Writing one script'],
  ['scriptByBatchRate', 'Writing one script by the batch'],
  ['thousandCharactersRate', 'Speaking a thousand characters'],
  ['deliveryRate', 'Delivering one voicemail'],
  ['gigabyteMonthRate', 'Keeping a gigabyte for a month'],
] as const;

export function Organization() {
  const asked = useAsk(document, {});
  return (
    <Shown asked={asked} what="the settings">
      {({ organization }) =>
        organization ? (
          <Form key={JSON.stringify(organization.settings)} settings={organization.settings} />
        ) : null
      }
    </Shown>
  );
}

function Form({ settings }: { settings: Settings }) {
  const { mayAdminister } = useViewer();
  const [given, setGiven] = useState<SettingsChange>({});
  const save = useChange(settingsDocument);
  const put = (name: keyof SettingsChange, value: string | number) =>
    setGiven(now => ({ ...now, [name]: value }));
  const submit = async () => {
    const done = await save.run({ change: given });
    if (done) notifications.show({ message: 'The settings are saved.', role: 'status' });
  };
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="sm">
            Who calls
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {PEOPLE.map(([name, label, description]) => (
              <TextInput
                key={name}
                label={label}
                description={description}
                readOnly={!mayAdminister}
                value={given[name] ?? settings[name]}
                onChange={event => put(name, event.currentTarget.value)}
              />
            ))}
          </SimpleGrid>
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="sm">
            Intervals and caps
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {LIMITS.map(([name, label]) => (
              <NumberInput
                key={name}
                label={label}
                min={0}
                readOnly={!mayAdminister}
                value={given[name] ?? settings[name]}
                onChange={value => value !== '' && put(name, Number(value))}
              />
            ))}
          </SimpleGrid>
        </Paper>
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="sm">
            Rates that estimates rest on, dollars
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {RATES.map(([name, label]) => (
              <NumberInput
                key={name}
                label={label}
                min={0}
                step={0.01}
                decimalScale={6}
                prefix="$"
                readOnly={!mayAdminister}
                value={(given[name] ?? settings[name]) / 1_000_000}
                onChange={value => value !== '' && put(name, Math.round(Number(value) * 1_000_000))}
              />
            ))}
          </SimpleGrid>
        </Paper>
        {mayAdminister && (
          <Group>
            <Button type="submit" loading={save.busy} disabled={Object.keys(given).length === 0}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
