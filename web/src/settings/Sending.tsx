// The halt of all sending: on, off, and whose it is.
import { Alert, Group, Stack, Text } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { useViewer } from '../shell/viewer';
import { allowDocument, haltDocument } from './documents';

const document = graphql(`
  query Halts($minPosition: Position) {
    organization(minPosition: $minPosition) {
      halts {
        by
        reason
      }
    }
  }
`);

export function Sending() {
  const { mayAdminister } = useViewer();
  const asked = useAsk(document, {});
  const halt = useChange(haltDocument);
  const allow = useChange(allowDocument);
  return (
    <Shown asked={asked} what="the halts">
      {({ organization }) => {
        const halts = organization?.halts ?? [];
        const isOwn = halts.some(h => h.by === 'ORGANIZATION');
        return (
          <Stack>
            {halts.length === 0 && <Text>Sending is allowed.</Text>}
            {halts.map(h => (
              <Alert
                key={h.by}
                color="red"
                variant="light"
                title={
                  h.by === 'OPERATOR'
                    ? 'The operator has halted all sending'
                    : 'Your organization has halted all sending'
                }
              >
                {h.reason}
                {h.by === 'OPERATOR' && ' Only the operator lifts it.'}
              </Alert>
            ))}
            {mayAdminister && (
              <Group>
                {isOwn ? (
                  <Sure
                    label="Allow sending again"
                    variant="filled"
                    color="green"
                    title="Allow sending again?"
                    does="Allow sending"
                    reason="Why"
                    run={reason => allow.run({ reason })}
                  >
                    Campaigns that are under way go on where they stopped.
                  </Sure>
                ) : (
                  <Sure
                    label="Halt all sending"
                    title="Halt all sending?"
                    does="Halt all sending"
                    reason="Why"
                    run={reason => halt.run({ reason })}
                  >
                    Nothing more is handed over, whatever is approved. Voicemails wait, none is lost.
                  </Sure>
                )}
              </Group>
            )}
          </Stack>
        );
      }}
    </Shown>
  );
}
