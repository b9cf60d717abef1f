// What is asked and changed while a list is taken in.
import { graphql } from '../graph/generated';

export const importFields = graphql(`
  fragment ImportWhole on Import {
    id
    campaignId
    source
    status
    fileName
    rows
    created
    duplicates
    rejected
    filled
    doNotContact
    suppressed
    sheet
    headerRow
    progress {
      fraction
      rowsPerSecond
      secondsLeft
    }
    undone {
      removed
      kept
    }
    rejectedCsv
    error
    startedAt
    updatedAt
    finishedAt
  }
`);

export const importDocument = graphql(`
  query ImportById($id: ID!, $minPosition: Position) {
    import(id: $id, minPosition: $minPosition) {
      ...ImportWhole
    }
  }
`);

export const importLive = graphql(`
  subscription ImportLive($importId: ID!) {
    importProgress(importId: $importId) {
      ...ImportWhole
    }
  }
`);

export const importsDocument = graphql(`
  query Imports($campaignId: ID, $first: Int, $after: String, $minPosition: Position) {
    imports(campaignId: $campaignId, first: $first, after: $after, minPosition: $minPosition) {
      nodes {
        ...ImportWhole
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const inspectDocument = graphql(`
  query InspectUpload($uploadId: ID!, $sheet: String, $headerRow: Int, $mapping: [ColumnInput!]) {
    inspectUpload(uploadId: $uploadId, sheet: $sheet, headerRow: $headerRow, mapping: $mapping) {
      format
      description
      sheets
      sheet
      headerRow
      columns {
        header
        field
        guess
        samples
      }
      mapping {
        header
        field
      }
      fields {
        name
        label
        group
      }
      estimatedRows
      rowsAreCounted
      warnings {
        code
        message
      }
    }
  }
`);

export const previewDocument = graphql(`
  query PreviewImport(
    $uploadId: ID!
    $sheet: String
    $headerRow: Int
    $mapping: [ColumnInput!]
    $corrections: CorrectionsInput
    $onlyErrors: Boolean!
    $first: Int
    $after: String
  ) {
    previewImport(
      uploadId: $uploadId
      sheet: $sheet
      headerRow: $headerRow
      mapping: $mapping
      corrections: $corrections
      onlyErrors: $onlyErrors
      first: $first
      after: $after
    ) {
      totals {
        rows
        created
        duplicates
        rejected
        doNotContact
      }
      headers
      broken
      cutCellCount
      cutCells {
        row
        header
        message
      }
      rows {
        nodes {
          row
          outcome
          field
          error
          cells
          becomes {
            name
            phone
            street
            city
            state
            doNotContact
            suppressed
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const startDocument = graphql(`
  mutation StartImport(
    $uploadId: ID!
    $campaignId: ID
    $source: ContactSource!
    $mapping: [ColumnInput!]
    $sheet: String
    $headerRow: Int
    $corrections: CorrectionsInput
    $saveMappingAs: String
  ) {
    it: startImport(
      uploadId: $uploadId
      campaignId: $campaignId
      source: $source
      mapping: $mapping
      sheet: $sheet
      headerRow: $headerRow
      corrections: $corrections
      saveMappingAs: $saveMappingAs
    ) {
      __typename
      ... on ImportBegun {
        importId
        repeated
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const cancelImportDocument = graphql(`
  mutation CancelImport($importId: ID!) {
    it: cancelImport(importId: $importId) {
      __typename
      ... on ImportChanged {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const undoImportDocument = graphql(`
  mutation UndoImport($importId: ID!) {
    it: undoImport(importId: $importId) {
      __typename
      ... on ImportChanged {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);

export const mappingTemplatesDocument = graphql(`
  query MappingTemplates($minPosition: Position) {
    mappingTemplates(minPosition: $minPosition) {
      name
      mapping {
        header
        field
      }
    }
  }
`);

export const removeMappingDocument = graphql(`
  mutation RemoveMappingTemplate($name: String!) {
    it: removeMappingTemplate(name: $name) {
      __typename
      ... on MappingTemplatesChanged {
        position
      }
      ... on Refusal {
        message
      }
    }
  }
`);
