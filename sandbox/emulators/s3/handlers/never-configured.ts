import { writeXml, type XmlContent } from '../../../wire/s3/xml.ts';
import { S3Error, type S3ErrorCode } from '../errors.ts';
import { bucketOf, document, noContent, type Operation, operation, ownerId } from '../operation.ts';
import { parameter } from '../request.ts';
import { objectOf } from './object-reading.ts';

// What a bucket answers that was created with defaults and never configured further. Nothing here can be set (see refused-operations.ts),
// so these answers stay true; a DELETE of what is not there is a success on S3 too.

const grantee = 'Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
const ownerOnly: XmlContent = [
  ['Owner', [['ID', ownerId]]],
  [
    'AccessControlList',
    [
      [
        'Grant',
        [
          [grantee, [['ID', ownerId]]],
          ['Permission', 'FULL_CONTROL'],
        ],
      ],
    ],
  ],
];

const bucketDocument = (name: string, parameterName: string, root: string, content: XmlContent): Operation =>
  operation({
    name,
    method: 'GET',
    target: 'bucket',
    parameters: [parameterName],
    handle: (context, request) => {
      bucketOf(context, request);
      return document(writeXml(root, content));
    },
  });

const bucketError = (name: string, parameterName: string, code: S3ErrorCode): Operation =>
  operation({
    name,
    method: 'GET',
    target: 'bucket',
    parameters: [parameterName],
    handle: (context, request) => {
      throw new S3Error(code, undefined, [['BucketName', bucketOf(context, request).name]]);
    },
  });

const nothingToDelete = (name: string, parameterName: string): Operation =>
  operation({
    name,
    method: 'DELETE',
    target: 'bucket',
    parameters: [parameterName],
    handle: (context, request) => {
      bucketOf(context, request);
      return noContent;
    },
  });

/** Configurations of which a bucket may have many, by id: none is there. */
const emptyList = (name: string, parameterName: string, root: string): Operation =>
  operation({
    name,
    method: 'GET',
    target: 'bucket',
    parameters: [parameterName],
    handle: (context, request) => {
      bucketOf(context, request);
      if (parameter(request, 'id') !== undefined) throw new S3Error('NoSuchConfiguration');
      return document(writeXml(root, [['IsTruncated', false]]));
    },
  });

const objectWithoutLock = (name: string, parameterName: string): Operation =>
  operation({
    name,
    method: 'GET',
    target: 'object',
    parameters: [parameterName],
    handle: (context, request) => {
      objectOf(context, request);
      throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
    },
  });

const getObjectAcl = operation({
  name: 'GetObjectAcl',
  method: 'GET',
  target: 'object',
  parameters: ['acl'],
  handle: (context, request) => {
    objectOf(context, request);
    return document(writeXml('AccessControlPolicy', ownerOnly));
  },
});

export const neverConfigured: readonly Operation[] = [
  bucketDocument('GetBucketVersioning', 'versioning', 'VersioningConfiguration', ''),
  bucketDocument('GetBucketAcl', 'acl', 'AccessControlPolicy', ownerOnly),
  bucketDocument('GetBucketLogging', 'logging', 'BucketLoggingStatus', ''),
  bucketDocument('GetBucketAccelerateConfiguration', 'accelerate', 'AccelerateConfiguration', ''),
  bucketDocument('GetBucketRequestPayment', 'requestPayment', 'RequestPaymentConfiguration', [
    ['Payer', 'BucketOwner'],
  ]),
  bucketDocument('GetBucketOwnershipControls', 'ownershipControls', 'OwnershipControls', [
    ['Rule', [['ObjectOwnership', 'BucketOwnerEnforced']]],
  ]),
  bucketDocument('GetPublicAccessBlock', 'publicAccessBlock', 'PublicAccessBlockConfiguration', [
    ['BlockPublicAcls', true],
    ['IgnorePublicAcls', true],
    ['BlockPublicPolicy', true],
    ['RestrictPublicBuckets', true],
  ]),
  bucketDocument('GetBucketEncryption', 'encryption', 'ServerSideEncryptionConfiguration', [
    [
      'Rule',
      [
        ['ApplyServerSideEncryptionByDefault', [['SSEAlgorithm', 'AES256']]],
        ['BucketKeyEnabled', false],
      ],
    ],
  ]),
  bucketError('GetBucketPolicy', 'policy', 'NoSuchBucketPolicy'),
  bucketError('GetBucketPolicyStatus', 'policyStatus', 'NoSuchBucketPolicy'),
  bucketError('GetBucketLifecycleConfiguration', 'lifecycle', 'NoSuchLifecycleConfiguration'),
  bucketError('GetBucketCors', 'cors', 'NoSuchCORSConfiguration'),
  bucketError('GetBucketWebsite', 'website', 'NoSuchWebsiteConfiguration'),
  bucketError('GetBucketTagging', 'tagging', 'NoSuchTagSet'),
  bucketError('GetBucketReplication', 'replication', 'ReplicationConfigurationNotFoundError'),
  bucketError('GetObjectLockConfiguration', 'object-lock', 'ObjectLockConfigurationNotFoundError'),
  emptyList('ListBucketAnalyticsConfigurations', 'analytics', 'ListBucketAnalyticsConfigurationResult'),
  emptyList('ListBucketInventoryConfigurations', 'inventory', 'ListInventoryConfigurationsResult'),
  emptyList('ListBucketMetricsConfigurations', 'metrics', 'ListMetricsConfigurationsResult'),
  emptyList(
    'ListBucketIntelligentTieringConfigurations',
    'intelligent-tiering',
    'ListBucketIntelligentTieringConfigurationsOutput',
  ),
  nothingToDelete('DeleteBucketPolicy', 'policy'),
  nothingToDelete('DeleteBucketLifecycle', 'lifecycle'),
  nothingToDelete('DeleteBucketCors', 'cors'),
  nothingToDelete('DeleteBucketWebsite', 'website'),
  nothingToDelete('DeleteBucketTagging', 'tagging'),
  nothingToDelete('DeleteBucketReplication', 'replication'),
  getObjectAcl,
  objectWithoutLock('GetObjectRetention', 'retention'),
  objectWithoutLock('GetObjectLegalHold', 'legal-hold'),
];
