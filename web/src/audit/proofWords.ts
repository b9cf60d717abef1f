// What a proof says, in plain words.
import type { ContactProofQuery } from '../graph/generated/graphql';
import { counted, when } from '../parts/words';

export type Proof = NonNullable<ContactProofQuery['contact']>['proof'];

const are = (n: number, rest: string): string => `${counted(n, 'event')} ${n === 1 ? 'is' : 'are'} ${rest}`;

/** A sentence or two; how bad it is stands beside it. */
export function proofWords(proof: Proof): { isBroken: boolean; title: string; text: string } {
  const { state, provenEvents, newerEvents, checkpoint, broken } = proof;
  if (state === 'BROKEN') {
    const what = broken?.message ?? 'something is not what was recorded';
    return {
      isBroken: true,
      title: 'Not as it was recorded',
      text: `This history was changed: ${what}. Keep the database and its backups as they are, and tell the operator.`,
    };
  }
  if (state === 'NOT_COVERED' || !checkpoint) {
    return {
      isBroken: false,
      title: 'Not covered yet',
      text: `No checkpoint has been signed yet: ${are(newerEvents, 'not covered')}. One is signed within a minute while the server runs.`,
    };
  }
  const proven = `${are(provenEvents, `proven by the checkpoint of ${when(checkpoint.signedAt)}`)}`;
  const newer = newerEvents > 0 ? `; ${newerEvents} ${newerEvents === 1 ? 'is' : 'are'} newer` : '';
  return { isBroken: false, title: 'Unaltered', text: `${proven}${newer}.` };
}
