import { uploadOf } from '../multipart.ts';
import { noContent, operation } from '../operation.ts';

/** DELETE /bucket/key?uploadId – forgets the upload and its parts. */
export const abortMultipartUpload = operation({
  name: 'AbortMultipartUpload',
  method: 'DELETE',
  target: 'object',
  parameters: ['uploadId'],
  handle: (context, request) => {
    const { bucket, upload } = uploadOf(context, request);
    context.store.commit({ kind: 'upload-aborted', bucket: bucket.name, uploadId: upload.id });
    return noContent;
  },
});
