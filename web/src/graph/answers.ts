// What the changes answer of which nothing but that they were done, or why not, is of interest.
import { graphql } from './generated';

export const organizationAnswer = graphql(`
  fragment OrganizationAnswer on OrganizationOutcome {
    __typename
    ... on OrganizationChanged {
      position
    }
    ... on Refusal {
      message
    }
  }
`);

export const campaignAnswer = graphql(`
  fragment CampaignAnswer on CampaignOutcome {
    __typename
    ... on CampaignChanged {
      position
    }
    ... on Refusal {
      message
    }
  }
`);

export const scriptAnswer = graphql(`
  fragment ScriptAnswer on ScriptOutcome {
    __typename
    ... on ScriptChanged {
      position
    }
    ... on Refusal {
      message
    }
  }
`);

export const contactAnswer = graphql(`
  fragment ContactAnswer on ContactOutcome {
    __typename
    ... on ContactChanged {
      position
    }
    ... on Refusal {
      message
    }
  }
`);
