// Numbers that the organization may show to recipients, with why it may.
import { Button, Group, Paper, Stack, Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Empty, Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { phone } from '../parts/words';
import { callerIdsDocument } from '../setup/documents';
import { useViewer } from '../shell/viewer';
import { addCallerDocument, removeCallerDocument } from './documents';

export function CallerIds() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(callerIdsDocument, {});
  const add = useChange(addCallerDocument);
  const remove = useChange(removeCallerDocument);
  const [number, setNumber] = useState('');
  const [label, setLabel] = useState('');
  const [proof, setProof] = useState('');
  const submit = async () => {
    const done = await add.run({ number: number.trim(), label: label.trim(), proof: proof.trim() });
    if (!done) return;
    setNumber('');
    setLabel('');
    setProof('');
  };
  return (
    <Stack>
      {mayAdminister && (
        <Paper withBorder p="md">
          <form
            onSubmit={event => {
              event.preventDefault();
              void submit();
            }}
          >
            <Group align="flex-end">
              <TextInput
                label="Number"
                type="tel"
                required
                value={number}
                onChange={e => setNumber(e.currentTarget.value)}
              />
              <TextInput
                label="What it is called"
                required
                value={label}
                onChange={e => setLabel(e.currentTarget.value)}
              />
              <TextInput
                label="Why you may show it"
                required
                value={proof}
                onChange={e => setProof(e.currentTarget.value)}
              />
              <Button type="submit" loading={add.busy}>
                Allow it
              </Button>
            </Group>
          </form>
        </Paper>
      )}
      <Shown asked={asked} what="the numbers">
        {({ organization }) =>
          organization?.callerIds.length ? (
            <Table aria-label="Caller ids">
              <Table.Tbody>
                {organization.callerIds.map(c => (
                  <Table.Tr key={c.number}>
                    <Table.Td>{phone(c.number)}</Table.Td>
                    <Table.Td>{c.label}</Table.Td>
                    {mayAdminister && (
                      <Table.Td ta="right">
                        <Sure
                          label="Remove"
                          size="compact-sm"
                          title={`No longer show ${phone(c.number)}?`}
                          does="Remove it"
                          run={() => remove.run({ number: c.number })}
                        >
                          Campaigns that show it can’t be approved with it any more.
                        </Sure>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          ) : (
            <Empty title="No number may be shown yet">A campaign can’t be approved without one.</Empty>
          )
        }
      </Shown>
    </Stack>
  );
}
