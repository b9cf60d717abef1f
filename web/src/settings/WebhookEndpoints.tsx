// Other programs that are told when a campaign has ended. Of an address only the origin is shown: the rest may be a secret.
import { Button, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { WebhookEndpointsQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { when } from '../parts/words';
import { Once } from './Once';
import {
  addEndpointDocument,
  endpointsDocument,
  removeEndpointDocument,
  rotateSecretDocument,
  testEndpointDocument,
} from './notificationDocuments';

type Endpoint = WebhookEndpointsQuery['webhookEndpoints'][number];

/** A secret that was made just now, and what to say of it. */
interface Made {
  title: string;
  words: string;
  secret: string;
}

export function WebhookEndpoints() {
  const [made, setMade] = useState<Made>();
  const asked = useAsk(endpointsDocument, {});
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Webhooks
      </Title>
      <Stack>
        <Text size="sm">
          Each address gets a signed message with the figures whenever a campaign completes. Nobody’s personal
          data is in it.
        </Text>
        {made && <Once {...made} done={() => setMade(undefined)} />}
        <AddEndpoint made={setMade} />
        <Shown asked={asked} what="the endpoints">
          {({ webhookEndpoints: all }) =>
            all.length === 0 ? (
              <Text c="dimmed">No endpoints yet.</Text>
            ) : (
              <Table aria-label="Webhook endpoints">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Endpoint</Table.Th>
                    <Table.Th>Actions</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {all.map(e => (
                    <Table.Tr key={e.id}>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>
                        {e.origin}
                        {e.earlierSecretsUntil && (
                          <Text size="xs" c="dimmed">
                            The secret before also signs until {when(e.earlierSecretsUntil)}
                          </Text>
                        )}
                      </Table.Td>
                      <Table.Td>
                        <EndpointActions endpoint={e} made={setMade} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Shown>
      </Stack>
    </Paper>
  );
}

function AddEndpoint({ made }: { made: (secret: Made) => void }) {
  const [url, setUrl] = useState('');
  const add = useChange(addEndpointDocument);
  const submit = async () => {
    const done = await add.run({ url: url.trim() });
    if (!done) return;
    made({
      title: 'The secret of the endpoint',
      words: 'It is shown once and known nowhere else: the endpoint checks with it that a message is ours.',
      secret: done.secret,
    });
    setUrl('');
  };
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Group align="flex-end">
        <TextInput
          label="Address"
          type="url"
          required
          placeholder="https://example.com/voicedrop"
          w={320}
          maw="100%"
          value={url}
          onChange={e => setUrl(e.currentTarget.value)}
        />
        <Button type="submit" loading={add.busy}>
          Add the endpoint
        </Button>
      </Group>
    </form>
  );
}

function EndpointActions({ endpoint, made }: { endpoint: Endpoint; made: (secret: Made) => void }) {
  const { id, origin } = endpoint;
  const rotate = useChange(rotateSecretDocument);
  const test = useChange(testEndpointDocument);
  const remove = useChange(removeEndpointDocument);
  const send = async () => {
    if (await test.run({ id }))
      notifications.show({
        message: 'A test message is on its way; what came of it stands below.',
        role: 'status',
      });
  };
  const renew = async () => {
    const done = await rotate.run({ id });
    if (done)
      made({
        title: `The new secret of ${origin}`,
        words: `It is shown once and known nowhere else. ${
          done.earlierSecretsUntil
            ? `The one before it signs, too, until ${when(done.earlierSecretsUntil)}: give the endpoint the new one by then.`
            : 'Give it to the endpoint.'
        }`,
        secret: done.secret,
      });
    return done;
  };
  return (
    <Group gap="xs">
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Send a test to ${origin}`}
        loading={test.busy}
        onClick={() => void send()}
      >
        Send a test
      </Button>
      <Sure
        label="New secret"
        spoken={`New secret for ${origin}`}
        size="compact-sm"
        color="blue"
        title={`A new secret for ${origin}?`}
        does="Make it"
        run={renew}
      >
        For 24 hours messages are signed with the new secret and with the one before it, so the endpoint
        misses none while it is changed. Then only the new one signs.
      </Sure>
      <Sure
        label="Remove"
        spoken={`Remove ${origin}`}
        size="compact-sm"
        title={`Remove ${origin}?`}
        does="Remove it"
        run={() => remove.run({ id })}
      >
        Nothing more is sent to it, what waits included. Added again, it gets another secret.
      </Sure>
    </Group>
  );
}
