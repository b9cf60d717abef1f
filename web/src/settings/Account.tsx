// One's own password and API tokens.
import {
  Button,
  Group,
  Paper,
  PasswordInput,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { TokenScope } from '../graph/generated/graphql';
import { noteSessionEnded } from '../graph/session';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { roles } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { Once } from './Once';
import { createTokenDocument, passwordDocument, revokeTokenDocument } from './documents';

const document = graphql(`
  query OwnTokens {
    viewer {
      apiTokens {
        id
        name
        scope
        createdAt
        lastUsedAt
        expiresAt
        revokedAt
      }
    }
  }
`);

export function Account() {
  const viewer = useViewer();
  return (
    <Stack>
      <Paper withBorder p="md">
        <Text>
          {viewer.name} · {viewer.email}
        </Text>
        <Text size="sm" c="dimmed">
          {roles[viewer.role].label}: {roles[viewer.role].may}
        </Text>
      </Paper>
      <Password />
      <Tokens />
    </Stack>
  );
}

function Password() {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useChange(passwordDocument);
  const submit = async () => {
    const done = await change.run({ current: current || null, new: fresh });
    if (done) noteSessionEnded();
  };
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Password
      </Title>
      <form
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack maw={360}>
          <PasswordInput
            label="Current password"
            description="Empty when there is none yet"
            autoComplete="current-password"
            value={current}
            onChange={e => setCurrent(e.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            value={fresh}
            onChange={e => setFresh(e.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            All sessions end, this one too: you sign in again with the new password.
          </Text>
          <Group>
            <Button type="submit" loading={change.busy} disabled={!fresh}>
              Set the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function Tokens() {
  const asked = useAsk(document, {});
  const create = useChange(createTokenDocument);
  const revoke = useChange(revokeTokenDocument);
  const [name, setName] = useState('');
  const [scope, setScope] = useState<TokenScope>('READ');
  const [secret, setSecret] = useState<string>();
  const submit = async () => {
    const made = await create.run({ name: name.trim(), scope, expiresAt: null });
    if (!made) return;
    setSecret(made.secret);
    setName('');
  };
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        API tokens
      </Title>
      <Stack>
        {secret && (
          <Once
            title="The token"
            words="It is shown once and known nowhere else. Whoever has it may do what you may."
            secret={secret}
            done={() => setSecret(undefined)}
          />
        )}
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Group align="flex-end">
            <TextInput
              label="Name of the token"
              required
              value={name}
              onChange={e => setName(e.currentTarget.value)}
            />
            <Select
              label="It may"
              allowDeselect={false}
              data={[
                { value: 'READ', label: 'ask' },
                { value: 'WRITE', label: 'ask and change' },
              ]}
              value={scope}
              onChange={value => setScope((value ?? 'READ') as TokenScope)}
            />
            <Button type="submit" loading={create.busy}>
              Make a token
            </Button>
          </Group>
        </form>
        <Shown asked={asked} what="the tokens">
          {({ viewer }) =>
            viewer?.apiTokens.length ? (
              <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
                <Table aria-label="API tokens">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th>May</Table.Th>
                      <Table.Th>Made</Table.Th>
                      <Table.Th>Used last</Table.Th>
                      <Table.Th>State</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {viewer.apiTokens.map(token => (
                      <Table.Tr key={token.id}>
                        <Table.Td>{token.name}</Table.Td>
                        <Table.Td>{token.scope === 'READ' ? 'ask' : 'ask and change'}</Table.Td>
                        <Table.Td>
                          <When at={token.createdAt} />
                        </Table.Td>
                        <Table.Td>{token.lastUsedAt ? <When at={token.lastUsedAt} /> : 'never'}</Table.Td>
                        <Table.Td>
                          {token.revokedAt ? (
                            'revoked'
                          ) : (
                            <Sure
                              label="Revoke"
                              size="compact-sm"
                              title={`Revoke ${token.name}?`}
                              does="Revoke it"
                              run={() => revoke.run({ id: token.id })}
                            >
                              Programs that use it are turned away from now on. This cannot be undone.
                            </Sure>
                          )}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            ) : (
              <Text c="dimmed">No tokens yet.</Text>
            )
          }
        </Shown>
      </Stack>
    </Paper>
  );
}
