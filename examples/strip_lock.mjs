// Takes every address out of the package-lock.json of the folder that it is started in: which
// registry is asked is the machine's matter.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file));
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved;
  delete entry.funding;
  delete entry.deprecated;
}
writeFileSync(file, JSON.stringify(lock, null, 2) + '\n');
