// Whether each provider can be used. Their keys lie in the server's configuration: none is shown or typed here.
import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Shown } from '../parts/States';
import { useViewer } from '../shell/viewer';

const document = graphql(`
  query ProviderChecks {
    providerChecks {
      provider
      works
      said
    }
  }
`);

export function Providers() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {}, { pause: !mayAdminister });
  if (!mayAdminister) return <Text>Only admins have the providers asked.</Text>;
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Text c="dimmed">
            Each provider is asked with the key that the server was started with. Whoever runs the server sets
            the keys; they are never shown.
          </Text>
          <Text size="sm" role="status">
            {asked.asking ? 'They are being asked…' : asked.error ? '' : 'This is what they said just now.'}
          </Text>
        </div>
        <Button variant="default" loading={asked.asking} aria-busy={asked.asking} onClick={asked.again}>
          Ask again
        </Button>
      </Group>
      <Shown asked={asked} what="the providers">
        {({ providerChecks }) => (
          <Table aria-label="Providers" aria-busy={asked.asking}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Provider</Table.Th>
                <Table.Th>Can be used</Table.Th>
                <Table.Th>What it said</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {providerChecks.map(check => (
                <Table.Tr key={check.provider}>
                  <Table.Td>{check.provider}</Table.Td>
                  <Table.Td>
                    <Badge color={check.works ? 'green' : 'red'} variant="light">
                      {check.works ? 'Yes' : 'No'}
                    </Badge>
                  </Table.Td>
                  <Table.Td>{check.said}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Shown>
    </Stack>
  );
}
