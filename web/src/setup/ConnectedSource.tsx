// Contacts from an account at another service: connecting it, choosing a list, pulling, and ending the connection.
import { Alert, Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { ContactSourcesQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, sources } from '../parts/words';

const connectionsDocument = graphql(`
  query Connections {
    connections {
      id
      source
      connectedAt
      broken
      lists {
        id
        name
        count
      }
    }
  }
`);

const beginDocument = graphql(`
  mutation BeginConnection($source: ContactSource!) {
    it: beginConnection(source: $source) {
      __typename
      ... on ConnectionBegun {
        url
      }
      ... on Refusal {
        message
      }
    }
  }
`);

const keyDocument = graphql(`
  mutation ConnectWithKey($source: ContactSource!, $key: String!, $account: String) {
    it: connectWithKey(source: $source, key: $key, account: $account) {
      __typename
      ... on AccountConnected {
        connectionId
      }
      ... on Refusal {
        message
      }
    }
  }
`);

const pullDocument = graphql(`
  mutation PullContacts($connectionId: ID!, $list: String, $campaignId: ID, $pullKey: String!) {
    it: startImportFromConnection(
      connectionId: $connectionId
      list: $list
      campaignId: $campaignId
      pullKey: $pullKey
    ) {
      __typename
      ... on ImportBegun {
        importId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

const endDocument = graphql(`
  mutation Disconnect($connectionId: ID!) {
    it: disconnect(connectionId: $connectionId) {
      __typename
      ... on AccountDisconnected {
        connectionId
      }
      ... on Refusal {
        message
      }
    }
  }
`);

type Service = ContactSourcesQuery['contactSources'][number];

export function ConnectedSource({ service, campaignId }: { service: Service; campaignId: string }) {
  const asked = useAsk(connectionsDocument, {});
  const pull = useChange(pullDocument);
  const end = useChange(endDocument);
  const [list, setList] = useState<string | null>(null);
  const name = sources[service.source];
  return (
    <Shown asked={asked} what="the connection">
      {({ connections }) => {
        const account = connections.find(c => c.source === service.source);
        if (!account || account.broken) {
          return (
            <Stack align="flex-start">
              {account?.broken && (
                <Alert color="orange" variant="light" title="Connect it again">
                  {account.broken}
                </Alert>
              )}
              {service.connectBy === 'CONSENT' ? (
                <ByConsent service={service} />
              ) : (
                <ByKey service={service} />
              )}
            </Stack>
          );
        }
        return (
          <Stack align="flex-start">
            <Text size="sm" component="div">
              {name} is connected since <When at={account.connectedAt} />. Only contacts are read, nothing is
              written there.
            </Text>
            {account.lists.length > 0 && (
              <Select
                label="List"
                placeholder="All contacts"
                clearable
                data={account.lists.map(l => ({
                  value: l.id,
                  label: l.count == null ? l.name : `${l.name} (${count(l.count)})`,
                }))}
                value={list}
                onChange={setList}
              />
            )}
            <Group>
              <Button
                loading={pull.busy}
                onClick={() =>
                  void pull.run({ connectionId: account.id, list, campaignId, pullKey: crypto.randomUUID() })
                }
              >
                Take the contacts in
              </Button>
              <Sure
                label="Disconnect"
                title={`Disconnect ${name}?`}
                does="Disconnect"
                run={() => end.run({ connectionId: account.id })}
              >
                The key to the account is destroyed here. What was taken in stays.
              </Sure>
            </Group>
          </Stack>
        );
      }}
    </Shown>
  );
}

function ByConsent({ service }: { service: Service }) {
  const begin = useChange(beginDocument);
  const go = async () => {
    const begun = await begin.run({ source: service.source });
    if (begun) location.assign(begun.url);
  };
  return (
    <>
      <Text size="sm">
        You agree at {sources[service.source]} that your contacts may be read, and come back here.
      </Text>
      <Button loading={begin.busy} onClick={() => void go()}>
        Connect {sources[service.source]}
      </Button>
    </>
  );
}

function ByKey({ service }: { service: Service }) {
  const [key, setKey] = useState('');
  const [account, setAccount] = useState('');
  const connect = useChange(keyDocument);
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void connect.run({ source: service.source, key, account: account.trim() || null });
      }}
    >
      <Stack align="flex-start">
        <PasswordInput
          label={`Your key at ${sources[service.source]}`}
          description="It is tried before it is kept, and kept secret"
          required
          w={320}
          autoComplete="off"
          value={key}
          onChange={e => setKey(e.currentTarget.value)}
        />
        <TextInput
          label="Your user id there"
          description="Where the service wants one"
          w={320}
          value={account}
          onChange={e => setAccount(e.currentTarget.value)}
        />
        <Button type="submit" loading={connect.busy} disabled={!key}>
          Try it and connect
        </Button>
      </Stack>
    </form>
  );
}
