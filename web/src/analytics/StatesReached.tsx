// What came of voicemails state by state: the map, and the figures beside it.
import { Paper, Table, Title } from '@mantine/core';
import { count } from '../parts/words';
import { RateText } from './RateText';
import { StateMap } from './StateMap';
import type { State } from './figures';

export function StatesReached({ states }: { states: State[] }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        By state
      </Title>
      <StateMap figures={states} />
      <Table.ScrollContainer minWidth={380} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table mt="sm" aria-label="By state">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Handed over</Table.Th>
              <Table.Th>Left</Table.Th>
              <Table.Th>Listened</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {states.map(({ state, results }) => (
              <Table.Tr key={state}>
                <Table.Td>{state || 'unknown'}</Table.Td>
                <Table.Td ta="right">{count(results.attempted)}</Table.Td>
                <Table.Td>
                  <RateText rate={results.deliveryRate} />
                </Table.Td>
                <Table.Td>
                  <RateText rate={results.listenRate} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
