// Addresses that other programs, such as Zapier, push contacts to.
import { Button, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { ContactSource } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { When } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { sources } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { Once } from './Once';
import { createInboundDocument, revokeInboundDocument } from './documents';

const document = graphql(`
  query InboundAddresses {
    inboundAddresses {
      id
      source
      campaignId
      createdAt
      lastUsedAt
    }
  }
`);

export function InboundAddresses() {
  const { mayWrite } = useViewer();
  const asked = useAsk(document, {}, { pause: !mayWrite });
  const create = useChange(createInboundDocument);
  const revoke = useChange(revokeInboundDocument);
  const [source, setSource] = useState<ContactSource>('API_INTEGRATION');
  const [url, setUrl] = useState<string>();
  if (!mayWrite)
    return <Empty title="None of yours">Agents and admins have addresses by which contacts come in.</Empty>;
  const make = async () => {
    const done = await create.run({ source, campaignId: null });
    if (done) setUrl(done.url);
  };
  return (
    <Stack>
      <Text size="sm">
        Whoever has such an address can push contacts into the contact list in your name, and do nothing else.
      </Text>
      {url && (
        <Once
          title="The address"
          words="It is shown once and known nowhere else."
          secret={url}
          done={() => setUrl(undefined)}
        />
      )}
      <Group align="flex-end">
        <Select
          label="Contacts count as"
          allowDeselect={false}
          data={(['API_INTEGRATION', 'MOJO_DIALER', 'GOOGLE_CONTACTS', 'TITLE_REP'] as const).map(value => ({
            value,
            label: sources[value],
          }))}
          value={source}
          onChange={value => setSource((value ?? 'API_INTEGRATION') as ContactSource)}
        />
        <Button loading={create.busy} onClick={() => void make()}>
          Make an address
        </Button>
      </Group>
      <Shown asked={asked} what="the addresses">
        {({ inboundAddresses: all }) =>
          all.length === 0 ? (
            <Text c="dimmed">No addresses yet.</Text>
          ) : (
            <Table aria-label="Inbound addresses">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Contacts count as</Table.Th>
                  <Table.Th>Made</Table.Th>
                  <Table.Th>Used last</Table.Th>
                  <Table.Th>State</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map(a => (
                  <Table.Tr key={a.id}>
                    <Table.Td>{sources[a.source]}</Table.Td>
                    <Table.Td>
                      <When at={a.createdAt} />
                    </Table.Td>
                    <Table.Td>{a.lastUsedAt ? <When at={a.lastUsedAt} /> : 'never'}</Table.Td>
                    <Table.Td>
                      <Sure
                        label="Revoke"
                        size="compact-sm"
                        title="Revoke this address?"
                        does="Revoke it"
                        run={() => revoke.run({ addressId: a.id })}
                      >
                        A push to it is answered as if it had never been. This cannot be undone.
                      </Sure>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Shown>
    </Stack>
  );
}
