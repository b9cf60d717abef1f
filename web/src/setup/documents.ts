// Changes that the steps make to a campaign.
import { graphql } from '../graph/generated';

export const changeDocument = graphql(`
  mutation ChangeCampaign($id: ID!, $change: CampaignChange!) {
    it: changeCampaign(id: $id, change: $change) {
      ...CampaignAnswer
    }
  }
`);

export const generateDocument = graphql(`
  mutation GenerateScripts($id: ID!, $engine: ScriptEngineInput, $prompt: String) {
    it: generateScripts(id: $id, engine: $engine, prompt: $prompt) {
      ...CampaignAnswer
    }
  }
`);

export const renderDocument = graphql(`
  mutation RenderAudio($id: ID!, $voice: String) {
    it: renderAudio(id: $id, voice: $voice) {
      ...CampaignAnswer
    }
  }
`);

export const costDocument = graphql(`
  query CostOf($campaignId: ID!, $engine: ScriptEngineInput, $voice: String, $minPosition: Position) {
    campaignCost(campaignId: $campaignId, engine: $engine, voice: $voice, minPosition: $minPosition) {
      lines {
        step
        quantity
        rate
        estimate
        batchEstimate
        actual
      }
      estimate
      actual
      approvedEstimate
      recordingsAnew
    }
  }
`);

export const precheckDocument = graphql(`
  query PrecheckOf($campaignId: ID!) {
    precheck(campaignId: $campaignId) {
      contacts
      ready
      stopped
      eligible
      held
      blocked
      obstacles {
        rule
        contacts
        earliestRelease
      }
      earliestRelease
      costEstimate
    }
  }
`);

export const approveDocument = graphql(`
  mutation ApproveCampaign($id: ID!) {
    it: approveCampaign(id: $id) {
      __typename
      ... on CampaignApproved {
        change {
          position
        }
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const submitDocument = graphql(`
  mutation SubmitCampaign($id: ID!) {
    it: submitCampaign(id: $id) {
      ...CampaignAnswer
    }
  }
`);

export const scheduleDocument = graphql(`
  mutation SetSchedule($id: ID!, $schedule: ScheduleInput!) {
    it: setSchedule(id: $id, schedule: $schedule) {
      ...CampaignAnswer
    }
  }
`);

export const callerIdDocument = graphql(`
  mutation SetCallerId($id: ID!, $number: String!) {
    it: setCallerId(id: $id, number: $number) {
      ...CampaignAnswer
    }
  }
`);

export const callerIdsDocument = graphql(`
  query CallerIds($minPosition: Position) {
    organization(minPosition: $minPosition) {
      callerIds {
        number
        label
      }
      settings {
        minIntervalDays
        defaultVoice
      }
    }
  }
`);
