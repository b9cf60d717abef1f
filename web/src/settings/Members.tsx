// Who is in the organization and what each may do; letting people in and out.
import { Button, Group, Paper, Select, Stack, Switch, Table, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { Role } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { roles, when } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { Once } from './Once';
import { addMemberDocument, removeMemberDocument, roleDocument } from './documents';

export const membersDocument = graphql(`
  query Members($withFormer: Boolean!, $minPosition: Position) {
    members(withFormer: $withFormer, minPosition: $minPosition) {
      userId
      role
      name
      email
      teamIds
      addedAt
      removedAt
    }
  }
`);

const ROLES = Object.entries(roles).map(([value, { label, may }]) => ({ value, label, may }));

export function Members() {
  const { mayAdminister, userId } = useViewer();
  const [withFormer, setWithFormer] = useState(false);
  const asked = useAsk(membersDocument, { withFormer });
  const role = useChange(roleDocument);
  const remove = useChange(removeMemberDocument);
  return (
    <Stack>
      {mayAdminister && <LetIn />}
      <Switch
        label="Also those who left"
        checked={withFormer}
        onChange={event => setWithFormer(event.currentTarget.checked)}
      />
      <Shown asked={asked} what="the members">
        {({ members }) => (
          <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table aria-label="Members">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>Role</Table.Th>
                  <Table.Th>Since</Table.Th>
                  {mayAdminister && <Table.Th>Membership</Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {members.map(m => (
                  <Table.Tr key={m.userId}>
                    <Table.Td>
                      {m.name ?? 'No name'}
                      <Text size="xs" c="dimmed">
                        {m.email}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      {mayAdminister && m.userId !== userId && !m.removedAt ? (
                        <Select
                          aria-label={`Role of ${m.name ?? 'the member'}`}
                          size="xs"
                          w={130}
                          allowDeselect={false}
                          data={ROLES}
                          value={m.role}
                          onChange={value =>
                            value && void role.run({ userId: m.userId, role: value as Role })
                          }
                        />
                      ) : (
                        roles[m.role].label
                      )}
                    </Table.Td>
                    <Table.Td>
                      <When at={m.addedAt} />
                    </Table.Td>
                    {mayAdminister && (
                      <Table.Td>
                        {m.removedAt ? (
                          `left ${when(m.removedAt)}`
                        ) : m.userId === userId ? (
                          'you'
                        ) : (
                          <Sure
                            label="Remove"
                            size="compact-sm"
                            title={`Remove ${m.name ?? 'this member'}?`}
                            does="Remove"
                            run={() => remove.run({ userId: m.userId })}
                          >
                            Every session ends at once and the tokens stop working. Campaigns and history
                            stay. They can be let in again.
                          </Sure>
                        )}
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Shown>
    </Stack>
  );
}

function LetIn() {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('AGENT');
  const [link, setLink] = useState<{ address: string; until: string }>();
  const add = useChange(addMemberDocument);
  const submit = async () => {
    const done = await add.run({ input: { name: name.trim(), email: email.trim(), role } });
    if (!done) return;
    setLink({ address: done.signInLink, until: done.linkExpiresAt });
    setName('');
    setEmail('');
  };
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Let somebody in
      </Title>
      <Stack>
        {link && (
          <Once
            title="The sign-in link"
            words={`It signs them in once, until ${when(link.until)}. Give it to nobody else.`}
            secret={link.address}
            done={() => setLink(undefined)}
          />
        )}
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Group align="flex-end">
            <TextInput label="Name" required value={name} onChange={e => setName(e.currentTarget.value)} />
            <TextInput
              label="E-mail address"
              type="email"
              required
              value={email}
              onChange={e => setEmail(e.currentTarget.value)}
            />
            <Select
              label="Role"
              allowDeselect={false}
              data={ROLES.map(r => ({ value: r.value, label: r.label }))}
              value={role}
              onChange={value => setRole((value ?? 'AGENT') as Role)}
            />
            <Button type="submit" loading={add.busy}>
              Let in
            </Button>
          </Group>
          <Text size="sm" c="dimmed" mt="xs">
            {roles[role].label}: {roles[role].may}.
          </Text>
        </form>
      </Stack>
    </Paper>
  );
}
