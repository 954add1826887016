import type { Component } from './component.ts';

export const s3: Component = {
  name: 's3',
  standardPort: 9000,
  address: ({ host, port }, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION }) => ({
    AWS_ENDPOINT_URL_S3: `http://${host}:${port}`,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_REGION,
  }),
};
