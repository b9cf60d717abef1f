// Taking contacts out of a campaign that is not approved yet, with the reason.
import { Group, Paper, Text } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';
import { counted } from '../parts/words';

const document = graphql(`
  mutation RemoveContacts($id: ID!, $contactIds: [ID!]!, $reason: String!) {
    it: removeContacts(id: $id, contactIds: $contactIds, reason: $reason) {
      ...CampaignAnswer
    }
  }
`);

/** Most contacts of one request. */
export const AT_ONCE = 1000;

export function TakeOut({ campaignId, ids, done }: { campaignId: string; ids: string[]; done: () => void }) {
  const remove = useChange(document);
  return (
    <Paper withBorder p="sm" mb="sm" role="region" aria-label="Picked contacts">
      <Group>
        <Text size="sm">{counted(ids.length, 'contact')} picked</Text>
        <Sure
          label="Take out of the campaign"
          title="Take them out of this campaign?"
          does={`Take out ${counted(ids.length, 'contact')}`}
          reason="Why"
          run={async reason => {
            const gone = await remove.run({ id: campaignId, contactIds: ids, reason });
            if (gone) done();
            return gone;
          }}
        >
          Their scripts in this campaign are not sent. They stay in the contact list and in other campaigns.
        </Sure>
      </Group>
    </Paper>
  );
}
