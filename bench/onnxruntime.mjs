// ONNX Runtime as a worker of `bench compare`: node onnxruntime.mjs MODEL --batch N --size S --threads T. The first line of standard output says that it
// is warm; each line of standard input holds the seconds of a round and is answered by its median; at the end comes the peak of the resident memory.
// Needs onnxruntime-node, which `npm ci` in tests/Onnx installs. With --version it prints that.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const require = createRequire(new URL('../tests/Onnx/package.json', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1' }, size: { type: 'string', default: '32' }, threads: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '1' }, version: { type: 'boolean' },
  },
});
let ort;
try {
  ort = require('onnxruntime-node');
} catch {
  console.error('onnxruntime-node is not installed (npm ci in tests/Onnx)');
  process.exit(1);
}
if (values.version) {
  console.log(ort.env.versions.node);
  process.exit(0);
}

const [batch, size, threads] = [Number(values.batch), Number(values.size), Number(values.threads)];
const session = await ort.InferenceSession.create(positionals[0], {
  graphOptimizationLevel: 'all', executionMode: 'sequential', intraOpNumThreads: threads, interOpNumThreads: 1,
});
const images = new ort.Tensor('float32', Float32Array.from({ length: batch * 3 * size * size }, () => Math.random() * 2 - 1), [batch, 3, size, size]);

async function timed() {
  const start = performance.now();
  await session.run({ images });
  return performance.now() - start;
}

async function median(seconds, most = 1000) {
  const times = [];
  const end = performance.now() + 1000 * seconds;
  do times.push(await timed()); while (performance.now() < end && times.length < most);
  times.sort((left, right) => left - right);
  return (times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2;
}

const first = await timed();
await median(Number(values.seconds), 10);
console.log(JSON.stringify({ first_ms: first, detail: '' }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify({ median_ms: await median(Number(line)) }));
console.log(JSON.stringify({ peak_memory_mb: process.resourceUsage().maxRSS * 1024 / 1e6 }));
process.exit(0);
