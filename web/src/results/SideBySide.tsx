// Campaigns, kinds of campaigns, writers, templates, prompts and lengths side by side, each against all the others together.
import { Anchor, Group, MultiSelect, Paper, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { DifferenceText, RateBar, RateText } from '../analytics/RateText';
import { NOT_REPORTED } from '../analytics/figures';
import { graphql } from '../graph/generated';
import type { CampaignStatus, CampaignType, Comparison, ComparedQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { Empty, Shown } from '../parts/States';
import { useCampaignChoices } from '../parts/campaignChoices';
import { campaignTypes, count, money, plain } from '../parts/words';

const document = graphql(`
  query Compared($by: Comparison!, $campaignIds: [ID!], $minPosition: Position) {
    comparison(by: $by, campaignIds: $campaignIds, minPosition: $minPosition) {
      key
      campaignId
      name
      results {
        ...ResultsWhole
      }
      costs {
        total
        perDelivered
      }
      deliveryAgainstOthers {
        ...DifferenceWhole
      }
      listenAgainstOthers {
        ...DifferenceWhole
      }
    }
  }
`);

/** What is compared: what can have come to something. */
const COMPARABLE: CampaignStatus[] = ['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED'];

type Row = ComparedQuery['comparison'][number];

/** The ways that are shown here; the API may have more. */
const WAYS: Partial<Record<Comparison, { label: string; what: string }>> = {
  CAMPAIGN: { label: 'Campaigns', what: 'Campaign' },
  CAMPAIGN_TYPE: { label: 'Types', what: 'Type' },
  WRITER: { label: 'Who wrote', what: 'Written by' },
  TEMPLATE: { label: 'Templates', what: 'Template' },
  PROMPT: { label: 'Prompts', what: 'Prompt' },
  LENGTH: { label: 'Length', what: 'Seconds spoken' },
};

const isWay = (way: string | null): way is Comparison => way !== null && way in WAYS;

/** What is compared, in words. */
export function comparedName(by: Comparison, row: Pick<Row, 'key' | 'name'>): string {
  switch (by) {
    case 'CAMPAIGN':
      return row.name ?? 'No name';
    case 'CAMPAIGN_TYPE': {
      const type = row.key.toUpperCase() as CampaignType;
      return campaignTypes[type] ?? plain(row.key);
    }
    case 'WRITER':
      return (
        { template: 'The template', manual: 'A person' }[row.key] ?? `The model ${row.name ?? ''}`.trim()
      );
    case 'TEMPLATE': {
      const type = row.key.toUpperCase() as CampaignType;
      return row.name ?? `Starter for ${campaignTypes[type] ?? plain(row.key)}`;
    }
    case 'PROMPT': {
      // Two prompts may begin alike.
      const mark = row.key.slice(0, 6);
      return row.name ? `${row.name} (${mark})` : `Prompt ${mark}`;
    }
    case 'LENGTH': {
      const from = Number(row.key);
      return Number.isFinite(from) ? `${from} to ${from + 10} s` : 'not known';
    }
    default:
      return row.name ?? row.key;
  }
}

export function SideBySide({ tick }: { tick: string | undefined }) {
  const [address, setAddress] = useSearchParams();
  const way = address.get('by');
  const by: Comparison = isWay(way) ? way : 'CAMPAIGN';
  const only = address.getAll('only');
  const choices = useCampaignChoices(only, COMPARABLE);
  const asked = useAsk(document, { by, campaignIds: only.length > 0 ? only : null }, { tick });
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm" align="flex-end">
        <Title order={2} size="h4">
          Side by side
        </Title>
        <SegmentedControl
          aria-label="What is compared"
          size="xs"
          value={by}
          onChange={value =>
            setAddress(
              now => {
                now.set('by', value);
                return now;
              },
              { replace: true },
            )
          }
          data={Object.entries(WAYS).map(([value, way]) => ({ value, label: way.label }))}
        />
      </Group>
      <MultiSelect
        label="Only these campaigns"
        placeholder={only.length === 0 ? 'All that you see' : ''}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'All campaigns' }}
        mb="sm"
        maxValues={100}
        {...choices}
        value={only}
        onChange={ids =>
          setAddress(
            now => {
              now.delete('only');
              for (const id of ids) now.append('only', id);
              return now;
            },
            { replace: true },
          )
        }
      />
      <Shown asked={asked} what="the comparison">
        {({ comparison }) => {
          const rows = comparison.filter(row => row.results.attempted > 0);
          if (rows.length > 0) return <Rows by={by} rows={rows} />;
          return <Empty title="Nothing to compare">Choose other campaigns, or all of them.</Empty>;
        }}
      </Shown>
      <Text size="xs" c="dimmed" mt="xs">
        Each against all the others of the table together. In 95 of 100 such samples the true rate lies in the
        span that is said; a difference whose span holds zero may be chance.
      </Text>
    </Paper>
  );
}

function Rows({ by, rows }: { by: Comparison; rows: Row[] }) {
  return (
    <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label="Side by side" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{WAYS[by]?.what}</Table.Th>
            <Table.Th ta="right">Handed over</Table.Th>
            <Table.Th>Left</Table.Th>
            <Table.Th>Against the others</Table.Th>
            <Table.Th>Listened</Table.Th>
            <Table.Th>Against the others</Table.Th>
            <Table.Th ta="right">Cost for each left</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(row => (
            <Table.Tr key={`${row.key} ${row.name ?? ''}`}>
              <Table.Td>
                {row.campaignId ? (
                  <Anchor component={Link} to={`/agent/campaigns/${row.campaignId}/analytics`} size="sm">
                    {comparedName(by, row)}
                  </Anchor>
                ) : (
                  comparedName(by, row)
                )}
              </Table.Td>
              <Table.Td ta="right">{count(row.results.attempted)}</Table.Td>
              <Table.Td>
                <RateText rate={row.results.deliveryRate} />
                <RateBar rate={row.results.deliveryRate} />
              </Table.Td>
              <Table.Td>
                <DifferenceText difference={row.deliveryAgainstOthers} />
              </Table.Td>
              <Table.Td>
                <RateText rate={row.results.listenRate} />
                <RateBar rate={row.results.listenRate} />
              </Table.Td>
              <Table.Td>
                {row.results.listenRate ? (
                  <DifferenceText difference={row.listenAgainstOthers} />
                ) : (
                  NOT_REPORTED
                )}
              </Table.Td>
              <Table.Td ta="right">
                {row.costs?.perDelivered == null ? '—' : money(row.costs.perDelivered)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
