// Where voicemails may go: every state is off until somebody switches it on, with the grounds for it.
import { SegmentedControl, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Sign, When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { useViewer } from '../shell/viewer';
import { switchDocument } from './documents';

const document = graphql(`
  query StateSwitches($minPosition: Position) {
    states(minPosition: $minPosition) {
      code
      name
      on
      reason
      changedAt
    }
  }
`);

export function States() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {});
  const change = useChange(switchDocument);
  const [words, setWords] = useState('');
  const [shown, setShown] = useState('all');
  return (
    <Stack>
      <Text size="sm">
        The rules that ship are engineering research, not legal advice. Switch a state on when your counsel
        has said on what grounds.
      </Text>
      <TextInput
        label="Find a state"
        maw={280}
        value={words}
        onChange={e => setWords(e.currentTarget.value)}
      />
      <SegmentedControl
        aria-label="Which states"
        maw={280}
        value={shown}
        onChange={setShown}
        data={[
          { value: 'all', label: 'All' },
          { value: 'on', label: 'On' },
          { value: 'off', label: 'Off' },
        ]}
      />
      <Shown asked={asked} what="the states">
        {({ states }) => (
          <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table aria-label="States">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Voicemails</Table.Th>
                  <Table.Th>Grounds</Table.Th>
                  {mayAdminister && <Table.Th>Change</Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {states
                  .filter(s => `${s.name} ${s.code}`.toLowerCase().includes(words.trim().toLowerCase()))
                  .filter(s => shown === 'all' || s.on === (shown === 'on'))
                  .map(s => (
                    <Table.Tr key={s.code}>
                      <Table.Td>
                        {s.name} ({s.code})
                      </Table.Td>
                      <Table.Td>
                        <Sign of={s.on ? { label: 'On', color: 'green' } : { label: 'Off', color: 'gray' }} />
                      </Table.Td>
                      <Table.Td>
                        {s.reason ?? 'never switched on'}
                        <Text size="xs" c="dimmed" component="div">
                          {s.changedAt && <When at={s.changedAt} />}
                        </Text>
                      </Table.Td>
                      {mayAdminister && (
                        <Table.Td>
                          <Sure
                            label={s.on ? 'Switch off' : 'Switch on'}
                            size="compact-sm"
                            color={s.on ? 'red' : 'green'}
                            title={`${s.on ? 'Switch off' : 'Switch on'} ${s.name}?`}
                            does={s.on ? 'Switch it off' : 'Switch it on'}
                            reason="On what grounds"
                            run={reason => change.run({ state: s.code, on: !s.on, reason })}
                          >
                            {s.on
                              ? 'Voicemails to this state are blocked from now on, also in campaigns that are under way.'
                              : 'Voicemails may go there, where every other rule allows it.'}
                          </Sure>
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
