// What is asked of scripts, and the changes of one.
import { graphql } from '../graph/generated';

export const scriptFields = graphql(`
  fragment ScriptWhole on Script {
    id
    contactId
    contact {
      name
      phone
      city
      state
      lastContactedAt
    }
    version
    text
    characters
    author
    model
    lint {
      passed
      estimatedSeconds
      findings {
        rule
        severity
        advice
        start
        end
      }
    }
    review
    reviewNotes
    reviewer
    audioState
    audio {
      url
      durationMs
    }
    draftAudio
    audioError
    delivery
    failure {
      code
      reason
    }
    decision {
      verdict
      rule
      detail
      heldUntil
    }
  }
`);

export const scriptsDocument = graphql(`
  query ScriptsOf(
    $id: ID!
    $review: ReviewState
    $audio: AudioState
    $stopped: Boolean
    $first: Int
    $after: String
    $minPosition: Position
  ) {
    campaign(id: $id, minPosition: $minPosition) {
      scripts(review: $review, audio: $audio, stopped: $stopped, first: $first, after: $after) {
        nodes {
          ...ScriptWhole
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const versionsDocument = graphql(`
  query ScriptVersions($id: ID!, $from: Int, $to: Int, $minPosition: Position) {
    script(id: $id, minPosition: $minPosition) {
      id
      versions {
        version
        author
        editor
        model
        cost
        createdAt
      }
      difference(from: $from, to: $to) {
        change
        text
      }
    }
  }
`);

export const reviewDocument = graphql(`
  mutation ReviewScripts(
    $campaignId: ID!
    $scriptIds: [ID!]
    $filter: ScriptFilterInput
    $review: Review!
    $notes: String
  ) {
    it: reviewScripts(
      campaignId: $campaignId
      scriptIds: $scriptIds
      filter: $filter
      review: $review
      notes: $notes
    ) {
      __typename
      ... on ScriptsReviewed {
        reviewed
        request
        refusedCount
        refused {
          scriptId
          refusal {
            message
          }
        }
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const undoDocument = graphql(`
  mutation UndoReview($campaignId: ID!, $request: String!) {
    it: undoReview(campaignId: $campaignId, request: $request) {
      __typename
      ... on ScriptsReviewed {
        reviewed
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const editDocument = graphql(`
  mutation EditScript($id: ID!, $version: Int!, $text: String!) {
    it: editScript(id: $id, version: $version, text: $text) {
      __typename
      ... on ScriptChanged {
        scriptId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const regenerateDocument = graphql(`
  mutation RegenerateScript($id: ID!, $engine: ScriptEngineInput, $prompt: String) {
    it: regenerateScript(id: $id, engine: $engine, prompt: $prompt) {
      __typename
      ... on ScriptChanged {
        scriptId
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);
