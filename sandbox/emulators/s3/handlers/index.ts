import type { Operation } from '../operation.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { createBucket } from './create-bucket.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteBucket } from './delete-bucket.ts';
import { deleteObject } from './delete-object.ts';
import { deleteObjects } from './delete-objects.ts';
import { getBucketLocation } from './get-bucket-location.ts';
import { getBucketNotification } from './get-bucket-notification.ts';
import { getObject } from './get-object.ts';
import { getObjectAttributes } from './get-object-attributes.ts';
import { headBucket } from './head-bucket.ts';
import { headObject } from './head-object.ts';
import { listBuckets } from './list-buckets.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects } from './list-objects.ts';
import { listObjectsV2 } from './list-objects-v2.ts';
import { listParts } from './list-parts.ts';
import { neverConfigured } from './never-configured.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './object-tagging.ts';
import { putBucketNotification } from './put-bucket-notification.ts';
import { putObject } from './put-object.ts';
import { refusedOperations } from './refused-operations.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

/** Every operation that this server answers by itself. */
export const emulatedOperations: readonly Operation[] = [
  listBuckets,
  createBucket,
  headBucket,
  deleteBucket,
  getBucketLocation,
  getBucketNotification,
  putBucketNotification,
  listObjectsV2,
  listObjectVersions,
  listObjects,
  listMultipartUploads,
  deleteObjects,
  putObject,
  copyObject,
  getObject,
  headObject,
  deleteObject,
  getObjectAttributes,
  getObjectTagging,
  putObjectTagging,
  deleteObjectTagging,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
  listParts,
  completeMultipartUpload,
  abortMultipartUpload,
];

export { neverConfigured, refusedOperations };

export const operations: readonly Operation[] = [...emulatedOperations, ...neverConfigured, ...refusedOperations];
