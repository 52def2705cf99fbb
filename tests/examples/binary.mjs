// Where the binary and the repository are.
import { join } from 'node:path';

export const root = new URL('../../', import.meta.url).pathname;
export const binary = process.env.SHAKEDOWN_BINARY ?? join(root, 'build/release/shakedown');
