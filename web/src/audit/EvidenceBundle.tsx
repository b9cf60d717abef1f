// The whole history of a contact as one archive for whoever asks: every step with its grounds and its proof, the recordings, and how to
// check them.
import { graphql } from '../graph/generated';
import { FileButton } from '../parts/FileButton';

const evidenceDocument = graphql(`
  query ContactEvidence($contactId: ID!, $asOf: DateTime) {
    contactEvidence(contactId: $contactId, asOf: $asOf) {
      url
    }
  }
`);

export function EvidenceBundle({ contactId, asOf }: { contactId: string; asOf: string | null }) {
  return (
    <FileButton
      label="Download the evidence"
      document={evidenceDocument}
      variables={{ contactId, asOf }}
      pick={data => data.contactEvidence.url}
      size="xs"
    />
  );
}
