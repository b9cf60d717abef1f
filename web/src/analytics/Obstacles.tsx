// Why voicemails were not left, and which rules stand in the way.
import { Paper, Table, Text, Title } from '@mantine/core';
import type { AnalyticsOfQuery } from '../graph/generated/graphql';
import { Sign } from '../parts/Signs';
import { count, deliveries, share } from '../parts/words';

type Analytics = AnalyticsOfQuery['analytics'];

export function Failures({ failures }: { failures: Analytics['failures'] }) {
  const failed = failures.reduce((sum, f) => sum + f.count, 0);
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Why voicemails were not left
      </Title>
      {failures.length === 0 && <Text c="dimmed">None failed.</Text>}
      <Table aria-label="Reasons">
        <Table.Tbody>
          {failures.map(f => (
            <Table.Tr key={`${f.code} ${f.class}`}>
              <Table.Td>
                {f.words}
                <Text size="xs" c="dimmed">
                  {f.reason ? `The carrier: ${f.reason} · ` : ''}code {f.code}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{count(f.count)}</Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {share(f.count, failed)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

export function Obstacles({ obstacles }: { obstacles: Analytics['obstacles'] }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Held or blocked by a rule
      </Title>
      {obstacles.length === 0 && <Text c="dimmed">None.</Text>}
      <Table aria-label="Rules">
        <Table.Tbody>
          {obstacles.map(o => (
            <Table.Tr key={`${o.rule} ${o.status}`}>
              <Table.Td>
                {o.words.charAt(0).toUpperCase() + o.words.slice(1)}
                <Text size="xs" c="dimmed">
                  {o.rule}
                </Text>
              </Table.Td>
              <Table.Td>
                <Sign of={deliveries[o.status]} />
              </Table.Td>
              <Table.Td ta="right">{count(o.count)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
