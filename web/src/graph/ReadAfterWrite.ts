// Reads what was just written: the highest position that a change has answered goes along with every query that takes one.
import type { Exchange } from 'urql';
import { makeOperation } from 'urql';
import { map, pipe } from 'wonka';

let highest = 0;

/** Notes the position of a change, which looks like `p42`. */
export function notePosition(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  for (const [name, value] of Object.entries(answer)) {
    if (name === 'position' && typeof value === 'string' && /^p\d+$/.test(value)) {
      highest = Math.max(highest, Number(value.slice(1)));
    } else if (typeof value === 'object') {
      notePosition(value);
    }
  }
}

/** The position to read at, or nothing before the first change. */
export const positionToRead = (): string | undefined => (highest > 0 ? `p${highest}` : undefined);

const takesPosition = (document: { definitions: readonly unknown[] }): boolean =>
  document.definitions.some(definition => {
    const variables = (definition as { variableDefinitions?: { variable: { name: { value: string } } }[] })
      .variableDefinitions;
    return variables?.some(v => v.variable.name.value === 'minPosition') ?? false;
  });

/** Stands between the cache and the network. */
export const readAfterWrite: Exchange =
  ({ forward }) =>
  operations =>
    pipe(
      operations,
      map(operation => {
        const position = positionToRead();
        if (operation.kind !== 'query' || position === undefined || !takesPosition(operation.query)) {
          return operation;
        }
        const variables = { ...operation.variables, minPosition: position };
        return makeOperation(operation.kind, { ...operation, variables }, operation.context);
      }),
      forward,
      map(result => {
        if (result.operation.kind === 'mutation') notePosition(result.data);
        return result;
      }),
    );
