import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Address } from './component.ts';

/** How client-s3 reaches the store at this address. Without an endpoint it is AWS itself, where buckets are part of the host's name. */
export const s3Options = (address: Address): S3ClientConfig => {
  const endpoint = address['AWS_ENDPOINT_URL_S3'];
  const sessionToken = address['AWS_SESSION_TOKEN'];
  return {
    region: address['AWS_REGION'] as string,
    credentials: {
      accessKeyId: address['AWS_ACCESS_KEY_ID'] as string,
      secretAccessKey: address['AWS_SECRET_ACCESS_KEY'] as string,
      ...(sessionToken ? { sessionToken } : {}),
    },
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
  };
};
