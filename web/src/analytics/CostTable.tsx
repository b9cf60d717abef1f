// What voicemails cost, and what each one came to.
import { Table } from '@mantine/core';
import type { CostSharesWholeFragment } from '../graph/generated/graphql';
import { Money } from '../parts/Signs';
import { money } from '../parts/words';
import { NOT_REPORTED } from './figures';

export function CostTable({ costs, isReported }: { costs: CostSharesWholeFragment; isReported: boolean }) {
  const each = (micros: number | null | undefined) => (micros == null ? '—' : money(micros));
  return (
    <Table aria-label="Cost" withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        {(
          [
            ['Writing', costs.writer],
            ['Speaking', costs.voice],
            ['Delivering', costs.carrier],
          ] as const
        ).map(([name, micros]) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td ta="right">
              <Money micros={micros} />
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr fw={700}>
          <Table.Td>In all</Table.Td>
          <Table.Td ta="right">
            <Money micros={costs.total} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Td>For each voicemail left</Table.Td>
          <Table.Td ta="right">{each(costs.perDelivered)}</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Td>For each one listened to</Table.Td>
          <Table.Td ta="right">{isReported ? each(costs.perListened) : NOT_REPORTED}</Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}
