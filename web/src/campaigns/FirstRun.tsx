// What is still missing before a first campaign can be sent, with links to where each is put right; nothing once all is there.
import { Alert, Anchor, List } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useViewer } from '../shell/viewer';

const document = graphql(`
  query FirstRun($minPosition: Position) {
    organization(minPosition: $minPosition) {
      settings {
        agentName
        brokerage
        agentPhone
        optOutPhone
      }
      callerIds {
        number
      }
    }
    states(minPosition: $minPosition) {
      on
    }
  }
`);

export function FirstRun() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {}, { pause: !mayAdminister });
  const organization = asked.data?.organization;
  if (!organization || !asked.data) return null;
  const { agentName, brokerage, agentPhone, optOutPhone } = organization.settings;
  const missing: [boolean, string, string, string][] = [
    [
      ![agentName, brokerage, agentPhone, optOutPhone].every(Boolean),
      'Who calls: the agent, the brokerage and two numbers, which every script must say.',
      'Fill in who calls',
      '/settings/organization',
    ],
    [
      organization.callerIds.length === 0,
      'A number that recipients may be shown.',
      'Allow a number',
      '/settings/caller-ids',
    ],
    [
      !asked.data.states.some(state => state.on),
      'A state to which voicemails may go; all are off until you say on what grounds.',
      'Switch a state on',
      '/settings/states',
    ],
  ];
  const open = missing.filter(([isMissing]) => isMissing);
  if (open.length === 0) return null;
  return (
    <Alert color="blue" variant="light" mb="md" title="Before the first campaign can be sent">
      <List size="sm">
        {open.map(([, words, fix, path]) => (
          <List.Item key={path}>
            {words}{' '}
            <Anchor component={Link} to={path} size="sm">
              {fix}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
