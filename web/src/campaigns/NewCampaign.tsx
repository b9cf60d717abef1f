// The first step of a new campaign: what it is called and what it is for.
import { useNavigate } from 'react-router';
import { useChange } from '../graph/useChange';
import { PageTitle } from '../parts/PageTitle';
import { Empty } from '../parts/States';
import { useViewer } from '../shell/viewer';
import { Steps } from '../setup/Steps';
import { DetailsForm } from './DetailsForm';
import { createDocument } from './documents';

export function NewCampaign() {
  const { mayWrite } = useViewer();
  const navigate = useNavigate();
  const create = useChange(createDocument);
  if (!mayWrite) {
    return (
      <>
        <PageTitle title="New campaign" />
        <Empty title="Only agents and admins make campaigns">Ask your admin for another role.</Empty>
      </>
    );
  }
  return (
    <>
      <PageTitle title="New campaign" />
      <Steps active="details" />
      <DetailsForm
        busy={create.busy}
        does="Make the draft and go on"
        save={async given => {
          const made = await create.run({ input: given });
          if (made) void navigate(`/agent/campaigns/${made.campaignId}/setup/import`);
        }}
      />
    </>
  );
}
