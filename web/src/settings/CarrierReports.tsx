// What the carrier has reported, by what became of it, and the reports that match nothing: none is lost.
import { Select, Stack, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type { CarrierReportsQuery, WebhookStanding } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { usePages } from '../graph/usePages';
import { Figure, Figures } from '../parts/Figure';
import { LongList } from '../parts/LongList';
import { When } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { count } from '../parts/words';
import { useViewer } from '../shell/viewer';

const countsDocument = graphql(`
  query ReportCounts {
    webhooks {
      waiting
      applied
      unmatched
      unreadable
      rejected
    }
  }
`);

const document = graphql(`
  query CarrierReports($standing: WebhookStanding, $first: Int, $after: String) {
    carrierReports(standing: $standing, first: $first, after: $after) {
      nodes {
        id
        eventId
        isCallback
        receivedAt
        reason
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Row = CarrierReportsQuery['carrierReports']['nodes'][number];

const STANDINGS: Record<WebhookStanding, string> = {
  UNMATCHED: 'Match no voicemail of ours',
  WAITING: 'Wait to be looked at',
  UNREADABLE: 'Not understood',
  REJECTED: 'Refused at the door',
  APPLIED: 'Recorded',
};

const isStanding = (text: string | null): text is WebhookStanding => text !== null && text in STANDINGS;

export function CarrierReports() {
  const { mayAudit: may } = useViewer();
  const [address, setAddress] = useSearchParams();
  const given = address.get('standing');
  const standing = isStanding(given) ? given : 'UNMATCHED';
  const counts = useAsk(countsDocument, {}, { pause: !may });
  const pages = usePages(document, { standing }, data => data.carrierReports, { pause: !may });
  if (!may)
    return <Empty title="Only admins and auditors see these">They are of the whole installation.</Empty>;
  return (
    <Stack>
      <Text size="sm">
        Each report is stored before anything is done with it. One that matches nothing can be applied later,
        by the operator: <code>voicedrop webhooks replay</code>.
      </Text>
      <Shown asked={counts} what="the counts">
        {({ webhooks: w }) => (
          <Figures>
            <Figure name="Recorded" value={count(w.applied)} />
            <Figure name="Waiting" value={count(w.waiting)} />
            <Figure name="Match nothing" value={count(w.unmatched)} />
            <Figure name="Not understood" value={count(w.unreadable)} />
            <Figure name="Refused" value={count(w.rejected)} under="bad signature, too old, or unknown" />
          </Figures>
        )}
      </Shown>
      <Select
        label="Which reports"
        maw={320}
        allowDeselect={false}
        data={Object.entries(STANDINGS).map(([value, label]) => ({ value, label }))}
        value={standing}
        onChange={value => setAddress({ standing: value ?? 'UNMATCHED' }, { replace: true })}
      />
      <LongList<Row>
        name="Carrier reports"
        pages={pages}
        keyOf={row => row.id}
        height="45vh"
        empty={<Empty title="None stand here" />}
        columns={[
          { title: 'Came', width: 10, cell: row => <When at={row.receivedAt} /> },
          { title: 'By', width: 9, cell: row => (row.isCallback ? 'callback of one drop' : 'signed report') },
          { title: 'The carrier’s id', width: 12, cell: row => row.eventId ?? '—' },
          { title: 'Why it is not applied', width: 14, cell: row => row.reason ?? '—' },
        ]}
      />
    </Stack>
  );
}
