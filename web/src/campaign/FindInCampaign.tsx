// Finding one contact of a campaign by number: how its script, audio and voicemail stand here.
import { Alert, Anchor, Button, Group, Paper, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { e164 } from '../contacts/e164';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { Sign } from '../parts/Signs';
import { Shown } from '../parts/States';
import { audioStates, deliveries, phone, reviews } from '../parts/words';

const findDocument = graphql(`
  query FindInCampaign($campaignId: ID!, $phone: String!, $minPosition: Position) {
    contacts(filter: { campaignId: $campaignId, phone: $phone }, first: 1, minPosition: $minPosition) {
      nodes {
        id
        name
        phone
        campaigns {
          campaignId
          scriptId
          delivery
        }
      }
    }
  }
`);

const scriptDocument = graphql(`
  query StandingOfScript($id: ID!, $minPosition: Position) {
    script(id: $id, minPosition: $minPosition) {
      review
      audioState
    }
  }
`);

interface Properties {
  campaignId: string;
  number: string | null;
  find: (number: string | null) => void;
}

export function FindInCampaign({ campaignId, number, find }: Properties) {
  const [typed, setTyped] = useState(number ? phone(number) : '');
  const asked = useAsk(findDocument, { campaignId, phone: number ?? '' }, { pause: !number });
  const wrong = typed !== '' && e164(typed) === undefined;
  return (
    <>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (!wrong) find(e164(typed) ?? null);
        }}
      >
        <Group gap={4} align="flex-end">
          <TextInput
            label="Phone number"
            placeholder="(760) 555-0120"
            value={typed}
            error={wrong ? 'Ten digits of a US number' : undefined}
            onChange={event => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={wrong}>
            Find
          </Button>
        </Group>
      </form>
      {number && (
        <div style={{ flexBasis: '100%' }}>
          <Shown asked={asked} what="the contact">
            {({ contacts }) => {
              const found = contacts.nodes[0];
              if (!found) {
                return (
                  <Alert color="yellow" variant="light">
                    Nobody of this campaign has the number {phone(number)}.
                  </Alert>
                );
              }
              const here = found.campaigns.find(c => c.campaignId === campaignId);
              return (
                <Paper withBorder p="sm">
                  <Group>
                    <Anchor component={Link} to={`/agent/crm/contacts/${found.id}`}>
                      {found.name || 'No name'}
                    </Anchor>
                    <Text size="sm">{phone(found.phone)}</Text>
                    {here && <Sign of={deliveries[here.delivery]} />}
                    {here && <Standing scriptId={here.scriptId} />}
                  </Group>
                </Paper>
              );
            }}
          </Shown>
        </div>
      )}
    </>
  );
}

function Standing({ scriptId }: { scriptId: string }) {
  const asked = useAsk(scriptDocument, { id: scriptId });
  const script = asked.data?.script;
  if (!script) return null;
  return (
    <>
      <Sign of={reviews[script.review]} />
      <Sign of={audioStates[script.audioState]} />
    </>
  );
}
