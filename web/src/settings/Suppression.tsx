// Numbers that must not be contacted: the lists that there are, and adding a number to one's own.
import { Alert, Button, Group, Paper, Stack, Table, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { e164 } from '../contacts/e164';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Sign, When } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, phone } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { ListLoading } from './ListLoading';
import { LoadList } from './LoadList';
import { suppressDocument, unsuppressDocument } from './documents';
import { listAges, listKinds, listName } from './listKinds';

const document = graphql(`
  query SuppressionLists($minPosition: Position) {
    suppressionLists(minPosition: $minPosition) {
      ...SuppressionListWhole
    }
  }
`);

export function Suppression() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {});
  return (
    <Stack>
      {mayAdminister && <OwnList />}
      {mayAdminister && <LoadList />}
      <Shown asked={asked} what="the lists">
        {({ suppressionLists: lists }) =>
          lists.length === 0 ? (
            <Empty title="No lists yet">Your own list begins with the first number that is put on it.</Empty>
          ) : (
            <>
              {lists.map(
                l =>
                  l.age === 'STALE' && (
                    <Alert
                      key={l.id}
                      color="red"
                      variant="light"
                      title={`${listKinds[l.kind]} is ${l.ageDays} days old`}
                    >
                      Nothing is sent by it any more. Load a newer version.
                    </Alert>
                  ),
              )}
              {lists.map(
                l =>
                  l.loadError && (
                    <Alert
                      key={`${l.id} error`}
                      color="orange"
                      variant="light"
                      title={`${listKinds[l.kind]}: the last file was not loaded`}
                    >
                      {l.loadError}. The version before it stays in force.
                    </Alert>
                  ),
              )}
              {lists.map(
                l => l.loading && <ListLoading key={`${l.id} ${l.loading}`} list={l} ended={asked.again} />,
              )}
              <Table.ScrollContainer minWidth={600} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
                <Table aria-label="Suppression lists">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>List</Table.Th>
                      <Table.Th>Version</Table.Th>
                      <Table.Th>Age</Table.Th>
                      <Table.Th ta="right">Loaded</Table.Th>
                      <Table.Th ta="right">By hand</Table.Th>
                      <Table.Th>Changed</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {lists.map(l => (
                      <Table.Tr key={l.id}>
                        <Table.Td>{listName(l)}</Table.Td>
                        <Table.Td>
                          {l.version ?? '—'}
                          {l.loading ? `, ${l.loading} is being loaded` : ''}
                        </Table.Td>
                        <Table.Td>{l.age ? <Sign of={listAges[l.age]} /> : '—'}</Table.Td>
                        <Table.Td ta="right">{count(l.loaded)}</Table.Td>
                        <Table.Td ta="right">{count(l.added)}</Table.Td>
                        <Table.Td>
                          <When at={l.updatedAt} />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </>
          )
        }
      </Shown>
    </Stack>
  );
}

/** One's own list: a number put on it, or taken off. */
function OwnList() {
  const add = useChange(suppressDocument);
  const remove = useChange(unsuppressDocument);
  const [number, setNumber] = useState('');
  const [reason, setReason] = useState('');
  const submit = async () => {
    const done = await add.run({ phone: number.trim(), reason: reason.trim() });
    if (!done) return;
    notifications.show({
      message: 'The number is on your list; nobody calls it from now on.',
      role: 'status',
    });
    setNumber('');
    setReason('');
  };
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Your own list
      </Title>
      <form
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Group align="flex-end">
          <TextInput
            label="Number"
            type="tel"
            required
            value={number}
            onChange={e => setNumber(e.currentTarget.value)}
          />
          <TextInput label="Why" required value={reason} onChange={e => setReason(e.currentTarget.value)} />
          <Button type="submit" loading={add.busy}>
            Put it on the list
          </Button>
          <Sure
            label="Take it off"
            disabled={e164(number) === undefined}
            title="Take the number off your list?"
            does="Take it off"
            color="orange"
            reason="On what grounds"
            run={async grounds => {
              const done = await remove.run({ phone: number.trim(), reason: grounds });
              if (!done) return undefined;
              notifications.show({ message: 'The number is off your own list.', role: 'status' });
              setNumber('');
              return done;
            }}
          >
            {phone(e164(number) ?? '')} may be contacted again, where every other rule allows it. A number
            that a file brought stays on that list.
          </Sure>
        </Group>
      </form>
    </Paper>
  );
}
