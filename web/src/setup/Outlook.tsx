// What lies ahead of a campaign: whether the carrier, the number and the way back would let it be sent, and when it would be through.
import { Alert, Anchor, List, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { graphql } from '../graph/generated';
import type { OutlookOfQuery } from '../graph/generated/graphql';
import type { Asked } from '../graph/useAsk';
import { useAsk } from '../graph/useAsk';
import { When } from '../parts/Signs';
import { Failed } from '../parts/States';
import { count, counted } from '../parts/words';
import { fixOf } from './fixes';

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

type Finding = OutlookOfQuery['readiness']['blockers'][number];

export const useOutlook = (campaignId: string, tick: string, pause = false): Asked<OutlookOfQuery> =>
  useAsk(document, { campaignId }, { tick, pause });

/** Whether nothing is known to keep it from being sent; where that can't be asked, the server says it when it is tried. */
export const mayBeSent = (outlook: Asked<OutlookOfQuery>): boolean =>
  outlook.data ? outlook.data.readiness.ready : outlook.error !== undefined;

export function OutlookOf({ campaignId, tick }: { campaignId: string; tick: string }) {
  return <Outlook asked={useOutlook(campaignId, tick)} campaignId={campaignId} />;
}

export function Outlook({ asked, campaignId }: { asked: Asked<OutlookOfQuery>; campaignId: string }) {
  if (!asked.data) return asked.error ? <Failed error={asked.error} again={asked.again} /> : null;
  const { readiness, forecast } = asked.data;
  const words = [
    `${counted(forecast.called, 'person', 'people')} called until then`,
    forecast.tooLate > 0 ? `${count(forecast.tooLate)} come too late for the campaign’s end` : '',
    forecast.unknown > 0 ? `of ${count(forecast.unknown)} it can’t be said` : '',
  ].filter(Boolean);
  return (
    <>
      <Findings
        title="It can’t be sent yet"
        color="red"
        findings={readiness.blockers}
        campaignId={campaignId}
      />
      <Findings
        title="What should be known"
        color="yellow"
        findings={readiness.warnings}
        campaignId={campaignId}
      />
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

function Findings({
  title,
  color,
  findings,
  campaignId,
}: {
  title: string;
  color: string;
  findings: Finding[];
  campaignId: string;
}) {
  if (findings.length === 0) return null;
  return (
    <Alert color={color} variant="light" title={title}>
      <List size="sm">
        {findings.map(({ about, message }) => {
          const fix = fixOf(about, campaignId);
          return (
            <List.Item key={`${about} ${message}`}>
              {message.charAt(0).toUpperCase() + message.slice(1)}.{' '}
              {'path' in fix ? (
                <FixLink {...fix} />
              ) : (
                <Text span size="sm" c="dimmed">
                  {fix.where}
                </Text>
              )}
            </List.Item>
          );
        })}
      </List>
    </Alert>
  );
}

/** A link, which on the screen that it leads to goes to the place itself. */
function FixLink({ does, path }: { does: string; path: string }) {
  const { pathname } = useLocation();
  const [screen, place] = path.split('#');
  if (place && screen === pathname) {
    return (
      <Anchor href={`#${place}`} size="sm">
        {does}
      </Anchor>
    );
  }
  return (
    <Anchor component={Link} to={path} size="sm">
      {does}
    </Anchor>
  );
}
