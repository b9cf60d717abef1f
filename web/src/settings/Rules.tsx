// The rules that drops are decided by: those that hold everywhere, and those of a state, each with its source.
import { Alert, Anchor, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import type { ComplianceRulesQuery, Confidence } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { stateChoices } from '../parts/postalCodes';
import { ruleName } from '../parts/rules';
import { Sign } from '../parts/Signs';
import { Shown } from '../parts/States';
import { dayName } from '../parts/words';

const document = graphql(`
  query ComplianceRules($state: String) {
    complianceRules {
      id
      sha256
      reviewedOn
      nextReviewOn
      rules(state: $state) {
        id
        kind
        effectiveFrom
        effectiveTo
        citation
        source
        readOn
        confidence
        note
      }
    }
  }
`);

type Rule = ComplianceRulesQuery['complianceRules']['rules'][number];

const CONFIDENCE: Record<Confidence, { label: string; color: string }> = {
  HIGH: { label: 'Primary text read', color: 'green' },
  MEDIUM: { label: 'Read in part', color: 'yellow' },
  LOW: { label: 'One source alone', color: 'orange' },
};

export function Rules() {
  const [address, setAddress] = useSearchParams();
  const state = address.get('state');
  const asked = useAsk(document, { state });
  return (
    <Stack>
      <Text size="sm">
        These rules are engineering research, not legal advice. Every decision about a voicemail names the
        rules that it asked and the version of the pack.
      </Text>
      <Select
        label="State"
        placeholder="Rules that hold everywhere"
        maw={320}
        clearable
        searchable
        data={stateChoices}
        value={state}
        onChange={value => setAddress(value ? { state: value } : {}, { replace: true })}
      />
      <Shown asked={asked} what="the rules">
        {({ complianceRules: pack }) => (
          <>
            <Alert color="blue" variant="light" title={`Pack ${pack.id}`}>
              Read against the law on {dayName(pack.reviewedOn)}; nothing is cleared by it after{' '}
              {dayName(pack.nextReviewOn)}.
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                SHA-256 {pack.sha256}
              </Text>
            </Alert>
            {pack.rules.length === 0 && <Text c="dimmed">No rules of its own.</Text>}
            {pack.rules.map(rule => (
              <RuleCard key={`${rule.id} ${rule.effectiveFrom ?? ''}`} rule={rule} />
            ))}
          </>
        )}
      </Shown>
    </Stack>
  );
}

function RuleCard({ rule }: { rule: Rule }) {
  const force = [
    rule.effectiveFrom ? `from ${dayName(rule.effectiveFrom)}` : '',
    rule.effectiveTo ? `until before ${dayName(rule.effectiveTo)}` : '',
  ].filter(Boolean);
  const isAddress = /^https?:\/\//.test(rule.source);
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5">
        {ruleName(rule.id)} <Sign of={CONFIDENCE[rule.confidence]} />
      </Title>
      <Text size="xs" c="dimmed">
        {rule.id}
        {force.length > 0 ? `, in force ${force.join(', ')}` : ''}
      </Text>
      {rule.note && (
        <Text size="sm" mt={4}>
          {rule.note}
        </Text>
      )}
      <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
        {rule.citation}, read on {dayName(rule.readOn)}:{' '}
        {isAddress ? (
          <Anchor href={rule.source} target="_blank" rel="noreferrer" size="sm">
            {rule.source}
          </Anchor>
        ) : (
          rule.source
        )}
      </Text>
    </Paper>
  );
}
