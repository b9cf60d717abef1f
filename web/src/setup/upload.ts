// Sends a file to the server and tells how far it is.
import { intentHeaders } from '../graph/session';

export interface Sent {
  uploadId: string;
}

/** Resolves with the upload; rejects with what to do, in words. */
export function sendFile(file: File, told: (fraction: number) => void, signal: AbortSignal): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/uploads');
    for (const [name, value] of Object.entries(intentHeaders())) request.setRequestHeader(name, value);
    request.responseType = 'json';
    request.upload.onprogress = event => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () => {
      const answer = request.response as { uploadId?: string; error?: { message?: string } } | null;
      if (request.status === 201 && answer?.uploadId) resolve({ uploadId: answer.uploadId });
      else
        reject(
          new Error(answer?.error?.message ?? 'the server did not take the file; try again in a moment'),
        );
    };
    request.onerror = () =>
      reject(new Error('the connection broke off; choose the file again when it is back'));
    request.onabort = () => reject(new Error('the upload was stopped'));
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}
