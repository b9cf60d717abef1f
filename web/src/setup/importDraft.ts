// What was chosen for an uploaded file before it is imported. Sheet, header row and columns outlive a reload of the page; corrected
// cells do not: they hold personal details, which no browser should keep.
import { useCallback, useState } from 'react';
import type { ContactSource } from '../graph/generated/graphql';

export interface Reading {
  sheet: string | null;
  headerRow: number | null;
  mapping: { header: string; field: string }[] | null;
}

export interface CorrectedCell {
  row: number;
  header: string;
  value: string;
}

export interface Corrections {
  cells: CorrectedCell[];
  leaveOut: number[];
}

export interface ImportDraft extends Reading {
  source: ContactSource;
  /** The rows are looked at, no longer the columns. */
  isPreview: boolean;
  /** Keep the columns under this name. */
  keepAs: string;
  corrections: Corrections;
}

const NO_CORRECTIONS: Corrections = { cells: [], leaveOut: [] };
const START: ImportDraft = {
  source: 'TITLE_REP',
  sheet: null,
  headerRow: null,
  mapping: null,
  isPreview: false,
  keepAs: '',
  corrections: NO_CORRECTIONS,
};

const keyOf = (uploadId: string) => `import ${uploadId}`;

function kept(uploadId: string): ImportDraft {
  try {
    const text = sessionStorage.getItem(keyOf(uploadId));
    return text
      ? { ...START, ...(JSON.parse(text) as Partial<ImportDraft>), corrections: NO_CORRECTIONS }
      : START;
  } catch {
    return START;
  }
}

/** The draft of an upload, and a way to change it. */
export function useImportDraft(uploadId: string): [ImportDraft, (change: Partial<ImportDraft>) => void] {
  const [draft, setDraft] = useState(() => kept(uploadId));
  const change = useCallback(
    (some: Partial<ImportDraft>) =>
      setDraft(now => {
        const then = { ...now, ...some };
        try {
          sessionStorage.setItem(keyOf(uploadId), JSON.stringify({ ...then, corrections: undefined }));
        } catch {
          // A browser that keeps nothing loses the choice on a reload, as it would have.
        }
        return then;
      }),
    [uploadId],
  );
  return [draft, change];
}

/** Cells of a row as they were read and as somebody wants them: the corrections of this row, beside those of the others. */
export function corrected(
  { cells, leaveOut }: Corrections,
  row: number,
  were: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): Corrections {
  const changed = [...wanted].filter(([header, value]) => value !== (were.get(header) ?? ''));
  const touched = new Set(changed.map(([header]) => header));
  const others = cells.filter(cell => cell.row !== row || !touched.has(cell.header));
  return { cells: [...others, ...changed.map(([header, value]) => ({ row, header, value }))], leaveOut };
}
