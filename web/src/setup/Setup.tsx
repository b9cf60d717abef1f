// Setting a campaign up: the eight steps, any of which can be left and come back to.
import { Alert, Anchor, Button } from '@mantine/core';
import { Link, useNavigate, useParams } from 'react-router';
import type { Given } from '../campaigns/DetailsForm';
import { DetailsForm } from '../campaigns/DetailsForm';
import type { Step } from '../campaigns/steps';
import { STEPS, nextStep, primaryAction } from '../campaigns/steps';
import { useCampaign } from '../campaign/useCampaign';
import type { Whole } from '../campaign/useCampaign';
import { useAutosave } from '../graph/useAutosave';
import { useChange } from '../graph/useChange';
import { PageTitle } from '../parts/PageTitle';
import { CampaignSign } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { NotFound } from '../shell/NotFound';
import { useViewer } from '../shell/viewer';
import { AudioStep } from './AudioStep';
import { DuplicatesStep } from './DuplicatesStep';
import { FinalStep } from './FinalStep';
import { ImportStep } from './ImportStep';
import { ReviewStep } from './ReviewStep';
import { ScriptsStep } from './ScriptsStep';
import { Steps } from './Steps';
import { SubmitStep } from './SubmitStep';
import { changeDocument } from './documents';

export function Setup() {
  const { id = '', step = '' } = useParams();
  const { mayWrite } = useViewer();
  const { asked, campaign } = useCampaign(id);
  const known = STEPS.find(s => s.key === step);
  if (!known) return <NotFound />;
  return (
    <Shown asked={asked} what="the campaign">
      {() => {
        if (!campaign) return <NotFound />;
        return (
          <>
            <PageTitle
              title={`${known.label}: ${campaign.name}`}
              under={<CampaignSign status={campaign.status} start={campaign.schedule.start} />}
            >
              <Button component={Link} to={`/agent/campaigns/${id}`} variant="default">
                To the campaign
              </Button>
            </PageTitle>
            <Steps active={known.key} id={id} reached={nextStep(campaign)} />
            {mayWrite ? (
              <StepOf step={known.key} campaign={campaign} />
            ) : (
              <Empty title="You may look, but not change">
                Agents and admins set campaigns up.{' '}
                <Anchor component={Link} to={`/agent/campaigns/${id}`}>
                  Look at the campaign
                </Anchor>
              </Empty>
            )}
          </>
        );
      }}
    </Shown>
  );
}

function StepOf({ step, campaign }: { step: Step; campaign: Whole }) {
  switch (step) {
    case 'details':
      return <DetailsStep campaign={campaign} />;
    case 'import':
      return <ImportStep campaign={campaign} />;
    case 'duplicates':
      return <DuplicatesStep campaign={campaign} />;
    case 'scripts':
      return <ScriptsStep key={campaign.id} campaign={campaign} />;
    case 'review':
      return <ReviewStep campaign={campaign} />;
    case 'audio':
      return <AudioStep campaign={campaign} />;
    case 'final':
      return <FinalStep key={campaign.id} campaign={campaign} />;
    case 'submit':
      return <SubmitStep campaign={campaign} />;
  }
}

function DetailsStep({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const change = useChange(changeDocument);
  const { saved, put } = useAutosave(changeDocument);
  if (!['DRAFT', 'REVIEW'].includes(campaign.status))
    return <Past campaign={campaign} what="The details can be changed in a draft and in review alone." />;
  const changeTo = (given: Given) => ({
    id: campaign.id,
    change: { name: given.name, neighborhood: given.neighborhood ?? '' },
  });
  return (
    <DetailsForm
      key={campaign.id}
      start={{ name: campaign.name, type: campaign.type, neighborhood: campaign.neighborhood ?? null }}
      typeStays
      busy={change.busy}
      does="Save and go on"
      saved={saved}
      changed={given => given.name && put(changeTo(given))}
      save={async given => {
        const done = await change.run(changeTo(given));
        if (done) void navigate(`/agent/campaigns/${campaign.id}/setup/import`);
      }}
    />
  );
}

/** Says that the campaign is elsewhere, and leads there. */
export function Past({ campaign, what }: { campaign: Whole; what: string }) {
  const next = primaryAction(campaign.id, campaign);
  return (
    <Alert color="blue" variant="light" title="The campaign is elsewhere" mb="md">
      {what}{' '}
      <Anchor component={Link} to={next.path}>
        {next.name}
      </Anchor>
    </Alert>
  );
}
