// Who gets digests by mail: owners those of their own campaigns, recipients every one. Without a mail server nobody does.
import { Alert, Button, Group, Paper, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { DigestMailWishesQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { useViewer } from '../shell/viewer';
import {
  addRecipientDocument,
  digestMailDocument,
  mailToOwnersDocument,
  ownMailDocument,
  removeRecipientDocument,
  testMailDocument,
} from './notificationDocuments';

type Wishes = DigestMailWishesQuery['digestMail'];

export function DigestMail() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(digestMailDocument, {});
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Digests by mail
      </Title>
      <Shown asked={asked} what="who gets digests">
        {({ digestMail }) => (
          <Stack>
            {!digestMail.configured && (
              <Alert color="yellow" variant="light" title="No mail server is set">
                Nobody gets mails until the operator names one: <code>mail.host</code> in the configuration.
                What is chosen here is kept until then.
              </Alert>
            )}
            <OwnWish wishes={digestMail} />
            {mayAdminister && <ToOwners wishes={digestMail} />}
            {mayAdminister && <Recipients wishes={digestMail} />}
          </Stack>
        )}
      </Shown>
    </Paper>
  );
}

function OwnWish({ wishes }: { wishes: Wishes }) {
  const own = useChange(ownMailDocument);
  return (
    <Switch
      label="Send me the digests of my own campaigns"
      description={
        wishes.toOwners ? 'When a campaign has ended' : 'An admin has switched these mails off for everybody'
      }
      checked={wishes.own}
      onChange={event => void own.run({ wanted: event.currentTarget.checked })}
    />
  );
}

function ToOwners({ wishes }: { wishes: Wishes }) {
  const toOwners = useChange(mailToOwnersDocument);
  const test = useChange(testMailDocument);
  const send = async () => {
    if (await test.run({}))
      notifications.show({
        message: 'A test mail to you is on its way; what came of it stands below.',
        role: 'status',
      });
  };
  return (
    <>
      <Switch
        label="Send owners the digests of their campaigns"
        description="Each of them can say no for themselves"
        checked={wishes.toOwners}
        onChange={event => void toOwners.run({ wanted: event.currentTarget.checked })}
      />
      <Group>
        <Button
          variant="default"
          loading={test.busy}
          disabled={!wishes.configured}
          onClick={() => void send()}
        >
          Send me a test mail
        </Button>
      </Group>
    </>
  );
}

function Recipients({ wishes: { recipients } }: { wishes: Wishes }) {
  const [address, setAddress] = useState('');
  const add = useChange(addRecipientDocument);
  const remove = useChange(removeRecipientDocument);
  const submit = async () => {
    if (await add.run({ address: address.trim() })) setAddress('');
  };
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        Others who get every digest
      </Title>
      <form
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Group align="flex-end">
          <TextInput
            label="E-mail address"
            type="email"
            required
            value={address}
            onChange={e => setAddress(e.currentTarget.value)}
          />
          <Button type="submit" loading={add.busy}>
            Add
          </Button>
        </Group>
      </form>
      {recipients.length === 0 ? (
        <Text c="dimmed">Nobody yet.</Text>
      ) : (
        <Table aria-label="Recipients of every digest">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Address</Table.Th>
              <Table.Th>Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {recipients.map(r => {
              const name = r.address ?? 'an address that is erased';
              return (
                <Table.Tr key={r.id}>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{name}</Table.Td>
                  <Table.Td>
                    <Sure
                      label="Remove"
                      spoken={`Remove ${name}`}
                      size="compact-sm"
                      title={`Remove ${name}?`}
                      does="Remove"
                      run={() => remove.run({ id: r.id })}
                    >
                      They get no more digests. They can be added again.
                    </Sure>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
