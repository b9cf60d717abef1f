// What the next steps are estimated to cost, and what was billed so far, line by line.
import { Table, Text } from '@mantine/core';
import type { CostStep, ScriptEngineInput } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Money } from '../parts/Signs';
import { Shown } from '../parts/States';
import { counted } from '../parts/words';
import { costDocument } from './documents';

const LINES: Record<CostStep, string> = {
  WRITER: 'Writing scripts',
  VOICE: 'Speaking them',
  CARRIER: 'Delivering them',
  STORAGE: 'Keeping the audio',
};

export function CostLines({
  campaignId,
  engine = null,
  takesBatches = false,
  voice = null,
  tick,
}: {
  campaignId: string;
  engine?: ScriptEngineInput | null;
  /** The engine could write by the batch: what that would cost is said beside what it costs at once. */
  takesBatches?: boolean;
  /** Who would speak: what another voice has spoken is spoken anew. */
  voice?: string | null;
  tick?: string;
}) {
  const asked = useAsk(costDocument, { campaignId, engine, voice }, { tick });
  return (
    <Shown asked={asked} what="the cost">
      {({ campaignCost: cost }) => (
        <Table aria-label="Cost" withRowBorders={false} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Cost</Table.Th>
              <Table.Th ta="right">Still to come</Table.Th>
              <Table.Th ta="right">Billed</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cost.lines.map(line => (
              <Table.Tr key={line.step}>
                <Table.Td>
                  {LINES[line.step]}
                  {line.step === 'WRITER' && engine?.batch && ', by batch'}
                  {line.step === 'VOICE' && cost.recordingsAnew > 0 && (
                    <Text size="xs" c="dimmed">
                      {counted(cost.recordingsAnew, 'recording')} of another voice spoken anew
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  <Money micros={line.estimate} />
                  {takesBatches && !engine?.batch && line.batchEstimate != null && (
                    <Text size="xs" c="dimmed">
                      by batch <Money micros={line.batchEstimate} />
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  {line.step === 'STORAGE' && line.actual == null ? 'yours' : <Money micros={line.actual} />}
                </Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr fw={700}>
              <Table.Td>In all</Table.Td>
              <Table.Td ta="right">
                <Money micros={cost.estimate} />
              </Table.Td>
              <Table.Td ta="right">
                <Money micros={cost.actual} />
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      )}
    </Shown>
  );
}
