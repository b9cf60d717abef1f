// Small signs: where something stands, when something was, what something costs.
import { Badge, Text, Tooltip } from '@mantine/core';
import type { CampaignStatus } from '../graph/generated/graphql';
import { away, campaignStatuses, money, when } from './words';

/** Where something stands, in a colour. */
export function Sign({ of }: { of: { label: string; color: string } }) {
  return (
    <Badge
      color={of.color}
      variant="light"
      tt="none"
      fw={600}
      style={{ flexShrink: 0, minWidth: 'fit-content' }}
    >
      {of.label}
    </Badge>
  );
}

/** The status of a campaign, with when it starts if that lies ahead. */
export function CampaignSign({
  status,
  start,
}: {
  status: CampaignStatus;
  start?: string | null | undefined;
}) {
  const ahead = start && ['APPROVED', 'SUBMITTED'].includes(status) && new Date(start).getTime() > Date.now();
  return (
    <span>
      <Sign of={campaignStatuses[status]} />
      {ahead && (
        <Text size="xs" c="dimmed" mt={2}>
          starts {away(start)}, {when(start)}
        </Text>
      )}
    </span>
  );
}

/** An instant, in the viewer's time; how far away it is, too. */
export function When({ at, relative = false }: { at: string | null | undefined; relative?: boolean }) {
  if (!at) return <span>—</span>;
  return (
    <Tooltip label={relative ? when(at) : away(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {relative ? away(at) : when(at)}
      </time>
    </Tooltip>
  );
}

/** A sum, or that the carrier does not report it. */
export function Money({ micros }: { micros: number | null | undefined }) {
  return <span className="figures">{micros == null ? 'not reported' : money(micros)}</span>;
}
