// Permits that a state asks the caller to have, and emergencies under which nothing is sent into a state.
import { Button, Group, Paper, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { PermitKind, PermitsQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { stateChoices, stateName } from '../parts/postalCodes';
import { When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { dayName } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { declareDocument, endEmergencyDocument, permitDocument, withdrawDocument } from './legalDocuments';

const document = graphql(`
  query Permits($minPosition: Position) {
    organization(minPosition: $minPosition) {
      permits {
        state
        kind
        number
        expiresOn
      }
      emergencies {
        state
        until
        reason
      }
    }
  }
`);

type Organization = NonNullable<PermitsQuery['organization']>;

const KINDS: Record<PermitKind, string> = {
  REGISTRATION: 'Registration as a telephone solicitor',
  DEVICE: 'Permit for a dialing device',
};

export function Permits() {
  const asked = useAsk(document, {});
  return (
    <Shown asked={asked} what="the permits">
      {({ organization }) =>
        organization ? (
          <Stack>
            <Held permits={organization.permits} />
            <Declared emergencies={organization.emergencies} />
          </Stack>
        ) : null
      }
    </Shown>
  );
}

function Held({ permits }: { permits: Organization['permits'] }) {
  const { mayAdminister } = useViewer();
  const withdraw = useChange(withdrawDocument);
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Permits that you hold
      </Title>
      {mayAdminister && <Record />}
      {permits.length === 0 ? (
        <Text c="dimmed">
          None recorded. Where a state asks for one, voicemails to it are blocked until then.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label="Permits">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>State</Table.Th>
                <Table.Th>Permit</Table.Th>
                <Table.Th>Number</Table.Th>
                <Table.Th>In force until</Table.Th>
                {mayAdminister && <Table.Th>Change</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {permits.map(permit => (
                <Table.Tr key={`${permit.state} ${permit.kind}`}>
                  <Table.Td>{stateName(permit.state)}</Table.Td>
                  <Table.Td>{KINDS[permit.kind]}</Table.Td>
                  <Table.Td>{permit.number}</Table.Td>
                  <Table.Td>{dayName(permit.expiresOn)}</Table.Td>
                  {mayAdminister && (
                    <Table.Td>
                      <Sure
                        label="Withdraw"
                        size="compact-sm"
                        title="Record that it is no longer held?"
                        does="Withdraw it"
                        reason="Why"
                        run={reason => withdraw.run({ state: permit.state, permit: permit.kind, reason })}
                      >
                        Voicemails to {stateName(permit.state)} are blocked from now on, also in campaigns
                        that are under way.
                      </Sure>
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}

function Record() {
  const [state, setState] = useState<string | null>(null);
  const [kind, setKind] = useState<PermitKind>('REGISTRATION');
  const [number, setNumber] = useState('');
  const [expiresOn, setExpiresOn] = useState('');
  const record = useChange(permitDocument);
  const submit = async () => {
    if (!state) return;
    const done = await record.run({ input: { state, kind, number: number.trim(), expiresOn } });
    if (done) setNumber('');
  };
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Group align="flex-end" mb="md">
        <Select label="State" required searchable data={stateChoices} value={state} onChange={setState} />
        <Select
          label="Permit"
          allowDeselect={false}
          w={300}
          data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          value={kind}
          onChange={value => setKind((value ?? 'REGISTRATION') as PermitKind)}
        />
        <TextInput
          label="Its number"
          required
          value={number}
          onChange={e => setNumber(e.currentTarget.value)}
        />
        <TextInput
          label="Last day in force"
          type="date"
          required
          value={expiresOn}
          onChange={e => setExpiresOn(e.currentTarget.value)}
        />
        <Button type="submit" loading={record.busy} disabled={!state}>
          Record it
        </Button>
      </Group>
    </form>
  );
}

function Declared({ emergencies }: { emergencies: Organization['emergencies'] }) {
  const { mayAdminister } = useViewer();
  const end = useChange(endEmergencyDocument);
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Emergencies
      </Title>
      {mayAdminister && <Declare />}
      {emergencies.length === 0 && <Text c="dimmed">None is declared.</Text>}
      <Stack gap="xs">
        {emergencies.map(emergency => (
          <Group key={emergency.state} justify="space-between">
            <Text size="sm" component="div">
              {stateName(emergency.state)}: {emergency.reason},{' '}
              {emergency.until ? (
                <>
                  until <When at={emergency.until} />
                </>
              ) : (
                'until somebody ends it'
              )}
            </Text>
            {mayAdminister && (
              <Sure
                label={`End it in ${stateName(emergency.state)}`}
                size="compact-sm"
                color="orange"
                title={`Send into ${stateName(emergency.state)} again?`}
                does="End the emergency"
                reason="On what grounds"
                run={reason => end.run({ state: emergency.state, reason })}
              >
                Voicemails may go there again, where every other rule allows it.
              </Sure>
            )}
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

function Declare() {
  const [state, setState] = useState<string | null>(null);
  const [until, setUntil] = useState('');
  const declare = useChange(declareDocument);
  return (
    <Group align="flex-end" mb="md">
      <Select
        label="State struck"
        searchable
        clearable
        data={stateChoices}
        value={state}
        onChange={setState}
      />
      <TextInput
        label="Ends by itself"
        description="Your time; empty: not known"
        type="datetime-local"
        value={until}
        onChange={e => setUntil(e.currentTarget.value)}
      />
      <Sure
        label="Declare an emergency"
        disabled={!state}
        title={`Send nothing into ${state ? stateName(state) : 'the state'}?`}
        does="Declare it"
        reason="What has happened"
        run={async reason => {
          const end = until ? new Date(until).toISOString() : null;
          const done = await declare.run({ state: state ?? '', until: end, reason });
          if (done) setState(null);
          return done;
        }}
      >
        {until
          ? 'Voicemails to the state wait for the end of the emergency.'
          : 'Without a known end, voicemails to the state are blocked until somebody ends the emergency.'}
      </Sure>
    </Group>
  );
}
