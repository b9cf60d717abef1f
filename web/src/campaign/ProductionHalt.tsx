// Why writing or speaking does not go on, and the buttons that halt it, go on or end it.
import { Alert, Button, Group, Text } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useChange } from '../graph/useChange';
import { When } from '../parts/Signs';
import { Sure } from '../parts/Sure';
import { useViewer } from '../shell/viewer';
import type { Whole } from './useCampaign';

const pauseDocument = graphql(`
  mutation PauseProduction($id: ID!, $reason: String!) {
    it: pauseProduction(id: $id, reason: $reason) {
      ...CampaignAnswer
    }
  }
`);

const resumeDocument = graphql(`
  mutation ResumeProduction($id: ID!) {
    it: resumeProduction(id: $id) {
      ...CampaignAnswer
    }
  }
`);

const stopDocument = graphql(`
  mutation StopProduction($id: ID!, $reason: String!) {
    it: stopProduction(id: $id, reason: $reason) {
      ...CampaignAnswer
    }
  }
`);

export function ProductionHalt({ campaign }: { campaign: Whole }) {
  const { mayWrite } = useViewer();
  const pause = useChange(pauseDocument);
  const resume = useChange(resumeDocument);
  const stop = useChange(stopDocument);
  const { id, productionHalt: halt } = campaign;
  return (
    <>
      {halt && (
        <Alert
          color="orange"
          variant="light"
          title={halt.paused ? 'Halted by a person' : 'A provider is in trouble'}
        >
          <Text size="sm" component="div">
            {halt.reason ?? 'No reason was given.'}{' '}
            {halt.waitingSince && (
              <>
                Since <When at={halt.waitingSince} />; it is tried again by itself.
              </>
            )}
          </Text>
        </Alert>
      )}
      {mayWrite && (
        <Group gap="xs">
          {halt ? (
            <Button size="xs" loading={resume.busy} onClick={() => void resume.run({ id })}>
              {halt.paused ? 'Go on' : 'Try again now'}
            </Button>
          ) : (
            <Sure
              label="Halt"
              title="Halt this work?"
              does="Halt"
              size="xs"
              color="orange"
              reason="Why"
              run={reason => pause.run({ id, reason })}
            >
              What is under way is finished, because it is paid for. You can go on at any time.
            </Sure>
          )}
          <Sure
            label="End here"
            title="End this work here?"
            does="End it"
            size="xs"
            reason="Why"
            run={reason => stop.run({ id, reason })}
          >
            What is made stays, the rest is not made, and the campaign goes to review.
          </Sure>
        </Group>
      )}
    </>
  );
}
