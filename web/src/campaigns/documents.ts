// What is asked of campaigns, and the changes of their whole life.
import { graphql } from '../graph/generated';

export const campaignFields = graphql(`
  fragment CampaignWhole on Campaign {
    id
    name
    type
    neighborhood
    ownerName
    status
    statusReason
    scriptTemplate
    scriptVariables {
      name
      value
    }
    schedule {
      start
      end
      windows {
        start
        end
      }
      days
      perMinute
      perDay
    }
    callerId
    minIntervalDays
    voice
    importId
    createdAt
    updatedAt
    approvedAt
    submittedAt
    activatedAt
    completedAt
    archivedAt
    productionHalt {
      paused
      reason
      waitingSince
    }
    generation {
      run
      total
      done
      failed
      startedAt
      finishedAt
    }
    scriptBatches {
      batches
      requests
      submitted
      processed
    }
    rendering {
      run
      total
      done
      failed
      startedAt
      finishedAt
    }
    counters {
      contacts
      scriptsPending
      scriptsApproved
      scriptsRejected
      scriptsNeedsRevision
      audioRequested
      audioRendered
      audioFailed
      notSent
      held
      lapsed
      blocked
      queued
      inDoubt
      sent
      failed
      delivered
      listened
      attempted
    }
    results {
      listeningReported
    }
    duplicateResolution {
      kept
    }
    costs {
      writer
      voice
      carrier
      estimate
    }
  }
`);

export const campaignDocument = graphql(`
  query CampaignById($id: ID!, $minPosition: Position) {
    campaign(id: $id, minPosition: $minPosition) {
      ...CampaignWhole
    }
  }
`);

export const campaignLive = graphql(`
  subscription CampaignLive($id: ID!) {
    campaignProgress(id: $id) {
      ...CampaignWhole
    }
  }
`);

export const campaignsDocument = graphql(`
  query Campaigns($filter: CampaignFilterInput, $first: Int, $after: String, $minPosition: Position) {
    campaigns(filter: $filter, first: $first, after: $after, minPosition: $minPosition) {
      nodes {
        id
        name
        type
        neighborhood
        ownerName
        status
        createdAt
        updatedAt
        schedule {
          start
        }
        counters {
          contacts
          attempted
          delivered
          listened
          failed
          scriptsPending
          scriptsApproved
          audioRendered
        }
        generation {
          total
          done
          failed
        }
        rendering {
          total
          done
          failed
        }
        results {
          listeningReported
        }
        duplicateResolution {
          kept
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** How many campaigns there are and how many run, now and as they change. */
export const campaignsMoved = graphql(`
  subscription CampaignsMoved {
    overview {
      campaigns
      running
    }
  }
`);

export const countsDocument = graphql(`
  query CampaignCounts($filter: CampaignFilterInput, $archived: CampaignFilterInput, $minPosition: Position) {
    campaignCounts(filter: $filter, minPosition: $minPosition) {
      status
      campaigns
    }
    archived: campaignCounts(filter: $archived, minPosition: $minPosition) {
      campaigns
    }
  }
`);

export const createDocument = graphql(`
  mutation CreateCampaign($input: NewCampaign!) {
    it: createCampaign(input: $input) {
      __typename
      ... on CampaignChanged {
        campaignId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const deleteDocument = graphql(`
  mutation DeleteCampaign($id: ID!) {
    it: deleteCampaign(id: $id) {
      __typename
      ... on CampaignChanged {
        campaignId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const archiveDocument = graphql(`
  mutation ArchiveCampaign($id: ID!) {
    it: archiveCampaign(id: $id) {
      ...CampaignAnswer
    }
  }
`);

export const unarchiveDocument = graphql(`
  mutation UnarchiveCampaign($id: ID!) {
    it: unarchiveCampaign(id: $id) {
      ...CampaignAnswer
    }
  }
`);

export const pauseDocument = graphql(`
  mutation PauseCampaign($id: ID!, $reason: String!) {
    it: pauseCampaign(id: $id, reason: $reason) {
      ...CampaignAnswer
    }
  }
`);

export const resumeDocument = graphql(`
  mutation ResumeCampaign($id: ID!) {
    it: resumeCampaign(id: $id) {
      ...CampaignAnswer
    }
  }
`);

export const cancelDocument = graphql(`
  mutation CancelCampaign($id: ID!, $reason: String!) {
    it: cancelCampaign(id: $id, reason: $reason) {
      ...CampaignAnswer
    }
  }
`);
