import { mysqlAnswerDeviations } from './mysql-deviations.ts';

export type Provider = 'embedded' | 'containers';

/**
 * `fails`: the test runs and must fail; it passing is an error, and the entry goes. `skips`: only for what a provider cannot do at all.
 */
export type Deviation = { how: 'fails' | 'skips'; reason: string };

/** By provider, test file, and full test name with ` > ` between its parts. */
export type Deviations = Readonly<Record<Provider, Readonly<Record<string, Readonly<Record<string, Deviation>>>>>>;

const fails = (reason: string): Deviation => ({ how: 'fails', reason });
const skips = (reason: string): Deviation => ({ how: 'skips', reason });

const underName = (suite: string, tests: Record<string, Deviation>): Record<string, Deviation> =>
  Object.fromEntries(Object.entries(tests).map(([name, deviation]) => [`${suite} > ${name}`, deviation]));

const avroAlone = 'ours knows Avro alone; JSON Schema and Protobuf are refused by name';

const wrongSum = 'MinIO calls a wrong checksum XAmzContentChecksumMismatch, AWS BadDigest';
const queueOfMinio =
  'MinIO’s queues are webhooks given at its start, under ARNs of its own; no SQS ARN can be told to it';

export const deviations: Deviations = {
  embedded: {
    'mysql-answers.test.ts': mysqlAnswerDeviations,
    'connect-answers.test.ts': {
      'configurations > with a converter that is not there': fails('ours says as well which converters it has'),
      'configurations > have a value for each name': fails('ours takes null for a setting that is not there'),
    },
    'kafka-answers.test.ts': {
      'versions > of transactions': fails('transactions speak protocol version 1, as with a broker before 4.0'),
      'versions > of everything that a broker speaks': fails(
        'security, quotas, reassignment, share and streams groups and the new consumer protocol are not spoken',
      ),
      'configurations > of the broker can be altered, some of them': fails(
        'settings of our broker are given at start; a change while it runs is refused by name',
      ),
      'groups > are kept in a topic of the broker': fails(
        'offsets are kept in a journal; there is no __consumer_offsets',
      ),
    },
    'schema-registry-exchanges.test.ts': underName('what apicurio/apicurio-registry:3.3.3 answered', {
      types: fails(avroAlone),
      'register-json': fails(avroAlone),
      subjects: fails(`${avroAlone}: its subject is not there`),
      'register-v2': fails(`${avroAlone}: the id it has there is free here`),
      'subjects-deleted': fails(`${avroAlone}: its subject is not there`),
      config: fails('the default compatibility is Confluent’s BACKWARD; Apicurio’s is NONE'),
      'set-config': fails('Confluent’s answer repeats what was set; Apicurio adds normalize'),
      'set-subject-config': fails('Confluent’s answer repeats what was set; Apicurio adds normalize'),
      lookup: fails('Confluent’s gives the schema in the one form it keeps; Apicurio as it was sent'),
      'register-409': fails('Confluent’s error code is 40901; Apicurio’s is 409'),
      '422-version': fails('Confluent’s says that a version is malformed; Apicurio that it is not there'),
      '422-empty': fails(
        'Confluent’s takes the latest version of the subject; Apicurio fails with a NullPointerException',
      ),
      '400-json': fails('Confluent’s says it in JSON with an error code; Apicurio in plain text'),
      '404-config': fails('Confluent’s error code for a subject without a level is 40408'),
      'delete-subject': fails(
        'a version that was deleted before is not deleted again, as in Confluent’s; Apicurio lists it',
      ),
    }),
  },
  containers: {
    's3.test.ts': {
      ...underName('the S3 server', {
        'takes any key as a name': fails('MinIO refuses keys that AWS takes: it keeps objects as files'),
        'checks and returns CRC32': fails(wrongSum),
        'checks and returns CRC32C': fails(wrongSum),
        'checks and returns SHA1': fails(wrongSum),
        'checks and returns SHA256': fails(wrongSum),
        'lists in order of bytes, in pages, with prefixes rolled up': fails(
          'MinIO cannot keep an object a and an object a/b: one is a file, the other a folder',
        ),
        'deletes one and many, there or not': fails('MinIO tells of a key named twice twice'),
        'keeps tags': fails('MinIO takes tags that AWS refuses with InvalidTag'),
        'uploads in parts > make one object, which appears when it is complete': fails(
          'MinIO refuses GetObjectAttributes with the attributes that AWS knows',
        ),
        'uploads in parts > are checked': fails('MinIO says InvalidRequest where AWS says MalformedXML'),
        'uploads in parts > tell the checksum of the whole that the client asked for': fails(
          'MinIO does not tell the type of a whole object’s checksum as AWS does',
        ),
        'knows its buckets': fails('making one’s own bucket again is 409 at MinIO, and 200 in us-east-1 at AWS'),
        'answers as a bucket that was never configured, and refuses to configure it by name': fails(
          'MinIO has no default encryption to tell; AWS encrypts every bucket',
        ),
        'checks who asks > by key, signature, region and clock': fails(
          'MinIO answers a wrong session token with InvalidTokenId 403, AWS with InvalidToken 400',
        ),
        'finds the bucket in the host name as well': fails(
          'MinIO needs MINIO_DOMAIN to find a bucket in the host name',
        ),
        'answers nonsense and lives on': fails('MinIO’s HTTP server answers nonsense before S3 sees it'),
      }),
      ...underName('event notifications', {
        'are configured, tested and told': fails(queueOfMinio),
        'have the fields that AWS documents, of the types that MinIO gives them': fails(queueOfMinio),
        'go to known queues only, and without overlaps': fails(queueOfMinio),
        'wait for a queue that is down': fails(queueOfMinio),
        'pass a message by that the queue refuses, and keep it': fails(queueOfMinio),
      }),
      ...underName('kill -9 of the S3 server', {
        'loses no object that was acknowledged, no event of an object that is there, and leaves nothing half':
          fails(queueOfMinio),
        'and a second instance on the same folder is turned away': skips(
          'the lock is on a data folder of ours; a real server’s volume belongs to its container',
        ),
      }),
    },
    'mysql.test.ts': {
      'logging in > by the native plug-in, when the account is made for it': fails(
        'MySQL 9 has no mysql_native_password any more; ours keeps it for older clients',
      ),
      'refusals > CREATE TABLE sales.g (g GEOMETRY) is an error in words, and the connection lives on': fails(
        'a real server has spatial types; ours refuses them by name',
      ),
    },
    'connect.test.ts': {
      'the S3 sink > what it does not write is refused by name': fails(
        'the real worker and sink take what ours refuse: other formats, other security of the clients',
      ),
    },
    'kafka.test.ts': {
      'the Kafka broker > refuses a second broker on the same data': skips(
        'the lock is on a data folder of ours; a real broker’s volume belongs to its container',
      ),
    },
    'schema-registry.test.ts': {
      ...underName('the schema registry', {
        'gives one schema one id, whatever the subject or the spacing': fails(
          'Apicurio answers a registration with the id alone, as Confluent’s did before release 8',
        ),
        'holds new schemas to the compatibility level': fails('Apicurio’s default level is NONE, Confluent’s BACKWARD'),
        'deletes softly, then for good': fails('Apicurio answers 409 to a permanent deletion that comes first'),
        'registers a deleted schema again under its id': fails('Apicurio answers a registration with the id alone'),
        'has modes': fails('Apicurio knows no modes of subjects'),
        'refuses in the registry’s own words': fails('Apicurio answers 404 to a malformed version, Confluent’s 422'),
        'refuses by name what it does not emulate': fails('Apicurio knows JSON Schema and Protobuf'),
      }),
      'kill -9 of the schema registry > loses nothing that was acknowledged': skips(
        'kill -9 of the program ends no container; this one keeps its schemas in memory',
      ),
    },
  },
};
