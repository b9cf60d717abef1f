// What lies ahead of a campaign: whether the carrier, the number and the way back would let it be sent, and when it would be through.
import { Alert, List, Text } from '@mantine/core';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { When } from '../parts/Signs';
import { Failed } from '../parts/States';
import { count, counted } from '../parts/words';

const document = graphql(`
  query OutlookOf($campaignId: ID!) {
    readiness(campaignId: $campaignId) {
      ready
      blockers {
        about
        message
      }
      warnings {
        about
        message
      }
    }
    forecast(campaignId: $campaignId) {
      finish
      called
      tooLate
      unknown
    }
  }
`);

export function Outlook({ campaignId, tick }: { campaignId: string; tick: string }) {
  const asked = useAsk(document, { campaignId }, { tick });
  if (asked.error) return <Failed error={asked.error} again={asked.again} />;
  if (!asked.data) return null;
  const { readiness, forecast } = asked.data;
  const words = [
    `${counted(forecast.called, 'person', 'people')} called until then`,
    forecast.tooLate > 0 ? `${count(forecast.tooLate)} come too late for the campaign’s end` : '',
    forecast.unknown > 0 ? `of ${count(forecast.unknown)} it can’t be said` : '',
  ].filter(Boolean);
  return (
    <>
      {readiness.blockers.length > 0 && (
        <Alert color="red" variant="light" title="It can’t be sent yet">
          <List size="sm">
            {readiness.blockers.map(finding => (
              <List.Item key={`${finding.about} ${finding.message}`}>{finding.message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {readiness.warnings.length > 0 && (
        <Alert color="yellow" variant="light" title="What should be known">
          <List size="sm">
            {readiness.warnings.map(finding => (
              <List.Item key={`${finding.about} ${finding.message}`}>{finding.message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size="sm" component="div">
        {forecast.finish ? (
          <>
            Through at about <When at={forecast.finish} />, if nothing stops it: {words.join(', ')}.
          </>
        ) : (
          'Nobody is left who can be called.'
        )}
      </Text>
    </>
  );
}
