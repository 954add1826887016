import { notEmulated } from '../errors.ts';
import { type Operation, operation } from '../operation.ts';

const refuse = (
  name: string,
  method: Operation['method'],
  target: Operation['target'],
  ...parameters: string[]
): Operation =>
  operation({
    name,
    method,
    target,
    parameters,
    handle: () => {
      throw notEmulated(name);
    },
  });

/** Operations that S3 has and this server does not: each answers NotImplemented with its name, whoever asks. */
export const refusedOperations: readonly Operation[] = [
  refuse('PutBucketVersioning', 'PUT', 'bucket', 'versioning'),
  refuse('PutBucketAcl', 'PUT', 'bucket', 'acl'),
  refuse('PutBucketLogging', 'PUT', 'bucket', 'logging'),
  refuse('PutBucketAccelerateConfiguration', 'PUT', 'bucket', 'accelerate'),
  refuse('PutBucketRequestPayment', 'PUT', 'bucket', 'requestPayment'),
  refuse('PutBucketOwnershipControls', 'PUT', 'bucket', 'ownershipControls'),
  refuse('DeleteBucketOwnershipControls', 'DELETE', 'bucket', 'ownershipControls'),
  refuse('PutPublicAccessBlock', 'PUT', 'bucket', 'publicAccessBlock'),
  refuse('DeletePublicAccessBlock', 'DELETE', 'bucket', 'publicAccessBlock'),
  refuse('PutBucketEncryption', 'PUT', 'bucket', 'encryption'),
  refuse('DeleteBucketEncryption', 'DELETE', 'bucket', 'encryption'),
  refuse('PutBucketPolicy', 'PUT', 'bucket', 'policy'),
  refuse('PutBucketLifecycleConfiguration', 'PUT', 'bucket', 'lifecycle'),
  refuse('PutBucketCors', 'PUT', 'bucket', 'cors'),
  refuse('PutBucketWebsite', 'PUT', 'bucket', 'website'),
  refuse('PutBucketTagging', 'PUT', 'bucket', 'tagging'),
  refuse('PutBucketReplication', 'PUT', 'bucket', 'replication'),
  refuse('PutObjectLockConfiguration', 'PUT', 'bucket', 'object-lock'),
  refuse('PutBucketAnalyticsConfiguration', 'PUT', 'bucket', 'analytics'),
  refuse('PutBucketInventoryConfiguration', 'PUT', 'bucket', 'inventory'),
  refuse('PutBucketMetricsConfiguration', 'PUT', 'bucket', 'metrics'),
  refuse('PutBucketIntelligentTieringConfiguration', 'PUT', 'bucket', 'intelligent-tiering'),
  refuse('DeleteBucketAnalyticsConfiguration', 'DELETE', 'bucket', 'analytics'),
  refuse('DeleteBucketInventoryConfiguration', 'DELETE', 'bucket', 'inventory'),
  refuse('DeleteBucketMetricsConfiguration', 'DELETE', 'bucket', 'metrics'),
  refuse('DeleteBucketIntelligentTieringConfiguration', 'DELETE', 'bucket', 'intelligent-tiering'),
  refuse('CreateSession', 'GET', 'bucket', 'session'),
  refuse('GetBucketMetadataTableConfiguration', 'GET', 'bucket', 'metadataTable'),
  refuse('CreateBucketMetadataTableConfiguration', 'POST', 'bucket', 'metadataTable'),
  refuse('GetBucketMetadataConfiguration', 'GET', 'bucket', 'metadataConfiguration'),
  refuse('CreateBucketMetadataConfiguration', 'POST', 'bucket', 'metadataConfiguration'),
  refuse('GetBucketAbac', 'GET', 'bucket', 'abac'),
  refuse('PutBucketAbac', 'PUT', 'bucket', 'abac'),
  refuse('PostObject', 'POST', 'bucket'),
  refuse('PutObjectAcl', 'PUT', 'object', 'acl'),
  refuse('PutObjectRetention', 'PUT', 'object', 'retention'),
  refuse('PutObjectLegalHold', 'PUT', 'object', 'legal-hold'),
  refuse('GetObjectTorrent', 'GET', 'object', 'torrent'),
  refuse('RestoreObject', 'POST', 'object', 'restore'),
  refuse('SelectObjectContent', 'POST', 'object', 'select'),
  refuse('RenameObject', 'PUT', 'object', 'renameObject'),
];
