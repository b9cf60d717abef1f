// Voicemails of which nobody knows what became: a person who has looked at the carrier's own record says it. None is ever sent again.
import { Group, Paper, Text, Title } from '@mantine/core';
import { graphql } from '../graph/generated';
import type { ScriptsInDoubtQuery } from '../graph/generated/graphql';
import { useChange } from '../graph/useChange';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { Sure } from '../parts/Sure';
import { phone } from '../parts/words';
import type { Whole } from './useCampaign';

const document = graphql(`
  query ScriptsInDoubt($id: ID!, $first: Int, $after: String, $minPosition: Position) {
    campaign(id: $id, minPosition: $minPosition) {
      scripts(deliveries: [IN_DOUBT], first: $first, after: $after) {
        nodes {
          id
          contact {
            name
            phone
          }
          deliveryReason
          attemptedAt
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const settleDocument = graphql(`
  mutation SettleDoubt($scriptId: ID!, $delivered: Boolean!) {
    it: settleDoubt(scriptId: $scriptId, delivered: $delivered) {
      ...ScriptAnswer
    }
  }
`);

type Row = NonNullable<ScriptsInDoubtQuery['campaign']>['scripts']['nodes'][number];

export function Doubts({ campaign, maySettle }: { campaign: Whole; maySettle: boolean }) {
  const pages = usePages(document, { id: campaign.id }, data => data.campaign?.scripts, {
    tick: `${campaign.counters.inDoubt}`,
  });
  return (
    <Paper withBorder p="md" mt="md">
      <Title order={2} size="h4">
        In doubt
      </Title>
      <Text size="sm" mb="sm">
        The carrier was handed these, and has not said what became of them. They are never sent again.
        {maySettle && ' Look each up in the carrier’s own dashboard, then say here what it shows.'}
      </Text>
      <LongList<Row>
        name="Voicemails in doubt"
        pages={pages}
        total={campaign.counters.inDoubt}
        keyOf={row => row.id}
        height="40vh"
        empty={<Empty title="None is in doubt any more" />}
        columns={[
          {
            title: 'Contact',
            width: 10,
            cell: row => (
              <>
                {row.contact?.name ?? 'Unknown'}
                <Text size="xs" c="dimmed">
                  {row.contact ? phone(row.contact.phone) : ''}
                </Text>
              </>
            ),
          },
          { title: 'Handed over', width: 9, cell: row => <When at={row.attemptedAt} /> },
          { title: 'Why', width: 12, cell: row => row.deliveryReason ?? '—' },
          ...(maySettle
            ? [{ title: 'What the carrier shows', width: 14, cell: (row: Row) => <Settle row={row} /> }]
            : []),
        ]}
      />
    </Paper>
  );
}

function Settle({ row }: { row: Row }) {
  const settle = useChange(settleDocument);
  const whose = row.contact?.name ?? 'the contact';
  const say = (delivered: boolean) => () => settle.run({ scriptId: row.id, delivered });
  return (
    <Group gap={4} wrap="nowrap">
      <Sure
        label="It was left"
        spoken={`It was left: ${whose}`}
        size="compact-sm"
        color="green"
        title={`Was the voicemail for ${whose} left?`}
        does="It was left in the mailbox"
        run={say(true)}
      >
        Say so only if the carrier’s own record shows it. It counts as left, under your name; a later report
        of the carrier counts as well.
      </Sure>
      <Sure
        label="It was not left"
        spoken={`It was not left: ${whose}`}
        size="compact-sm"
        title={`Was the voicemail for ${whose} not left?`}
        does="It was not left"
        run={say(false)}
      >
        Say so only if the carrier’s own record shows it, or has none. It counts as not left, under your name,
        and is not sent again; a later report of the carrier counts as well.
      </Sure>
    </Group>
  );
}
