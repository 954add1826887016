// Prints the images of the compose file that container tests need and that are not here; with a service's name, that service's image.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const { services } = parse(readFileSync(new URL('../compose/docker-compose.yml', import.meta.url), 'utf8'), { merge: true });
const tested = ['kafka', 'schema-registry', 'connect', 'mysql', 'minio'];
const reaper = 'testcontainers/ryuk:0.14.0';

const isHere = (image) => {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const [service] = process.argv.slice(2);
if (service) console.log(services[service].image);
else for (const image of [...tested.map((name) => services[name].image), reaper].filter((image) => !isHere(image))) console.log(image);
