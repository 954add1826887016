import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Address } from './component.ts';

/** True of AWS itself, told by no endpoint or by its own: there a bucket is part of the host's name, and Snowflake can read it. */
export const isAws = ({ AWS_ENDPOINT_URL_S3: endpoint }: Address): boolean =>
  !endpoint || /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);

/** How client-s3 reaches the store at this address. */
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
    ...(endpoint && !isAws(address) ? { endpoint, forcePathStyle: true } : {}),
  };
};
