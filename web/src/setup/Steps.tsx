// The eight steps as a stepper that can be left and resumed; on a narrow screen one line.
import { Select, Stepper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate } from 'react-router';
import type { Step } from '../campaigns/steps';
import { STEPS } from '../campaigns/steps';

export function Steps({ active, id, reached }: { active: Step; id?: string; reached?: Step }) {
  const navigate = useNavigate();
  const narrow = useMediaQuery('(max-width: 62em)');
  const at = STEPS.findIndex(step => step.key === active);
  const done = reached ? STEPS.findIndex(step => step.key === reached) : at;
  const go = (key: string | undefined) => {
    if (id && key) void navigate(`/agent/campaigns/${id}/setup/${key}`);
  };
  if (narrow) {
    return (
      <Select
        mb="md"
        label={`Step ${at + 1} of ${STEPS.length}`}
        data={STEPS.map((step, n) => ({ value: step.key, label: `${n + 1}. ${step.label}` }))}
        value={active}
        allowDeselect={false}
        disabled={!id}
        onChange={key => go(key ?? undefined)}
      />
    );
  }
  return (
    <Stepper active={at} size="xs" mb="lg" onStepClick={n => go(STEPS[n]?.key)} aria-label="Steps">
      {STEPS.map((step, n) => (
        <Stepper.Step
          key={step.key}
          label={step.label}
          allowStepSelect={Boolean(id)}
          color={n < done ? 'teal' : 'blue'}
          {...(n < done ? {} : { completedIcon: <span>{n + 1}</span> })}
          aria-current={n === at ? 'step' : undefined}
        />
      ))}
    </Stepper>
  );
}
