// Teams: people who see each other's team campaigns.
import { Button, Checkbox, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Empty, Shown } from '../parts/States';
import { useViewer } from '../shell/viewer';
import { membersDocument } from './Members';
import { joinDocument, leaveDocument, teamDocument } from './documents';

const document = graphql(`
  query Teams($minPosition: Position) {
    teams(minPosition: $minPosition) {
      id
      name
    }
  }
`);

export function Teams() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {});
  const members = useAsk(membersDocument, { withFormer: false });
  const create = useChange(teamDocument);
  const join = useChange(joinDocument);
  const leave = useChange(leaveDocument);
  const [name, setName] = useState('');
  const people = members.data?.members ?? [];
  return (
    <Stack>
      {mayAdminister && (
        <form
          onSubmit={event => {
            event.preventDefault();
            void create.run({ name: name.trim() }).then(done => done && setName(''));
          }}
        >
          <Group align="flex-end">
            <TextInput
              label="Name of the team"
              required
              value={name}
              onChange={e => setName(e.currentTarget.value)}
            />
            <Button type="submit" loading={create.busy}>
              Make a team
            </Button>
          </Group>
        </form>
      )}
      <Shown asked={asked} what="the teams">
        {({ teams }) =>
          teams.length === 0 ? (
            <Empty title="No teams yet">Without a team, agents see their own campaigns alone.</Empty>
          ) : (
            <Stack>
              {teams.map(team => (
                <Paper key={team.id} withBorder p="md">
                  <Title order={2} size="h4" mb="xs">
                    {team.name}
                  </Title>
                  {mayAdminister ? (
                    <Stack gap={6}>
                      {people.map(p => (
                        <Checkbox
                          key={p.userId}
                          label={p.name ?? p.email ?? 'No name'}
                          checked={p.teamIds.includes(team.id)}
                          onChange={event => {
                            const who = { teamId: team.id, userId: p.userId };
                            void (event.currentTarget.checked ? join.run(who) : leave.run(who));
                          }}
                        />
                      ))}
                    </Stack>
                  ) : (
                    <Text size="sm">
                      {people
                        .filter(p => p.teamIds.includes(team.id))
                        .map(p => p.name)
                        .join(', ') || 'Nobody'}
                    </Text>
                  )}
                </Paper>
              ))}
            </Stack>
          )
        }
      </Shown>
    </Stack>
  );
}
