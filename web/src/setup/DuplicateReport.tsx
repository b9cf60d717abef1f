// What a look for duplicates found: how many, with which campaigns, how long ago these called, and what to do about it.
import { Alert, Anchor, List, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../graph/generated';
import type { DuplicateReportQuery } from '../graph/generated/graphql';
import { Figure, Figures } from '../parts/Figure';
import { CampaignSign } from '../parts/Signs';
import { count, counted } from '../parts/words';

export const duplicateReportDocument = graphql(`
  query DuplicateReport($campaignId: ID!, $minIntervalDays: Int) {
    duplicateReport(campaignId: $campaignId, minIntervalDays: $minIntervalDays) {
      contacts
      duplicates
      tooRecent
      minIntervalDays
      conflicts {
        campaignId
        name
        visible
        status
        contacts
        tooRecent
        lastContactedAt
        daysSince
      }
      recommendations {
        advice
        basis
      }
    }
  }
`);

type Report = DuplicateReportQuery['duplicateReport'];

/** A campaign by name, with a way there for those who may open it. */
export function Conflicting({ id, name, visible }: { id: string; name: string; visible: boolean }) {
  if (!visible)
    return (
      <Text size="sm" component="span">
        {name}
      </Text>
    );
  return (
    <Anchor component={Link} to={`/agent/campaigns/${id}`} size="sm">
      {name}
    </Anchor>
  );
}

export function DuplicateReport({ report }: { report: Report }) {
  if (report.duplicates === 0) return null;
  return (
    <Stack>
      <Figures>
        <Figure name="Contacts in this campaign" value={count(report.contacts)} />
        <Figure
          name="In another campaign, too"
          value={count(report.duplicates)}
          under="that is under way, or called them within the interval"
        />
        <Figure
          name="Called too recently"
          value={count(report.tooRecent)}
          under={`within ${counted(report.minIntervalDays, 'day')}: the rules hold them back`}
        />
      </Figures>
      {report.recommendations.length > 0 && (
        <Alert color="blue" variant="light" title="What to do">
          <List size="sm">
            {report.recommendations.map(({ advice, basis }) => (
              <List.Item key={advice}>
                {advice}
                <Text size="xs" c="dimmed">
                  {basis}
                </Text>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label="Campaigns with the same contacts">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Campaign</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th ta="right">Contacts of both</Table.Th>
              <Table.Th ta="right">Called too recently</Table.Th>
              <Table.Th ta="right">Last call</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.conflicts.map(conflict => (
              <Table.Tr key={conflict.campaignId}>
                <Table.Td>
                  <Conflicting id={conflict.campaignId} name={conflict.name} visible={conflict.visible} />
                </Table.Td>
                <Table.Td>
                  <CampaignSign status={conflict.status} />
                </Table.Td>
                <Table.Td ta="right">{count(conflict.contacts)}</Table.Td>
                <Table.Td ta="right">{count(conflict.tooRecent)}</Table.Td>
                <Table.Td ta="right">
                  {conflict.daysSince == null ? 'none yet' : `${counted(conflict.daysSince, 'day')} ago`}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
